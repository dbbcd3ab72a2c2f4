"""Heads, receipts and a policy beside a transcript: read, compared, counted."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fairlot import audit_transcript
from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.audit.kept import Kept
from fairlot.audit.report import Report
from fairlot.audit.trust import terms_policy
from fairlot.board.phase import VoidReason
from fairlot.board.replay import Replay, replay
from fairlot.entry import EntryType
from fairlot.logs import MAX_WITNESSES, Witness, Witnesses
from fairlot.rehearsal.parts import START, TIMES
from fairlot.terms.terms import Terms
from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
)
from fairlot_crypto.log.judgement import judge_checkpoint
from fairlot_crypto.log.merkle import EMPTY_ROOT
from fairlot_crypto.log.policy import NO_QUORUM, Policy
from fairlot_crypto.log.proof import LogProof, make_proof
from kit.board import as_record, dated, head, signed
from kit.lying_board import LyingBoard, play_with, played
from kit.sales import GROUP, stage, transcript
from kit.stage import STATEMENTS
from lies_file import A_REHEARSAL, STRANGER, forged
from lies_kept import last_head, read_again, receipt, trusting, with_bob
from lies_people import void_entry
from lies_watch import shown, watched

WHOLE = transcript(stage())


def verdict(data: bytes, kept: Kept, expected: Expected = A_REHEARSAL) -> Report:
    return audit(data, GROUP, expected, STATEMENTS, kept=kept)


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def headed(head: SignedCheckpoint) -> Kept:
    return Kept((head,))


# What is handed over.


def test_heads_receipts_and_policies_are_given_as_they_are_or_as_files() -> None:
    read = read_again(WHOLE)
    kept, proof = last_head(read), receipt(read, EntryType.DEPOSIT)
    policy = terms_policy(stage().terms)
    text = kept.to_text()
    given: dict[str, Any] = {"heads": [kept, text, text.encode()]}
    given |= {"receipts": iter([proof, proof.to_bytes()])}
    for trusted in (policy, policy.to_bytes()):
        report = audit_transcript(WHOLE, rehearsal=True, policy=trusted, **given)
        assert report.holds
        given["receipts"] = [proof, proof.to_bytes()]
        assert (report.roots.heads, report.roots.receipts) == (3, 2)
        assert report.roots.policy


@pytest.mark.parametrize("name", ["head", "receipt"])
@pytest.mark.parametrize("wrong", [None, 7, "text", b"bytes", [7], [None], [{}]])
def test_what_is_no_list_of_them_is_the_callers_fault(name: str, wrong: object) -> None:
    given: dict[str, Any] = {f"{name}s": wrong}
    with pytest.raises(CallerError) as caught:
        audit_transcript(WHOLE, **given)
    assert caught.value.code == f"audit.{name}"


@pytest.mark.parametrize("wrong", [7, "quorum none\n", ["quorum none\n"]])
def test_what_is_no_policy_is_the_callers_fault(wrong: Any) -> None:  # noqa: ANN401
    with pytest.raises(CallerError) as caught:
        audit_transcript(WHOLE, policy=wrong)
    assert caught.value.code == "audit.policy"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"heads": ["hello"]}, "note.layout"),
        ({"heads": [b"\xff\n\n\n"]}, "note.characters"),
        ({"receipts": [b"hello"]}, "proof.header"),
        ({"policy": b"quorum none"}, "policy.newline"),
    ],
)
def test_what_cannot_be_read_is_refused(given: dict[str, Any], code: str) -> None:
    with pytest.raises(EncodingError) as caught:
        audit_transcript(WHOLE, **given)
    assert caught.value.code == code


# Comparing.


def test_without_anything_kept_nothing_was_compared() -> None:
    report = verdict(WHOLE, Kept())
    assert (report.holds, report.unchecked) == (True, ("A06", "A29"))
    assert verdict(WHOLE, headed(last_head(read_again(WHOLE)))).unchecked == ("A06",)
    proof = receipt(read_again(WHOLE), EntryType.TERMS)
    assert verdict(WHOLE, Kept((), (proof,))).unchecked == ("A06",)


def test_every_head_of_a_log_is_extended_by_it() -> None:
    heads = tuple(read_again(WHOLE).heads.values())
    assert len(heads) > 10
    report = verdict(WHOLE, Kept(heads))
    assert report.holds
    assert report.roots.heads == len(heads)


def test_findings_say_which_one_and_concern_the_whole_transcript() -> None:
    read = read_again(WHOLE)
    true, other = last_head(read), last_head(with_bob())
    proofs = (receipt(read, EntryType.TERMS), receipt(with_bob(), EntryType.DEPOSIT))
    report = verdict(WHOLE, Kept((true, other), proofs))
    assert report.failed == ("A29",)
    assert codes(report) == ["heads.fork", "heads.receipt"]
    first, second = report.findings
    assert first.message.startswith("head 2: ")
    assert "fairlot compare" in first.message
    assert second.message.startswith("receipt 2: ")
    assert {(f.offset, f.entry) for f in report.findings} == {(None, None)}


def _signed(**changes: Any) -> SignedCheckpoint:  # noqa: ANN401
    said = last_head(read_again(WHOLE)).checkpoint
    return signed(stage(), replace(said, **changes), START)


def _strange_line() -> SignedCheckpoint:
    said = last_head(read_again(WHOLE)).checkpoint
    return dated(watched(), said, [(0, START)])


def _date_first() -> SignedCheckpoint:
    kept = last_head(read_again(WHOLE))
    return replace(kept, lines=kept.lines[::-1])


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("heads.origin", lambda: _signed(origin="another.example/log")),
        ("heads.signature", lambda: signed(stage(), _signed().checkpoint, 0, STRANGER)),
        ("heads.signature", _strange_line),
        ("heads.signature", _date_first),
        ("heads.fork", lambda: _signed(root=bytes(32))),
        ("heads.fork", lambda: _signed(size=1)),
        ("heads.fork", lambda: _signed(size=10**6)),
        ("heads.fork", lambda: _signed(size=0, root=EMPTY_ROOT)),
        # The first rule that is broken decides.
        ("heads.origin", lambda: signed(stage(), _elsewhere(), 0, STRANGER)),
        ("heads.signature", lambda: signed(stage(), _forked(), 0, STRANGER)),
    ],
)
def test_another_head_is_found(code: str, make: Callable[[], SignedCheckpoint]) -> None:
    report = verdict(WHOLE, headed(make()))
    assert (report.failed, codes(report)) == (("A29",), [code])
    assert not report.holds


def _elsewhere() -> Checkpoint:
    return _signed(origin="another.example/log", root=bytes(32)).checkpoint


def _forked() -> Checkpoint:
    return _signed(root=bytes(32)).checkpoint


def _proof(**changes: Any) -> LogProof:  # noqa: ANN401
    return replace(receipt(read_again(WHOLE), EntryType.DEPOSIT), **changes)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("heads.receipt", lambda: _proof(index=0)),
        ("heads.receipt", lambda: _proof(index=10**6)),
        ("heads.receipt", lambda: _proof(hashes=())),
        ("heads.receipt", lambda: receipt(with_bob(), EntryType.DEPOSIT)),
        ("heads.fork", lambda: receipt(with_bob(), EntryType.OPEN)),
        ("heads.origin", lambda: _proof(signed=_signed(origin="another.example/log"))),
        ("heads.signature", lambda: _proof(signed=_strange_line(), index=0)),
    ],
)
def test_another_receipt_is_found(code: str, make: Callable[[], LogProof]) -> None:
    report = verdict(WHOLE, Kept((), (make(),)))
    assert (report.failed, codes(report)) == (("A29",), [code])


def test_what_is_under_no_head_is_not_yet_the_log() -> None:
    """The head of a batch, and the file of the batch without that head."""
    kept = last_head(read_again(WHOLE))
    record = as_record(kept)
    assert WHOLE.endswith(record)
    report = verdict(WHOLE[: -len(record)], headed(kept))
    assert "heads.fork" in codes(report)


@pytest.mark.parametrize("refused", [False, True])
def test_without_terms_it_is_found_that_nothing_can_be_compared(refused: bool) -> None:
    data = b""
    if refused:
        board = LyingBoard(stage())
        board.batch(START, forged(stage().terms_entry()))
        data = board.data
    for kept in (Kept((last_head(read_again(WHOLE)),)), Kept((), (_proof(),))):
        assert "heads.absent" in codes(verdict(data, kept))
    report = verdict(data, Kept(), trusting(terms_policy(stage().terms)))
    assert "roots.absent" in codes(report)
    assert "A29" not in report.failed


def test_the_report_for_machines_counts_what_was_given() -> None:
    kept = Kept((last_head(read_again(WHOLE)),) * 2, (_proof(),))
    policy = terms_policy(stage().terms)
    for expected, given in ((A_REHEARSAL, False), (trusting(policy), True)):
        roots = json.loads(json.dumps(verdict(WHOLE, kept, expected).to_json()))[
            "roots"
        ]
        assert (roots["heads"], roots["receipts"]) == (2, 1)
        assert (roots["policy"], roots["from_file"]) == (given, not given)


# Co-signatures that count.


def test_co_signatures_that_are_handed_over_count() -> None:
    data = shown("result", 0, ())()
    said = last_head(replay(data, watched().state())).checkpoint
    one, two = (dated(watched(), said, [(number, START)]) for number in (0, 2))
    assert codes(verdict(data, headed(one))) == ["witness.quorum"]
    assert codes(verdict(data, Kept((one, one)))) == ["witness.quorum"]
    assert verdict(data, Kept((one, two))).holds
    proofs = tuple(
        make_proof(replay(data, watched().state()).state.tree, 0, each)
        for each in (one, two)
    )
    assert verdict(data, Kept((), proofs)).holds, "those of receipts too"


def test_a_void_sale_is_shown_by_what_is_handed_over() -> None:
    late = TIMES.close + TIMES.slack + 1

    def call_off(board: LyingBoard, _time: int) -> None:
        board.put(late, void_entry(board.on, VoidReason.CLOSE_MISSED))
        board.raw(as_record(dated(board.on, board.head(), [])))

    on = watched()
    data = play_with(on, instead={"close": call_off}, until="close")
    assert codes(verdict(data, Kept())) == ["void.not-shown", "witness.quorum"]
    said = head(on, replay(data, on.state()).state.tree)
    kept = dated(on, said, [(0, late), (1, late)])
    report = verdict(data, headed(kept))
    assert (report.holds, report.phase) == (True, "void")


def test_what_does_not_verify_adds_nothing() -> None:
    data = shown("result", 0, ())()
    said = last_head(replay(data, watched().state())).checkpoint
    whole = dated(watched(), said, [(0, START), (1, START)])
    line = replace(whole.lines[2], signature=bytes(72))
    broken = replace(whole, lines=(*whole.lines[:2], line))
    assert codes(verdict(data, headed(broken))) == ["witness.quorum", "heads.signature"]
    expected = trusting(terms_policy(watched().terms))
    seen = shown("result", 0, (0, 2))()
    assert codes(verdict(seen, headed(broken), expected)) == ["heads.signature"]


# Heads of one size.


def _repeated(*dates: tuple[tuple[int, int], ...]) -> Replay:
    """Return a log that repeats its last head with other co-signatures."""
    on, board = watched(), played(watched(), "roll")
    board.put(START, on.terms_entry())
    for each in dates:
        board.raw(as_record(dated(on, board.head(), each)))
    return replay(board.data, on.state())


def test_heads_of_one_size_are_one_head_with_all_their_lines() -> None:
    read = _repeated(((0, 5),), ((2, 7), (0, 6)), ((1, 8),))
    read.check()
    (kept,) = read.heads.values()
    names = [each.name for each in watched().terms.witnesses.named]
    assert [line.name for line in kept.lines[1:]] == [names[0], names[2], names[1]]
    cosigned = judge_checkpoint(kept, terms_policy(watched().terms)).cosigned
    assert [each.time for each in cosigned] == [5, 8, 7], "the first of each key"
    assert SignedCheckpoint.parse(kept.to_text()) == kept


def test_lines_of_nobody_are_not_gathered() -> None:
    """Else a board could fill its head until nobody can read it any more."""
    on, board = watched(), played(watched(), "roll")
    board.put(START, on.terms_entry())
    other = stage().watched(40)
    for first in range(0, 120, 40):
        numbers = range(first, first + 40)
        said = board.head()
        made = [other.witness_key(number) for number in numbers]
        line = dated(on, said, [(0, 5)]).lines
        strange = [
            cosign_checkpoint(said, f"nobody/{number}", key, START)
            for number, key in zip(numbers, made, strict=True)
        ]
        board.raw(as_record(SignedCheckpoint(said, (*line, *strange))))
    read = replay(board.data, on.state())
    assert {finding.code for finding in read.findings} == {"checkpoint.unknown-line"}
    (kept,) = read.heads.values()
    assert len(kept.lines) == 2


def test_a_head_that_does_not_verify_is_none_of_the_log() -> None:
    on, board = watched(), played(watched(), "roll")
    board.put(START, on.terms_entry())
    good = dated(on, board.head(), [(0, 5)])
    bad = replace(
        good, lines=(good.lines[0], replace(good.lines[1], signature=bytes(72)))
    )
    board.raw(as_record(bad))
    board.raw(as_record(good))
    read = replay(board.data, on.state())
    assert [f.code for f in read.findings] == ["checkpoint.signature"]
    assert list(read.heads.values()) == [good]


# Policies.


def test_terms_say_as_a_policy_whom_they_name() -> None:
    policy = terms_policy(watched().terms)
    (log,), (group,) = policy.logs, policy.groups
    assert (log.origin, log.key) == (watched().terms.origin, stage().parts.board.public)
    named = watched().terms.witnesses.named
    assert [(w.key_name, w.key) for w in policy.witnesses] == [
        (w.name, w.key) for w in named
    ]
    assert (policy.quorum, group.threshold, len(group.members)) == ("witnesses", 2, 3)
    assert Policy.parse(policy.to_bytes()) == policy


def test_terms_without_witnesses_ask_for_none() -> None:
    policy = terms_policy(stage().terms)
    assert (policy.witnesses, policy.groups, policy.quorum) == ((), (), NO_QUORUM)


def _named(names: list[str]) -> Terms:
    made = [SigningKey.from_seed(bytes([n]) * 32).public for n in range(len(names))]
    named = tuple(Witness(name, key) for name, key in zip(names, made, strict=True))
    return replace(stage().terms, witnesses=Witnesses(named, len(named)))


def test_whatever_witnesses_are_called_there_is_a_policy() -> None:
    """Names have a meaning in policies, and all that a sale may have find room."""
    odd = ["none", "witnesses", "1:none", "#", "any"]
    for names in (odd, [f"w{n}" for n in range(MAX_WITNESSES)]):
        policy = terms_policy(_named(names))
        assert Policy.parse(policy.to_bytes()) == policy
        assert [w.key_name for w in policy.witnesses] == names


def _changed(**changes: Any) -> Policy:  # noqa: ANN401
    policy = terms_policy(stage().terms)
    (log,) = policy.logs
    return replace(policy, logs=(replace(log, **changes),))


@pytest.mark.parametrize(
    "policy",
    [
        _changed(key=STRANGER.public),
        _changed(origin="another.example/log"),
        Policy((), (), (), NO_QUORUM),
    ],
)
def test_the_policy_names_log_and_key(policy: Policy) -> None:
    report = verdict(WHOLE, Kept(), trusting(policy))
    assert (report.failed, codes(report)) == (("A06",), ["roots.policy"])
    (finding,) = report.findings
    assert stage().terms.origin in finding.message


def test_a_line_of_another_key_of_the_same_name_does_not_stand_for_the_board() -> None:
    """The policy believes whoever signed; that is not the board of the terms."""
    on, board = stage(), LyingBoard(stage())
    board.put(START, on.terms_entry(), on.registry_entry())
    said = board.head()
    true, false = (board.signed(said, START, key) for key in (None, STRANGER))
    board.raw(as_record(replace(true, lines=(*true.lines, false.lines[0]))))
    report = verdict(board.data, Kept(), trusting(_changed(key=STRANGER.public)))
    assert "A06" in report.failed


def test_the_last_head_alone_is_judged() -> None:
    """With the co-signatures of its size, from the file and from elsewhere."""
    policy = terms_policy(watched().terms)
    expected = trusting(policy)
    data = shown("result", 0, (1,))()
    read = replay(data, watched().state())
    last = last_head(read).checkpoint
    earlier = read.heads[sorted(read.heads)[-2]].checkpoint
    report = verdict(data, Kept(), expected)
    found = next(f for f in report.findings if f.code == "roots.policy")
    assert (
        "missing: 1 more of witnesses (1:witness.example/0, 3:witness.example/2)"
        in (found.message)
    )
    late = dated(watched(), earlier, [(0, START), (2, START)])
    assert "roots.policy" in codes(verdict(data, headed(late), expected))
    assert verdict(data, headed(dated(watched(), last, [(2, START)])), expected).holds


def test_a_policy_that_knows_other_witnesses_does_not_count_these() -> None:
    policy = terms_policy(watched().terms)
    keys = [SigningKey.from_seed(bytes([n]) * 32).public for n in range(3)]
    others = tuple(
        replace(w, key=key) for w, key in zip(policy.witnesses, keys, strict=True)
    )
    renamed = tuple(replace(w, key_name=f"{w.key_name}/new") for w in policy.witnesses)
    data = shown("result", 0, (0, 1, 2))()
    assert verdict(data, Kept(), trusting(policy)).holds
    for witnesses in (others, renamed):
        report = verdict(data, Kept(), trusting(replace(policy, witnesses=witnesses)))
        assert codes(report) == ["roots.policy"]


def test_terms_under_no_head_that_agrees_are_not_judged() -> None:
    on, board = stage(), played(stage(), "roll")
    board.put(START, on.terms_entry())
    board.raw(as_record(board.signed(replace(board.head(), root=bytes(32)), START)))
    report = verdict(board.data, Kept(), trusting(terms_policy(on.terms)))
    found = next(f for f in report.findings if f.code == "roots.policy")
    assert "no head" in found.message


def test_a_policy_is_a_root() -> None:
    policy = terms_policy(stage().terms)
    assert trusting(policy).given
    report = verdict(WHOLE, Kept(), trusting(policy))
    assert (report.holds, report.unchecked) == (True, ("A29",))
    assert not report.roots.from_file

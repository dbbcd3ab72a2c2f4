"""Somebody signs two histories: comparing them gives evidence that stands alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fairlot.audit.compare import View, compare
from fairlot.audit.evidence import (
    Evidence,
    Fork,
    TwoSeals,
    encode_evidence,
    read_evidence,
)
from fairlot.beacon.seals import Seal, make_seal, read_seal
from fairlot.board.replay import Replay, replay
from fairlot.cli import main
from fairlot.entry import EntryType, sign_entry
from fairlot.errors import InputError, Rejection
from fairlot_crypto import cbor
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from kit.lying_board import LyingBoard, play_with
from kit.sales import stage
from kit.stage import Stage


def read(on: Stage, data: bytes) -> Replay:
    return replay(data, on.state())


def honest() -> bytes:
    return play_with(stage(contributors=2))


def forked() -> bytes:
    """Go back to CLOSE with another commitment: the first contributor helps."""
    on = stage(contributors=2)

    def other(board: LyingBoard, time: int) -> None:
        frozen = board.state.contributions.frozen
        ground = on.commit(frozen, 0, alpha=7)
        board.batch(time, ground, on.commit(frozen, 1))

    def opened(board: LyingBoard, time: int) -> None:
        board.batch(time, on.reveal(0, alpha=7), on.reveal(1))

    return play_with(on, instead={"commits": other, "reveals": opened})


def fork() -> Fork:
    on = stage(contributors=2)
    found = compare(read(on, honest()), View.of_log(read(on, forked())))
    assert isinstance(found, Fork)
    return found


def two_seals() -> TwoSeals:
    on = stage(contributors=2)
    key = on.parts.contributors[1]
    first = read(on, honest()).state.seals
    second = read(on, forked()).state.seals
    assert first is not None
    assert second is not None
    sale = on.terms.sale_id
    return TwoSeals(make_seal(sale, first.due, key), make_seal(sale, second.due, key))


def test_two_histories_are_told_and_proved() -> None:
    found = fork()
    found.verify()
    assert found.key == stage(contributors=2).parts.board.public
    again = read_evidence(encode_evidence(found))
    assert again == found
    again.verify()


def test_the_order_of_the_two_does_not_matter() -> None:
    on = stage(contributors=2)
    found = compare(read(on, forked()), View.of_log(read(on, honest())))
    assert isinstance(found, Fork)
    found.verify()


@pytest.mark.parametrize("until", ["open", "close", "commits"])
def test_a_history_and_its_beginning_are_consistent(until: str) -> None:
    on = stage(contributors=2)
    part, whole = read(on, play_with(on, until=until)), read(on, honest())
    assert compare(part, View.of_log(whole)) is None
    assert compare(whole, View.of_log(part)) is None


def test_a_kept_head_shows_the_fork() -> None:
    """A contributor has the head of SEALED, and is shown the other history."""
    on = stage(contributors=2)
    mine = read(on, play_with(on, until="sealed"))
    kept = mine.heads[mine.state.tree.size]
    found = compare(read(on, forked()), View.of_head(kept))
    assert isinstance(found, Fork)
    found.verify()
    assert compare(read(on, honest()), View.of_head(kept)) is None


def test_a_log_that_ends_before_a_head_is_not_called_consistent() -> None:
    """A board hides what came, and shows a void sale: only a longer log could tell."""
    on = stage(contributors=2)
    mine = read(on, play_with(on, until="sealed"))
    kept = View.of_head(mine.heads[mine.state.tree.size])
    shorter = read(on, play_with(on, until="close"))
    with pytest.raises(InputError, match=r"compare\.shorter"):
        compare(shorter, kept)


def test_two_seals_of_one_contributor_are_evidence() -> None:
    found = two_seals()
    found.verify()
    again = read_evidence(encode_evidence(found))
    assert again == found
    again.verify()


def test_two_logs_are_not_compared() -> None:
    on, other = stage(contributors=2), stage(committee=(4, 1))
    view = View.of_log(read(other, play_with(other, until="terms")))
    with pytest.raises(InputError, match=r"compare\.origin"):
        compare(read(on, honest()), view)
    # Of two sales of one registry, its log alone is compared.
    other = stage(contributors=1)
    assert (
        compare(read(on, honest()), View.of_log(read(other, play_with(other)))) is None
    )


def _same_seal(good: TwoSeals) -> TwoSeals:
    return TwoSeals(good.first, good.first)


def _other_key(good: TwoSeals) -> TwoSeals:
    key = stage(contributors=2).parts.contributors[0]
    return TwoSeals(good.first, sign_entry(EntryType.SEAL, good.first.scope, {}, key))


def _no_seal(good: TwoSeals) -> TwoSeals:
    key = stage(contributors=2).parts.contributors[1]
    made = sign_entry(EntryType.REVEAL, good.first.scope, {}, key)
    return TwoSeals(made, made)


def _unsigned(good: TwoSeals) -> TwoSeals:
    seal = Seal(bytes(32), read_seal(good.second).head)
    forged = replace(good.second, body=seal.to_value())
    return TwoSeals(good.first, forged)


FALSE: tuple[tuple[str, Callable[[], Evidence]], ...] = (
    ("evidence.origin", lambda: replace(fork(), later=_elsewhere())),
    ("evidence.signature", lambda: replace(fork(), key=_stranger())),
    (
        "evidence.consistent",
        lambda: replace(fork(), root=fork().earlier.checkpoint.root),
    ),
    ("evidence.proof", lambda: replace(fork(), root=bytes(32))),
    ("evidence.proof", lambda: replace(fork(), proof=(bytes(32),))),
    ("evidence.seal", lambda: _other_key(two_seals())),
    ("evidence.seal", lambda: _no_seal(two_seals())),
    ("evidence.signature", lambda: _unsigned(two_seals())),
    ("evidence.consistent", lambda: _same_seal(two_seals())),
)


def _elsewhere() -> SignedCheckpoint:
    other = stage(contributors=1)
    log = read(other, play_with(other))
    return log.heads[log.state.tree.size]


def _stranger() -> VerifyKey:
    return stage(contributors=2).parts.seller.public


@pytest.mark.thorough
@pytest.mark.parametrize(("code", "make"), FALSE)
def test_what_proves_nothing_is_no_evidence(
    code: str, make: Callable[[], Evidence]
) -> None:
    with pytest.raises(Rejection) as caught:
        make().verify()
    assert caught.value.code == code


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        cbor.encode({"v": 1, "kind": "rumour"}),
        cbor.encode({"v": 2, "kind": "fork"}),
        cbor.encode({"v": 1, "kind": "two-seals", "entries": [b"\xa0"]}),
        cbor.encode({"v": 1, "kind": "two-seals", "entries": [b"\xa0", b"\xa0"]}),
        encode_evidence(fork())[:-1],
    ],
)
def test_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"evidence\.form"):
        read_evidence(data)


@pytest.mark.thorough
def test_the_commands_tell_one_history_from_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, data in (("a", honest()), ("b", forked())):
        (tmp_path / name).write_bytes(data)
    names = [str(tmp_path / name) for name in ("a", "b", "evidence")]
    assert main(["compare", names[0], names[0]]) == 0
    assert main(["compare", names[0], names[1], "--out", names[2]]) == 1
    assert main(["compare", names[0], names[1], "--out", names[2]]) == 2
    assert main(["compare", "--evidence", names[2]]) == 1
    (tmp_path / "evidence").write_bytes(
        encode_evidence(replace(fork(), proof=(bytes(32),)))
    )
    assert main(["compare", "--evidence", names[2]]) == 2
    told = capsys.readouterr()
    assert "signed two histories" in told.out
    out = str(tmp_path / "again")
    assert main(["compare", names[0], names[1], "--out", out, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["consistent"] is False
    assert "evidence.proof" in told.err

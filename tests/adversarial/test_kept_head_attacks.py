"""A board that lies, to people who kept a head, a receipt, or a list of whom they trust.

Everything that it shows holds by itself: what people kept is all that tells.
"""

from collections.abc import Sequence
from functools import cache

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.compare import View, compare
from fairlot.audit.evidence import Fork
from fairlot.audit.expected import Expected
from fairlot.audit.kept import NOTHING, Kept, compare_kept
from fairlot.audit.report import Report
from fairlot.audit.trust import terms_policy
from fairlot.board.replay import Replay, replay
from fairlot.entry import EntryType
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.policy import Policy
from fairlot_crypto.log.proof import LogProof, verify_proof
from kit.board import as_record, dated
from kit.lying_board import LyingBoard, play_with
from kit.recovering import delayed
from kit.sales import PRICE, deposit, nym_of, stage, steps, transcript
from kit.stage import STATEMENTS, Stage
from lies_file import A_REHEARSAL
from lies_kept import last_head, receipt, trusting, with_bob, without_bob

HONEST = 2
"""The place in the roster of the one contributor who follows the rules."""
COLLUDING = (0, 1)
SALE = stage().watched(4, 3)
EVERY = (0, 1, 2, 3)


def judged(
    on: Stage, data: bytes, kept: Kept = NOTHING, expected: Expected = A_REHEARSAL
) -> Report:
    return audit(data, on.curve, expected, STATEMENTS, kept=kept)


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def read(on: Stage, data: bytes) -> Replay:
    return replay(data, on.state())


# A fork that everybody helped to make but one.


@cache
def roster() -> Stage:
    """Return a sale of three contributors, of whom two must seal, and three witnesses."""
    return delayed(3, min_commits=2).watched()


@cache
def seen_by_the_honest() -> Replay:
    """Return the history in which the honest contributor sealed, up to SEALED."""
    on = roster()
    return read(on, play_with(on, until="sealed"))


@cache
def forked() -> bytes:
    """Return another whole history, for which the others ground their openings.

    The board signs it, the colluding contributors seal it, all witnesses co-sign it.
    """
    on = roster()

    def commit(board: LyingBoard, time: int) -> None:
        frozen = board.state.contributions.frozen
        made = [on.commit(frozen, number, alpha=7 + number) for number in COLLUDING]
        board.batch(time, *made)

    def seal(board: LyingBoard, time: int) -> None:
        board.batch(time, *(on.seal(board.state, number) for number in COLLUDING))

    def reveal(board: LyingBoard, time: int) -> None:
        made = [on.reveal(number, alpha=7 + number) for number in COLLUDING]
        board.batch(time, *made)

    lies = {"commits": commit, "seals": seal, "reveals": reveal}
    return play_with(on, instead=lies)


def test_a_fork_without_the_honest_contributor_holds_by_itself() -> None:
    report = judged(roster(), forked())
    assert (report.holds, report.phase) == (True, "locked")


@pytest.mark.parametrize("kind", [EntryType.COMMIT_END, EntryType.SEALED])
def test_the_head_of_the_honest_contributor_refuses_the_fork(kind: EntryType) -> None:
    mine = seen_by_the_honest()
    kept = mine.heads[mine.state.markers[kind] + 1]
    report = judged(roster(), forked(), Kept((kept,)))
    assert (report.failed, codes(report)) == (("A29",), {"heads.fork"})
    found = compare(read(roster(), forked()), View.of_head(kept))
    assert isinstance(found, Fork)
    found.verify()


def test_the_true_history_holds_with_that_head() -> None:
    mine = seen_by_the_honest()
    kept = Kept(tuple(mine.heads.values()))
    report = judged(roster(), play_with(roster()), kept)
    assert (report.holds, report.failed) == (True, ())


def test_a_head_from_before_the_fork_does_not_tell() -> None:
    """So keep the last one, not the first."""
    mine = seen_by_the_honest()
    kept = mine.heads[mine.state.markers[EntryType.CLOSE] + 1]
    assert judged(roster(), forked(), Kept((kept,))).holds


# A receipt without its entry.


def test_a_deposit_that_was_left_out_is_found_by_its_receipt() -> None:
    on, proof = stage(), receipt(with_bob(), EntryType.DEPOSIT)
    mine = deposit(on, 1).encoded
    assert judged(on, without_bob()).holds, "nothing else shows that bob was there"
    verify_proof(proof, mine, terms_policy(on.terms), origin=on.terms.origin)
    report = judged(on, without_bob(), Kept((), (proof,)))
    assert (report.failed, codes(report)) == (("A29",), {"heads.receipt"})


def test_a_deposit_that_was_moved_is_found_by_its_receipt() -> None:
    """It is there, and counts; but the board went back behind what it had signed."""
    on, made = stage(), (deposit(stage(), 0), deposit(stage(), 1))
    paid = [on.payment(nym_of(each), PRICE) for each in made]
    data = transcript(on, (*made, *paid))
    assert judged(on, data).holds
    report = judged(on, data, Kept((), (receipt(with_bob(), EntryType.DEPOSIT),)))
    assert codes(report) == {"heads.receipt"}


def test_a_log_that_ends_before_the_entry_is_found() -> None:
    on = stage()
    whole = read(on, transcript(on))
    proof = receipt(whole, EntryType.RESULT)
    report = judged(on, play_with(on, until="close"), Kept((), (proof,)))
    assert codes(report) == {"heads.receipt", "sale.incomplete"}


@pytest.mark.slow
def test_who_gives_a_receipt_of_something_else_is_told_so() -> None:
    """The receipt names no entry: moved to another index it leads nowhere."""
    on = stage()
    true = receipt(read(on, transcript(on)), EntryType.DEPOSIT)
    size = true.signed.checkpoint.size
    for index in range(size + 2):
        proof = LogProof(index, true.hashes, true.signed)
        report = judged(on, transcript(on), Kept((), (proof,)))
        assert report.holds is (index == true.index)


# Co-signatures that the board leaves out.


@cache
def shown_to_few(*attached: int) -> tuple[bytes, Sequence[SignedCheckpoint]]:
    """Return a sale whose last head has few co-signatures, and those of all witnesses."""
    board = LyingBoard(SALE)
    *before, result = steps(SALE)
    for step in before:
        board.batch(step.time, *step.make(board.state))
    board.put(result.time, *result.make(board.state))
    said = board.head()
    dates = [(number, result.time) for number in attached]
    board.raw(as_record(dated(SALE, said, dates)))
    return board.data, [dated(SALE, said, [(i, result.time)]) for i in EVERY]


@pytest.mark.thorough
@pytest.mark.parametrize("attached", [(), (0,), (0, 1)])
def test_a_board_that_leaves_out_co_signatures_is_helped(
    attached: tuple[int, ...],
) -> None:
    data, heads = shown_to_few(*attached)
    assert codes(judged(SALE, data)) == {"witness.quorum"}
    for number in range(len(EVERY) + 1):
        kept = Kept(tuple(heads[:number]))
        enough = len({*attached, *range(number)}) >= SALE.terms.witnesses.quorum
        assert judged(SALE, data, kept).holds is enough


def test_the_policy_asks_for_the_same_and_is_helped_too() -> None:
    data, heads = shown_to_few(0, 1)
    expected = trusting(terms_policy(SALE.terms))
    found = judged(SALE, data, NOTHING, expected)
    assert codes(found) == {"witness.quorum", "roots.policy"}
    again = judged(SALE, data, Kept((heads[0], heads[1])), expected)
    assert codes(again) == {"witness.quorum", "roots.policy"}
    assert judged(SALE, data, Kept((heads[3],)), expected).holds


def test_one_witness_is_not_two_whatever_it_dates() -> None:
    data, heads = shown_to_few(0, 1)
    said = heads[0].checkpoint
    kept = Kept(tuple(dated(SALE, said, [(0, date)]) for date in range(5)))
    assert codes(judged(SALE, data, kept)) == {"witness.quorum"}


def test_witnesses_of_the_boards_own_making_convince_no_policy() -> None:
    """The terms name them, so that the sale holds; nobody else knows them."""
    policy = terms_policy(SALE.terms)
    mine = Policy(policy.logs, policy.witnesses[2:3], (), policy.witnesses[2].name)
    data, heads = shown_to_few(0, 1, 3)
    assert judged(SALE, data).holds
    report = judged(SALE, data, NOTHING, trusting(mine))
    assert (report.failed, codes(report)) == (("A06",), {"roots.policy"})
    assert judged(SALE, data, Kept((heads[2],)), trusting(mine)).holds


# Bits.


def test_no_bit_of_a_head_can_be_changed() -> None:
    on = stage()
    log = read(on, transcript(on))
    true = last_head(log).to_text().encode()
    for place in range(len(true)):
        changed = bytearray(true)
        changed[place] ^= 1
        try:
            head = SignedCheckpoint.parse(changed.decode())
        except (CryptoError, UnicodeDecodeError):
            continue
        found = compare_kept(log, Kept((head,)))
        assert [f.code.partition(".")[0] for f in found.findings] == ["heads"], place


@pytest.mark.thorough
def test_no_bit_of_a_receipt_can_be_changed() -> None:
    on = stage()
    log = read(on, transcript(on))
    true = receipt(log, EntryType.DEPOSIT).to_bytes()
    for place in range(len(true)):
        changed = bytearray(true)
        changed[place] ^= 1
        try:
            proof = LogProof.parse(bytes(changed))
        except CryptoError:
            continue
        found = compare_kept(log, Kept((), (proof,)))
        assert [f.code.partition(".")[0] for f in found.findings] == ["heads"], place

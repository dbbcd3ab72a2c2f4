"""What is said of buyers and entries, in sales that a rehearsal never plays."""

import pytest

from fairlot.audit.inspection import entry_facts, nym_facts
from fairlot.audit.sentences import utc
from fairlot.board.phase import VoidReason
from fairlot.board.replay import Replay, replay
from fairlot.board.sale import SaleState
from fairlot.board.storage import MemoryStorage
from fairlot.entry import Entry
from fairlot.logs import LogKind
from fairlot.names import Nym
from fairlot.rehearsal.parts import START
from fairlot.terms.times import MAX_TIME
from kit.sales import PRICE, cancel, deposit, nym_of, play, stage
from kit.stage import Stage

NAMES = ("ann", "bob", "eve")


@pytest.fixture(scope="module")
def on() -> Stage:
    return stage(NAMES)


def _played(on: Stage, until: str, *deposits: Entry) -> SaleState:
    return play(on.board(), on, until, deposits).state


def _mixed(on: Stage) -> tuple[Entry, ...]:
    """Ann pays, Bob pays and cancels, Eve promises more than comes in."""
    ann, bob, eve = (deposit(on, number) for number in range(3))
    return (
        ann,
        bob,
        eve,
        on.payment(nym_of(ann), PRICE),
        on.payment(nym_of(bob), PRICE),
        on.payment(nym_of(eve), PRICE - 1),
        cancel(on, 1),
    )


def test_who_cancelled_or_paid_too_little_is_not_drawn(on: Stage) -> None:
    entries = _mixed(on)
    state = _played(on, "result", *entries)
    ann, bob, eve = (nym_facts(state, nym_of(entry)) for entry in entries[:3])
    assert ann is not None
    assert bob is not None
    assert eve is not None
    assert (ann.place, ann.entrants, ann.units, ann.refund) == (None, 1, 1, 0)
    assert (bob.place, bob.rank, bob.cancelled) == (None, None, True)
    assert (bob.units, bob.payment, bob.refund) == (0, 0, PRICE)
    assert (eve.place, eve.paid, eve.refund) == (None, PRICE - 1, PRICE - 1)
    apart = "; it did not take part in the draw, gets no unit, pays 0 and gets"
    assert bob.sentence == (
        f"Nym {bob.nym.hex()} cancelled its deposit, after {PRICE} had been paid"
        f"{apart} {PRICE} back."
    )
    assert eve.sentence == (
        f"Nym {eve.nym.hex()} deposited {PRICE} for up to 1 unit, of which only "
        f"{PRICE - 1} was paid{apart} {PRICE - 1} back."
    )


def test_before_the_end_nothing_is_decided(on: Stage) -> None:
    ann = deposit(on, 0, wants=2)
    facts = nym_facts(_played(on, "deposits", ann), nym_of(ann))
    assert facts is not None
    assert (facts.units, facts.payment, facts.refund) == (None, None, None)
    assert facts.sentence.endswith(
        f"deposited {PRICE} for up to 2 units, of which only 0 was paid; nothing is "
        "decided yet, the sale stands in phase open."
    )


def test_a_void_sale_says_why_and_gives_everything_back(on: Stage) -> None:
    ann = deposit(on, 0)
    board = play(on.board(), on, "deposits", (ann, on.payment(nym_of(ann), PRICE)))
    late = on.terms.times.close + on.terms.times.slack + 1
    board.append_void(VoidReason.CLOSE_MISSED, late)
    facts = nym_facts(board.state, nym_of(ann))
    assert facts is not None
    assert (facts.units, facts.payment, facts.refund) == (0, 0, PRICE)
    assert facts.sentence.endswith(
        f"; the sale is void (close-missed), so it pays 0 and gets {PRICE} back."
    )


def test_a_nym_that_never_deposited_is_unknown(on: Stage) -> None:
    assert nym_facts(_played(on, "result"), Nym(bytes(48))) is None


def _read(on: Stage, data: bytes) -> Replay:
    return replay(data, on.state())


def _file(on: Stage, until: str, *deposits: Entry) -> bytes:
    storage = MemoryStorage()
    play(on.board(storage), on, until, deposits)
    return storage.data


def test_every_kind_of_entry_has_a_sentence(on: Stage) -> None:
    entries = _mixed(on)
    facts = entry_facts(_read(on, _file(on, "result", *entries)))
    numbers = [(fact.log, fact.index) for fact in facts]
    sizes = {kind: [log for log, _ in numbers].count(kind) for kind in LogKind}
    assert numbers == [(kind, i) for kind in LogKind for i in range(sizes[kind])]
    said = {fact.type: fact.sentence for fact in facts}
    assert said["CANCEL"] == f"Nym {nym_of(entries[1]).hex()} takes its deposit back."
    assert said["COMMIT_END"] == "The time for commitments is over."
    key = on.parts.contributors[0].public.hex()
    assert said["SEAL"] == f"Contributor {key} seals the commitments."
    assert said["SEALED"] == "The commitments are sealed: the draw is fixed."
    assert said["TIME"].startswith("It is 2030-01-01 01:")
    assert (
        said["OPEN"] == f"Deposits are open to whoever is on roll {on.roll_id.hex()}."
    )
    closes = "2031-03-02 00:00:00Z"
    assert said["ROLL"] == f"Roll 0 of the registry: 3 leaves, until {closes}."
    assert all(fact.sentence.endswith(".") for fact in facts)
    assert not [fact for fact in facts if fact.refusal]
    storage = MemoryStorage()
    board = play(on.board(storage), on, "open", ())
    late = on.terms.times.close + on.terms.times.slack + 1
    board.append_void(VoidReason.CLOSE_MISSED, late)
    last = entry_facts(_read(on, storage.data))[-1]
    assert last.type == "VOID"
    assert "void (close-missed)" in last.sentence
    assert last.time == late


def test_entries_have_a_time_from_the_first_time_entry_on(on: Stage) -> None:
    facts = entry_facts(_read(on, _file(on, "open")))
    terms, first, *others = (each for each in facts if each.log is LogKind.SALE)
    assert (terms.type, terms.time) == ("TERMS", None)
    assert (first.type, first.time) == ("TIME", START)
    assert {fact.time for fact in others} == {START}


def test_without_legal_terms_nothing_is_judged(on: Stage) -> None:
    data = bytearray(_file(on, "open"))
    data[data.index(b"Concert")] ^= 1
    facts = entry_facts(_read(on, bytes(data)))
    first, *others = (each for each in facts if each.log is LogKind.SALE)
    assert (first.type, first.sentence) == ("TERMS", "Refused.")
    assert first.refusal == "entry.signature"
    assert others
    assert {fact.sentence for fact in others} == {
        "Not judged: the log has no legal beginning."
    }


def test_an_entry_that_cannot_be_read_is_shown_as_such(on: Stage) -> None:
    data = bytearray(_file(on, "open"))
    data[data.index(b"\x64OPEN") + 1] ^= 1
    last = entry_facts(_read(on, bytes(data)))[-1]
    assert (last.type, last.refusal) == (None, "entry.field")
    assert last.sentence == "Unreadable."


def test_times_are_told_as_people_read_them() -> None:
    assert utc(1_893_456_000) == "2030-01-01 00:00:00Z"
    assert utc(MAX_TIME) == "9999-12-31 23:59:59Z"
    assert utc(2**64 - 1) == "second 18446744073709551615"

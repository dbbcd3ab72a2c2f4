"""A rehearsal: every role here, on a simulated clock, the same bytes for the same seed."""

from dataclasses import replace
from functools import cache

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.board.log_keeper import Receipt
from fairlot.board.phase import Phase, VoidReason
from fairlot.board.replay import replay_file
from fairlot.board.storage import MemoryStorage
from fairlot.deposit.deposit import read_deposit
from fairlot.entry import EntryType
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.announcing import write_terms
from fairlot.rehearsal.draw import BATCH, STOPS
from fairlot.rehearsal.parts import START, cast_parts
from fairlot.rehearsal.play import Rehearsed, rehearse
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from fairlot.terms.terms import Terms
from fairlot.workers import InProcess, Processes, Workers
from fairlot_crypto.randomness import Randomness, SeededRandomness, SystemRandomness
from kit.sales import GROUP, PRICE, source
from kit.stage import STATEMENTS, setup_of_one

SEED = bytes(range(32))
PEOPLE = (
    Person("Ann", 1, PRICE),
    Person("Bob", 2, 3 * PRICE),
    Person("Cat", 0, PRICE),
    Person("Dan", 5, PRICE - 1),
    Person("Eve", 1, 0),
    Person("Fay", 9, 9 * PRICE),
)

ANN = (Person("Ann", 1, PRICE),)


class Notes:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int, int]] = []
        self.receipts: list[Receipt] = []

    def progress(self, stage: str, done: int, total: int) -> None:
        self.stages.append((stage, done, total))

    def acknowledged(self, receipts: tuple[Receipt, ...]) -> None:
        self.receipts += receipts


def terms_file(supply: int = 4, delay: int = 1, contributors: int = 2) -> TermsFile:
    pool = Pool(MAIN_POOL, Mechanism.EQUAL_SHARE, supply, PRICE, 3)
    return TermsFile("Workshop", "place", (pool,), 1, 0, contributors, delay)


def run(
    randomness: Randomness,
    people: tuple[Person, ...] = PEOPLE,
    file: TermsFile | None = None,
    workers: Workers | None = None,
    until: EntryType | None = None,
) -> tuple[bytes, Rehearsed, Notes]:
    storage, notes = MemoryStorage(), Notes()
    done = rehearse(
        GROUP,
        file or terms_file(),
        people,
        storage,
        randomness,
        workers or InProcess(),
        notes,
        until=until,
    )
    return storage.data, done, notes


@cache
def seeded() -> tuple[bytes, Rehearsed, Notes]:
    return run(SeededRandomness(SEED))


@pytest.mark.thorough
def test_it_ends_as_its_terms_say() -> None:
    data, done, _ = seeded()
    assert done.state.phase is Phase.LOCKED
    report = audit(
        data, GROUP, Expected(done.terms.sale_id, rehearsal=True), STATEMENTS
    )
    assert report.holds


def test_everybody_gets_what_the_rule_gives() -> None:
    """4 places, at most 3 each; wanted and payable: 1, 2, 0, 0, 0, 3."""
    _, done, _ = seeded()
    by_nym = {line.nym: line for line in done.state.ledger}
    units = {name: by_nym[nym].units for name, nym in done.nyms if nym in by_nym}
    assert units["Ann"] == 1
    assert sorted((units["Bob"], units["Fay"])) == [1, 2]
    assert (units["Cat"], units["Dan"], units["Eve"]) == (0, 0, 0)
    for name, nym in done.nyms:
        person = next(p for p in PEOPLE if p.name == name)
        line = by_nym[nym]
        assert line.payment == PRICE * line.units
        assert line.payment + line.refund == person.amount


def test_names_come_in_the_order_of_the_list() -> None:
    _, done, _ = seeded()
    assert [name for name, _ in done.nyms] == [p.name for p in PEOPLE]
    assert len({nym for _, nym in done.nyms}) == len(PEOPLE)


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert run(SeededRandomness(SEED))[0] == seeded()[0]


@pytest.mark.slow
def test_several_processes_give_the_same_bytes() -> None:
    with Processes(2) as workers:
        data, done, _ = run(SeededRandomness(SEED), workers=workers)
    assert data == seeded()[0]
    assert done.nyms == seeded()[1].nyms


def test_another_seed_gives_others() -> None:
    _, done, _ = run(SeededRandomness(bytes(32)))
    assert not set(done.nyms) & set(seeded()[1].nyms)


@pytest.mark.thorough
def test_without_a_seed_two_runs_share_nothing() -> None:
    """The same people: no nym, proof, salt or key comes again."""
    seen = [_secrets_shown(run(SystemRandomness(), PEOPLE[:2])[0]) for _ in range(2)]
    assert not seen[0] & seen[1]
    assert len(seen[0]) == 2 * 6


def _secrets_shown(data: bytes) -> set[bytes]:
    read = replay_file(data, GROUP, STATEMENTS)
    found: set[bytes] = set()
    for timed in read.entries.of(EntryType.DEPOSIT):
        d = read_deposit(timed.entry)
        b = d.binding
        found |= {d.nym, d.proof, b.salt, b.settle_pk, b.enc_pk, b.refund_to}
    return found


def test_every_entry_is_acknowledged_in_order() -> None:
    data, done, notes = seeded()
    """Each that somebody has sent: the board's own TIME needs no receipt."""
    read = replay_file(data, GROUP, STATEMENTS)
    assert len(read.entries) == done.state.tree.size
    acknowledged = {r.entry_hash: r.index for r in notes.receipts}
    for log in (read.registry, read):
        sent = [t for t in log.entries if t.entry.type is not EntryType.TIME]
        assert 0 < len(sent) < len(log.entries)
        assert [acknowledged[t.entry.hash] for t in sent] == [t.index for t in sent]
        for timed in sent:
            del acknowledged[timed.entry.hash]
    assert not acknowledged
    assert all(receipt.refusal is None for receipt in notes.receipts)


def test_progress_ends_at_its_total() -> None:
    _, _, notes = seeded()
    last = {stage: (done, total) for stage, done, total in notes.stages}
    assert last
    assert all(done == total for done, total in last.values())
    assert last["registering people"] == (len(PEOPLE), len(PEOPLE))
    assert all(0 <= done <= total for _, done, total in notes.stages)


def test_the_clock_is_simulated() -> None:
    """2030-01-01T00:00:00Z, close after an hour, then minutes: whenever it is run."""
    data, done, _ = seeded()
    times = done.terms.times
    assert times.open == START == 1_893_456_000
    assert (times.close, times.commit_end) == (START + 3_600, START + 3_660)
    assert times.seal_end == START + 3_720
    assert (times.reveal_end, times.unlock) == (START + 3_780, START + 1_127_010)
    read = replay_file(data, GROUP, STATEMENTS)
    assert [entry.time for entry in read.entries[:3]] == [0, START, START]
    assert read.time == times.reveal_end + 10


def test_who_deposits_nothing_pays_nothing() -> None:
    data, done, _ = seeded()
    read = replay_file(data, GROUP, STATEMENTS)
    nyms = dict(done.nyms)
    assert read.state.positions.by_nym[nyms["Eve"]].paid == 0
    kinds = [t.entry.type.value for t in read.entries]
    assert kinds.count("DEPOSIT") == len(PEOPLE)
    assert kinds.count("PAID") == len(PEOPLE) - 1


def test_a_delay_without_shipped_set_up_is_computed() -> None:
    data, done, notes = run(
        SeededRandomness(SEED), PEOPLE[:1], terms_file(delay=3, contributors=1)
    )
    assert done.terms.beacon.delay == 3
    assert "computing the set-up" in {stage for stage, _, _ in notes.stages}
    assert audit(data, GROUP, Expected(rehearsal=True), STATEMENTS).holds


@pytest.mark.slow
def test_more_people_than_a_batch_holds() -> None:
    people = tuple(Person(f"p{i}", 1, PRICE) for i in range(BATCH + 3))
    data, done, _ = run(SeededRandomness(SEED), people, terms_file(supply=10))
    assert sum(line.units for line in done.state.ledger) == 10
    assert audit(data, GROUP, Expected(rehearsal=True), STATEMENTS).holds


@pytest.mark.parametrize("supply", [0, 100])
def test_supply_may_be_nothing_or_plenty(supply: int) -> None:
    _, done, _ = run(SeededRandomness(SEED), PEOPLE[:2], terms_file(supply=supply))
    units = sum(line.units for line in done.state.ledger)
    assert units == min(supply, 3)


def test_roles_have_keys_of_their_own() -> None:
    parts = cast_parts(GROUP, terms_file(), ANN, source("cast"))
    keys = [
        parts.seller,
        parts.escrow,
        parts.board,
        *parts.contributors,
        *(issuer.key for issuer in parts.issuers),
    ]
    publics = [key.public for key in keys] + list(parts.registry.attesters)
    assert len(set(publics)) == len(publics) == 7


def test_one_more_contributor_changes_no_other_key() -> None:
    """Streams are named, not shared."""
    few = cast_parts(GROUP, terms_file(contributors=1), ANN, source("cast"))
    many = cast_parts(GROUP, terms_file(contributors=5), ANN, source("cast"))
    assert few.registry == many.registry
    assert few.board == many.board
    assert many.contributors[:1] == few.contributors


def test_the_terms_are_complete_and_legal() -> None:
    file = terms_file()
    parts = cast_parts(GROUP, file, ANN, source("cast"))
    terms = write_terms(file, parts, setup_of_one())
    assert Terms.from_value(terms.to_value()) == terms
    assert terms.rehearsal
    assert terms.registry == parts.registry.registry_id
    assert terms.pools == file.pools


def test_deposits_say_what_people_want() -> None:
    data, done, _ = seeded()
    read = replay_file(data, GROUP, STATEMENTS)
    said = {
        d.nym: (d.binding.wants, d.binding.amount)
        for t in read.entries
        if t.entry.type.value == "DEPOSIT"
        for d in [read_deposit(t.entry)]
    }
    nyms = dict(done.nyms)
    for person in PEOPLE:
        assert said[nyms[person.name]] == (person.wants, person.amount)


def _kinds(data: bytes) -> list[str]:
    read = replay_file(data, GROUP, STATEMENTS)
    assert read.findings == []
    return [t.entry.type.value for t in read.entries]


@pytest.mark.slow
@pytest.mark.parametrize("withhold", [1, 2, 3])
def test_who_withholds_changes_neither_seed_nor_allocation(withhold: int) -> None:
    file = replace(terms_file(contributors=3), depositors=2)
    _, honest, _ = run(SeededRandomness(SEED), file=file)
    less = replace(file, withhold=withhold)
    data, done, notes = run(SeededRandomness(SEED), file=less)
    assert done.terms == honest.terms
    assert honest.state.draw is not None
    assert done.state.draw == honest.state.draw
    assert done.state.ledger == honest.state.ledger
    kinds = _kinds(data)
    assert (kinds.count("COMMIT"), kinds.count("REVEAL")) == (5, 5 - withhold)
    assert [kind for kind in kinds if kind != "TIME"][-3:] == [
        "REVEAL_END",
        "RECOVER",
        "RESULT",
    ]
    assert "recovering" in {stage for stage, _, _ in notes.stages}
    assert audit(
        data, GROUP, Expected(done.terms.sale_id, rehearsal=True), STATEMENTS
    ).holds


def test_depositors_contribute_with_the_keys_of_their_deposits() -> None:
    file = replace(terms_file(), depositors=4)
    data, done, _ = run(SeededRandomness(SEED), file=file)
    read = replay_file(data, GROUP, STATEMENTS)
    keys = [t.entry.key for t in read.entries if t.entry.type.value == "COMMIT"]
    roster = done.terms.beacon.roster
    settle = {p.final.binding.settle_pk for p in read.state.positions.by_nym.values()}
    assert keys[: len(roster)] == list(roster)
    assert len(set(keys[len(roster) :])) == 4
    assert set(keys[len(roster) :]) < settle
    assert seeded()[1].state.draw != done.state.draw, "they have a say in the seed"


@pytest.mark.slow
def test_more_depositors_contribute_than_a_batch_holds() -> None:
    people = tuple(Person(f"p{i}", 1, PRICE) for i in range(BATCH + 1))
    file = replace(terms_file(contributors=1), depositors=BATCH + 1)
    data, _, _ = run(SeededRandomness(SEED), people, file)
    kinds = _kinds(data)
    assert kinds.count("COMMIT") == kinds.count("REVEAL") == BATCH + 2


def test_somebody_may_stay_away_where_the_terms_allow_it() -> None:
    file = replace(terms_file(contributors=3), absent=1, min_commits=2)
    data, done, _ = run(SeededRandomness(SEED), file=file)
    assert done.state.phase is Phase.LOCKED
    assert len(done.state.contributions.missing) == 1
    assert audit(data, GROUP, Expected(rehearsal=True), STATEMENTS).holds


def test_somebody_may_leave_unsealed_what_the_terms_do_not_need() -> None:
    file = replace(terms_file(contributors=3), unsealed=1, min_commits=2)
    data, done, _ = run(SeededRandomness(SEED), file=file)
    assert done.state.phase is Phase.LOCKED
    report = audit(data, GROUP, Expected(rehearsal=True), STATEMENTS)
    assert report.holds
    assert report.beacon is not None
    assert report.beacon.unsealed == done.terms.beacon.roster[2:]
    kinds = _kinds(data)
    assert (kinds.count("COMMIT"), kinds.count("SEAL")) == (3, 2)


@pytest.mark.slow
@pytest.mark.parametrize("unsealed", [1, 2])
@pytest.mark.parametrize("depositors", [0, 3])
def test_too_few_seals_void_the_sale_and_refund_everybody(
    unsealed: int, depositors: int
) -> None:
    """Seals of depositors do not stand in for those of the roster."""
    file = replace(terms_file(), unsealed=unsealed, depositors=depositors)
    data, done, notes = run(SeededRandomness(SEED), file=file)
    assert done.state.void_reason is VoidReason.SEALED_MISSED
    kinds = _kinds(data)
    assert kinds[-1] == "VOID"
    assert "REVEAL" not in kinds
    assert kinds.count("SEAL") == 2 - unsealed + depositors
    check_refunds(done)
    last = {stage: (d, total) for stage, d, total in notes.stages}
    assert last["drawing"] == (4, 4)
    assert audit(
        data, GROUP, Expected(done.terms.sale_id, rehearsal=True), STATEMENTS
    ).holds


def check_refunds(done: Rehearsed) -> None:
    """Check that everybody gets everything back, and nothing else."""
    by_nym = {line.nym: line for line in done.state.ledger}
    for name, nym in done.nyms:
        person = next(p for p in PEOPLE if p.name == name)
        line = by_nym[nym]
        assert (line.units, line.payment, line.refund) == (0, 0, person.amount)


@pytest.mark.slow
@pytest.mark.parametrize("absent", [1, 2])
@pytest.mark.parametrize("depositors", [0, 3])
def test_too_few_commitments_void_the_sale_and_refund_everybody(
    absent: int, depositors: int
) -> None:
    file = replace(terms_file(), absent=absent, depositors=depositors)
    data, done, notes = run(SeededRandomness(SEED), file=file)
    assert done.state.void_reason is VoidReason.COMMITS_MISSING
    kinds = _kinds(data)
    assert kinds[-1] == "COMMIT_END"
    assert "VOID" not in kinds
    check_refunds(done)
    last = {stage: (d, total) for stage, d, total in notes.stages}
    assert last["drawing"] == (4, 4)
    assert audit(
        data, GROUP, Expected(done.terms.sale_id, rehearsal=True), STATEMENTS
    ).holds


@pytest.mark.slow
def test_what_is_played_is_the_same_for_the_same_seed() -> None:
    file = replace(
        terms_file(contributors=4), depositors=3, absent=1, withhold=2, min_commits=3
    )
    data, done, _ = run(SeededRandomness(SEED), file=file)
    with Processes(2) as workers:
        again, twice, _ = run(SeededRandomness(SEED), file=file, workers=workers)
    assert data == again
    assert done.nyms == twice.nyms


@pytest.mark.slow
@pytest.mark.parametrize("until", STOPS)
def test_a_rehearsal_that_stops_is_the_beginning_of_the_whole_one(
    until: EntryType,
) -> None:
    """Up to the checkpoint behind the marker, with nothing drawn."""
    whole, _, _ = seeded()
    data, done, notes = run(SeededRandomness(SEED), until=until)
    assert whole.startswith(data)
    assert data != whole
    assert _kinds(data)[-1] == until
    assert done.held is not None
    assert (done.held.marker, done.held.head) == (until, notes.receipts[-1].checkpoint)
    assert done.state.phase not in (Phase.LOCKED, Phase.VOID)
    last = {stage: (d, total) for stage, d, total in notes.stages}
    assert last["drawing"] == (4, 4)


@pytest.mark.slow
@pytest.mark.parametrize("until", STOPS[1:])
@pytest.mark.parametrize("fails", ["absent", "unsealed"])
def test_a_sale_that_is_void_before_has_not_stopped(
    until: EntryType, fails: str
) -> None:
    """Nobody can go on with it: void at COMMIT_END, or for the lack of SEALED."""
    absent = fails == "absent"
    file = replace(terms_file(), absent=int(absent), unsealed=int(not absent))
    whole, _, _ = run(SeededRandomness(SEED), file=file)
    data, done, _ = run(SeededRandomness(SEED), file=file, until=until)
    stops = not absent and until is EntryType.COMMIT_END
    assert (data == whole) is not stops
    assert (done.held is None) is not stops


def test_whoever_has_a_whole_rehearsal_holds_nothing() -> None:
    assert seeded()[1].held is None

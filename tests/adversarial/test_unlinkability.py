"""Nothing on the boards of two sales links the deposits of one person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import pytest

from ball import nym_at, selling
from fairlot.board.replay import replay_file
from fairlot.board.sale import SaleState
from fairlot.board.storage import MemoryStorage
from fairlot.deposit.deposit import Deposit, read_deposit
from fairlot.deposit.puzzle import answer_key
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType
from fairlot.identity.committee import Holder
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.rehearsal.play import rehearse
from fairlot.rehearsal.work import DepositJob, EnrolJob, deposit_people, enrol_people
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from fairlot.workers import InProcess
from fairlot_crypto.cbor import Value
from fairlot_crypto.randomness import SeededRandomness
from kit.gala import ANN, BOB, WISH, says, together
from kit.gala import ANSWER as GALA_ANSWER
from kit.sales import GROUP, PRICE, deposit, wished
from kit.stage import STATEMENTS, Stage
from lies_people import as_map
from unlinked import check_unlinked, shape, windows

NAMES = tuple(f"person number {i:02}" for i in range(12))


class Nobody:
    """Watches nothing."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Ignore it."""

    def acknowledged(self, receipts: object) -> None:
        """Ignore it."""


@dataclass(frozen=True, slots=True)
class Played:
    """A rehearsal, and who is who in it."""

    data: bytes
    entries: tuple[Entry, ...]
    nyms: Mapping[str, Nym]
    state: SaleState

    def of_type(self, kind: EntryType) -> list[Entry]:
        return [entry for entry in self.entries if entry.type is kind]

    def deposit_of(self, name: str) -> Deposit:
        deposits = map(read_deposit, self.of_type(EntryType.DEPOSIT))
        return next(d for d in deposits if d.nym == self.nyms[name])

    def encoded_of(self, name: str) -> bytes:
        found = self.deposit_of(name).entry_hash
        return next(e.encoded for e in self.entries if e.hash == found)


@cache
def played(title: str, seed: int = 0) -> Played:
    """Rehearse a sale: from one seed, all of them have the same registry."""
    pool = Pool(MAIN_POOL, Mechanism.EQUAL_SHARE, 5, PRICE, 1)
    file = TermsFile(title, "seat", (pool,), 1, 0, 1, 1)
    people = [Person(name, 1, PRICE) for name in NAMES]
    storage = MemoryStorage()
    randomness = SeededRandomness(bytes([seed]) * 32)
    done = rehearse(GROUP, file, people, storage, randomness, InProcess(), Nobody())
    read = replay_file(storage.data, GROUP, STATEMENTS)
    both = (*read.registry.entries, *read.entries)
    entries = tuple(timed.entry for timed in both)
    return Played(storage.data, entries, dict(done.nyms), read.state)


@pytest.fixture(scope="module")
def first() -> Played:
    return played("First concert")


@pytest.fixture(scope="module")
def second() -> Played:
    return played("Second concert")


@pytest.mark.slow
def test_two_sales_have_the_same_registry(first: Played, second: Played) -> None:
    assert first.state.terms.registry == second.state.terms.registry
    assert first.state.sale_id != second.state.sale_id


@pytest.mark.slow
def test_two_deposits_of_a_person_share_what_all_deposits_share(
    first: Played, second: Played
) -> None:
    for mine, other in pairwise(NAMES):
        check_unlinked(
            (first.encoded_of(mine), second.encoded_of(mine)),
            (first.encoded_of(other), second.encoded_of(other)),
        )


def test_the_same_holds_of_wallets_without_a_seed_in_common(concert: Stage) -> None:
    again = concert.with_terms(replace(concert.terms, title="Second concert"))
    pairs = [
        (deposit(concert, number).encoded, deposit(again, number).encoded)
        for number in (0, 1)
    ]
    check_unlinked(pairs[0], pairs[1])
    check_unlinked(pairs[1], pairs[0])


@pytest.mark.slow
def test_a_link_would_be_found(first: Played, second: Played) -> None:
    """The check is able to fail: a salt used twice is seen."""
    salt = first.deposit_of(NAMES[0]).binding.salt
    mine = first.encoded_of(NAMES[0]), second.encoded_of(NAMES[0]) + salt
    other = first.encoded_of(NAMES[1]), second.encoded_of(NAMES[1])
    with pytest.raises(AssertionError):
        check_unlinked(mine, other)


FRESH: dict[str, Callable[[Deposit], bytes]] = {
    "nym": lambda d: d.nym,
    "settlement key": lambda d: d.binding.settle_pk,
    "encryption key": lambda d: d.binding.enc_pk,
    "refund destination": lambda d: d.binding.refund_to,
    "salt": lambda d: d.binding.salt,
    "proof": lambda d: d.proof,
}


@pytest.mark.thorough
@pytest.mark.parametrize("what", FRESH)
def test_every_deposit_has_its_own(first: Played, second: Played, what: str) -> None:
    values = {FRESH[what](p.deposit_of(n)) for p in (first, second) for n in NAMES}
    assert len(values) == 2 * len(NAMES)


@pytest.mark.thorough
def test_payments_do_not_link_either(first: Played, second: Played) -> None:
    refs = [
        entry.body["ref"]
        for sale in (first, second)
        for entry in sale.of_type(EntryType.PAID)
    ]
    assert len(set(map(str, refs))) == 2 * len(NAMES)


@pytest.mark.thorough
def test_no_name_is_in_a_transcript(first: Played) -> None:
    for name in NAMES:
        assert name.encode() not in first.data
    assert b"person number" not in first.data


def test_nothing_of_a_leaf_is_in_a_deposit(first: Played) -> None:
    """Index, holder, handle and commitment stay with the registry."""
    leaves = b"".join(e.encoded for e in first.of_type(EntryType.LEAF))
    registry = windows(first.of_type(EntryType.REGISTRY)[0].encoded)
    for name in NAMES:
        assert not windows(first.encoded_of(name)) & windows(leaves) - registry


def orders(sale: Played) -> dict[str, list[str]]:
    """Return who comes when, as the rehearsal alone can tell."""
    by_nym = {nym: name for name, nym in sale.nyms.items()}
    deposits = map(read_deposit, sale.of_type(EntryType.DEPOSIT))
    paid = [e.body["nym"] for e in sale.of_type(EntryType.PAID)]
    return {
        "list": list(NAMES),
        "deposits": [by_nym[d.nym] for d in deposits],
        "payments": [by_nym[Nym(n)] for n in paid if isinstance(n, bytes)],
    }


@pytest.mark.thorough
def test_deposits_and_payments_come_in_orders_of_their_own(
    first: Played, second: Played
) -> None:
    """A shuffle of twelve equals another with chance 1 in 479 million."""
    found = [
        tuple(order) for order in (*orders(first).values(), *orders(second).values())
    ]
    assert all(sorted(order) == sorted(NAMES) for order in found)
    assert len(set(found)) == len(found) - 1, "only the list itself comes twice"


@pytest.mark.slow
def test_leaves_jobs_and_deposits_are_shuffled_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seen from inside: in which order people are enrolled and asked to deposit."""
    seen: dict[str, list[str]] = {"leaves": [], "credentials": []}
    names = {_holder_key(name): name for name in NAMES}

    def watch_enrol(job: EnrolJob) -> object:
        seen["leaves"] += [names[h.signing.public] for h, _, _ in job.people]
        return enrol_people(job)

    def watch_sell(job: DepositJob) -> object:
        holders = [person.holder for person in job.people]
        seen["credentials"] += [names[h.signing.public] for h in holders]
        return deposit_people(job)

    monkeypatch.setattr("fairlot.rehearsal.registering.enrol_people", watch_enrol)
    monkeypatch.setattr("fairlot.rehearsal.play.deposit_people", watch_sell)
    sale = played("Third concert")
    found = {**orders(sale), **seen}
    assert all(sorted(order) == sorted(NAMES) for order in found.values())
    assert len({tuple(order) for order in found.values()}) == 5


def _holder_key(name: str) -> bytes:
    person = SeededRandomness(bytes(32)).derive(f"person/{name}")
    return Holder.generate(person).signing.public


@pytest.mark.slow
def test_without_a_common_seed_nothing_is_common(first: Played) -> None:
    other = played("First concert", seed=1)
    for name in NAMES[:3]:
        a, b = first.deposit_of(name), other.deposit_of(name)
        mine, theirs = ({take(d) for take in FRESH.values()} for d in (a, b))
        assert not mine & theirs


# Orders that say more: a bid, a group, a solution.

SALE = (
    Pool(
        "riddle",
        Mechanism.LOTTERY,
        8,
        100,
        group_max=2,
        puzzle=answer_key("owl").public,
    ),
    Pool("rest", Mechanism.AUCTION, 1, 100),
)


def ordered(title: str) -> list[Entry]:
    """Return the deposits of two pairs who solve the same, bid the same, and do it again."""
    on = selling(*SALE)
    on = on.with_terms(replace(on.terms, title=title))
    made: list[Entry] = []
    for pair in ((0, 1), (2, 3)):
        members = tuple(nym_at(on, number) for number in pair)
        wish = Wish(0, 1, 300, members=members, bid=250, answers=("owl",))
        made += [wished(on, number, wish) for number in pair]
    return made


def test_bids_groups_and_solutions_do_not_link_two_sales() -> None:
    first, second = ordered("First gala"), ordered("Second gala")
    for mine, other in ((0, 2), (1, 3), (2, 1), (3, 0)):
        check_unlinked(
            (first[mine].encoded, second[mine].encoded),
            (first[other].encoded, second[other].encoded),
        )


def test_nobody_shows_whether_they_bid_or_what() -> None:
    """Same keys, same lengths: the sealed bid is one that everybody has."""
    on = selling(*SALE)
    bids = (None, 0, 250, 2**64 - 1)
    made = [wished(on, i, Wish(0, 1, 300, bid=bid)) for i, bid in enumerate(bids)]
    assert len({len(entry.encoded) for entry in made}) == 1
    assert len({shape(entry.body) for entry in made}) == 1


def test_deposits_differ_in_nothing_but_what_people_show() -> None:
    """Group, tier and solutions, if they like; and the values that the terms ask for."""
    pair = replace(together(ANN, BOB), answers=(GALA_ANSWER,), bid=7)
    said = (pair, WISH, replace(WISH, tier="gold"), replace(WISH, bid=300))
    made = [says(number, wish) for number, wish in zip((0, 1, 2, 0), said, strict=True)]
    assert len({shape(rest(entry)) for entry in made}) == 1
    assert len({shape(entry.body) for entry in made}) > 1


def rest(entry: Entry) -> Mapping[str, Value]:
    """Return a body without what people show of themselves."""
    bound = read_deposit(entry).binding.to_value()
    order, shows = as_map(bound["order"]), as_map(entry.body["disclosed"])
    always = {key: order[key] for key in ("wants", "bid")}
    assert set(order) - set(always) <= {"members", "tier", "solutions"}
    ph = {**bound, "group": None, "order": always}
    return {**entry.body, "ph": ph, "disclosed": dict.fromkeys(shows, "")}

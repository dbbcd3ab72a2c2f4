"""What the logs of two sales and of their registry show of those who claim.

Ann loses her device between her deposits in two sales and is verified again; nothing happens
to Bob. Both pay and claim in both. Cat has a leaf, and never enters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import pytest

from fairlot.board.log_state import LogState
from fairlot.board.sale import SaleState
from fairlot.claim.claim import read_claim
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.identity.committee import Committee, Holder
from fairlot.identity.credential import CredentialRequest, request_credential
from fairlot.identity.leaf import Leaf
from fairlot.identity.registry import DAY
from fairlot.identity.roll import PostedRoll
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.randomness import Randomness
from kit import lives
from kit.sales import GROUP, source
from kit.world import World
from unlinked import CHANCE, INNER, WINDOW, shape, windows

PERSONAL = (EntryType.DEPOSIT, EntryType.PAID, EntryType.CLAIM)
LIFE = (EntryType.LEAF, EntryType.FREEZE, EntryType.RECOVERY, EntryType.SWITCH)
PEOPLE = ("ann", "bob")
PUBLIC: Mapping[str, Value] = {"index": 0, "version": 0}
"""What of a request the registry log shows."""
BOUNDARY = 3_000
"""Seconds after the beginning of an epoch: within the time of grace."""


@dataclass(slots=True)
class Watched:
    """A world, and everything that anybody sees of it."""

    world: World
    second: SaleState
    entries: list[tuple[LogState, Entry]]

    @property
    def sales(self) -> tuple[SaleState, SaleState]:
        return self.world.state, self.second

    def log(self, state: LogState) -> list[Entry]:
        return [entry for of, entry in self.entries if of is state]

    def of(self, name: str, sale: SaleState) -> list[Entry]:
        """Return what a person's nym stands in."""
        nym = self.world.nym(name, sale)
        found = (e for e in self.log(sale) if e.type in PERSONAL)
        return [entry for entry in found if entry.body["nym"] == nym]

    def claim(self, name: str, sale: SaleState) -> Entry:
        return next(e for e in self.of(name, sale) if e.type is EntryType.CLAIM)


def watch(patch: pytest.MonkeyPatch) -> list[tuple[LogState, Entry]]:
    """Keep what is appended to any log."""
    entries: list[tuple[LogState, Entry]] = []
    append = LogState.append

    def watched(state: LogState, entry: Entry, time: int) -> None:
        append(state, entry, time)
        entries.append((state, entry))

    patch.setattr(LogState, "append", watched)
    return entries


@pytest.fixture(scope="module")
def seen() -> Watched:
    with pytest.MonkeyPatch.context() as patch:
        entries = watch(patch)
        world = World(late=("cat",))
        world.enrol("cat", Holder.generate(source("cat")))
        second = world.another_sale("Second night", 2 * DAY)
        deposit_and_pay(world, world.state)
        lost = world.devices["ann"]
        world.log(lives.freeze(world.on.parts, 0, lost.holder.signing))
        holder = world.recover("ann", "ann 2")
        world.wait(world.on.registry.recovery.cooling)
        world.switch("ann", holder)
        deposit_and_pay(world, second)
        for sale in (world.state, second):
            world.draw(sale)
        world.clock = second.terms.times.unlock
        for sale in (world.state, second):
            sale.append(world.on_sale(sale).sign(EntryType.UNLOCK), world.clock)
            for name in PEOPLE:
                world.claim(world.devices[name], f"{name} claims", state=sale)
        return Watched(world, second, entries)


def deposit_and_pay(world: World, sale: SaleState) -> None:
    for name in PEOPLE:
        world.pay(world.deposit(world.devices[name], state=sale).nym, sale)


def all_windows(entries: Iterable[Entry], width: int = WINDOW) -> set[bytes]:
    found = (windows(entry.encoded, width) for entry in entries)
    return set[bytes]().union(*found)


def inside(shared: Iterable[bytes]) -> set[bytes]:
    """Leave out the bytes at either end that may agree by chance."""
    return {window[CHANCE:-CHANCE] for window in shared}


def frames(seen: Watched) -> set[bytes]:
    """Return what stands in everybody's entries in both sales: it is nobody's."""
    first, *others = (
        all_windows(seen.of(name, sale), INNER)
        for name in PEOPLE
        for sale in seen.sales
    )
    return first.intersection(*others)


# Claims.


@pytest.mark.thorough
def test_a_claim_after_a_recovery_has_the_form_of_any_other(seen: Watched) -> None:
    """Same fields, same lengths, same numbers; the bytes are fresh."""
    for sale in seen.sales:
        ann, bob = (seen.claim(name, sale) for name in PEOPLE)
        assert shape(ann.body) == shape(bob.body)
        assert len(ann.encoded) == len(bob.encoded)
        assert read_claim(ann).epoch == read_claim(bob).epoch == seen.world.epoch


def test_one_counts_as_much_as_another(seen: Watched) -> None:
    """Nor does the fold know more: control and release ask for nothing else."""
    for sale in seen.sales:
        for name in PEOPLE:
            claim = read_claim(seen.claim(name, sale))
            assert sale.controller(claim.nym) == claim


def test_what_two_sales_have_in_common_is_nobodys(seen: Watched) -> None:
    """Every run of 16 bytes of both logs stands in everybody's entries, or in no person's."""
    first, second = (seen.log(sale) for sale in seen.sales)
    shared = all_windows(first) & all_windows(second)
    personal = [e for e in (*first, *second) if e.type in PERSONAL]
    assert len(personal) == 2 * len(PERSONAL) * len(PEOPLE)
    touching = shared & all_windows(personal)
    assert touching, "the names of the fields, at least"
    assert inside(touching) <= frames(seen)


def test_what_is_in_everybodys_entries_is_public(seen: Watched) -> None:
    """The format, and the keys of board and escrow: it is there without anybody's bytes."""
    terms = seen.world.on.terms
    public: set[bytes] = {terms.board.key, terms.escrow}
    first, second = (seen.log(sale) for sale in seen.sales)
    personal = [e for e in (*first, *second) if e.type in PERSONAL]
    masked = (cbor.encode(mask(cbor.decode(e.encoded), public)) for e in personal)
    known = set[bytes]().union(*(windows(each, INNER) for each in masked))
    shared = all_windows(first) & all_windows(second) & all_windows(personal)
    assert inside(shared) <= known


def mask(value: Value, public: set[bytes]) -> Value:
    """Blot out every byte string that is not public."""
    if isinstance(value, list):
        return [mask(each, public) for each in value]
    if isinstance(value, Mapping):
        return {key: mask(each, public) for key, each in value.items()}
    if isinstance(value, bytes) and value not in public:
        return bytes(len(value))
    return value


def test_nothing_of_a_leaf_is_in_a_sale(seen: Watched) -> None:
    """Neither as it was registered, nor of its recovery."""
    told = [e for e in seen.log(seen.world.registry) if e.type in LIFE]
    assert {e.type for e in told} == set(LIFE)
    for sale in seen.sales:
        for name in PEOPLE:
            shared = all_windows(told) & all_windows(seen.of(name, sale))
            assert inside(shared) <= frames(seen)


def test_a_link_would_be_found(seen: Watched) -> None:
    """The checks are able to fail: neither a salt nor a holder's key is in all entries."""
    first, _ = seen.sales
    salt = read_claim(seen.claim("ann", first)).binding.salt
    key = seen.world.devices["ann"].holder.signing.public
    for value in (salt, key):
        assert not inside(windows(value)) & frames(seen)


# Requests.


def requested(world: World, name: str) -> CredentialRequest:
    """Return what a wallet sends to the issuers now, whom it makes answer."""
    asked: list[CredentialRequest] = []
    answer = Committee.answer

    def watched(
        committee: Committee,
        request: CredentialRequest,
        leaf: Leaf,
        rolls: Sequence[PostedRoll],
        now: int,
        randomness: Randomness,
    ) -> tuple[bytes, ...]:
        asked.append(request)
        return answer(committee, request, leaf, rolls, now, randomness)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Committee, "answer", watched)
        world.credentials(world.devices[name])
    return asked[0]


def sent(request: CredentialRequest) -> bytes:
    """Return every byte of a request."""
    return cbor.encode(fields_of(request))


def fields_of(request: CredentialRequest) -> dict[str, Value]:
    """Return the fields of a request, the scalars at their full length."""
    scalars = {"challenge": request.challenge, "response": request.response}
    full = {name: scalar_to_bytes(scalar) for name, scalar in scalars.items()}
    return {**asdict(request), "rolls": list(request.rolls), **full}


def three(*, entering: bool) -> World:
    """Return a world of two rolls and two sales, in which Ann and Bob enter, or nobody."""
    world = World(late=("cat",))
    world.enrol("cat", Holder.generate(source("cat")))
    world.log(world.on.roll_entry(world.roll_due()))
    if entering:
        second = world.another_sale("Second night")
        deposit_and_pay(world, world.state)
        deposit_and_pay(world, second)
    world.wait(DAY)
    return world


def test_who_enters_asks_for_the_same_as_who_does_not() -> None:
    """Byte for byte: nothing of a sale goes into a request, nor whether there is one."""
    entered, kept_out = three(entering=True), three(entering=False)
    for name in (*PEOPLE, "cat"):
        assert sent(requested(entered, name)) == sent(requested(kept_out, name))


def test_a_request_names_no_sale_and_every_unexpired_roll() -> None:
    """Of a leaf that is on one of the rolls only, too."""
    world = three(entering=True)
    rolls = tuple(sorted(world.registry.rolls))
    assert (len(rolls), len(world.sale_ids)) == (2, 2)
    for name in (*PEOPLE, "cat"):
        request = requested(world, name)
        assert request.rolls == rolls
        for sale_id in world.sale_ids:
            assert not windows(sent(request)) & windows(sale_id)


def test_nothing_of_a_request_is_in_a_sale(seen: Watched) -> None:
    """So neither issuers nor who listens can tell whose deposit is whose."""
    for name in PEOPLE:
        request = sent(requested(seen.world, name))
        for sale in seen.sales:
            assert not windows(request) & all_windows(seen.of(name, sale))


def test_who_asks_for_some_rolls_only_is_not_answered() -> None:
    """Issuers answer no request that could name a sale by its roll."""
    world = three(entering=False)
    device, leaf = world.devices["ann"], world.registry.leaf_at(0, world.clock)
    rolls = list(world.registry.rolls)
    for some in ([rolls[0]], [rolls[1]], [], [*rolls, rolls[0]]):
        pending = request_credential(
            GROUP,
            world.on.registry,
            device.identity,
            device.holder.signing,
            world.epoch,
            some,
            source("some"),
        )
        posted = tuple(world.registry.rolls.values())
        asked = pending.request, leaf, posted, world.clock, source("boxes")
        with pytest.raises(Rejection, match=r"request\.rolls"):
            world.committee.answer(*asked)


def test_renewals_at_the_boundary_of_an_epoch_look_alike() -> None:
    """Of who entered, who was verified again, and who did nothing: the same form, fresh bytes.

    What differs is public: index, version and holder of the leaf.
    """
    world = three(entering=True)
    holder = world.recover("ann", "ann 2")
    world.wait(world.on.registry.recovery.cooling)
    world.switch("ann", holder)
    renewed: dict[str, list[CredentialRequest]] = {}
    for _ in range(2):
        world.clock = (world.epoch + 1) * DAY + BOUNDARY
        for name in (*PEOPLE, "cat"):
            renewed.setdefault(name, []).append(requested(world, name))
    for at_once in zip(*renewed.values(), strict=True):
        assert (
            len({shape({**fields_of(request), **PUBLIC}) for request in at_once}) == 1
        )
    for first, second in renewed.values():
        masked = mask(fields_of(first), {first.holder_key, *first.rolls})
        shared = windows(sent(first)) & windows(sent(second))
        assert inside(shared) <= windows(cbor.encode(masked), INNER)

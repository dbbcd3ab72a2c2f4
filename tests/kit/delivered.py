"""A sale that goes on behind its RESULT: promised, unlocked, claimed, delivered."""

from collections.abc import Sequence
from functools import cache

from fairlot.board.sale import SaleState
from fairlot.claim.make import MadeClaim
from fairlot.delivery.entries import Recipient, make_delivery, make_items
from fairlot.delivery.items import ItemBook, Unit
from fairlot.entry import Entry, EntryHash, EntryType
from fairlot.identity.registry import epoch_at
from fairlot.names import Nym
from fairlot_crypto.keys import SigningKey
from kit.claims import claimed
from kit.sales import Step, nym_of, renewed, source, stage, steps
from kit.sales import deposit as deposit_of
from kit.stage import Stage


def sold() -> Stage:
    """Return a sale of two people in which each wins a unit."""
    return stage(supply=2)


def codes(count: int) -> tuple[bytes, ...]:
    """Return items."""
    return tuple(f"CODE-{number:04}".encode() for number in range(count))


def winners(on: Stage) -> list[int]:
    """Return the members by the order of their nyms: the order of the units of ``sold``."""
    everybody = range(len(on.members))
    return sorted(everybody, key=lambda number: nym_of(deposit_of(on, number)))


def units_sold(on: Stage) -> tuple[Unit, ...]:
    """Return the units of ``sold``: one each, by nym."""
    (pool,) = on.terms.pools
    nyms = (nym_of(deposit_of(on, number)) for number in winners(on))
    return tuple(Unit(pool.name, nym) for nym in nyms)


def book(on: Stage, items: Sequence[bytes] | None = None, label: str = "") -> ItemBook:
    """Return the seller's book; another label, other salts."""
    units = units_sold(on)
    given = codes(len(units)) if items is None else items
    return ItemBook.fill(on.terms.sale_id, units, given, source(f"salts/{label}"))


@cache
def unlock_claim(on: Stage, number: int, label: str = "claim") -> MadeClaim:
    """Return a member's claim of the epoch of the unlock."""
    epoch = epoch_at(on.registry, on.terms.times.unlock)
    return claimed(on, renewed(on, number, epoch), epoch, f"{label}/{number}")


def released_at(on: Stage) -> int:
    """Return when claims of the epoch of the unlock are released."""
    registry = on.registry
    epoch = epoch_at(registry, on.terms.times.unlock)
    return (epoch + 1) * registry.epoch + registry.grace


def promise(on: Stage, of: ItemBook | None = None) -> Entry:
    """Return the seller's ITEMS."""
    return make_items(book(on) if of is None else of, on.parts.seller)


def delivery(
    on: Stage,
    unit: int = 0,
    to: MadeClaim | None = None,
    of: ItemBook | None = None,
    items: EntryHash | None = None,
    nym: Nym | None = None,
    seller: SigningKey | None = None,
    label: str = "box",
) -> Entry:
    """Return the DELIVERY of a unit, by default the right one.

    Args:
        on: the sale.
        unit: k.
        to: the claim; by default that of the unit's winner.
        of: the book that the item is from.
        items: the promise that it names; by default that of the right book.
        nym: whose it is said to be; by default the claim's.
        seller: who signs.
        label: another one, another box.
    """
    claim = to or unlock_claim(on, winners(on)[unit])
    enc_pk = claim.keys.enc.public
    recipient = Recipient(nym or claim.nym, claim.entry.hash, enc_pk)
    return make_delivery(
        of or book(on),
        items or promise(on).hash,
        unit,
        recipient,
        seller or on.parts.seller,
        source(f"{label}/{unit}"),
    )


def more_steps(on: Stage) -> tuple[Step, ...]:
    """Return the steps behind RESULT, one item for each."""
    unlock = on.terms.times.unlock
    everybody = range(len(on.members))
    drawn = steps(on)[-1].time
    return (
        Step("items", drawn + 10, lambda _: [promise(on)]),
        Step("unlock", unlock, lambda _: [on.sign(EntryType.UNLOCK)]),
        Step(
            "claims",
            unlock + 10,
            lambda _: [unlock_claim(on, number).entry for number in everybody],
        ),
        Step(
            "deliveries",
            released_at(on),
            lambda _: [delivery(on, unit) for unit in everybody],
        ),
        Step("end", released_at(on) + 10, lambda _: []),
    )


def played_on(on: Stage, until: str = "deliveries") -> SaleState:
    """Return the fold of the sale, up to and with a step."""
    state = on.registered()
    for step in (*steps(on), *more_steps(on)):
        for entry in step.make(state):
            if step.name in _OF_REGISTRY:
                continue
            if state.begun and step.time > state.clock:
                state.append(on.time_entry(step.time), state.clock)
            state.append(entry, step.time)
        if step.name == until:
            break
    return state


_OF_REGISTRY = ("registry", "leaves", "roll")

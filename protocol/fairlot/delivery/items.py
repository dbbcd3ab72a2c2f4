"""Which item belongs to which unit, before anybody sees it (specs/delivery.md, section 1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from fairlot.allocation.outcome import Outcome
from fairlot.allocation.redraw import Redrawn
from fairlot.names import Nym, SaleId
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import i2osp, tagged_hash
from fairlot_crypto.log.merkle import Tree, inclusion_proof
from fairlot_crypto.randomness import Randomness

ITEM_MAX = 1_024
"""Bytes of the longest item."""
SALT_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit that was sold."""

    pool: str
    nym: Nym
    """Who has won it."""


@dataclass(frozen=True, slots=True)
class Items:
    """What the seller says in public of all items."""

    count: int
    """One item for each unit that was sold."""
    root: bytes
    """Of the tree of commitments, 32 bytes."""


def units_of(outcome: Outcome) -> tuple[Unit, ...]:
    """Return the units that were sold, in their one order: pool, nym, unit (step 1)."""
    # Step 1.
    return tuple(
        Unit(result.pool.name, award.nym)
        for result in outcome.pools
        for award in sorted(result.awards, key=lambda award: award.nym)
        for _ in range(award.units)
    )


def units_after(first: Outcome, redrawn: Redrawn) -> tuple[Unit, ...]:
    """Return the units that were sold after seats have lapsed, in the order of step 1."""
    again = {result.pool.name: result.awards for result in redrawn.pools}
    lapsed = set(redrawn.lapsed)
    units: list[Unit] = []
    for result in first.pools:
        name = result.pool.name
        kept = (
            award
            for award in result.awards
            if not (result.pool.collect and award.nym in lapsed)
        )
        awards = sorted((*kept, *again.get(name, ())), key=lambda award: award.nym)
        units += (Unit(name, a.nym) for a in awards for _ in range(a.units))
    return tuple(units)


def commit_item(sale_id: SaleId, unit: int, salt: bytes, item: bytes) -> bytes:
    """Return the commitment to one item, 32 bytes (step 3).

    Args:
        sale_id: of the sale.
        unit: k, the place of the unit in the order, from 0.
        salt: 32 random bytes, or the item could be guessed.
        item: its bytes.
    """
    # Step 3.
    return tagged_hash("item", sale_id, i2osp(unit, 8), salt, item)


@dataclass(frozen=True)
class ItemBook:
    """The items of a sale with their salts, which the seller keeps."""

    sale_id: SaleId
    items: tuple[bytes, ...] = field(repr=False)
    """Item k belongs to unit k."""
    salts: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def fill(
        cls,
        sale_id: SaleId,
        units: Sequence[Unit],
        items: Sequence[bytes],
        randomness: Randomness,
    ) -> "ItemBook":
        """Give each unit an item, in the order of the list (step 2).

        Args:
            sale_id: of the sale.
            units: as ``units_of`` orders them.
            items: at least as many as there are units; what is left over stays unsold.
            randomness: 32 bytes for each unit.

        Raises:
            CallerError: ``items.too-few``; ``items.size`` for an item that is empty or
                longer than 1,024 bytes; ``items.twice`` for two that are equal.
        """
        # Step 2.
        if len(items) < len(units):
            problem = f"{len(units)} units were sold, and there are {len(items)} items"
            raise CallerError("items.too-few", problem)
        if not all(0 < len(item) <= ITEM_MAX for item in items):
            raise CallerError("items.size", f"an item must have 1 to {ITEM_MAX} bytes")
        if len(set(items)) < len(items):
            raise CallerError("items.twice", "two units would get one item")
        given = tuple(items[: len(units)])
        return cls(sale_id, given, tuple(randomness.take(SALT_LENGTH) for _ in given))

    @cached_property
    def tree(self) -> Tree:
        """The tree of all commitments (step 3)."""
        tree = Tree()
        for unit, (salt, item) in enumerate(zip(self.salts, self.items, strict=True)):
            tree.append(commit_item(self.sale_id, unit, salt, item))
        return tree

    @property
    def public(self) -> Items:
        """What the seller publishes before anybody can claim an item."""
        return Items(len(self.items), self.tree.root())

    def proof(self, unit: int) -> tuple[bytes, ...]:
        """Return the proof that a commitment is the one of unit k.

        Raises:
            CallerError: ``merkle.range`` for a unit that was not sold.
        """
        return inclusion_proof(self.tree, unit)

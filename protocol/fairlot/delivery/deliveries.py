"""What was promised and what was delivered in a sale (specs/delivery.md, section 4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fairlot.delivery.entries import Delivery, read_delivery, read_items
from fairlot.delivery.items import Items, Unit
from fairlot.entry import Entry, EntryHash
from fairlot.errors import Rejection
from fairlot.names import Nym


@dataclass(frozen=True, slots=True)
class Promise:
    """The accepted ITEMS entry, and for which units it is."""

    items: Items
    units: Sequence[Unit]
    """In their order: ``items.count`` of them."""
    entry_hash: EntryHash


@dataclass(slots=True)
class Deliveries:
    """Everything that the seller has said about items."""

    promise: Promise | None = None
    by_unit: dict[int, Delivery] = field(default_factory=dict[int, Delivery])

    @property
    def promised(self) -> int:
        """The number of items that were promised; 0 without a promise."""
        return 0 if self.promise is None else self.promise.items.count

    @property
    def delivered(self) -> int:
        """The number of units of which a box is on the log."""
        return len(self.by_unit)

    def take_items(self, entry: Entry, units: Sequence[Unit]) -> None:
        """Take the promise in (step 12).

        Args:
            entry: ITEMS, signed by the seller.
            units: that were sold, in their order.

        Raises:
            Rejection: ``entry.field``, ``items.again``, ``items.count``.
        """
        # Step 12.
        items = read_items(entry)
        if self.promise is not None:
            problem = "the items were promised already: nobody may choose again"
            raise Rejection("items.again", problem)
        if items.count != len(units):
            problem = f"{len(units)} units were sold, and {items.count} are promised"
            raise Rejection("items.count", problem)
        self.promise = Promise(items, units, entry.hash)

    def take_delivery(
        self, entry: Entry, released: Callable[[Nym], EntryHash | None]
    ) -> None:
        """Take a delivery in (steps 14 to 17); what is in the box nobody can see.

        Args:
            entry: DELIVERY, signed by the seller.
            released: the claim that has what a nym has won; ``None`` while it waits.

        Raises:
            Rejection: ``entry.field``, ``delivery.*``.
        """
        # Step 14.
        delivery = read_delivery(entry)
        # Step 15.
        if self.promise is None or delivery.items != self.promise.entry_hash:
            problem = "the delivery must name the items that were promised by ITEMS"
            raise Rejection("delivery.items", problem)
        _check_unit(delivery, self.promise)
        # Step 16.
        if delivery.unit in self.by_unit:
            problem = f"unit {delivery.unit} was delivered already"
            raise Rejection("delivery.twice", problem)
        # Step 17.
        claim = released(delivery.nym)
        if claim is None:
            problem = "what this nym has won is not released to a claim yet: wait"
            raise Rejection("delivery.waits", problem)
        if delivery.claim != claim:
            problem = "what this nym has won is released to another claim"
            raise Rejection("delivery.claim", problem)
        self.by_unit[delivery.unit] = delivery


def _check_unit(delivery: Delivery, promise: Promise) -> None:
    """Check that the unit was sold, and to this nym (step 15)."""
    unit, units = delivery.unit, promise.units
    if unit >= len(units) or units[unit].nym != delivery.nym:
        raise Rejection("delivery.unit", f"unit {unit} was not won by this nym")

"""Items that are promised and delivered in sales that a model follows."""

from dataclasses import dataclass, field

from fairlot.board.phase import Phase
from fairlot.delivery.entries import Recipient, make_delivery, make_items
from fairlot.delivery.items import ItemBook, Unit, units_of
from fairlot.entry import EntryHash
from kit.sales import source
from lives_by_model import Lives, Sold
from person_model import Placed


@dataclass(slots=True)
class Handed:
    """What a seller has promised and delivered in one sale."""

    book: ItemBook
    items: EntryHash
    boxes: dict[int, Placed] = field(default_factory=dict[int, Placed])
    """Of each unit, the claim to whose key the box is sealed."""


class Delivering(Lives):
    """A world in which sellers hand over what was won."""

    def __init__(self, committee: tuple[int, int]) -> None:
        """Start without a promise."""
        Lives.__init__(self, committee)
        self.handed: dict[int, Handed] = {}
        """By sale."""

    def _promise(self, place: int) -> None:
        """Promise an item for each unit, in a book that nobody has seen before."""
        sold = self.sales[place]
        units = self._units(sold)
        items = [f"CODE-{number}".encode() for number in range(len(units))]
        salts = source(f"salts/{self._fresh()}")
        book = ItemBook.fill(sold.state.sale_id, units, items, salts)
        expected = "items.again" if place in self.handed else ""
        if sold.state.phase is not Phase.LOCKED:
            expected = "phase.wrong"
        entry = make_items(book, self.world.on.parts.seller)
        # Where nothing was sold, two promises are the same bytes: they hold no salt.
        if entry.hash in {each.hash for _, each in self.taken}:
            expected = "entry.duplicate"
        self._give(self._sale(sold), entry, expected)
        if not expected:
            self.handed[place] = Handed(book, entry.hash)

    def _deliver(self, place: int, number: int, which: int) -> None:
        """Deliver a unit to one of the claims of its winner, the right one or not."""
        sold, handed = self.sales[place], self.handed.get(place)
        units = self._units(sold)
        if not units or handed is None:
            return
        unit = number % len(units)
        nym = units[unit].nym
        (name,) = (each for each in sold.people if self._nym(each, sold) == nym)
        claims = sold.state.claims.by_nym.get(nym, ())
        if not claims:
            return
        claim = claims[which % len(claims)]
        due = sold.people[name].released(sold.state.terms.times.unlock, self.now)
        expected = self._delivery_code(sold, handed, unit, claim.entry_hash, due)
        entry = make_delivery(
            handed.book,
            handed.items,
            unit,
            Recipient(nym, claim.entry_hash, claim.binding.enc_pk),
            self.world.on.parts.seller,
            source(f"box/{self._fresh()}"),
        )
        self._give(self._sale(sold), entry, expected)
        if not expected and due is not None:
            handed.boxes[unit] = due

    def _delivery_code(
        self,
        sold: Sold,
        handed: Handed,
        unit: int,
        claim: EntryHash,
        due: Placed | None,
    ) -> str:
        """Return how a delivery is judged, by specs/delivery.md, section 4."""
        if sold.state.phase is not Phase.UNLOCKED:
            return "phase.wrong"
        if unit in handed.boxes:
            return "delivery.twice"
        if due is None:
            return "delivery.waits"
        return "" if claim == due.hash else "delivery.claim"

    def _units(self, sold: Sold) -> tuple[Unit, ...]:
        drawn = sold.state.outcome
        return () if drawn is None else units_of(drawn)

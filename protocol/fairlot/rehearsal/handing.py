"""How a rehearsal's seller hands items over, and winners open them.

specs/rehearsal.md, section 7. What a box holds only whoever made the claim can see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fairlot.board.phase import Phase
from fairlot.board.sale import SaleState
from fairlot.claim.claim import Claim
from fairlot.delivery.box import open_item
from fairlot.delivery.deliveries import Promise
from fairlot.delivery.entries import Recipient, make_delivery, make_items
from fairlot.delivery.items import ItemBook
from fairlot.entry import Entry
from fairlot.inputs.input_file import InputFile
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.rehearsal.showing import Showing
from fairlot.text import counted

PROMISED_AFTER = 10
"""Seconds after RESULT."""


def check_item_count(path: Path, items: Sequence[bytes], file: TermsFile) -> None:
    """Check that a list has an item for each unit that is for sale (step 20).

    Args:
        path: of the list.
        items: that it holds.
        file: the seller's terms.

    Raises:
        InputError: ``items-file.count``.
    """
    # Step 20.
    units = sum(pool.supply for pool in file.pools)
    if len(items) == units:
        return
    has = counted(len(items), "item", "items")
    wanted = counted(units, "unit is", "units are")
    problem = f"holds {has}, and {wanted} for sale"
    remedy = "write one for each and no heading, or correct the supply"
    raise InputFile(path, "").error("items-file.count", f"{problem}: {remedy}")


@dataclass(frozen=True, slots=True)
class Handed:
    """One unit that was sold, and what has become of its item."""

    unit: int
    """k, from 0."""
    pool: str
    nym: Nym
    """Who has won it."""
    item: bytes | None = field(repr=False)
    """As it was opened; ``None`` where nothing was delivered."""
    holder: str
    """What tables call whoever opened it; empty for nobody."""


@dataclass(slots=True)
class Handing:
    """Promises the items of a sale, and delivers each once its unit is released."""

    showing: Showing
    items: Sequence[bytes]
    """As many as there are units for sale; none where the seller hands over nothing."""
    book: ItemBook | None = None
    """There once the items are promised."""

    @property
    def _state(self) -> SaleState:
        return self.showing.state

    def promise(self) -> None:
        """Post ITEMS behind RESULT (step 21)."""
        state = self._state
        if not self.items or state.phase is not Phase.LOCKED:
            return
        # Step 21.
        randomness = self.showing.claiming.randomness.derive("items")
        units = state.units()
        book = ItemBook.fill(state.sale_id, units, self.items, randomness)
        promised = make_items(book, self.showing.parts.seller)
        self.showing.poster.post([promised], state.clock + PROMISED_AFTER)
        self.book = book

    def deliver(self, time: int) -> None:
        """Post a DELIVERY of every unit that is released and not delivered (step 22)."""
        promise = self._state.deliveries.promise
        if self.book is None or promise is None:
            return
        # Step 22.
        made: list[Entry] = []
        for unit, sold in enumerate(promise.units):
            claim = self._state.released(sold.nym, time)
            if claim is not None and unit not in self._state.deliveries.by_unit:
                made.append(self._delivery(self.book, promise, unit, claim))
        self.showing.poster.post_chunks(made, time)

    def handed(self) -> tuple[Handed, ...]:
        """Return what has become of every unit that was promised, in their order (step 23).

        Raises:
            Rejection: ``delivery.*`` for a wrong delivery.
        """
        promise = self._state.deliveries.promise
        if promise is None:
            return ()
        return tuple(self._open(promise, unit) for unit in range(len(promise.units)))

    def _delivery(
        self, book: ItemBook, promise: Promise, unit: int, claim: Claim
    ) -> Entry:
        randomness = self.showing.claiming.randomness.derive(f"delivery/{unit}")
        to = Recipient(claim.nym, claim.entry_hash, claim.binding.enc_pk)
        seller = self.showing.parts.seller
        return make_delivery(book, promise.entry_hash, unit, to, seller, randomness)

    def _open(self, promise: Promise, unit: int) -> Handed:
        """Open the box of a unit, as whoever made the claim does."""
        sold = promise.units[unit]
        delivery = self._state.deliveries.by_unit.get(unit)
        if delivery is None:
            return Handed(unit, sold.pool, sold.nym, None, "")
        # Step 23.
        key = self.showing.claims[delivery.claim].keys.enc
        item = open_item(self._state.sale_id, promise.items, unit, delivery.box, key)
        holder = self.showing.makers[delivery.claim]
        return Handed(unit, sold.pool, sold.nym, item, holder)

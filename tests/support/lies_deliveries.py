"""Lies about items: promised by the wrong hand, too few, sent to the wrong claim."""

from collections.abc import Callable

from fairlot.delivery.entries import make_items
from fairlot.delivery.items import ItemBook
from fairlot.entry import Entry, EntryType
from kit.delivered import (
    book,
    codes,
    delivery,
    more_steps,
    promise,
    sold,
    units_sold,
    unlock_claim,
    winners,
)
from kit.lying_board import Lie, LyingBoard, play_with
from kit.sales import source
from kit.stage import Stage
from lies_file import STRANGER, Make, Row, forged

Say = Callable[[Stage], Entry]


def _said(step: str, say: Say, *, instead: bool = False) -> Make:
    """Post an entry before a step behind RESULT, or in its place."""

    def lie(board: LyingBoard, time: int) -> None:
        board.batch(time, say(board.on))

    lies: dict[str, Lie] = {step: lie}

    def make() -> bytes:
        on = sold()
        until = step if instead else more_steps(on)[-1].name
        before, replaced = ({}, lies) if instead else (lies, {})
        more = more_steps(on)
        return play_with(on, before, replaced, until, more=more)

    return make


def _again(on: Stage) -> Entry:
    return promise(on, book(on, codes(2)[::-1]))


def _fewer(on: Stage) -> Entry:
    sale_id, one = on.terms.sale_id, units_sold(on)[:1]
    own = ItemBook.fill(sale_id, one, codes(1), source("salts"))
    return make_items(own, on.parts.seller)


def _crossed(on: Stage) -> Entry:
    """Deliver a unit to its winner, sealed to the claim of the other winner."""
    own, other = (unlock_claim(on, winners(on)[unit]) for unit in (0, 1))
    return delivery(on, 0, other, nym=own.nym)


def _anothers(on: Stage) -> Entry:
    return delivery(on, 0, unlock_claim(on, winners(on)[1]))


def _by(kind: EntryType, say: Say) -> Say:
    return lambda on: on.sign(kind, say(on).body, STRANGER)


DELIVERIES = (
    Row("A35", "items.again", "items are promised twice", _said("unlock", _again)),
    Row(
        "A35",
        "items.count",
        "fewer items are promised than units were won",
        _said("items", _fewer, instead=True),
    ),
    Row(
        "A36",
        "delivery.items",
        "a delivery goes by another promise",
        _said("deliveries", lambda on: delivery(on, items=_again(on).hash)),
    ),
    Row(
        "A36",
        "delivery.unit",
        "a unit is delivered to who has not won it",
        _said("deliveries", _anothers),
    ),
    Row(
        "A36",
        "delivery.twice",
        "a unit is delivered again",
        _said("end", lambda on: delivery(on, label="another box")),
    ),
    Row(
        "A36",
        "delivery.waits",
        "a delivery before the claim is released",
        _said("claims", delivery),
    ),
    Row(
        "A36",
        "delivery.claim",
        "a delivery to another claim",
        _said("deliveries", _crossed),
    ),
    Row(
        "A07",
        "entry.key",
        "a stranger promises items",
        _said("items", _by(EntryType.ITEMS, promise)),
    ),
    Row(
        "A07",
        "entry.key",
        "a stranger delivers",
        _said("deliveries", _by(EntryType.DELIVERY, delivery)),
    ),
    Row(
        "A07",
        "entry.signature",
        "a delivery is forged",
        _said("deliveries", lambda on: forged(delivery(on, label="forged"))),
    ),
    Row(
        "A09",
        "phase.wrong",
        "items are promised after the unlock",
        _said("claims", _again),
    ),
    Row(
        "A09",
        "phase.wrong",
        "a delivery before the unlock",
        _said("unlock", delivery),
    ),
)

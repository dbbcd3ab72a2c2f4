"""The drawn sale of the vectors, which goes on until what was won is delivered."""

from collections.abc import Sequence
from functools import cache

from fairlot.board.sale import SaleState
from fairlot.claim.make import MadeClaim
from fairlot.delivery.entries import Recipient, make_delivery, make_items
from fairlot.delivery.items import ItemBook, units_of
from fairlot.entry import Entry, EntryType
from fairlot.rehearsal.parts import TIMES
from generators import plays
from generators.stage import PEOPLE, randomness, stage
from kit.board import Batch, fold
from kit.claims import claimed
from kit.sales import renewed
from kit.stage import Stage

ITEM = b"CODE-0001"


@cache
def delivered() -> tuple[Batch, ...]:
    """The winner of the one seat claims behind the unlock, and gets its code."""
    epoch, grace = stage().registry.epoch, stage().registry.grace
    released = (TIMES.unlock // epoch + 1) * epoch + grace
    scenes = (
        *plays.DRAWN,
        (TIMES.reveal_end + 20, _promise),
        (TIMES.unlock, _unlock),
        (TIMES.unlock + 10, _claims),
        (released, _deliveries),
    )
    batches = plays.lie(scenes)
    fold(stage(), batches)
    return batches


def _book(state: SaleState) -> ItemBook:
    units = units_of(state.drawn_outcome)
    drawn = randomness().derive("the code's salt")
    return ItemBook.fill(state.sale_id, units, [ITEM], drawn)


def _unlock(on: Stage, _state: SaleState) -> Sequence[Entry]:
    return (on.sign(EntryType.UNLOCK),)


def _promise(on: Stage, state: SaleState) -> Sequence[Entry]:
    return (make_items(_book(state), on.parts.seller),)


@cache
def _claim(number: int) -> MadeClaim:
    epoch = TIMES.unlock // stage().registry.epoch
    credential = renewed(stage(), number, epoch)
    return claimed(stage(), credential, epoch, PEOPLE[number])


def _claims(_on: Stage, _state: SaleState) -> Sequence[Entry]:
    """Both claim: a log does not show by that who has won."""
    return [_claim(number).entry for number in range(len(PEOPLE))]


def _deliveries(on: Stage, state: SaleState) -> Sequence[Entry]:
    (unit,), items = units_of(state.drawn_outcome), _promise(on, state)[0].hash
    made = next(each for each in map(_claim, range(2)) if each.nym == unit.nym)
    to = Recipient(unit.nym, made.entry.hash, made.keys.enc.public)
    drawn = randomness().derive("the code's box")
    return (make_delivery(_book(state), items, 0, to, on.parts.seller, drawn),)

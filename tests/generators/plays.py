"""The sales that the vectors of board, sale and audit play on the stage."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache

from fairlot.board.phase import VoidReason
from fairlot.board.sale import SaleState
from fairlot.deposit.deposit import read_deposit
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType
from fairlot.names import Nym
from fairlot.rehearsal.parts import START, TIMES
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from generators.stage import FIRST, PRICE, stage
from kit.board import Batch, fold, fold_leniently, timed
from kit.stage import Stage

DEPOSITED = START + 60
PAID = START + 3_000

LADDER = (2 * PRICE, 3 * PRICE)
"""What a deposit may amount to where people bid."""

Scene = Callable[[Stage, SaleState], Sequence[Entry]]
"""Makes the entries of a batch for the state before it."""


def nym_of(deposit: Entry) -> Nym:
    """Return the nym of a DEPOSIT or CANCEL entry."""
    return read_deposit(deposit).nym


@cache
def drawn() -> tuple[Batch, ...]:
    """Two people want one seat; one gets it."""
    return _play(DRAWN)


@cache
def replaced() -> tuple[Batch, ...]:
    """Ann replaces the deposit and pays more than is due; bob cancels."""
    deposited = (DEPOSITED, _replacements), (PAID, _overpayments)
    return _play(
        (*REGISTERED, *deposited, (TIMES.close, _closed_at(TIMES.close)), *_DRAW)
    )


@cache
def nobody() -> tuple[Batch, ...]:
    """Nobody deposits; markers come as late as they may."""
    return _play(NOBODY)


@cache
def recovered() -> tuple[Batch, ...]:
    """Nobody reveals in time; anybody recovers, and one gets the seat all the same."""
    *before, result = _DRAW
    kept = [scene for scene in before if scene is not _REVEAL]
    recovery: tuple[int, Scene] = (
        result[0],
        lambda on, state: (on.recovery(state.contributions),),
    )
    closed = (TIMES.close, _closed_at(TIMES.close))
    return _play((*REGISTERED, *DEPOSITS, closed, *kept, recovery, result))


@cache
def close_missed() -> tuple[Batch, ...]:
    """CLOSE does not come in time: void, everything back."""
    late = TIMES.close + TIMES.slack + 1
    return _play((*REGISTERED, *DEPOSITS, (late, _void(VoidReason.CLOSE_MISSED))))


@cache
def cancelled() -> tuple[Batch, ...]:
    """The seller cancels after two people have paid: void, everything back."""
    return _play((*REGISTERED, *DEPOSITS, CANCELLED))


@cache
def cancelled_before_open() -> tuple[Batch, ...]:
    """The seller cancels before anybody could enter."""
    return _play((BEGIN, (START + 10, CANCELLED[1])))


@cache
def cancelled_late() -> tuple[Batch, ...]:
    """CLOSE was missed, and before the board says so the seller cancels."""
    late = TIMES.close + TIMES.slack + 1
    return _play((*REGISTERED, *DEPOSITS, (late, CANCELLED[1])))


@cache
def commits_missing() -> tuple[Batch, ...]:
    """The contributor does not commit: void, everything back."""
    scenes = (*REGISTERED, *DEPOSITS, (TIMES.close, _closed_at(TIMES.close)))
    return _play((*scenes, _COMMIT_END))


@cache
def seals_missing() -> tuple[Batch, ...]:
    """The contributor commits and does not seal: void, everything back."""
    late = TIMES.seal_end + TIMES.slack + 1
    scenes = (*REGISTERED, *DEPOSITS, (TIMES.close, _closed_at(TIMES.close)))
    void = _void(VoidReason.SEALED_MISSED)
    return _play((*scenes, *_DRAW[:2], (late, void)))


@cache
def waiting_stage() -> Stage:
    """Return the stage with a draw that waits for a round of its own clock."""
    return stage().waiting()


@cache
def waited() -> tuple[Batch, ...]:
    """Nobody deposits; the draw waits for a round."""
    batches = lie(WAITED, waiting_stage())
    fold(waiting_stage(), batches)
    return batches


@cache
def auction_stage() -> Stage:
    """Return the stage with an auction of its one seat."""
    on = stage()
    pools = (Pool(MAIN_POOL, Mechanism.AUCTION, supply=1, price=PRICE),)
    bids = NamedRound.after(on.parts.clock.chain, TIMES.drawn_from)
    terms = replace(on.terms, pools=pools, deposits=LADDER, bids=bids)
    return replace(on, terms=terms)


@cache
def auctioned() -> tuple[Batch, ...]:
    """Two people bid for one seat."""
    batches = lie(AUCTIONED, auction_stage())
    fold(auction_stage(), batches)
    return batches


def lie(
    scenes: Iterable[tuple[int, Scene]], on: Stage | None = None
) -> tuple[Batch, ...]:
    """Play scenes whether or not their entries fit, as a lying board does."""
    playing, batches = on or stage(), list[Batch]()
    for time, scene in scenes:
        entries = scene(playing, fold_leniently(playing, batches))
        batches.append(Batch(time, tuple(entries)))
    return timed(playing, batches)


def _play(scenes: Iterable[tuple[int, Scene]]) -> tuple[Batch, ...]:
    batches = lie(scenes)
    fold(stage(), batches)
    return batches


def _deposits(on: Stage, _state: SaleState) -> Sequence[Entry]:
    return on.deposit("ann", FIRST), on.deposit("bob", FIRST)


def _payments(on: Stage, state: SaleState) -> Sequence[Entry]:
    nyms = [nym_of(deposit) for deposit in _deposits(on, state)]
    return [on.payment(nym, PRICE, f"{i}") for i, nym in enumerate(nyms)]


def _replacements(on: Stage, _state: SaleState) -> Sequence[Entry]:
    return (
        on.deposit("ann", Wish(1, 1, PRICE)),
        on.deposit("ann", Wish(0, 3, 3 * PRICE)),
        on.deposit("bob", FIRST),
        on.deposit("bob", Wish(1, 0, 0), EntryType.CANCEL),
    )


def _overpayments(on: Stage, _state: SaleState) -> Sequence[Entry]:
    ann, bob = nym_of(on.deposit("ann", FIRST)), nym_of(on.deposit("bob", FIRST))
    return (
        on.payment(ann, PRICE - 1, "first part"),
        on.payment(ann, 8, "second part"),
        on.payment(bob, PRICE, "bob"),
    )


def _bids(on: Stage, _state: SaleState) -> Sequence[Entry]:
    first, second = LADDER
    return (
        on.deposit("ann", Wish(0, 1, first, bid=PRICE + 7)),
        on.deposit("bob", Wish(0, 1, second, bid=second)),
    )


def _paid_bids(on: Stage, state: SaleState) -> Sequence[Entry]:
    paid = zip(_bids(on, state), LADDER, strict=True)
    return [on.payment(nym_of(made), money, f"{money}") for made, money in paid]


CANCELLED: tuple[int, Scene] = (
    TIMES.close - 1,
    lambda on, _: (on.cancelling(),),
)
"""The seller cancels in the last second before CLOSE is due."""


def _closed_at(time: int) -> Scene:
    return lambda on, state: (on.close(state, time),)


def _void(reason: VoidReason) -> Scene:
    return lambda on, _: (on.sign(EntryType.VOID, {"reason": reason.value}),)


def begun(on: Stage) -> tuple[Entry, ...]:
    """Return the entries before OPEN: the registry, everybody's leaf, a roll, and terms."""
    leaves = map(on.leaf_entry, on.enrolled)
    return (on.registry_entry(), *leaves, on.roll_entry(), on.terms_entry())


BEGIN: tuple[int, Scene] = (START, lambda on, _: begun(on))
"""Two people have leaves, they are on a roll, and the sale is announced."""
REGISTERED: tuple[tuple[int, Scene], ...] = (
    BEGIN,
    (START, lambda on, _: (on.open_entry(),)),
)
"""Deposits are open."""
DEPOSITS: tuple[tuple[int, Scene], ...] = ((DEPOSITED, _deposits), (PAID, _payments))
"""Both deposit and pay."""
_REVEAL: tuple[int, Scene] = (
    TIMES.seal_end + 10,
    lambda on, _: (on.reveal(),),
)
_COMMIT_END: tuple[int, Scene] = (
    TIMES.commit_end,
    lambda on, _: (on.sign(EntryType.COMMIT_END),),
)
_DRAW: tuple[tuple[int, Scene], ...] = (
    (TIMES.close + 10, lambda on, state: (on.commit(state.contributions.frozen),)),
    _COMMIT_END,
    (TIMES.commit_end + 10, lambda on, state: (on.seal(state),)),
    (TIMES.seal_end, lambda on, _: (on.sign(EntryType.SEALED),)),
    _REVEAL,
    (TIMES.reveal_end, lambda on, _: (on.sign(EntryType.REVEAL_END),)),
    (TIMES.reveal_end + 10, lambda on, state: (on.result(state),)),
)
DRAWN: tuple[tuple[int, Scene], ...] = (
    *REGISTERED,
    *DEPOSITS,
    (TIMES.close, _closed_at(TIMES.close)),
    *_DRAW,
)
"""Two people want one seat."""
_LATE = TIMES.slack
DRAWN_BY = TIMES.reveal_end + 60
"""A time when every round that these sales name is there."""
NOBODY: tuple[tuple[int, Scene], ...] = (
    BEGIN,
    (START + _LATE, lambda on, _: (on.open_entry(),)),
    (TIMES.close + _LATE, _closed_at(TIMES.close + _LATE)),
    (TIMES.close + _LATE, lambda on, state: (on.commit(state.contributions.frozen),)),
    (TIMES.commit_end + _LATE, lambda on, _: (on.sign(EntryType.COMMIT_END),)),
    (TIMES.commit_end + _LATE, lambda on, state: (on.seal(state),)),
    (TIMES.seal_end + _LATE, lambda on, _: (on.sign(EntryType.SEALED),)),
    (DRAWN_BY, lambda on, _: (on.sign(EntryType.REVEAL_END),)),
    (DRAWN_BY, lambda on, _: (on.reveal(),)),
    (DRAWN_BY, lambda on, state: (on.result(state),)),
)
"""A sale in which nobody takes part."""
WAITED: tuple[tuple[int, Scene], ...] = (
    *NOBODY[:-1],
    (DRAWN_BY, lambda on, _: (on.round(),)),
    NOBODY[-1],
)
"""One whose draw waits for a round."""


def bidding(bids: Scene, paid: Scene) -> tuple[tuple[int, Scene], ...]:
    """Return a sale whose bids a round opens."""
    return (
        *REGISTERED,
        (DEPOSITED, bids),
        (PAID, paid),
        (TIMES.close, _closed_at(TIMES.close)),
        *_DRAW[:-1],
        (DRAWN_BY, lambda on, _: (on.round(),)),
        (DRAWN_BY, _DRAW[-1][1]),
    )


AUCTIONED = bidding(_bids, _paid_bids)
"""One whose bids a round opens."""

"""Lies about what deposits order: bids, tiers, groups, solutions, attributes."""

from collections.abc import Callable
from dataclasses import replace

from ball import auctioned
from fairlot.deposit.deposit import read_deposit
from fairlot.entry import Entry, EntryType
from fairlot.names import group_id
from fairlot_crypto.cbor import Value
from kit.gala import ANN, ANSWER, BOB, CAT, WISH, gala, nyms, says
from kit.lying_board import LyingBoard, play_with
from kit.sales import Draft, draft
from lies_draw import nothing
from lies_file import Make, Row
from lies_people import as_map, bound


def _mine(number: int) -> Draft:
    """Return a good deposit, in parts."""
    made = replace(draft(gala(), number), shows=("cohort", "region"))
    return bound(
        made, amount=WISH.amount, bid=read_deposit(says(number, WISH)).binding.bid
    )


def _deposited(change: Callable[[], Entry]) -> Make:
    """Post a deposit that asks for what it may not."""

    def lie(board: LyingBoard, time: int) -> None:
        board.batch(time, change())

    return lambda: play_with(gala(), instead={"deposits": lie}, deposits=())


def _asking(number: int, **changes: object) -> Make:
    return _deposited(lambda: bound(_mine(number), **changes).entry())


def _joined() -> Entry:
    """Return a deposit that names the group of two others."""
    pair = tuple(sorted(nyms(ANN, BOB)))
    gid = group_id(gala().terms.sale_id, pair)
    return bound(_mine(CAT), group=gid, members=pair).entry()


def _stolen() -> Entry:
    """Return a deposit with somebody else's solution."""
    solves = replace(WISH, answers=(ANSWER,))
    solutions = read_deposit(says(ANN, solves)).binding.solutions
    return bound(_mine(CAT), solutions=solutions).entry()


def _shown(**values: str) -> Make:
    def make() -> Entry:
        made = _mine(CAT)
        body = as_map(made.entry().body)
        return made.sign({**body, "disclosed": dict(values)})

    return _deposited(make)


def _before_bids_open() -> bytes:
    """Post a RESULT without the round that opens the bids."""
    ball = auctioned()

    def lie(board: LyingBoard, time: int) -> None:
        drawn = board.state.contributions.draw(board.state.sale_id).to_value()
        body: dict[str, Value] = {**drawn, "outcome": bytes(32)}
        board.batch(time, board.on.sign(EntryType.RESULT, body))

    instead = {"round": nothing, "result": lie}
    return play_with(ball.on, instead=instead, deposits=ball.entries)


ORDERS = (
    Row("A12", "deposit.bid", "who does not bid shows it", _asking(ANN, bid=None)),
    Row("A12", "deposit.bid", "a bid with a mark", _asking(ANN, bid=bytes(154))),
    Row("A12", "deposit.tier", "a tier above gold", _asking(ANN, tier="platinum")),
    Row(
        "A12",
        "deposit.choices",
        "a list where nothing is to be chosen",
        _asking(ANN, choices=(0,)),
    ),
    Row(
        "A12",
        "deposit.ladder",
        "more than the highest step",
        _asking(ANN, amount=1_001),
    ),
    Row("A12", "deposit.group", "a stranger joins two friends", _deposited(_joined)),
    Row("A12", "deposit.solution", "a solution is copied", _deposited(_stolen)),
    Row("A12", "deposit.disclosed", "somebody shows less than all", _shown(region="")),
    Row(
        "A12",
        "deposit.disclosed",
        "somebody has a value of their own",
        _shown(cohort="cat", region=""),
    ),
    Row(
        "A13",
        "deposit.presentation",
        "somebody shows what was not attested",
        _shown(cohort="2029", region=""),
    ),
    Row(
        "A20",
        "result.round",
        "an outcome before the bids are open",
        _before_bids_open,
    ),
)

"""A small sale whose winners must collect, and what they and the board post then.

``collecting()`` casts three people and one seat; ``later_steps()`` go on behind RESULT.
"""

from collections.abc import Collection, Sequence
from functools import cache

from fairlot.board.sale import SaleState
from fairlot.claim.collect import make_collect
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from fairlot_crypto.keys import SigningKey
from kit.lying_board import LyingBoard
from kit.sales import PRICE, Step, nym_of, staged, steps
from kit.stage import Stage

WISH = Wish(0, 1, PRICE)


@cache
def collecting(
    names: tuple[str, ...] = ("ann", "bob", "eve"), supply: int = 1
) -> Stage:
    """Cast a lottery whose winners must collect."""
    pool = Pool(MAIN_POOL, Mechanism.LOTTERY, supply, PRICE, collect=True)
    file = TermsFile("Race", "bib", (pool,), 1, 0, 1, 1)
    return staged(file, [Person(name, 1, PRICE) for name in names])


@cache
def made(on: Stage, number: int) -> Entry:
    """Return a member's DEPOSIT for one seat."""
    return on.deposit(number, WISH)


def settle_key(on: Stage, number: int) -> SigningKey:
    """Return the key that signed a member's DEPOSIT."""
    drawn = on.members[number].holder.randomness.derive(f"deposit/{WISH.seq}")
    return SigningKey.generate(drawn)


@cache
def entered(on: Stage) -> tuple[Entry, ...]:
    """Return everybody's deposit and payment."""
    deposits = [made(on, number) for number in range(len(on.members))]
    return (*deposits, *(on.payment(nym_of(entry), PRICE) for entry in deposits))


def number_of(on: Stage, nym: Nym) -> int:
    """Return which member has a nym."""
    nyms = [nym_of(made(on, number)) for number in range(len(on.members))]
    return nyms.index(nym)


def winners(state: SaleState) -> tuple[Nym, ...]:
    """Return who has won a seat in the first draw, ascending."""
    return tuple(total.nym for total in state.drawn_outcome.totals if total.units)


def collect(on: Stage, nym: Nym, key: SigningKey | None = None) -> Entry:
    """Return the COLLECT of a nym, by default under the key of its deposit."""
    own = settle_key(on, number_of(on, nym)) if key is None else key
    return make_collect(on.terms.sale_id, nym, own)


def due(on: Stage) -> tuple[int, NamedRound]:
    """Return t_collect, and the round of the second draw."""
    times, named = on.terms.times, on.terms.redraw
    if times.collect is None or named is None:
        raise LookupError("nobody need collect in this sale")
    return times.collect, named


def redrawn(on: Stage, state: SaleState, time: int) -> Entry:
    """Return the REDRAWN entry that is due."""
    return on.sign(EntryType.REDRAWN, state.second_draw(time).to_value(on.terms))


def later_steps(on: Stage, away: Collection[Nym] = ()) -> tuple[Step, ...]:
    """Return what comes behind RESULT, up to REDRAWN.

    Args:
        on: the stage.
        away: winners who do not collect.
    """
    ends, named = due(on)

    def collects(state: SaleState) -> Sequence[Entry]:
        return [collect(on, nym) for nym in winners(state) if nym not in away]

    return (
        Step("collects", ends - 3_600, collects),
        Step("collect-end", ends, lambda _: [on.sign(EntryType.COLLECT_END)]),
        Step("second-round", named.due, lambda _: [on.round(named)]),
        Step("redrawn", named.due, lambda s: [redrawn(on, s, named.due)]),
    )


def whole_steps(on: Stage, away: Collection[Nym] = ()) -> tuple[Step, ...]:
    """Return a whole sale, up to REDRAWN."""
    return (*steps(on, entered(on)), *later_steps(on, away))


def played_until(on: Stage, until: str, away: Collection[Nym] = ()) -> LyingBoard:
    """Play a sale honestly up to and with a step, on a board that may lie then."""
    board = LyingBoard(on)
    for step in whole_steps(on, away):
        entries = step.make(board.state)
        if entries:
            board.batch(step.time, *entries)
        if step.name == until:
            break
    return board

"""Sales in which reveals are withheld, and what recovers them."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType
from fairlot_crypto.delay.parameters import RSA_2048, Setup, make_setup
from kit.board import extend
from kit.sales import stage, steps
from kit.stage import Stage

DELAY = 300
"""More squarings than a challenge has bits: a proof is an element like any other."""


@cache
def setup_of_delay() -> Setup:
    """Return the set-up of ``DELAY`` squarings."""
    return make_setup(RSA_2048, DELAY)


@cache
def delayed(contributors: int, min_commits: int | None = None) -> Stage:
    """Return the small sale with a delay, the first of six contributors taking part."""
    on, setup = stage(contributors=6), setup_of_delay()
    keys = on.parts.contributors[:contributors]
    beacon = replace(
        on.terms.beacon,
        delay=DELAY,
        h=RSA_2048.encode(setup.h),
        proof=RSA_2048.encode(setup.proof),
        roster=tuple(key.public for key in keys),
        min_commits=min_commits,
    )
    parts = replace(on.parts, contributors=keys)
    return replace(on, parts=parts, terms=replace(on.terms, beacon=beacon))


def committed(on: Stage, commits: Iterable[Entry] | None = None) -> SaleState:
    """Return the state after SEALED, by default with the whole roster's commits."""
    state = on.state()
    for step in steps(on):
        made = step.make(state)
        if step.name == "commits" and commits is not None:
            made = tuple(commits)
        if step.name == "seals":
            made = [
                on.seal(state, i)
                for i in range(len(on.parts.contributors))
                if on.parts.contributors[i].public in state.contributions.commitments
            ]
        extend(on, state, step.time, made)
        if step.name == "sealed":
            break
    return state


def revealed(on: Stage, state: SaleState, reveals: Iterable[Entry]) -> SaleState:
    """Go on until after REVEAL_END."""
    times = on.terms.times
    for entry in reveals:
        state.append(entry, times.seal_end + 10)
    state.append(on.sign(EntryType.REVEAL_END), times.reveal_end)
    return state


def drawn(on: Stage, state: SaleState) -> SaleState:
    """Recover what must be, and post the RESULT."""
    time = on.terms.times.reveal_end + 10
    if state.contributions.withheld and state.contributions.recovered is None:
        state.append(on.recovery(state.contributions), time)
    state.append(on.result(state), time)
    return state


def element(x: int) -> bytes:
    """Return 256 bytes, whether or not they are an element."""
    return x.to_bytes(256, "big")

"""Lies about who wins and what it costs where attested values decide, after an honest draw."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from ball import Ball, nym_at, wishing
from fairlot.allocation.entering import Entrant
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import LedgerLine, settle
from fairlot.board.sale import SaleState
from fairlot.deposit.wish import Wish
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.terms.pool import MAIN_POOL, Fares, Mechanism, Pool
from kit.sales import staged
from kit.stage import Stage
from lies_outcomes import Cheat, Cheated

FARES = Fares("age", (("adult", 300), ("child", 100)))
AGES = ("adult", "child", "adult", "child", "adult", "child")
YEARS = ("1", "9", "1", "4", "1", "1")
MOST = 300

_FAMILY = Pool(MAIN_POOL, Mechanism.LOTTERY, 4, 0, fares=FARES, group_max=2)
_WAITED = Pool(MAIN_POOL, Mechanism.LOTTERY, 2, 100, points="years")


@cache
def _cast() -> Stage:
    """Return six people of two ages, one of whom has waited for nine years."""
    people = [
        Person(f"guest {i}", 1, MOST, attributes=(("age", age), ("years", years)))
        for i, (age, years) in enumerate(zip(AGES, YEARS, strict=True))
    ]
    return staged(TermsFile("Matinee", "seat", (_FAMILY,), 1, 0, 1, 1), people)


@cache
def family() -> Ball:
    """Return four seats for a family of two and four others, who pay by their age."""
    on = _cast()
    pair = tuple(nym_at(on, number) for number in (0, 1))
    together = [Wish(0, 1, MOST, members=pair)] * 2
    return wishing(on, *together, *[Wish(0, 1, MOST)] * (len(AGES) - 2))


@cache
def waited() -> Ball:
    """Return two seats for six people, one of whom has nine chances."""
    on = _cast()
    return wishing(
        on.with_terms(replace(on.terms, pools=(_WAITED,))),
        *[Wish(0, 1, MOST)] * len(YEARS),
    )


def _as_if(change: Callable[[Entrant], Entrant]) -> Cheat:
    """Draw as if people were attested something else."""

    def cheat(
        _ball: Ball, state: SaleState, _lines: Sequence[LedgerLine]
    ) -> Sequence[LedgerLine]:
        draw, _, _ = state.result()
        entrants = [change(entrant) for entrant in state.entrants()]
        made = allocate(state.terms.pools, entrants, draw.seed, state.sale_id)
        return settle(made, state.fundings())

    return cheat


def _attested(name: str, value: str) -> Callable[[Entrant], Entrant]:
    def change(entrant: Entrant) -> Entrant:
        held = {**dict(entrant.attributes), name: value}
        return replace(entrant, attributes=tuple(sorted(held.items())))

    return change


CHEATS = (
    Cheated("everybody pays as a child", family, _as_if(_attested("age", "child"))),
    Cheated("everybody pays as an adult", family, _as_if(_attested("age", "adult"))),
    Cheated(
        "a family is drawn apart",
        family,
        _as_if(lambda entrant: replace(entrant, group=None)),
    ),
    Cheated("nobody's years count", waited, _as_if(_attested("years", "1"))),
    Cheated("everybody has waited alike", waited, _as_if(_attested("years", "9"))),
)
"""Sales with fares and points whose boards post the outcome that somebody likes."""

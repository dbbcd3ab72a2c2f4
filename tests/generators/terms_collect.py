"""Pools whose winners must collect, and times for it; a part of chapter terms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fairlot.terms.collecting import redrawn_from
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import Mechanism, Pool
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value
from fairlot_crypto.timelock.chain import (
    QUICKNET,
    first_round_after,
    round_at,
)
from generators.case import Case
from generators.terms_setting import OPEN, accept_terms, refuse_terms, sample_terms

ENDS = OPEN + 500_000
"""t_collect."""


def _collecting(pool: Pool | None = None, number: int | None = None) -> Terms:
    """Return terms with a pool whose winners must collect."""
    terms = sample_terms()
    one = pool or Pool("main", Mechanism.LOTTERY, 120, 4500, collect=True)
    first = first_round_after(QUICKNET, redrawn_from(ENDS, terms.times.slack))
    named = NamedRound(QUICKNET, first if number is None else number)
    times = replace(terms.times, collect=ENDS)
    return replace(terms, pools=(one,), times=times, redraw=named)


def accepted_collect() -> Sequence[Case]:
    """Return terms whose winners must collect."""
    unlock = sample_terms().times.unlock
    last = first_round_after(QUICKNET, unlock - QUICKNET.period - 1)
    grouped = Pool("main", Mechanism.LOTTERY, 120, 4500, group_max=4, collect=True)
    waits = _collecting()
    drand = NamedRound.after(QUICKNET, waits.times.drawn_from)
    both = replace(waits, beacon=replace(waits.beacon, drand=drand))
    expiry = replace(waits.times, expiry=unlock)
    rows = (
        ("collect", "Winners must collect; the first round for it.", waits),
        ("collect-last-round", "The last round for it.", _collecting(number=last)),
        ("collect-groups", "So must groups.", _collecting(grouped)),
        ("collect-drand", "The first draw waits for a round too.", both),
        (
            "collect-expiring",
            "The second round may stay out.",
            replace(waits, times=expiry),
        ),
    )
    return [accept_terms(*row) for row in rows]


def refused_collect() -> Sequence[Case]:
    """Return what such terms must not say."""
    terms = _collecting()
    slack = terms.times.slack
    early = round_at(QUICKNET, redrawn_from(ENDS, slack))
    late = first_round_after(QUICKNET, terms.times.unlock - 1)
    pool, times, redraw = "terms/pools/0", "terms/times", "terms/redraw"
    rows: tuple[tuple[str, str, str, str, Callable[[Any], Any]], ...] = (
        (
            "false",
            "Absence says so already.",
            "terms.field",
            f"{pool}",
            lambda found: {**found, "collect": False},
        ),
        (
            "number",
            "It is a boolean.",
            "terms.field",
            f"{pool}",
            lambda found: {**found, "collect": 1},
        ),
        (
            "certain",
            "A certain seat has a price that others' bids made.",
            "terms.collect",
            pool,
            lambda found: {**found, "certain": 7},
        ),
        (
            "equal-share",
            "What comes free would change what others get.",
            "terms.field",
            pool,
            lambda found: {**found, "mechanism": "equal-share", "cap": 1},
        ),
        (
            "no-pool",
            "Without such a pool nobody collects.",
            "terms.collect",
            pool,
            lambda found: {k: v for k, v in found.items() if k != "collect"},
        ),
        (
            "no-time",
            "People know until when.",
            "terms.collect",
            times,
            lambda found: {k: v for k, v in found.items() if k != "collect"},
        ),
        (
            "time-unlock",
            "People collect before the unlock.",
            "terms.times",
            times,
            lambda found: {**found, "collect": found["unlock"]},
        ),
        (
            "time-reveal",
            "People collect after the draw.",
            "terms.times",
            times,
            lambda found: {**found, "collect": found["reveal_end"]},
        ),
        (
            "time-slack",
            "The end can come as late as the slack.",
            "terms.slack",
            times,
            lambda found: {**found, "collect": found["reveal_end"] + slack - 1},
        ),
        (
            "round-early",
            "Nobody knows the second draw while people collect.",
            "terms.collect",
            redraw,
            lambda found: {**found, "round": early},
        ),
        (
            "round-late",
            "The second draw is before the unlock.",
            "terms.collect",
            redraw,
            lambda found: {**found, "round": late},
        ),
        (
            "round-zero",
            "Rounds are numbered from 1.",
            "terms.round",
            redraw,
            lambda found: {**found, "round": 0},
        ),
        (
            "round-null",
            "Absent is not null.",
            "terms.field",
            redraw,
            lambda _: None,
        ),
        (
            "expiry",
            "The second round has a day to come.",
            "terms.expiry",
            times,
            lambda found: {**found, "expiry": _due(terms) + 86_399},
        ),
        (
            "before-drand",
            "The first draw is known by then.",
            "terms.collect",
            "terms/beacon",
            lambda found: {**found, "drand": _round_at(ENDS)},
        ),
    )
    cases = [
        refuse_terms(terms, f"collect-{name}", rule, code, path, change)
        for name, rule, code, path, change in rows
    ]
    return [
        *cases,
        refuse_terms(
            sample_terms(),
            "collect-unasked-time",
            "Nobody need collect.",
            "terms.collect",
            "terms/times",
            _with_collect,
        ),
    ]


def _with_collect(found: Mapping[str, Any]) -> dict[str, Any]:
    return {**found, "collect": ENDS}


def _due(terms: Terms) -> int:
    return max(named.due for named in terms.named_rounds())


def _round_at(time: int) -> Value:
    """Return the round that is due at a time, or the next."""
    return NamedRound.after(QUICKNET, time - 1).to_value()

"""Lies about bids of several steps; a part of chapter audit."""

from collections.abc import Sequence

from fairlot.terms.pool import Pricing
from generators import plays
from generators import plays_steps as steps
from generators.audit_lies import Lie
from generators.plays import Scene, lie
from generators.plays_steps import RISEN, STEPPED, Ledger
from generators.stage import publish

_Scenes = Sequence[tuple[int, Scene]]


def step_lies() -> Sequence[Lie]:
    """Return lies about what bids of steps win and pay."""
    clearing, vickrey = Pricing.CLEARING, Pricing.VICKREY
    rows: tuple[tuple[str, str, Pricing, _Scenes], ...] = (
        (
            "A21-steps-vickrey",
            "All pay one price, as the terms say.",
            clearing,
            _announcing(STEPPED, steps.priced(vickrey)),
        ),
        (
            "A21-steps-own-prices",
            "Nobody pays the prices of their own bid.",
            clearing,
            _announcing(STEPPED, steps.own_prices),
        ),
        (
            "A21-steps-margin",
            "Units at the last price are shared.",
            clearing,
            _announcing(STEPPED, steps.all_at_the_margin),
        ),
        (
            "A21-steps-unopened",
            "Every bid that opens counts.",
            clearing,
            _announcing(STEPPED, steps.unopened),
        ),
        (
            "A21-steps-sorted",
            "A bid whose prices rise is none.",
            clearing,
            _announcing(RISEN, steps.sorted_steps),
        ),
        (
            "A21-steps-clearing",
            "Each pays what the others lose, as the terms say.",
            vickrey,
            _announcing(STEPPED, steps.priced(clearing)),
        ),
        (
            "A21-steps-own-units",
            "One's own units that lose set no price of one's own.",
            vickrey,
            _announcing(STEPPED, steps.own_units),
        ),
    )
    outcomes = [
        Lie(name, rule, "result.outcome", _transcript(pricing, scenes))
        for name, rule, pricing, scenes in rows
    ]
    return (*outcomes, _bid_of_one())


def _announcing(scenes: _Scenes, ledger: Ledger) -> _Scenes:
    """Return a sale that ends with another outcome."""
    *before, (time, _) = scenes
    return (*before, (time, steps.said(ledger)))


def _transcript(pricing: Pricing, scenes: _Scenes) -> bytes:
    return publish(lie(scenes, steps.steps_stage(pricing)))


def _bid_of_one() -> Lie:
    """Return a sale in which somebody's bid is shorter than the others'."""
    at = next(i for i, scene in enumerate(STEPPED) if scene[0] == plays.DEPOSITED)
    shorter: tuple[int, Scene] = (
        plays.DEPOSITED,
        lambda on, _: (steps.bid_of_one(on),),
    )
    scenes = (*STEPPED[: at + 1], shorter, *STEPPED[at + 1 :])
    return Lie(
        "A12-steps-length",
        "Every bid of a sale has one length.",
        "deposit.bid",
        _transcript(Pricing.CLEARING, scenes),
    )

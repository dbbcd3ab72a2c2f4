"""One random combination of all equations of many presentations.

Each equation has a coefficient of its own: with one for all equations of a presentation, D
could be chosen such that errors of T1 and T2 cancel, and any nym could be forged
(specs/batch.md, section 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.bbs.profile import IssuerContext
from fairlot_crypto.bbs.proof import Disclosed, Proof, generator_weights
from fairlot_crypto.bbs.pseudonym import context_point, evaluate
from fairlot_crypto.curve import G1, Backend
from fairlot_crypto.hashing import GROUP_ORDER, os2ip
from fairlot_crypto.randomness import Randomness

COEFFICIENT_LENGTH = 16
"""Bytes of a random coefficient."""
EQUATIONS = 4
"""Equations of a presentation: of T1, T2, U and the pairing."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A presentation of which only equations are left to check."""

    index: int
    """Its place in the batch."""
    showing: Showing
    disclosed: Disclosed
    """The disclosed attributes, mapped."""
    proof: Proof
    """Decoded; its points lie in G1."""
    commitments: tuple[G1, G1, G1, G1] | None
    """nym, T1, T2 and U as hinted; ``None`` where they were recomputed and agree."""


@dataclass(slots=True)
class _Issued:
    """What the presentations under one issuer context have in common."""

    context: IssuerContext
    start: int = 0
    """The factor of P1 + Q_1 * domain."""
    weights: list[int] = field(default_factory=list[int])
    """The factor of each generator."""
    left: tuple[list[G1], list[int]] = field(default_factory=lambda: ([], []))
    """Abar of each presentation, and its coefficient: to be paired with W."""


def combination_holds(pending: Sequence[Pending], randomness: Randomness) -> bool:
    """Check one random combination of all their equations (steps 17 and 18)."""
    combination = _Combination()
    # Step 17.
    drawn = randomness.take(EQUATIONS * COEFFICIENT_LENGTH * len(pending))
    coefficients = [
        os2ip(drawn[i : i + COEFFICIENT_LENGTH])
        for i in range(0, len(drawn), COEFFICIENT_LENGTH)
    ]
    for place, each in enumerate(pending):
        a, b, g, d = coefficients[EQUATIONS * place : EQUATIONS * (place + 1)]
        combination.add(each, a, b, g, d)
    # Step 18.
    return combination.holds(pending[0].showing.context.curve)


class _Combination:
    """S and the sums of Abar, of the presentations added so far (step 17)."""

    def __init__(self) -> None:
        self._points: list[G1] = []
        self._factors: list[int] = []
        self._issued: dict[int, _Issued] = {}
        self._bases: dict[tuple[bytes, bytes], int] = {}

    def add(self, each: Pending, a: int, b: int, g: int, d: int) -> None:
        """Add a presentation, with a coefficient for each of its four equations."""
        proof, context = each.proof, each.showing.context
        issued = self._issued.setdefault(id(context), _Issued(context))
        points, factors = issued.left
        points.append(proof.A_bar)
        factors.append(d)
        if each.commitments is None:
            self._points.append(proof.B_bar)
            self._factors.append(-d % GROUP_ORDER)
            return
        c = proof.challenge
        nym, T1, T2, U = each.commitments
        self._points += (proof.A_bar, proof.B_bar, proof.D, nym, T1, T2, U)
        self._factors += (
            -a * proof.e_hat % GROUP_ORDER,
            -(a * c + d) % GROUP_ORDER,
            -(a * proof.r1_hat + b * proof.r3_hat) % GROUP_ORDER,
            g * c % GROUP_ORDER,
            a,
            b,
            g,
        )
        self._add_generators(issued, each, b)
        self._add_base(each, g)

    def _add_generators(self, issued: _Issued, each: Pending, b: int) -> None:
        """Take b times what T2 has of the start and the generators away."""
        signed = issued.context.signed
        weights = generator_weights(signed, each.proof, each.disclosed)
        issued.start -= b * each.proof.challenge
        if not issued.weights:
            issued.weights = [0] * len(weights)
        for i, weight in enumerate(weights):
            issued.weights[i] -= b * weight

    def _add_base(self, each: Pending, g: int) -> None:
        """Take g times what U has of the context point away."""
        context, ctx = each.showing.context, each.showing.ctx
        secrets = each.proof.m_hat[-context.schema.nym_secrets :]
        key = (ctx, context.signed.api_id)
        self._bases[key] = self._bases.get(key, 0) - g * evaluate(secrets, *key)

    def holds(self, curve: Backend) -> bool:
        """Tell whether e(S, BP2) times the product of e(sum of d * Abar, W) is one."""
        points, factors = list(self._points), list(self._factors)
        for (ctx, api_id), factor in self._bases.items():
            points.append(context_point(curve, ctx, api_id))
            factors.append(factor % GROUP_ORDER)
        for issued in self._issued.values():
            if issued.weights:
                signed = issued.context.signed
                points += (signed.start, *signed.generators)
                factors += (x % GROUP_ORDER for x in (issued.start, *issued.weights))
        pairs = [(curve.msm(points, factors), curve.g2_generator())]
        pairs += (
            (curve.msm(*issued.left), issued.context.public_key)
            for issued in self._issued.values()
        )
        return curve.pairing_product_is_one(pairs)

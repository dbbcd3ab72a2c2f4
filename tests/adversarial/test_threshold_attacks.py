"""What the answers of a threshold signature would tell without their sharing of zero.

Member i publishes u_i = a_i·(x_i + e) + z_i and A_i = B·a_i. Without z_i the u_i are points
of the product of two lines (t = 1), α(X)·(f(X) + e), where f is the sharing of the issuers'
key. A product of lines can be taken apart: its zeros are those of the lines.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import pytest

from fairlot_crypto.committee import prss
from fairlot_crypto.committee.shamir import interpolate
from fairlot_crypto.committee.threshold import (
    PartialSignature,
    PublicSharing,
    SigningShare,
    deal_key,
    sign_share,
)
from fairlot_crypto.curve import G1, Scalar, backend, inverse, scalar_to_bytes
from fairlot_crypto.hashing import GROUP_ORDER, scalar_for, tagged_hash
from fairlot_crypto.randomness import SeededRandomness

CURVE = backend("native")
DOMAIN = Scalar(scalar_for("test", b"domain"))
SIGNED = 8
"""Signatures that are attacked: half of all quadratic polynomials have no zeros."""


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """What was signed, by whom, and the answers."""

    public: PublicSharing
    shares: tuple[SigningShare, ...]
    B: G1
    answers: tuple[PartialSignature, ...]

    @property
    def e(self) -> Scalar:
        """The exponent."""
        return self.answers[0].exponent

    def unblinded(self) -> dict[int, Scalar]:
        """Return a_i·(x_i + e): what the answers would be without z_i."""
        statement = (
            self.B.to_bytes(),
            scalar_to_bytes(self.e),
            scalar_to_bytes(DOMAIN),
        )
        nonce = tagged_hash("tbbs", self.public.sharing_id, *statement)
        return {
            share.index: Scalar(
                prss.share(share.prss, b"a" + nonce)
                * (share.secret + self.e)
                % GROUP_ORDER
            )
            for share in self.shares
        }


def signed(members: int, degree: int, number: int = 0) -> Round:
    """Return the round in which a committee signs a point."""
    randomness = SeededRandomness(bytes(32)).derive("threshold attacks")
    public, shares = deal_key(CURVE, members, degree, randomness)
    B = CURVE.hash_to_g1(bytes([number]), b"fairlot-v1/tests")
    answers = tuple(sign_share(share, B, DOMAIN) for share in shares)
    return Round(public, shares, B, answers)


@pytest.mark.parametrize(("members", "degree"), [(4, 1), (7, 2)])
def test_no_answer_is_the_product_of_its_two_shares(members: int, degree: int) -> None:
    """B·u_i = A_i·(x_i + e) would bind every answer to the key share it was made with."""
    made = signed(members, degree)
    for share, answer in zip(made.shares, made.answers, strict=True):
        assert made.B * answer.u != answer.A * ((share.secret + made.e) % GROUP_ORDER)


@pytest.mark.parametrize(("members", "degree"), [(4, 1), (7, 2)])
def test_answers_are_of_degree_2t_and_only_their_value_at_zero_counts(
    members: int, degree: int
) -> None:
    made = signed(members, degree)
    x = interpolate({s.index: s.secret for s in made.shares[: degree + 1]})
    u = {answer.index: answer.u for answer in made.answers}
    bare = made.unblinded()
    (product,) = {interpolate(chosen) for chosen in _chosen(bare, 2 * degree + 1)}
    a = product * inverse((x + made.e) % GROUP_ORDER) % GROUP_ORDER
    assert {interpolate(chosen) for chosen in _chosen(u, 2 * degree + 1)} == {product}
    assert product not in {interpolate(chosen) for chosen in _chosen(u, 2 * degree)}
    assert a not in {0, 1}
    assert all(u[i] != bare[i] for i in u)


def test_one_member_cannot_take_the_answers_apart_into_the_issuers_key() -> None:
    found = [key_taken_apart(made, _answers(made)) for made in _rounds()]
    assert found == [None] * SIGNED


def test_without_the_sharing_of_zero_one_member_could() -> None:
    """Or the test above would say nothing."""
    for made in _rounds():
        x = interpolate({s.index: s.secret for s in made.shares[:2]})
        assert key_taken_apart(made, made.unblinded()) == x


def key_taken_apart(made: Round, answers: Mapping[int, Scalar]) -> Scalar | None:
    """Return the key that member 1 finds in the answers of all, if any.

    A zero r of their polynomial is one of α or of f(X) + e. If it is one of the latter, then
    f(X) + e = (x_1 + e)·(X − r)/(1 − r), and BP2·f(0) is the public key.
    """
    public = made.public.public_key()
    own = made.shares[0].secret + made.e
    for r in _zeros(answers):
        slope = own * inverse((1 - r) % GROUP_ORDER)
        x = Scalar((-slope * r - made.e) % GROUP_ORDER)
        if CURVE.g2_generator() * x == public:
            return x
    return None


def _rounds() -> list[Round]:
    return [signed(4, 1, number) for number in range(SIGNED)]


def _answers(made: Round) -> dict[int, Scalar]:
    return {answer.index: answer.u for answer in made.answers}


def _chosen(shares: Mapping[int, Scalar], count: int) -> list[dict[int, Scalar]]:
    return [{i: shares[i] for i in some} for some in combinations(shares, count)]


def _zeros(values: Mapping[int, Scalar]) -> list[int]:
    """Return the zeros of the polynomial of degree 2 through the values at 1, 2 and 3."""
    q = GROUP_ORDER
    one, two, three = (values[i] for i in (1, 2, 3))
    half = inverse(Scalar(2))
    second = (one - 2 * two + three) * half % q
    first = (two - one - 3 * second) % q
    constant = (one - first - second) % q
    root = _square_root((first**2 - 4 * second * constant) % q)
    if root is None or second == 0:
        return []
    return [(-first + sign * root) * half * inverse(second) % q for sign in (1, -1)]


def _square_root(square: int) -> int | None:
    """Return a root modulo the group order, by Cipolla's algorithm; ``None`` for none."""
    q = GROUP_ORDER
    if pow(square, (q - 1) // 2, q) > 1:
        return None
    shift = next(s for s in range(q) if pow(s * s - square, (q - 1) // 2, q) == q - 1)
    w = (shift * shift - square) % q
    result, power, exponent = (1, 0), (shift, 1), (q + 1) // 2
    while exponent:
        if exponent & 1:
            result = _times(result, power, w)
        power = _times(power, power, w)
        exponent >>= 1
    return result[0]


def _times(a: tuple[int, int], b: tuple[int, int], w: int) -> tuple[int, int]:
    """Multiply two numbers of the field in which w has a root."""
    q = GROUP_ORDER
    return (a[0] * b[0] + a[1] * b[1] * w) % q, (a[0] * b[1] + a[1] * b[0]) % q

"""What t issuers know together determines nobody's nym (specs/committee.md, section 2).

Their complete view of a person's leaf: all their keys, all their shares, and every point that
all n issuers publish. For each nym that the person could have there is a world in which they
see exactly that. A world is what the PRF gives under the one key that they lack. The points
commit to ρ and s; the test's bases have a known logarithm, so that it can compute the ρ of the
other world, which exists for any bases.
"""

# pyright: reportPrivateUsage=false
# Liars have what honest members keep to themselves.

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import pytest

from fairlot_crypto.committee import prss, shamir
from fairlot_crypto.committee.closing import certificate
from fairlot_crypto.committee.plan import Purpose
from fairlot_crypto.committee.prss import PrssKeys, Subset
from fairlot_crypto.curve import G1, Scalar
from fairlot_crypto.hashing import GROUP_ORDER
from kit.ceremony import CURVE, Play, members_of, played

SIZES = [(4, 1), (7, 2)]
TRAPDOOR = Scalar(1234567)
Q = CURVE.hash_to_g1(b"Q", b"fairlot-v1/tests")
J = Q * TRAPDOOR
SALE = CURVE.hash_to_g1(b"sale", b"fairlot-v1/tests")
RHO, NYM = b"label/rho", b"label/nym"

World = Mapping[tuple[Subset, bytes], Scalar]
"""What the PRF gives, by key and label."""


@dataclass(frozen=True, slots=True)
class View:
    """All that some issuers hold, and all that everybody publishes."""

    keys: Mapping[Subset, bytes]
    shares: Mapping[int, tuple[Scalar, Scalar]]
    points: Mapping[int, G1]
    leaf: G1


def season(n: int, t: int) -> dict[int, PrssKeys]:
    record = played(n, t, Purpose.SEASON)
    assert certificate(record).sharing is None
    held = Play(members_of(n, t, Purpose.SEASON)).held(record)
    return {i: each.prss for i, each in held.items()}


def all_keys(held: Mapping[int, PrssKeys]) -> dict[Subset, bytes]:
    return {a: key for each in held.values() for a, key in each.keys.items()}


def real_world(held: Mapping[int, PrssKeys]) -> dict[tuple[Subset, bytes], Scalar]:
    keys = all_keys(held).items()
    return {(a, x): prss._scalar(key, x) for a, key in keys for x in (RHO, NYM)}


def shares_in(world: World, n: int, label: bytes) -> dict[int, Scalar]:
    """Return every issuer's share of what the PRF gives in a world."""
    terms = [(a, value) for (a, each), value in world.items() if each == label]
    return {
        i: Scalar(sum(v * prss._f(a, i) for a, v in terms if i not in a) % GROUP_ORDER)
        for i in range(1, n + 1)
    }


def view_in(world: World, held: Mapping[int, PrssKeys], who: Subset) -> View:
    n, t = len(held), len(who)
    rho, nym = (shares_in(world, n, label) for label in (RHO, NYM))
    points = {i: Q * rho[i] + J * nym[i] for i in rho}
    keys = {a: key for i in who for a, key in held[i].keys.items()}
    shares = {i: (rho[i], nym[i]) for i in who}
    leaf = shamir.interpolate_points({i: points[i] for i in range(1, t + 2)})
    return View(keys, shares, points, leaf)


def nym_in(world: World, n: int) -> G1:
    return SALE * shamir.interpolate(shares_in(world, n, NYM))


def other_world(real: World, missing: Subset, secret: Scalar, n: int) -> World:
    """Return a world in which the person's nym secret is ``secret``."""
    known = shamir.interpolate(shares_in(real, n, NYM))
    delta = (secret - known) % GROUP_ORDER
    nym = (real[missing, NYM] + delta) % GROUP_ORDER
    rho = (real[missing, RHO] - TRAPDOOR * delta) % GROUP_ORDER
    return {**real, (missing, NYM): Scalar(nym), (missing, RHO): Scalar(rho)}


@pytest.mark.thorough
@pytest.mark.parametrize("size", SIZES)
def test_t_issuers_see_the_same_in_a_world_with_another_nym(
    size: tuple[int, int],
) -> None:
    n, t = size
    held = season(n, t)
    real = real_world(held)
    for who in combinations(range(1, n + 1), t):
        seen = view_in(real, held, who)
        for secret in (Scalar(1), Scalar(99)):
            other = other_world(real, who, secret, n)
            assert view_in(other, held, who) == seen
            assert nym_in(other, n) == SALE * secret
            assert nym_in(other, n) != nym_in(real, n)


@pytest.mark.thorough
@pytest.mark.parametrize("size", SIZES)
def test_the_real_world_is_the_one_of_the_code(size: tuple[int, int]) -> None:
    """Or the worlds would say nothing about it."""
    n, t = size
    held = season(n, t)
    real = real_world(held)
    for label in (RHO, NYM):
        shares = shares_in(real, n, label)
        assert shares == {i: prss.share(each, label) for i, each in held.items()}


@pytest.mark.parametrize("size", SIZES)
def test_one_more_issuer_sees_the_difference(size: tuple[int, int]) -> None:
    n, t = size
    held = season(n, t)
    for who in combinations(range(1, n + 1), t + 1):
        known = {a for i in who for a in held[i].keys}
        assert known == {*all_keys(held)}


@pytest.mark.parametrize("size", SIZES)
def test_no_message_of_the_ceremony_is_sealed_to_those_who_lack_a_key(
    size: tuple[int, int],
) -> None:
    """Member i of A gets no part of k_A from anybody."""
    n, t = size
    members = members_of(n, t, Purpose.SEASON)
    record = played(n, t, Purpose.SEASON)
    for member in members:
        for dealer in members:
            given = member._given(record, dealer.index)
            assert all(member.index not in slot.without for slot in given.parts)
            assert all(dealer.index not in slot.without for slot in given.parts)

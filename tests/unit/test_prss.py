"""Pseudorandom secret sharing: shares that fit together without a message."""

import hashlib
import hmac
from itertools import combinations

import pytest

from fairlot_crypto.committee import prss
from fairlot_crypto.committee.prss import PrssKeys, deal, share, zero_share
from fairlot_crypto.committee.shamir import interpolate
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import GROUP_ORDER, scalar_for
from fairlot_crypto.randomness import SeededRandomness

COMMITTEES = [(1, 0), (4, 1), (7, 2)]
LABEL = b"label"


def dealt(members: int, degree: int) -> tuple[PrssKeys, ...]:
    return deal(members, degree, SeededRandomness(bytes(32)).derive("prss"))


@pytest.mark.parametrize(("members", "degree"), COMMITTEES)
def test_shares_interpolate_to_one_value_for_every_subset(
    members: int, degree: int
) -> None:
    keys = dealt(members, degree)
    shares = {k.index: share(k, LABEL) for k in keys}
    values = {
        interpolate({i: shares[i] for i in chosen})
        for size in range(degree + 1, members + 1)
        for chosen in combinations(shares, size)
    }
    assert len(values) == 1


@pytest.mark.parametrize(("members", "degree"), COMMITTEES)
def test_the_value_is_the_sum_over_all_keys(members: int, degree: int) -> None:
    """Σ_A h2s(HMAC(k_A, label)), since every f_A is 1 at zero."""
    keys = dealt(members, degree)
    everything = {a: key for k in keys for a, key in k.keys.items()}
    macs = (hmac.digest(key, LABEL, hashlib.sha256) for key in everything.values())
    expected = sum(scalar_for("prss", mac) for mac in macs) % GROUP_ORDER
    assert interpolate({k.index: share(k, LABEL) for k in keys}) == expected


@pytest.mark.parametrize(("members", "degree"), COMMITTEES)
def test_zero_shares_interpolate_to_zero_over_2t_and_1(
    members: int, degree: int
) -> None:
    shares = {k.index: zero_share(k, LABEL) for k in dealt(members, degree)}
    for chosen in combinations(shares, 2 * degree + 1):
        assert interpolate({i: shares[i] for i in chosen}) == 0


@pytest.mark.parametrize(("members", "degree"), [(4, 1), (7, 2)])
def test_zero_shares_hide_a_product(members: int, degree: int) -> None:
    """They are of degree 2t and no smaller, and none of them is zero."""
    shares = {k.index: zero_share(k, LABEL) for k in dealt(members, degree)}
    assert 0 not in shares.values()
    for chosen in combinations(shares, 2 * degree):
        assert interpolate({i: shares[i] for i in chosen}) != 0


@pytest.mark.parametrize(("members", "degree"), COMMITTEES)
def test_t_members_lack_a_key_that_all_others_hold(members: int, degree: int) -> None:
    keys = dealt(members, degree)
    everything = {a for k in keys for a in k.keys}
    assert len(everything) == len(list(combinations(range(members), degree)))
    for corrupt in combinations(range(1, members + 1), degree):
        held = {a for k in keys if k.index in corrupt for a in k.keys}
        assert everything - held == {corrupt}


def test_members_hold_the_same_bytes_for_the_same_subset() -> None:
    by_subset: dict[prss.Subset, set[bytes]] = {}
    for k in dealt(7, 2):
        for subset, key in k.keys.items():
            by_subset.setdefault(subset, set()).add(key)
    assert all(len(keys) == 1 for keys in by_subset.values())
    assert len({key for keys in by_subset.values() for key in keys}) == len(by_subset)


def test_one_issuer_is_one_prf() -> None:
    (keys,) = dealt(1, 0)
    (key,) = keys.keys.values()
    mac = hmac.digest(key, LABEL, hashlib.sha256)
    assert share(keys, LABEL) == scalar_for("prss", mac)
    assert zero_share(keys, LABEL) == 0


def test_another_label_is_another_value() -> None:
    (keys,) = dealt(1, 0)
    assert len({share(keys, label) for label in (b"", b"a", b"b", b"ab")}) == 4


def test_shares_and_masks_of_one_label_are_independent() -> None:
    for keys in dealt(4, 1):
        assert share(keys, LABEL) != zero_share(keys, LABEL)


@pytest.mark.parametrize(("members", "degree"), [(1, 1), (0, 0), (2, -1)])
def test_the_degree_is_below_the_members(members: int, degree: int) -> None:
    with pytest.raises(CallerError) as caught:
        dealt(members, degree)
    assert caught.value.code == "shamir.degree"

"""Points of many leaves: decoded together, each as it would be alone."""

import pytest

from curve import (
    IDENTITY,
    compressed,
    off_curve,
    off_subgroup,
    on_curve,
    unreduced,
)
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.leaf_points import decode_together
from fairlot_crypto import curve as groups
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G1, Backend, subgroup
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SystemRandomness
from kit.sales import GROUP

KEY = SigningKey.from_seed(bytes(32))
GOOD = [(GROUP.g1_generator() * factor).to_bytes() for factor in range(1, 9)]
UNREDUCED = next(each for each in map(unreduced, GOOD) if each is not None)
OUTSIDE = compressed(next(x for x in range(1, 100) if on_curve(x)))
"""Of large order. One of x = 0 is refused by the reference before it gets so far."""
SHAPES: list[dict[str, Value]] = [
    {},
    {"shares": 7},
    {"shares": [7]},
    {"shares": [{}]},
    {"shares": [{"commitment": 7}]},
]
NO_POINTS = {
    "off the curve": off_curve(),
    "x not reduced": UNREDUCED,
    "not compressed": bytes((GOOD[0][0] & 0x7F,)) + GOOD[0][1:],
    "the identity with more": b"\xc0" + bytes(46) + b"\x01",
    "the identity with a sign": b"\xe0" + bytes(47),
    "a byte short": GOOD[0][:-1],
    "a byte long": GOOD[0] + b"\x00",
    "nothing": b"",
}


@pytest.fixture(params=["native", "reference"])
def curve(request: pytest.FixtureRequest) -> Backend:
    return groups.backend(str(request.param))


def leaf(*commitments: Value) -> Entry:
    shares: list[Value] = [{"commitment": each} for each in commitments]
    return sign_entry(EntryType.LEAF, bytes(32), {"shares": shares}, KEY)


def alone(encoded: bytes) -> G1 | str:
    """Return what decoding one point gives, or the code of its refusal."""
    try:
        return GROUP.g1_not_identity(encoded)
    except EncodingError as error:
        return error.code


def together(points: list[bytes], asked: bytes) -> G1 | str:
    decode = decode_together(GROUP, [leaf(*points)], SystemRandomness())
    try:
        return decode(asked)
    except EncodingError as error:
        return error.code


def test_a_point_of_the_curve_is_read_whether_it_lies_in_g1_or_not(
    curve: Backend,
) -> None:
    for encoded in (*GOOD[:2], OUTSIDE, IDENTITY):
        assert curve.compressed_on_curve(encoded).to_bytes() == encoded


@pytest.mark.parametrize("encoded", NO_POINTS.values(), ids=NO_POINTS)
def test_whatever_is_no_point_of_the_curve_is_refused_as_where_g1_is_asked_for(
    curve: Backend, encoded: bytes
) -> None:
    codes: list[str] = []
    for read in (curve.compressed_on_curve, curve.g1_from_bytes):
        with pytest.raises(EncodingError) as refusal:
            read(encoded)
        codes.append(refusal.value.code)
    assert codes[0] == codes[1]


@pytest.mark.thorough
@pytest.mark.parametrize("few", [0, subgroup.ONE_BY_ONE])
@pytest.mark.parametrize(
    "bad",
    [off_subgroup(), IDENTITY, *NO_POINTS.values()],
    ids=["outside", "0", *NO_POINTS],
)
def test_one_bad_point_is_refused_and_no_other(
    monkeypatch: pytest.MonkeyPatch, few: int, bad: bytes
) -> None:
    """Also by sums of random subsets, with which many points are looked at."""
    monkeypatch.setattr(subgroup, "ONE_BY_ONE", few)
    points = [*GOOD[:4], bad, *GOOD[4:]]
    for each in points:
        assert together(points, each) == alone(each)
    assert isinstance(alone(bad), str)


def test_points_that_cancel_outside_g1_are_refused() -> None:
    """Their sum lies inside: each of them still has to."""
    outside = off_subgroup()
    other = bytes((outside[0] ^ 0x20,)) + outside[1:]
    for each in (outside, other):
        assert together([outside, other], each) == "groups.point"


def test_good_points_are_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decode = decode_together(
        GROUP, [leaf(*GOOD[:4]), leaf(*GOOD[4:])], SystemRandomness()
    )
    monkeypatch.setattr(type(GROUP), "g1_from_bytes", pytest.fail)
    assert [decode(each).to_bytes() for each in GOOD] == GOOD


@pytest.mark.parametrize("body", SHAPES)
def test_a_body_of_another_shape_has_no_points(body: dict[str, Value]) -> None:
    entries = [
        sign_entry(EntryType.LEAF, bytes(32), body, KEY),
        sign_entry(
            EntryType.ROLL, bytes(32), {"shares": [{"commitment": GOOD[0]}]}, KEY
        ),
    ]
    decode = decode_together(GROUP, entries, SystemRandomness())
    assert decode(GOOD[0]).to_bytes() == GOOD[0]

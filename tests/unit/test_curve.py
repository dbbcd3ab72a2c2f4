"""The group interface: laws, ranges and codes, on each back-end."""

import sys

import pytest

from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CallerError, CryptoError, EncodingError
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.randomness import SeededRandomness


@pytest.fixture(params=["native", "reference"])
def curve(request: pytest.FixtureRequest) -> Backend:
    return groups.backend(str(request.param))


def code_of(error: pytest.ExceptionInfo[CryptoError]) -> str:
    return error.value.code


def test_addition_and_multiplication_agree_in_g1(curve: Backend) -> None:
    g = curve.g1_generator()
    assert g + g + g == g * 3
    assert g * 5 - g * 2 == g * 3
    assert -(g * 3) + g * 4 == g
    assert hash(g + g) == hash(g * 2)
    assert g != g * 2


def test_addition_and_multiplication_agree_in_g2(curve: Backend) -> None:
    g = curve.g2_generator()
    assert g + g + g == g * 3
    assert g * 5 - g * 2 == g * 3
    assert -(g * 3) + g * 4 == g
    assert hash(g + g) == hash(g * 2)
    assert g != g * 2


def test_identity_is_neutral_and_encodes_with_its_flag(curve: Backend) -> None:
    g, h = curve.g1_generator(), curve.g2_generator()
    zero = curve.g1_identity()
    assert zero.is_identity()
    assert g + zero == g
    assert g * 0 == zero
    assert (g - g).is_identity()
    assert (h - h).is_identity()
    assert zero.to_bytes() == b"\xc0" + bytes(47)
    assert (h * 0).to_bytes() == b"\xc0" + bytes(95)
    assert not g.is_identity()


def test_order_of_the_group_is_r(curve: Backend) -> None:
    g, h = curve.g1_generator(), curve.g2_generator()
    assert g * (GROUP_ORDER - 1) == -g
    assert h * (GROUP_ORDER - 1) == -h


def test_generators_have_the_published_x_coordinates(curve: Backend) -> None:
    # draft-irtf-cfrg-pairing-friendly-curves, section 4.2.1: x of BP1, and x_1 of BP2.
    g1_x = (
        "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905"
        "a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
    )
    g2_x1 = (
        "13e02b6052719f607dacd3a088274f65596bd0d09920b61a"
        "b5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
    )
    assert curve.g1_generator().to_bytes().hex() == "9" + g1_x[1:]
    assert curve.g2_generator().to_bytes().hex()[:96] == "9" + g2_x1[1:]


@pytest.mark.parametrize("scalar", [-1, GROUP_ORDER, 2**255])
def test_scalars_outside_the_range_are_the_callers_fault(
    curve: Backend, scalar: int
) -> None:
    g = curve.g1_generator()
    with pytest.raises(CallerError) as multiplied:
        _ = g * scalar
    with pytest.raises(CallerError) as multiplied_g2:
        _ = curve.g2_generator() * scalar
    with pytest.raises(CallerError) as summed:
        curve.msm([g], [scalar])
    codes = {code_of(multiplied), code_of(multiplied_g2), code_of(summed)}
    assert codes == {"groups.scalar-range"}


def test_msm_is_the_sum_of_products(curve: Backend) -> None:
    g = curve.g1_generator()
    points = [g * 2, g * 3, curve.g1_identity(), g * 5]
    scalars = [7, GROUP_ORDER - 1, 9, 0]
    assert curve.msm(points, scalars) == g * 11
    assert curve.msm([], []).is_identity()


@pytest.mark.thorough
def test_pairing_is_bilinear_and_not_trivial(curve: Backend) -> None:
    g, h = curve.g1_generator(), curve.g2_generator()
    assert curve.pairing_product_is_one([(g * 6, h * 5), (-g, h * 30)])
    assert not curve.pairing_product_is_one([(g * 6, h * 5), (-g, h * 31)])
    assert not curve.pairing_product_is_one([(g, h)])
    assert curve.pairing_product_is_one([(curve.g1_identity(), h), (g, h - h)])


def test_hash_to_curve_needs_a_domain_separation_tag(curve: Backend) -> None:
    with pytest.raises(CallerError) as in_g1:
        curve.hash_to_g1(b"message", b"")
    with pytest.raises(CallerError) as in_g2:
        curve.hash_to_g2(b"message", b"")
    assert code_of(in_g1) == code_of(in_g2) == "hashing.dst-empty"


@pytest.mark.thorough
def test_points_round_trip_through_bytes(curve: Backend) -> None:
    p, q = curve.g1_generator() * 1234567, curve.g2_generator() * 1234567
    assert curve.g1_from_bytes(p.to_bytes()) == p
    assert curve.g2_from_bytes(q.to_bytes()) == q
    assert curve.g1_not_identity(p.to_bytes()) == p
    assert curve.g2_not_identity(q.to_bytes()) == q
    zero = curve.g1_identity()
    assert curve.g1_from_bytes(zero.to_bytes()) == zero
    assert curve.g2_from_bytes((q - q).to_bytes()).is_identity()


def test_points_of_the_other_back_end_or_group_are_refused() -> None:
    native, reference = groups.backend("native"), groups.backend("reference")
    for mine, theirs in [(native, reference), (reference, native)]:
        g, h = mine.g1_generator(), mine.g2_generator()
        other_g, other_h = theirs.g1_generator(), theirs.g2_generator()
        with pytest.raises(CallerError, match=r"groups\.foreign-point"):
            _ = g + other_g
        with pytest.raises(CallerError, match=r"groups\.foreign-point"):
            _ = h - other_h
        with pytest.raises(CallerError, match=r"groups\.foreign-point"):
            mine.msm([other_g], [1])
        with pytest.raises(CallerError, match=r"groups\.foreign-point"):
            mine.pairing_product_is_one([(g, other_h)])
        assert g != other_g
        assert h != other_h


def test_scalars_round_trip_through_bytes() -> None:
    for scalar in (1, 2**200 + 1, GROUP_ORDER - 1):
        data = groups.scalar_to_bytes(scalar)
        assert len(data) == groups.SCALAR_LENGTH
        assert groups.scalar_from_bytes(data) == scalar


def test_scalar_encoding_refuses_what_is_out_of_range() -> None:
    with pytest.raises(CallerError, match=r"groups\.scalar-range"):
        groups.scalar_to_bytes(GROUP_ORDER)


def test_inverse_multiplies_to_one() -> None:
    for scalar in (1, 2, 3**100, GROUP_ORDER - 1, GROUP_ORDER + 2):
        assert groups.inverse(scalar) * scalar % GROUP_ORDER == 1
    for zero in (0, GROUP_ORDER):
        with pytest.raises(CallerError, match=r"groups\.no-inverse"):
            groups.inverse(zero)


def test_random_scalar_reduces_48_bytes() -> None:
    drawn = groups.random_scalar(SeededRandomness(bytes(32)))
    bytes_taken = SeededRandomness(bytes(32)).take(48)
    assert drawn == int.from_bytes(bytes_taken, "big") % GROUP_ORDER


class Replay:
    """Hands out given chunks, in order."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = list(chunks)

    def take(self, length: int) -> bytes:
        chunk = self.chunks.pop(0)
        assert len(chunk) == length
        return chunk

    def derive(self, label: str) -> "Replay":
        raise AssertionError(label)


def test_random_scalar_draws_again_instead_of_zero() -> None:
    multiple_of_r = (5 * GROUP_ORDER).to_bytes(48, "big")
    randomness = Replay(bytes(48), multiple_of_r, bytes(47) + b"\x09")
    assert groups.random_scalar(randomness) == 9


def test_back_end_is_chosen_by_argument_then_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(groups.BACKEND_VARIABLE, raising=False)
    assert groups.backend().name == "native"
    monkeypatch.setenv(groups.BACKEND_VARIABLE, "reference")
    assert groups.chosen_backend_name() == "reference"
    assert groups.backend().name == "reference"
    assert groups.backend("native").name == "native"
    assert groups.backend("native") is groups.backend("native")


def test_unknown_back_end_is_refused() -> None:
    with pytest.raises(CallerError, match=r"groups\.backend: .*'blst'"):
        groups.backend("blst")


def test_missing_reference_library_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load = groups.__dict__["_load"]
    load.cache_clear()
    module = "fairlot_crypto.curve.reference"
    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "py_ecc", None)
    monkeypatch.setitem(sys.modules, "py_ecc.bls", None)
    try:
        with pytest.raises(CallerError, match=r"fairlot\[reference\]") as missing:
            groups.backend("reference")
        assert code_of(missing) == "groups.backend-missing"
    finally:
        load.cache_clear()


def test_decoding_refuses_wrong_lengths(curve: Backend) -> None:
    g1, g2 = curve.g1_generator().to_bytes(), curve.g2_generator().to_bytes()
    for data in (b"", g1[:-1], g1 + b"\x00", g2):
        with pytest.raises(EncodingError, match=r"groups\.length"):
            curve.g1_from_bytes(data)
    for data in (b"", g2[:-1], g2 + b"\x00", g1):
        with pytest.raises(EncodingError, match=r"groups\.length"):
            curve.g2_from_bytes(data)

"""Batches of presentations, hints, and the subgroup: what the batch does step by step."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from fairlot_crypto import curve as groups
from fairlot_crypto.bbs import batch as module
from fairlot_crypto.bbs.batch import verify_batch
from fairlot_crypto.bbs.hints import HINTS_LENGTH, Showing, make_hints, read_hints
from fairlot_crypto.curve import Backend
from fairlot_crypto.curve.subgroup import (
    ONE_BY_ONE,
    PASSES,
    SUMS_A_PASS,
    Curve,
    all_in_subgroup,
    sums_in_subgroup,
)
from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.randomness import SeededRandomness, SystemRandomness
from kit.batches import COFACTOR_ORDERS, honest, torsion, with_scalar
from kit.holder import GROUP, context_for, shown_for

SYSTEM = SystemRandomness()
SOURCE = SeededRandomness(bytes(32))


class Counted:
    """Counts the bytes that are taken."""

    def __init__(self) -> None:
        self.taken = 0

    def take(self, length: int) -> bytes:
        self.taken += length
        return SYSTEM.take(length)

    def derive(self, label: str) -> "Counted":
        raise AssertionError(label)


def toy(order: int) -> Curve[int]:
    """Return the integers mod ``order``, in which only 0 is inside."""

    def add(a: int, b: int) -> int:
        return (a + b) % order

    def inside(a: int) -> bool:
        return a == 0

    return Curve(0, add, inside)


# --- The subgroup


@pytest.mark.parametrize("order", [2, 3, 11, 33])
def test_one_point_outside_is_found_among_many(order: int) -> None:
    for place in (0, 57, 299):
        points = [0] * 300
        points[place] = 1
        assert not sums_in_subgroup(toy(order), points, SYSTEM)
        assert not all_in_subgroup(toy(order), points, SYSTEM)


@pytest.mark.parametrize("order", [2, 3, 11])
def test_points_whose_sum_is_inside_are_found(order: int) -> None:
    points = [1, order - 1] * 150
    assert not sums_in_subgroup(toy(order), points, SYSTEM)
    assert not sums_in_subgroup(toy(order), [1] * (order * 30), SYSTEM)


def test_points_inside_are_all_admitted() -> None:
    assert sums_in_subgroup(toy(3), [0] * 300, SYSTEM)
    assert all_in_subgroup(toy(3), [0] * 300, SYSTEM)
    assert all_in_subgroup(toy(3), [], SYSTEM)


def test_every_sum_is_checked_and_each_is_of_the_points_with_its_bit() -> None:
    """With integers in place of points the sums can be computed in another way."""
    points = [3**k for k in range(40)]
    checked: list[int] = []

    def look(value: int) -> bool:
        checked.append(value)
        return True

    sums_in_subgroup(Curve(0, int.__add__, look), points, SeededRandomness(bytes(32)))
    expected: list[int] = []
    stream = SeededRandomness(bytes(32))
    for _ in range(PASSES):
        drawn = stream.take(len(points))
        expected += [
            sum(p for p, byte in zip(points, drawn, strict=True) if byte >> bit & 1)
            for bit in reversed(range(SUMS_A_PASS))
        ]
    assert checked == expected
    assert len(checked) == 80


def test_few_points_are_checked_one_by_one_without_chance() -> None:
    counted = Counted()
    assert not all_in_subgroup(toy(3), [0] * (ONE_BY_ONE - 1) + [1], counted)
    assert counted.taken == 0
    assert all_in_subgroup(toy(3), [0] * (ONE_BY_ONE + 1), counted)
    assert counted.taken == PASSES * (ONE_BY_ONE + 1)


@pytest.fixture(params=["native", "reference"])
def curve(request: pytest.FixtureRequest) -> Backend:
    return groups.backend(str(request.param))


@pytest.mark.parametrize("order", COFACTOR_ORDERS)
def test_no_back_end_admits_a_point_of_small_order(curve: Backend, order: int) -> None:
    small = torsion(order)
    for point in (small, small + GROUP.g1_generator()):
        loose = curve.on_curve(GROUP.coordinates(point))
        with pytest.raises(EncodingError) as refusal:
            curve.admit([loose], SOURCE)
        assert refusal.value.code == "groups.subgroup"


def test_coordinates_lead_back_to_the_point(curve: Backend) -> None:
    g = curve.g1_generator()
    for point in (g, -g, g * 5, g - g):
        loose = curve.on_curve(curve.coordinates(point))
        assert curve.admit([loose], SOURCE) == (point,)
        assert loose.to_bytes() == point.to_bytes()


def test_points_of_the_curve_stay_with_their_back_end() -> None:
    native, reference = groups.backend("native"), groups.backend("reference")
    for one, other in ((native, reference), (reference, native)):
        loose = one.on_curve(bytes(96))
        with pytest.raises(CallerError) as refusal:
            other.admit([loose], SOURCE)
        assert refusal.value.code == "groups.foreign-point"


# --- Hints


def test_hints_are_of_the_length_that_the_chapter_says() -> None:
    made = honest(0)
    assert made.hints is not None
    assert len(made.hints) == HINTS_LENGTH == 480
    assert make_hints(made.showing) == made.hints
    assert read_hints(made.showing, made.hints) is not None


def test_what_cannot_be_read_with_hints_is_none() -> None:
    made = honest(0)
    hints = made.hints or b""
    for wrong in (b"", hints[:-1], hints + b"\x00", bytes(480), b"\xff" * 480):
        assert read_hints(made.showing, wrong) is None
    spoilt = replace(made.showing, disclosed={9: b"assurance=high"})
    assert read_hints(spoilt, hints) is None
    for nym in (b"", b"\xc0" + bytes(47)):
        shown = replace(made.showing.presentation, nym=nym)
        assert read_hints(replace(made.showing, presentation=shown), hints) is None


# --- Batches


def test_there_is_a_hint_or_none_for_each() -> None:
    with pytest.raises(CallerError) as refusal:
        verify_batch([honest(0).showing], [], SYSTEM)
    assert refusal.value.code == "batch.hints"
    assert verify_batch([], [], SYSTEM) == ()


def test_a_batch_mixes_issuers_contexts_and_disclosed_attributes() -> None:
    shown = [shown_for(1, (0,)), shown_for(2, ()), shown_for(1, (0, 1, 2, 3))]
    other = context_for(header=b"another epoch")
    statements = [
        Showing(s.context, s.presentation, s.ctx, s.ph, s.disclosed) for s in shown
    ]
    hints = [make_hints(each) for each in statements]
    for given_hints in product(*[(hint, None) for hint in hints]):
        assert verify_batch(statements, given_hints, SYSTEM) == (None,) * 3
    wrong = replace(statements[0], context=other)
    *_, last = verify_batch([*statements, wrong], [*hints, hints[0]], SYSTEM)
    assert last is not None
    assert last.code == "presentation.challenge"


def test_whoever_can_foresee_the_coefficients_is_not_asked() -> None:
    """All coefficients are drawn anew for each combination, 64 bytes a presentation."""
    batch = [honest(0), honest(1)]
    counted = Counted()
    verify_batch([m.showing for m in batch], [m.hints for m in batch], counted)
    assert counted.taken == 2 * 64
    spoilt = [with_scalar(batch[0], 0), batch[1]]
    counted = Counted()
    verify_batch([m.showing for m in spoilt], [m.hints for m in spoilt], counted)
    assert counted.taken == 2 * 64 + 64 + 64


def test_good_ones_with_hints_are_not_verified_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look(*_: object) -> None:
        raise AssertionError("verified alone")

    for name in ("verify_presentation", "verify_responses"):
        monkeypatch.setattr(module, name, look)
    batch = [honest(number) for number in range(3)]
    found = verify_batch([m.showing for m in batch], [m.hints for m in batch], SYSTEM)
    assert found == (None, None, None)


def test_what_was_computed_is_told_as_hints() -> None:
    """Of those without hints, and with wrong ones, whose challenge is right."""
    batch = [honest(number) for number in range(4)]
    hints = [None, batch[1].hints, batch[3].hints, None]
    showings = [m.showing for m in batch]
    showings[3] = with_scalar(batch[3], 0).showing
    told = dict[int, bytes]()
    found = verify_batch(showings, hints, SYSTEM, told.__setitem__)
    assert [error is None for error in found] == [True, True, True, False]
    assert told == {0: batch[0].hints, 2: batch[2].hints}
    assert told == {i: make_hints(showings[i]) for i in (0, 2)}


@examples(20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["proof", "nym", "hints", "ph", "none"]), st.integers(0)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_batch_gives_the_verdicts_of_the_single_verifier(
    changes: list[tuple[str, int]],
) -> None:
    batch = [honest(number) for number in range(len(changes))]
    for i, (what, bit) in enumerate(changes):
        made = batch[i]
        shown = made.showing
        if what == "hints":
            batch[i] = replace(made, hints=flipped(made.hints or b"", bit))
        elif what == "ph":
            batch[i] = replace(made, showing=replace(shown, ph=flipped(shown.ph, bit)))
        elif what != "none":
            data = flipped(getattr(shown.presentation, what), bit)
            changed = replace(shown.presentation, **{what: data})
            batch[i] = replace(made, showing=replace(shown, presentation=changed))
    found = verify_batch([m.showing for m in batch], [m.hints for m in batch], SYSTEM)
    assert [e and e.code for e in found] == [m.alone() for m in batch]


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)

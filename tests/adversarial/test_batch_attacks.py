"""What whoever writes a file can do to a batch of presentations, and to their hints.

Every attack is tried at every place of batches of many sizes: the verdicts are those of the
single verifier, so that what is bad is found and named, and nothing else.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial

import pytest

from curve import IDENTITY
from fairlot_crypto.bbs.batch import verify_batch
from fairlot_crypto.bbs.hints import SHOWN_POINTS, make_hints
from fairlot_crypto.bbs.profile import Presentation
from fairlot_crypto.curve import COORDINATE_LENGTH, COORDINATES_LENGTH
from fairlot_crypto.randomness import SystemRandomness
from kit.batches import (
    COFACTOR_ORDERS,
    NAMES,
    SCALARS,
    Made,
    forged_nym,
    honest,
    shifted,
    showing,
    torsion,
    unblinded,
    unsigned,
    with_point,
    with_scalar,
    without_issuer,
)
from kit.batches import other_root as shown_root
from kit.holder import GROUP

Bad = Mapping[int, str]
"""Place in the batch, and the code with which the presentation there is refused."""
Attack = Callable[[list[Made], int], Bad]
"""Spoils a batch at a place."""

GENERATOR = GROUP.g1_generator()
CHALLENGE, PAIRING, POINT = (
    f"presentation.{rule}" for rule in ("challenge", "pairing", "point")
)
PLACES = 64
"""The largest batch."""


def batch_of(size: int) -> list[Made]:
    return [honest(number) for number in range(size)]


def verdicts(batch: list[Made]) -> list[str | None]:
    found = verify_batch(
        [each.showing for each in batch],
        [each.hints for each in batch],
        SystemRandomness(),
    )
    return [None if error is None else error.code for error in found]


@cache
def alone(shown: Presentation) -> str | None:
    return Made(showing(shown), None).alone()


def scalar(k: int, batch: list[Made], i: int) -> Bad:
    batch[i] = with_scalar(batch[i], k)
    return {i: CHALLENGE}


def other_point(name: str, batch: list[Made], i: int) -> Bad:
    batch[i] = with_point(batch[i], name, GENERATOR.to_bytes())
    return {i: CHALLENGE}


def rehinted(k: int, batch: list[Made], i: int) -> Bad:
    """Change a response, and hint at what it leads to: only the challenge gives it away."""
    bad = with_scalar(batch[i], k)
    batch[i] = replace(bad, hints=make_hints(bad.showing))
    return {i: CHALLENGE}


def rehinted_point(name: str, batch: list[Made], i: int) -> Bad:
    bad = with_point(batch[i], name, GENERATOR.to_bytes())
    batch[i] = replace(bad, hints=make_hints(bad.showing))
    return {i: CHALLENGE}


def no_point(name: str, batch: list[Made], i: int) -> Bad:
    batch[i] = with_point(batch[i], name, IDENTITY)
    return {i: "presentation.identity"}


def other_root(name: str, batch: list[Made], i: int) -> Bad:
    """Show the negative of a point."""
    shown = batch[i].showing.presentation
    start = NAMES.index(name) * 48
    data = bytearray((shown.proof[:144] + shown.nym)[start : start + 48])
    data[0] ^= 0x20
    batch[i] = with_point(batch[i], name, bytes(data))
    return {i: CHALLENGE}


@cache
def _moved(name: str, i: int) -> Made:
    return shifted(i, {name: GENERATOR})


def moved(name: str, batch: list[Made], i: int) -> Bad:
    """Move a point before it is hashed: only an equation gives it away."""
    batch[i] = _moved(name, i)
    return {i: CHALLENGE}


@cache
def _outside(order: int, name: str, i: int) -> Made:
    return shifted(i, {name: torsion(order)})


def outside(order: int, name: str, batch: list[Made], i: int) -> Bad:
    """Add a point of small order before it is hashed: only the subgroup gives it away."""
    batch[i] = _outside(order, name, i)
    return {i: POINT if name in NAMES[:SHOWN_POINTS] else CHALLENGE}


def spoilt_hint(data: bytes, start: int, batch: list[Made], i: int) -> Bad:
    """Replace a part of the hints of a good presentation: nothing happens."""
    hints = batch[i].hints
    assert hints is not None
    batch[i] = replace(
        batch[i], hints=hints[:start] + data + hints[start + len(data) :]
    )
    return {}


def without_hint(batch: list[Made], i: int) -> Bad:
    batch[i] = replace(batch[i], hints=None)
    return {}


def bad_without_hint(batch: list[Made], i: int) -> Bad:
    batch[i] = replace(with_scalar(batch[i], 0), hints=None)
    return {i: CHALLENGE}


_hashed_root = cache(shown_root)


def hinted_root(name: str, batch: list[Made], i: int) -> Bad:
    """Show and hash the negative of a point, and hint at the point."""
    batch[i] = _hashed_root(i, name)
    return {i: CHALLENGE}


_without_issuer, _unblinded = cache(without_issuer), cache(unblinded)


def no_issuer(batch: list[Made], i: int) -> Bad:
    batch[i] = _without_issuer(i)
    return {i: "presentation.identity"}


def no_blinding(batch: list[Made], i: int) -> Bad:
    batch[i] = _unblinded(i)
    return {i: "presentation.commitment"}


def own_issuer(batch: list[Made], i: int) -> Bad:
    batch[i] = _unsigned(i)
    return {i: PAIRING}


def own_issuer_without_hint(batch: list[Made], i: int) -> Bad:
    batch[i] = replace(_unsigned(i), hints=None)
    return {i: PAIRING}


_unsigned = cache(unsigned)


def swapped_hints(batch: list[Made], i: int) -> Bad:
    j = (i + 1) % len(batch)
    mine, others = batch[i], batch[j]
    batch[i], batch[j] = (
        replace(mine, hints=others.hints),
        replace(others, hints=mine.hints),
    )
    return {}


@cache
def _forged(i: int) -> Made:
    return forged_nym(i, GENERATOR)


def cancelling_equations(batch: list[Made], i: int) -> Bad:
    """Enter under any nym, with errors of T1, T2 and U whose sum is 0."""
    batch[i] = _forged(i)
    return {i: CHALLENGE}


@cache
def _both(first: str, second: str, i: int) -> Made:
    return shifted(i, {first: GENERATOR, second: -GENERATOR})


def cancelling_in_one(first: str, second: str, batch: list[Made], i: int) -> Bad:
    batch[i] = _both(first, second, i)
    return {i: CHALLENGE}


@cache
def _with(name: str, less: bool, order: int, i: int) -> Made:
    point = torsion(order) if order > 1 else GENERATOR
    return shifted(i, {name: -point if less else point})


def cancelling_in_two(name: str, order: int, batch: list[Made], i: int) -> Bad:
    """Move a point of two presentations, so that the sum stays what it was."""
    j = (i + 1) % len(batch)
    if i == j:
        return {}
    batch[i], batch[j] = _with(name, False, order, i), _with(name, True, order, j)
    code = POINT if order > 1 and name in NAMES[:SHOWN_POINTS] else CHALLENGE
    return {i: code, j: code}


def attacks() -> Iterator[tuple[str, Attack]]:
    """Return every kind of attack."""
    for k in range(SCALARS):
        yield f"scalar-{k}", partial(scalar, k)
        yield f"rehinted-scalar-{k}", partial(rehinted, k)
    for name in NAMES[:SHOWN_POINTS]:
        yield f"other-{name}", partial(other_point, name)
        yield f"no-{name}", partial(no_point, name)
        yield f"other-root-of-{name}", partial(other_root, name)
        yield f"hinted-root-of-{name}", partial(hinted_root, name)
        yield f"rehinted-{name}", partial(rehinted_point, name)
    for name in NAMES:
        yield f"moved-{name}", partial(moved, name)
        for order in COFACTOR_ORDERS:
            yield f"{name}-outside-by-{order}", partial(outside, order, name)
            yield (
                f"{name}-outside-in-two-by-{order}",
                partial(cancelling_in_two, name, order),
            )
    for k, name in enumerate(NAMES[SHOWN_POINTS:]):
        start = SHOWN_POINTS * COORDINATE_LENGTH + k * COORDINATES_LENGTH
        yield (
            f"wrong-hint-of-{name}",
            partial(spoilt_hint, GROUP.coordinates(GENERATOR), start),
        )
        yield f"no-point-as-{name}", partial(spoilt_hint, b"\x01" * 96, start)
        yield f"identity-as-{name}", partial(spoilt_hint, bytes(96), start)
        for order in COFACTOR_ORDERS:
            data = GROUP.coordinates(torsion(order))
            yield f"hint-of-{name}-of-order-{order}", partial(spoilt_hint, data, start)
        yield f"{name}-in-two", partial(cancelling_in_two, name, 1)
    yield "wrong-y", partial(spoilt_hint, bytes(COORDINATE_LENGTH), 0)
    yield "no-hint", without_hint
    yield "bad-and-no-hint", bad_without_hint
    yield "swapped-hints", swapped_hints
    yield "own-issuer", own_issuer
    yield "own-issuer-and-no-hint", own_issuer_without_hint
    yield "no-issuer", no_issuer
    yield "no-blinding", no_blinding
    yield "any-nym", cancelling_equations
    yield "T1-against-T2", partial(cancelling_in_one, "T1", "T2")
    yield "T2-against-U", partial(cancelling_in_one, "T2", "U")


ATTACKS = dict(attacks())


def check(attack: Attack, size: int, place: int) -> None:
    """Spoil a batch: what is bad is found, and with the code of the single verifier."""
    batch = batch_of(size)
    bad = attack(batch, place)
    found = verdicts(batch)
    assert found == [bad.get(i) for i in range(size)]
    for i in bad:
        assert alone(batch[i].showing.presentation) == found[i]


@pytest.mark.thorough
@pytest.mark.parametrize("name", ATTACKS)
def test_what_is_bad_is_found_in_a_small_batch(name: str) -> None:
    for size, place in ((1, 0), (3, 1)):
        check(ATTACKS[name], size, place)


@pytest.mark.slow
@pytest.mark.parametrize("size", [*range(1, 9), 16])
def test_what_is_bad_is_found_at_every_place(size: int) -> None:
    for attack in ATTACKS.values():
        for place in range(size):
            check(attack, size, place)


@pytest.mark.slow
def test_what_is_bad_is_found_in_a_large_batch() -> None:
    """Each attack at some places, and at each place some attacks."""
    for k, attack in enumerate(ATTACKS.values()):
        for place in range(k % 24, PLACES, 24):
            check(attack, PLACES, place)


@pytest.mark.long
@pytest.mark.parametrize("size", range(1, PLACES + 1))
def test_what_is_bad_is_found_in_every_batch(size: int) -> None:
    for attack in ATTACKS.values():
        for place in range(size):
            check(attack, size, place)

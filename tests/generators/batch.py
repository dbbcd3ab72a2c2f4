"""Vectors of specs/batch.md: coordinates, the subgroup, hints, batches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from fairlot.board.hints import Hints, write_hints
from fairlot_crypto.bbs.batch import verify_batch
from fairlot_crypto.bbs.ciphersuite import public_key_from_bytes
from fairlot_crypto.bbs.hints import SHOWN_POINTS, Showing, make_hints
from fairlot_crypto.bbs.profile import issuer_context
from fairlot_crypto.curve import (
    COORDINATE_LENGTH,
    COORDINATES_LENGTH,
    G1,
    Backend,
    backend,
)
from fairlot_crypto.randomness import SeededRandomness
from generators.bbs_setting import IDENTITY, OFF_CURVE
from generators.case import Case, Chapter, Raw, accept, reject
from kit.batches import (
    COFACTOR_ORDERS,
    NAMES,
    SCALARS,
    Made,
    forged_nym,
    honest,
    shifted,
    torsion,
    unsigned,
    with_point,
    with_scalar,
)
from kit.holder import GROUP

DESCRIPTION = (
    "Each input names its operation, of specs/batch.md: decode-coordinates and admit of"
    " points as x || y, make-hints of a statement, verify-batch of statements with their"
    " hints or null, hints-of a leaf in a file. Statements are those of verify-presentation"
    " in the chapter bbs."
    " Randomness is not given: no verdict depends on it. Where verify-batch is refused, its"
    " last statement is the one that does not verify, and with this code."
)
GENERATOR = GROUP.g1_generator()
P = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf"
    "6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab",
    16,
)
"""The prime of the base field."""
SCALAR_NAMES = ("e^", "r1^", "r3^", "m^_0", "m^_1", "m^_2", "m^_3", "c")
"""Those of a proof that hides two attributes, the blind and one nym secret."""
CHALLENGE = "presentation.challenge"
NOTHING = "A wrong hint costs time, and changes no verdict."
HASHED = "Its maker hashed it like this, so that the hash does not give it away."

_Bad: TypeAlias = tuple[str, Made, str, str]
"""Name, presentation, code and rule of a batch that is refused."""


def chapter() -> Chapter:
    """Return the vectors of batches; both back-ends give the same."""
    curve = backend()
    cases = (
        *_coordinates(curve),
        *_coordinates_refused(curve),
        *_admitted(curve),
        *_hints(curve),
        *_hints_refused(curve),
        *_verified(curve),
        *_batches_refused(curve),
        *_files(),
    )
    return Chapter("batch", DESCRIPTION, cases)


def _coordinates(curve: Backend) -> Iterator[Case]:
    points = {
        "generator": GROUP.coordinates(GENERATOR),
        "identity": bytes(COORDINATES_LENGTH),
        "order-three": GROUP.coordinates(torsion(3)),
        "order-eleven": GROUP.coordinates(torsion(11)),
    }
    for name, data in points.items():
        yield accept(
            f"coordinates-{name}",
            "A point of the curve, in G1 or not; the output is its compressed form.",
            {"operation": "decode-coordinates", "data": data},
            {"compressed": curve.on_curve(data).to_bytes()},
        )


def _coordinates_refused(curve: Backend) -> Iterator[Case]:
    good = GROUP.coordinates(GENERATOR)
    x, y = good[:COORDINATE_LENGTH], good[COORDINATE_LENGTH:]

    def written(value: int) -> bytes:
        return value.to_bytes(COORDINATE_LENGTH, "big")

    def plus(value: bytes) -> bytes:
        return written(int.from_bytes(value, "big") + P)

    rows = (
        ("short", good[:-1], "groups.length", "The length is exact."),
        ("long", good + b"\x00", "groups.length", "The length is exact."),
        ("compressed", GENERATOR.to_bytes(), "groups.length", "Both are given."),
        ("x-unreduced", plus(x) + y, "groups.point", "x is below p."),
        ("y-unreduced", x + plus(y), "groups.point", "y is below p."),
        ("zero-unreduced", written(P) + written(P), "groups.point", "As above."),
        ("flag", bytes([x[0] | 0x80]) + x[1:] + y, "groups.point", "x has no flags."),
        ("swapped", y + x, "groups.point", "x comes first."),
        ("off-curve", x + written(1), "groups.point", "y² = x³ + 4 holds."),
        ("half-identity", bytes(COORDINATE_LENGTH) + y, "groups.point", "As above."),
        ("infinity-flag", b"\x40" + bytes(95), "groups.point", "One identity only."),
    )
    for name, data, code, rule in rows:
        yield reject(
            f"coordinates-{name}",
            rule,
            code,
            {"operation": "decode-coordinates", "data": data},
            partial(curve.on_curve, data),
        )


def _admitted(curve: Backend) -> Iterator[Case]:
    inside = [GENERATOR, GENERATOR * 2, GENERATOR - GENERATOR]
    points = [GROUP.coordinates(point) for point in inside]
    yield accept(
        "admit-three",
        "Points of G1, the identity among them.",
        {"operation": "admit", "points": points},
        {"compressed": [point.to_bytes() for point in _admit(curve, points)]},
    )
    for order in COFACTOR_ORDERS:
        by = torsion(order)
        for name, moved, rule in (
            ("one", [by], f"One point has order {order}."),
            (
                "sum",
                [GENERATOR + by, GENERATOR - by],
                "Two points lie outside, and their sum inside: each one must lie in G1.",
            ),
            (
                "difference",
                [GENERATOR + by, GENERATOR + by],
                "Two points lie outside, and their difference inside.",
            ),
        ):
            given = [*points, *map(GROUP.coordinates, moved)]
            yield reject(
                f"admit-{name}-of-order-{order}",
                rule,
                "groups.subgroup",
                {"operation": "admit", "points": given},
                partial(_admit, curve, given),
            )


def _admit(curve: Backend, points: Sequence[bytes]) -> tuple[G1, ...]:
    decoded = [curve.on_curve(point) for point in points]
    return curve.admit(decoded, SeededRandomness(bytes(32)))


def _statement(made: Made) -> dict[str, Raw]:
    at = made.showing
    return {
        "public_key": at.context.public_key.to_bytes(),
        "L": at.context.schema.attributes,
        "N": at.context.schema.nym_secrets,
        "header": at.context.header,
        "ctx": at.ctx,
        "ph": at.ph,
        "disclosed": {str(i): value for i, value in at.disclosed.items()},
        "nym": at.presentation.nym,
        "proof": at.presentation.proof,
    }


def _on(curve: Backend, made: Made) -> Showing:
    """Return the statement on the back-end that computes the vectors."""
    at = made.showing.context
    key = public_key_from_bytes(curve, at.public_key.to_bytes())
    return replace(
        made.showing, context=issuer_context(curve, key, at.schema, at.header)
    )


def _make(curve: Backend, made: Made) -> bytes:
    return make_hints(_on(curve, made))


def _hints(curve: Backend) -> Iterator[Case]:
    for name, made, rule in (
        ("honest", honest(0), "The hints of a presentation."),
        ("bad", with_scalar(honest(0), 0), "One that does not verify has hints too."),
    ):
        yield accept(
            f"hints-{name}",
            rule,
            {"operation": "make-hints", "statement": _statement(made)},
            {"hints": _make(curve, made)},
        )


def _hints_refused(curve: Backend) -> Iterator[Case]:
    first = honest(0)
    shown = first.showing.presentation
    short = replace(
        first,
        showing=replace(
            first.showing, presentation=replace(shown, proof=shown.proof[:-1])
        ),
    )
    rows = [
        ("short", short, "presentation.length"),
        ("nym-identity", with_point(first, "nym", IDENTITY), "presentation.identity"),
        ("D-off-curve", with_point(first, "D", OFF_CURVE), "presentation.point"),
    ]
    for name, made, code in rows:
        yield reject(
            f"hints-{name}",
            "What cannot be decoded has no hints.",
            code,
            {"operation": "make-hints", "statement": _statement(made)},
            partial(_make, curve, made),
        )


def _inputs(batch: Sequence[Made]) -> Mapping[str, Raw]:
    return {
        "operation": "verify-batch",
        "statements": [{**_statement(m), "hints": m.hints} for m in batch],
    }


def _hinted(made: Made, start: int, data: bytes) -> Made:
    hints = made.hints or b""
    return replace(made, hints=hints[:start] + data + hints[start + len(data) :])


def _verified(curve: Backend) -> Iterator[Case]:
    one, two = honest(0), honest(1)
    commitments = SHOWN_POINTS * COORDINATE_LENGTH
    batches: list[tuple[str, list[Made], str]] = [
        ("two", [one, two], "Both verify."),
        ("without-hints", [replace(one, hints=None), two], "One has no hints."),
        (
            "swapped-hints",
            [replace(one, hints=two.hints), replace(two, hints=one.hints)],
            NOTHING,
        ),
        ("short-hints", [one, replace(two, hints=(two.hints or b"")[:-1])], NOTHING),
        ("wrong-y", [one, _hinted(two, 0, bytes(COORDINATE_LENGTH))], NOTHING),
        (
            "T1-of-order-3",
            [one, _hinted(two, commitments, GROUP.coordinates(torsion(3)))],
            NOTHING,
        ),
    ]
    for name, batch, rule in batches:
        _check(curve, batch)
        yield accept(
            f"batch-{name}", rule, _inputs(batch), {"verdicts": [None for _ in batch]}
        )


def _check(curve: Backend, batch: Sequence[Made]) -> None:
    """Raise the error of the statement that does not verify, if one does not."""
    showings = [_on(curve, made) for made in batch]
    found = verify_batch(
        showings, [made.hints for made in batch], SeededRandomness(bytes(32))
    )
    for error in found:
        if error is not None:
            raise error


def _files() -> Iterator[Case]:
    hints = [honest(number).hints or b"" for number in range(2)]
    good = write_hints([(3, hints[0]), (7, hints[1])]).to_bytes()
    rows = (
        ("first", good, 3, "The hints of leaf 3."),
        ("last", good, 7, "The hints of leaf 7."),
        ("between", good, 5, "No record is of this leaf."),
        ("above", good, 8, "No record is of this leaf."),
        ("torn", good[:-1], 7, "The last record is torn, hence none."),
        ("other-file", b"x" + good[1:], 3, "The file begins with other bytes."),
        ("empty", b"", 0, "There is no file, or nothing in it."),
    )
    for name, data, leaf, rule in rows:
        yield accept(
            f"file-{name}",
            rule,
            {"operation": "hints-of", "file": data, "leaf": leaf},
            {"hints": Hints(data).of(leaf)},
        )


def _batches_refused(curve: Backend) -> Iterator[Case]:
    for name, made, code, rule in (*_changed(), *_moved(), *_forged()):
        batch = [honest(0), made]
        yield reject(
            f"batch-{name}", rule, code, _inputs(batch), partial(_check, curve, batch)
        )


def _changed() -> Iterator[_Bad]:
    second = honest(1)
    for k, name in enumerate(SCALAR_NAMES[:SCALARS]):
        rule = f"{name} is one more than it should be; the hints are of the true one."
        yield f"scalar-{name}", with_scalar(second, k), CHALLENGE, rule
    for name in NAMES[:SHOWN_POINTS]:
        rule = f"{name} is another point of G1; the hints are of the true one."
        other = with_point(second, name, GENERATOR.to_bytes())
        yield f"other-{name}", other, CHALLENGE, rule
        gone = with_point(second, name, IDENTITY)
        code = "presentation.identity"
        yield f"no-{name}", gone, code, f"{name} is the identity."


def _moved() -> Iterator[_Bad]:
    for name in NAMES:
        moved = shifted(1, {name: GENERATOR})
        rule = f"{name} is off by a point of G1. {HASHED}"
        yield f"moved-{name}", moved, CHALLENGE, rule
        for order in COFACTOR_ORDERS:
            shown = name in NAMES[:SHOWN_POINTS]
            rule = f"{name} is off by a point of order {order}. {HASHED}"
            outside = shifted(1, {name: torsion(order)})
            code = "presentation.point" if shown else CHALLENGE
            yield f"{name}-outside-by-{order}", outside, code, rule


def _forged() -> Iterator[_Bad]:
    for one, two in (("T1", "T2"), ("T1", "U"), ("T2", "U")):
        rule = f"The errors of {one} and {two} cancel under one coefficient. {HASHED}"
        cancel = shifted(1, {one: GENERATOR, two: -GENERATOR})
        yield f"cancel-{one}-{two}", cancel, CHALLENGE, rule
    forged = forged_nym(1, GENERATOR)
    rule = "The nym is anybody's: with one coefficient a statement it would verify."
    yield "cancel-any-nym", forged, CHALLENGE, rule
    blind = replace(forged, hints=None)
    yield "cancel-any-nym-without-hints", blind, CHALLENGE, rule
    rule = "The issuer signed what is presented; all else holds here."
    code = "presentation.pairing"
    yield "own-issuer", unsigned(1), code, rule
    yield "own-issuer-without-hints", replace(unsigned(1), hints=None), code, rule

"""What was altered on its way, and has another form (specs/tlock.md, section 4)."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot_crypto.curve import Backend
from fairlot_crypto.timelock.ibe import read_ciphertext
from fairlot_crypto.timelock.scheme import UNCHAINED, UNCHAINED_G1
from fairlot_crypto.timelock.sealed import AUTHENTICATOR_LENGTH
from generators.case import Case
from generators.tlock_setting import (
    PLAINTEXT,
    U_LENGTH,
    flipped,
    honest,
    in_g2,
    infinity,
    refused_opening,
)


def cases(curve: Backend) -> Sequence[Case]:
    """Return the cases."""
    return (*_changed(curve), *_lengths(curve), *_points(curve))


def _changed(curve: Backend) -> Sequence[Case]:
    good = honest(curve, UNCHAINED_G1)
    point = read_ciphertext(curve, UNCHAINED_G1, good.sealed[: U_LENGTH + 32]).U
    shifted = (point * 2).to_bytes() + good.sealed[U_LENGTH:]
    at_tag = len(good.sealed) - AUTHENTICATOR_LENGTH
    rule = "Nothing can be altered on the way"
    rows = (
        ("u-negative", "U negated", "ciphertext", flipped(good.sealed, 0, 0x20)),
        ("u-doubled", "U doubled", "ciphertext", shifted),
        ("v-first", "V", "ciphertext", flipped(good.sealed, U_LENGTH)),
        ("v-last", "V", "ciphertext", flipped(good.sealed, U_LENGTH + 15, 0x80)),
        ("w-first", "W", "ciphertext", flipped(good.sealed, U_LENGTH + 16)),
        ("w-last", "W", "ciphertext", flipped(good.sealed, U_LENGTH + 31, 0x80)),
        ("box-first", "the box", "authentication", flipped(good.sealed, U_LENGTH + 32)),
        ("box-last", "the box", "authentication", flipped(good.sealed, at_tag - 1)),
        (
            "tag-first",
            "the authenticator",
            "authentication",
            flipped(good.sealed, at_tag),
        ),
        (
            "tag-last",
            "the authenticator",
            "authentication",
            flipped(good.sealed, -1, 0x80),
        ),
    )
    return [
        refused_opening(
            *(curve, f"changed-{name}", f"{rule}; here {what}.", f"tlock.{code}"),
            replace(good, sealed=data),
        )
        for name, what, code, data in rows
    ]


def _lengths(curve: Backend) -> Sequence[Case]:
    good = honest(curve, UNCHAINED_G1)
    in_g1 = honest(curve, UNCHAINED)
    rule = "The length is fixed, else it would tell something"
    rows = (
        ("short", "a byte less", replace(good, sealed=good.sealed[:-1])),
        ("long", "a byte more", replace(good, sealed=good.sealed + b"\0")),
        ("empty", "nothing", replace(good, sealed=b"")),
        ("no-box", "no box", replace(good, sealed=good.sealed[: U_LENGTH + 32])),
        ("of-less", "a plaintext too long", replace(good, length=len(PLAINTEXT) - 1)),
        ("of-more", "a plaintext too short", replace(good, length=len(PLAINTEXT) + 1)),
        ("u-of-g1", "U in G1", replace(good, sealed=in_g1.sealed)),
        ("u-of-g2", "U in G2", replace(in_g1, sealed=good.sealed)),
    )
    return [
        refused_opening(
            curve, f"length-{name}", f"{rule}; here {what}.", "tlock.length", opening
        )
        for name, what, opening in rows
    ]


def _points(curve: Backend) -> Sequence[Case]:
    good = honest(curve, UNCHAINED_G1)
    one = "U has one encoding, else sealed bytes could be altered and still open"
    rows = (
        ("identity", "Its mask is known to everybody.", infinity(U_LENGTH)),
        (
            "no-flag",
            f"{one}; not compressed.",
            flipped(good.sealed[:U_LENGTH], 0, 0x80),
        ),
        (
            "infinity-flag",
            f"{one}; two flags.",
            flipped(good.sealed[:U_LENGTH], 0, 0x40),
        ),
        ("infinity-all-bits", f"{one}; another identity.", b"\xff" * U_LENGTH),
        (
            "infinity-with-x",
            f"{one}; another identity.",
            infinity(U_LENGTH - 1) + b"\x01",
        ),
        ("zero", f"{one}; no flags at all.", bytes(U_LENGTH)),
        ("off-subgroup", "Pairings are not sound there.", in_g2(2)),
        ("off-curve", "There is no such point.", in_g2(1)),
    )
    return [
        refused_opening(
            *(curve, f"point-{name}", rule, "tlock.point"),
            replace(good, sealed=data + good.sealed[U_LENGTH:]),
        )
        for name, rule, data in rows
    ]

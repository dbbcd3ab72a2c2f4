"""Rehearsals and sales, and keys with two roles; a part of chapter audit."""

from collections.abc import Sequence
from itertools import pairwise

from fairlot.audit.expected import Expected
from fairlot.board.phase import VoidReason
from fairlot.entry import EntryType
from fairlot.rehearsal.parts import START, TIMES
from fairlot_crypto.keys import SigningKey
from generators import plays
from generators.audit_lies import Lie
from generators.stage import publish, stage
from kit import board
from kit.roles import ROLES, held, real
from kit.stage import Stage

ATTESTER = SigningKey.from_seed(bytes(range(1, 33)))
"""The key of an attester who decides disputes too."""


def void_sale(on: Stage) -> bytes:
    """Return a sale that nobody enters and that is void, since CLOSE does not come."""
    reason = {"reason": VoidReason.CLOSE_MISSED.value}
    late = TIMES.close + TIMES.slack + 1
    scenes: tuple[tuple[int, plays.Scene], ...] = (
        plays.BEGIN,
        (START, lambda on, _: (on.open_entry(),)),
        (late, lambda on, _: (on.sign(EntryType.VOID, reason),)),
    )
    return board.publish(on, plays.lie(scenes, on))


def real_sale() -> bytes:
    """Return such a sale that is no rehearsal."""
    return void_sale(real(stage()))


def one_key() -> bytes:
    """Return such a rehearsal, in which all roles have one key."""
    return void_sale(held(stage(), stage().parts.seller, *ROLES))


def rehearsal_lies() -> Sequence[Lie]:
    """Return rehearsals that nobody accepts, and sales of keys with two roles."""
    rehearsal = publish(plays.drawn())
    return (
        Lie(
            "A25-rehearsal",
            "A rehearsal does not pass for a sale: its maker may have known the draw.",
            "audit.rehearsal",
            rehearsal,
            Expected(),
        ),
        Lie(
            "A25-roots",
            "The roots of a rehearsal, expected as those of a sale, do not make it one.",
            "audit.rehearsal",
            rehearsal,
            Expected(stage().terms.sale_id, stage().terms.board.key),
        ),
        *(_shared(*roles) for roles in pairwise(ROLES)),
    )


def _shared(one: str, other: str) -> Lie:
    on = stage()
    key = {
        "seller": on.parts.seller,
        "escrow": on.parts.escrow,
        "board": on.parts.board,
        "contributor": on.parts.contributors[0],
        "issuer": on.parts.issuers[0].key,
        "attester": ATTESTER,
    }[one]
    return Lie(
        f"A26-{other}",
        f"The key of {one} is not that of {other}: they would check themselves.",
        "roles.shared",
        void_sale(held(real(on), key, one, other)),
        Expected(),
    )

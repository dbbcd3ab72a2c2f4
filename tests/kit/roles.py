"""Sales of keys that have several roles, and of none that is a rehearsal.

Nobody is in them: who has a leaf has it of the registry as it was cast.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from fairlot.rehearsal.parts import Parts
from fairlot.terms.named_round import NamedRound
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.timelock.chain import QUICKNET, first_round_after
from kit.stage import Stage


def real(on: Stage) -> Stage:
    """Return the sale as one that says it is no rehearsal.

    Witnesses watch it, and a round of quicknet makes up for its short delay.
    """
    on = on.watched()
    registry = replace(on.registry, rehearsal=False, witnesses=on.terms.witnesses)
    times, beacon = on.terms.times, on.terms.beacon
    named = NamedRound(QUICKNET, first_round_after(QUICKNET, times.drawn_from))
    terms = replace(
        on.terms,
        rehearsal=False,
        registry=registry.registry_id,
        beacon=replace(beacon, drand=named),
    )
    parts = replace(on.parts, registry=registry)
    return _empty(replace(on, parts=parts, terms=terms))


def held(on: Stage, key: SigningKey, *roles: str) -> Stage:
    """Return the sale with one key in some of ``ROLES``: of a list, in its first place."""
    parts = on.parts
    for role in roles:
        parts = ROLES[role](parts, key)
    terms = replace(
        on.terms,
        seller=parts.seller.public,
        escrow=parts.escrow.public,
        board=replace(on.terms.board, key=parts.board.public),
        registry=parts.registry.registry_id,
        beacon=replace(
            on.terms.beacon, roster=tuple(k.public for k in parts.contributors)
        ),
    )
    return _empty(replace(on, parts=parts, terms=terms))


def _empty(on: Stage) -> Stage:
    """Return the sale without leaves: they are of the registry as it was cast."""
    roll = replace(on.terms.roll, smallest=0)
    return replace(on, terms=replace(on.terms, roll=roll), leaves=0)


def _contributor(parts: Parts, key: SigningKey) -> Parts:
    return replace(parts, contributors=(key, *parts.contributors[1:]))


def _issuer(parts: Parts, key: SigningKey) -> Parts:
    (issuer, *issuers), (public, *others) = parts.issuers, parts.registry.issuers
    named = (replace(public, key=key.public), *others)
    registry = replace(parts.registry, issuers=named)
    return replace(
        parts, issuers=(replace(issuer, key=key), *issuers), registry=registry
    )


def _board(parts: Parts, key: SigningKey) -> Parts:
    board = replace(parts.registry.board, key=key.public)
    registry = replace(parts.registry, board=board)
    return replace(parts, board=key, registry=registry)


def _disputes(parts: Parts, key: SigningKey) -> Parts:
    disputes = replace(parts.registry.disputes, key=key.public)
    registry = replace(parts.registry, disputes=disputes)
    return replace(parts, disputes=key, registry=registry)


def _attester(parts: Parts, key: SigningKey) -> Parts:
    registry = replace(parts.registry, attesters=(key.public,))
    return replace(parts, registry=registry)


ROLES: Mapping[str, Callable[[Parts, SigningKey], Parts]] = {
    "seller": lambda parts, key: replace(parts, seller=key),
    "escrow": lambda parts, key: replace(parts, escrow=key),
    "board": _board,
    "contributor": _contributor,
    "issuer": _issuer,
    "attester": _attester,
    "disputes": _disputes,
}
"""What gives a key to a role, in the order of specs/audit.md, section 1.1."""

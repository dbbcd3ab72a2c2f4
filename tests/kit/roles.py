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
    registry = replace(on.registry, rehearsal=False)
    times, beacon = on.terms.times, on.terms.beacon
    named = NamedRound(QUICKNET, first_round_after(QUICKNET, times.drawn_from))
    terms = replace(
        on.terms,
        rehearsal=False,
        registry=registry.registry_id,
        beacon=replace(beacon, drand=named),
    )
    parts = replace(on.parts, registry=registry)
    return replace(on, parts=parts, terms=terms).watched()


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
    return replace(on, parts=parts, terms=terms)


def _contributor(parts: Parts, key: SigningKey) -> Parts:
    return replace(parts, contributors=(key, *parts.contributors[1:]))


def _issuer(parts: Parts, key: SigningKey) -> Parts:
    (issuer, *issuers), (public, *others) = parts.issuers, parts.registry.issuers
    named = (replace(public, key=key.public), *others)
    registry = replace(parts.registry, issuers=named)
    return replace(
        parts, issuers=(replace(issuer, key=key), *issuers), registry=registry
    )


def _attester(parts: Parts, key: SigningKey) -> Parts:
    registry = replace(parts.registry, attesters=(key.public,))
    return replace(parts, registry=registry)


ROLES: Mapping[str, Callable[[Parts, SigningKey], Parts]] = {
    "seller": lambda parts, key: replace(parts, seller=key),
    "escrow": lambda parts, key: replace(parts, escrow=key),
    "board": lambda parts, key: replace(parts, board=key),
    "contributor": _contributor,
    "issuer": _issuer,
    "attester": _attester,
}
"""What gives a key to a role, in the order of specs/audit.md, section 1.1."""

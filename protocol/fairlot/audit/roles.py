"""Whether a key has two roles (specs/audit.md, section 1.1)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from fairlot.board.log_replay import Finding
from fairlot.board.sale import SaleState
from fairlot.identity.registry import Registry
from fairlot.terms.terms import Terms
from fairlot_crypto.keys import VerifyKey

Role: TypeAlias = str
"""What reports call a role; everybody on a list, such as the roster, has the same."""


def role_keys(terms: Terms, registry: Registry) -> list[tuple[Role, VerifyKey]]:
    """Return each role with each of its keys, in the order of the table.

    Args:
        terms: of the sale.
        registry: that they name.
    """
    own = registry_keys(registry)
    keys = [
        ("the seller", terms.seller),
        ("the escrow", terms.escrow),
        ("the board", terms.board.key),
        *(each for each in own if each[0] == "the board"),
        *(("a contributor", key) for key in terms.beacon.roster),
        *(("a witness", witness.key) for witness in terms.witnesses.named),
        *(each for each in own if each[0] != "the board"),
    ]
    # One board may keep both logs, and one witness watch them.
    return list(dict.fromkeys(keys))


def registry_keys(registry: Registry) -> list[tuple[Role, VerifyKey]]:
    """Return the roles that a registry gives, each with each of its keys, in that order."""
    return [
        ("the board", registry.board.key),
        *(("a witness", witness.key) for witness in registry.witnesses.named),
        *(("an issuer", issuer.key) for issuer in registry.issuers),
        *(("an attester", key) for key in registry.attesters),
        ("who decides disputes", registry.disputes.key),
    ]


def shared_keys(
    keys: Iterable[tuple[Role, VerifyKey]],
) -> Mapping[tuple[Role, Role], VerifyKey]:
    """Return the pairs of roles with a key in common, and the first such key of each.

    All roles with one key make a pair each with the first of them.
    """
    owners: dict[VerifyKey, Role] = {}
    shared: dict[tuple[Role, Role], VerifyKey] = {}
    for role, key in keys:
        # Step 1.
        owner = owners.setdefault(key, role)
        # Step 2.
        if owner != role:
            shared.setdefault((owner, role), key)
    return shared


def role_findings(state: SaleState, alone: Registry | None) -> Iterator[Finding]:
    """Yield a finding for each pair of roles of a real sale: ``roles.shared``.

    Args:
        state: of the sale.
        alone: the registry that is audited without any sale, and is judged by itself;
            ``None`` for none.
    """
    for rehearsal, problem in _problems(state, alone):
        if not rehearsal:
            yield Finding("roles.shared", problem, None, None)


def role_notices(state: SaleState, alone: Registry | None) -> Iterator[str]:
    """Yield a notice for each pair of roles of a rehearsal; arguments as above."""
    for rehearsal, problem in _problems(state, alone):
        if rehearsal:
            yield f"{problem}; a real sale would fail"


def _problems(state: SaleState, alone: Registry | None) -> Iterator[tuple[bool, str]]:
    """Yield whether it is a rehearsal, and a sentence, for each pair."""
    if state.begun:
        rehearsal = state.terms.rehearsal
        keys = role_keys(state.terms, state.registry.registry)
    elif alone is not None:
        rehearsal, keys = alone.rehearsal, registry_keys(alone)
    else:
        return
    for (owner, role), key in shared_keys(keys).items():
        problem = f"{owner} and {role} have one key, {key.hex()}, and are one party"
        yield rehearsal, problem

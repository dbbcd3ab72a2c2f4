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
    keys = [
        ("the seller", terms.seller),
        ("the escrow", terms.escrow),
        ("the board", terms.board.key),
        ("the board", registry.board.key),
        *(("a contributor", key) for key in terms.beacon.roster),
        *(("a witness", witness.key) for witness in terms.witnesses.named),
        *(("a witness", witness.key) for witness in registry.witnesses.named),
        *(("an issuer", issuer.key) for issuer in registry.issuers),
        *(("an attester", key) for key in registry.attesters),
        ("who decides disputes", registry.disputes.key),
    ]
    # One board may keep both logs, and one witness watch them.
    return list(dict.fromkeys(keys))


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


def role_findings(state: SaleState) -> Iterator[Finding]:
    """Yield a finding for each pair of roles of a real sale: ``roles.shared``."""
    if state.begun and not state.terms.rehearsal:
        for problem in _problems(state):
            yield Finding("roles.shared", problem, None, None)


def role_notices(state: SaleState) -> Iterator[str]:
    """Yield a notice for each pair of roles of a rehearsal."""
    if state.begun and state.terms.rehearsal:
        for problem in _problems(state):
            yield f"{problem}; a real sale would fail"


def _problems(state: SaleState) -> Iterator[str]:
    shared = shared_keys(role_keys(state.terms, state.registry.registry))
    for (owner, role), key in shared.items():
        yield f"{owner} and {role} have one key, {key.hex()}, and are one party"

"""A person's pseudonym in one sale (specs/deposit.md, section 1)."""

from typing import NewType

from fairlot.identity.enrolment import Identity
from fairlot.terms import SaleId
from fairlot_crypto.bbs.profile import nym
from fairlot_crypto.groups import Backend
from fairlot_crypto.hashing import tag

Nym = NewType("Nym", bytes)
"""A person's pseudonym in one sale, a point of G1, 48 bytes."""


def nym_context(sale_id: SaleId) -> bytes:
    """Return ctx: the context that makes a person's nyms of two sales unlinkable."""
    return tag("nym").encode() + b"\x00" + sale_id


def nym_of(group: Backend, identity: Identity, sale_id: SaleId) -> Nym:
    """Return the nym that a holder will deposit under, whatever the credential.

    Raises:
        CallerError: ``nym.identity`` for secrets whose nym is the identity.
    """
    return Nym(nym(group, nym_context(sale_id), identity.nym_secrets).to_bytes())

"""A person's pseudonym in one sale (specs/deposit.md, section 1)."""

from collections.abc import Sequence
from typing import NewType

from fairlot.identity.enrolment import Identity
from fairlot.terms import SaleId
from fairlot_crypto.bbs.profile import nym
from fairlot_crypto.groups import Backend, Scalar
from fairlot_crypto.hashing import tag

Nym = NewType("Nym", bytes)
"""A person's pseudonym in one sale, a point of G1, 48 bytes."""


def nym_context(sale_id: SaleId) -> bytes:
    """Return ctx: the context that makes a person's nyms of two sales unlinkable."""
    return tag("nym").encode() + b"\x00" + sale_id


def nym_of(group: Backend, identity: Identity, sale_id: SaleId) -> Nym:
    """Return the nym that a holder will deposit under, whatever the credential."""
    return nym_from(group, identity.nym_secrets, sale_id)


def nym_from(group: Backend, nym_secrets: Sequence[Scalar], sale_id: SaleId) -> Nym:
    """Return the nym that these secrets determine.

    Raises:
        CallerError: ``nym.identity`` for secrets whose nym is the identity.
    """
    return Nym(nym(group, nym_context(sale_id), nym_secrets).to_bytes())

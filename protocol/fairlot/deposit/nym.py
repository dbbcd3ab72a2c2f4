"""A person's pseudonym in one sale (specs/deposit.md, section 1)."""

from collections.abc import Sequence

from fairlot.identity.enrolment import Identity
from fairlot.names import Nym, SaleId, check_sale_id, nym_context
from fairlot_crypto.bbs.profile import nym
from fairlot_crypto.curve import Backend, Scalar


def nym_of(curve: Backend, identity: Identity, sale_id: SaleId) -> Nym:
    """Return the nym that a holder will deposit under, whatever the credential.

    Args:
        curve: the back-end.
        identity: the holder's.
        sale_id: 32 bytes.

    Raises:
        CallerError: ``names.sale-id``; ``nym.identity`` for secrets whose nym is the
            identity.
    """
    check_sale_id(sale_id)
    return nym_from(curve, identity.nym_secrets, sale_id)


def nym_from(curve: Backend, nym_secrets: Sequence[Scalar], sale_id: SaleId) -> Nym:
    """Return the nym that these secrets determine.

    Raises:
        CallerError: ``nym.identity`` for secrets whose nym is the identity.
    """
    return Nym(nym(curve, nym_context(sale_id), nym_secrets).to_bytes())

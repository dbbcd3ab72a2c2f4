"""A request to be attested, and what shows the account, in one message.

specs/attesters.md, section 2.6.
"""

from dataclasses import dataclass

from fairlot.fields import Fields
from fairlot.identity.account_token import AccountToken, read_account_token
from fairlot.identity.registry import RegistryId
from fairlot.identity.requests import (
    AttestRequest,
    message_file,
    read_attest_request,
    read_message_file,
)

BY_ACCOUNT = "attest-by-account"
"""The word ``kind`` of the message."""


@dataclass(frozen=True, slots=True)
class AccountVisit:
    """What somebody brings to an attester whose registry tells people apart by accounts."""

    request: AttestRequest
    account: AccountToken

    def to_bytes(self) -> bytes:
        """Return the file (step 37)."""
        # Step 37.
        said = {
            "request": self.request.to_bytes(),
            "account": self.account.to_bytes(),
        }
        return message_file(BY_ACCOUNT, self.request.registry_id, said)


def read_account_visit(data: bytes) -> AccountVisit:
    """Read what a person has sent (step 37); nothing of the token is judged yet.

    Raises:
        InputError: ``issuer.request``.
    """
    # Step 37.
    return read_message_file(data, BY_ACCOUNT, _visit)


def _visit(registry_id: RegistryId, fields: Fields) -> AccountVisit:
    request = read_attest_request(fields.bytes("request"))
    account = read_account_token(fields.bytes("account"))
    if {request.registry_id, account.registry_id} != {registry_id}:
        raise fields.error("registry", "must be that of the request and of the token")
    return AccountVisit(request, account)

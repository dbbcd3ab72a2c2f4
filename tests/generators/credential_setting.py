"""A person who asks for a credential (specs/credential.md)."""

from dataclasses import dataclass, replace
from functools import cache

from fairlot.identity.credential import (
    CredentialRequest,
    PendingCredential,
)
from fairlot.identity.registry import epoch_at
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import SigningKey
from generators.case import Raw
from generators.committee_setting import stream
from generators.identity_setting import NOW, Setting, setting
from kit.stage import issue

EPOCH = epoch_at(setting().registry, NOW)


@dataclass(frozen=True, slots=True, eq=False)
class Issued:
    """A request, what the issuers answered, and the credential."""

    case: Setting
    pending: PendingCredential
    answers: tuple[bytes, ...]
    credential: Credential
    """For the one roll that covers the leaf."""

    @property
    def request(self) -> CredentialRequest:
        """The request."""
        return self.pending.request


@cache
def issued(
    members: int = 1, degree: int = 0, nym_secrets: int = 1, epoch: int = EPOCH
) -> Issued:
    """Issue a credential of ``epoch``."""
    case = setting(members, degree, nym_secrets)
    labels = {"request": request_label(case, epoch)}
    made = issue(
        case.credentials,
        case.issuers,
        case.identity,
        case.rolls,
        case.holder,
        epoch,
        epoch * 86_400 + 50_000,
        lambda what: stream(labels.get(what, what.replace("/", " "))),
    )
    (credential,) = made.credentials.values()
    return Issued(case, made.pending, made.answers, credential)


def request_label(case: Setting, epoch: int) -> str:
    """Name the seed of a request."""
    return f"request {case.name} {epoch}"


def request_inputs(request: CredentialRequest) -> dict[str, Raw]:
    """Return a request."""
    return {
        "index": request.index,
        "version": request.version,
        "epoch": request.epoch,
        "rolls": list(request.rolls),
        "commitment": request.commitment,
        "challenge": scalar_to_bytes(request.challenge),
        "response": scalar_to_bytes(request.response),
        "reply_key": request.reply_key,
        "holder_key": request.holder_key,
        "sig": request.sig,
    }


def request_statement(case: Setting, request: CredentialRequest) -> bytes:
    """Return what the holder signs (credential.md, step 4)."""
    value: dict[str, Value] = {
        "registry": case.registry.registry_id,
        "index": request.index,
        "version": request.version,
        "season": case.registry.season,
        "epoch": request.epoch,
        "rolls": list(request.rolls),
        "commitment": request.commitment,
        "challenge": scalar_to_bytes(request.challenge),
        "response": scalar_to_bytes(request.response),
        "reply": request.reply_key,
    }
    return tag("request").encode() + b"\x00" + cbor.encode(value)


def signed(
    case: Setting, request: CredentialRequest, key: SigningKey | None = None
) -> CredentialRequest:
    """Sign a request that somebody changed."""
    key = key or case.holder
    return replace(request, sig=key.sign(request_statement(case, request)))

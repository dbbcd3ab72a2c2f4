"""Reads what a wallet holds, strictly (specs/wallet.md, step 11)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

from fairlot.claim.collect import read_collect
from fairlot.entry import Entry, EntryType, body_fields, read_entry
from fairlot.errors import FairlotError, InputError
from fairlot.fields import Fields, Problem
from fairlot.identity.credential import PendingCredential
from fairlot.identity.enrolment import Identity
from fairlot.identity.leaf import read_leaf
from fairlot.identity.registry import RegistryId, RollId
from fairlot.identity.requests import (
    RecoverRequest,
    read_enrol_request,
    read_issue_request,
    read_recover_request,
)
from fairlot.names import HASH_LENGTH, SaleId
from fairlot.terms.times import MAX_TIME
from fairlot.wallet.content import (
    CONTENT_VERSION,
    Content,
    HeldCredential,
    Membership,
    Sent,
    Standing,
    Taking,
)
from fairlot_crypto import cbor
from fairlot_crypto.curve import SCALAR_LENGTH, scalar_from_bytes
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import KEY_LENGTH, OpeningKey, SigningKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.proof import LogProof
from fairlot_crypto.randomness import SEED_LENGTH

SIGNATURE_LENGTH = 80
"""Bytes of a BBS signature (bbs.md)."""

_BOUND = (EntryType.DEPOSIT, EntryType.CANCEL, EntryType.CLAIM)
"""The types of entries that a wallet makes with keys of their own."""

T = TypeVar("T", bytes, str, tuple[int, bytes])


def read_content(data: bytes) -> Content:
    """Return what a wallet holds (step 11).

    Raises:
        InputError: ``wallet.state``.
    """
    # Step 11.
    try:
        fields = Fields(cbor.decode(data), (), _bad)
        content = _content(fields)
        fields.done()
    except (FairlotError, CryptoError) as error:
        if isinstance(error, InputError) and error.code == "wallet.state":
            raise
        raise _wrong(error.message) from error
    return content


def _content(fields: Fields) -> Content:
    fields.exactly("v", CONTENT_VERSION)
    seed, standing = fields.bytes("seed", SEED_LENGTH), fields.text("standing")
    if standing not in tuple(Standing):
        raise fields.error("standing", "must be active, moving or moved")
    content = Content(
        seed,
        Standing(standing),
        fields.uint("written"),
        tuple(map(_membership, fields.maps("registries"))),
        tuple(map(_taking, fields.maps("sales"))),
        tuple(map(SignedCheckpoint.parse, fields.texts("heads"))),
    )
    _check_order([each.registry_id for each in content.memberships], "registries")
    _check_order([each.sale_id for each in content.takings], "sales")
    _check_order([each.checkpoint.origin for each in content.heads], "heads")
    return content


def _membership(fields: Fields) -> Membership:
    registry_id = RegistryId(fields.bytes("registry", HASH_LENGTH))
    credentials = tuple(map(_credential, fields.maps("credentials")))
    _check_order([(each.epoch, each.roll) for each in credentials], "credentials")
    enrolling, recovering, identity, asked = None, None, None, None
    if fields.has("enrolling"):
        enrolling = read_enrol_request(fields.bytes("enrolling"))
        _check_registry(fields, enrolling.attestation.registry_id, registry_id)
    if fields.has("recovering"):
        recovering = _recovering(fields, registry_id)
    if fields.has("identity"):
        identity = _identity(fields.map("identity"))
    elif credentials or fields.has("asked"):
        raise fields.error("identity", "must be given where credentials are")
    if fields.has("asked"):
        asked = _asked(registry_id, fields.map("asked"))
    fields.done()
    held = registry_id, enrolling, identity, asked, credentials
    return Membership(*held, recovering)


def _recovering(fields: Fields, registry_id: RegistryId) -> RecoverRequest:
    request = read_recover_request(fields.bytes("recovering"))
    _check_registry(fields, request.registry_id, registry_id)
    for each in request.attestations:
        _check_registry(fields, each.registry_id, registry_id)
    return request


def _identity(fields: Fields) -> Identity:
    identity = Identity(
        read_leaf(fields.map("leaf")),
        fields.texts("attributes"),
        scalar_from_bytes(fields.bytes("rho", SCALAR_LENGTH)),
        tuple(map(scalar_from_bytes, fields.byte_strings("nyms", SCALAR_LENGTH))),
    )
    if not identity.nym_secrets:
        raise fields.error("nyms", "must not be empty")
    fields.done()
    return identity


def _asked(registry_id: RegistryId, fields: Fields) -> PendingCredential:
    request = read_issue_request(fields.bytes("request"))
    _check_registry(fields, request.registry_id, registry_id)
    reply = OpeningKey(fields.bytes("reply", KEY_LENGTH))
    if reply.public != request.request.reply_key:
        raise fields.error("reply", "must be the key to which answers are sealed")
    blind = scalar_from_bytes(fields.bytes("blind", SCALAR_LENGTH))
    fields.done()
    return PendingCredential(request.request, blind, reply)


def _credential(fields: Fields) -> HeldCredential:
    credential = HeldCredential(
        fields.uint("epoch"),
        RollId(fields.bytes("roll", HASH_LENGTH)),
        fields.bytes("signature", SIGNATURE_LENGTH),
        fields.bytes("blind", SCALAR_LENGTH),
    )
    scalar_from_bytes(credential.blind)
    fields.done()
    return credential


def _taking(fields: Fields) -> Taking:
    sale_id = SaleId(fields.bytes("sale", HASH_LENGTH))
    taking = Taking(
        sale_id,
        RegistryId(fields.bytes("registry", HASH_LENGTH)),
        fields.text("title"),
        fields.uint("limit"),
        tuple(_sent(sale_id, each) for each in fields.maps("sent")),
        fields.byte_strings("receipts"),
        fields.uint("collect", 0, MAX_TIME) if fields.has("collect") else None,
    )
    _check_collect(fields, taking.sent)
    for receipt in taking.receipts:
        LogProof.parse(receipt)
    fields.done()
    return taking


def _sent(sale_id: SaleId, fields: Fields) -> Sent:
    data = fields.bytes("entry")
    sent = Sent(
        read_entry(cbor.decode(data), data),
        fields.bytes("order", HASH_LENGTH),
        SigningKey(fields.bytes("settle", KEY_LENGTH)),
        OpeningKey(fields.bytes("enc", KEY_LENGTH)) if fields.has("enc") else None,
    )
    _check_made(fields, sale_id, sent)
    fields.done()
    return sent


def _check_made(fields: Fields, sale_id: SaleId, sent: Sent) -> None:
    """Check that an entry is of this sale, and was made with these keys."""
    entry: Entry = sent.entry
    if entry.scope != sale_id or entry.key != sent.settle.public:
        raise fields.error("settle", "must be the key that has signed the entry")
    if entry.type is EntryType.COLLECT:
        read_collect(entry)
        if sent.enc is not None:
            raise fields.error("enc", "must be absent: a COLLECT names no key")
        return
    if entry.type not in _BOUND:
        raise fields.error("entry", "must be an entry of a holder to this sale")
    bound = body_fields(entry).map("ph")
    if sent.enc is None or bound.bytes("enc_pk") != sent.enc.public:
        raise fields.error("enc", "must be the key that the entry names")
    if bound.bytes("settle_pk") != entry.key:
        raise fields.error("settle", "must be the key that the entry names")


def _check_collect(fields: Fields, sent: Sequence[Sent]) -> None:
    """Check that one COLLECT at most is there, under a key of an entry before it."""
    places = [i for i, made in enumerate(sent) if made.entry.type is EntryType.COLLECT]
    if len(places) > 1:
        raise fields.error("sent", "must have one COLLECT at most")
    for place in places:
        before = {made.entry.key for made in sent[:place]}
        if sent[place].entry.key not in before:
            rule = "must have a COLLECT only under the key of an entry before it"
            raise fields.error("sent", rule)


def _check_registry(fields: Fields, found: RegistryId, named: RegistryId) -> None:
    if found != named:
        raise fields.error("registry", "must be that of the request in it")


def _check_order(names: Sequence[T], what: str) -> None:
    if any(one >= other for one, other in pairwise(names)):
        raise _wrong(f"{what} must ascend, each once")


def _bad(problem: Problem) -> InputError:
    return _wrong(str(problem))


def _wrong(why: str) -> InputError:
    problem = f"what the wallet holds is not as it was written: {why}"
    return InputError("wallet.state", f"{problem}; take a copy of the file")

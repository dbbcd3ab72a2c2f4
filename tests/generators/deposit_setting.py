"""A sale and the entries of its buyers (specs/deposit.md)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from nacl import bindings

from fairlot.deposit.deposit import (
    Deposit,
    check_binding,
    check_presentation,
    disclosed_indexes,
    read_deposit,
)
from fairlot.deposit.make import SettlementKeys, make_entry
from fairlot.deposit.rules import check_order
from fairlot.deposit.wish import Wish
from fairlot.entry import (
    Entry,
    EntryType,
    Role,
    check_signature,
    read_entry,
    sign_entry,
)
from fairlot.identity.registry import Credentials, RollId
from fairlot.names import nym_context
from fairlot.terms.terms import Terms
from fairlot.terms.times import Times
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import Credential, present
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import os2ip, tag
from fairlot_crypto.keys import Signature, SigningKey, VerifyKey
from fairlot_crypto.statements import Statements
from generators.case import Raw
from generators.committee_setting import stream
from generators.credential_setting import Issued, issued
from generators.edits import edited
from generators.identity_setting import NOW, registry_octets
from generators.terms_setting import sample_terms

CLOSE = NOW + 3 * 86_400
TIMES = Times(NOW - 1_000, CLOSE, CLOSE + 60, CLOSE + 120, CLOSE + 180, CLOSE + 240, 30)
WISH = Wish(seq=0, wants=2, amount=9_000)


def sale(each: Issued, title: str = "Club concert") -> Terms:
    """Return the terms of a sale to the people of a registry; ``title`` tells sales apart."""
    registry_id = each.case.registry.registry_id
    return replace(sample_terms(), title=title, registry=registry_id, times=TIMES)


@dataclass(frozen=True, slots=True)
class Made:
    """An entry, and who made it."""

    each: Issued
    terms: Terms
    entry: Entry
    keys: SettlementKeys
    label: str
    """Of the seed."""

    @property
    def deposit(self) -> Deposit:
        """What the entry says."""
        return read_deposit(self.entry)


@cache
def made(
    label: str,
    kind: EntryType = EntryType.DEPOSIT,
    wish: Wish = WISH,
    each: Issued | None = None,
    title: str = "Club concert",
) -> Made:
    """Make an entry; ``label`` names its seed."""
    each = each or issued()
    terms = sale(each, title)
    made_entry = make_entry(
        each.case.credentials,
        each.credential,
        terms,
        each.case.roll_id,
        kind,
        each.request.epoch,
        wish,
        stream(label),
    )
    return Made(each, terms, made_entry.entry, made_entry.keys, label)


def resigned(start: Made, path: str, new: Value) -> bytes:
    """Change the body at ``path`` and sign again with the settlement key."""
    body = edited(start.entry.body, path, new)
    return signed_body(start.entry.type, start.terms, body, start.keys.settle)


def rebound(start: Made, path: str, new: Value) -> bytes:
    """Change what is bound, present that, and sign: ``path`` leads into ``ph``."""
    changed = edited({"ph": start.deposit.binding.to_value()}, path, new)
    ph = changed["ph"] if isinstance(changed, Mapping) else None
    body = presented(start, ph)
    return signed_body(start.entry.type, start.terms, body, start.keys.settle)


def signed_body(kind: EntryType, terms: Terms, body: Value, key: SigningKey) -> bytes:
    """Return an entry with this body."""
    mapping = body if isinstance(body, Mapping) else dict[str, Value]()
    return sign_entry(kind, terms.sale_id, mapping, key).encoded


def presented(
    start: Made,
    binding: Value,
    names: Sequence[str] | None = None,
    credential: Credential | None = None,
) -> dict[str, Value]:
    """Return the body of an entry whose presentation does bind ``binding``.

    Args:
        start: whose entry it is, and in which sale.
        binding: the map inside ph, legal or not.
        names: the attributes to disclose; ``None`` for those that the terms require.
        credential: the one to present; ``None`` for the person's own.
    """
    each, own = start.each, credential or start.each.credential
    epoch = each.request.epoch
    wanted = start.terms.attributes_required if names is None else names
    indexes = disclosed_indexes(each.case.registry, wanted)
    ph = tag("ph").encode() + b"\x00" + cbor.encode(binding)
    ctx, source = nym_context(start.terms.sale_id), stream("presented")
    context = each.case.credentials.context(epoch, each.case.roll_id)
    shown = present(context, own, ctx, ph, indexes, source)
    octets = (own.attributes[index].decode() for index in indexes)
    return {
        "ph": binding,
        "nym": shown.nym,
        "proof": shown.proof,
        "epoch": epoch,
        "disclosed": dict(each.split("=", 1) for each in octets),
    }


def check_entry(
    credentials: Credentials, terms: Terms, roll: RollId, encoded: bytes, time: int
) -> Deposit:
    """Check an entry as a board does, steps 6 to 11, its signature first."""
    entry = read_entry(cbor.decode(encoded), encoded)
    statements = Statements()
    check_signature(entry, statements)
    deposit = read_deposit(entry)
    check_binding(terms, credentials.registry, entry, deposit, time)
    check_order(terms, credentials.registry, deposit, statements)
    check_presentation(credentials, roll, deposit, statements)
    return deposit


def check_inputs(
    each: Issued, terms: Terms, encoded: bytes, time: int
) -> dict[str, Raw]:
    """Return the inputs of check-entry."""
    return {
        "op": "check-entry",
        "registry": registry_octets(each.case.registry),
        "terms": cbor.encode(terms.to_value()),
        "roll": each.case.roll_id,
        "entry": encoded,
        "time": time,
    }


_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
_ORDER_2 = b"\xec" + b"\xff" * 30 + b"\x7f"
"""(0, -1), the point of Ed25519 that is its own inverse."""


def mixed_order_entry(start: Made) -> bytes:
    """Return a deposit under a key with a component of order 2, whose signature verifies.

    A verifier with cofactor accepts twice as many signatures under such a key as one
    without: two boards would disagree. Only the check of the key refuses it everywhere.
    """
    seed = stream.seed("mixed")
    secret = bytearray(hashlib.sha512(seed).digest()[:32])
    secret[0] &= 0xF8
    secret[31] = secret[31] & 0x7F | 0x40
    public = SigningKey.from_seed(seed).public
    mixed = VerifyKey(bindings.crypto_core_ed25519_add(public, _ORDER_2))
    binding = replace(start.deposit.binding, settle_pk=mixed)
    body = presented(start, binding.to_value())
    unsigned = _unsigned(start.terms, body, Role.HOLDER, mixed)
    message = _message(unsigned, Role.HOLDER)
    sig = _sign_mixed(int.from_bytes(secret, "little"), mixed, message)
    return cbor.encode({**unsigned, "sig": sig})


def in_role(start: Made, role: Role) -> bytes:
    """Return a deposit that its holder has signed in a role that is not a holder's."""
    key = start.keys.settle
    unsigned = _unsigned(start.terms, start.entry.body, role, key.public)
    return cbor.encode({**unsigned, "sig": key.sign(_message(unsigned, role))})


def _unsigned(
    terms: Terms, body: Mapping[str, Value], role: Role, key: VerifyKey
) -> dict[str, Value]:
    return {
        "v": 1,
        "type": EntryType.DEPOSIT.value,
        "sale": terms.sale_id,
        "body": body,
        "role": role.value,
        "key": key,
    }


def _message(unsigned: Mapping[str, Value], role: Role) -> bytes:
    digest = hashlib.sha256(cbor.encode(unsigned)).digest()
    return tag("entry").encode() + b"\x00" + role.encode() + b"\x00" + digest


def _sign_mixed(secret: int, mixed: bytes, message: bytes) -> Signature:
    source = stream("mixed nonce")
    while True:
        r = os2ip(source.take(64)) % _GROUP_ORDER
        R = bindings.crypto_scalarmult_ed25519_base_noclamp(r.to_bytes(32, "little"))
        digest = hashlib.sha512(R + mixed + message).digest()
        k = int.from_bytes(digest, "little") % _GROUP_ORDER
        if k % 2 == 0:
            S = (r + k * secret) % _GROUP_ORDER
            return Signature(R + S.to_bytes(32, "little"))

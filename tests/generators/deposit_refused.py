"""Entries and payments that are refused; a part of chapter deposit."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.deposit.final import Positions
from fairlot.deposit.payment import read_payment
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryType, Role, read_entry, sign_entry
from fairlot.names import SaleId, nym_context
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import present
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import OpeningKey
from generators.case import Case, Raw, reject
from generators.committee_setting import GROUP, stream
from generators.credential_setting import EPOCH, issued
from generators.deposit_setting import (
    CLOSE,
    Made,
    check_entry,
    check_inputs,
    made,
    mixed_order_entry,
    presented,
    resigned,
    sale,
    signed_body,
)
from generators.edits import edited, without
from generators.identity_setting import NOW, signing_key

_IDENTITY = b"\xc0" + bytes(47)
_OFF_SUBGROUP = b"\x80" + bytes(47)

Row = tuple[str, str, str, bytes, int]
"""Name, rule, code, entry, time."""


def cases() -> Sequence[Case]:
    """Return the cases."""
    rows = (
        *_malformed(),
        *_unsigned(),
        *_unfit(),
        *_untimely(),
        *_unbound(),
        *_unproved(),
    )
    return (*(_refused(*row) for row in rows), *_payments(), *_accounts())


def _refused(name: str, rule: str, code: str, encoded: bytes, time: int) -> Case:
    each = issued()
    terms, credentials = sale(each), each.case.credentials
    return reject(
        f"entry-{name}",
        rule,
        code,
        check_inputs(each, terms, encoded, time),
        lambda: check_entry(credentials, terms, encoded, time),
    )


def _malformed() -> Sequence[Row]:
    start = made("deposit")
    form = "An entry has one form: unsaid things could be read in two ways."
    hidden = "Nothing is disclosed in this version: it would tag a person."
    rows: tuple[tuple[str, str, str, Value], ...] = (
        ("note", form, "note", 1),
        ("ph-note", form, "ph/note", 1),
        ("order-note", form, "ph/order/note", 1),
        ("group-short", form, "ph/group", bytes(31)),
        ("group-false", form, "ph/group", False),
        ("disclosed", hidden, "disclosed/0", b"assurance=listed"),
        ("type-text", "An entry has one type.", "ph/type", "CANCEL"),
        ("seq-negative", form, "ph/seq", -1),
        ("wants-negative", "Orders are at least 0.", "ph/order/wants", -1),
        ("wants-text", form, "ph/order/wants", "2"),
        ("amount-boolean", form, "ph/amount", True),
        ("salt-short", form, "ph/salt", bytes(31)),
        ("refund-to-long", form, "ph/refund_to", bytes(33)),
        ("nym-short", form, "nym", bytes(47)),
        ("epoch-negative", form, "epoch", -1),
        ("proof-text", form, "proof", ""),
    )
    edits = [
        (name, rule, "entry.field", resigned(start, path, new), NOW)
        for name, rule, path, new in rows
    ]
    body: Value = start.entry.body
    key = start.keys.settle
    for name in ("ph", "nym", "proof", "epoch", "disclosed"):
        kept = without(body, name)
        encoded = signed_body(EntryType.DEPOSIT, start.terms, kept, key)
        edits.append((f"without-{name}", form, "entry.field", encoded, NOW))
    return edits


def _unsigned() -> Sequence[Row]:
    """Change what settle_pk has signed."""
    start = made("deposit")
    record: Value = cbor.decode(start.entry.encoded)
    other = made("other sale", title="Another concert")
    thief = signing_key("thief")
    stolen = sign_entry(
        EntryType.DEPOSIT, start.terms.sale_id, start.entry.body, thief
    ).encoded
    as_cancel = edited(edited(record, "type", "CANCEL"), "body/ph/type", "CANCEL")
    changed = (
        ("sale", "It is for one sale.", edited(record, "sale", other.terms.sale_id)),
        ("wants", "The holder ordered two.", edited(record, "body/ph/order/wants", 3)),
        ("type", "A deposit is not a cancellation.", as_cancel),
        ("key", "Another key.", edited(record, "key", thief.public)),
        ("sig", "Another signature.", edited(record, "sig", other.entry.sig)),
    )
    role = "Roles are distinct: a key may sign for two."
    foreign = edited(record, "role", Role.ESCROW.value)
    return (
        *(
            (f"signed-{name}", rule, "entry.signature", cbor.encode(value), NOW)
            for name, rule, value in changed
        ),
        ("role", role, "entry.field", cbor.encode(foreign), NOW),
        (
            "stolen",
            "A proof seen on its way would be entered under another's key.",
            "deposit.settle-key",
            stolen,
            NOW,
        ),
    )


def _unfit() -> Sequence[Row]:
    """Present honestly what does not fit the sale or the entry."""
    start = made("deposit")
    key, binding = start.keys.settle, start.deposit.binding
    cancel = made("cancel", EntryType.CANCEL, Wish(1, 0, 0)).deposit.binding
    stranger = signing_key("stranger").public
    other = made("other sale", title="Another concert").deposit.binding
    other_sale = SaleId(other.sale_id)
    free = "A cancellation wants and pays nothing."
    rows = (
        ("sale", "Bound to another sale.", "sale", replace(binding, sale_id=other_sale)),
        ("asset", "The buyer saw another good.", "asset", replace(binding, asset="chair")),
        ("board", "A copy on another board.", "board", replace(binding, board=stranger)),
        ("settle-key", "It signs.", "settle-key", replace(binding, settle_pk=stranger)),
        ("cancel-wants", free, "cancel", replace(cancel, wants=1)),
        ("cancel-pays", free, "cancel", replace(cancel, amount=1)),
    )  # fmt: skip
    mixed = (
        "settle-key-mixed-order",
        "A key of mixed order: verifiers would disagree about its signatures.",
        "deposit.settle-key",
        mixed_order_entry(start),
        NOW,
    )
    bodies = [
        (name, rule, f"deposit.{code}", unfit.type, presented(start, unfit))
        for name, rule, code, unfit in rows
    ]
    cancel_key = made("cancel", EntryType.CANCEL, Wish(1, 0, 0)).keys.settle
    keys = {EntryType.DEPOSIT: key, EntryType.CANCEL: cancel_key}
    return (
        *(
            (name, rule, code, signed_body(kind, start.terms, body, keys[kind]), NOW)
            for name, rule, code, kind, body in bodies
        ),
        mixed,
    )


def _untimely() -> Sequence[Row]:
    start = made("deposit").entry.encoded
    late = made("late", each=issued(epoch=EPOCH + 3)).entry.encoded
    tomorrow = made("renewed", each=issued(epoch=EPOCH + 1)).entry.encoded
    midnight = (EPOCH + 1) * 86_400
    stale = "An old credential: after a recovery the old device would still act."
    ahead = "The credential's epoch has not begun."
    held = "The board kept an entry back beyond what its sender allowed."
    return (
        ("epoch-over", stale, "deposit.epoch", start, midnight + 3_600),
        ("epoch-ahead", ahead, "deposit.epoch", tomorrow, midnight - 1),
        ("not-after", held, "deposit.not-after", late, CLOSE + 31),
    )


def _unbound() -> Sequence[Row]:
    """Change what the presentation binds; the settlement key signs all of it."""
    start = made("deposit")
    deposit = start.deposit
    enc = OpeningKey(stream.seed("another enc")).public
    bound = "The presentation binds it."
    rows: tuple[tuple[str, str, str, Value], ...] = (
        ("seq", "A thief of settle_pk would outrank the holder.", "ph/seq", 7),
        ("amount", bound, "ph/amount", 9_001),
        ("wants", bound, "ph/order/wants", 3),
        ("enc-pk", "Messages would go to somebody else.", "ph/enc_pk", enc),
        ("refund-to", "Refunds would go to somebody else.", "ph/refund_to", bytes(32)),
        ("salt", bound, "ph/salt", bytes(32)),
        ("not-after", bound, "ph/not_after", deposit.binding.not_after + 1),
        ("epoch", "The header holds the epoch.", "epoch", EPOCH - 1),
    )
    times = {"epoch": EPOCH * 86_400}
    return [
        (
            f"unbound-{name}",
            rule,
            "deposit.presentation",
            resigned(start, path, new),
            times.get(name, NOW),
        )
        for name, rule, path, new in rows
    ]


def _unproved() -> Sequence[Row]:
    """Give another nym or another proof."""
    start = made("deposit")
    nym, proof = start.deposit.nym, start.deposit.proof
    other = made("other sale", title="Another concert").deposit
    negated = (-GROUP.g1_not_identity(nym)).to_bytes()
    once = "Two nyms of one person would be two entries."
    point = "A nym is a point of G1 other than the identity, in one encoding."
    length = "A proof of this schema has one length."
    flipped = proof[:-1] + bytes([proof[-1] ^ 1])
    rows: tuple[tuple[str, str, str, Value], ...] = (
        ("nym-negated", once, "nym", negated),
        ("nym-other-sale", once, "nym", other.nym),
        ("nym-identity", point, "nym", _IDENTITY),
        ("nym-off-subgroup", point, "nym", _OFF_SUBGROUP),
        ("nym-other-form", point, "nym", bytes([nym[0] & 0x7F]) + nym[1:]),
        ("proof-other-sale", "A proof is for one context.", "proof", other.proof),
        ("proof-flipped", "Each bit counts.", "proof", flipped),
        ("proof-short", length, "proof", proof[:-1]),
        ("proof-long", length, "proof", proof + bytes(32)),
        ("proof-empty", length, "proof", b""),
        ("proof-discloses", "Nothing is disclosed.", "proof", _disclosing(start)),
    )
    edits = [
        (name, rule, "deposit.presentation", resigned(start, path, new), NOW)
        for name, rule, path, new in rows
    ]
    foreign = made("four", each=issued(4, 1, 2))
    body = edited(foreign.entry.body, "ph/sale_id", start.terms.sale_id)
    key = foreign.keys.settle
    encoded = signed_body(EntryType.DEPOSIT, start.terms, body, key)
    issuer = "The credential is of another registry."
    return (*edits, ("registry", issuer, "deposit.presentation", encoded, NOW))


def _disclosing(start: Made) -> bytes:
    each, binding = start.each, start.deposit.binding
    context = each.case.credentials.context(EPOCH)
    ctx, source = nym_context(binding.sale_id), stream("disclosing")
    return present(context, each.credential, ctx, binding.ph, (0,), source).proof


def _payments() -> Sequence[Case]:
    start = made("deposit")
    body: dict[str, Value] = {
        "nym": start.deposit.nym,
        "amount": 9_000,
        "ref": bytes(16),
    }
    rows: tuple[tuple[str, str, Value], ...] = (
        (
            "amount-zero",
            "It would pay nothing.",
            edited(body, "amount", 0),
        ),
        ("amount-negative", "Money is a uint64.", edited(body, "amount", -1)),
        ("ref-short", "A reference has 16 bytes.", edited(body, "ref", bytes(15))),
        ("nym-short", "A nym has 48 bytes.", edited(body, "nym", bytes(47))),
        ("without-ref", "A payment is booked once.", without(body, "ref")),
        ("note", "An entry has one form.", edited(body, "note", 1)),
    )
    return [_payment(*row, start.terms) for row in rows]


def _payment(name: str, rule: str, body: Value, terms: Terms) -> Case:
    encoded = signed_body(EntryType.PAID, terms, body, signing_key("escrow"))
    inputs: dict[str, Raw] = {"op": "read-payment", "entry": encoded}
    return reject(
        f"paid-{name}",
        rule,
        "entry.field",
        inputs,
        lambda: read_payment(read_entry(cbor.decode(encoded), encoded)),
    )


def _accounts() -> Sequence[Case]:
    nym = made("deposit").deposit.nym
    other = made("other sale", title="Another concert").deposit.nym
    most = 2**64 - 1
    one, two = bytes(16), bytes([1]) * 16
    rows = (
        (
            "unknown-nym",
            "Nobody could get it back.",
            "unknown-nym",
            (),
            (other, 1, one),
        ),
        ("ref", "A payment is booked once.", "ref", ((5, one),), (nym, 5, one)),
        ("total", "The sum is a uint64.", "total", ((most, one),), (nym, 1, two)),
    )
    return [_account(*row) for row in rows]


def _account(
    name: str,
    rule: str,
    code: str,
    before: Sequence[tuple[int, bytes]],
    last: tuple[bytes, int, bytes],
) -> Case:
    start = made("deposit")
    nym = start.deposit.nym
    positions = Positions()
    positions.place(start.deposit)
    for amount, ref in before:
        positions.pay(nym, amount, ref)
    payments = [*((nym, amount, ref) for amount, ref in before), last]
    events: list[Raw] = [{"entry": start.entry.encoded}]
    events += [{"nym": n, "amount": a, "ref": r} for n, a, r in payments]
    unknown, amount, ref = last
    return reject(
        f"positions-{name}",
        rule,
        f"paid.{code}",
        {"op": "positions", "events": events},
        lambda: positions.pay(type(nym)(unknown), amount, ref),
    )

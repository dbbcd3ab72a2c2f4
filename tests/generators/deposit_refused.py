"""Entries and payments that are refused; a part of chapter deposit."""

from collections.abc import Sequence

from fairlot.deposit.final import Positions
from fairlot.deposit.payment import read_payment
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryType, Role, read_entry, sign_entry
from fairlot.names import nym_context
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import present
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import OpeningKey, Signature
from generators.case import Case, Raw, reject
from generators.committee_setting import GROUP, stream
from generators.credential_setting import EPOCH, issued
from generators.deposit_setting import (
    CLOSE,
    Made,
    check_entry,
    check_inputs,
    in_role,
    made,
    mixed_order_entry,
    rebound,
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
    rows = (*_stolen(), *_unfit(), *_untimely(), *_unbound(), *_unproved())
    return (
        *(_refused(*row) for row in _malformed()),
        *_unsigned(),
        *(_refused(*row) for row in rows),
        *_payments(),
        *_accounts(),
    )


def _refused(
    name: str,
    rule: str,
    code: str,
    encoded: bytes,
    time: int,
    of: Terms | None = None,
) -> Case:
    each = issued()
    terms, credentials = of or sale(each), each.case.credentials
    return reject(
        f"entry-{name}",
        rule,
        code,
        check_inputs(each, terms, encoded, time),
        lambda: check_entry(credentials, terms, each.case.roll_id, encoded, time),
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
        (name, rule, "entry.field", _changed(start, path, new), NOW)
        for name, rule, path, new in rows
    ]
    body: Value = start.entry.body
    key = start.keys.settle
    for name in ("ph", "nym", "proof", "epoch", "disclosed"):
        kept = without(body, name)
        encoded = signed_body(EntryType.DEPOSIT, start.terms, kept, key)
        edits.append((f"without-{name}", form, "entry.field", encoded, NOW))
    return edits


def _changed(start: Made, path: str, new: Value) -> bytes:
    """Change the body, and present anew what it binds."""
    change = rebound if path.startswith("ph/") else resigned
    return change(start, path, new)


def _unsigned() -> Sequence[Case]:
    """Put a signature of settle_pk under another entry, of which all else holds."""
    start, wish, cancel = made("deposit"), Wish(0, 3, 9_000), EntryType.CANCEL
    own, other = start.entry.sig, made("other sale", title="Another concert")
    # The same seed: the same keys, and so on.
    elsewhere = made("deposit", title="Another concert")
    thief, scope = signing_key("thief"), start.terms.sale_id
    of_thief = sign_entry(start.entry.type, scope, start.entry.body, thief).sig
    rows = (
        ("sale", "It is for one sale.", elsewhere, own),
        ("wants", "The holder ordered two.", made("deposit", wish=wish), own),
        (
            "type",
            "A deposit is not a cancellation.",
            made("deposit", cancel, Wish(0, 0, 0)),
            own,
        ),
        ("key", "Another key.", start, of_thief),
        ("sig", "Another signature.", start, other.entry.sig),
    )
    return [_misplaced(*row) for row in rows]


def _misplaced(name: str, rule: str, under: Made, sig: Signature) -> Case:
    record: Value = cbor.decode(under.entry.encoded)
    encoded = cbor.encode(edited(record, "sig", sig))
    code, terms = "entry.signature", under.terms
    return _refused(f"signed-{name}", rule, code, encoded, NOW, terms)


def _stolen() -> Sequence[Row]:
    """Sign as another, or as something else than a holder."""
    start, thief = made("deposit"), signing_key("thief")
    stolen = sign_entry(
        EntryType.DEPOSIT, start.terms.sale_id, start.entry.body, thief
    ).encoded
    role = "Roles are distinct: a key may sign for two."
    return (
        ("role", role, "entry.field", in_role(start, Role.ESCROW), NOW),
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
    cancel = made("cancel", EntryType.CANCEL, Wish(1, 0, 0))
    other = made("other sale", title="Another concert")
    stranger = signing_key("stranger").public
    free = "A cancellation wants and pays nothing."
    rows: tuple[tuple[str, str, str, Made, str, Value], ...] = (
        ("asset", "The buyer saw another good.", "asset", start, "ph/asset", "chair"),
        ("board", "A copy on another board.", "board", start, "ph/board", stranger),
        ("settle-key", "It signs.", "settle-key", start, "ph/settle_pk", stranger),
        ("cancel-wants", free, "cancel", cancel, "ph/order/wants", 1),
        ("cancel-pays", free, "cancel", cancel, "ph/amount", 1),
    )
    unfit = [
        (name, rule, f"deposit.{code}", rebound(of, path, new), NOW)
        for name, rule, code, of, path, new in rows
    ]
    key, body = other.keys.settle, other.entry.body
    replayed = signed_body(EntryType.DEPOSIT, start.terms, body, key)
    mixed = mixed_order_entry(start)
    twice = "A key of mixed order: verifiers would disagree about its signatures."
    return (
        ("sale", "It was made for another sale.", "deposit.sale", replayed, NOW),
        *unfit,
        ("settle-key-mixed-order", twice, "deposit.settle-key", mixed, NOW),
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
    context = each.case.credentials.context(EPOCH, each.case.roll_id)
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

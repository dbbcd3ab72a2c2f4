"""Evidence of a wrong delivery, and what proves nothing of it; a part of chapter audit."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from fairlot.audit.evidence import WrongDelivery
from fairlot.claim.make import MadeClaim
from fairlot.delivery.entries import Recipient, make_delivery, make_items
from fairlot.delivery.items import ItemBook, Unit
from fairlot.entry import Entry, EntryType
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import OpeningKey
from generators.sale_registration import tampered
from generators.stage import randomness, stage
from kit.claims import claimed
from kit.stage import EPOCH

ITEMS = (b"CODE-0001", b"CODE-0002")


def _book(items: Sequence[bytes] = ITEMS) -> ItemBook:
    """Return a book of Ann's two units."""
    (pool,), nym = stage().terms.pools, _claim().nym
    units = [Unit(pool.name, nym)] * 2
    drawn = randomness().derive("salts")
    return ItemBook.fill(stage().terms.sale_id, units, items, drawn)


@cache
def _claim(who: str = "ann") -> MadeClaim:
    return claimed(stage(), stage().member(who).credential, EPOCH, who)


def _delivery(items: Sequence[bytes] = ITEMS, to: MadeClaim | None = None) -> Entry:
    """Return the DELIVERY of unit 0 with an item of these."""
    claim, seller = to or _claim(), stage().parts.seller
    recipient = Recipient(claim.nym, claim.entry.hash, claim.keys.enc.public)
    promised = make_items(_book(), seller).hash
    drawn = randomness().derive("box")
    return make_delivery(_book(items), promised, 0, recipient, seller, drawn)


def wrong_delivery(sent: Entry | None = None) -> WrongDelivery:
    """Return evidence: the seller has swapped Ann's items."""
    on, claim = stage(), _claim()
    return WrongDelivery(
        on.terms_entry(),
        make_items(_book(), on.parts.seller),
        claim.entry,
        sent or _delivery(ITEMS[::-1]),
        claim.keys.enc.secret,
    )


def shown() -> Sequence[tuple[str, str, WrongDelivery]]:
    """Return what proves something: name, comment and evidence."""
    never = _delivery((b"invented", ITEMS[1]))
    return (
        ("delivery-swapped", "The item of another unit.", wrong_delivery()),
        ("delivery-other", "An item that was not promised.", wrong_delivery(never)),
        ("delivery-empty", "An empty box.", wrong_delivery(_with_box(b""))),
        (
            "delivery-other-box",
            "Sealed to another claim: the key does not open it.",
            wrong_delivery(_with_box(_delivery(to=_claim("bob")).body["box"])),
        ),
    )


def _with_box(box: Value) -> Entry:
    on = stage()
    body = {**_delivery().body, "box": box}
    return on.sign(EntryType.DELIVERY, body, on.parts.seller)


def unproven() -> Sequence[tuple[str, str, str, WrongDelivery]]:
    """Return what proves nothing: name, rule, code and evidence."""
    on, wrong = stage(), wrong_delivery()
    stranger, code = on.parts.escrow, "evidence.delivery"
    by_buyer = on.sign(EntryType.DELIVERY, _with_box(b"").body, stranger)
    swapped = make_items(_book(ITEMS[::-1]), on.parts.seller)
    elsewhere = replace(on.terms, title="Another concert")
    other_key = OpeningKey(bytes(31) + b"\x01").secret
    as_seller = on.sign(EntryType.TERMS, on.terms.to_value(), stranger)
    mine = make_items(_book(), stranger)
    body = {**_with_box(b"").body, "items": mine.hash}
    sent = on.sign(EntryType.DELIVERY, body, stranger)
    return (
        (
            "delivery-right",
            "What was promised is in the box.",
            "evidence.consistent",
            wrong_delivery(_delivery()),
        ),
        (
            "delivery-other-key",
            "Nothing opens with another key than the claim's.",
            code,
            replace(wrong, secret=other_key),
        ),
        (
            "delivery-other-items",
            "The delivery goes by another promise, which the log may have refused.",
            code,
            replace(wrong_delivery(_delivery()), items=swapped),
        ),
        (
            "delivery-other-claim",
            "It was sent to another claim.",
            code,
            replace(wrong, claim=_claim("bob").entry),
        ),
        (
            "delivery-by-buyer",
            "The seller has signed the delivery.",
            code,
            replace(wrong, delivery=by_buyer),
        ),
        (
            "delivery-kinds",
            "Each of the four is of its type.",
            code,
            replace(wrong, items=wrong.delivery),
        ),
        (
            "delivery-other-sale",
            "All are of one sale.",
            code,
            replace(wrong, terms=on.terms_entry(elsewhere)),
        ),
        (
            "delivery-no-seller",
            "The terms name the seller: anybody could be accused.",
            "terms.seller",
            replace(wrong, terms=as_seller, items=mine, delivery=sent),
        ),
        (
            "delivery-forged",
            "All four are signed.",
            "evidence.signature",
            replace(wrong, delivery=tampered(wrong.delivery)),
        ),
    )

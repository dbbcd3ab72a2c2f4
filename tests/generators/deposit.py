"""Vectors of deposits, their order and their funding (specs/deposit.md)."""

import hashlib
from collections.abc import Mapping, Sequence

from fairlot.deposit.final import Positions
from fairlot.deposit.payment import make_payment, read_payment
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryType
from fairlot.names import nym_context
from fairlot_crypto import cbor
from fairlot_crypto.bbs.ciphersuite import API_PSEUDONYM
from fairlot_crypto.bbs.pseudonym import context_point
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.hashing import hash_to_scalar, tag
from fairlot_crypto.randomness import SeededRandomness
from generators import deposit_orders, deposit_refused
from generators.case import Case, Chapter, Raw, accept
from generators.committee_setting import GROUP, stream
from generators.credential import credential_inputs
from generators.credential_setting import EPOCH, issued
from generators.deposit_setting import (
    CLOSE,
    WISH,
    Made,
    check_entry,
    check_inputs,
    made,
    sale,
)
from generators.edits import without
from generators.identity_setting import NOW, registry_octets, signing_key

Event = Made | tuple[int, str]
"""An entry, or a payment: amount and reference."""


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "deposit",
        "`op` names a procedure of specs/deposit.md. `registry` is as in chapter identity, "
        "`terms` and entries are CBOR; the terms' h and proof are not checked here. "
        "check-entry is steps 6 to 11, the entry's signature (board.md) included; `time` is "
        "that of the checkpoint that covers the entry. positions applies steps 12 and 14 "
        "to events in the order given, all of one nym. `seed` starts a seeded source "
        "(notation.md, section 6) from which steps 1 to 5 take the seed of settle_pk, the "
        "secret of enc_pk, refund_to, salt, the 32 bytes of a sealed bid where the terms have "
        "bids, and the 32 bytes of the presentation, in turn. Members, tier, bid and "
        "answers that are not given are none. open-bid gives null for no bid.",
        (
            *(_made(*row) for row in _entries()),
            *_checked(),
            *_payments(),
            *(_positions(*row) for row in _histories()),
            *deposit_refused.cases(),
            *(_made(*row) for row in deposit_orders.wishes()),
            *(_check(n, c, one, NOW) for n, c, one, _ in deposit_orders.wishes()),
            *deposit_orders.refused(),
            *deposit_orders.bids(),
        ),
    )


def _entries() -> Sequence[tuple[str, str, Made]]:
    committee, tomorrow = issued(4, 1, 2), issued(epoch=EPOCH + 1)
    cancels = EntryType.CANCEL
    return (
        ("deposit", "Two units, 9000.", made("deposit")),
        ("nothing", "Wants and pays nothing: legal.", made("zero", wish=Wish(0, 0, 0))),
        ("cancel", "The same nym.", made("cancel", cancels, Wish(1, 0, 0))),
        (
            "renewed",
            "Another credential, the same nym.",
            made("renewed", each=tomorrow),
        ),
        ("other-sale", "Another nym.", made("other sale", title="Another concert")),
        ("committee", "Four issuers, two nym secrets.", made("four", each=committee)),
    )


def _made(
    name: str, comment: str, one: Made, beyond: Mapping[str, Raw] | None = None
) -> Case:
    binding = one.deposit.binding
    return accept(
        f"make-{name}",
        comment,
        {
            "op": "make-entry",
            "registry": registry_octets(one.each.case.registry),
            "terms": cbor.encode(one.terms.to_value()),
            "roll": one.each.case.roll_id,
            "credential": credential_inputs(one.each.credential),
            "type": one.entry.type.value,
            "epoch": one.each.request.epoch,
            "seq": binding.seq,
            "wants": binding.wants,
            "amount": binding.amount,
            **(beyond or {}),
            "seed": stream.seed(one.label),
        },
        {"entry": one.entry.encoded, "nym": one.deposit.nym},
        _trace(one),
    )


def _trace(one: Made) -> Mapping[str, Raw]:
    source = SeededRandomness(stream.seed(one.label))
    binding, sale_id = one.deposit.binding, one.terms.sale_id
    taken = [source.take(32) for _ in range(4)]
    sealing = {"bid_seed": source.take(32)} if binding.bid is not None else {}
    ctx = nym_context(sale_id)
    context = one.each.case.credentials.context(
        one.each.request.epoch, one.each.case.roll_id
    )
    unsigned = cbor.encode(without(cbor.decode(one.entry.encoded), "sig"))
    digest = hashlib.sha256(unsigned).digest()
    return {
        "settle_seed": taken[0],
        "enc_secret": taken[1],
        "refund_to": taken[2],
        "salt": taken[3],
        **sealing,
        "hedge": source.take(32),
        "sale_id": sale_id,
        **deposit_orders.order_trace(one),
        "ph": binding.ph,
        "ctx": ctx,
        "OP": context_point(GROUP, ctx, API_PSEUDONYM).to_bytes(),
        "z": scalar_to_bytes(hash_to_scalar(ctx, API_PSEUDONYM + b"VECT_NYM_SECRETS")),
        "header": context.header,
        "domain": scalar_to_bytes(context.domain),
        "proof": one.deposit.proof,
        "unsigned": unsigned,
        "message": tag("entry").encode() + b"\x00holder\x00" + digest,
        "entry_hash": one.deposit.entry_hash,
    }


def _checked() -> Sequence[Case]:
    first = made("deposit")
    tomorrow = made("renewed", each=issued(epoch=EPOCH + 1))
    midnight = (EPOCH + 1) * 86_400
    rows = (
        ("deposit", "In the running epoch.", first, NOW),
        ("grace", "In the hour after it.", first, midnight + 3_599),
        ("next-epoch", "From its first second.", tomorrow, midnight),
        ("cancel", "Cancelled.", made("cancel", EntryType.CANCEL, Wish(1, 0, 0)), NOW),
        ("committee", "Four issuers.", made("four", each=issued(4, 1, 2)), NOW),
        ("last-second", "not_after is included.", _late(), CLOSE + 30),
    )
    return [_check(*row) for row in rows]


def _late() -> Made:
    return made("late", each=issued(epoch=EPOCH + 3))


def _check(name: str, comment: str, one: Made, time: int) -> Case:
    each, encoded = one.each, one.entry.encoded
    credentials, roll = each.case.credentials, each.case.roll_id
    deposit = check_entry(credentials, one.terms, roll, encoded, time)
    epoch, seq, entry_hash = deposit.precedence
    return accept(
        f"check-{name}",
        comment,
        check_inputs(each, one.terms, encoded, time),
        {"nym": deposit.nym, "order": [epoch, seq, entry_hash]},
    )


def _payments() -> Sequence[Case]:
    sale_id, nym = sale(issued()).sale_id, made("deposit").deposit.nym
    escrow = signing_key("escrow")
    entry = make_payment(sale_id, nym, 9_000, escrow, stream("payment"))
    _, _, ref = read_payment(entry)
    return (
        accept(
            "make-payment",
            "16 bytes of the seed are the reference.",
            {
                "op": "make-payment",
                "sale_id": sale_id,
                "nym": nym,
                "amount": 9_000,
                "escrow_seed": escrow.seed,
                "seed": stream.seed("payment"),
            },
            {"entry": entry.encoded},
            {"ref": ref},
        ),
    )


def _histories() -> Sequence[tuple[str, str, Sequence[Event]]]:
    cancels = EntryType.CANCEL
    first = made("deposit")
    second = made("more", wish=Wish(1, 3, 12_000))
    same_seq = made("again", wish=WISH)
    cancel = made("cancel", cancels, Wish(1, 0, 0))
    last = made("last", wish=Wish(2**64 - 1, 1, 1))
    tomorrow = made("renewed", each=issued(epoch=EPOCH + 1))
    free = made("zero", wish=Wish(0, 0, 0))
    paid, rest = (9_000, "first"), (3_000, "rest")
    stays = "Refunds go where the first entry says."
    back = "A cancellation does not count; the money goes back."
    return (
        ("unpaid", "It does not count yet.", (first,)),
        ("partly", "It does not count yet.", (first, (8_999, "partly"))),
        ("paid", "It counts.", (first, paid)),
        ("in-parts", "Payments add up.", (first, (4_000, "a"), (5_000, "b"))),
        ("nothing-to-pay", "It counts without a payment.", (free,)),
        (
            "replaced",
            "The greater seq is final; 3000 are missing.",
            (first, paid, second),
        ),
        ("completed", stays, (first, paid, second, rest)),
        ("older-arrives-later", "Arrival does not matter.", (second, first)),
        ("same-seq", "The greater entry hash is final.", (first, same_seq)),
        ("same-seq-other-way", "Arrival does not matter.", (same_seq, first)),
        ("epoch-first", "The epoch counts before seq.", (tomorrow, last)),
        ("cancelled", back, (first, paid, cancel)),
        ("paid-after", back, (first, cancel, paid)),
    )


def _positions(name: str, comment: str, events: Sequence[Event]) -> Case:
    positions = Positions()
    (nym,) = {event.deposit.nym for event in events if isinstance(event, Made)}
    listed: list[Raw] = []
    for event in events:
        if isinstance(event, Made):
            positions.place(event.deposit)
            listed.append({"entry": event.entry.encoded})
        else:
            amount, label = event
            ref = hashlib.sha256(label.encode()).digest()[:16]
            positions.pay(nym, amount, ref)
            listed.append({"nym": nym, "amount": amount, "ref": ref})
    position = positions.by_nym[nym]
    return accept(
        f"positions-{name}",
        comment,
        {"op": "positions", "events": listed},
        {
            "final": position.final.entry_hash,
            "paid": position.paid,
            "refund_to": position.refund_to,
            "funded": position.funded,
        },
    )

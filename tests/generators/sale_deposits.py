"""Entries from OPEN to CLOSE that must be refused; a part of chapter sale."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairlot.deposit.make import (
    SettlementKeys,
    bind,
    make_deposit,
    present_binding,
)
from fairlot.deposit.nym import nym_of
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.registry import EPOCH_SECONDS, epoch_at
from fairlot.rehearsal.parts import TIMES
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import OpeningKey, SigningKey
from generators import plays
from generators.sale_refusal import (
    CLOSED,
    DEPOSITED,
    FUNDED,
    OPENED,
    Refusal,
    entry_at,
    state_after,
)
from generators.stage import FIRST, PRICE, stage
from kit.stage import issue

_NOT_AFTER = TIMES.close + TIMES.slack
_NEXT_DAY = TIMES.open + 86_400 + 3_600


def refusals() -> Sequence[Refusal]:
    """Return the refusals."""
    return (*_deposits(), *_cancellation(), *_payments(), *_closings(), *_afterwards())


def bound(deposit: Entry, **changes: Value) -> Entry:
    """Return ``deposit`` with a changed body, signed by its own settlement key."""
    on = stage()
    stream = on.member("ann").holder.randomness.derive("deposit/0")
    key = type(on.parts.seller).generate(stream)
    return sign_entry(deposit.type, on.terms.sale_id, {**deposit.body, **changes}, key)


def _deposits() -> Sequence[Refusal]:
    on = stage()
    other = replace(on.terms, title="Another concert")
    replayed = bound(on.deposit("ann", FIRST, terms=other))
    stolen = sign_entry(
        EntryType.DEPOSIT, on.terms.sale_id, entry_at(OPENED).body, on.parts.seller
    )
    rows: tuple[tuple[str, str, str, Entry, int], ...] = (
        (
            "deposit-of-other-sale",
            "A presentation is bound to its sale; it would be replayed.",
            "deposit.sale",
            replayed,
            plays.DEPOSITED,
        ),
        (
            "deposit-stolen",
            "The bound key signs; a thief would take a deposit over.",
            "deposit.settle-key",
            stolen,
            plays.DEPOSITED,
        ),
        (
            "deposit-after-not-after",
            "A deposit is void when it is first logged too late.",
            "deposit.not-after",
            on.deposit("ann", FIRST),
            _NOT_AFTER + 1,
        ),
    )
    ahead = Refusal(
        "deposit-of-next-epoch",
        "A credential serves in its epoch; tomorrow's would outrank all of today.",
        "deposit.epoch",
        OPENED,
        _tomorrow(),
        plays.DEPOSITED,
    )
    forged = Refusal(
        "deposit-forged",
        "The presentation verifies; anybody could make people up.",
        "deposit.presentation",
        OPENED,
        bound(entry_at(OPENED), nym=entry_at(OPENED + 2).body["nym"]),
        plays.DEPOSITED,
    )
    dated = [
        Refusal(name, rule, code, OPENED, entry, time)
        for name, rule, code, entry, time in rows
    ]
    return (*dated, ahead, forged)


def _tomorrow() -> Entry:
    """Return a deposit with a credential of the next epoch."""
    on = stage()
    epoch = epoch_at(on.registry, TIMES.open) + 1
    actor = on.member("ann")
    stream = actor.holder.randomness.derive("tomorrow")
    made = issue(
        on.credentials,
        on.parts.issuers,
        actor.identity,
        [on.roll],
        actor.holder.signing,
        epoch,
        epoch * EPOCH_SECONDS,
        stream.derive,
    )
    credential = made.credentials[on.roll_id]
    arguments = on.credentials, credential, on.terms, on.roll_id, FIRST, epoch
    return make_deposit(*arguments, stream).entry


def _cancellation() -> Sequence[Refusal]:
    greedy = _greedy()
    rule = "A cancellation wants and pays nothing."
    return [
        Refusal(
            "cancel-with-order", rule, "deposit.cancel", OPENED, greedy, plays.DEPOSITED
        )
    ]


def _greedy() -> Entry:
    """Return a CANCEL that wants a unit: this library would not sign its wish."""
    on, wish = stage(), Wish(1, 1, 0)
    actor = on.member("ann")
    stream = actor.holder.randomness.derive("deposit/1")
    keys = SettlementKeys(SigningKey.generate(stream), OpeningKey.generate(stream))
    nym = nym_of(on.credentials.curve, actor.identity, on.terms.sale_id)
    binding = bind(on.credentials, on.terms, EntryType.CANCEL, wish, keys, nym, stream)
    return present_binding(
        on.credentials,
        actor.credential,
        on.terms,
        on.roll_id,
        epoch_at(on.registry, TIMES.open),
        binding,
        keys,
        stream,
    )


def _payments() -> Sequence[Refusal]:
    on = stage()
    nym = plays.nym_of(entry_at(OPENED))
    first = entry_at(DEPOSITED)
    body: Mapping[str, Value] = first.body
    rows: tuple[tuple[str, str, str, int, Entry], ...] = (
        (
            "paid-unknown-nym",
            "A payment names a deposit; money would have no owner.",
            "paid.unknown-nym",
            OPENED,
            first,
        ),
        (
            "paid-again",
            "A payment is booked once; it would be refunded twice.",
            "paid.ref",
            DEPOSITED + 2,
            on.sign(EntryType.PAID, {**body, "amount": 1}, on.parts.escrow),
        ),
        (
            "paid-overflow",
            "The money of a nym is a uint64.",
            "paid.total",
            FUNDED,
            on.payment(nym, 2**64 - PRICE, "too much"),
        ),
        (
            "paid-nothing",
            "A payment is at least 1.",
            "entry.field",
            DEPOSITED,
            on.sign(EntryType.PAID, {**body, "amount": 0}, on.parts.escrow),
        ),
        (
            "paid-by-seller",
            "The escrow says what was paid; the seller would let friends in.",
            "entry.key",
            DEPOSITED,
            on.sign(EntryType.PAID, body, on.parts.seller),
        ),
    )
    return [Refusal(*row, plays.PAID) for row in rows]


def _closings() -> Sequence[Refusal]:
    on = stage()
    close = entry_at(FUNDED)
    earlier = state_after(DEPOSITED)
    own_size = {**close.body, "size": state_after(FUNDED).tree.size + 2}
    rows: tuple[tuple[str, str, str, Entry, int], ...] = (
        (
            "close-early",
            "CLOSE is not early; people who were in time would be left out.",
            "phase.early",
            close,
            TIMES.close - 1,
        ),
        (
            "close-late",
            "CLOSE is at most the slack late; then the sale is void.",
            "phase.late",
            close,
            _NOT_AFTER + 1,
        ),
        (
            "close-of-earlier-board",
            "CLOSE freezes all that lies before it; payments would be left out.",
            "close.tree",
            on.close(earlier),
            TIMES.close,
        ),
        (
            "close-with-itself",
            "The frozen tree ends before CLOSE.",
            "close.tree",
            on.sign(EntryType.CLOSE, own_size),
            TIMES.close,
        ),
        (
            "close-not-missed",
            "CLOSE is missed only after the slack.",
            "void.reason",
            on.sign(EntryType.VOID, {"reason": "close-missed"}),
            _NOT_AFTER,
        ),
        (
            "void-unknown-reason",
            "A sale is void for a reason of the list; a seller would call it off.",
            "void.reason",
            on.sign(EntryType.VOID, {"reason": "low-demand"}),
            _NEXT_DAY,
        ),
    )
    return [
        Refusal(name, rule, code, FUNDED, entry, time)
        for name, rule, code, entry, time in rows
    ]


def _afterwards() -> Sequence[Refusal]:
    on = stage()
    nym = plays.nym_of(entry_at(OPENED))
    rows: tuple[tuple[str, str, Entry], ...] = (
        (
            "deposit-after-close",
            "Deposits end with CLOSE; the draw's set would change.",
            on.deposit("ann", Wish(1, 1, PRICE)),
        ),
        (
            "cancel-after-close",
            "A deposit stands after CLOSE; one could leave after seeing the draw.",
            on.deposit("ann", Wish(1, 0, 0), EntryType.CANCEL),
        ),
        (
            "paid-after-close",
            "Payments end with CLOSE; a winner would be called unpaid, or paid.",
            on.payment(nym, 1, "late"),
        ),
    )
    return [
        Refusal(name, rule, "phase.wrong", CLOSED, entry, TIMES.close)
        for name, rule, entry in rows
    ]

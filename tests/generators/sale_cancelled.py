"""Sales that somebody would cancel who may not; a part of chapter sale."""

from collections.abc import Sequence

from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType, Role, sign_entry
from fairlot.rehearsal.parts import START, TIMES
from fairlot_crypto import cbor
from generators import plays
from generators.sale_refusal import (
    CLOSED,
    COMMIT_ENDED,
    COMMITTED,
    DONE,
    FUNDED,
    OPENED,
    REVEAL_ENDED,
    SEALED,
    Refusal,
    entry_at,
    state_after,
)
from generators.stage import PRICE, stage

_LATE = TIMES.close + TIMES.slack + 1
_BEFORE_PAID = TIMES.close - 1


def refusals() -> Sequence[Refusal]:
    """Return the refusals."""
    return (*_late(), *_by_others(), *_otherwise(), *_afterwards())


def _late() -> Sequence[Refusal]:
    entry = stage().cancelling()
    rows = (
        (
            "cancelled-after-close",
            (
                "After CLOSE no seller cancels; the set of deposits, and with colluding "
                "contributors the draw, would be known."
            ),
            CLOSED,
            TIMES.close,
        ),
        (
            "cancelled-after-commits",
            (
                "A seller who is all contributors knows the seed now, and would wait for one "
                "that they like."
            ),
            COMMITTED,
            TIMES.close + 60,
        ),
        (
            "cancelled-after-commit-end",
            "The seed is determined; it would be thrown away.",
            COMMIT_ENDED,
            TIMES.commit_end,
        ),
        (
            "cancelled-after-sealed",
            "After SEALED nobody voids; a bad draw would be thrown away.",
            SEALED,
            TIMES.seal_end,
        ),
        (
            "cancelled-after-reveals",
            "Everybody knows the draw; the seller would cancel what they do not like.",
            REVEAL_ENDED,
            TIMES.reveal_end,
        ),
    )
    late = [
        Refusal(name, rule, "cancelled.late", at, entry, time)
        for name, rule, at, time in rows
    ]
    rule = "A sale that is done stays done."
    time = TIMES.reveal_end + 10
    done = Refusal("cancelled-after-result", rule, "phase.wrong", DONE, entry, time)
    return (*late, done)


def _relabelled(role: Role) -> Entry:
    """Return the seller's VOID with another role than the one that was signed."""
    made = stage().cancelling()
    value = cbor.decode(made.encoded)
    fields = dict(value) if isinstance(value, dict) else {}
    encoded = cbor.encode({**fields, "role": role.value})
    return Entry(
        made.type, made.log, made.scope, made.body, made.key, made.sig, encoded
    )


def _by_others() -> Sequence[Refusal]:
    on = stage()
    reason = {"reason": "cancelled"}
    rows = (
        (
            "cancelled-by-board",
            "The seller alone cancels; a board would do it in their name.",
            "cancelled.key",
            on.sign(EntryType.VOID, reason),
        ),
        (
            "cancelled-under-board-key",
            "Who states the seller's role has the seller's key; a board would forge it.",
            "entry.key",
            on.cancelling(key=on.parts.board),
        ),
        (
            "cancelled-under-escrow-key",
            "The seller's key cancels; an escrow would end a sale that it must refund.",
            "entry.key",
            on.cancelling(key=on.parts.escrow),
        ),
        (
            "cancelled-by-seller-as-board",
            "The board's role has the board's key; a seller would announce in its name.",
            "entry.key",
            on.sign(EntryType.VOID, reason, on.parts.seller),
        ),
        (
            "cancelled-relabelled",
            "The role is signed; what was said in one would hold in another.",
            "entry.signature",
            _relabelled(Role.BOARD),
        ),
    )
    return [
        Refusal(name, rule, code, FUNDED, entry, _BEFORE_PAID)
        for name, rule, code, entry in rows
    ]


def _otherwise() -> Sequence[Refusal]:
    on = stage()
    other = sign_entry(
        EntryType.VOID,
        bytes(32),
        {"reason": "cancelled"},
        on.parts.seller,
        role=Role.SELLER,
    )
    more = sign_entry(
        EntryType.VOID,
        on.terms.sale_id,
        {"reason": "cancelled", "why": "rain"},
        on.parts.seller,
        role=Role.SELLER,
    )
    rows = (
        (
            "cancelled-for-rain",
            "A seller cancels, and gives no other reason; readers know those of the list.",
            "cancelled.reason",
            FUNDED,
            on.cancelling("rain"),
            _BEFORE_PAID,
        ),
        (
            "cancelled-as-close-missed",
            (
                "What was missed the board announces, also where it holds; the seller would "
                "blame the board."
            ),
            "cancelled.reason",
            FUNDED,
            on.cancelling("close-missed"),
            _LATE,
        ),
        (
            "cancelled-other-sale",
            "A VOID is of its own sale; a seller's last one would end the next.",
            "entry.scope",
            OPENED,
            other,
            plays.DEPOSITED,
        ),
        (
            "cancelled-with-words",
            "The body of VOID is the reason.",
            "entry.field",
            OPENED,
            more,
            plays.DEPOSITED,
        ),
        (
            "cancelled-before-terms",
            "A log begins with TERMS; there is no sale to cancel.",
            "phase.no-terms",
            0,
            on.cancelling(),
            START,
        ),
    )
    return [Refusal(*row) for row in rows]


def _afterwards() -> Sequence[Refusal]:
    on = stage()
    ended = FUNDED + 2
    rows: tuple[tuple[str, str, str, Entry], ...] = (
        (
            "cancelled-twice",
            "An entry stands once.",
            "entry.duplicate",
            on.cancelling(),
        ),
        (
            "void-after-cancelled",
            "A cancelled sale is void, and no board gives another reason.",
            "phase.wrong",
            on.sign(EntryType.VOID, {"reason": "close-missed"}),
        ),
        (
            "deposit-after-cancelled",
            "Nobody enters a cancelled sale; their money would wait for nothing.",
            "phase.wrong",
            on.deposit("ann", Wish(1, 1, PRICE)),
        ),
        (
            "paid-after-cancelled",
            "Nothing is paid into a cancelled sale.",
            "phase.wrong",
            on.payment(plays.nym_of(entry_at(OPENED)), 1, "late"),
        ),
        (
            "close-after-cancelled",
            "A cancelled sale has no draw; a board would go on with it.",
            "phase.wrong",
            on.close(state_after(FUNDED)),
        ),
    )
    return [
        Refusal(name, rule, code, ended, entry, _LATE, play="cancelled")
        for name, rule, code, entry in rows
    ]

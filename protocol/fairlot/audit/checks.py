"""The numbered checks, and which rule belongs to which (specs/audit.md, section 3).

Every code with which reading or folding can refuse belongs to exactly one check.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold of a transcript."""

    id: str
    title: str
    codes: tuple[str, ...]
    """Codes of the findings that break it: whole codes, or ``x.`` for all that begin so."""


CHECKS = (
    Check(
        "A01",
        "Every byte belongs to one canonical entry or checkpoint",
        (
            "cbor.",
            "record.type",
            "entry.field",
            "note.",
            "checkpoint.lines",
            "checkpoint.board-lines",
            "checkpoint.size",
            "checkpoint.root",
            "file.tail",
            "file.given-up",
            "entry.size",
        ),
    ),
    Check(
        "A02",
        "Checkpoints state the tree of the entries, one behind each marker",
        ("checkpoint.tree", "checkpoint.missing"),
    ),
    Check(
        "A03",
        "Checkpoints are signed by the board, and by nobody unnamed",
        (
            "checkpoint.signature",
            "checkpoint.origin",
            "checkpoint.board-name",
            "checkpoint.unknown-line",
        ),
    ),
    Check("A04", "The log's clock always goes on", ("time.",)),
    Check("A05", "The terms are legal, complete and the only ones", ("terms.",)),
    Check("A06", "The trust roots are those expected", ("roots.",)),
    Check(
        "A07",
        "Every entry is signed by the key of its role",
        ("entry.signature", "entry.key"),
    ),
    Check(
        "A08",
        "Every entry belongs to its log and stands once",
        ("entry.scope", "entry.duplicate"),
    ),
    Check("A09", "Entries lie in their phase, markers at their time", ("phase.",)),
    Check(
        "A10",
        "The registry is legal, and the one that the terms name",
        ("registry.", "provider."),
    ),
    Check("A11", "Every leaf is made by enough issuers, once", ("leaf.",)),
    Check(
        "A12",
        "Every deposit is bound to its sale, keys and epoch, and orders what is offered",
        (
            "deposit.sale",
            "deposit.asset",
            "deposit.board",
            "deposit.settle-key",
            "deposit.not-after",
            "deposit.cancel",
            "deposit.epoch",
            "deposit.ladder",
            "deposit.tier",
            "deposit.choices",
            "deposit.bid",
            "deposit.group",
            "deposit.solution",
            "deposit.disclosed",
        ),
    ),
    Check(
        "A13",
        "Every deposit shows a credential of the registry, once a nym",
        ("deposit.presentation",),
    ),
    Check(
        "A14", "There are no more final deposits than leaves on the roll", ("people.",)
    ),
    Check("A15", "Payments name a deposit and are booked once", ("paid.",)),
    Check("A16", "CLOSE freezes the board as it was", ("close.",)),
    Check(
        "A17",
        "The beacon's set-up verifies, and a real sale's delay is long enough",
        ("beacon.",),
    ),
    Check("A18", "Commitments are the contributors', legal and enough", ("commit.",)),
    Check("A19", "Openings open their commitments", ("reveal.",)),
    Check(
        "A20",
        "The seed is what the beacon gives, revealed or recovered",
        ("recover.", "result.draw", "result.withheld", "result.round"),
    ),
    Check(
        "A21", "The outcome is what the draw gives, to the unit", ("result.outcome",)
    ),
    Check("A22", "A void sale is void for a reason that holds", ("void.",)),
    Check("A23", "The sale has ended as its terms say", ("sale.",)),
    Check("A24", "Rounds are those that the terms name, signed in time", ("round.",)),
    Check(
        "A25",
        "This is no rehearsal, or the auditor accepts one",
        ("audit.rehearsal",),
    ),
    Check("A26", "No key of a real sale has two roles", ("roles.",)),
    Check("A27", "Seals fix the commitments before anybody reveals", ("seal.",)),
    Check(
        "A28", "A quorum of witnesses saw each phase end in time", ("witness.quorum",)
    ),
    Check(
        "A29",
        "The log extends every head that was kept, and holds every receipt",
        ("heads.",),
    ),
    Check(
        "A30",
        "Rolls state the registry as it was, signed by enough issuers",
        ("roll.",),
    ),
    Check("A31", "OPEN names a roll that the terms allow", ("open.",)),
    Check(
        "A32",
        "Files hold one sale and its registry, each log once, and no other",
        ("log.",),
    ),
    Check(
        "A33",
        "Leaves change by those who may, each in its time",
        ("life.",),
    ),
    Check(
        "A34",
        "Every claim is bound to its sale, keys and epoch, and shows a credential",
        ("claim.",),
    ),
    Check(
        "A35",
        "Items are promised once, one for each unit that was won",
        ("items.again", "items.count"),
    ),
    Check(
        "A36",
        "Each unit is delivered once, as promised, to the claim that has it",
        (
            "delivery.items",
            "delivery.unit",
            "delivery.twice",
            "delivery.waits",
            "delivery.claim",
        ),
    ),
    Check(
        "A38",
        "Seats that lapse are drawn again once, as who collected and the round say",
        ("redraw.",),
    ),
    Check(
        "A39",
        "Seats are collected once, under a key of their position, in time",
        ("collect.",),
    ),
    Check(
        "A40",
        "A seller cancels before CLOSE only, with their own key; everything goes back",
        ("cancelled.",),
    ),
)
"""The checks in the order of the report."""

BEFORE_TERMS = (
    *("A01", "A02", "A04", "A05", "A07", "A10", "A11", "A17", "A30", "A32", "A33"),
)
"""Checks that need no terms; without terms the others are not reached."""

OF_REGISTRIES = (
    *("A01", "A02", "A03", "A04", "A06", "A07", "A08", "A09", "A10", "A11"),
    *("A25", "A26", "A28", "A29", "A30", "A32", "A33"),
)
"""Checks of the log of a registry; where it is alone, the others are not checked."""

NEEDS_ROOTS = "A06"
"""The check that compares nothing unless the auditor gave trust roots."""

NEEDS_KEPT = "A29"
"""The check that compares nothing unless the auditor gave heads or receipts."""

NOT_CHECKED = (
    "that an attester looked at a real person, once",
    "that attesters asked for a recovery only where its person was before them",
    "that the issuers gave credentials for the roll only to leaves that are on it",
    "that the issuers erased last season's keys and that no t + 1 of them collude",
    "that money moved as the escrow says it did",
    "that the seller hands over what was won",
    "that entries were not refused or delayed before they reached the board",
    "that everybody was shown this board and its clock is right, beyond what witnesses say",
    "that nobody squares more than 60 times as fast as the million a second assumed here",
    "that nobody knows the factors of the beacon's modulus",
    "that the keys of different roles belong to different parties",
)
"""What no transcript can show."""


def check_of(code: str) -> Check:
    """Return the check that a code belongs to.

    Raises:
        KeyError: for a code that no check has; a test shows that no such code exists.
    """
    for check in CHECKS:
        if any(
            code == c or (c.endswith(".") and code.startswith(c)) for c in check.codes
        ):
            return check
    raise KeyError(code)

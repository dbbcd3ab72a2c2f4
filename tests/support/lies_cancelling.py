"""Lies about a sale that its seller cancels."""

from fairlot.entry import EntryType
from lies_file import Row, slipped

CANCELLING = (
    Row(
        "A40",
        "cancelled.late",
        "the seller cancels when deposits are closed",
        slipped("commits", lambda b: [b.on.cancelling()]),
    ),
    Row(
        "A40",
        "cancelled.key",
        "the board cancels the seller's sale",
        slipped(
            "close", lambda b: [b.on.sign(EntryType.VOID, {"reason": "cancelled"})]
        ),
    ),
    Row(
        "A40",
        "cancelled.reason",
        "the seller says that CLOSE was missed",
        slipped("close", lambda b: [b.on.cancelling("close-missed")]),
    ),
)

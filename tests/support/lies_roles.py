"""Lies about whether it is a sale at all."""

from fairlot.audit.auditor import Expected
from kit.sales import stage, transcript
from lies_file import Row

NO_REHEARSAL = Expected()
"""What an auditor expects of a sale."""


PARTIES = (
    Row(
        "A25",
        "audit.rehearsal",
        "a rehearsal is shown as a sale",
        lambda: transcript(stage()),
        NO_REHEARSAL,
    ),
)

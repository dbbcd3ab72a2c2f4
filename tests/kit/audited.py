"""What the audit says of the files of a rehearsal, in any number and order."""

from fairlot.audit.auditor import audit_transcript
from fairlot.audit.report import Report
from kit.sales import GROUP
from kit.stage import STATEMENTS


def judged(
    first: bytes, *more: bytes, sale_id: bytes | None = None, alone: bool = False
) -> Report:
    """Audit the logs in some files.

    Args:
        first: the bytes of a file.
        more: those of others.
        sale_id: that the auditor expects.
        alone: whether the log of a registry may stand without a sale.
    """
    return audit_transcript(
        first,
        more=more,
        sale_id=sale_id,
        rehearsal=True,
        registry_alone=alone,
        curve=GROUP,
        statements=STATEMENTS,
    )


def codes(report: Report) -> list[str]:
    """Return the codes of all findings, in their order."""
    return [finding.code for finding in report.findings]

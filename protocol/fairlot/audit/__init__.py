"""Anyone's check of a sale, offline, from its transcript (specs/audit.md)."""

from fairlot.audit.auditor import Expected, audit
from fairlot.audit.report import CheckResult, Report

__all__ = ["CheckResult", "Expected", "Report", "audit"]

"""Whom a rehearsal has caught lying, and what shows it (specs/rehearsal.md, section 3.3)."""

from collections.abc import Iterable

from fairlot.audit.evidence import read_evidence
from fairlot.identity.issuer_lies import IssuerLie, Named


def learn_evidence(named: Named, evidence: Iterable[bytes]) -> None:
    """Verify evidence against issuers, which workers have brought, and keep it.

    Raises:
        Rejection: ``evidence.*``, ``tag-*`` where it shows nothing.
    """
    for data in evidence:
        shown = read_evidence(data)
        if isinstance(shown, IssuerLie):
            shown.verify()
            named.learn((shown,))

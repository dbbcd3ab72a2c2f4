"""Whom a rehearsal has caught lying, and what shows it (specs/rehearsal.md, section 3.3)."""

from collections.abc import Iterable

from fairlot.audit.evidence import read_evidence
from fairlot.identity.lies import WrongPart, WrongShare

Lie = WrongPart | WrongShare


class Named:
    """Evidence against issuers, one of each kind for each of them."""

    def __init__(self) -> None:
        """Start with nobody."""
        self._found: dict[tuple[int, str], Lie] = {}

    def learn(self, evidence: Iterable[bytes]) -> None:
        """Verify evidence and keep it, where it is the first of its kind and issuer.

        Raises:
            Rejection: ``evidence.*`` where it shows nothing.
        """
        for data in evidence:
            shown = read_evidence(data)
            if isinstance(shown, WrongPart | WrongShare):
                shown.verify()
                self._found.setdefault((shown.issuer, shown.kind), shown)

    def by_issuer(self) -> tuple[Lie, ...]:
        """Return what was kept, by issuer and kind."""
        return tuple(lie for _, lie in sorted(self._found.items(), key=lambda x: x[0]))

"""The report of an audit, for people and for machines (specs/audit.md, section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fairlot.audit.checks import Check
from fairlot.audit.disclosed import Disclosed
from fairlot.audit.margin import BeaconFacts
from fairlot.board.log_replay import Finding
from fairlot.money import Currency
from fairlot.text import Json, Viewed, json_view


class CheckState(StrEnum):
    """What an audit says of a check, in the words that people read."""

    HOLDS = "holds"
    FAILS = "FAILS"
    NOT_REACHED = "not reached"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check's verdict."""

    check: Check
    findings: tuple[Finding, ...]
    """The first thousand of each code."""
    found: int
    """How many findings there are in all."""
    reached: bool
    """Whether there was anything to check; without terms most checks have nothing."""
    checked: bool
    """Whether there was anything to compare it with, which is up to the auditor."""

    @property
    def state(self) -> CheckState:
        """The verdict."""
        if self.findings:
            return CheckState.FAILS
        if not self.reached:
            return CheckState.NOT_REACHED
        return CheckState.HOLDS if self.checked else CheckState.NOT_CHECKED

    @property
    def holds(self) -> bool:
        """Tell whether the check was reached and checked, and nothing breaks it."""
        return self.state is CheckState.HOLDS


@dataclass(frozen=True, slots=True)
class Roots:
    """The trust roots on which the verdict rests."""

    sale_id: bytes | None
    board_key: bytes | None
    registry_id: bytes | None
    from_file: bool
    """Whether they were taken from the file itself."""
    policy: bool
    """Whether the auditor gave a policy."""
    heads: int
    """How many heads the auditor gave that people kept."""
    receipts: int
    """How many receipts."""


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one transcript."""

    results: tuple[CheckResult, ...]
    roots: Roots
    rehearsal: bool | None
    """``None`` if there are no terms."""
    phase: str
    facts: Mapping[str, int]
    """Counts that people compare: leaves, deposits, money."""
    disclosed: tuple[Disclosed, ...]
    """How many nyms show each combination of attributes, if the terms require any."""
    beacon: BeaconFacts | None
    """Who made the seed; ``None`` before CLOSE."""
    notices: tuple[str, ...]
    """What breaks no check and people must know."""
    not_checked: tuple[str, ...]
    currency: Currency | None = None
    """In which people write the money of the facts; ``None`` for smallest units."""

    @property
    def holds(self) -> bool:
        """Tell whether every check was reached and nothing breaks any.

        What was not checked breaks nothing: ``unchecked`` names it.
        """
        enough = (CheckState.HOLDS, CheckState.NOT_CHECKED)
        return all(result.state in enough for result in self.results)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return everything that was found, check by check."""
        return tuple(f for result in self.results for f in result.findings)

    @property
    def failed(self) -> tuple[str, ...]:
        """Return the ids of the checks that something breaks."""
        return self._ids(CheckState.FAILS)

    @property
    def unreached(self) -> tuple[str, ...]:
        """Return the ids of the checks for which the file has nothing to check."""
        return self._ids(CheckState.NOT_REACHED)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Return the ids of the checks for which the auditor gave nothing to compare."""
        return self._ids(CheckState.NOT_CHECKED)

    @property
    def verdict(self) -> str:
        """Return the verdict in one line."""
        subject = "Verdict on this REHEARSAL" if self.rehearsal else "Verdict"
        checks, holding = len(self.results), sum(r.holds for r in self.results)
        said = [f"all {checks} checks hold"]
        if not self.holds:
            failed = ", ".join(self.failed)
            said = [f"{len(self.failed)} of {checks} checks fail: {failed}"]
        elif holding < checks:
            said = [f"{holding} checks hold"]
        if self.unreached:
            said.append(f"{len(self.unreached)} could not be reached")
        if self.unchecked:
            said.append(f"not checked: {', '.join(self.unchecked)}")
        return f"{subject}: {'; '.join(said)}."

    def _ids(self, state: CheckState) -> tuple[str, ...]:
        return tuple(r.check.id for r in self.results if r.state is state)

    def to_json(self) -> Mapping[str, Json]:
        """Return the report for machines."""
        report: dict[str, Viewed] = {
            "holds": self.holds,
            "rehearsal": self.rehearsal,
            "phase": self.phase,
            "roots": {
                "from_file": self.roots.from_file,
                "sale_id": self.roots.sale_id,
                "board_key": self.roots.board_key,
                "registry_id": self.roots.registry_id,
                "policy": self.roots.policy,
                "heads": self.roots.heads,
                "receipts": self.roots.receipts,
            },
            "checks": [_check(result) for result in self.results],
            "facts": dict(self.facts),
            "disclosed": [each.to_json() for each in self.disclosed],
            "beacon": self.beacon.to_json() if self.beacon else None,
            "notices": list(self.notices),
            "not_checked": list(self.not_checked),
        }
        return json_view(report)


def _check(result: CheckResult) -> Viewed:
    return {
        "id": result.check.id,
        "title": result.check.title,
        "holds": result.holds,
        "reached": result.reached,
        "checked": result.checked,
        "found": result.found,
        "findings": [
            {
                "code": f.code,
                "message": f.message,
                "offset": f.offset,
                "entry": f.entry,
                "log": f.log.value if f.log else None,
            }
            for f in result.findings
        ],
    }

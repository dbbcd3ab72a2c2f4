"""Vectors of the audit: whole transcripts and what it must find (specs/audit.md)."""

from collections.abc import Callable, Sequence

from fairlot.audit.auditor import Expected, audit
from fairlot.audit.report import Report
from fairlot.errors import InvariantError, Rejection
from generators import plays
from generators.audit_lies import Lie, lies
from generators.audit_rounds import round_lies
from generators.case import Case, Chapter, Raw, accept, reject
from generators.stage import GROUP, publish, stage
from kit.board import Batch
from kit.stage import STATEMENTS


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "audit",
        "Audit `transcript`, expecting the roots of `expected` where there are any. "
        "An accepted one holds; output the report's phase, facts and beacon, without the "
        "sentence `withholding` of the latter, and how many notices there are (none in a sale "
        "that is void before COMMIT_END). A refused one has "
        "exactly one finding, with that code; the check that fails is the one that the "
        "case's name begins with.",
        (*_accepted(), *_refused()),
    )


def _accepted() -> Sequence[Case]:
    roots = Expected(stage().terms.sale_id, stage().terms.board.key)
    rows = (
        ("drawn", "A sale that was drawn.", plays.drawn, Expected()),
        ("drawn-roots", "The same, with its trust roots.", plays.drawn, roots),
        ("recovered", "A sale that was recovered.", plays.recovered, Expected()),
        ("void", "A sale that was void.", plays.commits_missing, Expected()),
        ("waited", "A sale that waited for a round.", plays.waited, Expected()),
        ("nobody", "A sale in which nobody took part.", plays.nobody, Expected()),
    )
    return [_accept(*row) for row in rows]


def _accept(
    name: str,
    comment: str,
    play: Callable[[], tuple[Batch, ...]],
    expected: Expected,
) -> Case:
    data = publish(play())
    report = _audit(data, expected)
    _raise_finding(report)
    return accept(
        name,
        comment,
        _inputs(data, expected),
        {
            "phase": report.phase,
            "facts": dict(report.facts),
            "beacon": _beacon(report),
            "notices": len(report.notices),
        },
        {"checks": [result.check.id for result in report.results]},
    )


def _beacon(report: Report) -> Raw:
    """Return the bias meter without its sentence, whose words are free."""
    if report.beacon is None:
        return None
    return {k: v for k, v in report.beacon.to_json().items() if k != "withholding"}


def _refused() -> Sequence[Case]:
    return [_reject(lie) for lie in (*lies(), *round_lies())]


def _reject(lie: Lie) -> Case:
    report = _audit(lie.transcript, lie.expected)
    if len(report.findings) != 1 or report.failed != (lie.name.partition("-")[0],):
        raise InvariantError("vectors.other-findings", f"{lie.name}: {report.findings}")
    return reject(
        lie.name,
        lie.rule,
        lie.code,
        _inputs(lie.transcript, lie.expected),
        lambda: _raise_finding(report),
    )


def _raise_finding(report: Report) -> None:
    for finding in report.findings:
        raise Rejection(finding.code, finding.message)


def _audit(data: bytes, expected: Expected) -> Report:
    return audit(data, GROUP, expected, STATEMENTS)


def _inputs(data: bytes, expected: Expected) -> dict[str, Raw]:
    roots = {"sale_id": expected.sale_id, "board_key": expected.board_key}
    given: dict[str, Raw] = {k: v for k, v in roots.items() if v is not None}
    return {"op": "audit", "expected": given, "transcript": data}

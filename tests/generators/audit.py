"""Vectors of the audit: whole transcripts and what it must find (specs/audit.md)."""

from collections.abc import Sequence

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.audit.kept import NOTHING, Kept
from fairlot.audit.report import Report
from fairlot.errors import InvariantError, Rejection
from generators import plays, plays_collected, plays_steps
from generators.audit_evidence import evidence_cases
from generators.audit_kept import kept_lies, kept_rows
from generators.audit_lapses import lapse_lies
from generators.audit_lies import ACCEPTED, Lie, lies
from generators.audit_policies import policy_lies, policy_rows
from generators.audit_rehearsals import one_key, real_sale, rehearsal_lies
from generators.audit_rounds import round_lies
from generators.audit_seasons import season_lies, season_rows
from generators.audit_steps import step_lies
from generators.audit_watch import thinned, watch_lies, watched
from generators.case import Case, Chapter, Raw, accept, reject
from generators.plays_delivered import delivered
from generators.stage import GROUP, publish, stage
from kit.stage import STATEMENTS


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "audit",
        "`op` names the operation. evidence: read the file `data` of evidence and verify it "
        "(section 7); output its kind. audit: audit `transcript`, expecting the roots of "
        "`expected` where there are any, and accepting a rehearsal if `rehearsal` is true; "
        "with the file of a policy `policy`, the signed notes `heads` and the files of "
        "receipts `receipts`, where there are any. An accepted one holds; output the "
        "report's phase, facts and beacon, without the sentence `withholding` of the "
        "latter, the checks that were not checked, and how many notices there are. A "
        "refused one has exactly one finding, with that code; the check that fails is the "
        "one that the case's name begins with.",
        (*_accepted(), *_refused(), *evidence_cases()),
    )


def _accepted() -> Sequence[Case]:
    roots = Expected(stage().terms.sale_id, stage().terms.board.key, rehearsal=True)
    rehearsed = (
        ("drawn", "A sale that was drawn.", plays.drawn, ACCEPTED),
        ("drawn-roots", "The same, with its trust roots.", plays.drawn, roots),
        ("recovered", "A sale that was recovered.", plays.recovered, ACCEPTED),
        ("delivered", "What was won was delivered.", delivered, ACCEPTED),
        ("void", "Void: too few committed.", plays.commits_missing, ACCEPTED),
        ("cancelled", "Void: the seller cancelled it.", plays.cancelled, ACCEPTED),
        (
            "cancelled-before-open",
            "The seller cancelled it before anybody could enter.",
            plays.cancelled_before_open,
            ACCEPTED,
        ),
        ("unsealed", "Void: too few sealed.", plays.seals_missing, ACCEPTED),
        ("waited", "A sale that waited for a round.", plays.waited, ACCEPTED),
        ("nobody", "A sale in which nobody took part.", plays.nobody, ACCEPTED),
        ("steps-clearing", "Bids of steps.", plays_steps.clearing, ACCEPTED),
        (
            "steps-vickrey",
            "The same, by the other price.",
            plays_steps.vickrey,
            ACCEPTED,
        ),
        ("steps-rising", "A bid that is none.", plays_steps.rising, ACCEPTED),
        ("collected", "The winner collected.", plays_collected.collected, ACCEPTED),
        ("lapsed", "A seat was drawn again.", plays_collected.lapsed, ACCEPTED),
        (
            "collect-end-missed",
            "COLLECT_END was missed.",
            plays_collected.end_missed,
            ACCEPTED,
        ),
        (
            "round-stayed-out",
            "The second draw's round stayed out.",
            plays_collected.stayed_out,
            ACCEPTED,
        ),
    )
    rows = (
        (
            "one-key",
            "A rehearsal in which one key has every role: a notice for each after the first.",
            one_key(),
            ACCEPTED,
        ),
        (
            "watched",
            "Two of three witnesses saw every head.",
            watched(),
            ACCEPTED,
        ),
        ("thinned", "Witnesses saw the heads behind markers.", thinned(), ACCEPTED),
        ("real", "A real sale that nobody entered.", real_sale(), Expected()),
        (
            "real-accepted",
            "Accepting a rehearsal changes nothing.",
            real_sale(),
            ACCEPTED,
        ),
    )
    played = [
        _accept(name, comment, publish(play()), expected)
        for name, comment, play, expected in rehearsed
    ]
    kept = [_accept(*row) for row in (*kept_rows(), *policy_rows())]
    seasons = [_accept(*row, ACCEPTED) for row in season_rows()]
    return [*played, *(_accept(*row) for row in rows), *kept, *seasons]


def _accept(
    name: str,
    comment: str,
    data: bytes,
    expected: Expected,
    kept: Kept = NOTHING,
) -> Case:
    report = _audit(data, expected, kept)
    _raise_finding(report)
    return accept(
        name,
        comment,
        _inputs(data, expected, kept),
        {
            "phase": report.phase,
            "facts": dict(report.facts),
            "beacon": _beacon(report),
            "unchecked": list(report.unchecked),
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
    every = (
        *lies(),
        *round_lies(),
        *lapse_lies(),
        *step_lies(),
        *watch_lies(),
        *rehearsal_lies(),
        *kept_lies(),
        *policy_lies(),
        *season_lies(),
    )
    return [_reject(lie) for lie in every]


def _reject(lie: Lie) -> Case:
    report = _audit(lie.transcript, lie.expected, lie.kept)
    if len(report.findings) != 1 or report.failed != (lie.name.partition("-")[0],):
        raise InvariantError("vectors.other-findings", f"{lie.name}: {report.findings}")
    (finding,) = report.findings
    return reject(
        lie.name,
        lie.rule,
        lie.code,
        _inputs(lie.transcript, lie.expected, lie.kept),
        lambda: _raise_finding(report),
        place={"offset": finding.offset, "entry": finding.entry},
    )


def _raise_finding(report: Report) -> None:
    for finding in report.findings:
        raise Rejection(finding.code, finding.message)


def _audit(data: bytes, expected: Expected, kept: Kept) -> Report:
    return audit(data, GROUP, expected, STATEMENTS, kept=kept)


def _inputs(data: bytes, expected: Expected, kept: Kept) -> dict[str, Raw]:
    roots = {"sale_id": expected.sale_id, "board_key": expected.board_key}
    policy = expected.policy.to_bytes() if expected.policy else None
    given: dict[str, Raw] = {
        "policy": policy,
        "heads": [head.to_text() for head in kept.heads],
        "receipts": [receipt.to_bytes() for receipt in kept.receipts],
    }
    return {
        "op": "audit",
        "expected": {k: v for k, v in roots.items() if v is not None},
        "rehearsal": expected.rehearsal,
        **{name: value for name, value in given.items() if value},
        "transcript": data,
    }

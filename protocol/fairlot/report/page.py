"""The page: one file, without network, the verdict first (specs/report.md)."""

from collections.abc import Iterator

from fairlot.audit.report import CheckState, Report
from fairlot.board.log_replay import Finding
from fairlot.board.replay import Replay
from fairlot.report.buyers import buyers
from fairlot.report.ending import ending
from fairlot.report.figures import chances, demand
from fairlot.report.frame import framed, named_by_hash
from fairlot.report.markup import (
    NOTHING,
    Markup,
    code,
    element,
    joined,
    listed,
    paragraphs,
    section,
    table,
)
from fairlot.report.sections import draw, money, sold
from fairlot.report.style import FIND

BEGIN = "<!doctype html>\n<!-- fairlot/report 1 -->\n"
"""The first bytes of every page, by which one is known."""

_SHOWN = 3
"""How many findings of one check stand before everything else."""
_REHEARSAL = "This is a REHEARSAL: one machine played every role, and nothing was sold."
_NO_SALE = "A rehearsal does not pass for a sale."
_FILE = "transcript.fairlot"


def report_page(report: Report, read: Replay, *, accepted: bool, version: str) -> bytes:
    """Return the page of a sale.

    The same transcript, roots and version give the same bytes.

    Args:
        report: the audit's report of ``read``.
        read: the transcript.
        accepted: whether the reader accepts a rehearsal.
        version: of this software, for the last line.
    """
    state = read.state
    title = state.terms.title if state.begun else "A transcript without terms"
    about = (
        (
            sold(state),
            demand(state),
            chances(state),
            buyers(state),
            money(report, state),
        )
        if state.begun
        else ()
    )
    body = element(
        "body",
        element("h1", title),
        _verdict(report, read, accepted=accepted),
        _contents(known=state.begun),
        *about,
        draw(report, read),
        _checks(report),
        _verifying(report),
        _footer(version),
    )
    scripts = f"script-src {named_by_hash(FIND)}"
    no_referrer = element("meta", name="referrer", content="no-referrer")
    return framed(BEGIN, f"{title}: report", scripts, body, no_referrer)


def _verdict(report: Report, read: Replay, *, accepted: bool) -> Markup:
    word = "The audit HOLDS." if report.holds else "The audit DOES NOT HOLD."
    first = [word, ending(read.state)]
    if report.rehearsal:
        first.append(_REHEARSAL if accepted else f"{_REHEARSAL} {_NO_SALE}")
    broken = NOTHING
    if not report.holds:
        first.append("Whatever follows is only what the file says. What does not hold:")
        broken = listed(_findings(report))
    notices = (f"Notice: {notice}." for notice in report.notices)
    rest = paragraphs((report.verdict, *_basis(report), *notices))
    kind = "verdict" if report.holds else "verdict fails"
    return element("div", paragraphs(first), broken, rest, class_=kind, id="verdict")


def _findings(report: Report) -> Iterator[str]:
    for result in report.results:
        if result.state is CheckState.NOT_REACHED:
            yield f"{result.check.id} could not be reached: {result.check.title}"
        for finding in result.findings[:_SHOWN]:
            place = _place(finding)
            yield f"{result.check.id} {finding.code}{place}: {finding.message}"
        left = result.found - len(result.findings[:_SHOWN])
        if left > 0:
            yield f"{result.check.id} and {left} more: fairlot audit --json lists them"


def _place(finding: Finding) -> str:
    return "" if finding.entry is None else f" at entry {finding.entry}"


def _basis(report: Report) -> Iterator[str]:
    roots = report.roots
    if roots.from_file:
        yield (
            "The trust roots come from the file itself, so that this shows only that the "
            "file agrees with itself: compare sale id and board key below with what the "
            "seller published."
        )
    else:
        yield "Audited against trust roots that were given."
    if roots.heads or roots.receipts:
        yield (
            f"Compared with what people kept: heads {roots.heads}, receipts "
            f"{roots.receipts}."
        )


def _contents(*, known: bool) -> Markup:
    about = (
        ("sold", "What was sold"),
        ("demand", "Demand and supply"),
        ("chances", "Chances"),
        ("buyers", "Who got what"),
        ("money", "Money"),
    )
    always = (("draw", "The draw"), ("checks", "Checks"), ("verify", "Verify"))
    links = (
        element("a", name, href=f"#{anchor}")
        for anchor, name in ((*about, *always) if known else always)
    )
    return element("nav", listed(links), aria_label="On this page")


def _checks(report: Report) -> Markup:
    rows = [(r.check.id, r.state.value, r.check.title) for r in report.results]
    disclosed = [f"Disclosed: {combination}" for combination in report.disclosed]
    return section(
        "checks",
        "The checks",
        table("All checks of the audit", ("check", "verdict", "what must hold"), rows),
        listed(disclosed),
        element("h3", "What no transcript can show"),
        listed(report.not_checked),
    )


def _verifying(report: Report) -> Markup:
    roots = report.roots
    options = [
        f"{option} {root.hex()}"
        for option, root in (
            ("--sale-id", roots.sale_id),
            ("--board-key", roots.board_key),
        )
        if root is not None
    ]
    accepting = ["--rehearsal"] if report.rehearsal else []
    command = [f"fairlot audit {_FILE}", *(f"  {o}" for o in (*options, *accepting))]
    return section(
        "verify",
        "Verify it yourself",
        element(
            "p",
            "This page proves nothing: the transcript does, and anybody can check it "
            "offline. Take the two values from the seller and not from here:",
        ),
        code(*(f"{line} \\" for line in command[:-1]), command[-1]),
        element(
            "p",
            "Your own nym is in your wallet, and in a rehearsal in nyms.csv. This shows "
            "your deposit, your rank in the draw, and why you got what you got:",
        ),
        code(f"fairlot inspect {_FILE} --nym YOUR_NYM"),
        element("p", "And this computes the tables of everybody again:"),
        code(f"fairlot settle {_FILE} --out tables"),
    )


def _footer(version: str) -> Markup:
    made = f"Made by fairlot {version} from the transcript alone."
    return joined((element("p", made, class_="soft"), element("script", Markup(FIND))))

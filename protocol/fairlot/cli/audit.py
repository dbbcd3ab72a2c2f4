"""``fairlot audit``: check a transcript offline."""

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.audit.kept import NOTHING, Kept
from fairlot.audit.margin import BeaconFacts
from fairlot.audit.report import Report
from fairlot.board.ahead import Ahead
from fairlot.board.log_replay import Finding
from fairlot.cli.cluster import connected
from fairlot.cli.command import (
    FAILED,
    OK,
    Action,
    chosen_curve,
)
from fairlot.cli.given import add_given, read_given
from fairlot.cli.output import Screen, say, show_json
from fairlot.cli.range_files import ENDING as RANGES
from fairlot.cli.range_files import kept_ranges
from fairlot.cli.remote import transcript_name
from fairlot.cli.table import show_table
from fairlot.cli.transcript import (
    add_verifiers,
    open_hints,
    open_named,
    verifiers,
)
from fairlot.cli.verdicts import ENDING, remembered
from fairlot.money import money_text
from fairlot.text import counted
from fairlot.workers import Workers
from fairlot_crypto.curve import Backend
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.drand import Beacon

_EXAMPLES = """\
Exit code: 0 if the audit holds, 1 if a check fails or it is a rehearsal that was not
accepted, 2 if the file or the usage was refused.

Examples:
  fairlot audit transcript.fairlot --sale-id HEX64 --board-key HEX64
  fairlot audit transcript.fairlot --sale-id HEX64 --json
  fairlot audit https://board.example/sale/HEX64 --policy trusted.policy
  fairlot audit transcript.fairlot --policy trusted.policy --head mine.head
  fairlot audit result/transcript.fairlot --rehearsal
  fairlot audit transcript.fairlot --round round.json
  fairlot audit sale.fairlot registry.fairlot --sale-id HEX64
  fairlot audit sale.fairlot registry-2031.fairlot registry-2030.fairlot --sale-id HEX64
  fairlot audit registry.fairlot --registry-alone --board-key HEX64
  fairlot audit transcript.fairlot --sale-id HEX64 --cluster tcp://10.0.0.1:8786
"""
_MONEY = ("money_in", "payments", "refunds", "refunds_held")
_ACCEPTED = "You accept a REHEARSAL: nothing below is proved about people or money."
_NOT_ACCEPTED = "A REHEARSAL does not pass for a sale: this audit fails."
_SHOWN = 20
"""How many findings of one check are shown to people."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "files",
        metavar="FILE",
        type=transcript_name,
        nargs="+",
        help="a transcript, with the log of the registry, and those of the seasons before "
        "it, in it or in another FILE; a registry's log alone; - reads standard input, up "
        "to 1 GiB; the address of a board's log is fetched whole",
    )
    add_given(parser)
    parser.add_argument(
        "--registry-alone",
        action="store_true",
        help="audit the log of a registry, without any sale",
    )
    add_verifiers(parser, "report")
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="the scheduler of a Dask cluster, tcp://HOST:PORT, whose workers verify it; "
        f"what ranges gave is kept in FILE{RANGES} until the audit is done",
    )
    parser.add_argument(
        "--cache",
        action="store_true",
        help=f"use and keep verdicts in FILE{ENDING}; else everything is verified again",
    )
    parser.add_argument("--json", action="store_true", help="report for machines")


def execute(arguments: argparse.Namespace) -> int:
    """Audit and print the report."""
    given = read_given(arguments)
    expected = replace(given.expected, registry_alone=arguments.registry_alone)
    curve, files = chosen_curve(), arguments.files
    with remembered(files, curve, cache=arguments.cache) as known:
        report = audit_files(
            curve,
            files,
            expected,
            given.rounds,
            given.kept,
            known if arguments.cache else None,
            arguments.jobs,
            arguments.cluster,
        )
    if arguments.json:
        show_json("audit", report.to_json())
    else:
        show_report(report, given.expected)
    return OK if report.holds else FAILED


ACTION = Action(_EXAMPLES, configure, execute)


def audit_files(
    backend: Backend,
    paths: Sequence[Path],
    expected: Expected,
    rounds: Sequence[Beacon] = (),
    kept: Kept = NOTHING,
    statements: Statements | None = None,
    jobs: int | None = 1,
    cluster: str | None = None,
) -> Report:
    """Audit the logs that lie in some files.

    Args:
        backend: the back-end.
        paths: the files.
        expected: the trust roots.
        rounds: for whose lack the sale is said to be void.
        kept: what people kept.
        statements: what this user has verified before; ``None`` for nothing.
        jobs: how many processes verify a long log; ``None`` for one for each core.
        cluster: the address of the scheduler whose workers verify them instead.

    Raises:
        InputError: ``transcript.unreadable``, ``transcript.none``,
            ``transcript.too-long``; ``cluster.extra``, ``cluster.address``,
            ``cluster.workers``, ``cluster.version``.
        Rejection: ``round.unnamed``, ``round.signature`` for a round that the terms do
            not name.
    """
    learns, known = statements is not None, statements or Statements()
    with ExitStack() as stack:
        data, *more = [stack.enter_context(open_named(path)) for path in paths]
        hints = stack.enter_context(open_hints(paths[0]))
        workers, width = (
            verifiers(stack, jobs, data.length, known)
            if cluster is None
            else _on_cluster(stack, cluster, paths[0])
        )
        # What a cluster gave is kept by what verified.
        kept_too = cluster is not None
        ahead = Ahead(
            SystemRandomness(), hints, workers, width, learns=learns, remembers=kept_too
        )
        screen = stack.enter_context(Screen(acknowledge=False))
        stage, now = screen.stage("checking"), int(time.time())
        return audit(
            data, backend, expected, known, stage, now, rounds, kept, more, ahead
        )


def _on_cluster(
    stack: ExitStack, address: str, path: Path
) -> tuple[Workers | None, int]:
    """Return workers that keep what ranges gave until all is done, and how many there are."""
    cluster = stack.enter_context(connected(address))
    return stack.enter_context(kept_ranges(cluster, path)), cluster.jobs


def show_report(report: Report, expected: Expected) -> None:
    """Print a report: roots, checks, findings, beacon, what was not checked, verdict."""
    if report.rehearsal:
        say("This is a REHEARSAL: one machine played every role, and nothing was sold.")
        say(_ACCEPTED if expected.rehearsal else _NOT_ACCEPTED)
    for line in _basis(report, expected):
        say(line)
    say()
    rows = [(r.check.id, r.state.value, r.check.title) for r in report.results]
    show_table(("check", "verdict", "what must hold"), rows)
    say()
    for line in _findings(report):
        say(line)
    facts = (
        f"{_amount(report, name, count)} {name.replace('_', ' ')}"
        for name, count in report.facts.items()
    )
    say(f"Counted: {', '.join(facts)}; phase: {report.phase}.")
    for combination in report.disclosed:
        say(f"Disclosed: {combination}.")
    if report.beacon is not None:
        for line in _beacon(report.beacon):
            say(line)
    say("What no transcript can show:")
    for missing in report.not_checked:
        say(f"  - {missing}")
    say(report.verdict)


def _amount(report: Report, name: str, count: int) -> str:
    """Return a count, or an amount of money in the currency of the terms."""
    return money_text(count, report.currency) if name in _MONEY else str(count)


def _basis(report: Report, expected: Expected) -> Iterator[str]:
    """Yield on what the verdict rests: the roots, what people kept; and the notices."""
    yield _roots(report, expected)
    heads = counted(report.roots.heads, "head", "heads")
    receipts = counted(report.roots.receipts, "receipt", "receipts")
    if report.roots.heads or report.roots.receipts:
        yield f"Compared with what people kept: {heads}, {receipts}"
    for notice in report.notices:
        yield f"Notice: {notice}"


def _roots(report: Report, expected: Expected) -> str:
    roots = report.roots
    found = (
        ("sale id", roots.sale_id, expected.sale_id),
        ("board key", roots.board_key, expected.board_key),
    )
    named = [
        f"{name} {value.hex() if value else 'unknown'}{' (as given)' if wanted else ''}"
        for name, value, wanted in found
        if wanted in (None, value)
    ]
    listed = f": {', '.join(named)}" if named else ""
    if roots.from_file:
        warning = "The trust roots come from the file itself, so compare them"
        return f"{warning}{listed}"
    policy = ", a policy among them" if roots.policy else ""
    return f"Audited against the trust roots that were given{policy}{listed}"


def _findings(report: Report) -> Iterator[str]:
    for result in report.results:
        for finding in result.findings[:_SHOWN]:
            yield f"{result.check.id} {finding.code}{_place(finding)}: {finding.message}"
        left = result.found - len(result.findings[:_SHOWN])
        if left > 0:
            more = counted(left, "more finding", "more findings")
            yield f"{result.check.id} and {more}: see --json"
    if report.findings:
        yield ""


def _beacon(facts: BeaconFacts) -> Iterator[str]:
    """Yield the bias meter."""
    roster = len(facts.roster) + len(facts.absent)
    yield (
        f"Beacon: {len(facts.roster)} of {counted(roster, 'contributor', 'contributors')} "
        "of the roster committed, and "
        f"{counted(len(facts.depositors), 'depositor', 'depositors')}."
    )
    for key in facts.absent:
        yield f"  absent: {key.hex()}"
    for key in facts.withheld:
        what = "recovered" if facts.recovered else "still missing"
        yield f"  reveal withheld: {key.hex()} ({what})"
    if facts.drand is not None:
        chain_hash, number = facts.drand.name
        what = "mixed in" if facts.mixed else "not mixed in"
        yield f"  drand: round {number} of chain {chain_hash.hex()} {what}"
    for key in facts.unsealed:
        yield f"  committed and did not seal: {key.hex()}"
    margin = facts.margin
    yield (
        f"  To know the draw while it could still be changed ({margin.window} s), one must "
        f"square {margin.speed_up} times as fast as ordinary hardware; "
        f"margin {margin.ratio}."
    )
    if facts.drand is not None:
        yield "  That nobody knew it rests on the round of drand alone."
    yield f"  {facts.withholding}"


def _place(finding: Finding) -> str:
    places = (("entry", finding.entry), ("byte", finding.offset))
    named = [f"{name} {where}" for name, where in places if where is not None]
    return f" at {', '.join(named)}" if named else ""

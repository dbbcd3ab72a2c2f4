"""``fairlot bench audit``: what a deposit costs in an audit.

specs/command-line.md, section 22.1.
"""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from fairlot.audit.expected import Expected
from fairlot.board.ahead import SHOW, shown_in
from fairlot.board.hints import Hints
from fairlot.board.replay import Replay
from fairlot.cli.audit import audit_files
from fairlot.cli.bench.bare import bare_verification
from fairlot.cli.bench.measuring import (
    Work,
    add_measuring,
    measured,
    repeated,
    show_measured,
)
from fairlot.cli.bench.presenting import verify_alone, verify_together
from fairlot.cli.command import FAILED, OK, Command, chosen_curve
from fairlot.cli.output import complain
from fairlot.cli.transcript import open_hints, replay_named
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.curve import Backend
from fairlot_crypto.randomness import SystemRandomness

_EXAMPLES = """\
The whole audit is done by one process, without kept verdicts, and with FILE.hints where it is
there. Beside it the same presentations are verified alone: in batches and one by one.

Exit code: 0 if it was measured, 1 if the audit does not hold or there is nothing to verify,
2 if the file or the usage was refused.

Examples:
  fairlot bench make --people 1000 --out many.fairlot --hints
  fairlot bench audit many.fairlot
  fairlot bench audit many.fairlot --rounds 1 --json
"""
RATIOS = (("audit", "batch"), ("batch", "verify"), ("verify", "bare verify"))
_BATCH = 1024
"""Presentations of a batch, of which one is measured; a range of an audit has no more."""
_ALONE = 64
"""Of which so many are verified one by one."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="a transcript, such as a crowd's"
    )
    add_measuring(parser, 3)


def execute(arguments: argparse.Namespace) -> int:
    """Audit, measure, and print."""
    path, curve = arguments.file, chosen_curve()
    expected = Expected(rehearsal=True)
    with ExitStack() as stack:
        hints = stack.enter_context(open_hints(path))
        read = replay_named(path, curve, "reading", cache=False)
        found = list(islice(_shown(read, hints), _BATCH))
    if not found or not audit_files(curve, [path], expected).holds:
        complain(
            f"{path} has no deposits, or its audit does not hold: see fairlot audit"
        )
        return FAILED
    deposits = sum(1 for _ in read.entries.of(*SHOW))
    audit = Work("audit", deposits, lambda: audit_files(curve, [path], expected))
    times = measured((audit, *_alone(curve, found)), arguments.rounds)
    show_measured("audit", deposits, times, RATIOS, curve, as_json=arguments.json)
    return OK


AUDIT = Command(
    "audit", "Measure what a deposit costs in an audit.", _EXAMPLES, configure, execute
)


def _shown(read: Replay, hints: Hints) -> Iterator[tuple[Showing, bytes | None]]:
    """Yield the presentations that the fold has accepted, with their hints."""
    for timed in read.entries.of(*SHOW):
        showing = shown_in(read.state, timed.entry) if timed.refusal is None else None
        if showing is not None:
            yield showing, hints.of(timed.index)


def _alone(
    curve: Backend, found: list[tuple[Showing, bytes | None]]
) -> tuple[Work, Work, Work]:
    """Return the works of presentations by themselves."""
    system = SystemRandomness()
    showings, hints = [each for each, _ in found], [hint for _, hint in found]
    few, first = showings[:_ALONE], showings[0]
    bare = bare_verification(curve, first.context.schema, len(first.disclosed), system)
    return (
        Work("batch", len(found), lambda: verify_together(showings, hints, system)),
        Work("verify", len(few), lambda: verify_alone(few)),
        repeated("bare verify", bare, len(few)),
    )

"""``fairlot demo``: a worked example from the terms to the audit."""

import argparse
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from fairlot.audit.expected import Expected
from fairlot.cli.audit import audit_files
from fairlot.cli.closing import show_closing
from fairlot.cli.command import FAILED, OK, Action, chosen_curve
from fairlot.cli.folders import create_folder
from fairlot.cli.new import WORKED, write_example
from fairlot.cli.output import Screen, say
from fairlot.cli.playing import TRANSCRIPT, default_jobs, play, read_acts
from fairlot.cli.stories import show_stories
from fairlot.inputs.people_file import read_people
from fairlot.inputs.terms_file import read_terms_file
from fairlot.rehearsal.examples import (
    EVENTS,
    NAMES,
    PEOPLE,
    TERMS,
    Example,
    load_example,
)
from fairlot_crypto.curve import Backend
from fairlot_crypto.randomness import SEED_LENGTH, SystemRandomness

_EXAMPLES = f"""\
{WORKED}

Exit code: 0 if it ran and its audit holds, 1 if not, 2 if the usage was refused.

Examples:
  fairlot demo
  fairlot demo token-sale --keep token-sale
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        default=NAMES[0],
        help=f"a worked example (default: {NAMES[0]})",
    )
    parser.add_argument(
        "--keep",
        metavar="DIR",
        type=Path,
        help="a new or empty folder that keeps terms, people and outputs",
    )


def execute(arguments: argparse.Namespace) -> int:
    """Run an example, audit it, and say what to try next."""
    example = load_example(arguments.name)
    backend = chosen_curve()
    with _folder(arguments.keep) as folder:
        code = _run(backend, example, Path(folder))
    say()
    say("Try next:")
    for line in _next(example, arguments.keep):
        say(f"  {line}")
    return code


ACTION = Action(_EXAMPLES, configure, execute)


def _folder(keep: Path | None) -> AbstractContextManager[str | Path]:
    if keep is None:
        return TemporaryDirectory(prefix="fairlot-")
    create_folder(keep)
    return nullcontext(keep)


def _run(backend: Backend, example: Example, folder: Path) -> int:
    say(f"Example {example.name}. What to expect: {example.expectation}")
    write_example(folder, example)
    terms = read_terms_file(folder / TERMS)
    people = read_people(folder / PEOPLE, terms.currency, terms.keep)
    seed = SystemRandomness().take(SEED_LENGTH)
    jobs = default_jobs(len(people))
    path = None if example.events is None else folder / EVENTS
    acts = read_acts(path, terms, people, None)
    with Screen(acknowledge=False) as screen:
        done = play(backend, terms, people, folder, seed, jobs, screen, acts=acts)
    say()
    show_closing(done.state)
    show_stories(done)
    say()
    expected = Expected(done.state.sale_id, rehearsal=True)
    report = audit_files(backend, [folder / TRANSCRIPT], expected)
    size = (folder / TRANSCRIPT).stat().st_size
    say(f"Audit of the transcript ({report.facts['entries']} entries, {size} bytes):")
    say(report.verdict)
    return OK if report.holds else FAILED


def _next(example: Example, keep: Path | None) -> tuple[str, ...]:
    if keep is None:
        return (
            f"fairlot demo {example.name} --keep result   # keeps terms, people and outputs",
            *(f"fairlot demo {name}" for name in NAMES if name != example.name),
            f"fairlot new {example.name}   # its files, to change",
            "fairlot --help",
        )
    transcript, files = keep / TRANSCRIPT, f"{keep / TERMS} {keep / PEOPLE}"
    if example.events is not None:
        files += f" --events {keep / EVENTS}"
    return (
        f"fairlot audit {transcript} --rehearsal",
        f"fairlot inspect {transcript}",
        f"edit {keep / TERMS}, then fairlot run {files} --out new",
    )

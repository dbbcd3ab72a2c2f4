"""``fairlot bench make``: an honest log of any size (specs/command-line.md, section 22)."""

import argparse
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from fairlot.board.hints import Hints
from fairlot.board.storage import create_transcript
from fairlot.cli.command import (
    OK,
    Command,
    add_jobs,
    chosen_curve,
    hex_bytes,
    whole,
)
from fairlot.cli.hints import keep_hints
from fairlot.cli.output import Screen, say
from fairlot.cli.playing import TRANSCRIPT, default_jobs, workers_of
from fairlot.errors import InputError
from fairlot.inputs.terms_file import read_terms_file
from fairlot.rehearsal.crowd import MOST, SEED, crowd_terms
from fairlot.rehearsal.crowd_play import play_crowd
from fairlot.rehearsal.examples import TERMS
from fairlot.text import counted
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import sync_folder
from fairlot_crypto.randomness import SEED_LENGTH, SeededRandomness

_EXAMPLES = """\
Every presentation in it is made as a person makes it: nothing is faster than honest work. The
same number of people and the same seed give the same bytes, which are those that fairlot run
leaves of these people.

Examples:
  fairlot bench make --people 1000 --out many.fairlot
  fairlot bench make --people 10000 --out many.fairlot --hints --jobs 2
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--people",
        metavar="N",
        type=whole(1, MOST),
        required=True,
        help=f"how many people take part, at most {MOST}",
    )
    parser.add_argument(
        *("-o", "--out"),
        metavar="FILE",
        type=Path,
        required=True,
        help="the new transcript",
    )
    parser.add_argument(
        "--hints", action="store_true", help="write FILE.hints too, as fairlot hints"
    )
    parser.add_argument(
        "--seed",
        metavar="HEX64",
        type=hex_bytes(SEED_LENGTH),
        default=SEED,
        help="another log of the same size (default: zeros)",
    )
    add_jobs(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Play the sale of a crowd, and leave its transcript."""
    curve, people, out = chosen_curve(), arguments.people, arguments.out
    # Step 1.
    if out.exists():
        raise InputError("bench.exists", f"{out} exists: name another file")
    jobs = arguments.jobs or default_jobs(people)
    made = _make(curve, people, out, arguments, jobs)
    done = f"{out} has the sale of {counted(people, 'person', 'people')}."
    say(f"{done} Everybody in it is invented.")
    # Step 4.
    if arguments.hints:
        keep_hints(out, made)
    return OK


MAKE = Command(
    "make", "Write an honest log of any size.", _EXAMPLES, configure, execute
)


def _make(
    curve: Backend, people: int, out: Path, arguments: argparse.Namespace, jobs: int
) -> Hints:
    """Play it in a folder beside ``out``, which holds a whole log or is not there."""
    with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as name:
        terms, transcript = Path(name) / TERMS, Path(name) / TRANSCRIPT
        # Step 2.
        terms.write_text(crowd_terms(people), encoding="utf-8")
        file, randomness = read_terms_file(terms), SeededRandomness(arguments.seed)
        # Step 3.
        with (
            closing(create_transcript(transcript)) as storage,
            workers_of(jobs) as workers,
            Screen(acknowledge=False) as screen,
        ):
            parts = storage, randomness, workers, screen
            made = play_crowd(curve, file, people, *parts, hinted=arguments.hints)
        transcript.rename(out)
        sync_folder(out.parent)
    return made

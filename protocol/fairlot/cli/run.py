"""``fairlot run``: a rehearsal of a whole sale on this machine."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from fairlot.board.phase import Phase
from fairlot.cli.beacon.setup_file import read_setup_file
from fairlot.cli.closing import (
    name_tables,
    show_closing,
)
from fairlot.cli.command import FAILED, OK, Action, add_jobs, chosen_curve, hex_bytes
from fairlot.cli.folders import check_new_folder, create_folder
from fairlot.cli.item_files import ITEMS, read_items
from fairlot.cli.output import Screen, complain, say
from fairlot.cli.playing import (
    NYMS,
    OUTPUTS,
    TRANSCRIPT,
    default_jobs,
    evidence_name,
    play,
    read_acts,
)
from fairlot.cli.registry_folder import (
    check_keep_folder,
    keep_registry,
    read_registry_folder,
)
from fairlot.cli.role_files import KEYS, next_steps
from fairlot.cli.squarings import announce_squarings
from fairlot.cli.stories import show_stories
from fairlot.cli.warnings import warn
from fairlot.entry import EntryType
from fairlot.inputs.findings import find
from fairlot.inputs.people_file import Person, read_people
from fairlot.inputs.terms_file import TermsFile, read_terms_file
from fairlot.rehearsal.draw import STOPS, find_setup
from fairlot.rehearsal.fit import check_people, check_playable
from fairlot.rehearsal.kept import Earlier
from fairlot.rehearsal.play import Rehearsed
from fairlot.rehearsal.plot import Act
from fairlot.report.ending import void_sentence
from fairlot.terms.terms import Terms
from fairlot_crypto.curve import Backend
from fairlot_crypto.delay.parameters import Setup
from fairlot_crypto.randomness import SEED_LENGTH, SystemRandomness

_EXAMPLES = """\
Exit code: 0 if the sale ended as its terms say, or stopped as told; 1 if it is void or could
not be completed; 2 if the input was refused and nothing was written.

Examples:
  fairlot run TERMS.toml PEOPLE.csv --out result
  fairlot run TERMS.toml PEOPLE.csv --out practice --until CLOSE
  fairlot run TERMS.toml PEOPLE.csv --events EVENTS.csv --out result
  fairlot run TERMS.toml PEOPLE.csv --items CODES.txt --out result
  fairlot run TERMS.toml PEOPLE.csv --out first --keep-registry people
  fairlot run LATER.toml PEOPLE.csv --out second --registry people
  fairlot run TERMS.toml PEOPLE.csv --out result --setup setup.json
  fairlot run TERMS.toml PEOPLE.csv --out again --jobs 2 --seed \\
    0000000000000000000000000000000000000000000000000000000000000001
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("terms", metavar="TERMS.toml", type=Path)
    parser.add_argument("people", metavar="PEOPLE.csv", type=Path)
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        required=True,
        help="a new or empty folder for the transcript and the tables",
    )
    course = parser.add_mutually_exclusive_group()
    course.add_argument(
        "--until",
        metavar="MARKER",
        choices=[marker.value for marker in STOPS],
        help=f"stop behind {', '.join(STOPS[:-1])} or {STOPS[-1]}, and leave every role's "
        f"key in DIR/{KEYS}, to go on by hand with fairlot contributor and fairlot beacon",
    )
    course.add_argument(
        "--events",
        metavar="EVENTS.csv",
        type=Path,
        help="what happens to people: devices lost or stolen, identities sold, taken back",
    )
    parser.add_argument(
        "--items",
        metavar="FILE",
        type=Path,
        help="what the seller hands over to winners: one item a line, one for each unit",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--seed",
        metavar="HEX64",
        type=hex_bytes(SEED_LENGTH),
        help="makes every output the same from run to run; only for rehearsals",
    )
    source.add_argument(
        "--registry",
        metavar="DIR",
        type=Path,
        help="play a later sale of the registry that an earlier run has kept there",
    )
    parser.add_argument(
        "--keep-registry",
        metavar="DIR",
        type=Path,
        help="keep the registry for later sales in a new or empty folder, private: it "
        "has the secrets of everybody",
    )
    parser.add_argument(
        "--setup",
        metavar="FILE",
        type=Path,
        help="the set-up for the terms' delay, a file written by fairlot beacon setup",
    )
    add_jobs(parser)
    parser.add_argument(
        "--acks",
        action="store_true",
        help="print 'ack HASH INDEX ORIGIN' for each entry as soon as it is durable",
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command is asked for, read and checked."""

    terms: TermsFile
    people: Sequence[Person]
    folder: Path
    earlier: Earlier | None
    keep: Path | None
    setup: Setup | None
    until: EntryType | None
    acts: tuple[Act, ...]
    items: tuple[bytes, ...]


def execute(arguments: argparse.Namespace) -> int:
    """Play the sale and print its closing table."""
    backend = chosen_curve()
    asked = _read(arguments, backend)
    terms, people, folder = asked.terms, asked.people, asked.folder
    warn(find(terms, people))
    draws = asked.until is None
    announce_squarings(terms, setup_given=asked.setup is not None, draws=draws)
    drawn = arguments.seed or SystemRandomness().take(SEED_LENGTH)
    seed = drawn if asked.earlier is None else asked.earlier.kept.seed
    jobs = arguments.jobs or default_jobs(len(people))
    acknowledge: bool = arguments.acks
    with Screen(acknowledge=acknowledge) as screen:
        # This may take hours: nothing is there to be left behind yet.
        setup = asked.setup or find_setup(terms.delay, screen)
        until, earlier = asked.until, asked.earlier
        new = create_folder(folder)
        try:
            done = play(
                backend,
                terms,
                people,
                folder,
                seed,
                jobs,
                screen,
                setup,
                until,
                earlier,
                asked.acts,
                asked.items,
            )
        except KeyboardInterrupt:
            # What was acknowledged was promised.
            if not acknowledge:
                new.leave_nothing(OUTPUTS)
            raise
    if asked.keep is not None:
        keep_registry(asked.keep, seed, done, folder / TRANSCRIPT)
    _show(done, folder)
    reason = done.state.void_reason
    if reason is not None:
        complain(f"could not be completed: {void_sentence(done.state, reason)}")
        return FAILED
    return OK


def _read(arguments: argparse.Namespace, backend: Backend) -> _Asked:
    """Read and check all that is given, before anything is written."""
    terms = read_terms_file(arguments.terms)
    check_playable(terms)
    people = read_people(arguments.people, terms.currency, terms.keep)
    registry: Path | None = arguments.registry
    earlier = None
    if registry is not None:
        earlier = read_registry_folder(registry, terms, people, backend)
    check_people(terms, people, arguments.people, earlier)
    acts = read_acts(arguments.events, terms, people, earlier)
    folder: Path = arguments.out
    check_new_folder(folder)
    keep: Path | None = arguments.keep_registry
    if keep is not None:
        check_keep_folder(keep, folder)
    path: Path | None = arguments.setup
    setup = None if path is None else read_setup_file(path, terms.delay)
    until = None if arguments.until is None else EntryType(arguments.until)
    items = read_items(arguments.items, terms, until)
    return _Asked(terms, people, folder, earlier, keep, setup, until, acts, items)


def _show(done: Rehearsed, folder: Path) -> None:
    title, nyms = done.terms.title, f"  {NYMS}            which nym belongs to whom"
    if done.held is not None:
        say(f"The sale “{title}” has stopped behind {done.held.marker}; {folder} holds")
        say(f"  {TRANSCRIPT}  the board so far")
        say(f"{nyms}: private, known only to a rehearsal")
        say(f"  {KEYS}                what every role holds: private too")
        say()
        _show_roots(done.terms)
        say()
        say("Try next:")
        for line in next_steps(done.held, done.state, folder / TRANSCRIPT):
            say(f"  {line}")
        return
    say(f"The sale “{title}” has ended; {folder} holds")
    say(f"  {TRANSCRIPT}  the whole board, to be published and audited")
    name_tables(done.terms.pools, named=True)
    say(f"{nyms}: private, known only to a rehearsal")
    if (folder / ITEMS).exists():
        say(f"  {ITEMS}           who has opened which item: private too")
    say()
    _show_roots(done.terms)
    say("so that everybody can check the board that they are shown:")
    roots = f"--rehearsal --sale-id {done.terms.sale_id.hex()}"
    say(f"  fairlot audit {quote(str(folder / TRANSCRIPT))} {roots}")
    say()
    show_closing(done.state)
    _show_held(done)
    show_stories(done)
    show_named(done, folder)


def _show_held(done: Rehearsed) -> None:
    """Say why refunds are held where nobody could claim them; else nothing."""
    held = any(line.held for line in done.state.ledger)
    if held and done.state.phase is Phase.LOCKED:
        say()
        say(
            "The refunds wait for claims, and this rehearsal ends with RESULT, before them:"
        )
        say("with --items or --events it goes on until they are paid out.")


def _show_roots(terms: Terms) -> None:
    """Print what a seller publishes before deposits open."""
    say("Before a sale opens, its seller publishes")
    say(f"  sale id    {terms.sale_id.hex()}")
    say(f"  board key  {terms.board.key.hex()}")


ACTION = Action(_EXAMPLES, configure, execute)


def show_named(done: Rehearsed, folder: Path) -> None:
    """Print which issuers lied, and how anybody verifies it; nothing where none did."""
    if not done.named:
        return
    say()
    say("Issuers who lied, and how to verify it:")
    for lie in done.named:
        say(f"  {lie.title}")
        path = quote(str(folder / evidence_name(lie)))
        say(f"    fairlot compare --evidence {path}")

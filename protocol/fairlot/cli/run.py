"""``fairlot run``: a rehearsal of a whole sale on this machine."""

import argparse
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from fairlot.audit.evidence import encode_evidence
from fairlot.board.phase import Phase
from fairlot.board.storage import create_transcript
from fairlot.cli.beacon.setup_file import read_setup_file
from fairlot.cli.closing import (
    ALLOCATION,
    POOLS,
    WINNERS,
    name_tables,
    show_closing,
    write_tables,
)
from fairlot.cli.command import FAILED, OK, Command, chosen_curve, hex_bytes, whole
from fairlot.cli.folders import check_new_folder, create_folder, write_private_folder
from fairlot.cli.item_files import ITEMS, items_csv, read_items
from fairlot.cli.output import Screen, complain, say
from fairlot.cli.registry_folder import (
    check_keep_folder,
    keep_registry,
    read_registry_folder,
)
from fairlot.cli.role_files import KEYS, next_steps, role_files
from fairlot.cli.squarings import announce_squarings
from fairlot.cli.stories import show_stories
from fairlot.cli.warnings import warn
from fairlot.entry import EntryType
from fairlot.errors import InputError
from fairlot.inputs.events_file import read_events
from fairlot.inputs.findings import find
from fairlot.inputs.people_file import Person, read_people
from fairlot.inputs.terms_file import TermsFile, read_terms_file
from fairlot.names import Nym
from fairlot.rehearsal.draw import BATCH, STOPS, find_setup
from fairlot.rehearsal.fit import check_people, check_playable
from fairlot.rehearsal.kept import Earlier
from fairlot.rehearsal.named import Lie
from fairlot.rehearsal.play import Rehearsed, rehearse
from fairlot.rehearsal.plot import Act, beginnings, calendar_of, plot
from fairlot.rehearsal.work import InProcess, Processes, Workers
from fairlot.report.ending import void_sentence
from fairlot.terms.terms import Terms
from fairlot.text import csv_table
from fairlot_crypto.curve import Backend
from fairlot_crypto.delay.parameters import Setup
from fairlot_crypto.durable import PRIVATE, write_file
from fairlot_crypto.randomness import SEED_LENGTH, SeededRandomness, SystemRandomness

TRANSCRIPT = "transcript.fairlot"
NYMS = "nyms.csv"
EVIDENCE = "evidence"
"""The folder of evidence against issuers, there where some lied."""
OUTPUTS = (TRANSCRIPT, ALLOCATION, NYMS, POOLS, WINNERS, ITEMS, KEYS, EVIDENCE)

_NYMS_HEADER = ("person", "nym", "holder")
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
        f"key in DIR/{KEYS}, to go on by hand with fairlot beacon",
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
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=whole(1, 9999),
        help="how many processes work; changes no output (default: by this machine)",
    )
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


COMMAND = Command(
    "run",
    "Rehearse a sale: play every role on this machine, on a simulated clock.",
    _EXAMPLES,
    configure,
    execute,
)


def read_acts(
    path: Path | None,
    terms: TermsFile,
    people: Sequence[Person],
    earlier: Earlier | None,
) -> tuple[Act, ...]:
    """Return what happens to people; nothing where there is no file.

    Raises:
        InputError: ``events-file.*``.
    """
    if path is None:
        return ()
    events, calendar = read_events(path, people), calendar_of(terms, earlier)
    return plot(events, calendar, beginnings(people, earlier), path)


def default_jobs(people: int) -> int:
    """Return the number of processes for which there is work."""
    return max(1, min(os.cpu_count() or 1, people // BATCH))


def play(
    backend: Backend,
    terms: TermsFile,
    people: Sequence[Person],
    folder: Path,
    seed: bytes,
    jobs: int,
    screen: Screen,
    setup: Setup | None = None,
    until: EntryType | None = None,
    earlier: Earlier | None = None,
    acts: Sequence[Act] = (),
    items: Sequence[bytes] = (),
) -> Rehearsed:
    """Rehearse a sale, and leave transcript, allocation and nyms in ``folder``.

    With ``earlier``, whose seed it must be, a sale of a registry that goes on. Where it
    has stopped behind ``until``, leave what every role holds instead of the
    allocation.

    Raises:
        InputError: ``out-dir.not-empty``, ``out-dir.unusable``, before anything is
            written.
    """
    try:
        storage = create_transcript(folder / TRANSCRIPT)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        problem = f"{folder} cannot take a transcript: {reason}"
        raise InputError("out-dir.unusable", problem) from error
    randomness = SeededRandomness(seed)
    try:
        with _workers(jobs) as workers:
            done = rehearse(
                backend,
                terms,
                people,
                storage,
                randomness,
                workers,
                screen,
                setup,
                until,
                earlier,
                acts,
                items,
            )
    finally:
        storage.close()
    if done.held is None:
        persons = {nym: person for person, nym in done.nyms}
        write_tables(folder, done.terms.pools, done.state.ledger, persons)
        if items:
            write_file(folder / ITEMS, items_csv(done.handed, persons), PRIVATE)
    else:
        write_private_folder(folder / KEYS, role_files(done.held, done.state))
    write_file(folder / NYMS, nyms_csv(done.nyms, done.holders), PRIVATE)
    if done.named:
        (folder / EVIDENCE).mkdir()
    for lie in done.named:
        write_file(folder / evidence_name(lie), encode_evidence(lie))
    return done


def evidence_name(lie: Lie) -> str:
    """Return where a folder of results holds the evidence."""
    return f"{EVIDENCE}/issuer-{lie.issuer}-{lie.kind}"


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


def _workers(jobs: int) -> AbstractContextManager[Workers]:
    return nullcontext(InProcess()) if jobs == 1 else Processes(jobs)


def nyms_csv(nyms: Iterable[tuple[str, Nym]], holders: Mapping[str, str]) -> bytes:
    """Return nyms.csv: one row per person, in the order of the list.

    Args:
        nyms: name and nym of everybody.
        holders: who holds each position, by the name of its person.
    """
    rows = ((person, nym.hex(), holders[person]) for person, nym in nyms)
    return csv_table(_NYMS_HEADER, rows)

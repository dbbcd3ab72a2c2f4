"""Plays a rehearsal, and leaves its outputs in a folder (specs/command-line.md, section 2)."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from fairlot.audit.evidence import encode_evidence
from fairlot.board.storage import create_transcript
from fairlot.cli.closing import (
    ALLOCATION,
    COLLECTED,
    POOLS,
    WAITING,
    WINNERS,
    collected_tables,
    tables,
    write_tables,
)
from fairlot.cli.folders import write_private_folder
from fairlot.cli.item_files import ITEMS, items_csv
from fairlot.cli.output import Screen, complain
from fairlot.cli.role_files import KEYS, role_files
from fairlot.entry import EntryType
from fairlot.errors import InputError, Rejection, reason_of
from fairlot.identity.issuer_lies import IssuerLie, Named
from fairlot.inputs.events_file import read_events
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.rehearsal.draw import BATCH
from fairlot.rehearsal.kept import Earlier
from fairlot.rehearsal.play import Rehearsed, rehearse
from fairlot.rehearsal.plot import Act, beginnings, calendar_of, plot
from fairlot.text import csv_table
from fairlot.workers import InProcess, Processes, Workers
from fairlot_crypto.curve import Backend
from fairlot_crypto.delay.parameters import Setup
from fairlot_crypto.durable import PRIVATE, write_file
from fairlot_crypto.randomness import SeededRandomness

TRANSCRIPT = "transcript.fairlot"
NYMS = "nyms.csv"
EVIDENCE = "evidence"
"""The folder of evidence against issuers, there where some lied."""
OUTPUTS = (
    *(TRANSCRIPT, ALLOCATION, NYMS, POOLS, WINNERS, COLLECTED, WAITING),
    *(ITEMS, KEYS, EVIDENCE),
)

_NYMS_HEADER = ("person", "nym", "holder")


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
        reason = reason_of(error)
        problem = f"{folder} cannot take a transcript: {reason}"
        raise InputError("out-dir.unusable", problem) from error
    randomness, named = SeededRandomness(seed), Named()
    try:
        with workers_of(jobs) as workers:
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
                named,
            )
    except Rejection:
        for path in _leave_evidence(folder, named):
            complain(f"{path} shows which issuer lied: fairlot compare --evidence")
        raise
    finally:
        storage.close()
    if done.held is None:
        persons = {nym: person for person, nym in done.nyms}
        state = done.state
        made = tables(done.terms.pools, state.ledger, persons)
        if state.second is not None:
            made |= collected_tables(state.drawn_outcome, state.second, persons)
        write_tables(folder, made, named=True)
        if items:
            write_file(folder / ITEMS, items_csv(done.handed, persons), PRIVATE)
    else:
        write_private_folder(folder / KEYS, role_files(done.held, done.state))
    write_file(folder / NYMS, nyms_csv(done.nyms, done.holders), PRIVATE)
    _leave_evidence(folder, named)
    return done


def _leave_evidence(folder: Path, named: Named) -> list[Path]:
    """Write what shows who lied, and return where."""
    lies = named.by_issuer()
    if lies:
        (folder / EVIDENCE).mkdir()
    paths = [folder / evidence_name(lie) for lie in lies]
    for path, lie in zip(paths, lies, strict=True):
        write_file(path, encode_evidence(lie))
    return paths


def evidence_name(lie: IssuerLie) -> str:
    """Return where a folder of results holds the evidence."""
    return f"{EVIDENCE}/issuer-{lie.issuer}-{lie.kind}"


def workers_of(jobs: int) -> AbstractContextManager[Workers]:
    """Return what does pieces of work in so many processes."""
    return nullcontext(InProcess()) if jobs == 1 else Processes(jobs)


def nyms_csv(nyms: Iterable[tuple[str, Nym]], holders: Mapping[str, str]) -> bytes:
    """Return nyms.csv: one row per person, in the order of the list.

    Args:
        nyms: name and nym of everybody.
        holders: who holds each position, by the name of its person.
    """
    rows = ((person, nym.hex(), holders[person]) for person, nym in nyms)
    return csv_table(_NYMS_HEADER, rows)

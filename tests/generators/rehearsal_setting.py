"""How the rehearsals of the vectors are played; a part of chapter rehearsal."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from fairlot.allocation.settlement import (
    allocation_csv,
    in_parts,
    pools_csv,
    winners_csv,
)
from fairlot.audit.inspection import entry_facts
from fairlot.board.collected_tables import collected_csv, waiting_csv
from fairlot.board.replay import replay_file
from fairlot.board.storage import MemoryStorage
from fairlot.cli.item_files import items_csv
from fairlot.cli.playing import nyms_csv
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.draw import NobodyWatches
from fairlot.rehearsal.fit import check_people, check_playable
from fairlot.rehearsal.kept import KeptRegistry, read_kept, registry_log
from fairlot.rehearsal.play import Rehearsed, rehearse
from fairlot.rehearsal.plot import Act, beginnings, calendar_of, plot
from fairlot.rehearsal.returning import check_returning
from fairlot.workers import InProcess
from fairlot_crypto.randomness import SeededRandomness
from generators.case import Raw
from generators.stage import GROUP
from generators.written import (
    read_both,
    read_happening,
    read_items,
    read_listed,
    read_terms,
)
from kit.stage import STATEMENTS

SEED = hashlib.sha256(b"fairlot-vectors/1 rehearsal").digest()


def play(
    seed: bytes,
    terms: str,
    people: str,
    events: str | None = None,
    items: str | None = None,
) -> tuple[Rehearsed, bytes]:
    """Play a sale of a new registry, and return it with its transcript."""
    file, listed = read_both(terms, people, simulated=True)
    acts = () if events is None else _acts(file, listed, events)
    storage, source = MemoryStorage(), SeededRandomness(seed)
    done = rehearse(
        GROUP,
        file,
        listed,
        storage,
        source,
        InProcess(),
        NobodyWatches(),
        acts=acts,
        items=() if items is None else read_items(items, file),
    )
    return done, storage.data


def play_later(
    terms: str, people: str, events: str | None, later_terms: str, later_people: str
) -> tuple[Rehearsed, bytes]:
    """Play a later sale of the registry that a sale has kept."""
    file = read_terms(later_terms)
    check_playable(file)
    listed = read_listed(later_people, file.currency, file.keep)
    # Read anew: a rehearsal goes on in the state that it is given.
    earlier = read_kept(_kept(terms, people, events).to_files(), GROUP)
    check_returning(earlier, file, listed)
    check_people(file, listed, Path("PEOPLE.csv"), earlier)
    storage, source = MemoryStorage(), SeededRandomness(SEED)
    parties = (InProcess(), NobodyWatches())
    done = rehearse(GROUP, file, listed, storage, source, *parties, earlier=earlier)
    return done, storage.data


@cache
def _kept(terms: str, people: str, events: str | None) -> KeptRegistry:
    done, data = play(SEED, terms, people, events)
    log = registry_log(data, done.state.registry.registry_id)
    return KeptRegistry(SEED, done.registered, log)


def inputs_of(
    seed: bytes, terms: str, people: str, events: str | None, items: str | None
) -> Mapping[str, Raw]:
    """Return the inputs of a case."""
    given: dict[str, Raw] = {"op": "rehearse", "seed": seed}
    given |= {"terms": terms, "people": people}
    also = {"events": events, "items": items}
    return {**given, **{name: text for name, text in also.items() if text is not None}}


def output_of(
    done: Rehearsed, data: bytes, *, with_items: bool = False
) -> Mapping[str, Raw]:
    """Return the outputs of a case."""
    ledger, pools = done.state.ledger, done.terms.pools
    persons = {nym: person for person, nym in done.nyms}
    output: dict[str, Raw] = {
        "transcript_hash": hashlib.sha256(data).digest(),
        "transcript_length": len(data),
        "sale_id": done.terms.sale_id,
        "phase": done.state.phase.value,
        "allocation_csv": allocation_csv(ledger).decode(),
        "nyms_csv": nyms_csv(done.nyms, done.holders).decode(),
        "pools_csv": pools_csv(ledger).decode() if in_parts(pools) else None,
        "winners_csv": winners_csv(ledger, persons).decode(),
    }
    if done.state.second is not None:
        first, second = done.state.drawn_outcome, done.state.second
        output["collected_csv"] = collected_csv(first, second, persons).decode()
        output["waiting_csv"] = waiting_csv(second, persons).decode()
    if with_items:
        output["items_csv"] = items_csv(done.handed, persons).decode()
    return output


def trace_of(done: Rehearsed, data: bytes) -> Mapping[str, Raw]:
    """Return what shows where another implementation differs."""
    read = replay_file(data, GROUP, STATEMENTS)
    entries = [[each.type, each.time, each.hash] for each in entry_facts(read)]
    return {"registry_id": done.terms.registry, "entries": entries}


def _acts(file: TermsFile, people: Sequence[Person], events: str) -> tuple[Act, ...]:
    rows = read_happening(events, people)
    starts = beginnings(people, None)
    return plot(rows, calendar_of(file, None), starts, Path("EVENTS.csv"))

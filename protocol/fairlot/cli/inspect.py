"""``fairlot inspect``: show the board to people."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from fairlot.audit.inspection import EntryFacts, entry_facts, nym_facts
from fairlot.audit.sentences import utc
from fairlot.audit.trust import terms_policy
from fairlot.board.replay import Replay
from fairlot.board.sale import SaleState
from fairlot.cli.command import FAILED, OK, Action, chosen_curve, hex_bytes
from fairlot.cli.odds import show_odds
from fairlot.cli.output import complain, say, show_json
from fairlot.cli.remote import name_of, transcript_name
from fairlot.cli.table import show_table
from fairlot.cli.transcript import add_verifying, replay_named
from fairlot.errors import Rejection
from fairlot.inputs.forecast import odds_document, state_odds
from fairlot.names import NYM_LENGTH, Nym
from fairlot.text import Viewed, counted

_EXAMPLES = """\
Exit code: 0 if something is shown, 1 if there is nothing to show, 2 if the file or the
usage was refused. Inspecting is not auditing: see fairlot audit.

Examples:
  fairlot inspect result/transcript.fairlot
  fairlot inspect result/transcript.fairlot --nym HEX96
  fairlot inspect result/transcript.fairlot --odds
  fairlot inspect transcript.fairlot --policy
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file", metavar="FILE", type=transcript_name, help="a board's transcript"
    )
    one = parser.add_mutually_exclusive_group()
    one.add_argument(
        "--nym",
        metavar="HEX",
        type=hex_bytes(NYM_LENGTH),
        help="show one buyer's deposit, rank, units and refund (nyms are in allocation.csv)",
    )
    one.add_argument(
        "--odds",
        action="store_true",
        help="show what every nym may expect of the draw, once deposits are closed",
    )
    one.add_argument(
        "--policy",
        action="store_true",
        help="show board and witnesses of the terms as a tlog-policy: compare its keys with "
        "those that you know before you give it to fairlot audit",
    )
    add_verifying(parser)
    parser.add_argument("--json", action="store_true", help="the same for machines")


def execute(arguments: argparse.Namespace) -> int:
    """Print the board, or one buyer's position."""
    path: Path = arguments.file
    backend = chosen_curve()
    jobs, cache = arguments.jobs, arguments.cache
    read = replay_named(path, backend, "reading", jobs, cache=cache)
    if arguments.odds:
        return _show_odds(read.state, as_json=arguments.json)
    if arguments.policy:
        return _show_policy(read.state, as_json=arguments.json)
    if arguments.nym is not None:
        return _show_nym(read, arguments.nym, as_json=arguments.json)
    return _show_board(read, name_of(arguments, path), as_json=arguments.json)


ACTION = Action(_EXAMPLES, configure, execute)


def _show_nym(read: Replay, nym: Nym, *, as_json: bool) -> int:
    facts = nym_facts(read.state, nym)
    if facts is None:
        complain(f"no deposit of nym {nym.hex()} is on this board")
        return FAILED
    if as_json:
        show_json("nym", asdict(facts))
    else:
        say(facts.sentence)
    return OK


def _show_odds(state: SaleState, *, as_json: bool) -> int:
    try:
        odds = state_odds(state)
    except Rejection as error:
        complain(f"the odds cannot be told yet: {error.message}")
        return FAILED
    if as_json:
        known = odds_document(odds, bytes.hex)
        show_json("nym-odds", {"sale_id": state.sale_id, **known})
    else:
        show_odds(odds, bytes.hex)
    return OK


def _show_policy(state: SaleState, *, as_json: bool) -> int:
    if not state.begun:
        complain("the file holds no terms that name a board")
        return FAILED
    text = terms_policy(state.terms).to_bytes().decode()
    if as_json:
        show_json("policy", {"sale_id": state.sale_id, "policy": text})
    else:
        for line in text.splitlines():
            say(line)
    return OK


def _show_board(read: Replay, name: str, *, as_json: bool) -> int:
    entries = entry_facts(read)
    if as_json:
        show_json("board", _document(read, name, entries))
    else:
        _show_entries(read, name, entries)
    return OK if entries else FAILED


def _document(
    read: Replay, name: str, entries: Sequence[EntryFacts]
) -> Mapping[str, Viewed]:
    state = read.state
    return {
        "file": name,
        "phase": state.phase.value,
        "sale_id": state.sale_id if state.begun else None,
        "rehearsal": state.terms.rehearsal if state.begun else None,
        "entries": [asdict(entry) for entry in entries],
        "findings": [asdict(finding) for finding in read.findings],
        "unacknowledged_bytes": read.unacknowledged,
    }


def _show_entries(read: Replay, name: str, entries: Sequence[EntryFacts]) -> None:
    state = read.state
    if state.begun:
        kind = "Rehearsal of sale" if state.terms.rehearsal else "Sale"
        say(f"{kind} {state.sale_id.hex()}, phase {state.phase}")
        say()
    rows = [
        (
            str(entry.index),
            "" if entry.time is None else utc(entry.time),
            entry.type or "?",
            f"{entry.sentence} ({entry.refusal})" if entry.refusal else entry.sentence,
        )
        for entry in entries
    ]
    show_table(("entry", "time", "type", "what it says"), rows)
    say()
    if read.unacknowledged:
        say(f"The last {read.unacknowledged} bytes are under no checkpoint: not shown.")
    if read.findings:
        broken = counted(len(read.findings), "rule is", "rules are")
        rehearsed = state.begun and state.terms.rehearsal
        accepting = " --rehearsal" if rehearsed else ""
        say(f"{broken} broken: fairlot audit {name}{accepting} gives details.")
    say(f"{counted(len(entries), 'entry', 'entries')}.")

"""``fairlot settle``: who gets what, without the board (specs/settlement.md, section 7)."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from fairlot.allocation.settlement import LedgerLine
from fairlot.audit.missing import Missing, MissingMarker, MissingOpening, MissingRound
from fairlot.audit.sentences import utc
from fairlot.audit.settling import (
    NotYet,
    Settled,
    Settlement,
    ShownVoid,
    settle_replay,
)
from fairlot.board.phase import DRAWN, Phase
from fairlot.board.replay import Replay
from fairlot.board.sale import SaleState
from fairlot.cli.closing import (
    TABLES,
    collected_tables,
    name_tables,
    show_settlement,
    tables,
    write_tables,
)
from fairlot.cli.command import FAILED, OK, Action, chosen_curve
from fairlot.cli.folders import check_new_folder, create_folder, drafts_in, left_in
from fairlot.cli.output import say, show_json
from fairlot.cli.transcript import add_sale_file, read_sale_file
from fairlot.entry import EntryType
from fairlot.report.ending import void_sentence
from fairlot.text import Json, Viewed, counted

_EXAMPLES = """\
Nobody's key is needed: once the seed is determined, everybody computes the same. Settling is
not auditing: see fairlot audit, and compare the sale id with what the seller published.

Exit code: 0 if the sale is settled or shown to be void and the file breaks no rule, 1 if
something is missing or the file breaks one, 2 if a file or the usage was refused.

Examples:
  fairlot settle transcript.fairlot
  fairlot settle transcript.fairlot --out result
  fairlot settle transcript.fairlot --round round.json --head witnessed.txt --json
"""
_SAID: Mapping[Phase, str] = {
    **dict.fromkeys(DRAWN, "RESULT on the log says the same"),
    Phase.VOID: "VOID on the log does not hold",
}
"""What the log announces of a sale that is settled."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_sale_file(parser)
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="a new or empty folder for the tables that fairlot run leaves",
    )
    parser.add_argument("--json", action="store_true", help="the same for machines")


def execute(arguments: argparse.Namespace) -> int:
    """Settle, write the tables and print the result."""
    curve = chosen_curve()
    folder: Path | None = arguments.out
    if folder is not None:
        possible = [folder / name for name in TABLES]
        check_new_folder(folder, [*possible, *drafts_in(folder, TABLES)])
    sale = read_sale_file(arguments, curve)
    read, state = sale.read, sale.read.state
    result = settle_replay(read, sale.rounds, sale.heads)
    if folder is not None:
        _write(folder, _tables(state, result))
    if arguments.json:
        show_json("settlement", _document(read, result))
    else:
        _show(read, result, arguments.file, folder)
    return FAILED if result.findings or isinstance(result, NotYet) else OK


ACTION = Action(_EXAMPLES, configure, execute)


def _tables(state: SaleState, result: Settlement) -> Mapping[str, bytes]:
    """Return the tables of a sale; none before it is settled or void."""
    if isinstance(result, NotYet):
        return {}
    made = tables(state.terms.pools, result.ledger)
    if isinstance(result, Settled) and result.second is not None:
        made |= collected_tables(result.outcome, result.second)
    return made


def _write(folder: Path, made: Mapping[str, bytes]) -> None:
    """Write tables into a folder that holds nothing else, or those of them that a kill left.

    Raises:
        InputError: ``out-dir.not-empty``, ``out-dir.unusable``.
    """
    left = left_in(folder, made)
    check_new_folder(folder, left)
    if made:
        create_folder(folder, left)
        write_tables(folder, made, named=False)


def _document(read: Replay, result: Settlement) -> Mapping[str, Viewed]:
    terms = read.state.terms
    settled = result if isinstance(result, Settled) else None
    # What the first draw gave tells winners that they must collect.
    drawn = result.drawn if isinstance(result, NotYet) else settled
    lines = result.ledger if isinstance(result, ShownVoid) else None
    lines = drawn.ledger if drawn else lines
    second = settled.second if settled else None
    return {
        "result": _word(result),
        "sale_id": result.sale_id.hex(),
        "board_key": terms.board.key.hex(),
        "rehearsal": terms.rehearsal,
        "reason": result.reason.value if isinstance(result, ShownVoid) else None,
        "b_star": drawn.draw.b_star.hex() if drawn else None,
        "omega": drawn.draw.omega.hex() if drawn else None,
        "seed": drawn.draw.seed.hex() if drawn else None,
        "outcome": drawn.outcome_hash.hex() if drawn else None,
        "ledger": None if lines is None else _ledger(lines),
        "second_seed": second.seed.hex() if second and second.seed else None,
        "lapsed": [nym.hex() for nym in second.redrawn.lapsed] if second else [],
        "missing": [m.to_json() for m in result.missing]
        if isinstance(result, NotYet)
        else [],
        "findings": [asdict(finding) for finding in result.findings],
    }


def _word(result: Settlement) -> str:
    if isinstance(result, NotYet):
        return "not-yet"
    return "settled" if isinstance(result, Settled) else "void"


def _ledger(lines: Sequence[LedgerLine]) -> Json:
    return [
        {
            "nym": line.nym.hex(),
            "units": line.units,
            "payment": line.payment,
            "refund": line.refund,
            "refund_to": None if line.refund_to is None else line.refund_to.hex(),
            "gains": [[gain.pool, gain.units, gain.payment] for gain in line.gains],
        }
        for line in lines
    ]


def _show(read: Replay, result: Settlement, path: Path, folder: Path | None) -> None:
    state = read.state
    kind = "Rehearsal of sale" if state.terms.rehearsal else "Sale"
    say(f"{kind} {result.sale_id.hex()}, board key {state.terms.board.key.hex()}.")
    say(
        "Both come from the file itself, so compare them with what the seller published."
    )
    say()
    if isinstance(result, NotYet):
        say("Not yet settled. What is missing:")
        for missing in result.missing:
            say(f"  - {_sentence(missing)}")
        if result.drawn is not None:
            say()
            say("The first draw is known; its winners must collect in time:")
            show_settlement(state, result.drawn.outcome, result.drawn.ledger)
    else:
        _show_ledger(state, result)
        if folder is not None:
            say(f"{folder} holds")
            name_tables(state.terms.pools, named=False)
    for line in _warnings(read, path):
        say(line)


def _show_ledger(state: SaleState, result: Settled | ShownVoid) -> None:
    if isinstance(result, ShownVoid):
        say(f"Shown: {void_sentence(state, result.reason)}.")
        outcome, second = None, None
    else:
        said = _said(state, collects=result.second is not None)
        say(f"Settled by the seed {result.draw.seed.hex()}; {said}.")
        outcome, second = result.outcome, result.second
    say()
    show_settlement(state, outcome, result.ledger, second)


def _said(state: SaleState, *, collects: bool) -> str:
    """Say what the log announces of a sale that is settled."""
    if collects and state.phase in DRAWN:
        told = "on the log says the same" if state.second else "is not on the log"
        return f"REDRAWN {told}"
    return _SAID.get(state.phase, "RESULT is not on the log")


def _warnings(read: Replay, path: Path) -> Iterator[str]:
    if read.unacknowledged:
        yield f"The last {read.unacknowledged} bytes are under no checkpoint: not used."
    if read.findings:
        broken = counted(len(read.findings), "rule is", "rules are")
        yield f"{broken} broken: fairlot audit {path} gives details."


def _sentence(missing: Missing) -> str:
    """Say what is missing, and what brings it."""
    match missing:
        case MissingMarker(kind, logged, until, seen, quorum):
            last = utc(until)
            if kind is EntryType.VOID:
                return (
                    f"{kind} of the seller: {counted(seen, 'witness', 'witnesses')} saw "
                    f"it, and {quorum} must have: bring their heads with --head"
                )
            if not logged:
                return f"{kind} is not on the log; it is in time until {last}"
            return (
                f"{kind}: {counted(seen, 'witness', 'witnesses')} saw it by {last}, and "
                f"{quorum} must have: bring their heads with --head"
            )
        case MissingOpening(key):
            return (
                f"the opening of {key.hex()}: after REVEAL_END anybody recovers it with "
                "fairlot beacon recover"
            )
        case MissingRound(named):
            chain_hash, number = named.name
            return (
                f"round {number} of chain {chain_hash.hex()}, due {utc(named.due)}: bring "
                "it from a relay with --round"
            )

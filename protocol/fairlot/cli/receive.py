"""``fairlot receive``: open what was delivered (specs/command-line.md, section 16)."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from fairlot.audit.evidence import encode_evidence
from fairlot.audit.receiving import Received, receive
from fairlot.board.replay import Replay
from fairlot.cli.beacon.steps import view_of
from fairlot.cli.command import FAILED, OK, Action, add_json, chosen_curve
from fairlot.cli.door.files import write_new
from fairlot.cli.output import complain, say, show_json
from fairlot.cli.registry_folder import add_person, read_folder_of
from fairlot.deposit.nym import nym_of
from fairlot.names import Nym, SaleId
from fairlot.rehearsal.wallet import claim_key, open_wallet
from fairlot.text import Viewed, counted, shown
from fairlot_crypto.durable import PRIVATE

_EXAMPLES = """\
It opens every box that the seller has sealed to your claim, and prints the items. If one is
not what the seller promised before the unlock, --evidence leaves a file that shows it to
anybody, without the transcript: fairlot compare --evidence verifies it. The file gives the
secret of this one claim away, and with it whatever else was delivered to it: use what you
got first.

Exit code: 0 if all that you have won is there, 1 if something is wrong or missing, 2 if a
file or the usage was refused.

Examples:
  fairlot run terms.toml people.csv --items codes.txt --out result --keep-registry kept
  fairlot receive --registry kept --person "Ann Lee" \\
    --transcript result/transcript.fairlot --evidence wrong
  fairlot compare --evidence wrong
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_person(parser)
    add_evidence(parser)
    add_json(parser)


def add_evidence(parser: argparse.ArgumentParser) -> None:
    """Add --evidence."""
    parser.add_argument(
        "--evidence",
        metavar="FILE",
        type=Path,
        help="where the evidence of a wrong delivery is written, if there is one",
    )


def execute(arguments: argparse.Namespace) -> int:
    """Open the boxes, and write evidence of the first that is wrong."""
    curve = chosen_curve()
    # Step 1.
    view = view_of(curve, arguments.transcript, cache=arguments.cache)
    earlier = read_folder_of(arguments.registry, view.state, curve)
    wallet = open_wallet(earlier, arguments.person, curve)
    # Step 2.
    sale_id = view.state.sale_id
    nym = nym_of(curve, wallet.identity, sale_id)
    found = receive(
        view, nym, lambda claim: claim_key(earlier, arguments.person, claim)
    )
    # Steps 3 and 4.
    return report(arguments, shown(arguments.person), view, nym, found)


def report(
    arguments: argparse.Namespace,
    who: str,
    view: Replay,
    nym: Nym,
    found: Sequence[Received],
) -> int:
    """Write evidence of the first box that is wrong, and say what was delivered.

    Args:
        arguments: with ``evidence`` and ``json``.
        who: has won.
        view: of the board.
        nym: of whoever has won.
        found: in their boxes.
    """
    evidence = next((each.evidence for each in found if each.evidence), None)
    if evidence is not None and arguments.evidence is not None:
        write_new(arguments.evidence, encode_evidence(evidence), PRIVATE)
    title = None if evidence is None else evidence.title
    if arguments.json:
        _print(view.state.sale_id, nym, found, title)
    else:
        _show(who, arguments.evidence, found, title)
        if found and view.state.deliveries.promise is None:
            say(
                "The seller has promised no items on this log; ask them how they deliver."
            )
    return OK if all(each.item is not None for each in found) else FAILED


def _print(
    sale_id: SaleId, nym: Nym, found: Sequence[Received], title: str | None
) -> None:
    units: Viewed = [
        {
            "unit": each.unit,
            "pool": each.pool,
            "item": each.item,
            "code": None if each.refusal is None else each.refusal.code,
            "problem": None if each.refusal is None else each.refusal.message,
        }
        for each in found
    ]
    said: Mapping[str, Viewed] = {
        "sale_id": sale_id,
        "nym": nym,
        "units": units,
        "evidence": title,
    }
    show_json("received", said)


def _show(
    who: str, path: Path | None, found: Sequence[Received], title: str | None
) -> None:
    won = counted(len(found), "unit", "units")
    say(f"{who} has won {won} in this sale.")
    for each in found:
        say(f"  unit {each.unit} ({each.pool}): {_said(each)}")
    if title is None:
        return
    complain(f"EVIDENCE: {title}")
    if path is not None:
        verifying = f"fairlot compare --evidence {path} verifies it"
        say(f"{path} holds the evidence: {verifying}.")


def _said(each: Received) -> str:
    if each.refusal is not None:
        return f"WRONG ({each.refusal.code}): {each.refusal.message}"
    if each.item is None:
        return "not delivered"
    return shown(each.item.decode("utf-8", "backslashreplace"))


ACTION = Action(_EXAMPLES, configure, execute)

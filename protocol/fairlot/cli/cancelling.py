"""``fairlot seller cancel``: end a sale before CLOSE (specs/command-line.md, section 25.2)."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from fairlot.board.cancelling import make_cancelling
from fairlot.board.replay import Replay
from fairlot.cli.beacon.files import held_key
from fairlot.cli.beacon.steps import view_of
from fairlot.cli.board_copies import add_to, fetch_first, send_last
from fairlot.cli.command import FAILED, OK, Command, chosen_curve
from fairlot.cli.output import say, show_json
from fairlot.cli.seller_sale import check_seller
from fairlot.cli.transcript import add_board, add_sale_id
from fairlot.entry import Entry, EntryType
from fairlot.money import money_text
from fairlot.text import Viewed, counted
from fairlot_crypto.durable import write_file

_EXAMPLES = """\
Only before CLOSE, and once for all: everybody gets everything back, and there is no second
attempt. Another sale has other terms, and people enter it again.

Exit code: 0 if done, 1 if the board would refuse it or refuses it, 2 if the input or the usage
was refused.

Examples:
  fairlot seller cancel transcript.fairlot --sale-id HEX --key seller.key --out void
  fairlot seller cancel copy.fairlot --sale-id HEX --key seller.key --out void \\
    --to http://127.0.0.1:8080
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    add_board(parser)
    add_sale_id(parser)
    for name, what in (
        ("--key", "the seller's private key"),
        ("--out", "the new VOID entry, for the board"),
    ):
        parser.add_argument(name, metavar="FILE", type=Path, required=True, help=what)
    add_to(parser)
    parser.add_argument("--json", action="store_true", help="the same for machines")


def _cancel(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    with held_key(arguments.key) as key:
        # Step 1.
        fetch_first(arguments)
        view = view_of(curve, arguments.transcript, cache=arguments.cache)
        # Step 2.
        check_seller(view, arguments.sale_id, key.public)
        # Step 3.
        entry = make_cancelling(view.state.sale_id, key)
        posted = {each.entry.hash for each in view.entries.of(EntryType.VOID)}
        again = entry.hash in posted
        if not again:
            # As the board would refuse it.
            view.state.apply(entry, view.time)
        # Step 4.
        write_file(arguments.out, entry.encoded)
    sent = send_last(arguments, entry)
    _answer(arguments, view, entry, again=again, sent=sent)
    return FAILED if sent is False else OK


def _answer(
    arguments: argparse.Namespace,
    view: Replay,
    entry: Entry,
    *,
    again: bool,
    sent: bool | None,
) -> None:
    state = view.state
    refunds = [line.refund for line in state.ledger if line.refund]
    if arguments.json:
        found: Mapping[str, Viewed] = {
            "sale_id": state.sale_id,
            "entry": entry.hash,
            "again": again,
            "sent": sent,
            "nyms": len(refunds),
            "refunds": sum(refunds),
        }
        show_json("sale-cancelled", found)
        return
    say(f"{arguments.out} holds the {entry.type} entry {entry.hash.hex()}")
    people = counted(len(refunds), "nym gets", "nyms get")
    back = money_text(sum(refunds), state.terms.currency)
    if sent:
        say(f"The sale is cancelled: {people} back {back}, all that was paid.")
    elif sent is None:
        say(f"Once it is on the board, before CLOSE, {people} back {back}.")


CANCEL_SALE = Command(
    "cancel",
    "Cancel a sale before CLOSE: everybody gets everything back.",
    _EXAMPLES,
    _configure,
    _cancel,
)

"""``fairlot seller deliver`` and ``vouchers`` (specs/command-line.md, section 25.3)."""

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from fairlot.board.phase import Phase
from fairlot.board.replay import Replay
from fairlot.cli.beacon.files import held_key
from fairlot.cli.beacon.steps import view_of
from fairlot.cli.command import FAILED, OK, Command, add_json, chosen_curve, whole
from fairlot.cli.escrow_files import write_kept
from fairlot.cli.output import complain, say, show_json
from fairlot.cli.seller_sale import check_seller
from fairlot.cli.transcript import add_board, add_sale_id
from fairlot.delivery.deliveries import Promise
from fairlot.delivery.desk import book_of, delivery_of
from fairlot.delivery.entries import Recipient, make_items
from fairlot.delivery.items import ItemBook
from fairlot.delivery.vouchers import voucher_codes, voucher_table
from fairlot.entry import Entry
from fairlot.errors import InputError
from fairlot.inputs.item_list import read_item_list
from fairlot.terms.times import MAX_TIME
from fairlot.text import Viewed, counted, shown
from fairlot_crypto.durable import PUBLIC
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import SigningKey

ITEM_FILE, VOUCHER_FILE = "items.txt", "vouchers.csv"
_SOLD = (Phase.LOCKED, Phase.UNLOCKED)
_CODES = """\
Exit code: 0 if done, 1 if it is too early or the board would refuse it, 2 if a file or the
usage was refused."""
DELIVER_WORDS = (
    "deliver transcript.fairlot items.txt --sale-id HEX --key seller.key --out entries"
)
VOUCHER_WORDS = (
    "vouchers transcript.fairlot --sale-id HEX --key seller.key \\\n"
    '    --product "main=Standard ticket" --out vouchers'
)


def _examples(words: str) -> str:
    return f"{_CODES}\n\nExamples:\n  fairlot seller {words}\n"


def _add_key(parser: argparse.ArgumentParser, out: str) -> None:
    add_sale_id(parser)
    parser.add_argument(
        "--key", metavar="FILE", type=Path, required=True, help="the seller's key"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help=out)


def _configure_deliver(parser: argparse.ArgumentParser) -> None:
    add_board(parser)
    parser.add_argument(
        "items", metavar="ITEMS", type=Path, help="what is handed over, one item a line"
    )
    _add_key(parser, "the folder for the new entries, for the board")
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="the simulated clock of a rehearsal, unix seconds",
    )
    add_json(parser)


def _deliver(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    items = read_item_list(arguments.items)
    with held_key(arguments.key) as key:
        view = view_of(curve, arguments.transcript, cache=arguments.cache)
        check_seller(view, arguments.sale_id, key.public)
        if view.state.phase not in _SOLD:
            complain("nothing is sold yet: ITEMS comes after RESULT")
            return FAILED
        book = _book(view, items, key)
        promise, now = view.state.deliveries.promise, _clock(arguments.time, view)
        if promise is None:
            made: dict[str, Entry] = {"items": make_items(book, key)}
        else:
            made = _deliveries(view, book, promise, key, now)
        for each in made.values():
            # As the board would refuse it.
            view.state.apply(each, now)
    entries = {f"{name}.entry": each.encoded for name, each in made.items()}
    write_kept(arguments.out, entries, PUBLIC)
    _answer(arguments, view, made)
    return OK


def _book(view: Replay, items: Sequence[bytes], key: SigningKey) -> ItemBook:
    """Return the book of a list for what was sold.

    Raises:
        InputError: ``seller.items`` for a list that has too few.
    """
    state = view.state
    try:
        return book_of(state.sale_id, state.units(), items, key)
    except CallerError as error:
        raise InputError("seller.items", f"{error.message}: make a longer list") from (
            error
        )


def _deliveries(
    view: Replay, book: ItemBook, promise: Promise, key: SigningKey, now: int
) -> dict[str, Entry]:
    """Return a DELIVERY for each unit that is released and not delivered.

    Raises:
        InputError: ``seller.items`` for another list than was promised.
    """
    state = view.state
    if book.public != promise.items:
        problem = "the log has the promise of another list"
        raise InputError("seller.items", f"{problem}: name the file of that time")
    made: dict[str, Entry] = {}
    if state.phase is not Phase.UNLOCKED:
        return made
    for unit, sold in enumerate(promise.units):
        claim = state.released(sold.nym, now)
        if claim is not None and unit not in state.deliveries.by_unit:
            to = Recipient(claim.nym, claim.entry_hash, claim.binding.enc_pk)
            made[f"unit-{unit}"] = delivery_of(book, promise, unit, to, key)
    return made


def _clock(given: int | None, view: Replay) -> int:
    """Return when the board will take the entries in, at the earliest.

    Raises:
        InputError: ``seller.clock`` for a given time of a real sale.
    """
    if given is not None and not view.state.terms.rehearsal:
        problem = "--time is for rehearsals: a real sale has the machine's clock"
        raise InputError("seller.clock", f"{problem}; leave it out")
    now = int(time.time()) if given is None else given
    # A rehearsal may play in years to come.
    return max(view.time, now)


def _answer(
    arguments: argparse.Namespace, view: Replay, made: Mapping[str, Entry]
) -> None:
    """Say what was made; ``view`` has applied it."""
    deliveries = view.state.deliveries
    waiting = deliveries.promised - deliveries.delivered
    if arguments.json:
        entries: Viewed = [each.hash for each in made.values()]
        said: Mapping[str, Viewed] = {
            "sale_id": view.state.sale_id,
            "promised": deliveries.promised,
            "delivered": deliveries.delivered,
            "waiting": waiting,
            "entries": entries,
        }
        show_json("seller-delivery", said)
        return
    entries_made = counted(len(made), "entry", "entries")
    say(f"{arguments.out} has {entries_made} for the board.")
    say(f"With them {deliveries.delivered} of {deliveries.promised} are delivered;")
    say(f"{waiting} wait: for the unlock, or for a claim to be released.")


def _configure_vouchers(parser: argparse.ArgumentParser) -> None:
    add_board(parser)
    _add_key(parser, f"the folder for {VOUCHER_FILE} and {ITEM_FILE}")
    parser.add_argument(
        "--product",
        metavar="POOL=NAME",
        action="append",
        default=[],
        dest="products",
        help="what the shop calls what a pool sells (default: the pool's name)",
    )


def _vouchers(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    with held_key(arguments.key) as key:
        view = view_of(curve, arguments.transcript, cache=arguments.cache)
        check_seller(view, arguments.sale_id, key.public)
        if view.state.phase not in _SOLD:
            complain("nothing is sold yet: vouchers are for what RESULT says")
            return FAILED
        sale_id, units = view.state.sale_id, view.state.units()
        products = _products(arguments.products, view)
        codes = voucher_codes(sale_id, len(units), key)
    if not units:
        complain("nobody has won anything: there is nothing to make vouchers for")
        return FAILED
    files = {
        VOUCHER_FILE: voucher_table(sale_id, units, codes, products),
        ITEM_FILE: "".join(f"{code}\n" for code in codes).encode(),
    }
    write_kept(arguments.out, files)
    made = counted(len(codes), "voucher", "vouchers")
    say(f"{arguments.out / VOUCHER_FILE} has {made}, for the shop: import it there.")
    say(f"{arguments.out / ITEM_FILE} has the same codes, for fairlot seller deliver.")
    return OK


def _products(given: Sequence[str], view: Replay) -> Mapping[str, str]:
    """Return the shop's names by pool.

    Raises:
        InputError: ``seller.product``.
    """
    pools = [pool.name for pool in view.state.terms.pools]
    found: dict[str, str] = {}
    for each in given:
        pool, separator, name = each.partition("=")
        if not separator or not name or pool not in pools or pool in found:
            problem = f"{shown(each)} must name a pool of the terms once, as POOL=NAME"
            raise InputError("seller.product", f"{problem}; pools: {', '.join(pools)}")
        found[pool] = name
    return found


DELIVER = Command(
    "deliver",
    "Promise items to winners after RESULT, and seal them to claims after UNLOCK.",
    _examples(DELIVER_WORDS),
    _configure_deliver,
    _deliver,
)
VOUCHERS = Command(
    "vouchers",
    "Make a voucher for each unit that was won, for a ticket shop's import.",
    _examples(VOUCHER_WORDS),
    _configure_vouchers,
    _vouchers,
)

"""``fairlot seller``: draw the seller's key, complete the terms of a sale; or cancel it.

specs/command-line.md, section 25.
"""

import argparse
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from fairlot.audit.sentences import utc
from fairlot.cli.beacon.files import held_key
from fairlot.cli.beacon.setup_file import read_setup_file
from fairlot.cli.cancelling import CANCEL_SALE
from fairlot.cli.command import (
    OK,
    Command,
    action_of_steps,
    chosen_curve,
)
from fairlot.cli.folders import check_new_folder, create_folder, drafts_in
from fairlot.cli.issuer.folder import read_file
from fairlot.cli.output import Screen, busy, say, show_json
from fairlot.cli.role_keys import (
    BOARD,
    CONTRIBUTOR,
    ESCROW,
    SELLER,
    key_step,
    named_witnesses,
    read_public,
)
from fairlot.cli.seller_items import DELIVER, DELIVER_WORDS, VOUCHER_WORDS, VOUCHERS
from fairlot.cli.seller_options import configure_terms
from fairlot.cli.toml_text import toml_lines
from fairlot.entry import Entry
from fairlot.inputs.final_terms import (
    Asked,
    Named,
    Planned,
    announce,
    complete_terms,
)
from fairlot.inputs.terms_file import TermsFile, read_terms_file
from fairlot.issuing.view import View, read_view, time_of
from fairlot.logs import BoardIdentity
from fairlot.rehearsal.draw import find_setup
from fairlot.terms.terms import Terms
from fairlot.text import Viewed
from fairlot_crypto.delay.parameters import Setup
from fairlot_crypto.durable import write_file
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements

ENTRY, READABLE = "terms.entry", "terms.toml"
_FIRST_LINE = "# The terms of sale "

_CODES = """\
Exit code: 0 if done, 1 if the audit would refuse the terms, 2 if a file or the usage was
refused."""
_TERMS_EXAMPLES = f"""\
Public files come from the roles themselves: each draws its key with fairlot ROLE key, and
sends the file that ends in .pub.

{_CODES}

Examples:
  fairlot seller terms TERMS.toml --key seller.key --registry registry.log \\
    --open "2030-05-01 18:00 Europe/Vienna" --close "7 days" \\
    --board board.key.pub --escrow escrow.key.pub --contributor one.key.pub \\
    --contributor two.key.pub --contributor three.key.pub --witness watch.key.pub --out sale
"""
_EXAMPLES = f"""\
The seller announces a sale by its terms: what is sold, when, who plays which role.

{_CODES}

Examples:
  fairlot seller key --out seller.key
  fairlot seller terms TERMS.toml --key seller.key --registry registry.log \\
    --open "in 3 days" --close "7 days" --board board.key.pub --escrow escrow.key.pub \\
    --contributor one.key.pub --contributor two.key.pub --contributor three.key.pub \\
    --witness watch.key.pub --out sale
  fairlot seller cancel transcript.fairlot --sale-id HEX --key seller.key --out void
  fairlot seller {VOUCHER_WORDS}
  fairlot seller {DELIVER_WORDS}
"""


def _terms(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    out: Path = arguments.out
    check_new_folder(out, _unfinished(out))
    # Step 1.
    file = read_terms_file(arguments.terms)
    with held_key(arguments.key) as key:
        named = _named(arguments, key)
        with busy("reading the registry's log"):
            view = read_view(curve, read_file(arguments.registry), Statements())
        now = time_of(view.registry, arguments.time, int(time.time()))
        # Step 2.
        setup = _setup(arguments.setup, file)
        asked = Asked(
            waits=not arguments.no_round,
            least=arguments.roll_min,
            window=arguments.roll_window,
        )
        planned = _planned(arguments)
        terms = complete_terms(file, planned, named, asked, view.state, setup, now)
        entry = announce(terms, view.state, key, now)
    # Step 9.
    _write(out, terms, entry)
    _answer(arguments, terms, view)
    return OK


def _named(arguments: argparse.Namespace, key: SigningKey) -> Named:
    board = read_public(arguments.board, BOARD)
    return Named(
        board=BoardIdentity(board.name or "", board.key),
        seller=key.public,
        escrow=read_public(arguments.escrow, ESCROW).key,
        roster=tuple(
            read_public(each, CONTRIBUTOR).key for each in arguments.contributors
        ),
        witnesses=named_witnesses(arguments.witnesses, arguments.quorum),
    )


def _planned(arguments: argparse.Namespace) -> Planned:
    return Planned(
        open=arguments.open,
        close=arguments.close,
        commit=arguments.commit,
        seal=arguments.seal,
        reveal=arguments.reveal,
        slack=arguments.slack,
    )


def _setup(path: Path | None, file: TermsFile) -> Setup:
    if path is not None:
        return read_setup_file(path, file.delay)
    with Screen(acknowledge=False) as screen:
        return find_setup(file.delay, screen)


def _write(out: Path, terms: Terms, entry: Entry) -> None:
    """Write the entry for the board, and beside it what people can read."""
    folder = create_folder(out, _unfinished(out))
    text = "".join(f"{line}\n" for line in _readable(terms))
    try:
        write_file(out / READABLE, text.encode())
        write_file(out / ENTRY, entry.encoded)
    except OSError:
        folder.leave_nothing((READABLE, ENTRY))
        raise


def _unfinished(out: Path) -> list[Path]:
    """Return what a kill has left: the entry is last, and without it nothing is announced."""
    path = out / READABLE
    drafts = drafts_in(out, (READABLE, ENTRY))
    # Somebody's own file of that name does not begin like ours.
    ours = path.is_file() and path.read_bytes().startswith(_FIRST_LINE.encode())
    return [*drafts, path] if ours else drafts


def _readable(terms: Terms) -> Iterator[str]:
    yield f"{_FIRST_LINE}{terms.sale_id.hex()}."
    yield f"# For people: {ENTRY} holds them as they are signed."
    for said in _said(terms):
        yield f"# {said}"
    yield ""
    yield from toml_lines(terms.to_value())


def _said(terms: Terms) -> Iterator[str]:
    """Yield when what happens, with what is recommended unless the seller says it."""
    times, window = terms.times, terms.roll.window
    yield f"Deposits from {utc(times.open)} to {utc(times.close)}."
    yield (
        f"Contributors commit until {utc(times.commit_end)}, seal until "
        f"{utc(times.seal_end)}, reveal until {utc(times.reveal_end)}."
    )
    yield f"What is won is released from {utc(times.unlock)}."
    if window is not None:
        yield (
            f"The roll is made from {utc(window[0])} to {utc(window[1])}, with "
            f"{terms.roll.smallest} leaves or more."
        )
    yield f"The window of the draw has {times.window} s."
    for named in terms.named_rounds():
        yield f"It waits for round {named.round_number} of drand, due {utc(named.due)}."
    if not terms.named_rounds():
        yield "It waits for no round: unpredictability rests on the delay alone."


def _answer(arguments: argparse.Namespace, terms: Terms, view: View) -> None:
    if not arguments.json:
        say(terms.sale_id.hex())
        for said in _said(terms):
            say(said)
        return
    window = terms.roll.window or (0, 0)
    found: Mapping[str, Viewed] = {
        "sale_id": terms.sale_id,
        "rehearsal": terms.rehearsal,
        "times": terms.times.to_value(),
        "window": terms.times.window,
        "roll": {
            "from": window[0],
            "until": window[1],
            "min": terms.roll.smallest,
            "leaves": view.state.open_leaves,
        },
        "rounds": [
            {"round": each.round_number, "due": each.due}
            for each in terms.named_rounds()
        ],
    }
    show_json("sale-terms", found)


STEPS = (
    key_step(SELLER),
    Command(
        "terms",
        "Complete the terms of a sale with times, keys and rounds, and sign them.",
        _TERMS_EXAMPLES,
        configure_terms,
        _terms,
    ),
    CANCEL_SALE,
    VOUCHERS,
    DELIVER,
)


ACTION = action_of_steps(_EXAMPLES, STEPS)

"""``fairlot wallet recover`` (specs/command-line.md, section 23)."""

import argparse
from pathlib import Path

from fairlot.audit.sentences import utc
from fairlot.cli.attributes import add_attributes, attributes_of
from fairlot.cli.command import FAILED, OK, Command, add_files, whole
from fairlot.cli.wallet.files import (
    add_out,
    add_wallet,
    look_at,
    opened,
    read_as,
    write_message,
)
from fairlot.cli.wallet.making import examples
from fairlot.cli.wallet.registry_steps import (
    accuse,
    add_log,
    read_parts,
    registry_clock,
    told,
)
from fairlot.errors import InputError
from fairlot.identity.requests import read_attestation_file
from fairlot.wallet.looking import Looked, check_registry
from fairlot.wallet.recovering import (
    Progress,
    Standing,
    ask_attesters,
    ask_to_recover,
    progress,
    receive_recovered,
)
from fairlot.wallet.store import Wallet
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import PRIVATE

_MOST = 2**53 - 1
_NEXT = {
    Standing.ASKED: "give the request to every issuer (fairlot issuer recover), and "
    "let the board take one of the entries that they make",
    Standing.PENDING: "wait: whoever holds the leaf can contest it until {ripe}",
    Standing.DISPUTED: "it was contested: the arbiter decides, or {ripe} does for you",
    Standing.RIPE: "it was to be contested until {ripe}: let the issuers complete it, "
    "and the board take one of the entries that they make",
    Standing.HELD: "the leaf is yours: let the issuers seal its secrets to you, and "
    "take them with --mail",
    Standing.ENDED: "it came to nothing: begin again with --leaf and --out, or ask the "
    "arbiter",
}
"""What the person does next."""


def _configure(parser: argparse.ArgumentParser) -> None:
    add_wallet(parser)
    add_log(parser)
    parser.add_argument(
        "--leaf",
        metavar="N",
        type=whole(0, _MOST),
        help="the leaf that you had; issuers tell whom an attester sends them",
    )
    add_files(parser, "attestation", "what an attester gave you")
    parser.add_argument(
        "--mail", metavar="DIR", type=Path, help="the parts of the issuers"
    )
    add_attributes(parser, "with --mail, as you were attested when you enrolled")
    add_out(parser, "the request: for attesters, or for the issuers", required=False)


def _recover(arguments: argparse.Namespace) -> int:
    with opened(arguments) as wallet:
        curve, looked = look_at([arguments.log], wallet.content)
        check_registry(looked, arguments.expect_registry)
        if arguments.mail is not None:
            return _receive(arguments, wallet, curve, looked)
        if arguments.out is None:
            return _how_far(arguments, wallet, looked)
        if arguments.leaf is None:
            problem = "say which leaf you have lost, --leaf"
            raise InputError("wallet.usage", problem)
        return _ask(arguments, wallet, looked)


def _ask(arguments: argparse.Namespace, wallet: Wallet, looked: Looked) -> int:
    index, registry = arguments.leaf, looked.registry.registry
    now = registry_clock(arguments, registry)
    again = False
    if not arguments.attestations:
        step, whom = "attest", "an attester"
        data = ask_attesters(looked, index, now).to_bytes()
        wallet.keep(looked.content)
    else:
        step, whom = "recover", "every issuer"
        given = [
            read_as(each, read_attestation_file) for each in arguments.attestations
        ]
        content, request = ask_to_recover(looked, index, given, now)
        known = wallet.content.membership(registry.registry_id).recovering
        again, data = request == known, request.to_bytes()
        # What was asked for is on the disk before it is anywhere else.
        wallet.keep(content)
    write_message(arguments.out, data, PRIVATE)
    said = f"{arguments.out} is for {whom}."
    return told(arguments, step, registry.registry_id, said, again=again, leaf=index)


def _how_far(arguments: argparse.Namespace, wallet: Wallet, looked: Looked) -> int:
    found = progress(looked, registry_clock(arguments, looked.registry.registry))
    wallet.keep(looked.content)
    told(
        arguments,
        "recovery",
        looked.registry.registry_id,
        f"The recovery of leaf {found.index} is {found.standing}: {_next(found)}.",
        again=False,
        leaf=found.index,
        recovery=found.standing.value,
        ripe=found.ripe,
    )
    return FAILED if found.standing is Standing.ENDED else OK


def _next(found: Progress) -> str:
    ripe = "" if found.ripe is None else utc(found.ripe)
    return _NEXT[found.standing].format(ripe=ripe)


def _receive(
    arguments: argparse.Namespace, wallet: Wallet, curve: Backend, looked: Looked
) -> int:
    registry, given = looked.registry.registry, dict(arguments.attributes)
    attributes = attributes_of(registry, given) if given else None
    parts = read_parts(arguments.mail)
    received = receive_recovered(curve, looked, parts, attributes)
    wallet.keep(received.content)
    leaf = received.identity.leaf.index
    said = f"Leaf {leaf} is yours again, with all that it has won: renew, then claim."
    told(arguments, "identity", registry.registry_id, said, again=False, leaf=leaf)
    return accuse(arguments, received.wrong)


RECOVER = Command(
    "recover",
    "Get your leaf back with a new wallet: go to attesters, to issuers, wait, receive.",
    examples(
        "recover new.wallet registry.log --expect-registry HEX64 --leaf 7 --out me.request",
        "recover new.wallet registry.log --leaf 7 --attestation me.attested \\\n"
        "    --out recovery.request",
        "recover new.wallet registry.log",
        "recover new.wallet registry.log --mail parts",
    ),
    _configure,
    _recover,
)

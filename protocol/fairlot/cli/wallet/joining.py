"""``fairlot wallet enrol`` and ``renew`` (specs/command-line.md, section 23)."""

import argparse
from pathlib import Path

from fairlot.audit.sentences import utc
from fairlot.cli.command import (
    FAILED,
    Command,
    add_files,
    whole,
)
from fairlot.cli.output import complain
from fairlot.cli.wallet.files import (
    add_out,
    add_wallet,
    look_at,
    opened,
    read_as,
    read_message,
    write_message,
)
from fairlot.cli.wallet.guarding import warn_of_change
from fairlot.cli.wallet.making import examples
from fairlot.cli.wallet.registry_steps import (
    accuse,
    add_log,
    read_parts,
    registry_clock,
    told,
)
from fairlot.errors import InputError
from fairlot.identity.requests import ATTEMPT_MAX, read_attestation_file
from fairlot.text import counted
from fairlot.wallet.enrolling import ask_attester, ask_issuers, receive_leaf
from fairlot.wallet.looking import Looked, check_registry
from fairlot.wallet.renewing import ask, moment, receive
from fairlot.wallet.store import Wallet
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import PRIVATE
from fairlot_crypto.randomness import SystemRandomness

_MOST = 2**32 - 1
"""An index that no registry reaches."""


def _configure_enrol(parser: argparse.ArgumentParser) -> None:
    add_wallet(parser)
    add_log(parser)
    parser.add_argument(
        "--attestation", metavar="FILE", type=Path, help="what your attester gave you"
    )
    parser.add_argument(
        "--attempt",
        metavar="N",
        type=whole(0, ATTEMPT_MAX),
        default=0,
        help="another one each time that an issuer fell silent",
    )
    parser.add_argument(
        "--index",
        metavar="N",
        type=whole(0, _MOST),
        help="the number of the leaf, if you were told one: many are enrolled at once",
    )
    parser.add_argument(
        "--mail", metavar="DIR", type=Path, help="the parts of the issuers"
    )
    add_out(
        parser, "the request: for your attester, or for the issuers", required=False
    )


def _enrol(arguments: argparse.Namespace) -> int:
    with opened(arguments) as wallet:
        curve, looked = look_at([arguments.log], wallet.content)
        registry_id = check_registry(looked, arguments.expect_registry)
        if arguments.mail is not None:
            return _receive_leaf(arguments, wallet, curve, looked)
        if arguments.out is None:
            problem = "say where the request goes, --out, or where parts are, --mail"
            raise InputError("wallet.usage", problem)
        if arguments.attestation is None:
            wallet.keep(looked.content)
            data, step, again = ask_attester(looked).to_bytes(), "attest", False
        else:
            given = read_as(arguments.attestation, read_attestation_file)
            now = registry_clock(arguments, looked.registry.registry)
            asks = arguments.attempt, now, arguments.index
            content, request = ask_issuers(looked, given, *asks)
            known = wallet.content.membership(registry_id).enrolling
            again = request == known
            # What was asked for is on the disk before it is anywhere else.
            wallet.keep(content)
            data, step = request.to_bytes(), "enrol"
        write_message(arguments.out, data, PRIVATE)
    for_whom = "your attester" if step == "attest" else "every issuer"
    return told(
        arguments, step, registry_id, f"{arguments.out} is for {for_whom}.", again=again
    )


def _receive_leaf(
    arguments: argparse.Namespace, wallet: Wallet, curve: Backend, looked: Looked
) -> int:
    received = receive_leaf(curve, looked, read_parts(arguments.mail))
    wallet.keep(received.content)
    leaf = received.identity.leaf.index
    said = f"You have leaf {leaf}: every share that was used fits what is on the log."
    registry_id = looked.registry.registry_id
    told(arguments, "identity", registry_id, said, again=False, leaf=leaf)
    return accuse(arguments, received.wrong)


def _configure_renew(parser: argparse.ArgumentParser) -> None:
    add_wallet(parser)
    add_log(parser)
    add_files(parser, "answer", "of an issuer")
    add_files(parser, "proof", "of an issuer, where answers contradict one another")
    add_out(parser, "the request, for every issuer", required=False)


def _renew(arguments: argparse.Namespace) -> int:
    with opened(arguments) as wallet:
        curve, looked = look_at([arguments.log], wallet.content)
        registry_id = check_registry(looked, arguments.expect_registry)
        warn_of_change(looked)
        if arguments.answers:
            return _receive_credentials(arguments, wallet, looked)
        if arguments.out is None:
            problem = "say where the request goes, --out, or what came back, --answer"
            raise InputError("wallet.usage", problem)
        now = registry_clock(arguments, looked.registry.registry)
        content, request = ask(curve, looked, now, SystemRandomness())
        known = wallet.content.membership(registry_id).asked
        again = known is not None and known.request == request.request
        wallet.keep(content)
        write_message(arguments.out, request.to_bytes())
    said = f"{arguments.out} is for every issuer."
    return told(arguments, "issue", registry_id, said, again=again)


def _receive_credentials(
    arguments: argparse.Namespace, wallet: Wallet, looked: Looked
) -> int:
    answers = [read_message(each) for each in arguments.answers]
    proofs = [read_message(each) for each in arguments.proofs]
    received = receive(looked, answers, proofs)
    wallet.keep(received.content)
    registry = looked.registry.registry
    epoch = received.credentials[0].epoch
    following = moment(registry, epoch + 1, SystemRandomness())
    rolls = counted(len(received.credentials), "roll", "rolls")
    when = utc(following)
    said = f"You have credentials of epoch {epoch} for {rolls}; renew at {when}."
    known = registry.registry_id
    told(
        arguments, "credentials", known, said, again=False, epoch=epoch, next=following
    )
    if received.contradicted and not proofs:
        complain("issuers contradict one another: ask all once more, with --proof")
        return FAILED
    return accuse(arguments, received.wrong)


ENROL = Command(
    "enrol",
    "Get a leaf: ask your attester, then the issuers, then take what they sent.",
    examples(
        "enrol mine.wallet registry.log --expect-registry HEX64 --out me.request",
        "enrol mine.wallet registry.log --attestation me.attested --out leaf.request",
        "enrol mine.wallet registry.log --mail parts",
    ),
    _configure_enrol,
    _enrol,
)
RENEW = Command(
    "renew",
    "Get the credentials of an epoch: ask the issuers, then take their answers.",
    examples(
        "renew mine.wallet registry.log --out credentials.request",
        "renew mine.wallet registry.log --answer answer-1 --answer answer-2",
    ),
    _configure_renew,
    _renew,
)

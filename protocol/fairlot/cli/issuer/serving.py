"""``fairlot issuer registry``, ``follow``, ``tag`` and ``roll`` (specs/issuer.md)."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from fairlot.audit.sentences import utc
from fairlot.cli.command import OK, Command, add_json, add_new_file, chosen_curve, whole
from fairlot.cli.issuer.folder import (
    COMMITTEE,
    IssuerFolder,
    read_as,
    read_file,
    show_file,
)
from fairlot.cli.issuer.registry_folder import Desk, follow, serving
from fairlot.cli.output import busy, say, show_json
from fairlot.entry import EntryType, sign_entry
from fairlot.errors import InputError, Rejection
from fairlot.identity.part import Part, request_id
from fairlot.identity.registry import Registry, RegistryId
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.requests import read_roll_request
from fairlot.identity.roll import sign_roll
from fairlot.identity.tag_issuing import answer_elements, check_tag_request
from fairlot.identity.tag_messages import TagRequest, read_tag_request
from fairlot.issuing.committee_file import read_committee
from fairlot.issuing.plan import read_plan
from fairlot.issuing.rolls import check_due
from fairlot.terms.times import MAX_TIME
from fairlot.text import Viewed, counted
from fairlot_crypto import cbor
from fairlot_crypto.errors import CryptoError

_CODES = """\
Exit code: 0 if done, 1 if the issuer must not do this, 2 if a file or the usage was
refused."""


def examples(*words: str) -> str:
    """Return the end of a help text."""
    lines = "\n".join(f"  fairlot issuer {each}" for each in words)
    return f"{_CODES}\n\nExamples:\n{lines}\n"


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the folder of the issuer."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="of the issuer")


def add_request(parser: argparse.ArgumentParser, whose: str) -> None:
    """Add folder, request and the clock of a rehearsal."""
    add_folder(parser)
    parser.add_argument("request", metavar="REQUEST", type=Path, help=whose)
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="the simulated clock of a rehearsal, unix seconds",
    )


def answered(arguments: argparse.Namespace, desk: Desk, step: str, data: bytes) -> int:
    """Write an answer, and say so.

    Raises:
        InputError: ``issuer.exists`` where --out is another file.
    """
    said = f"{arguments.out} holds the answer of issuer {desk.index}."
    return _written(arguments, desk.registry.registry_id, desk.index, step, data, said)


def _written(
    arguments: argparse.Namespace,
    registry_id: RegistryId,
    index: int,
    step: str,
    data: bytes,
    said: str,
) -> int:
    show_file(arguments.out, data)
    if arguments.json:
        found: Mapping[str, Viewed] = {
            "registry": registry_id,
            "issuer": index,
            "step": step,
        }
        show_json("issuer-answer", found)
    else:
        say(said)
    return OK


def _configure_registry(parser: argparse.ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument(
        "registry", metavar="REGISTRY", type=Path, help="the registry, as CBOR"
    )
    parser.add_argument(
        "--plan", metavar="PLAN", type=Path, required=True, help="of the committee"
    )
    add_new_file(parser, "the new REGISTRY entry, for the board")


def _registry(arguments: argparse.Namespace) -> int:
    plan = read_as(arguments.plan, read_plan)
    issuer = IssuerFolder(arguments.folder)
    registry = read_as(arguments.registry, read_registry_file)
    with issuer.held() as key:
        index = plan.index_of(key.public)
        data = read_file(issuer.committee(plan).path / COMMITTEE)
        # Step 28.
        read_committee(plan, data).check_registry(registry)
        scope = registry.registry_id
        entry = sign_entry(EntryType.REGISTRY, scope, registry.to_value(), key)
    said = f"{arguments.out} begins the log of registry {scope.hex()}"
    return _written(arguments, scope, index, "registry", entry.encoded, said)


def read_registry_file(data: bytes) -> Registry:
    """Read the definition of a registry (specs/issuer.md, step 28).

    Raises:
        InputError: ``issuer.request``.
    """
    try:
        return read_registry(cbor.decode(data))
    except (CryptoError, Rejection) as error:
        problem = f"it is no registry: {error.message}"
        raise InputError("issuer.request", problem) from error


def _configure_follow(parser: argparse.ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument("log", metavar="LOG", type=Path, help="the log of a registry")
    parser.add_argument(
        "--plan", metavar="PLAN", type=Path, required=True, help="of its committee"
    )
    add_json(parser)


def _follow(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    plan = read_as(arguments.plan, read_plan)
    issuer = IssuerFolder(arguments.folder)
    log = read_file(arguments.log)
    with issuer.held() as key, busy("reading the log"):
        view = follow(curve, issuer, key, plan, log)
    registry_id, leaves = view.state.registry_id, len(view.state.leaves)
    if arguments.json:
        rolls = len(view.state.rolls)
        found: Mapping[str, Viewed] = {
            "registry": registry_id,
            "time": view.time,
            "leaves": leaves,
            "rolls": rolls,
        }
        show_json("issuer-log", found)
    else:
        has = counted(leaves, "leaf", "leaves")
        say(f"The log of registry {registry_id.hex()} has {has}.")
        if view.time:
            say(f"A quorum of its witnesses has dated it {utc(view.time)}.")
        else:
            say(
                "No quorum of its witnesses has dated it yet: fetch it again, and follow."
            )
    return OK


def _configure_tag(parser: argparse.ArgumentParser) -> None:
    add_request(parser, "of an attester")
    add_new_file(parser, "the answer, for the attester")


def _tag(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    request = read_tag_request(read_file(arguments.request))
    issuer, registry_id = IssuerFolder(arguments.folder), request.registry_id
    with serving(curve, issuer, registry_id, arguments.time) as desk:
        return answered(arguments, desk, "tag", tag(desk, request))


def tag(desk: Desk, request: TagRequest) -> bytes:
    """Return the answer to an attester (specs/issuer.md, section 8.3).

    Args:
        desk: of the issuer.
        request: of the attester.

    Raises:
        Rejection: ``tag-request.*``.
    """
    elements = check_tag_request(desk.curve, desk.registry, request, desk.now)
    # What is counted is on the disk before anything is evaluated.
    book = desk.tag_book()
    book.count(request)
    desk.keep_tag_book(book)
    source = desk.source(f"tag/{request.request_id.hex()}")
    held = desk.tag_share, desk.key
    answer = answer_elements(desk.curve, *held, request, elements, source)
    return answer.to_bytes()


def _configure_roll(parser: argparse.ArgumentParser) -> None:
    add_request(parser, "of the board")
    add_new_file(parser, "the signature, for the board")


def _roll(arguments: argparse.Namespace) -> int:
    data = read_file(arguments.request)
    asked = read_as(arguments.request, read_roll_request)
    issuer, registry_id = IssuerFolder(arguments.folder), asked.registry_id
    with serving(chosen_curve(), issuer, registry_id, arguments.time) as desk:
        check_due(desk.view, asked, desk.now)
        signed = sign_roll(registry_id, asked.roll, desk.index, desk.key)
        part = Part(request_id(data), "roll", desk.index, {"sig": signed.sig})
        return answered(arguments, desk, "roll", part.to_bytes())


REGISTRY = Command(
    "registry",
    "Sign the registry of a committee, with which its log begins.",
    examples("registry me registry.cbor --plan plan --out registry.entry"),
    _configure_registry,
    _registry,
)
FOLLOW = Command(
    "follow",
    "Take in a newer copy of a registry's log: by it every request is judged.",
    examples("follow me registry.log --plan plan"),
    _configure_follow,
    _follow,
)
TAG = Command(
    "tag",
    "Answer an attester who asks for tags.",
    examples("tag me tags.request --out tags.answer"),
    _configure_tag,
    _tag,
)
ROLL = Command(
    "roll",
    "Sign the roll that is due, as your copy of the log has it.",
    examples("roll me roll.request --out roll.part"),
    _configure_roll,
    _roll,
)

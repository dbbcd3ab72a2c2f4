"""What the steps of a wallet with a registry share (specs/command-line.md, section 23)."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from fairlot.audit.evidence import encode_evidence
from fairlot.cli.command import FAILED, OK
from fairlot.cli.output import complain, say
from fairlot.cli.remote import transcript_name
from fairlot.cli.settings import REGISTRY, add_setting
from fairlot.cli.wallet.files import (
    add_clock,
    clock,
    read_message,
    show_step,
    write_message,
)
from fairlot.errors import InputError
from fairlot.identity.box_lies import WrongBox
from fairlot.identity.lies import WrongPart
from fairlot.identity.part import Part, read_part
from fairlot.identity.registry import Registry, RegistryId
from fairlot.text import Viewed
from fairlot_crypto.durable import PRIVATE


def add_log(parser: argparse.ArgumentParser) -> None:
    """Add the log of the registry, which one it must be, and the clock."""
    parser.add_argument(
        "log",
        metavar="LOG",
        type=transcript_name,
        help="the log of the registry, whole",
    )
    what = "the registry_id that you were told; needed the first time"
    add_setting(parser, "--expect-registry", REGISTRY, "HEX64", what)
    parser.add_argument(
        "--evidence",
        metavar="FILE",
        type=Path,
        help="where evidence against an issuer is written, if there is any",
    )
    add_clock(parser)


def read_parts(folder: Path) -> list[Part]:
    """Read the parts in a folder; what is none is passed over (issuer.md, step 38)."""
    parts: list[Part] = []
    if not folder.is_dir():
        raise InputError("wallet.unreadable", f"{folder} is no folder of parts")
    for each in sorted(folder.glob("*.part")):
        try:
            parts.append(read_part(read_message(each)))
        except InputError as error:
            complain(f"{each.name} is no part: {error.code}")
    return parts


def accuse(
    arguments: argparse.Namespace, wrong: Sequence[WrongBox] | Sequence[WrongPart]
) -> int:
    """Name who lied; the first evidence goes into a file."""
    for lie in wrong:
        complain(f"EVIDENCE: {lie.title}")
    if wrong and arguments.evidence is not None:
        write_message(arguments.evidence, encode_evidence(wrong[0]), PRIVATE)
    return FAILED if wrong else OK


def registry_clock(arguments: argparse.Namespace, registry: Registry) -> int:
    """Return the wallet's clock.

    Raises:
        InputError: ``wallet.clock``.
    """
    return clock(arguments.time, rehearsal=registry.rehearsal)


def told(
    arguments: argparse.Namespace,
    step: str,
    registry_id: RegistryId,
    said: str,
    *,
    again: bool,
    **more: Viewed,
) -> int:
    """Say what a step was, for people or machines; return the exit code."""
    if arguments.json:
        show_step(step, registry_id, again=again, **more)
        return OK
    say(said)
    if again:
        say("It is the same as before.")
    return OK

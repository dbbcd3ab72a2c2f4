"""The steps of ``fairlot contributor`` that are taken with a secret.

specs/beacon.md, section 7. Each first keeps what it saw, durably, and only then writes the
entry.
"""

import argparse
import time
from pathlib import Path

from fairlot.board.replay import Replay
from fairlot.cli.beacon.contributor import (
    Secret,
    check_sealed,
    check_secret,
    commit,
    reveal,
    seal,
)
from fairlot.cli.beacon.files import held_key
from fairlot.cli.beacon.kept import Kept, read_secret, write_secret
from fairlot.cli.beacon.steps import step_command, view_of, write_entry
from fairlot.cli.board_copies import add_to, fetch_first, send_last
from fairlot.cli.command import FAILED, OK, chosen_curve
from fairlot.cli.output import say
from fairlot.cli.transcript import add_board
from fairlot.entry import Entry
from fairlot_crypto.curve import Backend
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.randomness import SystemRandomness


def _configure_own(parser: argparse.ArgumentParser, secret: str) -> None:
    add_board(parser)
    parser.add_argument(
        "--key",
        metavar="FILE",
        type=Path,
        required=True,
        help="the contributor's private key, of the roster or of a deposit",
    )
    parser.add_argument(
        "--secret", metavar="FILE", type=Path, required=True, help=secret
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help="the new entry"
    )
    add_to(parser)


def _configure_commit(parser: argparse.ArgumentParser) -> None:
    _configure_own(parser, "where the secret is kept; an existing secret is used again")


def _commit(arguments: argparse.Namespace) -> int:
    backend, kept = _ready(arguments)
    with held_key(arguments.key) as key:
        again = read_secret(kept.file) if kept.file.exists() else None
        view = view_of(backend, arguments.transcript, cache=arguments.cache)
        first = again is None and not kept.head.exists()
        before = None if first else kept.read_head(view)
        secret = _secret(view, key.public, again)
        entry = commit(view, key, secret, _clock())
        # The head first: a secret without one was not made here, or has lost its record.
        kept.keep_head(view, before)
        # Whoever loses the secret after the entry is out cannot reveal.
        write_secret(kept.file, secret)
        code = _give(arguments, entry)
    say(f"Keep {kept.file} to yourself until SEALED is on the board, and {kept.head}.")
    return code


def _secret(view: Replay, key: VerifyKey, again: Secret | None) -> Secret:
    if again is None:
        return Secret.draw(view, key, SystemRandomness())
    check_secret(view, key, again)
    return again


def _configure_seal(parser: argparse.ArgumentParser) -> None:
    _configure_own(parser, "the secret that commit has written")


def _seal(arguments: argparse.Namespace) -> int:
    backend, kept = _ready(arguments)
    with held_key(arguments.key) as key:
        secret = read_secret(kept.file)
        view = view_of(backend, arguments.transcript, cache=arguments.cache)
        made = kept.read_seal(view, key.public)
        if made is not None:
            check_sealed(view, made)
        before = kept.read_head(view)
        check_secret(view, key.public, secret)
        entry = made or seal(view, key, secret, _clock())
        kept.keep_head(view, before)
        if made is None:
            kept.record_seal(entry)
        return _give(arguments, entry)


def _configure_reveal(parser: argparse.ArgumentParser) -> None:
    _configure_own(parser, "the secret that commit has written")


def _reveal(arguments: argparse.Namespace) -> int:
    backend, kept = _ready(arguments)
    with held_key(arguments.key) as key:
        secret = read_secret(kept.file)
        view = view_of(backend, arguments.transcript, cache=arguments.cache)
        before = kept.read_head(view)
        check_secret(view, key.public, secret)
        entry = reveal(view, key, secret, _clock())
        kept.keep_head(view, before)
        return _give(arguments, entry)


def _ready(arguments: argparse.Namespace) -> tuple[Backend, Kept]:
    """Return the back-end and what is kept, after a look at where the entry is to go."""
    backend, kept = chosen_curve(), Kept(arguments.secret)
    kept.check_out(arguments.out)
    fetch_first(arguments)
    return backend, kept


def _give(arguments: argparse.Namespace, entry: Entry) -> int:
    """Write the entry, and send it where it is to go; return the exit code."""
    write_entry(arguments.out, entry)
    return OK if send_last(arguments, entry) is not False else FAILED


def _clock() -> int:
    return int(time.time())


COMMIT = step_command(
    "commit",
    "Draw a secret and make the COMMIT entry, after CLOSE.",
    "transcript.fairlot --key my.key --secret my.secret --out commit",
    _configure_commit,
    _commit,
    "contributor",
)
SEAL = step_command(
    "seal",
    "Sign the set of commitments, once and for all, after COMMIT_END.",
    "transcript.fairlot --key my.key --secret my.secret --out seal",
    _configure_seal,
    _seal,
    "contributor",
)
REVEAL = step_command(
    "reveal",
    "Make the REVEAL entry of a secret, after SEALED.",
    "transcript.fairlot --key my.key --secret my.secret --out reveal",
    _configure_reveal,
    _reveal,
    "contributor",
)

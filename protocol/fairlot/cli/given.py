"""What an auditor has from elsewhere, as options of the commands that audit."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlot.audit.expected import Expected
from fairlot.audit.kept import Kept
from fairlot.cli.beacon.files import read_round_file
from fairlot.cli.command import add_files, add_rounds, hex_bytes
from fairlot.cli.heads import read_kept_head, read_policy_file, read_receipts
from fairlot.names import HASH_LENGTH
from fairlot_crypto.keys import KEY_LENGTH
from fairlot_crypto.timelock.drand import Beacon


@dataclass(frozen=True, slots=True)
class Given:
    """What an auditor has from elsewhere."""

    expected: Expected
    kept: Kept
    rounds: Sequence[Beacon]


def add_given(parser: argparse.ArgumentParser) -> None:
    """Add the options for what an auditor has from elsewhere."""
    parser.add_argument(
        "--sale-id",
        metavar="HEX",
        type=hex_bytes(HASH_LENGTH),
        help="the expected sale, as the seller has published it",
    )
    parser.add_argument(
        "--board-key",
        metavar="HEX",
        type=hex_bytes(KEY_LENGTH),
        help="the expected key of the board",
    )
    parser.add_argument(
        "--policy",
        metavar="FILE",
        type=Path,
        help="the log and the witnesses that you trust, a tlog-policy",
    )
    add_files(parser, "head", "a head that somebody kept, which the board must extend")
    add_files(
        parser,
        "receipt",
        "a tlog-proof, whose entry the board must hold, or a folder of them",
    )
    parser.add_argument(
        "--rehearsal",
        action="store_true",
        help="accept a rehearsal, in which one machine played every role",
    )
    add_rounds(parser, "a round for whose lack the sale is said to be void")


def read_given(arguments: argparse.Namespace) -> Given:
    """Return what the auditor has from elsewhere.

    Raises:
        InputError: as the chapter says of each file.
    """
    path: Path | None = arguments.policy
    expected = Expected(
        arguments.sale_id,
        arguments.board_key,
        arguments.rehearsal,
        None if path is None else read_policy_file(path),
    )
    kept = Kept(
        tuple(map(read_kept_head, arguments.heads)),
        read_receipts(arguments.receipts),
    )
    return Given(expected, kept, tuple(map(read_round_file, arguments.rounds)))

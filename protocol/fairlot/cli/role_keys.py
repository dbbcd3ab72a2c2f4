"""The keys of roles, and the public files that roles send each other.

specs/messages.md, section 2.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlot.cli.beacon.files import read_key, write_key
from fairlot.cli.command import OK, Command, add_json
from fairlot.cli.output import show_json
from fairlot.cli.reading import read_at_most
from fairlot.errors import InputError
from fairlot.logs import BOARD_NAME, MAX_BOARD_NAME, NOBODY, Witness, Witnesses
from fairlot.text import Viewed, shown
from fairlot_crypto.durable import write_new_file
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.json_object import read_json_object
from fairlot_crypto.keys import SigningKey, VerifyKey, check_verify_key
from fairlot_crypto.randomness import SystemRandomness

BOARD, WITNESS = "board", "witness"
SELLER, ESCROW, CONTRIBUTOR = "seller", "escrow", "contributor"
ATTESTER, ARBITER = "attester", "arbiter"
NAMED_ROLES = (BOARD, WITNESS)
"""Roles whose signatures are lines of signed notes, which bear a name."""
ROLES = (*NAMED_ROLES, SELLER, ESCROW, CONTRIBUTOR, ATTESTER, ARBITER)
PUBLIC = ".pub"
"""What the name of a public file has more than that of the key's."""
FORMAT, VERSION = "fairlot/public-key", 1
_LARGEST = 1 << 12


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What others are told of who plays a role."""

    role: str
    key: VerifyKey
    name: str | None = None
    """Of a board or a witness; ``None`` for other roles."""

    def to_bytes(self) -> bytes:
        """Return the public file (section 2)."""
        fields: dict[str, str | int] = {
            "format": FORMAT,
            "version": VERSION,
            "role": self.role,
            "key": self.key.hex(),
        }
        if self.name is not None:
            fields["name"] = self.name
        return json.dumps(fields, indent=2).encode() + b"\n"


def make_role_key(path: Path, role: str, name: str | None = None) -> PublicKey:
    """Draw the key of a role, and write its file and the public one beside it.

    A key without a public file is one that a kill has left alone: it gets its file.

    Raises:
        InputError: ``contribution.exists`` where the public file is there, or a file that
            is no key.
        OSError: as the system says.
    """
    public_path = path.with_name(f"{path.name}{PUBLIC}")
    if public_path.exists():
        raise _taken(public_path)
    key = _half_made(path)
    if key is None:
        key = SigningKey.generate(SystemRandomness())
        write_key(path, key)
    public = PublicKey(role, key.public, name)
    try:
        write_new_file(public_path, public.to_bytes())
    except FileExistsError as error:
        raise _taken(public_path) from error
    return public


def _half_made(path: Path) -> SigningKey | None:
    """Return the key that is there; ``None`` where there is nothing."""
    if not path.exists():
        return None
    try:
        return read_key(path)
    except InputError as error:
        raise _taken(path) from error


def _taken(path: Path) -> InputError:
    problem = f"{path} exists, and is not replaced: name another file"
    return InputError("contribution.exists", problem)


def read_public(path: Path, role: str) -> PublicKey:
    """Read the public file of a role (specs/messages.md, steps 1 to 4).

    Raises:
        InputError: ``public-key.unreadable``, ``public-key.form``, ``public-key.role``.
    """

    def unreadable(why: str) -> InputError:
        return InputError("public-key.unreadable", why)

    def malformed(why: str) -> InputError:
        problem = f"{path} is no public file as fairlot {role} key writes it: {why}"
        return InputError("public-key.form", problem)

    data = read_at_most(path, _LARGEST, unreadable)
    # Step 1.
    fields = read_json_object(
        data, ("format", "version", "role", "key"), ("name",), malformed
    )
    # Step 2.
    if (fields.text("format"), fields.integer("version")) != (FORMAT, VERSION):
        raise malformed(f"format and version must be {FORMAT} and {VERSION}")
    # Step 3.
    found = fields.text("role")
    if found != role:
        problem = f"{path} is of the role {shown(found)}, not {role}"
        raise InputError("public-key.role", f"{problem}: name the file of the {role}")
    # Step 4.
    name = fields.text("name") if fields.has("name") else None
    if (name is not None) != (role in NAMED_ROLES):
        raise malformed("boards and witnesses have a name, others none")
    if name is not None and not BOARD_NAME.fullmatch(name):
        raise malformed("name must be one that signed notes can bear")
    try:
        return PublicKey(role, check_verify_key(fields.octets("key")), name)
    except EncodingError as error:
        raise malformed("key must be an Ed25519 key of prime order") from error


def named_witnesses(paths: Sequence[Path], quorum: int | None) -> Witnesses:
    """Return the witnesses whose public files are named.

    Args:
        paths: of the files.
        quorum: how many must agree; ``None`` for more than half of them.

    Raises:
        InputError: as ``read_public``.
    """
    files = [read_public(each, WITNESS) for each in paths]
    if not files:
        return NOBODY
    witnesses = tuple(Witness(each.name or "", each.key) for each in files)
    return Witnesses(witnesses, quorum or len(witnesses) // 2 + 1)


def note_name(text: str) -> str:
    """Read the name of a board or a witness from the command line."""
    if not BOARD_NAME.fullmatch(text):
        rule = f"must be 1 to {MAX_BOARD_NAME} printable ASCII characters"
        raise argparse.ArgumentTypeError(f"{rule}, no blank, no +")
    return text


def key_step(role: str) -> Command:
    """Return the step that draws the key of a role."""

    def configure(parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            *("--out",),
            metavar="FILE",
            type=Path,
            required=True,
            help=f"the new private key; FILE{PUBLIC} is for others",
        )
        if role in NAMED_ROLES:
            parser.add_argument(
                *("--name",),
                metavar="NAME",
                type=note_name,
                required=True,
                help=f"the {role}'s name",
            )
        add_json(parser)

    def execute(arguments: argparse.Namespace) -> int:
        name: str | None = getattr(arguments, "name", None)
        public = make_role_key(arguments.out, role, name)
        if arguments.json:
            found: Mapping[str, Viewed] = {
                "role": public.role,
                "key": public.key,
                "name": public.name,
            }
            show_json("role-key", found)
        return OK

    named = f" --name {role}.example" if role in NAMED_ROLES else ""
    examples = (
        "Exit code: 0 if done, 2 if a file or the usage was refused.\n\n"
        f"Examples:\n  fairlot {role} key --out {role}.key{named}\n"
    )
    article = "an" if role[0] in "aeio" else "a"
    summary = f"Draw the key of {article} {role}; the file for others lies beside it."
    return Command("key", summary, examples, configure, execute)

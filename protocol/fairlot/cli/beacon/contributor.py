"""A contributor's part on their own machine, in files (specs/command-line.md, section 6).

Every step first reads the whole board, and makes nothing that the board would refuse.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fairlot.beacon.contributions import Frozen, make_commitment, make_reveal
from fairlot.beacon.recovery import recovery_entry
from fairlot.beacon.rounds import make_round
from fairlot.board.replay import Replay, replay
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, read_entry
from fairlot.errors import InputError, Rejection
from fairlot.names import SaleId
from fairlot_crypto import cbor
from fairlot_crypto.curve import Backend
from fairlot_crypto.delay import bicorn, wesolowski
from fairlot_crypto.delay.checkpoints import Store
from fairlot_crypto.durable import PRIVATE, write_file
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.hashing import i2osp, os2ip
from fairlot_crypto.json_object import read_json_object
from fairlot_crypto.keys import KEY_LENGTH, SigningKey, VerifyKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.progress import Progress
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.drand import Beacon, read_beacon

_SECRET = ("sale", "size", "root", "key", "alpha")
"""The fields of a secret's file."""
_LARGEST_FILE = 1 << 16
"""Bytes that are read of a file: no key, secret or entry has as many."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What a contributor keeps from COMMIT to REVEAL; nobody may learn it earlier."""

    sale_id: SaleId
    frozen: Frozen
    """n_d and root_d, for which the commitment is made."""
    key: VerifyKey
    """Who commits."""
    alpha: int = field(repr=False)
    """α, drawn for this sale only."""

    @classmethod
    def draw(cls, view: Replay, key: VerifyKey, randomness: Randomness) -> "Secret":
        """Draw α for the sale on a board.

        Raises:
            Rejection: ``phase.wrong`` before CLOSE.
        """
        frozen = view.state.contributions.frozen
        return cls(view.state.sale_id, frozen, key, bicorn.draw_alpha(randomness))

    def to_bytes(self) -> bytes:
        """Return the file of a secret."""
        fields = {
            "sale": self.sale_id.hex(),
            "size": self.frozen.size,
            "root": self.frozen.root.hex(),
            "key": self.key.hex(),
            "alpha": i2osp(self.alpha, bicorn.ALPHA_LENGTH).hex(),
        }
        return json.dumps(fields, indent=2).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> "Secret":
        """Read the file of a secret.

        Raises:
            ValueError: if it is none, to the byte.
        """
        fields = read_json_object(data, _SECRET, (), ValueError)
        secret = cls(
            SaleId(fields.octets("sale")),
            Frozen(fields.integer("size"), fields.octets("root")),
            VerifyKey(fields.octets("key")),
            os2ip(fields.octets("alpha")),
        )
        if secret.to_bytes() != data:
            raise ValueError("it must be as this program writes it, to the byte")
        return secret


def read_view(data: bytes, curve: Backend) -> Replay:
    """Return the sale on a board, checked as an auditor does.

    Raises:
        Rejection: the first rule that the transcript breaks; nobody should contribute to
            such a sale.
    """
    view = replay(data, SaleState(curve, Statements()))
    view.check()
    return view


def commit(view: Replay, key: SigningKey, secret: Secret) -> Entry:
    """Return the COMMIT entry of a secret (specs/beacon.md, steps 2 and 3).

    Raises:
        Rejection: as the board would refuse it.
    """
    state = view.state
    entry = make_commitment(state.terms, state.contributions.frozen, secret.alpha, key)
    return _taken(view, entry)


def reveal(view: Replay, key: SigningKey, secret: Secret) -> Entry:
    """Return the REVEAL entry of a secret (specs/beacon.md, step 5).

    Raises:
        Rejection: as the board would refuse it: ``phase.wrong`` before COMMIT_END.
    """
    return _taken(view, make_reveal(view.state.sale_id, secret.alpha, key))


def recover(
    view: Replay, key: SigningKey, progress: Progress, store: Store | None = None
) -> Entry:
    """Return the RECOVER entry, after the T squarings that it takes.

    Args:
        view: the board, after REVEAL_END.
        key: any key.
        progress: called with the progress of the work.
        store: where checkpoints are kept, so that a killed recovery can continue.

    Raises:
        Rejection: ``recover.not-needed`` if nothing is withheld, ``phase.wrong``.
        EncodingError: ``evaluation.foreign``, ``evaluation.false``.
    """
    state = view.state
    contributions = state.contributions
    if not contributions.withheld or contributions.recovered is not None:
        raise Rejection("recover.not-needed", "no reveal is missing on this board")
    x = contributions.recovery_statement(state.sale_id)
    delay = state.terms.beacon.delay
    y, proof = wesolowski.prove(contributions.modulus, x, delay, progress, store)
    return _taken(view, recovery_entry(state.terms, (x, y, proof), key))


def publish(view: Replay, key: SigningKey, beacon: Beacon) -> Entry:
    """Return the ROUND entry of a round (specs/beacon.md, step 10).

    Args:
        view: the board, after SEALED.
        key: any key.
        beacon: the round that a relay gives.

    Raises:
        Rejection: ``round.unnamed``, ``round.signature`` if it is none of the terms';
            otherwise as the board would refuse it when the round is due.
    """
    state = view.state
    named = state.rounds.identify(state.curve, beacon, state.statements)
    entry = make_round(state.sale_id, named.chain, beacon, key)
    return _taken(view, entry, max(view.time, named.due))


def check_secret(view: Replay, key: VerifyKey, secret: Secret) -> None:
    """Check that a secret belongs to this sale and key.

    Raises:
        InputError: ``contribution.secret``.
        Rejection: ``phase.wrong`` before CLOSE.
    """
    state = view.state
    expected = (state.sale_id, state.contributions.frozen, key)
    if (secret.sale_id, secret.frozen, secret.key) != expected:
        problem = "the secret is of another sale, board or key"
        raise InputError("contribution.secret", problem)


def read_round_file(path: Path) -> Beacon:
    """Read a round as a relay of drand gives it (specs/drand.md, section 5.1).

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.round``.
    """
    try:
        return read_beacon(_read(path))
    except EncodingError as error:
        problem = f"{path} is no round of drand: {error.message}"
        raise InputError("contribution.round", problem) from error


def read_head_file(path: Path) -> SignedCheckpoint:
    """Read a head of a log, a signed note (specs/log.md, section 4).

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.head``.
    """
    try:
        return SignedCheckpoint.parse(_read(path).decode())
    except (EncodingError, UnicodeDecodeError) as error:
        problem = f"{path} is no head of a log: {error}"
        raise InputError("contribution.head", problem) from error


def read_secret(path: Path) -> Secret:
    """Read a secret.

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.secret``.
    """
    try:
        return Secret.from_bytes(_read(path))
    except ValueError as error:
        problem = f"{path} is no secret of a contributor: {error}"
        raise InputError("contribution.secret", problem) from error


def write_secret(path: Path, secret: Secret) -> None:
    """Write a secret, readable by its owner only; it is durable on return.

    Raises:
        OSError: as the system says.
    """
    write_file(path, secret.to_bytes(), PRIVATE)


def read_key(path: Path) -> SigningKey:
    """Read a signing key: 64 hexadecimal digits in a line.

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.key``.
    """
    try:
        seed = bytes.fromhex(_read(path).decode("ascii").removesuffix("\n"))
    except ValueError:
        seed = b""
    if len(seed) != KEY_LENGTH:
        problem = f"{path} must be one line of {2 * KEY_LENGTH} hexadecimal digits"
        raise InputError("contribution.key", problem)
    return SigningKey.from_seed(seed)


def write_key(path: Path, key: SigningKey) -> None:
    """Write a new signing key, readable by its owner only; no key is ever replaced.

    Raises:
        InputError: ``contribution.exists``.
        OSError: as the system says.
    """
    if path.exists():
        problem = f"{path} exists, and a key is not replaced: name another file"
        raise InputError("contribution.exists", problem)
    write_file(path, key.seed.hex().encode() + b"\n", PRIVATE)


def read_entry_file(path: Path) -> Entry:
    """Read one entry, the bytes that would appear in the transcript.

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.entry``.
    """
    data = _read(path)
    try:
        return decode_entry(data)
    except (EncodingError, Rejection) as error:
        problem = f"{path} is no entry: {error.message}"
        raise InputError("contribution.entry", problem) from error


def check_replaceable(path: Path, read: Callable[[bytes], object]) -> None:
    """Check that writing to ``path`` destroys nothing but what can be made again.

    Args:
        path: where an output is to go.
        read: reads an earlier output of the same kind, and raises for anything else.

    Raises:
        InputError: ``contribution.exists`` where a key, a secret, a transcript or any
            other file lies there.
    """
    if not path.is_file():
        return
    try:
        read(_read(path))
    except (EncodingError, Rejection) as error:
        problem = f"{path} exists and holds something else: name another file"
        raise InputError("contribution.exists", problem) from error


def decode_entry(data: bytes) -> Entry:
    """Return the entry that a file holds, and nothing else.

    Raises:
        EncodingError: ``cbor.*``.
        Rejection: ``entry.field``, ``entry.size``.
    """
    return read_entry(cbor.decode(data), data)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_FILE)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        problem = f"{path} cannot be read: {reason}"
        raise InputError("contribution.unreadable", problem) from error


def _taken(view: Replay, entry: Entry, time: int | None = None) -> Entry:
    """Return an entry that the board in its present state would accept, now or at ``time``."""
    view.state.apply(entry, view.time if time is None else time)
    return entry

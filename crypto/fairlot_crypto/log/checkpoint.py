"""Signed heads of the log (specs/log.md, sections 4 and 5).

The formats are C2SP tlog-checkpoint without extension lines and the Ed25519 kind of
C2SP tlog-cosignature.
"""

from collections.abc import Collection
from dataclasses import dataclass

from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.keys import (
    SIGNATURE_LENGTH,
    SigningKey,
    VerifyKey,
    verify_signature,
)
from fairlot_crypto.log.merkle import HASH_LENGTH
from fairlot_crypto.log.note import (
    KeyKind,
    Note,
    NoteKey,
    SignatureLine,
    check_key_name,
    decode_base64,
    encode_base64,
    is_text,
    line_of,
)

MAX_INTEGER = 2**63 - 1
"""The largest tree size and the largest time."""

_TIME_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The size and the root of the log that ``origin`` names."""

    origin: str
    """The identity of the log, one line."""
    size: int
    """The number of leaves of the tree, at most 2^63 - 1."""
    root: bytes
    """The root of the tree, 32 bytes."""

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            CallerError: ``checkpoint.field``.
        """
        one_line = self.origin and is_text(self.origin) and "\n" not in self.origin
        in_range = 0 <= self.size <= MAX_INTEGER
        if not (one_line and in_range and len(self.root) == HASH_LENGTH):
            raise CallerError(
                "checkpoint.field",
                "the origin must be one line, the size below 2^63, the root 32 bytes",
            )

    def body(self) -> str:
        """Return the text of the note: origin, size and root, a line each."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"

    @classmethod
    def parse(cls, body: str) -> "Checkpoint":
        """Read the text of a note (steps 1 to 4).

        Raises:
            EncodingError: ``checkpoint.lines``, ``checkpoint.origin``,
                ``checkpoint.size``, ``checkpoint.root``, ``note.base64``.
        """
        # Step 1.
        lines = body.split("\n")
        if len(lines) != 4 or lines[3]:
            raise EncodingError(
                "checkpoint.lines",
                "a checkpoint must have three lines: origin, size, root",
            )
        # Step 2.
        origin, size, root = lines[:3]
        if not origin or not is_text(origin):
            raise EncodingError(
                "checkpoint.origin",
                "the origin must not be empty and must hold no character below U+0020",
            )
        # Step 3.
        root_hash = decode_base64(root)
        if len(root_hash) != HASH_LENGTH:
            raise EncodingError("checkpoint.root", "the root must have 32 bytes")
        # Step 4.
        number = read_decimal(size)
        if number is None:
            raise EncodingError(
                "checkpoint.size",
                "the size must be a decimal number below 2^63 without leading zeros",
            )
        return cls(origin, number, root_hash)


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint and the signature lines under it."""

    checkpoint: Checkpoint
    """The checkpoint that is signed."""
    lines: tuple[SignatureLine, ...]
    """The signature lines: at least one, and at most one of each key."""

    def to_text(self) -> str:
        """Return the signed note."""
        return Note(self.checkpoint.body(), self.lines).to_text()

    @classmethod
    def parse(cls, text: str) -> "SignedCheckpoint":
        """Read a signed note whose text is a checkpoint; no signature is checked.

        Raises:
            EncodingError: the codes of ``Note.parse`` and ``Checkpoint.parse``.
        """
        note = Note.parse(text)
        return cls(Checkpoint.parse(note.text), note.lines)


def sign_checkpoint(
    checkpoint: Checkpoint, name: str, key: SigningKey
) -> SignatureLine:
    """Sign a checkpoint as the log ``name``.

    Raises:
        EncodingError: ``note.key-name``.
    """
    check_key_name(name)
    key_id = NoteKey(name, KeyKind.ED25519, key.public).key_id
    return SignatureLine(name, key_id, key.sign(checkpoint.body().encode()))


def cosign_checkpoint(
    checkpoint: Checkpoint, name: str, key: SigningKey, time: int
) -> SignatureLine:
    """Cosign a checkpoint as the witness ``name``.

    Args:
        checkpoint: that the witness saw.
        name: the key name of the witness.
        key: the key of the witness.
        time: in Unix seconds, at most 2^63 - 1.

    Raises:
        CallerError: ``checkpoint.cosign-time``.
        EncodingError: ``note.key-name``.
    """
    check_key_name(name)
    if not 0 <= time <= MAX_INTEGER:
        raise CallerError(
            "checkpoint.cosign-time", "the time must lie in [0, 2^63 - 1]"
        )
    key_id = NoteKey(name, KeyKind.COSIGNATURE_V1, key.public).key_id
    signature = key.sign(_cosigned_message(checkpoint, time))
    return SignatureLine(name, key_id, time.to_bytes(_TIME_LENGTH, "big") + signature)


def verify_checkpoint(signed: SignedCheckpoint, name: str, key: VerifyKey) -> None:
    """Check the signature of the log ``name``.

    Raises:
        ProofError: ``note.unsigned``, ``signature.invalid``.
    """
    line = line_of(signed.lines, NoteKey(name, KeyKind.ED25519, key))
    verify_signature(key, signed.checkpoint.body().encode(), line.signature)


def verify_cosignature(signed: SignedCheckpoint, name: str, key: VerifyKey) -> int:
    """Check the cosignature of the witness ``name`` and return its time.

    The steps are those of specs/log.md, section 5.

    Raises:
        ProofError: ``note.unsigned``, ``checkpoint.cosignature``,
            ``signature.invalid``.
    """
    # Step 1.
    line = line_of(signed.lines, NoteKey(name, KeyKind.COSIGNATURE_V1, key))
    # Step 2.
    time = date_of(line)
    # Step 3.
    message = _cosigned_message(signed.checkpoint, time)
    verify_signature(key, message, line.signature[_TIME_LENGTH:])
    # Step 4.
    return time


def date_of(line: SignatureLine) -> int:
    """Return the time that a cosignature states, Unix seconds; it is not verified here.

    Raises:
        ProofError: ``checkpoint.cosignature`` unless it has the form of a cosignature.
    """
    if len(line.signature) != _TIME_LENGTH + SIGNATURE_LENGTH:
        raise ProofError(
            "checkpoint.cosignature",
            "a cosignature must have 72 bytes: a time and a signature",
        )
    time = int.from_bytes(line.signature[:_TIME_LENGTH], "big")
    if time > MAX_INTEGER:
        raise ProofError(
            "checkpoint.cosignature",
            "the time of a cosignature must be at most 2^63 - 1",
        )
    return time


def unknown_lines(
    signed: SignedCheckpoint, known: Collection[NoteKey]
) -> tuple[SignatureLine, ...]:
    """Return the lines that name none of the ``known`` keys.

    C2SP lets verifiers ignore them; whoever accounts for every byte reports them.
    """
    names = {(key.name, key.key_id) for key in known}
    return tuple(line for line in signed.lines if (line.name, line.key_id) not in names)


def read_decimal(text: str) -> int | None:
    """Return the integer below 2^63 that ``text`` writes in decimal digits.

    ``None`` for anything else: each integer has one text, without sign or leading zero.
    """
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_INTEGER))
    if not digits or int(text) > MAX_INTEGER or str(int(text)) != text:
        return None
    return int(text)


def _cosigned_message(checkpoint: Checkpoint, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{checkpoint.body()}".encode()

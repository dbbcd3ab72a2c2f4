"""Receipts: proofs that a leaf is in a log, which stand alone (specs/log.md, section 7).

The format is C2SP tlog-proof, made strict: bytes that parse serialise to the same bytes.
"""

from dataclasses import dataclass

from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.log.checkpoint import MAX_INTEGER, SignedCheckpoint, read_decimal
from fairlot_crypto.log.judgement import Judgement, judge_checkpoint
from fairlot_crypto.log.merkle import (
    HASH_LENGTH,
    Tree,
    inclusion_proof,
    leaf_hash,
    verify_inclusion,
)
from fairlot_crypto.log.note import decode_base64, encode_base64
from fairlot_crypto.log.policy import Policy

HEADER = "c2sp.org/tlog-proof@v1"
"""The first line."""

MAX_HASHES = 63
"""The longest path of a tree of less than 2^63 leaves."""

_EXTRA = "extra "
_INDEX = "index "


@dataclass(frozen=True, slots=True)
class LogProof:
    """A checkpoint, and the path from a leaf to its root."""

    index: int
    """The index of the leaf, from 0."""
    hashes: tuple[bytes, ...]
    """The path: 32 bytes each, from the leaf's sibling upwards."""
    signed: SignedCheckpoint
    """The checkpoint whose root the path leads to."""
    extra: bytes = b""
    """Data of an application, which nothing authenticates; empty for none."""

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            CallerError: ``proof.field``.
        """
        in_range = 0 <= self.index <= MAX_INTEGER and len(self.hashes) <= MAX_HASHES
        if not in_range or any(len(each) != HASH_LENGTH for each in self.hashes):
            raise CallerError(
                "proof.field",
                f"the index must be below 2^63, the path {MAX_HASHES} hashes at most",
            )

    def to_bytes(self) -> bytes:
        """Return the file."""
        lines = [HEADER]
        if self.extra:
            lines.append(_EXTRA + encode_base64(self.extra))
        lines.append(f"{_INDEX}{self.index}")
        lines += [encode_base64(each) for each in self.hashes]
        return ("\n".join(lines) + "\n\n" + self.signed.to_text()).encode()

    @classmethod
    def parse(cls, data: bytes) -> "LogProof":
        """Read a file; nothing is verified (specs/log.md, section 7.2).

        Raises:
            EncodingError: ``proof.characters``, ``proof.header``, ``proof.layout``,
                ``proof.extra``, ``proof.index``, ``proof.hash-count``, ``proof.hash``,
                ``note.base64``, and the codes of ``SignedCheckpoint.parse``.
        """
        # Step 1.
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise EncodingError("proof.characters", "the file must be UTF-8") from error
        # Step 2.
        if not text.startswith(HEADER + "\n"):
            raise EncodingError("proof.header", f"the first line must be {HEADER}")
        # Step 3.
        head, blank, checkpoint = text.partition("\n\n")
        if not blank:
            raise EncodingError(
                "proof.layout", "an empty line and a checkpoint must follow the hashes"
            )
        lines = head.split("\n")[1:]
        # Step 4.
        extra = b""
        if lines and lines[0].startswith(_EXTRA):
            extra = _read_extra(lines.pop(0))
        # Steps 5 and 6.
        index, hashes = _read_index(lines[:1]), _read_hashes(lines[1:])
        # Step 7.
        return cls(index, hashes, SignedCheckpoint.parse(checkpoint), extra)


def make_proof(
    tree: Tree, index: int, signed: SignedCheckpoint, extra: bytes = b""
) -> LogProof:
    """Make the receipt of a leaf (specs/log.md, section 7.3).

    Args:
        tree: of the log, at the size of the checkpoint or later.
        index: of the leaf, below the size of the checkpoint.
        signed: a checkpoint of the tree.
        extra: what an application adds, without any protection; nothing by default.

    Raises:
        CallerError: ``proof.tree`` if the root is not that of the tree at that size,
            ``merkle.range`` if the tree is not that large, or the leaf is not in it.
    """
    checkpoint = signed.checkpoint
    # Step 1.
    if checkpoint.root != tree.root(checkpoint.size):
        raise CallerError(
            "proof.tree", "the checkpoint must have the root of the tree at its size"
        )
    # Step 2.
    hashes = inclusion_proof(tree, index, checkpoint.size)
    return LogProof(index, hashes, signed, extra)


def verify_proof(
    proof: LogProof, leaf: bytes, policy: Policy, *, origin: str | None = None
) -> Judgement:
    """Check that a leaf is in a log whose checkpoint the policy believes.

    The steps are those of specs/log.md, section 7.4.

    Args:
        proof: the receipt.
        leaf: the data of the leaf, not its hash.
        policy: whose signatures count.
        origin: of the log that the leaf must be in; by default any of the policy's logs.

    Returns:
        Who signed the checkpoint, and when the witnesses saw it.

    Raises:
        ProofError: ``proof.origin``, the codes of ``judge_checkpoint`` and those of
            ``verify_inclusion``.
    """
    checkpoint = proof.signed.checkpoint
    # Step 1.
    if origin is not None and checkpoint.origin != origin:
        raise ProofError(
            "proof.origin",
            f"the log must be {origin}, and the checkpoint is of {checkpoint.origin}",
        )
    # Step 2.
    judgement = judge_checkpoint(proof.signed, policy)
    # Step 3.
    verify_inclusion(
        leaf_hash(leaf), proof.index, checkpoint.size, proof.hashes, checkpoint.root
    )
    # Step 4.
    return judgement


def _read_extra(line: str) -> bytes:
    extra = decode_base64(line.removeprefix(_EXTRA))
    if not extra:
        raise EncodingError("proof.extra", "the line must be left out if it is empty")
    return extra


def _read_index(lines: list[str]) -> int:
    line = "".join(lines)
    index = read_decimal(line.removeprefix(_INDEX))
    if not line.startswith(_INDEX) or index is None:
        raise EncodingError(
            "proof.index",
            "a line must be index and a decimal below 2^63 without leading zeros",
        )
    return index


def _read_hashes(lines: list[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_HASHES:
        raise EncodingError(
            "proof.hash-count", f"there must be at most {MAX_HASHES} hashes"
        )
    hashes = tuple(map(decode_base64, lines))
    if any(len(each) != HASH_LENGTH for each in hashes):
        raise EncodingError("proof.hash", "a hash must have 32 bytes")
    return hashes

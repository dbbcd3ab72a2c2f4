"""What a log sends to a witness (specs/service.md, section 10.1).

The format is the body of add-checkpoint of C2SP tlog-witness.
"""

from dataclasses import dataclass

from fairlot_crypto.errors import EncodingError
from fairlot_crypto.log.checkpoint import SignedCheckpoint, read_decimal
from fairlot_crypto.log.merkle import HASH_LENGTH
from fairlot_crypto.log.note import decode_base64, encode_base64

MAX_PROOF = 63
"""Hashes of a consistency proof in a tree of less than 2^63 leaves."""

_OLD = "old "


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint, and the proof that its log has only grown since."""

    old: int
    """The size of the tree that the witness co-signed last; 0 for none."""
    proof: tuple[bytes, ...]
    """The consistency proof from there; empty from 0."""
    signed: SignedCheckpoint
    """The checkpoint, with its log's signature."""

    def to_bytes(self) -> bytes:
        """Return the body of the request."""
        lines = (f"{_OLD}{self.old}", *map(encode_base64, self.proof), "")
        text = "".join(f"{line}\n" for line in lines)
        return (text + self.signed.to_text()).encode()

    @classmethod
    def parse(cls, data: bytes) -> "Submission":
        """Read the body of a request; no signature and no proof is checked (steps 1 to 4).

        Raises:
            EncodingError: ``witness.request``, ``note.base64``, and the codes of
                ``SignedCheckpoint.parse``.
        """
        # Step 1.
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            problem = "the request must be UTF-8"
            raise EncodingError("witness.request", problem) from error
        above, blank, note = text.partition("\n\n")
        old, *proof = above.split("\n")
        # Step 2.
        size = read_decimal(old.removeprefix(_OLD))
        if not blank or not old.startswith(_OLD) or size is None:
            problem = (
                "a request must be: a line 'old SIZE', a proof, a blank line, a note"
            )
            raise EncodingError("witness.request", problem)
        # Step 3.
        hashes = tuple(map(decode_base64, proof))
        if len(hashes) > MAX_PROOF or any(len(h) != HASH_LENGTH for h in hashes):
            problem = f"a proof must have at most {MAX_PROOF} lines, of 32 bytes each"
            raise EncodingError("witness.request", problem)
        # Step 4.
        return cls(size, hashes, SignedCheckpoint.parse(note))

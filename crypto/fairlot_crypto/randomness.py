"""Entropy as a parameter (specs/notation.md, section 6).

Nothing in this distribution reads ambient entropy except ``SystemRandomness``, which only the
outermost layer constructs.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Protocol, TypeVar

from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import i2osp, tag

SEED_LENGTH = 32

_BLOCK_LENGTH = 32

T = TypeVar("T")


class Randomness(Protocol):
    """A source of uniform bytes that can be split into independent sources."""

    def take(self, length: int) -> bytes:
        """Return the next ``length`` uniform bytes."""
        ...

    def derive(self, label: str) -> "Randomness":
        """Return an independent source named by ``label``.

        Equal labels name the same child, so the children of a source need distinct ones.
        """
        ...


class SystemRandomness:
    """The operating system's entropy."""

    def take(self, length: int) -> bytes:
        """Return ``length`` bytes of system entropy.

        Raises:
            CallerError: ``randomness.length`` for a negative length.
        """
        _check_length(length)
        return secrets.token_bytes(length)

    def derive(self, label: str) -> "SystemRandomness":  # noqa: ARG002
        """Return this source: system entropy is independent of any label."""
        return self


class SeededRandomness:
    """A reproducible stream (steps 1 to 3): for tests, vectors and seeded rehearsals.

    And for members of a ceremony, who draw the seed from the system's entropy and must send
    the same bytes again after a crash.

    Block ``i`` is ``HMAC-SHA256(seed, "fairlot-v1/stream" || I2OSP(i, 8))``; the child
    named ``label`` has the seed ``HMAC-SHA256(seed, "fairlot-v1/child" || label)``.
    Children do not depend on how much of the parent was taken.
    """

    def __init__(self, seed: bytes) -> None:
        """Start the stream.

        Args:
            seed: 32 bytes.

        Raises:
            CallerError: ``randomness.seed-length``.
        """
        if len(seed) != SEED_LENGTH:
            raise CallerError("randomness.seed-length", "the seed must have 32 bytes")
        self._seed = seed
        self._block = 0
        self._buffer = b""

    def take(self, length: int) -> bytes:
        """Return the next ``length`` bytes of the stream.

        Raises:
            CallerError: ``randomness.length`` for a negative length.
        """
        # Step 2.
        _check_length(length)
        missing = max(0, length - len(self._buffer))
        end = self._block - (-missing // _BLOCK_LENGTH)
        blocks = [self._block_at(index) for index in range(self._block, end)]
        stream = self._buffer + b"".join(blocks)
        self._block = end
        self._buffer = stream[length:]
        return stream[:length]

    def derive(self, label: str) -> "SeededRandomness":
        """Return the child stream named ``label``."""
        # Step 3.
        message = tag("child").encode() + label.encode()
        return SeededRandomness(hmac.digest(self._seed, message, hashlib.sha256))

    def _block_at(self, index: int) -> bytes:
        # Step 1.
        message = tag("stream").encode() + i2osp(index, 8)
        return hmac.digest(self._seed, message, hashlib.sha256)


def shuffled(items: Sequence[T], randomness: Randomness) -> list[T]:
    """Return ``items`` in a uniformly random order (sorted by 32 random bytes each)."""
    keyed = [(randomness.take(32), index) for index in range(len(items))]
    return [items[index] for _, index in sorted(keyed)]


def _check_length(length: int) -> None:
    if length < 0:
        raise CallerError(
            "randomness.length", "the number of bytes to take must not be negative"
        )

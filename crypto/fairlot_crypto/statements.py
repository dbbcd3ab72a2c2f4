"""Verifies each statement once (specs/audit.md, section 2).

A statement is a kind and byte strings that together determine the verdict. A statement that
verified is remembered by its hash, so that a second look costs one hash; one that failed is
not.
"""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from fairlot_crypto.hashing import tagged_hash


class Statements:
    """The statements that this process has verified."""

    def __init__(
        self, verified: Iterable[bytes] = (), *, remembers: bool = True
    ) -> None:
        """Start with statements that are known to verify.

        Args:
            verified: digests from ``verified`` of another instance, e.g. of a worker
                process, which the caller trusts as they trust themselves.
            remembers: whether to remember anything at all: who verifies each statement
                once, and is asked nothing afterwards, need not hash it.
        """
        self.remembers = remembers
        self._verified = set(verified)

    def __len__(self) -> int:
        """Return how many statements verified."""
        return len(self._verified)

    @property
    def verified(self) -> frozenset[bytes]:
        """The digests of all statements that verified."""
        return frozenset(self._verified)

    def learn(self, verified: Iterable[bytes]) -> None:
        """Adopt the verdicts of a worker of this process."""
        self._verified.update(verified)

    def knows(self, digest: bytes) -> bool:
        """Tell whether the statement with this ``statement_digest`` has verified."""
        return digest in self._verified

    def check(
        self, kind: str, parts: Iterable[bytes], verify: Callable[[], object]
    ) -> None:
        """Verify a statement, unless the same one has verified before.

        Args:
            kind: of the statement, e.g. ``ed25519``.
            parts: everything that the verdict depends on.
            verify: raises if the statement does not hold.
        """
        if not self.remembers:
            verify()
            return
        digest = statement_digest(kind, parts)
        if digest not in self._verified:
            verify()
            self._verified.add(digest)


class Asked(Statements):
    """Verifies nothing: finds which of some known statements somebody asks about."""

    def __init__(self, known: AbstractSet[bytes]) -> None:
        """Take the digests of the known statements; ``verified`` is those asked about."""
        super().__init__()
        self._known = known

    def knows(self, digest: bytes) -> bool:
        """Say of every statement that there is nothing to verify."""
        self._note(digest)
        return True

    def check(
        self, kind: str, parts: Iterable[bytes], verify: Callable[[], object]
    ) -> None:
        """Do not verify a statement."""
        del verify
        self._note(statement_digest(kind, parts))

    def _note(self, digest: bytes) -> None:
        if digest in self._known:
            self.learn((digest,))


def statement_digest(kind: str, parts: Iterable[bytes]) -> bytes:
    """Return the hash by which a statement is remembered, 32 bytes."""
    return tagged_hash("statement", kind.encode(), *parts)

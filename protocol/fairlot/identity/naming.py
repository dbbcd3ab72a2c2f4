"""How the issuers name a leaf together: hashes first, then what was hashed.

specs/identity.md, section 4. Nobody's part can depend on the parts of others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.identity.attestation import Attestation
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.leaf import handle, holder_hash
from fairlot.identity.quorum import IssuerSignature, check_issuer, quorum_problem
from fairlot.identity.registry import Registry
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import i2osp, tag, tagged_hash
from fairlot_crypto.keys import Signature, SigningKey
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements

NONCE_LENGTH = 32


@dataclass(frozen=True, slots=True)
class NonceCommitment:
    """The hash of an issuer's part of a handle, signed."""

    issuer: int
    """i, the issuer's number, from 1."""
    commitment: bytes
    """32 bytes."""
    sig: Signature


@dataclass(frozen=True, slots=True)
class ToName:
    """The leaf that is to have a handle."""

    registry: Registry
    index: int
    holder: bytes
    """Hash of the holder's key."""

    def commitment(self, issuer: int, nonce: bytes) -> bytes:
        """Return the hash of an issuer's part (step 8)."""
        # Step 8.
        leaf = self.registry.registry_id, i2osp(self.index, 8)
        return tagged_hash("handle-nonce", *leaf, i2osp(issuer, 1), nonce)

    def statement(self, issuer: int, commitment: bytes) -> bytes:
        """Return what an issuer signs (step 8)."""
        value: dict[str, Value] = {
            "registry": self.registry.registry_id,
            "index": self.index,
            "holder": self.holder,
            "issuer": issuer,
            "commitment": commitment,
        }
        return tag("handle-commitment").encode() + b"\x00" + cbor.encode(value)


class HandleMaker:
    """One issuer's part in the handle of one leaf: it serves once."""

    def __init__(
        self, leaf: ToName, issuer: int, key: SigningKey, nonce: bytes
    ) -> None:
        """Begin.

        Args:
            leaf: which is to have a handle.
            issuer: i, the issuer's number.
            key: signs the commitment.
            nonce: r_i, 32 random bytes, fresh for each attempt.
        """
        self.leaf: ToName = leaf
        self.issuer: int = issuer
        self._nonce = nonce
        commitment = leaf.commitment(issuer, nonce)
        sig = key.sign(leaf.statement(issuer, commitment))
        self.commitment: NonceCommitment = NonceCommitment(issuer, commitment, sig)
        """What is shown first."""
        self._listed: tuple[NonceCommitment, ...] = ()

    def open(self, listed: Sequence[NonceCommitment]) -> bytes:
        """Show r_i to whoever has the hashes of enough issuers (step 9).

        Raises:
            Rejection: ``handle.list``, ``handle.signature``.
        """
        # Step 9.
        check_list(self.leaf, listed)
        if self.commitment not in listed:
            problem = f"the list must have the hash of issuer {self.issuer}"
            raise Rejection("handle.list", problem)
        if self._listed not in ((), tuple(listed)):
            problem = "r_i was shown for another list: begin again with new ones"
            raise Rejection("handle.list", problem)
        self._listed = tuple(listed)
        return self._nonce

    def join(self, opened: Mapping[int, bytes]) -> bytes:
        """Return the handle, made of what all on the list have shown (step 10).

        Args:
            opened: r_j by issuer.

        Raises:
            Rejection: ``handle.list`` before r_i was shown; ``handle.opening``.
        """
        if not self._listed:
            raise Rejection("handle.list", "r_i is shown before the handle is made")
        return join_handle(self.leaf, self._listed, opened)


def check_list(leaf: ToName, listed: Sequence[NonceCommitment]) -> None:
    """Check that enough issuers signed the hashes of a list, each of them one (step 9).

    Raises:
        Rejection: ``handle.list``, ``handle.signature``.
    """
    # Step 9.
    registry, issuers = leaf.registry, [each.issuer for each in listed]
    problem = quorum_problem(registry, issuers, "a handle")
    if problem:
        raise Rejection("handle.list", problem)
    for each in listed:
        check_commitment(leaf, each)


def check_commitment(leaf: ToName, given: NonceCommitment) -> None:
    """Check that an issuer of the registry signed the hash of its part (step 9).

    Raises:
        Rejection: ``handle.signature``.
    """
    if not 1 <= given.issuer <= len(leaf.registry.issuers):
        raise Rejection("handle.signature", f"there is no issuer {given.issuer}")
    check_issuer(
        leaf.registry,
        IssuerSignature(given.issuer, given.sig),
        leaf.statement(given.issuer, given.commitment),
        "this part of a handle",
        Statements(),
        lambda why: Rejection("handle.signature", why),
    )


def join_handle(
    leaf: ToName, listed: Sequence[NonceCommitment], opened: Mapping[int, bytes]
) -> bytes:
    """Return the handle, made of what was hashed first (step 10).

    Args:
        leaf: which is to have it.
        listed: a list that ``check_list`` has accepted.
        opened: r_j by issuer; those of others do not count.

    Raises:
        Rejection: ``handle.opening``, naming who has not shown what they hashed.
    """
    # Step 10.
    silent = [
        each.issuer
        for each in listed
        if leaf.commitment(each.issuer, opened.get(each.issuer, b"")) != each.commitment
    ]
    if silent:
        problem = f"issuers {silent} have not shown what they hashed"
        raise Rejection("handle.opening", f"{problem}: begin again without them")
    shown = {each.issuer: opened[each.issuer] for each in listed}
    everybody = range(1, len(leaf.registry.issuers) + 1)
    parts = tuple(shown.get(i, b"") for i in everybody)
    return handle(leaf.registry.registry_id, leaf.index, parts)


def joint_handle(
    registry: Registry,
    issuers: Sequence[IssuerSecrets],
    attestation: Attestation,
    index: int,
    randomness: Randomness,
) -> bytes:
    """Return the handle that issuers on one machine make (step 3).

    Args:
        registry: whose leaf is to have it.
        issuers: those who take part.
        attestation: of the person.
        index: of the leaf.
        randomness: r_i is taken from the child ``nonce/i``.

    Raises:
        Rejection: ``handle.list`` for too few of them.
    """
    # Step 3.
    leaf = ToName(registry, index, holder_hash(attestation.holder_key))
    makers: list[HandleMaker] = []
    for each in issuers:
        nonce = randomness.derive(f"nonce/{each.index}").take(NONCE_LENGTH)
        makers.append(HandleMaker(leaf, each.index, each.key, nonce))
    listed = tuple(each.commitment for each in makers)
    opened = {each.issuer: each.open(listed) for each in makers}
    made = {each.join(opened) for each in makers}
    if len(made) != 1:
        raise Rejection("handle.list", "a handle needs issuers, and there are none")
    return made.pop()

"""A winner shows an auditor which leaf a nym belongs to (specs/winner-audit.md, section 3)."""

from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.enrolment import Identity
from fairlot.identity.leaf import Leaf
from fairlot.identity.registry import Registry, RegistryId
from fairlot.names import HASH_LENGTH, NYM_LENGTH, Nym, SaleId, nym_context
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import nym as nym_point
from fairlot_crypto.bbs.winner import (
    AuditKey,
    Owned,
    prove_owned,
    read_certificate,
    verify_owned,
)
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G1, G1_LENGTH, Backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.randomness import Randomness

VERSION = 1


@dataclass(frozen=True, slots=True)
class WinnerProof:
    """What a winner sends to an auditor, who alone is convinced by it."""

    registry_id: RegistryId
    index: int
    """Of the leaf."""
    sale_id: SaleId
    nym: Nym
    verifier: bytes
    """V of the auditor, a point of G1."""
    proof: bytes

    def encode(self) -> bytes:
        """Return the file."""
        value: dict[str, Value] = {
            "v": VERSION,
            "registry": self.registry_id,
            "index": self.index,
            "sale": self.sale_id,
            "nym": self.nym,
            "verifier": self.verifier,
            "proof": self.proof,
        }
        return cbor.encode(value)


def prove_winner(
    curve: Backend,
    registry: Registry,
    identity: Identity,
    sale_id: SaleId,
    certificate: bytes,
    randomness: Randomness,
) -> WinnerProof:
    """Show the owner of ``certificate`` that a nym belongs to the holder's leaf (step 10).

    It tells that auditor who the person is in this sale, and nobody else anything.

    Args:
        curve: the back-end.
        registry: of the leaf.
        identity: what the holder keeps.
        sale_id: of the sale.
        certificate: of the auditor's key.
        randomness: 32 bytes are taken.

    Raises:
        EncodingError: ``winner.key``.
        ProofError: ``winner.key-proof``.
        CallerError: ``winner.secrets`` for secrets that are not those of the leaf.
    """
    # Step 10.
    V = read_certificate(curve, certificate)
    secrets = identity.nym_secrets
    nym = Nym(nym_point(curve, nym_context(sale_id), secrets).to_bytes())
    owned = _owned(registry, identity.leaf, sale_id, nym, V)
    proof = prove_owned(curve, owned, identity.rho, secrets, randomness)
    return WinnerProof(
        registry.registry_id, identity.leaf.index, sale_id, nym, V.to_bytes(), proof
    )


def read_winner_proof(data: bytes) -> WinnerProof:
    """Read the file of a proof (step 11).

    Raises:
        Rejection: ``winner.malformed``.
    """
    # Step 11.
    try:
        value = cbor.decode(data)
    except CryptoError as error:
        raise Rejection("winner.malformed", error.message) from error
    fields = Fields(value, ("proof",), _malformed)
    fields.exactly("v", VERSION)
    found = WinnerProof(
        registry_id=RegistryId(fields.bytes("registry", HASH_LENGTH)),
        index=fields.uint("index"),
        sale_id=SaleId(fields.bytes("sale", HASH_LENGTH)),
        nym=Nym(fields.bytes("nym", NYM_LENGTH)),
        verifier=fields.bytes("verifier", G1_LENGTH),
        proof=fields.bytes("proof"),
    )
    fields.done()
    return found


def check_winner(
    curve: Backend,
    registry: Registry,
    leaf: Leaf,
    sale_id: SaleId,
    nym: Nym,
    key: AuditKey,
    given: WinnerProof,
) -> None:
    """Check that a nym of a sale belongs to a leaf (steps 12 and 13).

    Everything but ``given`` is the auditor's own: the leaf is read from a registry log, the
    nym from the outcome of a sale whose terms name that registry, both audited.

    Raises:
        Rejection: ``winner.registry``, ``winner.leaf``, ``winner.sale``, ``winner.nym``,
            ``winner.verifier`` for a proof of something else.
        EncodingError: ``winner.length``, ``winner.scalar``, ``winner.point``,
            ``winner.identity``.
        ProofError: ``winner.proof``.
    """
    # Step 12.
    _check_about(registry, leaf, sale_id, nym, given)
    V = key.public(curve)
    if given.verifier != V.to_bytes():
        raise Rejection("winner.verifier", "the proof was made for another auditor")
    # Step 13.
    owned = _owned(registry, leaf, sale_id, nym, V)
    verify_owned(curve, owned, given.proof)


def _check_about(
    registry: Registry, leaf: Leaf, sale_id: SaleId, nym: Nym, given: WinnerProof
) -> None:
    if given.registry_id != registry.registry_id:
        raise Rejection("winner.registry", "the proof is about another registry")
    if given.index != leaf.index:
        raise Rejection("winner.leaf", "the proof is about another leaf")
    if given.sale_id != sale_id:
        raise Rejection("winner.sale", "the proof is about another sale")
    if given.nym != nym:
        raise Rejection("winner.nym", "the proof is about another nym")


def _owned(registry: Registry, leaf: Leaf, sale_id: SaleId, nym: Nym, V: G1) -> Owned:
    return Owned(
        schema=registry.schema,
        about=registry.registry_id + i2osp(leaf.index, 8),
        commitment=leaf.commitment,
        ctx=nym_context(sale_id),
        nym=nym,
        verifier=V,
    )


def _malformed(problem: Problem) -> Rejection:
    return Rejection("winner.malformed", str(problem))

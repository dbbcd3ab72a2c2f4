"""A winner shows an auditor which leaf a nym belongs to (specs/winner-audit.md, section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.enrolment import Identity
from fairlot.identity.leaf import Leaf
from fairlot.identity.registry import Registry, RegistryId
from fairlot.identity.roll import PostedRoll
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


@dataclass(frozen=True, slots=True)
class AuditedSale:
    """What an auditor has of a sale from its logs, both audited."""

    curve: Backend
    registry: Registry
    """That the terms name."""
    sale_id: SaleId
    roll: PostedRoll
    """With which the sale has opened."""
    leaves: Mapping[int, Leaf]
    """Of the registry log, by their index."""
    winners: frozenset[Nym]
    """Who has won at least one unit."""


class WinnerAudit:
    """The questions of one auditor about one sale, and what winners have shown so far."""

    def __init__(self, sale: AuditedSale, key: AuditKey) -> None:
        """Start with nothing shown.

        Args:
            sale: the auditor's own view of it.
            key: the auditor's.
        """
        self._sale = sale
        self._key = key
        self.shown: dict[Nym, int] = {}
        """The index of the leaf to which each nym was shown to belong."""

    def check(self, nym: Nym, given: WinnerProof) -> None:
        """Check that a winner's nym belongs to a leaf of the sale's roll (steps 12 to 15).

        Args:
            nym: about which the auditor has asked.
            given: as it came.

        Raises:
            Rejection: ``winner.registry``, ``winner.sale``, ``winner.nym``,
                ``winner.verifier`` for a proof of something else; ``winner.loser``,
                ``winner.roll``, ``winner.twice``.
            EncodingError: ``winner.length``, ``winner.scalar``, ``winner.point``,
                ``winner.identity``.
            ProofError: ``winner.proof``.
        """
        sale = self._sale
        # Step 12.
        _check_about(sale, nym, given)
        V = self._key.public(sale.curve)
        if given.verifier != V.to_bytes():
            raise Rejection("winner.verifier", "the proof was made for another auditor")
        if nym not in sale.winners:
            raise Rejection("winner.loser", "this nym has won nothing in the sale")
        # Step 13.
        leaf = sale.leaves.get(given.index)
        if leaf is None or not sale.roll.covers(given.index):
            problem = (
                "the leaf was not enrolled, or was closed, at the roll of the sale"
            )
            raise Rejection("winner.roll", problem)
        # Step 14.
        owned = _owned(sale.registry, leaf, sale.sale_id, nym, V)
        verify_owned(sale.curve, owned, given.proof)
        # Step 15.
        self._remember(nym, given.index)

    def _remember(self, nym: Nym, index: int) -> None:
        """Take down what was shown, unless it was shown otherwise before."""
        before = self.shown.get(nym, index)
        taken = index in self.shown.values()
        if before != index or (taken and nym not in self.shown):
            problem = "a leaf has one nym in a sale, and a nym one leaf"
            raise Rejection("winner.twice", f"{problem}: another was shown before")
        self.shown[nym] = index


def _check_about(sale: AuditedSale, nym: Nym, given: WinnerProof) -> None:
    if given.registry_id != sale.registry.registry_id:
        raise Rejection("winner.registry", "the proof is about another registry")
    if given.sale_id != sale.sale_id:
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

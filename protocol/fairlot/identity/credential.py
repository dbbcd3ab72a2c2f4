"""Requests for the credentials of a leaf in one epoch (specs/credential.md, sections 2, 3).

A request is for all rolls at once, and gives one credential for each on which the leaf is.
The holder adds a fresh blind b to the registered commitment, C = Q_2·b + IC, and proves
knowledge of b; the issuers made IC themselves. Every credential of a leaf therefore holds the
same nym secrets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlot.errors import Rejection
from fairlot.identity.enrolment import Identity
from fairlot.identity.leaf import Leaf, LeafStatus, holder_hash
from fairlot.identity.registry import Registry, RollId, epoch_at
from fairlot.identity.roll import PostedRoll, unexpired_rolls
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import generators
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import (
    G1,
    Backend,
    Scalar,
    random_scalar,
    scalar_to_bytes,
)
from fairlot_crypto.errors import CryptoError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, scalar_for, tag
from fairlot_crypto.keys import (
    OpeningKey,
    SealKey,
    Signature,
    SigningKey,
    VerifyKey,
    verify_signature,
)
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """What a holder sends to every issuer."""

    index: int
    version: int
    epoch: int
    rolls: tuple[RollId, ...]
    """The roll_ids of all unexpired rolls, ascending."""
    commitment: bytes
    """C, a point of G1."""
    challenge: Scalar
    """c, the challenge of the proof of knowledge of b."""
    response: Scalar
    """k + c·b, the response of the proof of knowledge of b."""
    reply_key: SealKey
    """The key to which the issuers seal their answers."""
    holder_key: VerifyKey
    sig: Signature


@dataclass(frozen=True, slots=True)
class PendingCredential:
    """What the holder keeps until the issuers have answered."""

    request: CredentialRequest
    blind: Scalar = field(repr=False)
    """b, fresh each time."""
    reply: OpeningKey


def request_credential(
    curve: Backend,
    registry: Registry,
    identity: Identity,
    holder_key: SigningKey,
    epoch: int,
    rolls: Sequence[RollId],
    randomness: Randomness,
) -> PendingCredential:
    """Ask for the credentials of ``epoch`` for all unexpired rolls (steps 1 to 4)."""
    Q_2 = generators(curve, registry.schema).Q_2
    leaf = identity.leaf
    b, k = random_scalar(randomness), random_scalar(randomness)
    reply = OpeningKey.generate(randomness)
    IC = curve.g1_not_identity(leaf.commitment)
    C = Q_2 * b + IC
    asked = _Asked(registry, leaf, epoch, tuple(sorted(rolls)))
    c = _challenge(asked, (Q_2, IC, C, Q_2 * k))
    response = Scalar((k + c * b) % GROUP_ORDER)
    statement = _request_statement(asked, (C.to_bytes(), c, response), reply.public)
    request = CredentialRequest(
        index=leaf.index,
        version=leaf.version,
        epoch=epoch,
        rolls=asked.rolls,
        commitment=C.to_bytes(),
        challenge=c,
        response=response,
        reply_key=reply.public,
        holder_key=holder_key.public,
        sig=holder_key.sign(statement),
    )
    return PendingCredential(request, b, reply)


def check_request(
    curve: Backend,
    registry: Registry,
    leaf: Leaf,
    rolls: Sequence[PostedRoll],
    request: CredentialRequest,
    now: int,
    view_time: int,
) -> G1:
    """Check a request as an issuer does, and return C (steps 5 to 9).

    Args:
        curve: the back-end.
        registry: the issuer's registry.
        leaf: the leaf of ``request.index`` on the issuer's own view of the registry log.
        rolls: all rolls on that view.
        request: the holder's request.
        now: the issuer's clock, Unix seconds.
        view_time: when that view was current.

    Raises:
        Rejection: ``request.view``, ``request.season``, ``request.leaf``,
            ``request.holder``, ``request.signature``, ``request.epoch``,
            ``request.rolls``, ``request.proof``.
    """
    # Step 5.
    if not all(0 <= s < GROUP_ORDER for s in (request.challenge, request.response)):
        raise Rejection(
            "request.proof", "challenge and response must be from 0 to r - 1"
        )
    if not now - registry.view_age <= view_time <= now:
        raise Rejection(
            "request.view",
            f"the issuer's view of the log is older than {registry.view_age} s: "
            "read it again",
        )
    if not registry.starts <= now < registry.closes:
        raise Rejection(
            "request.season",
            "credentials are issued in the registry's season and its tail only",
        )
    # Step 6.
    same_leaf = (leaf.index, leaf.version) == (request.index, request.version)
    if not same_leaf or leaf.status is not LeafStatus.ACTIVE:
        raise Rejection(
            "request.leaf",
            "the request must name an active leaf, in the version that it has",
        )
    # Step 7.
    if holder_hash(request.holder_key) != leaf.holder:
        raise Rejection(
            "request.holder",
            "the request must come from the current holder of the leaf",
        )
    proof = request.commitment, request.challenge, request.response
    asked = _Asked(registry, leaf, request.epoch, request.rolls)
    statement = _request_statement(asked, proof, request.reply_key)
    try:
        verify_signature(request.holder_key, statement, request.sig)
    except ProofError as error:
        raise Rejection(
            "request.signature", "the holder's key did not sign this request"
        ) from error
    # Step 8.
    _check_epoch(registry, request, now)
    _check_rolls(rolls, request, now)
    # Step 9.
    return _check_proof(curve, asked, request)


def _check_epoch(registry: Registry, request: CredentialRequest, now: int) -> None:
    running = epoch_at(registry, now)
    early = now % registry.epoch >= registry.epoch - registry.grace
    if request.epoch not in ((running, running + 1) if early else (running,)):
        raise Rejection(
            "request.epoch", f"the request must be for the running epoch, {running}"
        )


def _check_rolls(
    rolls: Sequence[PostedRoll], request: CredentialRequest, now: int
) -> None:
    serving = tuple(each.roll_id for each in unexpired_rolls(rolls, now))
    if not serving or request.rolls != serving:
        raise Rejection(
            "request.rolls",
            "a request must list every unexpired roll, ascending, else it names a sale: "
            "whoever has the older copy of the log, holder or issuer, takes the newer",
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What challenge and signature of a request are about, apart from the proof."""

    registry: Registry
    leaf: Leaf
    epoch: int
    rolls: tuple[RollId, ...]


def _challenge(asked: _Asked, points: tuple[G1, G1, G1, G1]) -> Scalar:
    statement = (
        asked.registry.registry_id,
        i2osp(asked.leaf.index, 8),
        i2osp(asked.leaf.version, 4),
        i2osp(asked.registry.season, 4),
        i2osp(asked.epoch, 8),
        i2osp(len(asked.rolls), 4),
        *asked.rolls,
    )
    encoded = (point.to_bytes() for point in points)
    return Scalar(scalar_for("ic-bind", *statement, *encoded))


def _check_proof(curve: Backend, asked: _Asked, request: CredentialRequest) -> G1:
    Q_2 = generators(curve, asked.registry.schema).Q_2
    try:
        C = curve.g1_not_identity(request.commitment)
        IC = curve.g1_not_identity(asked.leaf.commitment)
        R = Q_2 * request.response - (C - IC) * request.challenge
    except CryptoError as error:
        raise Rejection("request.proof", error.message) from error
    if C == IC or _challenge(asked, (Q_2, IC, C, R)) != request.challenge:
        raise Rejection(
            "request.proof",
            "the request does not prove that its sender knows the blind of C",
        )
    return C


def _request_statement(
    asked: _Asked, proof: tuple[bytes, Scalar, Scalar], reply_key: SealKey
) -> bytes:
    commitment, challenge, response = proof
    value: dict[str, Value] = {
        "registry": asked.registry.registry_id,
        "index": asked.leaf.index,
        "version": asked.leaf.version,
        "season": asked.registry.season,
        "epoch": asked.epoch,
        "rolls": list(asked.rolls),
        "commitment": commitment,
        "challenge": scalar_to_bytes(challenge),
        "response": scalar_to_bytes(response),
        "reply": reply_key,
    }
    return tag("request").encode() + b"\x00" + cbor.encode(value)

"""From a leaf to a credential of one epoch (specs/credential.md).

The holder adds a fresh blind b to the registered commitment, C = Q_2·b + IC, and proves
knowledge of b; the issuers made IC themselves. Every credential of a leaf therefore holds the
same nym secrets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.enrolment import Identity, IssuerSecrets
from fairlot.identity.leaf import Leaf, LeafStatus, holder_hash
from fairlot.identity.registry import (
    EPOCH_SECONDS,
    ISSUERS_MAX,
    Credentials,
    Registry,
    epoch_at,
)
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import (
    Credential,
    commitment,
    generators,
    signature_base,
)
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.threshold import PartialSignature, combine, sign_share
from fairlot_crypto.curve import (
    G1,
    Backend,
    Scalar,
    random_scalar,
    scalar_from_bytes,
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
    seal,
    verify_signature,
)
from fairlot_crypto.randomness import Randomness

EARLY_SECONDS = 3_600
"""The next epoch's credentials are issued in the last hour of the running one."""
VIEW_SECONDS = 600
"""The greatest age, in seconds, of the view of the board on which an issuer answers."""


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """What a holder sends to every issuer."""

    index: int
    version: int
    epoch: int
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
    randomness: Randomness,
) -> PendingCredential:
    """Ask for a credential of ``epoch`` (steps 1 to 4)."""
    Q_2 = generators(curve, registry.schema).Q_2
    leaf = identity.leaf
    b, k = random_scalar(randomness), random_scalar(randomness)
    reply = OpeningKey.generate(randomness)
    IC = curve.g1_not_identity(leaf.commitment)
    C = Q_2 * b + IC
    c = _challenge(registry, leaf, epoch, (Q_2, IC, C, Q_2 * k))
    response = Scalar((k + c * b) % GROUP_ORDER)
    statement = _request_statement(
        registry, leaf, epoch, (C.to_bytes(), c, response), reply.public
    )
    request = CredentialRequest(
        index=leaf.index,
        version=leaf.version,
        epoch=epoch,
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
    request: CredentialRequest,
    now: int,
    view_time: int,
) -> G1:
    """Check a request as an issuer does, and return C (steps 5 to 9).

    Args:
        curve: the back-end.
        registry: the issuer's registry.
        leaf: the leaf of ``request.index`` on the issuer's own view of the board.
        request: the holder's request.
        now: the issuer's clock, Unix seconds.
        view_time: when that view of the board was current.

    Raises:
        Rejection: ``request.view``, ``request.season``, ``request.leaf``,
            ``request.holder``, ``request.signature``, ``request.epoch``,
            ``request.proof``.
    """
    # Step 5.
    if not all(0 <= s < GROUP_ORDER for s in (request.challenge, request.response)):
        raise Rejection(
            "request.proof", "challenge and response must be from 0 to r - 1"
        )
    if not now - VIEW_SECONDS <= view_time <= now:
        raise Rejection(
            "request.view",
            "the issuer's view of the board is older than 10 minutes: read it again",
        )
    if not registry.starts <= now < registry.ends:
        raise Rejection(
            "request.season", "credentials are issued in the registry's season only"
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
    statement = _request_statement(
        registry, leaf, request.epoch, proof, request.reply_key
    )
    try:
        verify_signature(request.holder_key, statement, request.sig)
    except ProofError as error:
        raise Rejection(
            "request.signature", "the holder's key did not sign this request"
        ) from error
    # Step 8.
    running = epoch_at(now)
    early = now % EPOCH_SECONDS >= EPOCH_SECONDS - EARLY_SECONDS
    if request.epoch not in ((running, running + 1) if early else (running,)):
        raise Rejection(
            "request.epoch", f"the request must be for the running epoch, {running}"
        )
    # Step 9.
    return _check_proof(curve, registry, leaf, request)


def answer_request(
    credentials: Credentials,
    issuer: IssuerSecrets,
    leaf: Leaf,
    attributes: Sequence[str],
    request: CredentialRequest,
    now: int,
    view_time: int,
    randomness: Randomness,
) -> bytes:
    """Return issuer i's part of the signature, sealed to the request's key (steps 5 to 11).

    Raises:
        Rejection: as ``check_request``.
    """
    registry = credentials.registry
    C = check_request(credentials.curve, registry, leaf, request, now, view_time)
    context = credentials.context(request.epoch)
    B = signature_base(context, attribute_octets(registry, attributes), C)
    partial = sign_share(issuer.signing, B, context.domain)
    answer = cbor.encode(
        {
            "issuer": partial.index,
            "e": scalar_to_bytes(partial.exponent),
            "u": scalar_to_bytes(partial.u),
            "A": partial.A.to_bytes(),
        }
    )
    return seal(answer, request.reply_key, randomness)


def answer_all(
    credentials: Credentials,
    issuers: Sequence[IssuerSecrets],
    leaf: Leaf,
    attributes: Sequence[str],
    request: CredentialRequest,
    now: int,
    randomness: Randomness,
) -> tuple[bytes, ...]:
    """Return every issuer's answer, where all of them see the board as it is ``now``.

    Each box takes from a child of ``randomness`` that is named after its issuer.

    Raises:
        Rejection: as ``check_request``.
    """
    return tuple(
        answer_request(
            credentials,
            issuer,
            leaf,
            attributes,
            request,
            now,
            now,
            randomness.derive(f"answer/{issuer.index}"),
        )
        for issuer in issuers
    )


def receive_credential(
    credentials: Credentials,
    identity: Identity,
    pending: PendingCredential,
    answers: Sequence[bytes],
) -> Credential:
    """Combine the issuers' answers into a credential and verify it (steps 12 to 14).

    The signature is verified over values that the holder knows.

    Raises:
        Rejection: ``answer.malformed`` for a box that does not hold an answer.
        ProofError: ``threshold.signature``.
    """
    curve, registry = credentials.curve, credentials.registry
    context = credentials.context(pending.request.epoch)
    attributes = attribute_octets(registry, identity.attributes)
    blind = Scalar((pending.blind + identity.rho) % GROUP_ORDER)
    opened = commitment(curve, registry.schema, blind, identity.nym_secrets)
    B = signature_base(context, attributes, opened)
    partials = [_open_answer(curve, pending.reply, answer) for answer in answers]
    public_key = credentials.public_key
    signature = combine(curve, registry.threshold, public_key, B, partials)
    return Credential(attributes, signature, blind, identity.nym_secrets)


def attribute_octets(registry: Registry, values: Sequence[str]) -> tuple[bytes, ...]:
    """Return the signed messages: ``name=value`` in the schema's order."""
    pairs = zip(registry.attributes, values, strict=True)
    return tuple(attribute.octets(value) for attribute, value in pairs)


def _challenge(
    registry: Registry, leaf: Leaf, epoch: int, points: tuple[G1, G1, G1, G1]
) -> Scalar:
    statement = (
        registry.registry_id,
        i2osp(leaf.index, 8),
        i2osp(leaf.version, 4),
        i2osp(registry.season, 4),
        i2osp(epoch, 8),
    )
    encoded = (point.to_bytes() for point in points)
    return Scalar(scalar_for("ic-bind", *statement, *encoded))


def _check_proof(
    curve: Backend, registry: Registry, leaf: Leaf, request: CredentialRequest
) -> G1:
    Q_2 = generators(curve, registry.schema).Q_2
    try:
        C = curve.g1_not_identity(request.commitment)
        IC = curve.g1_not_identity(leaf.commitment)
        R = Q_2 * request.response - (C - IC) * request.challenge
    except CryptoError as error:
        raise Rejection("request.proof", error.message) from error
    expected = _challenge(registry, leaf, request.epoch, (Q_2, IC, C, R))
    if C == IC or expected != request.challenge:
        raise Rejection(
            "request.proof",
            "the request does not prove that its sender knows the blind of C",
        )
    return C


def _request_statement(
    registry: Registry,
    leaf: Leaf,
    epoch: int,
    proof: tuple[bytes, Scalar, Scalar],
    reply_key: SealKey,
) -> bytes:
    commitment, challenge, response = proof
    value: dict[str, Value] = {
        "registry": registry.registry_id,
        "index": leaf.index,
        "version": leaf.version,
        "season": registry.season,
        "epoch": epoch,
        "commitment": commitment,
        "challenge": scalar_to_bytes(challenge),
        "response": scalar_to_bytes(response),
        "reply": reply_key,
    }
    return tag("request").encode() + b"\x00" + cbor.encode(value)


def _open_answer(curve: Backend, reply: OpeningKey, answer: bytes) -> PartialSignature:
    try:
        value = cbor.decode(reply.open(answer))
        fields = Fields(value, ("answer",), _malformed)
        partial = PartialSignature(
            fields.uint("issuer", 1, ISSUERS_MAX),
            scalar_from_bytes(fields.bytes("e")),
            scalar_from_bytes(fields.bytes("u")),
            curve.g1_not_identity(fields.bytes("A")),
        )
    except CryptoError as error:
        raise Rejection("answer.malformed", error.message) from error
    fields.done()
    return partial


def _malformed(problem: Problem) -> Rejection:
    return Rejection("answer.malformed", str(problem))

"""An issuer and a holder of fairlot's profile of BBS, made from fixed seeds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fairlot_crypto.bbs import profile
from fairlot_crypto.bbs.ciphersuite import SecretKey, Signature, key_gen, public_key
from fairlot_crypto.bbs.profile import Credential, IssuerContext, Presentation, Schema
from fairlot_crypto.bbs.signature import sign_point
from fairlot_crypto.curve import G1, Backend, Scalar, backend, random_scalar
from fairlot_crypto.hashing import scalar_for
from fairlot_crypto.randomness import SeededRandomness

GROUP = backend("native")
KEY = key_gen(b"issuer key material of 32 bytes.")
PUBLIC = public_key(GROUP, KEY)
ATTRIBUTES = (b"assurance=high", b"region=north", b"cohort_a=", b"cohort_b=")
HEADER = b"issuer, schema, season, epoch"
CTX = b"fairlot-v1/nym\x00" + bytes(range(32))
PH = b"fairlot-v1/ph\x00" + b"order, refund address, salt"


def source(label: str) -> SeededRandomness:
    """Return a stream of its own."""
    return SeededRandomness(bytes(32)).derive(label)


def secrets(count: int, label: str = "person") -> tuple[Scalar, ...]:
    """Return the nym secrets of a person."""
    stream = source(label)
    return tuple(random_scalar(stream) for _ in range(count))


def issue(
    context: IssuerContext,
    attributes: tuple[bytes, ...],
    commitment: G1,
    key: SecretKey = KEY,
) -> Signature:
    """Sign whatever is committed, as an issuer that has checked it."""
    point = profile.signature_base(context, attributes, commitment)
    e = scalar_for("test-e", point.to_bytes())
    return sign_point(key, point, Scalar(e))


def credential_for(
    context: IssuerContext,
    nym_secrets: tuple[Scalar, ...],
    attributes: tuple[bytes, ...] = ATTRIBUTES,
    label: str = "blind",
) -> Credential:
    """Issue a credential for these secrets under a blind of its own."""
    blind = random_scalar(source(label))
    curve, schema = context.curve, context.schema
    commitment = profile.commitment(curve, schema, blind, nym_secrets)
    signature = issue(context, attributes, commitment)
    return Credential(attributes, signature, blind, nym_secrets)


@dataclass(frozen=True, slots=True)
class Shown:
    """A presentation and everything that its verifier takes."""

    context: IssuerContext
    presentation: Presentation
    ctx: bytes = CTX
    ph: bytes = PH
    disclosed: Mapping[int, bytes] = field(default_factory=dict[int, bytes])

    def verify(self) -> None:
        """Verify it."""
        profile.verify_presentation(
            self.context, self.presentation, self.ctx, self.ph, self.disclosed
        )

    def with_nym(self, nym: bytes) -> "Shown":
        """Return it under another nym."""
        return replace(self, presentation=replace(self.presentation, nym=nym))

    def with_proof(self, proof: bytes) -> "Shown":
        """Return it with another proof."""
        return replace(self, presentation=replace(self.presentation, proof=proof))

    def splice(self, start: int, data: bytes) -> "Shown":
        """Return it with some bytes of the proof replaced."""
        proof = self.presentation.proof
        return self.with_proof(proof[:start] + data + proof[start + len(data) :])


def context_for(
    schema: Schema = Schema(4, 1),  # noqa: B008 - frozen
    header: bytes = HEADER,
    curve: Backend = GROUP,
) -> IssuerContext:
    """Return the context of the test issuer."""
    return profile.issuer_context(curve, public_key(curve, KEY), schema, header)


def shown_for(nym_count: int = 1, disclosed: tuple[int, ...] = (0, 2)) -> Shown:
    """Return a valid presentation."""
    context = context_for(Schema(len(ATTRIBUTES), nym_count))
    credential = credential_for(context, secrets(nym_count))
    presentation = profile.present(
        context, credential, CTX, PH, disclosed, source("present")
    )
    attributes = {i: ATTRIBUTES[i] for i in disclosed}
    return Shown(context, presentation, CTX, PH, attributes)

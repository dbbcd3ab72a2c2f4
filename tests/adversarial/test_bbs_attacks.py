"""What an attacker can hand to an issuer or a verifier of credentials."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from curve import IDENTITY, P, compressed, off_curve, off_subgroup, unreduced
from fairlot_crypto.bbs import blind, ciphersuite, profile, proof, pseudonym
from fairlot_crypto.bbs.ciphersuite import API_PLAIN, API_PSEUDONYM, Signature
from fairlot_crypto.bbs.commitment import commit, verify_commitment
from fairlot_crypto.bbs.generators import create_generators
from fairlot_crypto.bbs.profile import Credential, Presentation, Schema
from fairlot_crypto.bbs.signature import sign, verify_point
from fairlot_crypto.curve import (
    G1_LENGTH,
    SCALAR_LENGTH,
    Scalar,
    random_scalar,
    scalar_from_bytes,
    scalar_to_bytes,
)
from fairlot_crypto.errors import CryptoError, EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER
from kit.holder import (
    ATTRIBUTES,
    CTX,
    GROUP,
    HEADER,
    KEY,
    PH,
    PUBLIC,
    Shown,
    context_for,
    credential_for,
    issue,
    secrets,
    shown_for,
    source,
)

POINTS = {"Abar": 0, "Bbar": G1_LENGTH, "D": 2 * G1_LENGTH}
FIRST_SCALAR = 3 * G1_LENGTH
SHOWN = shown_for()
ZERO = bytes(SCALAR_LENGTH)
ORDER = GROUP_ORDER.to_bytes(SCALAR_LENGTH, "big")


def refused(shown: Shown) -> str:
    """Return the code with which a presentation is refused."""
    with pytest.raises(CryptoError) as refusal:
        shown.verify()
    return refusal.value.code


def scalar_offsets(shown: Shown) -> range:
    return range(FIRST_SCALAR, len(shown.presentation.proof), SCALAR_LENGTH)


def test_the_unchanged_presentation_verifies() -> None:
    SHOWN.verify()


# --- Nym secrets of the attacker's choice


def test_a_new_secret_under_reused_entropy_would_be_a_second_person() -> None:
    """Why the profile fixes the commitment: the draft's entropy alone does not."""
    entropy = random_scalar(source("entropy"))
    nyms: set[bytes] = set()
    for label in ("first", "second"):
        made = pseudonym.commit_with_nym(
            GROUP, (), secrets(1, label), source(label), API_PSEUDONYM
        )
        signature = pseudonym.blind_sign_with_nym(
            GROUP, KEY, PUBLIC, made.octets, 1, entropy, HEADER, (), API_PSEUDONYM
        )
        nym_secrets = pseudonym.verify_finalize(
            GROUP,
            PUBLIC,
            signature,
            HEADER,
            (),
            (),
            secrets(1, label),
            entropy,
            made.secret_prover_blind,
            API_PSEUDONYM,
        )
        nyms.add(pseudonym.nym(GROUP, CTX, nym_secrets, API_PSEUDONYM).to_bytes())
    assert len(nyms) == 2


def test_a_registered_commitment_admits_no_other_nym_secrets() -> None:
    context = context_for()
    honest = credential_for(context, secrets(1))
    forged = replace(honest, nym_secrets=secrets(1, "another person"))
    with pytest.raises(ProofError) as refusal:
        profile.verify_credential(context, forged)
    assert refusal.value.code == "credential.signature"
    made = profile.present(context, forged, CTX, PH, (), source("forged"))
    assert refused(Shown(context, made)) == "presentation.pairing"


def test_secrets_that_cancel_have_no_nym() -> None:
    z = pseudonym.evaluate((Scalar(0), Scalar(1)), CTX, API_PSEUDONYM)
    cancelling = (Scalar(-z % GROUP_ORDER), Scalar(1))
    context = context_for(Schema(4, 2))
    credential = credential_for(context, cancelling)
    for attempt in (
        lambda: profile.nym(GROUP, CTX, cancelling),
        lambda: profile.present(context, credential, CTX, PH, (), source("cancel")),
    ):
        with pytest.raises(CryptoError) as refusal:
            attempt()
        assert refusal.value.code == "nym.identity"


def test_every_credential_of_a_person_has_the_same_nym() -> None:
    nyms = {
        profile.present(
            context := context_for(header=header),
            credential_for(context, secrets(1), label=header.decode()),
            CTX,
            header,
            (0,),
            source("renewal"),
        ).nym
        for header in (b"epoch 1", b"epoch 2")
    }
    assert len(nyms) == 1


# --- Other encodings of the same value


def test_no_other_encoding_of_the_nym_is_taken() -> None:
    """Equal nyms are found by comparing bytes."""
    nym = SHOWN.presentation.nym
    uncompressed = bytes([nym[0] & 0x7F]) + nym[1:]
    as_infinity = bytes([nym[0] | 0x40]) + nym[1:]
    assert refused(SHOWN.with_nym(uncompressed)) == "presentation.point"
    assert refused(SHOWN.with_nym(as_infinity)) == "presentation.point"
    negated = bytes([nym[0] ^ 0x20]) + nym[1:]
    assert refused(SHOWN.with_nym(negated)) == "presentation.challenge"


def test_a_nym_with_an_unreduced_coordinate_is_refused() -> None:
    context = SHOWN.context
    credential = credential_for(context, secrets(1))
    found = 0
    for i in range(40):
        ctx = CTX + bytes([i])
        made = profile.present(context, credential, ctx, PH, (), source("small x"))
        again = unreduced(made.nym)
        if again is not None:
            found += 1
            shown = Shown(context, made, ctx)
            shown.verify()
            assert refused(shown.with_nym(again)) == "presentation.point"
    assert found


def test_every_scalar_has_one_encoding() -> None:
    for start in scalar_offsets(SHOWN):
        proof_octets = SHOWN.presentation.proof
        value = scalar_from_bytes(proof_octets[start : start + SCALAR_LENGTH])
        shifted = (value + GROUP_ORDER).to_bytes(SCALAR_LENGTH, "big")
        assert refused(SHOWN.splice(start, shifted)) == "presentation.scalar"


# --- Points that are no elements of the group, or its neutral one

NON_CANONICAL_IDENTITIES = (
    b"\xff" * G1_LENGTH,
    b"\xe0" + bytes(G1_LENGTH - 1),
    b"\xc0" + bytes(G1_LENGTH - 2) + b"\x01",
    b"\x40" + bytes(G1_LENGTH - 1),
)
BAD_POINTS = [
    ("identity", IDENTITY, "presentation.identity"),
    ("off the curve", off_curve(), "presentation.point"),
    ("off the subgroup", off_subgroup(), "presentation.point"),
    ("x = p", compressed(P), "presentation.point"),
    *(
        (f"identity as {data[:1].hex()}..", data, "presentation.point")
        for data in NON_CANONICAL_IDENTITIES
    ),
]


@pytest.mark.parametrize(
    ("data", "code"), [case[1:] for case in BAD_POINTS], ids=[c[0] for c in BAD_POINTS]
)
def test_a_bad_point_is_refused_in_every_place(data: bytes, code: str) -> None:
    assert refused(SHOWN.with_nym(data)) == code
    for start in POINTS.values():
        assert refused(SHOWN.splice(start, data)) == code


def test_a_commitment_of_zero_to_the_nym_secret_is_refused() -> None:
    """U is the identity where the prover's random scalars of the nym sum to zero."""
    context = context_for()
    credential = credential_for(context, secrets(1))
    scalars = (
        *ciphersuite.map_messages(ATTRIBUTES, API_PSEUDONYM),
        credential.blind,
        *credential.nym_secrets,
    )
    nym = profile.nym(GROUP, CTX, credential.nym_secrets).to_bytes()
    hidden = proof.hide(
        context.signed, credential.signature, scalars, (), source("zero")
    )
    *points, t2 = hidden.points
    t2_zeroed = t2 - context.generators.J[0] * hidden.m_tilde[-1]
    m_tilde = (*hidden.m_tilde[:-1], Scalar(0))
    zeroed = replace(hidden, points=(*points, t2_zeroed), m_tilde=m_tilde)
    octets = b"".join(p.to_bytes() for p in zeroed.points) + nym + IDENTITY
    challenge = proof.calculate_challenge(context.signed, (), octets, (PH, CTX))
    made = proof.finalize(zeroed, credential.signature.e, scalars, challenge)
    shown = Shown(context, Presentation(nym, made))
    assert refused(shown) == "presentation.commitment"


def test_a_signature_or_key_that_is_the_identity_is_refused() -> None:
    context = context_for()
    credential = credential_for(context, secrets(1))
    nothing = Signature(GROUP.g1_identity(), credential.signature.e)
    with pytest.raises(ProofError) as refusal:
        profile.verify_credential(context, replace(credential, signature=nothing))
    assert refusal.value.code == "credential.signature"
    with pytest.raises(EncodingError) as decoding:
        Signature.from_bytes(GROUP, nothing.to_bytes())
    assert decoding.value.code == "bbs.signature-identity"
    with pytest.raises(EncodingError) as decoding:
        ciphersuite.public_key_from_bytes(GROUP, b"\xc0" + bytes(95))
    assert decoding.value.code == "bbs.public-key"


def test_a_signature_of_the_identity_does_not_verify_over_the_identity() -> None:
    """e(A, W) = e(B, BP2) holds for A = B = identity, under every key."""
    identity = GROUP.g1_identity()
    with pytest.raises(ProofError) as refusal:
        verify_point(context_for().signed, Signature(identity, Scalar(1)), identity)
    assert refusal.value.code == "bbs.signature"


# --- One refusal for each rule of the verifier


@dataclass(frozen=True)
class Rule:
    name: str
    breaks: Callable[[Shown], Shown]
    code: str


def _other_key(shown: Shown) -> Shown:
    other = ciphersuite.public_key(GROUP, ciphersuite.key_gen(b"another key " * 3))
    context = profile.issuer_context(GROUP, other, shown.context.schema, HEADER)
    return replace(shown, context=context)


def _other_schema(schema: Schema) -> Callable[[Shown], Shown]:
    return lambda shown: replace(shown, context=context_for(schema))


def _forged_issuer(shown: Shown) -> Shown:
    """Everything but the key is right, so that only the pairing can tell."""
    key = ciphersuite.key_gen(b"a forger's key material, 32 bytes")
    context = shown.context
    curve, schema = context.curve, context.schema
    commitment = profile.commitment(curve, schema, Scalar(5), secrets(1))
    forged = Credential(
        ATTRIBUTES, issue(context, ATTRIBUTES, commitment, key), Scalar(5), secrets(1)
    )
    made = profile.present(context, forged, CTX, PH, (0, 2), source("forger"))
    return replace(shown, presentation=made)


RULES = [
    Rule("no nym", lambda s: s.with_nym(b""), "presentation.length"),
    Rule(
        "a nym of 96 bytes",
        lambda s: s.with_nym(s.presentation.nym * 2),
        "presentation.length",
    ),
    Rule("no proof", lambda s: s.with_proof(b""), "presentation.length"),
    Rule(
        "a byte too few",
        lambda s: s.with_proof(s.presentation.proof[:-1]),
        "presentation.length",
    ),
    Rule(
        "a byte too many",
        lambda s: s.with_proof(s.presentation.proof + b"\x00"),
        "presentation.length",
    ),
    Rule(
        "a response too many",
        lambda s: s.with_proof(s.presentation.proof + s.presentation.proof[-32:]),
        "presentation.length",
    ),
    Rule(
        "an attribute fewer disclosed",
        lambda s: replace(s, disclosed={0: ATTRIBUTES[0]}),
        "presentation.length",
    ),
    Rule(
        "an attribute more disclosed",
        lambda s: replace(s, disclosed=dict(enumerate(ATTRIBUTES[:3]))),
        "presentation.length",
    ),
    Rule(
        "another attribute disclosed",
        lambda s: replace(s, disclosed={0: ATTRIBUTES[0], 1: ATTRIBUTES[2]}),
        "presentation.challenge",
    ),
    Rule(
        "another value of an attribute",
        lambda s: replace(s, disclosed={0: b"assurance=low", 2: ATTRIBUTES[2]}),
        "presentation.challenge",
    ),
    Rule(
        "the blind disclosed",
        lambda s: replace(s, disclosed={0: ATTRIBUTES[0], 4: b""}),
        "presentation.index",
    ),
    Rule(
        "a negative index",
        lambda s: replace(s, disclosed={0: ATTRIBUTES[0], -2: b""}),
        "presentation.index",
    ),
    Rule(
        "another header",
        lambda s: replace(s, context=context_for(header=HEADER + b"!")),
        "presentation.challenge",
    ),
    Rule("another key", _other_key, "presentation.challenge"),
    Rule("two nym secrets", _other_schema(Schema(4, 2)), "presentation.length"),
    Rule(
        "as many scalars, split otherwise",
        _other_schema(Schema(3, 2)),
        "presentation.challenge",
    ),
    Rule(
        "another sale", lambda s: replace(s, ctx=CTX + b"!"), "presentation.challenge"
    ),
    Rule("another order", lambda s: replace(s, ph=PH + b"!"), "presentation.challenge"),
    Rule("no order", lambda s: replace(s, ph=b""), "presentation.challenge"),
    Rule("a zero e^", lambda s: s.splice(FIRST_SCALAR, ZERO), "presentation.scalar"),
    Rule("e^ = r", lambda s: s.splice(FIRST_SCALAR, ORDER), "presentation.scalar"),
    Rule(
        "a zero challenge",
        lambda s: s.splice(len(s.presentation.proof) - 32, ZERO),
        "presentation.scalar",
    ),
    Rule(
        "another challenge",
        lambda s: s.splice(len(s.presentation.proof) - 32, ZERO[1:] + b"\x01"),
        "presentation.challenge",
    ),
    Rule(
        "Abar and Bbar swapped",
        lambda s: s.splice(0, s.presentation.proof[G1_LENGTH : 2 * G1_LENGTH]).splice(
            G1_LENGTH, s.presentation.proof[:G1_LENGTH]
        ),
        "presentation.challenge",
    ),
    Rule("an issuer of the prover's own", _forged_issuer, "presentation.pairing"),
]


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_a_presentation_that_breaks_one_rule_is_refused(rule: Rule) -> None:
    assert refused(rule.breaks(SHOWN)) == rule.code


def test_every_code_of_a_presentation_is_exercised() -> None:
    codes = {rule.code for rule in RULES} | {case[2] for case in BAD_POINTS}
    assert codes | {"presentation.commitment"} == {
        "presentation.length",
        "presentation.scalar",
        "presentation.point",
        "presentation.identity",
        "presentation.index",
        "presentation.commitment",
        "presentation.challenge",
        "presentation.pairing",
    }


# --- Issuance without an opening of the commitment


def test_a_commitment_shifted_by_a_signer_generator_would_forge_an_attribute() -> None:
    """The proof of the commitment is all that keeps H_1 out of it."""
    made = commit(GROUP, (b"mine",), source("shift"), API_PSEUDONYM)
    C, generators = verify_commitment(GROUP, made.octets, API_PSEUDONYM)
    poor, rich = ciphersuite.map_messages((b"role=user", b"role=admin"), API_PSEUDONYM)
    H_1 = create_generators(GROUP, 2, API_PSEUDONYM)[1]
    shifted = C + H_1 * ((rich - poor) % GROUP_ORDER)
    statement = HEADER, (b"role=user",), API_PSEUDONYM
    signed = blind.sign_commitment(GROUP, KEY, PUBLIC, shifted, generators, *statement)
    blind.verify_blind_sign(
        GROUP,
        PUBLIC,
        signed,
        HEADER,
        (b"role=admin",),
        (b"mine",),
        made.secret_prover_blind,
        API_PSEUDONYM,
    )
    forged = shifted.to_bytes() + made.octets[G1_LENGTH:]
    with pytest.raises(ProofError) as refusal:
        blind.blind_sign(GROUP, KEY, PUBLIC, forged, *statement)
    assert refusal.value.code == "bbs.commitment-proof"


def test_commitments_of_others_cannot_be_combined() -> None:
    """A sum of two proved commitments has no proof, however the responses are added."""
    one = commit(GROUP, (b"m1",), source("one"), API_PSEUDONYM).octets
    two = commit(GROUP, (b"m3",), source("two"), API_PSEUDONYM).octets
    total = GROUP.g1_from_bytes(one[:48]) + GROUP.g1_from_bytes(two[:48])
    summed = [
        sum(int.from_bytes(c[i : i + 32], "big") for c in (one, two)) % GROUP_ORDER
        for i in range(G1_LENGTH, len(one), SCALAR_LENGTH)
    ]
    forged = total.to_bytes() + b"".join(map(scalar_to_bytes, summed))
    with pytest.raises(ProofError) as refusal:
        verify_commitment(GROUP, forged, API_PSEUDONYM)
    assert refusal.value.code == "bbs.commitment-proof"


def test_a_commitment_proof_binds_every_byte_and_its_interface() -> None:
    made = commit(GROUP, (b"m",), source("bind"), API_PSEUDONYM).octets
    verify_commitment(GROUP, made, API_PSEUDONYM)
    for i in range(len(made)):
        flipped = made[:i] + bytes([made[i] ^ 1]) + made[i + 1 :]
        with pytest.raises(CryptoError):
            verify_commitment(GROUP, flipped, API_PSEUDONYM)
    with pytest.raises(ProofError):
        verify_commitment(GROUP, made, API_PLAIN)


def test_a_commitment_without_the_promised_nym_secrets_is_not_signed() -> None:
    made = commit(GROUP, (), source("none"), API_PSEUDONYM).octets
    with pytest.raises(EncodingError) as refusal:
        pseudonym.blind_sign_with_nym(
            GROUP, KEY, PUBLIC, made, 1, Scalar(0), HEADER, (), API_PSEUDONYM
        )
    assert refusal.value.code == "bbs.commitment-length"


# --- Weak Fiat-Shamir


@pytest.mark.slow
def test_every_byte_of_a_presentation_matters() -> None:
    proof_octets, nym = SHOWN.presentation.proof, SHOWN.presentation.nym
    for i, byte in enumerate(proof_octets):
        refused(SHOWN.splice(i, bytes([byte ^ 1])))
    for i, byte in enumerate(nym):
        refused(SHOWN.with_nym(nym[:i] + bytes([byte ^ 1]) + nym[i + 1 :]))


@pytest.mark.thorough
def test_every_byte_of_the_statement_matters() -> None:
    def flips(data: bytes) -> list[bytes]:
        return [
            data[:i] + bytes([byte ^ 0x80]) + data[i + 1 :]
            for i, byte in enumerate(data)
        ]

    changed = [
        *(replace(SHOWN, ctx=ctx) for ctx in flips(CTX)),
        *(replace(SHOWN, ph=ph) for ph in flips(PH)),
        *(replace(SHOWN, context=context_for(header=h)) for h in flips(HEADER)),
        *(
            replace(SHOWN, disclosed={**SHOWN.disclosed, i: value})
            for i in SHOWN.disclosed
            for value in flips(ATTRIBUTES[i])
        ),
    ]
    assert {refused(shown) for shown in changed} == {"presentation.challenge"}


def test_bytes_cannot_move_between_neighbours_of_the_transcript() -> None:
    moved = replace(SHOWN, ph=PH + CTX[:1], ctx=CTX[1:])
    assert refused(moved) == "presentation.challenge"
    swapped = replace(SHOWN, ph=CTX, ctx=PH)
    assert refused(swapped) == "presentation.challenge"
    in_header = replace(SHOWN, context=context_for(header=HEADER + (1).to_bytes(8)))
    assert refused(in_header) == "presentation.challenge"


def test_a_proof_of_another_interface_is_refused() -> None:
    messages = (b"a", b"b")
    signed = sign(GROUP, KEY, PUBLIC, HEADER, messages, API_PLAIN)
    made = proof.prove(
        GROUP, PUBLIC, signed, HEADER, PH, messages, (0,), source("api"), API_PLAIN
    )
    proof.verify_proof(GROUP, PUBLIC, made, HEADER, PH, {0: b"a"}, API_PLAIN)
    with pytest.raises(ProofError) as refusal:
        proof.verify_proof(GROUP, PUBLIC, made, HEADER, PH, {0: b"a"}, API_PSEUDONYM)
    assert refusal.value.code == "presentation.challenge"


# --- Lengths


def test_every_other_length_is_refused_before_anything_is_decoded() -> None:
    right = len(SHOWN.presentation.proof)
    assert right == profile.proof_length(SHOWN.context.schema, 2)
    for length in (*range(right), *range(right + 1, right + 200)):
        shown = SHOWN.with_proof(b"\xff" * length)
        assert refused(shown) == "presentation.length"


def test_a_plain_proof_of_any_length_ends_in_a_typed_error() -> None:
    for length in range(3 * G1_LENGTH + 6 * SCALAR_LENGTH):
        with pytest.raises(EncodingError):
            proof.verify_proof(
                GROUP, PUBLIC, b"\xa0" * length, HEADER, PH, {0: b""}, API_PLAIN
            )


def test_a_huge_proof_or_commitment_is_refused_by_its_length() -> None:
    huge = bytes(3 * G1_LENGTH) + b"\x01" * (SCALAR_LENGTH * 5000)
    with pytest.raises(EncodingError) as refusal:
        proof.verify_proof(GROUP, PUBLIC, huge, HEADER, PH, {}, API_PLAIN)
    assert refusal.value.code == "presentation.length"
    with pytest.raises(EncodingError) as refusal:
        verify_commitment(GROUP, huge[2 * G1_LENGTH :], API_PLAIN)
    assert refusal.value.code == "bbs.commitment-length"


def test_a_proof_shorter_than_the_signers_messages_is_refused() -> None:
    """L - 1 - U must not wrap around."""
    made = Presentation(
        SHOWN.presentation.nym, SHOWN.presentation.proof[: FIRST_SCALAR + 4 * 32]
    )
    with pytest.raises(EncodingError) as refusal:
        pseudonym.verify_proof_with_nym(
            GROUP, PUBLIC, made, HEADER, PH, CTX, 1, 4, {}, {}, API_PSEUDONYM
        )
    assert refusal.value.code == "presentation.length"


# --- Copies of another person's presentation


def test_a_copied_proof_serves_no_other_order_and_no_other_nym() -> None:
    mine = profile.nym(GROUP, CTX, secrets(1, "thief")).to_bytes()
    assert refused(SHOWN.with_nym(mine)) == "presentation.challenge"
    thief = replace(SHOWN, ph=PH.replace(b"refund", b"stolen"))
    assert refused(thief) == "presentation.challenge"


def test_the_nym_of_another_person_cannot_be_proved() -> None:
    """The prover's own credential, presented under a nym seen elsewhere."""
    context = SHOWN.context
    credential = credential_for(context, secrets(1, "thief"))
    made = profile.present(context, credential, CTX, PH, (0, 2), source("thief"))
    assert refused(Shown(context, made).with_nym(SHOWN.presentation.nym)) in {
        "presentation.length",
        "presentation.challenge",
    }
    stolen = replace(SHOWN, presentation=made).with_nym(SHOWN.presentation.nym)
    assert refused(stolen) == "presentation.challenge"


# --- Randomness


def test_two_presentations_of_one_statement_share_only_the_nym() -> None:
    context = context_for()
    credential = credential_for(context, secrets(1))
    stream = source("two")
    first, second = (
        profile.present(context, credential, CTX, PH, (), stream) for _ in range(2)
    )
    assert first.nym == second.nym
    pieces = [
        {made.proof[i : i + 16] for i in range(len(made.proof) - 15)}
        for made in (first, second)
    ]
    assert not pieces[0] & pieces[1]


def _difference(one: bytes, two: bytes) -> int:
    """Solve m^ = m~ + m * c for m, as if both proofs had the same m~."""
    values = [
        [int.from_bytes(octets, "big") for octets in (made[-64:-32], made[-32:])]
        for made in (one, two)
    ]
    (hat_1, c_1), (hat_2, c_2) = values
    return (hat_1 - hat_2) * pow(c_1 - c_2, -1, GROUP_ORDER) % GROUP_ORDER


def test_a_repeated_source_reveals_nothing_in_the_profile() -> None:
    context = context_for()
    credential = credential_for(context, secrets(1))
    one, two = (
        profile.present(context, credential, CTX, ph, (), source("snapshot")).proof
        for ph in (b"one", b"two")
    )
    assert _difference(one, two) != credential.nym_secrets[0]


def test_a_repeated_source_would_reveal_the_secret_in_the_drafts() -> None:
    """What the hedge of the profile is for."""
    context = context_for()
    credential = credential_for(context, secrets(1))
    held = pseudonym.Held(
        PUBLIC,
        credential.signature,
        HEADER,
        ATTRIBUTES,
        (),
        credential.nym_secrets,
        credential.blind,
    )
    one, two = (
        pseudonym.prove_with_nym(
            GROUP, held, (), (), CTX, ph, source("snapshot"), API_PSEUDONYM
        )
        for ph in (b"one", b"two")
    )
    profile.verify_presentation(context, one, CTX, b"one", {})
    assert _difference(one.proof, two.proof) == credential.nym_secrets[0]

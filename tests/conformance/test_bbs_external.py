"""The published vectors of the BBS drafts (tests/EXTERNAL.md), valid and invalid."""

import json
from pathlib import Path
from typing import Any

import pytest

from external import external_vectors
from fairlot_crypto.bbs import (
    blind,
    ciphersuite,
    commitment,
    proof,
    pseudonym,
    signature,
)
from fairlot_crypto.bbs.ciphersuite import (
    API_PLAIN,
    API_PSEUDONYM,
    SecretKey,
    Signature,
)
from fairlot_crypto.bbs.generators import create_blind_generators, create_generators
from fairlot_crypto.curve import Backend, Scalar, backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import hash_to_scalar
from mocked import SEED, MockedRandomness

Fixture = dict[str, Any]

SIGNATURES = [f"signature/signature{i:03}.json" for i in range(1, 8)]
PROOFS = [f"proof/proof{i:03}.json" for i in range(1, 11)]
NYM_COMMITMENTS = [f"commit/nymCommit{i:03}.json" for i in (1, 2)]
NYM_SIGNATURES = [f"signature/nymSignature{i:03}.json" for i in range(1, 5)]
NYM_PROOFS = [f"proof/nymProof{i:03}.json" for i in (1, 2, 3, 4, 101, 102)]
PROOF_TRACE = ("A_bar", "B_bar", "D", "T1", "T2")
NYM_PROOF_TRACE = ("Abar", "Bbar", "D", "T1", "T2")


@pytest.fixture(
    params=["native", pytest.param("reference", marks=pytest.mark.slow)],
    name="curve",
)
def _group(request: pytest.FixtureRequest) -> Backend:
    return backend(request.param)


def load(folder: str, name: str) -> Any:  # noqa: ANN401 - JSON of others
    path: Path = external_vectors(folder) / name
    return json.loads(path.read_text(encoding="utf-8"))


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


def many(texts: list[str]) -> list[bytes]:
    return [octets(text) for text in texts]


def scalar(text: str) -> Scalar:
    return Scalar(int(text, 16))


def scalars(texts: list[str]) -> list[Scalar]:
    return [scalar(text) for text in texts]


def point(text: str) -> bytes:
    # One point of nymSignature001.json has a letter too many.
    return octets(text[:96])


def by_index(messages: dict[str, str]) -> dict[int, bytes]:
    return {int(index): octets(message) for index, message in messages.items()}


def verdict(result: dict[str, Any], code: str | None) -> None:
    """Compare ours, ``None`` or the code of the refusal, with theirs."""
    assert (code is None) == result["valid"], (code, result)


def test_every_published_file_is_used() -> None:
    used = {
        "bbs": {
            "MapMessageToScalarAsHash.json",
            "generators.json",
            "h2s.json",
            "keypair.json",
            "messages.json",
            "mockedRng.json",
            *SIGNATURES,
            *PROOFS,
        },
        "bbs-pseudonym": {
            "generators.json",
            "messages.json",
            *NYM_COMMITMENTS,
            *NYM_SIGNATURES,
            *NYM_PROOFS,
        },
    }
    for folder, names in used.items():
        root = external_vectors(folder)
        found = {str(path.relative_to(root)) for path in root.rglob("*.json")}
        assert found == names


def test_key_pair(curve: Backend) -> None:
    fixture = load("bbs", "keypair.json")
    key = ciphersuite.key_gen(
        octets(fixture["keyMaterial"]),
        octets(fixture["keyInfo"]),
        octets(fixture["keyDst"]),
    )
    assert int(key) == scalar(fixture["keyPair"]["secretKey"])
    public = ciphersuite.public_key(curve, key)
    assert public.to_bytes() == octets(fixture["keyPair"]["publicKey"])


def test_hash_to_scalar() -> None:
    fixture = load("bbs", "h2s.json")
    value = hash_to_scalar(octets(fixture["message"]), octets(fixture["dst"]))
    assert value == scalar(fixture["scalar"])


def test_messages_to_scalars() -> None:
    fixture = load("bbs", "MapMessageToScalarAsHash.json")
    cases = fixture["cases"]
    messages = many([case["message"] for case in cases])
    assert messages == many(load("bbs", "messages.json"))
    mapped = ciphersuite.map_messages(messages, API_PLAIN)
    assert list(mapped) == scalars([case["scalar"] for case in cases])


def test_mocked_scalars() -> None:
    fixture = load("bbs", "mockedRng.json")
    count = fixture["count"]
    source = MockedRandomness(octets(fixture["seed"]), octets(fixture["dst"]), count)
    drawn = ciphersuite.random_scalars(source, count)
    assert list(drawn) == scalars(fixture["mockedScalars"])
    assert octets(fixture["seed"]) == SEED


def test_generators(curve: Backend) -> None:
    fixture = load("bbs", "generators.json")
    assert octets(fixture["P1"]) == ciphersuite.P1_OCTETS
    expected = many([fixture["Q1"], *fixture["MsgGenerators"]])
    points = create_generators(curve, len(expected), API_PLAIN)
    assert [p.to_bytes() for p in points] == expected


def test_pseudonym_generators(curve: Backend) -> None:
    fixture = load("bbs-pseudonym", "generators.json")
    plain, blinded = fixture["generators"], fixture["blindGenerators"]
    assert plain["api_id"].encode() == API_PSEUDONYM
    assert blinded["api_id"].encode() == b"BLIND_" + API_PSEUDONYM
    for published, create in (
        (plain, create_generators),
        (blinded, create_blind_generators),
    ):
        expected = many([published["Q1"], *published["MsgGenerators"]])
        points = create(curve, len(expected), API_PSEUDONYM)
        assert [p.to_bytes() for p in points] == expected


@pytest.mark.parametrize("name", SIGNATURES)
def test_signature(curve: Backend, name: str) -> None:
    fixture: Fixture = load("bbs", name)
    keys, header = fixture["signerKeyPair"], octets(fixture["header"])
    messages = many(fixture["messages"])
    public = ciphersuite.public_key_from_bytes(curve, octets(keys["publicKey"]))
    published = Signature.from_bytes(curve, octets(fixture["signature"]))
    code = None
    try:
        signature.verify(curve, public, published, header, messages, API_PLAIN)
    except CryptoError as error:
        code = error.code
    verdict(fixture["result"], code)
    assert code in {None, "bbs.signature"}

    key = SecretKey(scalar(keys["secretKey"]))
    made = signature.sign(curve, key, public, header, messages, API_PLAIN)
    matches = made.to_bytes() == octets(fixture["signature"])
    assert matches == fixture["result"]["valid"]


@pytest.mark.parametrize("name", ["signature001.json", "signature004.json"])
def test_signature_trace(curve: Backend, name: str) -> None:
    fixture: Fixture = load("bbs", f"signature/{name}")
    messages = many(fixture["messages"])
    public = ciphersuite.public_key_from_bytes(
        curve, octets(fixture["signerKeyPair"]["publicKey"])
    )
    generators = create_generators(curve, len(messages) + 1, API_PLAIN)
    context = signature.Context.build(
        curve, public, generators, octets(fixture["header"]), API_PLAIN
    )
    assert context.domain == scalar(fixture["trace"]["domain"])
    signed = signature.signed_point(
        context, ciphersuite.map_messages(messages, API_PLAIN)
    )
    assert signed.to_bytes() == octets(fixture["trace"]["B"])


@pytest.mark.parametrize("name", PROOFS)
def test_proof(curve: Backend, name: str) -> None:
    fixture: Fixture = load("bbs", name)
    messages = many(fixture["messages"])
    indexes: list[int] = fixture["disclosedIndexes"]
    disclosed = {i: messages[i] for i in indexes}
    public = ciphersuite.public_key_from_bytes(
        curve, octets(fixture["signerPublicKey"])
    )
    code = None
    try:
        proof.verify_proof(
            curve,
            public,
            octets(fixture["proof"]),
            octets(fixture["header"]),
            octets(fixture["presentationHeader"]),
            disclosed,
            API_PLAIN,
        )
    except CryptoError as error:
        code = error.code
    verdict(fixture["result"], code)
    assert code in {None, "presentation.challenge"}


@pytest.mark.parametrize("name", PROOFS[:3])
def test_proof_is_reproduced(curve: Backend, name: str) -> None:
    fixture: Fixture = load("bbs", name)
    messages, trace = many(fixture["messages"]), fixture["trace"]
    indexes: list[int] = fixture["disclosedIndexes"]
    header, ph = octets(fixture["header"]), octets(fixture["presentationHeader"])
    public = ciphersuite.public_key_from_bytes(
        curve, octets(fixture["signerPublicKey"])
    )
    signed = Signature.from_bytes(curve, octets(fixture["signature"]))
    count = 5 + len(messages) - len(indexes)
    dst = octets(load("bbs", "mockedRng.json")["dst"])
    made = proof.prove(
        curve,
        public,
        signed,
        header,
        ph,
        messages,
        indexes,
        MockedRandomness(SEED, dst, count),
        API_PLAIN,
    )
    assert made == octets(fixture["proof"])

    generators = create_generators(curve, len(messages) + 1, API_PLAIN)
    context = signature.Context.build(curve, public, generators, header, API_PLAIN)
    mapped = ciphersuite.map_messages(messages, API_PLAIN)
    disclosed = proof.select(mapped, indexes)
    hidden = proof.hide(
        context, signed, mapped, disclosed, MockedRandomness(SEED, dst, count)
    )
    published = [octets(trace[name]) for name in PROOF_TRACE]
    assert [p.to_bytes() for p in hidden.points] == published
    assert context.domain == scalar(trace["domain"])
    decoded = proof.decode_proof(curve, made, len(messages) - len(indexes))
    assert decoded.challenge == scalar(trace["challenge"])
    again = proof.reconstruct(context, decoded, disclosed)
    assert [p.to_bytes() for p in again] == published[3:]
    drawn = trace["random_scalars"]
    assert hidden.r1 == scalar(drawn["r1"])
    assert hidden.r2 == scalar(drawn["r2"])
    assert hidden.e_tilde == scalar(drawn["e_tilde"])
    assert hidden.r1_tilde == scalar(drawn["r1_tilde"])
    assert hidden.r3_tilde == scalar(drawn["r3_tilde"])
    assert list(hidden.m_tilde) == scalars(drawn["m_tilde_scalars"])


@pytest.mark.parametrize("name", NYM_COMMITMENTS)
def test_nym_commitment(curve: Backend, name: str) -> None:
    fixture: Fixture = load("bbs-pseudonym", name)
    messages = many(fixture["committedMessages"])
    nyms = scalars(fixture["proverNyms"])
    count = len(messages) + len(nyms) + 2
    dst = fixture["mockRngParameters"]["commit"]["DST"].encode()
    source = MockedRandomness(SEED, dst, count)
    made = pseudonym.commit_with_nym(curve, messages, nyms, source, API_PSEUDONYM)
    assert made.octets == octets(fixture["commitmentWithProof"])
    assert made.secret_prover_blind == scalar(fixture["proverBlind"])
    assert source.exhausted()
    drawn = fixture["trace"]["random_scalars"]
    tildes = ciphersuite.random_scalars(MockedRandomness(SEED, dst, count), count)[1:]
    assert list(tildes) == scalars([drawn["s_tilde"], *drawn["m_tildes"]])
    C, generators = commitment.verify_commitment(curve, made.octets, API_PSEUDONYM)
    assert C.to_bytes() == made.octets[:48]
    assert len(generators) == count - 1


@pytest.mark.parametrize("name", NYM_SIGNATURES)
def test_nym_signature(curve: Backend, name: str) -> None:
    fixture: Fixture = load("bbs-pseudonym", name)
    keys, header = fixture["signerKeyPair"], octets(fixture["header"])
    public = ciphersuite.public_key_from_bytes(curve, octets(keys["publicKey"]))
    messages = many(fixture["messages"])
    committed = many(fixture["committedMessages"])
    nyms = scalars(fixture["proverNyms"])
    entropy = scalar(fixture["signer_nym_entropy"])
    prover_blind = scalar(fixture["proverBlind"])
    made = pseudonym.blind_sign_with_nym(
        curve,
        SecretKey(scalar(keys["secretKey"])),
        public,
        octets(fixture["commitmentWithProof"]),
        len(nyms),
        entropy,
        header,
        messages,
        API_PSEUDONYM,
    )
    for signed in (made, Signature.from_bytes(curve, octets(fixture["signature"]))):
        secrets = pseudonym.verify_finalize(
            curve,
            public,
            signed,
            header,
            messages,
            committed,
            nyms,
            entropy,
            prover_blind,
            API_PSEUDONYM,
        )
        assert list(secrets) == scalars(fixture["nym_secrets"])

    counts = len(messages), 1 + len(committed) + len(nyms)
    context = blind.blind_context(
        curve,
        public,
        *counts,
        pseudonym.combined_header(header, len(nyms)),
        API_PSEUDONYM,
    )
    assert context.domain == scalar(fixture["trace"]["domain"])
    values = (
        *ciphersuite.map_messages(messages, API_PSEUDONYM),
        prover_blind,
        *ciphersuite.map_messages(committed, API_PSEUDONYM),
        *scalars(fixture["nym_secrets"]),
    )
    signed_point = signature.signed_point(context, values)
    assert signed_point.to_bytes() == point(fixture["trace"]["B"])


@pytest.mark.parametrize("name", NYM_PROOFS)
def test_nym_proof(curve: Backend, name: str) -> None:
    fixture: Fixture = load("bbs-pseudonym", name)
    ctx, header = octets(fixture["context_id"]), octets(fixture["header"])
    ph = octets(fixture["presentationHeader"])
    public = ciphersuite.public_key_from_bytes(
        curve, octets(fixture["signerPublicKey"])
    )
    messages = many(fixture["messages"])
    committed = many(fixture["committedMessages"])
    secrets = scalars(fixture["nym_secrets"])
    shown = by_index(fixture["revealedMessages"])
    shown_committed = by_index(fixture["revealedCommittedMessages"])
    published = pseudonym.Presentation(
        octets(fixture["pseudonym"]), octets(fixture["proof"])
    )
    pseudonym.verify_proof_with_nym(
        curve,
        public,
        published,
        header,
        ph,
        ctx,
        len(secrets),
        fixture["L"],
        shown,
        shown_committed,
        API_PSEUDONYM,
    )
    hidden = len(messages) + len(committed) - len(shown) - len(shown_committed)
    dst = fixture["mockRngParameters"]["proof"]["DST"].encode()
    source = MockedRandomness(SEED, dst, 5 + hidden + 1 + len(secrets))
    held = pseudonym.Held(
        public,
        Signature.from_bytes(curve, octets(fixture["signature"])),
        header,
        tuple(messages),
        tuple(committed),
        tuple(secrets),
        scalar(fixture["proverBlind"]),
    )
    made = pseudonym.prove_with_nym(
        curve,
        held,
        sorted(shown),
        sorted(shown_committed),
        ctx,
        ph,
        source,
        API_PSEUDONYM,
    )
    assert made == published
    assert source.exhausted()


@pytest.mark.parametrize("name", NYM_PROOFS)
def test_nym_proof_trace(curve: Backend, name: str) -> None:
    fixture: Fixture = load("bbs-pseudonym", name)
    trace, header = fixture["trace"], octets(fixture["header"])
    ctx = octets(fixture["context_id"])
    public = ciphersuite.public_key_from_bytes(
        curve, octets(fixture["signerPublicKey"])
    )
    signer = ciphersuite.map_messages(many(fixture["messages"]), API_PSEUDONYM)
    committed = ciphersuite.map_messages(
        many(fixture["committedMessages"]), API_PSEUDONYM
    )
    secrets = scalars(fixture["nym_secrets"])
    context = blind.blind_context(
        curve,
        public,
        len(signer),
        1 + len(committed) + len(secrets),
        pseudonym.combined_header(header, len(secrets)),
        API_PSEUDONYM,
    )
    assert context.domain == scalar(trace["domain"])
    disclosed = blind.select_blind(
        signer,
        committed,
        sorted(by_index(fixture["revealedMessages"])),
        sorted(by_index(fixture["revealedCommittedMessages"])),
    )
    values = (*signer, scalar(fixture["proverBlind"]), *committed, *secrets)
    dst = fixture["mockRngParameters"]["proof"]["DST"].encode()
    source = MockedRandomness(SEED, dst, 5 + len(values) - len(disclosed))
    signed = Signature.from_bytes(curve, octets(fixture["signature"]))
    hidden = proof.hide(context, signed, values, disclosed, source)
    published = many([trace[name] for name in NYM_PROOF_TRACE])
    assert [p.to_bytes() for p in hidden.points] == published
    OP = pseudonym.context_point(curve, ctx, API_PSEUDONYM)
    response = pseudonym.evaluate(hidden.m_tilde[-len(secrets) :], ctx, API_PSEUDONYM)
    assert (OP * response).to_bytes() == octets(trace["Ut"])
    nym = pseudonym.nym(curve, ctx, secrets, API_PSEUDONYM)
    assert nym.to_bytes() == octets(trace["pseudonym"])
    if "OP" in trace:
        assert OP.to_bytes() == octets(trace["OP"])
        assert response == scalar(trace["poly_eval_proof"])
        value = pseudonym.evaluate(secrets, ctx, API_PSEUDONYM)
        assert value == scalar(trace["poly_eval_pseudo"])


def test_committed_messages_of_the_pseudonym_fixtures() -> None:
    published = load("bbs-pseudonym", "messages.json")
    fixture = load("bbs-pseudonym", NYM_PROOFS[0])
    assert published["messages"] == fixture["messages"]
    assert published["committedMessages"] == fixture["committedMessages"]

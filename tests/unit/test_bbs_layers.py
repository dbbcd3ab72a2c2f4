"""The layers of the drafts, one by one: what they accept and how they refuse misuse."""

from collections.abc import Callable

import pytest

from fairlot_crypto.bbs import blind, octets, proof, pseudonym
from fairlot_crypto.bbs.ciphersuite import (
    API_BLIND,
    API_PLAIN,
    API_PSEUDONYM,
    CIPHERSUITE_ID,
    P1_OCTETS,
    SecretKey,
    Signature,
    key_gen,
    map_messages,
    p1,
    public_key,
    public_key_from_bytes,
    refused_signature,
    secret_key,
)
from fairlot_crypto.bbs.commitment import BlindCommitment, commit, verify_commitment
from fairlot_crypto.bbs.generators import (
    MAX_GENERATORS,
    create_blind_generators,
    create_generators,
)
from fairlot_crypto.bbs.pseudonym import Presentation
from fairlot_crypto.bbs.signature import (
    Context,
    sign,
    sign_point,
    signed_point,
    verify,
)
from fairlot_crypto.curve import Scalar
from fairlot_crypto.errors import CallerError, CryptoError, EncodingError, ProofError
from fairlot_crypto.hashing import (
    EXPAND_LENGTH,
    GROUP_ORDER,
    expand_message_xmd,
    i2osp,
)
from kit.holder import GROUP, HEADER, KEY, PH, PUBLIC, secrets, source

MESSAGES = (b"", b"one", b"two", b"three" * 50)
CTX = b"context"


def code_of(attempt: Callable[[], object], kind: type[CryptoError]) -> str:
    with pytest.raises(kind) as refusal:
        attempt()
    return refusal.value.code


# --- Keys and constants


def test_p1_is_the_first_generator_of_its_seed() -> None:
    dst = API_PLAIN + b"SIG_GENERATOR_SEED_"
    seed = API_PLAIN + b"BP_MESSAGE_GENERATOR_SEED"
    v = expand_message_xmd(seed, dst, EXPAND_LENGTH)
    v = expand_message_xmd(v + i2osp(1, 8), dst, EXPAND_LENGTH)
    point = GROUP.hash_to_g1(v, API_PLAIN + b"SIG_GENERATOR_DST_")
    assert point.to_bytes() == P1_OCTETS == p1(GROUP).to_bytes()


def test_interface_ids() -> None:
    suite = b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_"
    assert suite == CIPHERSUITE_ID
    assert suite + b"H2G_HM2S_" == API_PLAIN
    assert suite + b"BLIND_H2G_HM2S_" == API_BLIND
    assert suite + b"H2G_HM2S_PSEUDONYM_" == API_PSEUDONYM


def test_keys_depend_on_material_info_and_dst() -> None:
    material = bytes(32)
    keys = {
        key_gen(material),
        key_gen(material + b"\x00"),
        key_gen(material, b"info"),
        key_gen(material, b"", b"other tag"),
    }
    assert len(keys) == 4
    assert all(0 < key < GROUP_ORDER for key in keys)


@pytest.mark.parametrize(("length", "info"), [(31, 0), (0, 0), (32, 65536)])
def test_key_material_out_of_bounds_is_refused(length: int, info: int) -> None:
    attempt = lambda: key_gen(bytes(length), bytes(info))  # noqa: E731
    assert code_of(attempt, CallerError) == "bbs.key-material"


@pytest.mark.parametrize("value", [0, -1, GROUP_ORDER])
def test_a_secret_key_out_of_range_is_refused(value: int) -> None:
    assert code_of(lambda: secret_key(value), CallerError) == "bbs.secret-key"


def test_public_keys_decode_strictly() -> None:
    data = PUBLIC.to_bytes()
    assert public_key_from_bytes(GROUP, data).to_bytes() == data
    for bad in (b"", data[:-1], data + b"\x00", b"\xff" * 96, b"\xc0" + bytes(95)):
        with pytest.raises(EncodingError) as refusal:
            public_key_from_bytes(GROUP, bad)
        assert refusal.value.code == "bbs.public-key"


# --- Generators


def test_generators_extend_one_list() -> None:
    ten = create_generators(GROUP, 10, API_PLAIN)
    assert create_generators(GROUP, 3, API_PLAIN) == ten[:3]
    assert create_generators(GROUP, 0, API_PLAIN) == ()
    assert create_generators(GROUP, 10, API_PLAIN) is ten


def test_no_generator_repeats_within_or_across_interfaces() -> None:
    lists = [create_generators(GROUP, 8, api) for api in (API_PLAIN, API_PSEUDONYM)]
    lists.append(create_blind_generators(GROUP, 8, API_PSEUDONYM))
    encodings = {point.to_bytes() for points in lists for point in points}
    assert len(encodings | {P1_OCTETS}) == 25


@pytest.mark.parametrize("count", [-1, MAX_GENERATORS + 1])
def test_generator_counts_are_bounded(count: int) -> None:
    attempt = lambda: create_generators(GROUP, count, API_PLAIN)  # noqa: E731
    assert code_of(attempt, CallerError) == "bbs.generator-count"


# --- Octets


def test_octets_report_the_first_broken_rule() -> None:
    identity, one = b"\xc0" + bytes(47), i2osp(1, 32)
    cases = (
        (b"", "bbs.signature-length"),
        (identity, "bbs.signature-length"),
        (identity + bytes(32), "bbs.signature-scalar"),
        (b"\xff" * 48 + i2osp(GROUP_ORDER, 32), "bbs.signature-scalar"),
        (b"\xff" * 48 + one, "bbs.signature-point"),
        (identity + one, "bbs.signature-identity"),
    )
    for data, code in cases:
        with pytest.raises(EncodingError) as refusal:
            Signature.from_bytes(GROUP, data)
        assert refusal.value.code == code


def test_scalar_counts_follow_from_lengths() -> None:
    for points, scalars in ((0, 0), (1, 2), (3, 7)):
        data = bytes(octets.length_of(points, scalars))
        assert octets.scalar_count(data, points, refused_signature) == scalars
        with pytest.raises(EncodingError):
            octets.scalar_count(data + b"\x00", points, refused_signature)
    assert octets.scalar_count(b"", 2, refused_signature) < 0


# --- Signatures


@pytest.mark.parametrize("count", range(len(MESSAGES) + 1))
def test_signatures_verify_and_survive_encoding(count: int) -> None:
    made = sign(GROUP, KEY, PUBLIC, HEADER, MESSAGES[:count], API_PLAIN)
    again = Signature.from_bytes(GROUP, made.to_bytes())
    verify(GROUP, PUBLIC, again, HEADER, MESSAGES[:count], API_PLAIN)


def test_a_signature_is_for_one_statement_only() -> None:
    made = sign(GROUP, KEY, PUBLIC, HEADER, MESSAGES, API_PLAIN)
    other_key = public_key(GROUP, key_gen(b"other" * 8))
    statements = (
        (other_key, made, HEADER, MESSAGES, API_PLAIN),
        (PUBLIC, made, b"", MESSAGES, API_PLAIN),
        (PUBLIC, made, HEADER, MESSAGES[:-1], API_PLAIN),
        (PUBLIC, made, HEADER, (*MESSAGES, b""), API_PLAIN),
        (PUBLIC, made, HEADER, MESSAGES[::-1], API_PLAIN),
        (PUBLIC, made, HEADER, MESSAGES, API_BLIND),
        (PUBLIC, Signature(made.A, Scalar(made.e - 1)), HEADER, MESSAGES, API_PLAIN),
        (PUBLIC, Signature(-made.A, made.e), HEADER, MESSAGES, API_PLAIN),
    )
    for statement in statements:
        with pytest.raises(ProofError) as refusal:
            verify(GROUP, *statement)
        assert refusal.value.code == "bbs.signature"


def test_the_identity_is_never_signed() -> None:
    generators = create_generators(GROUP, 1, API_PLAIN)
    context = Context.build(GROUP, PUBLIC, generators, HEADER, API_PLAIN)
    with pytest.raises(ProofError) as refusal:
        signed_point(context, (), -context.start)
    assert refusal.value.code == "bbs.signed-identity"


def test_a_key_that_cancels_e_is_refused() -> None:
    point = p1(GROUP)
    attempt = lambda: sign_point(  # noqa: E731
        SecretKey(5), point, Scalar(GROUP_ORDER - 5)
    )
    assert code_of(attempt, CallerError) == "groups.no-inverse"


# --- Proofs


@pytest.mark.parametrize(
    "indexes", [(), (0,), (3,), (0, 1, 2, 3), (1, 3)], ids=lambda i: f"{i}"
)
def test_proofs_verify_for_any_disclosure(indexes: tuple[int, ...]) -> None:
    signed = sign(GROUP, KEY, PUBLIC, HEADER, MESSAGES, API_PLAIN)
    statement = HEADER, PH, MESSAGES, indexes
    made = proof.prove(GROUP, PUBLIC, signed, *statement, source("p"), API_PLAIN)
    assert len(made) == octets.length_of(3, 4 + len(MESSAGES) - len(indexes))
    shown = {i: MESSAGES[i] for i in indexes}
    proof.verify_proof(GROUP, PUBLIC, made, HEADER, PH, shown, API_PLAIN)


@pytest.mark.parametrize("indexes", [(4,), (-1,), (1, 1), (2, 1), (0, 9)])
def test_impossible_indexes_are_the_provers_mistake(indexes: tuple[int, ...]) -> None:
    signed = sign(GROUP, KEY, PUBLIC, HEADER, MESSAGES, API_PLAIN)
    statement = HEADER, PH, MESSAGES, indexes
    with pytest.raises(CallerError) as refusal:
        proof.prove(GROUP, PUBLIC, signed, *statement, source("p"), API_PLAIN)
    assert refusal.value.code == "bbs.index"


@pytest.mark.parametrize("index", [-1, 4, 2**64])
def test_impossible_indexes_are_refused_by_the_verifier(index: int) -> None:
    signed = sign(GROUP, KEY, PUBLIC, HEADER, MESSAGES, API_PLAIN)
    statement = HEADER, PH, MESSAGES, (0,)
    made = proof.prove(GROUP, PUBLIC, signed, *statement, source("p"), API_PLAIN)
    with pytest.raises(EncodingError) as refusal:
        proof.verify_proof(GROUP, PUBLIC, made, HEADER, PH, {index: b""}, API_PLAIN)
    assert refusal.value.code == "presentation.index"


# --- Blind signatures


def commitment_to(messages: tuple[bytes, ...]) -> BlindCommitment:
    return commit(GROUP, messages, source("commit"), API_BLIND)


@pytest.mark.parametrize("committed", [(), (b"a",), (b"a", b"", b"c")])
@pytest.mark.parametrize("count", [0, 2])
def test_blind_signatures_verify_and_prove(
    committed: tuple[bytes, ...], count: int
) -> None:
    made, messages = commitment_to(committed), MESSAGES[:count]
    signed = blind.blind_sign(
        GROUP, KEY, PUBLIC, made.octets, HEADER, messages, API_BLIND
    )
    secret = made.secret_prover_blind
    statement = HEADER, messages, committed, secret, API_BLIND
    blind.verify_blind_sign(GROUP, PUBLIC, signed, *statement)
    shown, shown_committed = range(count)[1:], range(len(committed))[:1]
    presented = blind.blind_prove(
        GROUP,
        PUBLIC,
        signed,
        HEADER,
        PH,
        messages,
        committed,
        shown,
        shown_committed,
        secret,
        source("prove"),
        API_BLIND,
    )
    disclosed = {i: messages[i] for i in shown}
    disclosed_committed = {j: committed[j] for j in shown_committed}
    known = HEADER, PH, count, disclosed, disclosed_committed, API_BLIND
    blind.verify_blind_proof(GROUP, PUBLIC, presented, *known)


def test_a_blind_signature_needs_its_blind() -> None:
    made = commitment_to((b"a",))
    signed = blind.blind_sign(GROUP, KEY, PUBLIC, made.octets, HEADER, (), API_BLIND)
    with pytest.raises(ProofError) as refusal:
        blind.verify_blind_sign(
            GROUP, PUBLIC, signed, HEADER, (), (b"a",), Scalar(1), API_BLIND
        )
    assert refusal.value.code == "bbs.signature"


def test_nothing_committed_is_signed_under_a_blind_of_zero() -> None:
    signed = blind.blind_sign(GROUP, KEY, PUBLIC, b"", HEADER, MESSAGES, API_BLIND)
    blind.verify_blind_sign(
        GROUP, PUBLIC, signed, HEADER, MESSAGES, (), Scalar(0), API_BLIND
    )


def test_commitments_decode_strictly() -> None:
    data = commitment_to((b"a",)).octets
    C, generators = verify_commitment(GROUP, data, API_BLIND)
    assert C.to_bytes() == data[:48]
    assert generators == create_blind_generators(GROUP, 2, API_BLIND)
    identity = b"\xc0" + bytes(47)
    cases = (
        (b"", "bbs.commitment-length"),
        (data[: 48 + 32], "bbs.commitment-length"),
        (data[:-1], "bbs.commitment-length"),
        (data[:-32] + bytes(32), "bbs.commitment-scalar"),
        (b"\xff" * 48 + data[48:], "bbs.commitment-point"),
        (identity + data[48:], "bbs.commitment-identity"),
        (data[:-32], "bbs.commitment-proof"),
    )
    for bad, code in cases:
        with pytest.raises(CryptoError) as refusal:
            verify_commitment(GROUP, bad, API_BLIND)
        assert refusal.value.code == code


# --- Pseudonyms


def test_a_nym_is_a_polynomial_in_the_context() -> None:
    z = pseudonym.evaluate((Scalar(0), Scalar(1)), CTX, API_PSEUDONYM)
    a, b, c = secrets(3)
    value = (a + b * z + c * z**2) % GROUP_ORDER
    assert pseudonym.evaluate((a, b, c), CTX, API_PSEUDONYM) == value
    base = pseudonym.context_point(GROUP, CTX, API_PSEUDONYM)
    nym = pseudonym.nym(GROUP, CTX, (a, b, c), API_PSEUDONYM)
    assert nym.to_bytes() == (base * value).to_bytes()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("entropy", [0, 7])
def test_presentations_with_committed_messages(count: int, entropy: int) -> None:
    committed, own = (b"mine", b"too"), secrets(count)
    made = pseudonym.commit_with_nym(
        GROUP, committed, own, source("commit"), API_PSEUDONYM
    )
    signed = pseudonym.blind_sign_with_nym(
        GROUP,
        KEY,
        PUBLIC,
        made.octets,
        count,
        Scalar(entropy),
        HEADER,
        MESSAGES,
        API_PSEUDONYM,
    )
    nym_secrets = pseudonym.verify_finalize(
        GROUP,
        PUBLIC,
        signed,
        HEADER,
        MESSAGES,
        committed,
        own,
        Scalar(entropy),
        made.secret_prover_blind,
        API_PSEUDONYM,
    )
    assert nym_secrets[:-1] == own[:-1]
    assert nym_secrets[-1] == (own[-1] + entropy) % GROUP_ORDER
    held = pseudonym.Held(
        PUBLIC,
        signed,
        HEADER,
        MESSAGES,
        committed,
        nym_secrets,
        made.secret_prover_blind,
    )
    presentation = pseudonym.prove_with_nym(
        GROUP, held, (1, 3), (1,), CTX, PH, source("prove"), API_PSEUDONYM
    )
    nym = pseudonym.nym(GROUP, CTX, nym_secrets, API_PSEUDONYM)
    assert presentation.nym == nym.to_bytes()

    def check(nym_count: int, message_count: int) -> None:
        pseudonym.verify_proof_with_nym(
            GROUP,
            PUBLIC,
            presentation,
            HEADER,
            PH,
            CTX,
            nym_count,
            message_count,
            {1: MESSAGES[1], 3: MESSAGES[3]},
            {1: b"too"},
            API_PSEUDONYM,
        )

    check(count, len(MESSAGES))
    for wrong in ((count + 1, len(MESSAGES)), (count, len(MESSAGES) + 1)):
        with pytest.raises(CryptoError) as refusal:
            check(*wrong)
        assert refusal.value.code in {
            "presentation.challenge",
            "presentation.length",
            "presentation.index",
        }


def test_a_last_nym_secret_without_the_signers_entropy_does_not_verify() -> None:
    made = pseudonym.commit_with_nym(
        GROUP, (), secrets(1), source("commit"), API_PSEUDONYM
    )
    signed = pseudonym.blind_sign_with_nym(
        GROUP, KEY, PUBLIC, made.octets, 1, Scalar(9), HEADER, (), API_PSEUDONYM
    )
    with pytest.raises(ProofError) as refusal:
        pseudonym.verify_finalize(
            GROUP,
            PUBLIC,
            signed,
            HEADER,
            (),
            (),
            secrets(1),
            Scalar(0),
            made.secret_prover_blind,
            API_PSEUDONYM,
        )
    assert refusal.value.code == "bbs.signature"


def test_there_is_at_least_one_nym_secret() -> None:
    nothing = Presentation(b"", b"")
    attempts = (
        lambda: pseudonym.combined_header(HEADER, 0),
        lambda: pseudonym.verify_proof_with_nym(
            GROUP, PUBLIC, nothing, HEADER, PH, CTX, 0, 0, {}, {}, API_PSEUDONYM
        ),
    )
    for attempt in attempts:
        assert code_of(attempt, CallerError) == "bbs.nym-count"


def test_messages_map_independently() -> None:
    assert map_messages((b"a", b"b"), API_PLAIN) == (
        *map_messages((b"a",), API_PLAIN),
        *map_messages((b"b",), API_PLAIN),
    )
    assert map_messages((b"a",), API_PLAIN) != map_messages((b"a",), API_BLIND)

"""BBS over drawn messages, disclosures and garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from fairlot_crypto.bbs import commitment, proof, pseudonym
from fairlot_crypto.bbs.ciphersuite import API_PLAIN, API_PSEUDONYM, Signature
from fairlot_crypto.bbs.profile import Presentation
from fairlot_crypto.bbs.signature import sign
from fairlot_crypto.curve import Scalar
from fairlot_crypto.errors import CryptoError, EncodingError
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.randomness import SeededRandomness
from kit.holder import (
    CTX,
    GROUP,
    HEADER,
    KEY,
    PH,
    PUBLIC,
    Shown,
    context_for,
    shown_for,
)

FEW = examples(20)
MANY = examples(150)
SHOWN = shown_for()

message_lists = st.lists(st.binary(max_size=20), max_size=6)
scalars = st.integers(1, GROUP_ORDER - 1).map(Scalar)


@FEW
@given(message_lists, st.data(), st.binary(max_size=9), st.binary(max_size=9))
def test_a_proof_verifies_exactly_its_statement(
    messages: list[bytes], data: st.DataObject, header: bytes, ph: bytes
) -> None:
    indexes = sorted(
        data.draw(st.sets(st.sampled_from(range(len(messages)))))
        if messages
        else set[int]()
    )
    signed = sign(GROUP, KEY, PUBLIC, header, messages, API_PLAIN)
    source = SeededRandomness(data.draw(st.binary(min_size=32, max_size=32)))
    statement = header, ph, messages, indexes
    made = proof.prove(GROUP, PUBLIC, signed, *statement, source, API_PLAIN)
    shown = {i: messages[i] for i in indexes}
    proof.verify_proof(GROUP, PUBLIC, made, header, ph, shown, API_PLAIN)

    position = data.draw(st.integers(0, len(made) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = bytearray(made)
    changed[position] ^= flip
    with pytest.raises(CryptoError):
        proof.verify_proof(GROUP, PUBLIC, bytes(changed), header, ph, shown, API_PLAIN)
    for other_header, other_ph in ((header + b"0", ph), (header, ph + b"0")):
        with pytest.raises(CryptoError):
            proof.verify_proof(
                GROUP, PUBLIC, made, other_header, other_ph, shown, API_PLAIN
            )


@MANY
@given(st.binary(max_size=400), st.binary(max_size=60))
def test_garbage_is_refused_with_a_typed_error(octets: bytes, nym: bytes) -> None:
    with pytest.raises(EncodingError):
        Signature.from_bytes(GROUP, octets)
    with pytest.raises(CryptoError):
        proof.verify_proof(GROUP, PUBLIC, octets, HEADER, PH, {}, API_PLAIN)
    with pytest.raises(CryptoError):
        commitment.verify_commitment(GROUP, octets, API_PSEUDONYM)
    with pytest.raises(CryptoError):
        Shown(context_for(), Presentation(nym, octets)).verify()


@MANY
@given(st.data())
def test_a_garbled_presentation_is_refused(data: st.DataObject) -> None:
    octets = SHOWN.presentation.proof
    start = data.draw(st.integers(0, len(octets) - 1))
    patch = data.draw(st.binary(min_size=1, max_size=len(octets) - start))
    if octets[start : start + len(patch)] != patch:
        with pytest.raises(CryptoError):
            SHOWN.splice(start, patch).verify()


@FEW
@given(st.lists(scalars, min_size=1, max_size=5), st.binary(max_size=40))
def test_nyms_add_up_like_their_secrets(secrets: list[Scalar], ctx: bytes) -> None:
    """The nym is linear: the n issuers' shares of s give shares of the nym."""
    halves = [Scalar(s // 2) for s in secrets]
    rest = [Scalar(s - h) for s, h in zip(secrets, halves, strict=True)]
    base = pseudonym.context_point(GROUP, ctx, API_PSEUDONYM)
    parts = [
        base * pseudonym.evaluate(part, ctx, API_PSEUDONYM) for part in (halves, rest)
    ]
    whole = base * pseudonym.evaluate(secrets, ctx, API_PSEUDONYM)
    assert (parts[0] + parts[1]).to_bytes() == whole.to_bytes()


@FEW
@given(st.lists(scalars, min_size=1, max_size=4), st.data())
def test_evaluation_is_the_sum_of_powers(
    secrets: list[Scalar], data: st.DataObject
) -> None:
    ctx = data.draw(st.binary(max_size=10)) + CTX
    z = pseudonym.evaluate([Scalar(0), Scalar(1)], ctx, API_PSEUDONYM)
    naive = sum(s * pow(z, j, GROUP_ORDER) for j, s in enumerate(secrets))
    assert pseudonym.evaluate(secrets, ctx, API_PSEUDONYM) == naive % GROUP_ORDER

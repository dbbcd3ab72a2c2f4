"""Receipts read back and hold; whatever is changed is refused or said."""

from hypothesis import given
from hypothesis import strategies as st

from fairlot_crypto.errors import CryptoError, EncodingError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.log.policy import Log, Policy, Witness
from fairlot_crypto.log.proof import LogProof, make_proof, verify_proof

NAME = "board.example"
BOARD, ANN, STRANGER = (SigningKey.from_seed(bytes([n]) * 32) for n in range(3))
POLICY = Policy(
    (Log(NAME, BOARD.public),),
    (Witness("ann", "ann.example", ANN.public),),
    (),
    "ann",
)
LEAVES = st.lists(st.binary(max_size=20), min_size=1, max_size=40)


def receipt(leaves: list[bytes], index: int, size: int, extra: bytes) -> LogProof:
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    head = Checkpoint(NAME, size, tree.root(size))
    lines = (
        sign_checkpoint(head, NAME, BOARD),
        cosign_checkpoint(head, "ann.example", ANN, 1893456000),
        cosign_checkpoint(head, "b.example", STRANGER, 1893456001),
    )
    return make_proof(tree, index, SignedCheckpoint(head, lines), extra)


@st.composite
def receipts(draw: st.DrawFn) -> tuple[LogProof, bytes]:
    leaves = draw(LEAVES)
    size = draw(st.integers(1, len(leaves)))
    index = draw(st.integers(0, size - 1))
    return receipt(leaves, index, size, draw(st.binary(max_size=20))), leaves[index]


@given(receipts())
def test_a_receipt_reads_back_and_holds(case: tuple[LogProof, bytes]) -> None:
    proof, leaf = case
    data = proof.to_bytes()
    read = LogProof.parse(data)
    assert read == proof
    assert read.to_bytes() == data
    judgement = verify_proof(read, leaf, POLICY, origin=NAME)
    assert judgement.logs == POLICY.logs
    assert [line.name for line in judgement.unknown] == ["b.example"]


@given(receipts(), st.data())
def test_a_flipped_bit_is_refused_or_changes_what_is_said(
    case: tuple[LogProof, bytes], data: st.DataObject
) -> None:
    """What nobody vouches for, extra data and unknown lines, is said as it stands.

    Another index may hold where it has the same leaf.
    """
    proof, leaf = case
    changed = bytearray(proof.to_bytes())
    bit = data.draw(st.integers(0, 8 * len(changed) - 1))
    changed[bit // 8] ^= 1 << bit % 8
    said = verify_proof(proof, leaf, POLICY)
    try:
        read = LogProof.parse(bytes(changed))
        now = verify_proof(read, leaf, POLICY)
    except CryptoError:
        return
    assert read.to_bytes() == bytes(changed)
    assert read.hashes == proof.hashes
    assert read.signed.checkpoint == proof.signed.checkpoint
    assert (now.logs, now.cosigned) == (said.logs, said.cosigned)
    free = (proof.index, said.unknown, proof.extra)
    assert (read.index, now.unknown, read.extra) != free


@given(receipts(), st.data())
def test_an_edited_receipt_is_refused_or_reads_back(
    case: tuple[LogProof, bytes], data: st.DataObject
) -> None:
    text = case[0].to_bytes()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    new = data.draw(st.text("0123 \n=AB+/—éindextra", max_size=6)).encode()
    edited = text[:start] + new + text[end:]
    try:
        read = LogProof.parse(edited)
    except EncodingError:
        return
    assert read.to_bytes() == edited


@given(st.binary(max_size=40), st.binary(max_size=20))
def test_any_bytes_are_refused_or_read_back(middle: bytes, end: bytes) -> None:
    data = b"c2sp.org/tlog-proof@v1\n" + middle + end
    try:
        read = LogProof.parse(data)
    except EncodingError:
        return
    assert read.to_bytes() == data

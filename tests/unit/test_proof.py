"""Receipts: their bytes, how they are made, and what they show."""

import base64
from dataclasses import replace

import pytest

from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    MAX_INTEGER,
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.merkle import Tree, inclusion_proof
from fairlot_crypto.log.policy import NO_QUORUM, Log, Policy, Witness
from fairlot_crypto.log.proof import MAX_HASHES, LogProof, make_proof, verify_proof

NAME = "board.example/sale"
KEY = SigningKey.from_seed(bytes(range(32)))
WITNESS = SigningKey.from_seed(bytes(32))
TIME = 1893456000
LEAVES = [b"leaf %d" % i for i in range(13)]
POLICY = Policy((Log(NAME, KEY.public),), (), (), NO_QUORUM)


def tree() -> Tree:
    grown = Tree()
    for leaf in LEAVES:
        grown.append(leaf)
    return grown


TREE = tree()


def head(size: int) -> SignedCheckpoint:
    checkpoint = Checkpoint(NAME, size, TREE.root(size))
    return SignedCheckpoint(checkpoint, (sign_checkpoint(checkpoint, NAME, KEY),))


PROOF = make_proof(TREE, 5, head(13))


def test_its_bytes_are_header_index_hashes_and_checkpoint() -> None:
    hashes = [base64.b64encode(h).decode() for h in inclusion_proof(TREE, 5, 13)]
    lines = ["c2sp.org/tlog-proof@v1", "index 5", *hashes, "", head(13).to_text()]
    assert PROOF.to_bytes() == "\n".join(lines).encode()
    assert LogProof.parse(PROOF.to_bytes()) == PROOF


def test_extra_data_have_a_line_of_their_own() -> None:
    proof = make_proof(TREE, 5, head(13), b"any\0data")
    data = proof.to_bytes()
    assert b"proof@v1\nextra YW55AGRhdGE=\nindex 5\n" in data
    assert LogProof.parse(data) == proof
    assert LogProof.parse(data.replace(b"extra YW55AGRhdGE=\n", b"")) == PROOF


def test_every_leaf_has_a_receipt_at_every_size() -> None:
    for size in range(1, len(LEAVES) + 1):
        for index in range(size):
            proof = LogProof.parse(make_proof(TREE, index, head(size)).to_bytes())
            judgement = verify_proof(proof, LEAVES[index], POLICY, origin=NAME)
            assert judgement.logs == POLICY.logs


def test_it_says_who_saw_the_checkpoint_and_when() -> None:
    signed = head(13)
    line = cosign_checkpoint(signed.checkpoint, "w.example", WITNESS, TIME)
    witnessed = replace(signed, lines=(*signed.lines, line))
    witness = Witness("w", "w.example", WITNESS.public)
    policy = Policy(POLICY.logs, (witness,), (), "w")
    judgement = verify_proof(make_proof(TREE, 5, witnessed), LEAVES[5], policy)
    assert [(c.witness, c.time) for c in judgement.cosigned] == [(witness, TIME)]
    with pytest.raises(ProofError) as caught:
        verify_proof(PROOF, LEAVES[5], policy)
    assert caught.value.code == "policy.quorum"


def test_any_log_of_the_policy_will_do_unless_one_is_named() -> None:
    verify_proof(PROOF, LEAVES[5], POLICY)
    with pytest.raises(ProofError) as caught:
        verify_proof(PROOF, LEAVES[5], POLICY, origin="board.example/other")
    assert caught.value.code == "proof.origin"


def test_only_the_leaf_itself_is_proven() -> None:
    for leaf in (*LEAVES[:5], *LEAVES[6:], b""):
        with pytest.raises(ProofError) as caught:
            verify_proof(PROOF, leaf, POLICY)
        assert caught.value.code == "merkle.root"


@pytest.mark.parametrize(
    ("index", "checkpoint", "code"),
    [
        (13, head(13).checkpoint, "merkle.range"),
        (-1, head(13).checkpoint, "merkle.range"),
        (8, head(8).checkpoint, "merkle.range"),
        (0, head(0).checkpoint, "merkle.range"),
        (5, Checkpoint(NAME, 14, TREE.root()), "merkle.range"),
        (5, Checkpoint(NAME, 12, TREE.root()), "proof.tree"),
    ],
)
def test_what_is_not_in_the_tree_gets_no_receipt(
    index: int, checkpoint: Checkpoint, code: str
) -> None:
    signed = SignedCheckpoint(checkpoint, (sign_checkpoint(checkpoint, NAME, KEY),))
    with pytest.raises(CallerError) as caught:
        make_proof(TREE, index, signed)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("index", "hashes"),
    [
        (-1, ()),
        (MAX_INTEGER + 1, ()),
        (0, (bytes(31),)),
        (0, (bytes(33),)),
        (0, (bytes(32),) * (MAX_HASHES + 1)),
    ],
)
def test_a_receipt_that_could_not_be_read_is_not_made(
    index: int, hashes: tuple[bytes, ...]
) -> None:
    with pytest.raises(CallerError) as caught:
        LogProof(index, hashes, head(13))
    assert caught.value.code == "proof.field"


def test_the_largest_receipt_reads_back() -> None:
    proof = LogProof(MAX_INTEGER, (bytes(32),) * MAX_HASHES, head(13))
    assert LogProof.parse(proof.to_bytes()) == proof


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"c2sp", b"C2sp", "proof.header"),
        (b"v1\n", b"v1 \n", "proof.header"),
        (b"c2sp", b"\xef\xbb\xbfc2sp", "proof.header"),
        (b"c2sp", b"\xffc2sp", "proof.characters"),
        (b"index 5", b"index -5", "proof.index"),
        (b"index 5", b"index 5 ", "proof.index"),
        (b"index 5", b"Index 5", "proof.index"),
        (b"index 5", b"5", "proof.index"),
        (b"index 5", b"index\t5", "proof.index"),
        (b"index 5", b"index 1_0", "proof.index"),
        (b"index 5", b"extra\nindex 5", "proof.index"),
        (b"index 5", b"extra AA\nindex 5", "note.base64"),
        (b"index 5", b"extra =\nindex 5", "note.base64"),
        (b"index 5", b"extra  AA==\nindex 5", "note.base64"),
        (b"\n\n", b"\n \n", "note.base64"),
        (b"\n\n", b"\nAA==\n\n", "proof.hash"),
        (b"\n13\n", b"\n13\nextension\n", "checkpoint.lines"),
    ],
)
def test_other_bytes_are_refused(old: bytes, new: bytes, code: str) -> None:
    data = PROOF.to_bytes()
    assert old in data
    with pytest.raises(EncodingError) as caught:
        LogProof.parse(data.replace(old, new, 1))
    assert caught.value.code == code


@pytest.mark.parametrize("data", [b"", b"\n\n", b"c2sp.org/tlog-proof@v1", b"\0" * 99])
def test_what_is_no_receipt_at_all_is_said_so(data: bytes) -> None:
    with pytest.raises(EncodingError) as caught:
        LogProof.parse(data)
    assert caught.value.code == "proof.header"

"""What a lying log, a courier or a careless reader may try on receipts and policies."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fairlot_crypto.errors import CryptoError, EncodingError, ProofError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.judgement import judge_checkpoint
from fairlot_crypto.log.merkle import Tree, leaf_hash, node_hash
from fairlot_crypto.log.note import KeyKind, NoteKey, SignatureLine
from fairlot_crypto.log.policy import MAX_DEFINITIONS, Group, Log, Policy, Witness
from fairlot_crypto.log.proof import LogProof, make_proof, verify_proof

BOARD, ANN, BOB, MALLORY = (SigningKey.from_seed(bytes([n]) * 32) for n in range(4))
NAME, OTHER = "board.example/sale", "board.example/other"
TIME = 1893456000
LEAVES = [b"leaf %d" % i for i in range(13)]
LOG = Log(NAME, BOARD.public)
WITNESSES = (
    Witness("ann", "ann.example", ANN.public),
    Witness("bob", "bob.example", BOB.public),
)
POLICY = Policy((LOG,), WITNESSES, (Group("both", 2, ("ann", "bob")),), "both")


def tree_of(leaves: Sequence[bytes]) -> Tree:
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree


def signed(
    tree: Tree, size: int | None = None, key: SigningKey = BOARD, name: str = NAME
) -> SignedCheckpoint:
    count = tree.size if size is None else size
    head = Checkpoint(name, count, tree.root(count))
    lines = (
        sign_checkpoint(head, name, key),
        cosign_checkpoint(head, "ann.example", ANN, TIME),
        cosign_checkpoint(head, "bob.example", BOB, TIME + 1),
    )
    return SignedCheckpoint(head, lines)


TREE = tree_of(LEAVES)
PROOF = make_proof(TREE, 5, signed(TREE))


def refusal(proof: LogProof, leaf: bytes = LEAVES[5], policy: Policy = POLICY) -> str:
    with pytest.raises(ProofError) as caught:
        verify_proof(proof, leaf, policy, origin=NAME)
    return caught.value.code


def check(data: bytes) -> None:
    verify_proof(LogProof.parse(data), LEAVES[5], POLICY, origin=NAME)


@pytest.mark.slow
def test_no_flipped_bit_of_a_receipt_goes_unnoticed() -> None:
    data = PROOF.to_bytes()
    check(data)
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CryptoError):
            check(bytes(changed))


@pytest.mark.thorough
def test_no_cut_and_no_insertion_goes_unnoticed() -> None:
    data = PROOF.to_bytes()
    for position in range(len(data)):
        with pytest.raises(CryptoError):
            check(data[:position])
        with pytest.raises(CryptoError):
            check(data[:position] + data[position + 1 :])
        for extra in (b"\n", b" ", b"0", b"="):
            with pytest.raises(CryptoError):
                check(data[:position] + extra + data[position:])


def test_a_log_of_ones_own_is_not_the_board() -> None:
    forged = tree_of([*LEAVES[:5], b"mine", *LEAVES[6:]])
    proof = make_proof(forged, 5, signed(forged, key=MALLORY))
    assert refusal(proof, b"mine") == "policy.log"


def test_the_board_s_key_id_does_not_make_a_signature() -> None:
    forged = tree_of([b"mine"])
    head = signed(forged, key=MALLORY)
    board_id = NoteKey(NAME, KeyKind.ED25519, BOARD.public).key_id
    posing = SignatureLine(NAME, board_id, head.lines[0].signature)
    proof = make_proof(forged, 0, replace(head, lines=(posing, *head.lines[1:])))
    assert refusal(proof, b"mine") == "signature.invalid"


def test_another_log_that_is_trusted_too_is_still_another_log() -> None:
    trusting = replace(POLICY, logs=(LOG, Log(OTHER, MALLORY.public)))
    forged = tree_of([b"mine"])
    proof = make_proof(forged, 0, signed(forged, key=MALLORY, name=OTHER))
    verify_proof(proof, b"mine", trusting)
    assert refusal(proof, b"mine", trusting) == "proof.origin"


def test_a_checkpoint_signed_by_two_logs_is_neither_s() -> None:
    trusting = replace(POLICY, logs=(LOG, Log(OTHER, MALLORY.public)))
    head = PROOF.signed
    borrowed = sign_checkpoint(head.checkpoint, OTHER, MALLORY)
    both = replace(head, lines=(*head.lines, borrowed))
    assert refusal(replace(PROOF, signed=both), policy=trusting) == "policy.log"


def test_an_inner_node_is_no_leaf_even_if_the_log_lies_about_the_size() -> None:
    node = leaf_hash(LEAVES[4]) + leaf_hash(LEAVES[5])
    assert node_hash(node[:32], node[32:]) == TREE.subtree(4, 6)
    head = Checkpoint(NAME, 7, TREE.root())
    lines = (
        sign_checkpoint(head, NAME, BOARD),
        cosign_checkpoint(head, "ann.example", ANN, TIME),
        cosign_checkpoint(head, "bob.example", BOB, TIME),
    )
    shorter = LogProof(2, PROOF.hashes[1:], SignedCheckpoint(head, lines))
    assert refusal(shorter, node) == "merkle.root"
    assert refusal(shorter, b"\x01" + node) == "merkle.root"


def test_a_path_of_one_head_does_not_fit_another() -> None:
    for size in (6, 8, 9, 12):
        older = make_proof(TREE, 5, signed(TREE, size))
        verify_proof(older, LEAVES[5], POLICY, origin=NAME)
        moved = replace(older, signed=PROOF.signed)
        if moved.hashes != PROOF.hashes:
            assert refusal(moved) in {"merkle.root", "merkle.proof-length"}


def test_a_head_that_the_witnesses_have_not_seen_proves_nothing() -> None:
    """The log signs another tree, and shows the cosignatures of the one they saw."""
    split = tree_of([*LEAVES[:5], b"for you", *LEAVES[6:]])
    seen, shown = PROOF.signed, signed(split)
    proof = make_proof(split, 5, shown)
    alone = replace(shown, lines=shown.lines[:1])
    assert refusal(replace(proof, signed=alone), b"for you") == "policy.quorum"
    copied = replace(shown, lines=(shown.lines[0], *seen.lines[1:]))
    assert refusal(replace(proof, signed=copied), b"for you") == "signature.invalid"


def test_a_cosignature_for_another_log_does_not_count_for_this_one() -> None:
    """Same size, same root, other origin."""
    other = Checkpoint(OTHER, TREE.size, TREE.root())
    lines = (
        PROOF.signed.lines[0],
        cosign_checkpoint(other, "ann.example", ANN, TIME),
        PROOF.signed.lines[2],
    )
    moved = replace(PROOF.signed, lines=lines)
    assert refusal(replace(PROOF, signed=moved)) == "signature.invalid"


def test_one_witness_under_two_names_counts_once() -> None:
    """The message of a cosignature does not hold the name, so anybody can rename it."""
    line = cosign_checkpoint(PROOF.signed.checkpoint, "bob.example", ANN, TIME)
    lines = (*PROOF.signed.lines[:2], line)
    renamed = replace(PROOF, signed=replace(PROOF.signed, lines=lines))
    assert refusal(renamed) == "policy.quorum"
    twin = Witness("bob", "bob.example", ANN.public)
    with pytest.raises(EncodingError) as caught:
        replace(POLICY, witnesses=(WITNESSES[0], twin))
    assert caught.value.code == "policy.duplicate-key"


def test_one_witness_signing_twice_counts_once() -> None:
    head = PROOF.signed
    second = cosign_checkpoint(head.checkpoint, "ann.example", ANN, TIME + 9)
    twice = replace(head, lines=(*head.lines[:2], second))
    with pytest.raises(EncodingError) as caught:
        check(replace(PROOF, signed=twice).to_bytes())
    assert caught.value.code == "note.duplicate-key"


def test_one_witness_in_two_groups_is_no_two_voices() -> None:
    groups = (Group("g", 1, ("ann",)), Group("h", 2, ("g", "ann")))
    with pytest.raises(EncodingError) as caught:
        replace(POLICY, groups=groups, quorum="h")
    assert caught.value.code == "policy.duplicate-member"


def test_a_policy_that_was_cut_anywhere_is_refused() -> None:
    data = POLICY.to_bytes()
    for length in range(len(data)):
        with pytest.raises(EncodingError):
            Policy.parse(data[:length])


def test_a_line_that_is_slipped_in_does_not_lower_the_quorum() -> None:
    data = POLICY.to_bytes()
    for line in (b"quorum none\n", b"quorum ann\n", b"group both 1 ann bob\n"):
        for whole in (line + data, data + line):
            with pytest.raises(EncodingError):
                Policy.parse(whole)


@pytest.mark.parametrize(
    "end", ["\r", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"]
)
def test_nothing_but_a_newline_ends_a_comment(end: str) -> None:
    """Otherwise one reader would see a quorum where another sees a comment."""
    text = POLICY.to_bytes().decode()
    hidden = text.replace("quorum both\n", f"# none{end}quorum none\n")
    with pytest.raises(EncodingError) as caught:
        Policy.parse(hidden.encode())
    assert caught.value.code in {"policy.characters", "policy.quorum-count"}


@pytest.mark.parametrize("blank", ["\u00a0", "\u1680", "\u2003", "\u202f", "\u3000"])
def test_nothing_but_space_and_tab_separates(blank: str) -> None:
    text = POLICY.to_bytes().decode()
    with pytest.raises(EncodingError) as caught:
        Policy.parse(text.replace("quorum both", f"quorum{blank}both").encode())
    assert caught.value.code == "policy.keyword"


def test_groups_are_nested_as_deep_as_there_are_groups() -> None:
    first = Group("g0", 1, ("ann",))
    chain = [Group(f"g{i}", 1, (f"g{i - 1}",)) for i in range(1, MAX_DEFINITIONS)]
    policy = Policy((LOG,), WITNESSES, (first, *chain), chain[-1].name)
    judge_checkpoint(PROOF.signed, policy)
    lines = PROOF.signed.lines[:1]
    assert refusal(
        replace(PROOF, signed=replace(PROOF.signed, lines=lines)), policy=policy
    )


def test_a_receipt_with_a_million_hashes_is_refused_by_their_number() -> None:
    data = PROOF.to_bytes()
    head, blank, rest = data.partition(b"\n\n")
    with pytest.raises(EncodingError) as caught:
        LogProof.parse(head + b"\n?" * 1_000_000 + blank + rest)
    assert caught.value.code == "proof.hash-count"


def test_an_index_of_a_million_digits_is_refused() -> None:
    data = PROOF.to_bytes().replace(b"index 5", b"index " + b"5" * 1_000_000)
    with pytest.raises(EncodingError) as caught:
        LogProof.parse(data)
    assert caught.value.code == "proof.index"


def test_extra_data_convince_nobody() -> None:
    claim = replace(PROOF, extra=LEAVES[6])
    verify_proof(claim, LEAVES[5], POLICY)
    assert refusal(claim, LEAVES[6]) == "merkle.root"

"""Vectors of receipts (specs/log.md, section 7); a part of chapter log."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.judgement import Judgement
from fairlot_crypto.log.merkle import leaf_hash
from fairlot_crypto.log.policy import Policy
from fairlot_crypto.log.proof import LogProof, make_proof, verify_proof
from generators.case import Case, Raw, accept, reject
from generators.checkpoint import (
    BOARD,
    NAME,
    STRANGER,
    sample_checkpoint,
)
from generators.judgement import said, witnessed_checkpoint
from generators.merkle import LEAVES, sample_tree
from generators.policy import LOG, NESTED
from generators.proof_texts import edits

_INDEX = 5
_OPEN = f"{LOG}quorum none\n"


def cases() -> Sequence[Case]:
    """Return the cases of receipts."""
    return (*_made(), *_verified(), *_unmade(), *_refused_texts(), *_refused_proofs())


def sample_proof() -> LogProof:
    """Return the receipt of leaf 5 of the sample tree."""
    return make_proof(sample_tree(), _INDEX, sample_checkpoint())


def _head_of(size: int) -> SignedCheckpoint:
    head = Checkpoint(NAME, size, sample_tree().root(size))
    return SignedCheckpoint(head, (sign_checkpoint(head, NAME, BOARD),))


def _made() -> Iterator[Case]:
    rows = (
        ("leaf", "Leaf 5 of 13.", _INDEX, sample_checkpoint(), b""),
        ("only-leaf", "A tree of one leaf needs no hash.", 0, _head_of(1), b""),
        ("earlier-size", "The tree has grown since.", 7, _head_of(8), b""),
        ("extra", "An application may add data.", 12, _head_of(13), b"\0data\n"),
        ("witnessed", "Witnesses have cosigned.", 0, witnessed_checkpoint(), b""),
    )
    for name, comment, index, signed, extra in rows:
        proof = make_proof(sample_tree(), index, signed, extra)
        data = proof.to_bytes()
        yield accept(
            f"receipt-{name}",
            comment,
            _making(index, signed, extra),
            {"data": data},
            {"hashes": proof.hashes, "text": data.decode()},
        )


def _making(index: int, signed: SignedCheckpoint, extra: bytes) -> dict[str, Raw]:
    return {
        "op": "make-receipt",
        "leaves": LEAVES,
        "index": index,
        "checkpoint": signed.to_text(),
        "extra": extra,
    }


def _verified() -> Iterator[Case]:
    rows = (
        ("of-a-log", "One key is trusted.", sample_proof(), _OPEN, None),
        ("of-the-log", "The log is named.", sample_proof(), _OPEN, NAME),
        (
            "of-a-quorum",
            "The quorum has witnessed.",
            make_proof(sample_tree(), _INDEX, witnessed_checkpoint()),
            NESTED,
            NAME,
        ),
        (
            "with-extra",
            "Extra data changes nothing: nobody vouches for them.",
            replace(sample_proof(), extra=b"believe me"),
            _OPEN,
            NAME,
        ),
    )
    for name, comment, proof, policy, origin in rows:
        data = proof.to_bytes()
        inputs = _verifying(data, LEAVES[_INDEX], policy, origin)
        judgement = _verify(data, LEAVES[_INDEX], policy, origin)
        yield accept(f"receipt-{name}", comment, inputs, said(judgement))


def _verifying(
    data: bytes, leaf: bytes, policy: str, origin: str | None
) -> dict[str, Raw]:
    return {
        "op": "verify-receipt",
        "data": data,
        "leaf": leaf,
        "policy": policy.encode(),
        "origin": origin,
    }


def _verify(data: bytes, leaf: bytes, policy: str, origin: str | None) -> Judgement:
    proof = LogProof.parse(data)
    return verify_proof(proof, leaf, Policy.parse(policy.encode()), origin=origin)


def _unmade() -> Iterator[Case]:
    longer = replace(sample_checkpoint().checkpoint, size=14)
    other = replace(sample_checkpoint().checkpoint, root=bytes(32))
    code = "merkle.range"
    rows = (
        ("later-head", "The tree is as large as the head says.", code, 5, longer),
        ("later-leaf", "The leaf is under the head.", code, 8, _head_of(8).checkpoint),
        ("other-tree", "The root is that of the tree.", "proof.tree", 5, other),
    )
    for name, rule, wanted, index, head in rows:
        signed = SignedCheckpoint(head, (sign_checkpoint(head, NAME, BOARD),))
        attempt = partial(make_proof, sample_tree(), index, signed)
        inputs = _making(index, signed, b"")
        yield reject(f"receipt-{name}", rule, wanted, inputs, attempt)


def _refused_texts() -> Iterator[Case]:
    data = sample_proof().to_bytes()
    for name, rule, code, old, new in edits(sample_proof()):
        yield _refused(name, f"{rule}.", code, data.replace(old, new, 1))


def _refused(
    name: str,
    rule: str,
    code: str,
    data: bytes,
    leaf: bytes = LEAVES[_INDEX],
    policy: str = _OPEN,
    origin: str | None = NAME,
) -> Case:
    return reject(
        f"receipt-{name}",
        rule,
        code,
        _verifying(data, leaf, policy, origin),
        lambda: _verify(data, leaf, policy, origin),
    )


def _refused_proofs() -> Iterator[Case]:
    proof = sample_proof()
    head = proof.signed.checkpoint
    shown = proof.to_bytes()
    root, size = replace(head, root=bytes(32)), replace(head, size=20)
    hashes = proof.hashes
    resigned = SignedCheckpoint(size, (sign_checkpoint(size, NAME, BOARD),))
    stranger = SignedCheckpoint(head, (sign_checkpoint(head, NAME, STRANGER),))
    lines = proof.signed.lines
    end = "any entry could be claimed."
    rows = (
        (
            "other-index",
            f"The path leads from the index to the root; {end}",
            "merkle.root",
            replace(proof, index=4),
        ),
        (
            "index-outside",
            "The leaf is in the tree.",
            "merkle.index",
            replace(proof, index=13),
        ),
        (
            "hash-missing",
            "The path ends at the root.",
            "merkle.proof-length",
            replace(proof, hashes=hashes[:-1]),
        ),
        (
            "hash-behind",
            "The path ends at the root; an entry would have many receipts.",
            "merkle.proof-length",
            replace(proof, hashes=(*hashes, head.root)),
        ),
        (
            "hashes-swapped",
            "The path leads upwards.",
            "merkle.root",
            replace(proof, hashes=(hashes[1], hashes[0], *hashes[2:])),
        ),
        (
            "other-size",
            "The path is as long as the size says.",
            "merkle.proof-length",
            replace(proof, signed=resigned),
        ),
        (
            "other-root",
            f"The root is signed; {end}",
            "signature.invalid",
            replace(proof, signed=SignedCheckpoint(root, lines)),
        ),
        (
            "signed-by-a-stranger",
            f"The log is one of the policy; {end}",
            "policy.log",
            replace(proof, signed=stranger),
        ),
    )
    for name, rule, code, lie in rows:
        yield _refused(name, rule, code, lie.to_bytes())
    yield _refused(
        "other-leaf",
        f"The leaf is what was hashed; {end}",
        "merkle.root",
        shown,
        LEAVES[6],
    )
    yield _refused(
        "hash-as-leaf",
        "The leaf's data are given, not its hash.",
        "merkle.root",
        shown,
        leaf_hash(LEAVES[_INDEX]),
    )
    yield _refused(
        "other-log",
        "The log is the one that is meant, not any that the policy believes.",
        "proof.origin",
        shown,
        origin="other.example",
    )
    yield _refused(
        "no-quorum",
        "The quorum has witnessed; the log could show everybody another tree.",
        "policy.quorum",
        shown,
        policy=NESTED,
    )

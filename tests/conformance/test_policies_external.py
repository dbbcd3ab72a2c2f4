"""Published checkpoints, judged by policies of the keys that were published with them."""

import json
from typing import Any

import pytest

from external import external_vectors
from fairlot_crypto.errors import ProofError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.judgement import judge_checkpoint
from fairlot_crypto.log.policy import Policy


def heads() -> list[dict[str, Any]]:
    file = external_vectors("checkpoints") / "signed-notes.json"
    published: list[dict[str, Any]] = json.loads(file.read_text())["notes"]
    return [note for note in published if note["text"].count("\n") == 3]


def signed(head: dict[str, Any]) -> SignedCheckpoint:
    lines = "".join(signature["line"] + "\n" for signature in head["signatures"])
    return SignedCheckpoint.parse(f"{head['text']}\n{lines}")


def policy_of(head: dict[str, Any]) -> Policy:
    (signature,) = head["signatures"]
    return Policy.parse(f"log {signature['vkey']}\nquorum none\n".encode())


def test_heads_of_logs_that_are_called_as_their_keys_are_believed() -> None:
    judged = 0
    for head in heads():
        checkpoint = signed(head)
        (log,) = policy_of(head).logs
        if log.origin == checkpoint.checkpoint.origin:
            judgement = judge_checkpoint(checkpoint, policy_of(head))
            assert judgement.logs == (log,)
            assert (judgement.cosigned, judgement.unknown) == ((), ())
            judged += 1
    assert judged == 3


def test_a_head_of_a_log_that_is_called_otherwise_is_not() -> None:
    """The origin of the Go checksum database is a sentence, its key's name a domain."""
    others = [head for head in heads() if head["text"].startswith("go.sum")]
    assert len(others) == 1
    with pytest.raises(ProofError) as caught:
        judge_checkpoint(signed(others[0]), policy_of(others[0]))
    assert caught.value.code == "policy.log"

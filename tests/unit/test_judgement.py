"""Who has signed a checkpoint, when, and whether that is enough."""

from dataclasses import replace
from itertools import combinations

import pytest

from fairlot_crypto.errors import ProofError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.judgement import Cosigned, Judgement, judge_checkpoint
from fairlot_crypto.log.policy import NO_QUORUM, Group, Log, Policy, Witness

NAMES = ("x1", "x2", "x3", "y1", "y2", "y3")
LOG_KEY, STRANGER, *KEYS = (SigningKey.from_seed(bytes([n]) * 32) for n in range(8))
HEAD = Checkpoint("log.example", 42, bytes(range(32)))
TIME = 1893456000
LINE = sign_checkpoint(HEAD, HEAD.origin, LOG_KEY)
LINES = {
    name: cosign_checkpoint(HEAD, f"{name}.example", key, TIME + i)
    for i, (name, key) in enumerate(zip(NAMES, KEYS, strict=True))
}
LOG = Log(HEAD.origin, LOG_KEY.public)
WITNESSES = tuple(
    Witness(name, f"{name}.example", key.public)
    for name, key in zip(NAMES, KEYS, strict=True)
)
GROUPS = (
    Group("X", 2, NAMES[:3]),
    Group("Y", 1, NAMES[3:]),
    Group("both", 2, ("X", "Y")),
)
POLICY = Policy((LOG,), WITNESSES, GROUPS, "both")


def judged(*names: str, policy: Policy = POLICY) -> Judgement:
    lines = (LINE, *(LINES[name] for name in names))
    return judge_checkpoint(SignedCheckpoint(HEAD, lines), policy)


def missing(*names: str, policy: Policy = POLICY) -> str:
    with pytest.raises(ProofError) as caught:
        judged(*names, policy=policy)
    assert caught.value.code == "policy.quorum"
    return caught.value.message.partition("missing: ")[2]


def test_log_witnesses_and_times_are_said() -> None:
    judgement = judged("y2", "x3", "x1")
    assert judgement.logs == (LOG,)
    assert judgement.cosigned == (
        Cosigned(WITNESSES[0], TIME),
        Cosigned(WITNESSES[2], TIME + 2),
        Cosigned(WITNESSES[4], TIME + 4),
    )
    assert judgement.unknown == ()


def test_the_quorum_holds_for_exactly_the_sets_that_it_describes() -> None:
    for count in range(len(NAMES) + 1):
        for names in combinations(NAMES, count):
            xs = sum(name in NAMES[:3] for name in names)
            if xs >= 2 and count - xs >= 1:
                judged(*names)
            else:
                assert missing(*names)


def test_whoever_is_missing_is_named() -> None:
    assert missing("x1", "x2") == "1 more of both (1 more of Y (y1, y2, y3))"
    assert missing("x2", "y1") == "1 more of both (1 more of X (x1, x3))"
    assert missing() == (
        "2 more of both (2 more of X (x1, x2, x3), 1 more of Y (y1, y2, y3))"
    )
    assert missing("x1", policy=replace(POLICY, quorum="y3")) == "y3"


def test_a_quorum_of_one_witness_or_of_nobody() -> None:
    assert len(judged("y3", policy=replace(POLICY, quorum="y3")).cosigned) == 1
    assert judged(policy=replace(POLICY, quorum=NO_QUORUM)).cosigned == ()


def test_lines_of_unknown_keys_are_listed_and_not_verified() -> None:
    policy = Policy((LOG,), WITNESSES[:1], (), "x1")
    nonsense = replace(LINES["y1"], signature=b"?")
    lines = (nonsense, LINE, LINES["x1"], LINES["x2"])
    judgement = judge_checkpoint(SignedCheckpoint(HEAD, lines), policy)
    assert judgement.unknown == (nonsense, LINES["x2"])
    assert [each.witness.name for each in judgement.cosigned] == ["x1"]


def test_every_key_of_the_log_that_signed_is_named() -> None:
    second = Log(HEAD.origin, STRANGER.public)
    policy = Policy((second, LOG), (), (), NO_QUORUM)
    assert judged(policy=policy).logs == (LOG,)
    lines = (LINE, sign_checkpoint(HEAD, HEAD.origin, STRANGER))
    signed = SignedCheckpoint(HEAD, lines)
    assert judge_checkpoint(signed, policy).logs == (second, LOG)


def test_a_log_that_is_known_otherwise_is_added() -> None:
    policy = replace(POLICY, logs=())
    with pytest.raises(ProofError) as caught:
        judged(*NAMES, policy=policy)
    assert caught.value.code == "policy.log"
    assert judged(*NAMES, policy=replace(policy, logs=(LOG,))).logs == (LOG,)


def test_a_log_signs_under_its_own_name() -> None:
    other = replace(HEAD, origin="other.example")
    signed = SignedCheckpoint(other, (sign_checkpoint(other, HEAD.origin, LOG_KEY),))
    with pytest.raises(ProofError) as caught:
        judge_checkpoint(signed, replace(POLICY, quorum=NO_QUORUM))
    assert caught.value.code == "policy.log"


@pytest.mark.parametrize("name", NAMES)
def test_one_wrong_cosignature_of_a_known_witness_spoils_the_rest(name: str) -> None:
    wrong = replace(LINES[name], signature=LINES[name].signature[:-1] + b"\0")
    lines = (LINE, *(wrong if n == name else LINES[n] for n in NAMES))
    with pytest.raises(ProofError) as caught:
        judge_checkpoint(SignedCheckpoint(HEAD, lines), POLICY)
    assert caught.value.code == "signature.invalid"

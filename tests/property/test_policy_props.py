"""Policies read back, and no byte of one can change without being noticed."""

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.judgement import judge_checkpoint
from fairlot_crypto.log.policy import NO_QUORUM, Group, Log, Policy, Witness

KEYS = [SigningKey.from_seed(bytes([n]) * 32) for n in range(12)]
KEY_OF = {key.public: key for key in KEYS}
HEAD = Checkpoint("log.example", 7, bytes(32))
KEY_NAMES = st.text(
    st.characters(exclude_categories=["Z", "C"], exclude_characters="+"), min_size=1
)
BLANK_OR_CONTROL = [*map(chr, range(33)), "\x7f"]
ITEMS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=BLANK_OR_CONTROL),
    min_size=1,
    max_size=6,
)
URLS = st.just("") | ITEMS


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    keys = draw(st.permutations([key.public for key in KEYS]))
    names = draw(st.lists(ITEMS, min_size=12, max_size=12, unique=True))
    names = [name for name in names if name != NO_QUORUM]
    logs = [Log(draw(KEY_NAMES), keys.pop(), draw(URLS)) for _ in range(draw(SMALL))]
    witnesses = [
        Witness(names.pop(), draw(KEY_NAMES), keys.pop(), draw(URLS))
        for _ in range(draw(SMALL))
    ]
    free, groups = [witness.name for witness in witnesses], list[Group]()
    while free and len(groups) < 4 and draw(st.booleans()):
        members = draw(st.lists(st.sampled_from(free), min_size=1, unique=True))
        threshold = draw(st.integers(1, len(members)))
        groups.append(Group(names.pop(), threshold, tuple(members)))
        free = [name for name in free if name not in members] + [groups[-1].name]
    quorum = draw(st.sampled_from([NO_QUORUM, *free]))
    return Policy(tuple(logs), tuple(witnesses), tuple(groups), quorum)


SMALL = st.integers(0, 4)


@given(policies())
def test_a_policy_reads_back(policy: Policy) -> None:
    assert Policy.parse(policy.to_bytes()) == policy


@pytest.mark.slow
@given(policies(), st.data())
def test_a_flipped_bit_is_refused_or_says_something_else(
    policy: Policy, data: st.DataObject
) -> None:
    written = bytearray(policy.to_bytes())
    bit = data.draw(st.integers(0, 8 * len(written) - 1))
    written[bit // 8] ^= 1 << bit % 8
    try:
        read = Policy.parse(bytes(written))
    except EncodingError:
        return
    assert read != policy


BLANKS = st.text(" \t", min_size=1, max_size=3)
IGNORED = st.sampled_from(["", "\n", " \t\n", "# none\n", "\t#quorum none\n"])


@pytest.mark.slow
@given(policies(), st.data())
def test_blanks_and_comments_change_nothing(
    policy: Policy, data: st.DataObject
) -> None:
    lines = policy.to_bytes().decode().removesuffix("\n").split("\n")
    spread = [
        data.draw(IGNORED)
        + data.draw(st.text(" \t", max_size=2))
        + data.draw(BLANKS).join(line.split(" "))
        + data.draw(st.text(" \t", max_size=2))
        + "\n"
        for line in lines
    ]
    text = "".join(spread) + data.draw(IGNORED)
    assert Policy.parse(text.encode()) == policy


LINES = st.text("logwitnesgrupqum anyl012#\t \n", max_size=80).map(str.encode)


@given(st.binary(max_size=80) | LINES)
def test_any_bytes_are_refused_or_read_back(data: bytes) -> None:
    try:
        policy = Policy.parse(data)
    except EncodingError:
        return
    assert Policy.parse(policy.to_bytes()) == policy


def has_witnessed(policy: Policy, name: str, signed: Collection[str]) -> bool:
    """Decide as the specification says it, without a thought of who is missing."""
    for group in policy.groups:
        if group.name == name:
            voices = [has_witnessed(policy, m, signed) for m in group.members]
            return voices.count(True) >= group.threshold
    return name in signed


@given(policies(), st.sets(st.integers(0, 3)))
def test_a_quorum_holds_exactly_if_enough_have_signed(
    policy: Policy, chosen: set[int]
) -> None:
    log = SigningKey.from_seed(bytes(range(32)))
    known = Policy(
        (Log(HEAD.origin, log.public),), policy.witnesses, policy.groups, policy.quorum
    )
    signing = [w for i, w in enumerate(policy.witnesses) if i in chosen]
    cosignatures = [
        cosign_checkpoint(HEAD, w.key_name, KEY_OF[w.key], i)
        for i, w in enumerate(signing)
    ]
    lines = (sign_checkpoint(HEAD, HEAD.origin, log), *cosignatures)
    names = {witness.name for witness in signing}
    enough = policy.quorum == NO_QUORUM or has_witnessed(policy, policy.quorum, names)
    signed = SignedCheckpoint(HEAD, lines)
    if not enough:
        with pytest.raises(ProofError) as caught:
            judge_checkpoint(signed, known)
        assert caught.value.code == "policy.quorum"
        return
    judgement = judge_checkpoint(signed, known)
    assert [(c.witness, c.time) for c in judgement.cosigned] == [
        (witness, i) for i, witness in enumerate(signing)
    ]

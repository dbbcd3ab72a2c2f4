"""Randomness: the seeded stream against its definition, and the shuffle."""

import hmac
from collections import Counter

import pytest

from fairlot_crypto.errors import CallerError
from fairlot_crypto.randomness import SeededRandomness, SystemRandomness, shuffled

SEED = bytes(range(32))


def test_stream_follows_its_definition() -> None:
    blocks = [
        hmac.digest(SEED, b"fairlot-v1/stream" + index.to_bytes(8, "big"), "sha256")
        for index in range(4)
    ]
    assert SeededRandomness(SEED).take(128) == b"".join(blocks)


def test_stream_does_not_depend_on_how_it_is_cut() -> None:
    whole = SeededRandomness(SEED).take(200)
    for cuts in [(1,) * 200, (31, 33, 0, 64, 72), (0, 200), (100, 100)]:
        stream = SeededRandomness(SEED)
        assert b"".join(stream.take(cut) for cut in cuts) == whole


def test_child_follows_its_definition_and_ignores_what_was_taken() -> None:
    child_seed = hmac.digest(SEED, b"fairlot-v1/childholder/7", "sha256")
    parent = SeededRandomness(SEED)
    before = parent.derive("holder/7").take(40)
    parent.take(1000)
    after = parent.derive("holder/7").take(40)
    assert before == after == SeededRandomness(child_seed).take(40)


def test_children_differ_by_label_and_by_level() -> None:
    parent = SeededRandomness(SEED)
    streams = {
        parent.take(32),
        parent.derive("").take(32),
        parent.derive("a").take(32),
        parent.derive("ab").take(32),
        parent.derive("a").derive("b").take(32),
        parent.derive("b").derive("a").take(32),
    }
    assert len(streams) == 6


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_seed_has_32_bytes(seed: bytes) -> None:
    with pytest.raises(CallerError, match=r"randomness\.seed-length"):
        SeededRandomness(seed)


def test_negative_length_is_refused() -> None:
    for source in (SeededRandomness(SEED), SystemRandomness()):
        with pytest.raises(CallerError, match=r"randomness\.length"):
            source.take(-1)


def test_system_entropy_has_the_length_asked_for_and_does_not_repeat() -> None:
    source = SystemRandomness()
    assert source.take(0) == b""
    assert len(source.take(33)) == 33
    assert source.take(32) != source.take(32)
    assert source.derive("a").take(32) != source.derive("a").take(32)


def test_shuffle_keeps_the_items_and_reaches_every_order_evenly() -> None:
    stream = SeededRandomness(SEED)
    counts = Counter(tuple(shuffled("abc", stream)) for _ in range(6000))
    assert len(counts) == 6
    chi_square = sum((count - 1000) ** 2 / 1000 for count in counts.values())
    assert chi_square < 20.5  # 99.9 % quantile, 5 degrees of freedom


def test_shuffle_of_nothing_and_of_one() -> None:
    stream = SeededRandomness(SEED)
    assert shuffled([], stream) == []
    assert shuffled(["a"], stream) == ["a"]

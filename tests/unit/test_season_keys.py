"""The keys of a season: handed on when a member changes, erased at the end."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from fairlot_crypto import cbor
from fairlot_crypto.committee import prss, season
from fairlot_crypto.committee.closing import certificate
from fairlot_crypto.committee.plan import Plan, Purpose, Slot
from fairlot_crypto.committee.prss import PrssKeys
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.keys import OpeningKey
from fairlot_crypto.randomness import SeededRandomness
from kit.ceremony import Play, members_of, played

NEW = OpeningKey(bytes([40]) * 32)
REPLACED = 2
SIZES = [(4, 1), (7, 2)]


def made(n: int, t: int) -> tuple[Plan, dict[int, PrssKeys], Mapping[Slot, bytes]]:
    record = played(n, t, Purpose.SEASON)
    held = Play(members_of(n, t, Purpose.SEASON)).held(record)
    keys = {i: each.prss for i, each in held.items()}
    return record.plan, keys, certificate(record).key_hashes


def boxes_of(
    plan: Plan, keys: Mapping[int, PrssKeys], receiver: int = REPLACED
) -> dict[int, bytes]:
    source = SeededRandomness(bytes(32))
    return {
        i: season.hand_on(plan, each, receiver, NEW.public, source.derive(str(i)))
        for i, each in keys.items()
        if i != receiver
    }


@pytest.mark.thorough
@pytest.mark.parametrize("size", SIZES)
def test_a_new_member_gets_the_keys_of_the_one_before(size: tuple[int, int]) -> None:
    plan, keys, hashes = made(*size)
    taken = season.take_over(plan, hashes, REPLACED, NEW, boxes_of(plan, keys))
    assert taken == season.TakenOver(keys[REPLACED], ())
    label = b"label"
    assert prss.share(taken.keys, label) == prss.share(keys[REPLACED], label)


@pytest.mark.parametrize("size", SIZES)
def test_t_members_who_lie_or_are_silent_do_not_change_a_key(
    size: tuple[int, int],
) -> None:
    plan, keys, hashes = made(*size)
    boxes = boxes_of(plan, keys)
    liar = replace(keys[1], keys={a: bytes(32) for a in keys[1].keys})
    source = SeededRandomness(bytes(32))
    boxes[1] = season.hand_on(plan, liar, REPLACED, NEW.public, source)
    if size[1] > 1:
        del boxes[3]
    taken = season.take_over(plan, hashes, REPLACED, NEW, boxes)
    assert taken == season.TakenOver(keys[REPLACED], (1,))


def test_a_box_of_somebody_else_or_of_another_season_counts_for_nothing() -> None:
    plan, keys, hashes = made(4, 1)
    boxes = boxes_of(plan, keys)
    other = boxes_of(members_of(4, 1)[0].plan, keys_with_exponent(keys))
    for wrong in (boxes[3], other[1], b"", boxes[1][:-1]):
        taken = season.take_over(plan, hashes, REPLACED, NEW, {**boxes, 1: wrong})
        assert taken.liars == (1,)
        assert taken.keys == keys[REPLACED]


def keys_with_exponent(keys: Mapping[int, PrssKeys]) -> dict[int, PrssKeys]:
    """Return keys with which the boxes of a ceremony that has k_e can be filled."""
    return {i: replace(k, keys={**k.keys, (): bytes(32)}) for i, k in keys.items()}


def test_a_key_that_nobody_gives_is_missed() -> None:
    plan, keys, hashes = made(4, 1)
    boxes = boxes_of(plan, keys)
    with pytest.raises(ProofError, match=r"season\.incomplete"):
        season.take_over(plan, hashes, REPLACED, NEW, {1: boxes[1]})
    with pytest.raises(CallerError, match=r"season\.member"):
        season.hand_on(plan, keys[1], 5, NEW.public, SeededRandomness(bytes(32)))


def test_a_member_gives_only_what_the_place_has() -> None:
    """The new member lacks the same keys as the one before."""
    plan, keys, _ = made(4, 1)
    for member, box in boxes_of(plan, keys).items():
        content = cbor.decode(NEW.open(box))
        assert isinstance(content, dict)
        given = content["keys"]
        assert isinstance(given, list)
        assert len(given) == len(plan.held(member, REPLACED)) == 2
        assert keys[member].keys[(REPLACED,)] not in given


def test_what_is_kept_is_read_and_what_is_erased_is_not() -> None:
    plan, keys, hashes = made(4, 1)
    kept = season.keep(plan, keys[3])
    assert season.read_kept(plan, kept) == keys[3]
    gone = season.erased(plan, kept)
    assert not any(key in gone for key in keys[3].keys.values())
    assert all(hashes[slot] in gone for slot in plan.held(3))
    for call in (season.read_kept, season.erased):
        with pytest.raises(EncodingError, match=r"season\.erased"):
            call(plan, gone)


def test_a_file_of_another_season_or_form_is_refused() -> None:
    plan, keys, _ = made(4, 1)
    kept = season.keep(plan, keys[3])
    other = members_of(4, 1, Purpose.SEASON, context=8)[0].plan
    with pytest.raises(EncodingError, match=r"season\.file"):
        season.read_kept(other, kept)
    value = cbor.decode(kept)
    assert isinstance(value, dict)
    edits: Sequence[Mapping[str, cbor.Value]] = (
        {"v": 2},
        {"member": 0},
        {"member": 5},
        {"keys": []},
        {"more": 1},
    )
    for changes in edits:
        with pytest.raises(EncodingError, match=r"ceremony\.message"):
            season.read_kept(plan, cbor.encode({**value, **changes}))

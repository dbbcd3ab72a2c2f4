"""The handle of a leaf: nobody's choice, though some speak last, and some say nothing."""

from dataclasses import replace

import pytest

from fairlot.errors import Rejection
from fairlot.identity.attestation import Attestation
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.leaf import handle, holder_hash
from fairlot.identity.naming import (
    HandleMaker,
    NonceCommitment,
    ToName,
    check_list,
    join_handle,
    joint_handle,
)
from kit.sales import source, stage
from kit.stage import Stage

INDEX = 0


@pytest.fixture(params=[(4, 1), (7, 2), (1, 0)], ids=str)
def on(request: pytest.FixtureRequest) -> Stage:
    """One path for all sizes."""
    size: tuple[int, int] = request.param
    return stage(names=("ann",), committee=size)


def attestation_of(on: Stage) -> Attestation:
    return on.members[0].attestation


def leaf_of(on: Stage) -> ToName:
    return ToName(on.registry, INDEX, holder_hash(attestation_of(on).holder_key))


def nonce(label: str) -> bytes:
    return source(label).take(32)


def makers(on: Stage, label: str = "nonce") -> list[HandleMaker]:
    return [maker(on, each, label) for each in on.parts.issuers]


def maker(on: Stage, issuer: IssuerSecrets, label: str = "nonce") -> HandleMaker:
    drawn = nonce(f"{label} {issuer.index}")
    return HandleMaker(leaf_of(on), issuer.index, issuer.key, drawn)


def hashes(made: list[HandleMaker]) -> tuple[NonceCommitment, ...]:
    return tuple(each.commitment for each in made)


def test_all_issuers_make_one_handle_of_all_parts(on: Stage) -> None:
    made = makers(on)
    opened = {each.issuer: each.open(hashes(made)) for each in made}
    parts = tuple(opened[i] for i in sorted(opened))
    expected = handle(on.registry.registry_id, INDEX, parts)
    assert {each.join(opened) for each in made} == {expected}


def test_a_part_is_not_shown_before_the_hashes_of_enough_issuers(on: Stage) -> None:
    made = makers(on)
    listed, needed = hashes(made), len(made) - on.registry.threshold
    made[0].open(listed[:needed])
    first = makers(on)[0]
    for few in (listed[: needed - 1], (*listed, listed[0]), listed[::-1] * 2):
        with pytest.raises(Rejection, match=r"handle\.list"):
            first.open(few)


def test_the_last_to_speak_chooses_nothing() -> None:
    """It has seen what the others show, and would rather have another part in the handle."""
    on = stage(names=("ann",), committee=(4, 1))
    made = makers(on)
    listed = hashes(made)
    opened = {each.issuer: each.open(listed) for each in made}
    opened[4] = nonce("chosen by what the others have shown")
    for each in made[:3]:
        with pytest.raises(Rejection, match=r"handle\.opening: .*\[4\]"):
            each.join(opened)


def test_who_has_seen_the_others_does_not_get_onto_another_list() -> None:
    """Its second hash depends on what they have shown: they show it once."""
    on = stage(names=("ann",), committee=(4, 1))
    made = makers(on)
    first = hashes(made)
    for each in made[:3]:
        each.open(first)
    late = maker(on, on.parts.issuers[3], "chosen by what the others have shown")
    second = (*first[:3], late.commitment)
    check_list(leaf_of(on), second)
    for each in made[:3]:
        with pytest.raises(Rejection, match=r"handle\.list"):
            each.open(second)
    assert made[0].open(first) == nonce("nonce 1")


def test_who_shows_nothing_is_named_and_left_out() -> None:
    on = stage(names=("ann",), committee=(4, 1))
    made = makers(on)
    opened = {each.issuer: each.open(hashes(made)) for each in made[:3]}
    with pytest.raises(Rejection, match=r"handle\.opening: issuers \[4\]"):
        made[0].join(opened)
    again = makers(on, "again")[:3]
    shown = {each.issuer: each.open(hashes(again)) for each in again}
    named = {each.join(shown) for each in again}
    parts = (*(shown[i] for i in (1, 2, 3)), b"")
    assert named == {handle(on.registry.registry_id, INDEX, parts)}


def test_nobody_speaks_for_another_issuer(on: Stage) -> None:
    """Nor for another leaf, or another holder."""
    made = makers(on)
    one = made[0].commitment
    leaf = leaf_of(on)
    rest = hashes(made)[1:]
    other = maker(on, on.parts.issuers[0], "other").commitment
    forged = [
        replace(one, commitment=other.commitment),
        HandleMaker(
            replace(leaf, index=1), 1, on.parts.issuers[0].key, nonce("x")
        ).commitment,
        HandleMaker(
            replace(leaf, holder=bytes(32)), 1, on.parts.issuers[0].key, nonce("x")
        ).commitment,
        HandleMaker(leaf, 1, on.parts.board, nonce("x")).commitment,
    ]
    for each in forged:
        with pytest.raises(Rejection, match=r"handle\.signature"):
            check_list(leaf, (each, *rest))


def test_an_issuer_shows_its_part_for_its_own_hash_alone(on: Stage) -> None:
    made = makers(on)
    other = maker(on, on.parts.issuers[0], "other").commitment
    with pytest.raises(Rejection, match=r"handle\.list"):
        made[0].open((other, *hashes(made)[1:]))
    with pytest.raises(Rejection, match=r"handle\.list"):
        made[0].join({})


def test_a_part_of_another_issuer_or_leaf_has_another_hash(on: Stage) -> None:
    leaf, part = leaf_of(on), nonce("one")
    found = {
        leaf.commitment(1, part),
        leaf.commitment(2, part),
        leaf.commitment(1, nonce("two")),
        replace(leaf, index=1).commitment(1, part),
    }
    assert len(found) == 4


def test_parts_of_others_do_not_count(on: Stage) -> None:
    made = makers(on)
    listed = hashes(made)
    opened = {each.issuer: each.open(listed) for each in made}
    more = {**opened, 200: nonce("nobody's")}
    assert join_handle(leaf_of(on), listed, more) == made[0].join(opened)


def test_no_handle_is_made_by_fewer_than_enough(on: Stage) -> None:
    few = on.parts.issuers[on.registry.threshold + 1 :]
    with pytest.raises(Rejection, match=r"handle\.list"):
        joint_handle(on.registry, few, attestation_of(on), INDEX, source("few"))

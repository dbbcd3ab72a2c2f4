"""Issuers give their keys on to others, who may be among them (specs/issuer.md)."""

from pathlib import Path

import pytest

from command import code_of, fairlot
from fairlot.issuing.committee_file import read_committee
from fairlot_crypto import cbor
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import backend, scalar_from_bytes
from handover import Handover
from issuers import Issuers

CURVE = backend()


def made(path: Path, members: int, threshold: int) -> Issuers:
    issuers = Issuers(path, members, threshold)
    issuers.finish(issuers.indexes)
    return issuers


def check(over: Handover) -> None:
    """Check that both keys are those of before, and everybody has a share of them."""
    former = over.former
    path = former.kept(former.indexes[0]) / "committee"
    before = read_committee(former.plan, path.read_bytes())
    now = over.committee()
    for old, new in ((before.signing, now.signing), (before.tag_keys, now.tag_keys)):
        # One alone has the whole key, before and after.
        assert over.plan.threshold == 0 or set(old).isdisjoint(new)
        shares = [tuple(map(CURVE.g2_from_bytes, each)) for each in (old, new)]
        degrees = former.plan.threshold, over.plan.threshold
        keys = {
            PublicSharing(t, points).public_key().to_bytes()
            for t, points in zip(degrees, shares, strict=True)
        }
        assert len(keys) == 1
    for i, folder in enumerate(over.members):
        for name, public in (("signing", now.signing), ("tags", now.tag_keys)):
            value = cbor.decode((over.kept(folder) / f"{name}.share").read_bytes())
            assert isinstance(value, dict)
            share = value["share"]
            assert isinstance(share, bytes)
            secret = scalar_from_bytes(share)
            assert (CURVE.g2_generator() * secret).to_bytes() == public[i]


def test_one_issuer_gives_its_keys_on_to_another(tmp_path: Path) -> None:
    over = Handover(made(tmp_path, 1, 0), (), 1, 0)
    over.finish(over.everybody)
    check(over)


@pytest.mark.slow
def test_a_member_of_four_is_replaced(tmp_path: Path) -> None:
    over = Handover(made(tmp_path, 4, 1), (1, 2, 3), 1, 1)
    over.finish(over.everybody)
    check(over)


@pytest.mark.slow
def test_whoever_is_replaced_may_be_silent(tmp_path: Path) -> None:
    over = Handover(made(tmp_path, 4, 1), (1, 2, 3), 1, 1)
    over.finish(over.members, "--without-former", "4")
    check(over)


@pytest.mark.slow
def test_one_issuer_becomes_four(tmp_path: Path) -> None:
    over = Handover(made(tmp_path, 1, 0), (1,), 3, 1)
    over.finish(over.everybody)
    check(over)


def test_whoever_has_given_its_keys_on_erases_its_shares(tmp_path: Path) -> None:
    over = Handover(made(tmp_path, 1, 0), (), 1, 0)
    over.finish(over.everybody)
    former = over.former
    kept = former.kept(1)
    words = ("--plan", former.plan_file, "--season", "1", "--shares", "--json")
    assert fairlot("issuer", "erase", former.folder(1), *words).code == 0
    assert {each.name for each in kept.iterdir()}.isdisjoint(
        {"signing.share", "tags.share"}
    )
    check(over)


def test_an_issuer_gives_on_no_share_to_a_plan_with_other_shares(
    tmp_path: Path,
) -> None:
    over = Handover(made(tmp_path, 1, 0), (), 1, 0)
    value = cbor.decode(over.plan_file.read_bytes())
    assert isinstance(value, dict)
    former = value["former"]
    assert isinstance(former, dict)
    changed = {**former, "signing": former["tags"]}
    over.plan_file.write_bytes(cbor.encode({**value, "former": changed}))
    assert code_of(over.deal(over.everybody[-1])) == (2, "issuer.former")


def test_what_is_no_sharing_is_no_plan(tmp_path: Path) -> None:
    over = Handover(made(tmp_path, 1, 0), (), 1, 0)
    value = cbor.decode(over.plan_file.read_bytes())
    assert isinstance(value, dict)
    former = value["former"]
    assert isinstance(former, dict)
    changes: tuple[dict[str, cbor.Value], ...] = (
        {"signing": []},
        {"signing": [bytes(96)]},
        {"keys": []},
        {"threshold": 1},
        {"more": 0},
    )
    for change in changes:
        changed = cbor.encode({**value, "former": {**former, **change}})
        over.plan_file.write_bytes(changed)
        assert code_of(over.deal(over.members[0])) == (2, "issuer.plan")

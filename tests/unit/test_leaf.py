"""Leaves: made by enough issuers, bound to one person, index and season."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.leaf import (
    Leaf,
    LeafShare,
    check_leaf,
    combine_shares,
    handle,
    handle_hash,
    holder_hash,
    label,
    read_leaf,
    sign_share,
)
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.keys import Signature
from fairlot_crypto.statements import Statements
from kit.sales import GROUP, stage
from kit.stage import Stage
from lies_people import changed


def committee() -> Stage:
    return stage(names=("ann",), committee=(4, 1))


def leaf_of(on: Stage) -> Leaf:
    return on.members[0].identity.leaf


def read(value: Value) -> Leaf:
    return read_leaf(
        Fields(value, ("body",), lambda why: Rejection("entry.field", str(why)))
    )


def refusal(on: Stage, leaf: Leaf) -> str:
    with pytest.raises(Rejection) as caught:
        check_leaf(GROUP, on.registry, leaf, Statements())
    return caught.value.code


@pytest.fixture(params=[(1, 0), (4, 1)], ids=["one issuer", "four issuers"])
def on(request: pytest.FixtureRequest) -> Stage:
    size: tuple[int, int] = request.param
    return stage(names=("ann",), committee=size)


def test_a_leaf_reads_back_and_holds(on: Stage) -> None:
    leaf = leaf_of(on)
    assert read(cbor.decode(cbor.encode(leaf.to_value()))) == leaf
    check_leaf(GROUP, on.registry, leaf, Statements())


@pytest.mark.parametrize(
    ("path", "new", "code"),
    [
        ("version", 0, "entry.field"),
        ("version", 2**32, "entry.field"),
        ("holder", bytes(31), "entry.field"),
        ("memo", 1, "entry.field"),
        ("shares.0.issuer", 0, "entry.field"),
        ("shares.0.memo", 0, "entry.field"),
        ("commitment", bytes(47), "entry.field"),
        ("status", "closed", "leaf.status"),
        ("status", "", "leaf.status"),
    ],
)
def test_a_malformed_leaf_is_refused(
    on: Stage, path: str, new: Value, code: str
) -> None:
    with pytest.raises(Rejection) as caught:
        read(changed(leaf_of(on).to_value(), path, new))
    assert caught.value.code == code


CHANGES: dict[str, Callable[[Leaf], Leaf]] = {
    "index": lambda leaf: replace(leaf, index=leaf.index + 1),
    "version": lambda leaf: replace(leaf, version=leaf.version + 1),
    "holder": lambda leaf: replace(leaf, holder=bytes(32)),
    "handle": lambda leaf: replace(leaf, handle=bytes(32)),
}


@pytest.mark.parametrize("field", CHANGES)
def test_the_issuers_sign_every_field(on: Stage, field: str) -> None:
    assert refusal(on, CHANGES[field](leaf_of(on))) == "leaf.signature"


def test_an_issuer_signs_its_own_point(on: Stage) -> None:
    leaf = leaf_of(on)
    point = (GROUP.g1_generator() * 5).to_bytes()
    first = replace(leaf.shares[0], commitment=point)
    assert refusal(on, _with(leaf, first)) == "leaf.signature"


def test_a_leaf_of_another_registry_does_not_hold(on: Stage) -> None:
    other = replace(on.registry, season=on.registry.season + 1)
    moved = replace(on.parts, registry=other)
    assert refusal(replace(on, parts=moved), leaf_of(on)) == "leaf.signature"


def test_the_commitment_is_what_the_shares_make(on: Stage) -> None:
    point = (GROUP.g1_generator() * 5).to_bytes()
    assert refusal(on, replace(leaf_of(on), commitment=point)) == "leaf.commitment"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_n_minus_t_issuers_make_no_leaf(count: int) -> None:
    on = committee()
    leaf = leaf_of(on)
    assert refusal(on, replace(leaf, shares=leaf.shares[:count])) == "leaf.shares"


def test_t_issuers_may_be_silent() -> None:
    on = committee()
    leaf = leaf_of(on)
    for silent in range(4):
        shares = leaf.shares[:silent] + leaf.shares[silent + 1 :]
        check_leaf(GROUP, on.registry, replace(leaf, shares=shares), Statements())


def test_issuers_stand_once_in_ascending_order() -> None:
    on = committee()
    leaf = leaf_of(on)
    first, second, *rest = leaf.shares
    for shares in (
        (second, first, *rest),
        (first, first, second, *rest),
        (first, second, *rest, replace(first, issuer=5)),
    ):
        assert refusal(on, replace(leaf, shares=shares)) == "leaf.shares"


def test_a_share_off_the_polynomial_is_refused() -> None:
    """Also where its issuer signed it: the others show that it is wrong."""
    on = committee()
    leaf = leaf_of(on)
    point = (GROUP.g1_generator() * 5).to_bytes()
    for issuer in on.parts.issuers:
        wrong = sign_share(on.registry, leaf, issuer.index, point, issuer.key)
        assert refusal(on, _with(leaf, wrong)) == "leaf.commitment"


def test_every_t_and_1_shares_make_the_same_commitment() -> None:
    leaf = leaf_of(committee())
    points = {s.issuer: s.commitment for s in leaf.shares}
    for left_out in points:
        some = {i: c for i, c in points.items() if i != left_out}
        assert combine_shares(GROUP, some, 1) == leaf.commitment


def test_points_are_checked_one_by_one() -> None:
    points = {s.issuer: s.commitment for s in leaf_of(committee()).shares}
    with pytest.raises(EncodingError):
        combine_shares(GROUP, {**points, 4: b"\xc0" + bytes(47)}, 1)
    with pytest.raises(ProofError) as caught:
        combine_shares(GROUP, {**points, 4: points[1]}, 1)
    assert caught.value.code == "leaf.commitment"


def test_a_forged_signature_is_refused(on: Stage) -> None:
    leaf = leaf_of(on)
    forged = replace(leaf.shares[0], sig=Signature(bytes(64)))
    assert refusal(on, _with(leaf, forged)) == "leaf.signature"


def test_a_label_holds_the_index_and_the_handle(concert: Stage) -> None:
    """A copied handle does not copy a person."""
    registry, name = concert.registry, bytes(32)
    made = label(b"rho", registry, 3, name)
    season = i2osp(registry.season, 4)
    expected = (
        b"fairlot-v1/label/rho" + season + registry.registry_id + i2osp(3, 8) + name
    )
    assert made == expected
    assert label(b"rho", registry, 4, name) != made


def test_a_handle_depends_on_every_issuer(concert: Stage) -> None:
    registry_id = concert.registry.registry_id
    nonces = (bytes(32), bytes([1]) * 32)
    names = {
        handle(registry_id, 0, nonces),
        handle(registry_id, 1, nonces),
        handle(registry_id, 0, nonces[::-1]),
        handle(registry_id, 0, (nonces[0], bytes(32))),
    }
    assert len(names) == 4
    assert handle_hash(bytes(32)) not in names


def test_a_leaf_shows_its_holder_as_a_hash(on: Stage) -> None:
    member = on.members[0]
    assert leaf_of(on).holder == holder_hash(member.holder.signing.public)
    assert cbor.encode(leaf_of(on).to_value()).find(member.holder.signing.public) == -1


def _with(leaf: Leaf, share: LeafShare) -> Leaf:
    shares = tuple(share if s.issuer == share.issuer else s for s in leaf.shares)
    return replace(leaf, shares=shares)

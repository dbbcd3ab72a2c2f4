"""A commitment that is moved to another leaf, registry or request: nobody takes it."""

from dataclasses import replace

import pytest

from fairlot.identity.committee import Holder
from fairlot.identity.credential import check_request, request_credential
from fairlot.identity.enrolment import Identity
from fairlot.identity.leaf import Leaf, make_leaf_entry, sign_share
from fairlot.identity.registry import epoch_at
from kit.sales import GROUP, source
from kit.seasons import CARRIED, Season, first_season, next_season, refused
from kit.world import code

COMMITTEES = [(1, 0), (4, 1)]


@pytest.fixture(params=COMMITTEES, ids=["one issuer", "four issuers"])
def season(request: pytest.FixtureRequest) -> Season:
    return first_season(request.param)


def posted(season: Season, leaf: Leaf) -> str:
    """Return the code with which the board refuses a leaf."""
    issuer = season.parts.issuers[0].key
    return refused(season, make_leaf_entry(season.registry.registry_id, leaf, issuer))


def signed_again(season: Season, leaf: Leaf) -> Leaf:
    """Let all issuers sign what stands in a leaf."""
    shares = tuple(
        sign_share(season.registry, leaf, share.issuer, share.commitment, issuer.key)
        for share, issuer in zip(leaf.shares, season.parts.issuers, strict=True)
    )
    return replace(leaf, shares=shares)


def registered(season: Season, name: str) -> tuple[Identity, Holder]:
    """Enrol somebody whose leaf is not on the log yet."""
    holder = Holder.generate(source(f"moved/{name}"))
    attester, now = season.parts.attester, season.clock
    return season.committee.register(attester, name, holder, now), holder


def test_the_commitment_of_a_leaf_is_that_of_no_other(season: Season) -> None:
    """Whoever reads the log can copy it; even if every issuer signs, it stands once."""
    leaf = season.enrol("ann", "ann").identity.leaf
    identity, _ = registered(season, "bob")
    moved = replace(identity.leaf, shares=leaf.shares, commitment=leaf.commitment)
    for copied in (moved, signed_again(season, moved), replace(leaf, index=1)):
        assert posted(season, copied) == "leaf.repeated"


def test_the_shares_of_a_leaf_are_signed_for_its_index(season: Season) -> None:
    """A leaf that was made and never posted makes no other one."""
    ann, _ = registered(season, "ann")
    bob, _ = registered(season, "bob")
    moved = replace(bob.leaf, index=0)
    assert posted(season, moved) == "leaf.signature"
    swapped = replace(ann.leaf, shares=bob.leaf.shares, commitment=bob.leaf.commitment)
    assert posted(season, swapped) == "leaf.signature"
    assert posted(season, replace(ann.leaf, commitment=bob.leaf.commitment)) == (
        "leaf.commitment"
    )
    assert posted(season, ann.leaf) == ""


def test_a_commitment_of_the_season_before_makes_no_leaf(season: Season) -> None:
    """Its secrets would link a person's sales across the boundary."""
    ann = season.enrol("ann", "ann")
    season.clock = CARRIED
    new = next_season(season, (len(season.parts.issuers), season.registry.threshold))
    moved = replace(ann.identity.leaf, previous=0)
    assert posted(new, moved) == "leaf.signature"
    carried = new.carry_over(season, ann).identity
    assert carried.leaf.commitment != ann.identity.leaf.commitment
    assert set(carried.nym_secrets).isdisjoint(ann.identity.nym_secrets)


@pytest.mark.parametrize("signs", ["ann", "bob"])
def test_a_request_opens_the_commitment_of_its_own_leaf(
    season: Season, signs: str
) -> None:
    """Bob's secrets under Ann's leaf would be Bob's second nym, or Ann's place."""
    ann, bob = season.enrol("ann", "ann"), season.enrol("bob", "bob")
    season.post_roll()
    moved = replace(
        ann.identity,
        leaf=replace(ann.identity.leaf, commitment=bob.identity.leaf.commitment),
        nym_secrets=bob.identity.nym_secrets,
        rho=bob.identity.rho,
    )
    rolls = tuple(season.state.rolls.values())
    pending = request_credential(
        GROUP,
        season.registry,
        moved,
        (ann if signs == "ann" else bob).holder.signing,
        epoch_at(season.registry, season.clock),
        [each.roll_id for each in rolls],
        source("moved request"),
    )
    now = season.clock
    given = GROUP, season.registry, season.state.leaf_at(0, now), rolls
    refusal = code(lambda: check_request(*given, pending.request, now, now))
    # The holder's signature names the commitment, and so does the proof.
    assert refusal == {"ann": "request.proof", "bob": "request.holder"}[signs]

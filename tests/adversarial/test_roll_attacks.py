"""A credential serves for its roll alone: who is not on it cannot deposit."""

from dataclasses import dataclass

import pytest

from fairlot.board.registry_keeper import RegistryBoard
from fairlot.deposit.make import make_deposit
from fairlot.deposit.verify import verify_deposit
from fairlot.deposit.wish import Wish
from fairlot.errors import Rejection
from fairlot.identity.committee import Holder
from fairlot.identity.enrolment import Identity
from fairlot.identity.registry import RollId, epoch_at
from fairlot.rehearsal.cast import Cast, cast_rehearsal
from fairlot.rehearsal.parts import START
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from fairlot_crypto.bbs.profile import Credential
from kit.sales import GROUP, source
from kit.stage import STATEMENTS


def deposit(cast: Cast, credential: Credential, claimed: RollId, roll: RollId) -> None:
    """Deposit with a credential as if it were for ``claimed``, in a sale of ``roll``."""
    credentials, terms = cast.credentials, cast.terms
    epoch = epoch_at(credentials.registry, START)
    wish = Wish(0, wants=1, amount=100)
    made = make_deposit(
        credentials, credential, terms, claimed, wish, epoch, source("deposit")
    )
    verify_deposit(credentials, terms, roll, made.entry, START, STATEMENTS)


@dataclass(frozen=True, slots=True)
class Two:
    """Two rolls of one registry: Ann is on both, Bob on the later one."""

    cast: Cast
    early: RollId
    late: RollId
    ann: dict[RollId, Credential]
    bob: dict[RollId, Credential]


def _register(
    cast: Cast, registry: RegistryBoard, name: str
) -> tuple[Identity, Holder]:
    """Register somebody, and post a roll."""
    holder = Holder.generate(source(name))
    identity = cast.committee.register(cast.parts.attester, name, holder, START)
    registry.append([cast.committee.leaf_entry(identity)], START)
    roll = registry.roll_due(START, cast.parts.registry.closes)
    registry.append_roll(cast.committee.sign_roll(roll), START)
    return identity, holder


@pytest.fixture(scope="module")
def two() -> Two:
    pool = Pool(MAIN_POOL, Mechanism.EQUAL_SHARE, 5, 100, 1)
    arguments = "Sale", "seat", [pool], ["Ann", "Bob"], source("cast")
    cast = cast_rehearsal(*arguments, contributors=1, delay=1, curve=GROUP)
    registry, _ = cast.start_boards()
    people = [_register(cast, registry, name) for name in ("Ann", "Bob")]
    rolls = list(registry.state.rolls.values())
    ann, bob = (
        dict(cast.committee.issue(identity, holder, identity.leaf, rolls, START))
        for identity, holder in people
    )
    early, late = (each.roll_id for each in rolls)
    return Two(cast, early, late, ann, bob)


def test_everybody_on_a_roll_deposits(two: Two) -> None:
    deposit(two.cast, two.ann[two.early], two.early, two.early)
    for credentials in (two.ann, two.bob):
        deposit(two.cast, credentials[two.late], two.late, two.late)


def test_who_was_enrolled_after_the_roll_gets_no_credential_for_it(two: Two) -> None:
    assert set(two.ann) == {two.early, two.late}
    assert set(two.bob) == {two.late}


def test_a_credential_of_another_roll_does_not_deposit(two: Two) -> None:
    """Neither shown as what it is, nor as one of the roll of the sale."""
    others = [(two.bob[two.late], two.early), (two.ann[two.early], two.late)]
    for credential, roll in others:
        own = two.late if roll == two.early else two.early
        for claimed in (own, roll):
            with pytest.raises(Rejection, match=r"deposit\.presentation"):
                deposit(two.cast, credential, claimed, roll)


def test_a_leaf_of_another_board_does_not_deposit(two: Two) -> None:
    """Another registry's issuers signed it, for a roll of the same id."""
    pool = two.cast.terms.pools
    arguments = "Sale", "seat", pool, ["Ann", "Bob"], source("another cast")
    other = cast_rehearsal(*arguments, contributors=1, delay=1, curve=GROUP)
    registry, _ = other.start_boards()
    identity, holder = _register(other, registry, "Ann")
    rolls = list(registry.state.rolls.values())
    issued = other.committee.issue(identity, holder, identity.leaf, rolls, START)
    with pytest.raises(Rejection, match=r"deposit\.presentation"):
        deposit(two.cast, issued[rolls[0].roll_id], two.early, two.early)

"""People who are carried over into the next season, and whoever should not be.

The audit has nothing but the bytes of the logs, in any order and in any number of files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import pytest

from fairlot.audit.auditor import audit_transcript
from fairlot.board.registry_state import RegistryState
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.errors import Rejection
from fairlot.identity.committee import Committee
from fairlot.identity.continuing import check_tags_stay
from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.leaf import LeafStatus, holder_hash
from fairlot.identity.registry import DAY, Credentials, Registry
from fairlot.rehearsal.parts import START
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from kit import lives
from kit.audited import codes, judged
from kit.sales import GROUP, stage
from kit.seasons import (
    CARRIED,
    ENDS,
    Season,
    Sold,
    attester_of,
    first_season,
    forged_leaf,
    next_season,
    refused,
    sell,
)
from kit.stage import STATEMENTS
from kit.world import Device, code

ISSUERS = [(1, 0), (4, 1)]
"""The second season's: the first has one, of another key."""


@dataclass(frozen=True, slots=True)
class Two:
    """Two seasons, with a sale in each; Ann was recovered in the first."""

    old: Season
    new: Season
    sales: tuple[Sold, Sold]
    ann: tuple[Device, Device, Device]
    """Ann's device at first, the one after it, and the same with the next season's leaf."""

    @property
    def files(self) -> tuple[bytes, bytes, bytes]:
        """What there is to know about the second sale."""
        return self.old.data, self.new.data, self.sales[1].data


def carried(committee: tuple[int, int] = (1, 0)) -> Two:
    """Play a season with a sale, carry everybody over, and play the next one."""
    old = first_season()
    ann, bob = old.enrol("ann", "ann"), old.enrol("bob", "bob")
    first = sell(old, [ann, bob])
    old.clock = CARRIED - old.registry.recovery.cooling
    again = old.recover("ann", 0, "ann 2")
    new = next_season(old, committee)
    own = new.carry_over(old, again)
    second = sell(new, [own, new.carry_over(old, bob)], "Next")
    return Two(old, new, (first, second), (ann, again, own))


@pytest.fixture(scope="module", params=ISSUERS, ids=["one issuer", "four issuers"])
def two(request: pytest.FixtureRequest) -> Two:
    return carried(request.param)


@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_two_registries_and_a_sale_are_read_in_any_order(
    two: Two, order: Sequence[int]
) -> None:
    files = [two.files[place] for place in order]
    for given in (files, [b"".join(files)], [files[0], files[1] + files[2]]):
        report = judged(*given)
        assert report.holds, codes(report)
        assert report.roots.registry_id == two.new.registry.registry_id
        assert report.facts["leaves"] == 2


@pytest.mark.thorough
def test_the_registries_are_read_without_a_sale_too(two: Two) -> None:
    for files in (two.files[:2], two.files[1::-1]):
        report = judged(*files, alone=True)
        assert report.holds, codes(report)
        assert report.roots.registry_id == two.new.registry.registry_id


@pytest.mark.thorough
def test_who_was_carried_over_is_one_person_in_each_sale(two: Two) -> None:
    nyms = [{made.nym for made in sold.deposits} for sold in two.sales]
    assert [len(each) for each in nyms] == [2, 2]
    assert not nyms[0] & nyms[1]
    for sold, state in zip(two.sales, (two.old, two.new), strict=True):
        assert sold.on.terms.registry == state.registry.registry_id


@pytest.mark.thorough
def test_the_earlier_sale_needs_no_later_registry(two: Two) -> None:
    sale = two.sales[0].data
    assert judged(two.old.data, sale).holds
    assert codes(judged(two.old.data, two.new.data, sale)) == ["log.foreign"]


def test_without_the_log_before_there_is_one_finding(two: Two) -> None:
    """Not silence, and not one a leaf."""
    for files, alone in ((two.files[1:], False), (two.files[1:2], True)):
        report = judged(*files, alone=alone)
        assert (report.failed, codes(report)) == (("A11",), ["leaf.unjudged"])
        (found,) = report.findings
        first = next(
            number
            for number, item in enumerate(_entries(two.new.data))
            if item.type is EntryType.LEAF
        )
        assert found.entry == first
        assert two.old.registry.registry_id.hex() in found.message


def test_the_log_of_another_registry_is_not_the_one_before(two: Two) -> None:
    other = first_season((4, 1))
    other.enrol("ann", "another ann")
    report = judged(other.data, *two.files[1:])
    assert codes(report) == ["leaf.unjudged", "log.foreign"]


@pytest.mark.thorough
def test_a_second_copy_of_the_log_before_is_named(two: Two) -> None:
    """Whether it is the same or a fork: of two histories none is judged in silence."""
    for copy in (two.old.data, _forked(two.old)):
        report = judged(*two.files, copy)
        assert (report.failed, codes(report)) == (("A32",), ["log.twice"])
        in_one = judged(b"".join((copy, *two.files)))
        assert not in_one.holds
        assert "checkpoint.tree" in codes(in_one)


@pytest.mark.thorough
def test_every_season_back_to_the_first_is_read(two: Two) -> None:
    third = next_season(two.new)
    third.clock = two.new.clock
    third.carry_over(two.new, two.ann[2])
    logs = two.old.data, two.new.data, third.data
    for files in permutations(logs):
        assert judged(*files, alone=True).holds
    assert codes(judged(*logs[1:], alone=True)) == ["leaf.unjudged"]
    broken = judged(logs[2], logs[0], alone=True)
    assert codes(broken) == ["leaf.unjudged", "log.foreign"]


def test_a_log_before_that_is_damaged_is_found_in_its_place(two: Two) -> None:
    """The finding names which registry it is of: both number their leaves from 0."""
    old = two.old.data
    place = len(old) - 70
    damaged = old[:place] + bytes([old[place] ^ 1]) + old[place + 1 :]
    report = judged(damaged, *two.files[1:])
    assert not report.holds
    named = two.old.registry.registry_id.hex()
    assert any(named in found.message for found in report.findings)


def test_a_head_of_the_log_before_holds_it_to_one_history(two: Two) -> None:
    report = audit_transcript(
        two.files[1],
        more=(two.files[0], two.files[2]),
        rehearsal=True,
        heads=[_heads(two.old.data)[-1].to_text().encode()],
        curve=GROUP,
        statements=STATEMENTS,
    )
    assert report.holds, codes(report)
    forked = audit_transcript(
        two.files[1],
        more=(two.files[0], two.files[2]),
        rehearsal=True,
        heads=[_heads(_forked(two.old))[-1].to_text().encode()],
        curve=GROUP,
        statements=STATEMENTS,
    )
    assert (forked.failed, codes(forked)) == (("A29",), ["heads.fork"])


def test_the_old_registry_lives_on_through_its_tail() -> None:
    """Who is recovered there after having been carried over changes nothing here.

    The leaf of the season before was active when it was carried over. Its person gets
    credentials of the old season until the tail is over, and so claims what was won there.
    """
    two = carried()
    old = two.old
    old.clock = ENDS + 10 * DAY
    again = old.recover("ann", 0, "ann 3")
    assert old.state.leaf_at(0, old.clock).version == 3
    report = judged(*two.files)
    assert report.holds, codes(report)
    leaf, rolls = old.state.leaf_at(0, old.clock), tuple(old.state.rolls.values())
    issued = old.committee.issue(
        replace(again.identity, leaf=leaf), again.holder, leaf, rolls, old.clock
    )
    assert two.sales[0].on.roll_id in issued
    late = old.registry.closes
    asked = replace(again.identity, leaf=leaf), again.holder, leaf, rolls, late
    assert code(lambda: old.committee.issue(*asked)) == "request.season"


def test_the_old_device_holds_nothing_in_the_next_season(two: Two) -> None:
    lost, again, own = two.ann
    assert own.identity.leaf.holder == holder_hash(again.holder.signing.public)
    leaf = two.new.state.leaf_at(0, two.new.clock)
    rolls = tuple(two.new.state.rolls.values())
    stolen = replace(own.identity, leaf=leaf)
    assert (
        code(
            lambda: two.new.committee.issue(
                stolen, lost.holder, leaf, rolls, two.new.clock
            )
        )
        == "request.holder"
    )


Prepare = Callable[[Season, Device, Device], None]
"""What becomes of the leaves of Ann and Bob before they are carried over."""


def _nothing(_old: Season, _ann: Device, _bob: Device) -> None:
    """Nothing becomes of anybody."""


def _closed(old: Season, _ann: Device, _bob: Device) -> None:
    old.log(lives.decided(old.parts, EntryType.CLOSURE, 0))
    old.clock += old.registry.recovery.cooling
    old.log(lives.decided(old.parts, EntryType.CLOSED, 0))


def _pending(old: Season, _ann: Device, bob: Device) -> None:
    other = stage().parts.seller
    assert bob.holder.signing != other
    old.log(lives.recovery(old.parts, 0, other))


def _disputed(old: Season, ann: Device, bob: Device) -> None:
    _pending(old, ann, bob)
    old.log(lives.contest(old.parts, 0, ann.holder.signing))


def _frozen(old: Season, ann: Device, _bob: Device) -> None:
    old.log(lives.freeze(old.parts, 0, ann.holder.signing))


def _recovered(old: Season, _ann: Device, _bob: Device) -> None:
    old.recover("ann", 0, "ann, of whom the thief has the old device")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A leaf that issuers carry over against the rules."""

    name: str
    before: Prepare
    previous: int = 0
    of_bob: bool = False
    """Whether Bob's key is to hold it."""
    named: bool = True


WRONG = (
    Wrong("a closed leaf", _closed),
    Wrong("a leaf that is being recovered", _pending),
    Wrong("a leaf about which there is a dispute", _disputed),
    Wrong("a frozen leaf", _frozen),
    Wrong("a leaf under the key of a former holder", _recovered),
    Wrong("a leaf under another person's key", _nothing, of_bob=True),
    Wrong("a leaf that does not exist", _nothing, previous=2),
)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_the_board_and_the_audit_refuse_to_carry_over(wrong: Wrong) -> None:
    """All issuers consent: the log before shows that they must not."""
    for looks in (True, False):
        old = first_season()
        ann, bob = old.enrol("ann", "ann"), old.enrol("bob", "bob")
        old.clock = CARRIED
        wrong.before(old, ann, bob)
        # Nobody's view of the log is as old as that.
        old.clock += old.registry.view_age + 1
        new = next_season(old, looks=looks)
        key = (bob if wrong.of_bob else ann).holder.signing.public
        entry = new.forged("ann", wrong.previous, holder_hash(key))
        assert refused(new, entry) == ("leaf.previous" if looks else "")
        if not looks:
            report = judged(old.data, new.data, alone=True)
            assert (report.failed, codes(report)) == (("A11",), ["leaf.previous"])


def test_a_view_that_is_no_older_than_issuers_may_have_is_no_lie() -> None:
    """Else whoever freezes a leaf at the right moment would spoil every later audit."""
    old = first_season()
    ann = old.enrol("ann", "ann")
    old.clock = CARRIED
    new = next_season(old)
    made = new.committee.carry_over(0, old.state.lives[0], ann.holder, new.clock)
    _frozen(old, ann, ann)
    assert old.state.leaf_at(0, old.clock).status is LeafStatus.FROZEN
    new.clock = CARRIED + old.registry.view_age
    assert refused(new, new.committee.leaf_entry(made)) == ""
    assert judged(old.data, new.data, alone=True).holds
    new.clock += 1
    new.post_roll()
    assert judged(old.data, new.data, alone=True).holds


def test_nobody_is_carried_over_twice(two: Two) -> None:
    """Nor does a second log help: a leaf has one successor in a registry."""
    for looks in (True, False):
        old = first_season()
        ann = old.enrol("ann", "ann")
        old.enrol("bob", "bob")
        old.clock = CARRIED
        new = next_season(old, looks=looks)
        new.carry_over(old, ann)
        again = new.forged("bob", 0, holder_hash(ann.holder.signing.public))
        assert refused(new, again) == "leaf.previous"
    assert code(lambda: two.new.carry_over(two.old, two.ann[1])) == (
        "enrolment.known-person"
    )


def test_a_registry_that_names_none_before_carries_nobody_over() -> None:
    old = first_season()
    ann = old.enrol("ann", "ann")
    old.clock = CARRIED
    new = next_season(old, named=False)
    entry = new.forged("ann", 0, holder_hash(ann.holder.signing.public))
    assert refused(new, entry) == "leaf.previous"
    report = judged(old.data, new.data, alone=True)
    assert codes(report) == ["log.foreign"]


def test_nobody_of_a_rehearsal_is_carried_over_in_earnest() -> None:
    """Everybody's keys lay on one machine: a person of a rehearsal is nobody."""
    old = first_season()
    ann = old.enrol("ann", "ann")
    old.clock = CARRIED
    new = next_season(old)
    real = replace(
        new.registry,
        rehearsal=False,
        witnesses=stage().watched().terms.witnesses,
    )
    assert _carried_into(real, new, old, ann) == "leaf.previous"
    assert _carried_into(new.registry, new, old, ann) == ""


def _carried_into(registry: Registry, new: Season, old: Season, ann: Device) -> str:
    """Return the code with which the fold of a registry refuses Ann's leaf."""
    state = RegistryState(GROUP, STATEMENTS, old.state)
    issuer, scope = new.parts.issuers[0].key, registry.registry_id
    first = sign_entry(EntryType.REGISTRY, scope, registry.to_value(), issuer)
    state.append(first, new.clock)
    committee = Committee(Credentials(GROUP, registry), new.parts.issuers)
    parts = replace(new.parts, registry=registry)
    parts = replace(parts, attesters=(attester_of(parts),))
    holder = holder_hash(ann.holder.signing.public)
    entry = forged_leaf(committee, parts, new.clock, "ann", 0, holder)
    return code(lambda: state.append(entry, new.clock))


def _forked(season: Season) -> bytes:
    """Return another history of a season's log, which its board has signed too."""
    other = Season(season.parts, START)
    other.enrol("bob", "bob comes first")
    assert other.registry.registry_id == season.registry.registry_id
    return other.data


def _entries(data: bytes) -> list[Entry]:
    """Return the entries of a file."""
    items = (item for item in read_records(data) if isinstance(item, Record))
    return [item.item for item in items if isinstance(item.item, Entry)]


def _heads(data: bytes) -> list[SignedCheckpoint]:
    """Return the heads of a file."""
    items = (item for item in read_records(data) if isinstance(item, Record))
    return [item.item for item in items if isinstance(item.item, SignedCheckpoint)]


@pytest.mark.parametrize("committee", ISSUERS, ids=["one issuer", "four issuers"])
def test_with_another_key_of_tags_everybody_could_come_again(
    committee: tuple[int, int],
) -> None:
    """The issuers' books would know nobody, and no leaf would show it: the keys do."""
    old = first_season()
    old.enrol("ann", "ann")
    old.clock = CARRIED
    new = next_season(old, committee, same_tags=False)
    new.enrol("ann", "ann once more")
    report = judged(old.data, new.data, alone=True)
    assert (report.failed, codes(report)) == (("A10",), ["registry.tags"])
    assert report.findings[0].entry == 0
    assert judged(new.data, alone=True).holds
    with pytest.raises(Rejection, match=r"registry\.tags"):
        Committee(new.credentials, new.parts.issuers, old.committee)


def test_a_registry_that_asks_for_something_else_has_tags_of_its_own() -> None:
    """Of another source people have other tags anyway: nobody is carried over unseen."""
    old = first_season()
    old.clock = CARRIED
    other = Source("another-list", Canonicaliser.NAME)
    new = next_season(old, same_tags=False, source_of_tags=other)
    assert judged(old.data, new.data, alone=True).holds
    check_tags_stay(GROUP, old.registry, new.registry)


def test_the_same_key_shared_among_others_is_the_same(two: Two) -> None:
    before, after = two.old.registry.uniqueness, two.new.registry.uniqueness
    assert (before.shares != after.shares) == (len(after.shares) > 1)
    check_tags_stay(GROUP, two.old.registry, two.new.registry)

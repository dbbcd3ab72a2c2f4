"""The life of a leaf: who may do what to it, and when; and what issuers check first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from fairlot.entry import EntryType, sign_entry
from fairlot.errors import Rejection
from fairlot.identity.acts import (
    Contest,
    Decision,
    Freeze,
    Guardian,
    Ruling,
    sign_decision,
)
from fairlot.identity.attestation import (
    ENROLMENT,
    Attestation,
    Purpose,
    Subject,
)
from fairlot.identity.credential import (
    CredentialRequest,
    check_request,
    request_credential,
)
from fairlot.identity.enrolment import Identity
from fairlot.identity.leaf import LeafStatus, check_leaf, holder_hash
from fairlot.identity.life import Outcome
from fairlot.identity.lives import check_carried
from fairlot.identity.recovering import join, resend_share
from fairlot.identity.registry import epoch_at
from fairlot.identity.roll import unexpired_rolls
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements
from generators.committee_setting import GROUP, stream
from generators.life_setting import (
    ARBITER,
    ATTESTERS,
    DISPUTES,
    RECOVERY,
    Town,
    attest_all,
    keys_of,
    next_town,
    town,
)


@pytest.fixture(params=[(1, 0), (4, 1)], ids=["one issuer", "four issuers"])
def at(request: pytest.FixtureRequest) -> Town:
    """One path for both: a committee, and the case n = 1, t = 0."""
    made = town(*request.param)
    made.enrol("ann")
    made.enrol("bob")
    return made


def code(attempt: Callable[[], object]) -> str:
    with pytest.raises(Rejection) as caught:
        attempt()
    return caught.value.code


def status(at: Town, index: int = 0) -> LeafStatus:
    return at.life(index).status(at.clock)


def ruled(at: Town, outcome: Outcome, key: SigningKey = ARBITER) -> None:
    life = at.life()
    at.post(Ruling(0, life.version, life.attempt, outcome), key)


def cooled(at: Town) -> None:
    at.clock += RECOVERY.cooling


def test_a_recovery_moves_the_leaf_to_the_new_key_and_nothing_else(at: Town) -> None:
    before = at.enrolments[0].leaf
    at.recover("ann", "ann again")
    assert status(at) is LeafStatus.PENDING
    cooled(at)
    at.complete()
    after = at.life().seen(before, at.clock)
    holder = holder_hash(keys_of("ann again")[0].public)
    assert after == replace(before, version=2, holder=holder)
    assert status(at, 1) is LeafStatus.ACTIVE


def test_the_new_device_gets_the_same_secrets(at: Town) -> None:
    """So that every nym stays what it was, and nobody enters a sale twice."""
    first = at.resent("ann")
    at.recover("ann", "ann again")
    cooled(at)
    at.complete()
    again = at.resent("ann again")
    assert (again.rho, again.nym_secrets) == (first.rho, first.nym_secrets)


def test_nobody_gets_shares_before_the_switch(at: Town) -> None:
    """Else a recovery that is contested and lost would have given everything away."""
    at.recover("ann", "thief")
    cooled(at)
    at.resent("ann")
    assert code(lambda: at.resent("thief")) == "enrolment.share"


def test_the_old_device_gets_no_shares_after_the_switch(at: Town) -> None:
    at.recover("ann", "ann again")
    cooled(at)
    at.complete()
    assert code(lambda: at.resent("ann")) == "enrolment.share"


def requested(at: Town, label: str, identity: Identity) -> CredentialRequest:
    epoch = epoch_at(at.registry, at.clock)
    key = keys_of(label)[0]
    rolls = [each.roll_id for each in unexpired_rolls(at.base.rolls, at.clock)]
    source = stream("request")
    made = request_credential(GROUP, at.registry, identity, key, epoch, rolls, source)
    return made.request


def answered(at: Town, request: CredentialRequest) -> None:
    leaf = at.life().seen(at.leaves[0], at.clock)
    check_request(GROUP, at.registry, leaf, at.base.rolls, request, at.clock, at.clock)


def test_the_old_key_gets_no_credential_after_the_switch(at: Town) -> None:
    """The thief keeps the nym secrets; only the holder key stops them."""
    stolen = at.resent("ann")
    answered(at, requested(at, "ann", stolen))
    at.recover("ann", "ann again")
    assert code(lambda: answered(at, requested(at, "ann", stolen))) == "request.leaf"
    cooled(at)
    at.complete()
    assert code(lambda: answered(at, requested(at, "ann", stolen))) == "request.leaf"
    newest = replace(stolen, leaf=at.life().seen(at.leaves[0], at.clock))
    assert code(lambda: answered(at, requested(at, "ann", newest))) == "request.holder"
    answered(at, requested(at, "ann again", at.resent("ann again")))


def test_a_freeze_ends_by_itself(at: Town) -> None:
    at.freeze("ann")
    assert status(at) is LeafStatus.FROZEN
    identity = at.resent("ann")
    assert code(lambda: answered(at, requested(at, "ann", identity))) == "request.leaf"
    at.clock += RECOVERY.freeze
    assert status(at) is LeafStatus.ACTIVE
    answered(at, requested(at, "ann", identity))


def test_each_key_freezes_a_version_once(at: Town) -> None:
    at.freeze("ann")
    at.clock += RECOVERY.freeze
    assert code(lambda: at.freeze("ann")) == "life.again"
    for attester in ATTESTERS[:2]:
        act = Freeze(0, 1, Guardian.ATTESTER)
        at.post(act, attester)
        assert code(lambda: at.freeze("ann")) == "life.status"
        at.clock += RECOVERY.freeze
        assert code(lambda a=attester, f=act: at.post(f, a)) == "life.again"  # type: ignore[misc]
    at.recover("ann", "ann again")
    cooled(at)
    at.complete()
    at.post(Freeze(0, 2, Guardian.ATTESTER), ATTESTERS[0])
    assert status(at) is LeafStatus.FROZEN


@pytest.mark.parametrize("by", Guardian)
def test_only_holder_and_attesters_freeze(at: Town, by: Guardian) -> None:
    freeze = Freeze(0, 1, by)
    assert code(lambda: at.post(freeze, keys_of("bob")[0])) == "life.key"
    wrong = ATTESTERS[0] if by is Guardian.HOLDER else keys_of("ann")[0]
    assert code(lambda: at.post(freeze, wrong)) == "life.key"


def test_what_is_frozen_can_be_recovered(at: Town) -> None:
    at.freeze("ann")
    at.recover("ann", "ann again")
    assert status(at) is LeafStatus.PENDING


def signed(at: Town, decision: Decision, issuers: Sequence[int] = ()) -> Decision:
    """Let issuers sign whatever it says: all of them by default."""
    who = [at.base.issuers[i] for i in issuers] or at.base.issuers
    sigs = tuple(sign_decision(at.registry, decision, i.index, i.key) for i in who)
    return replace(decision, sigs=sigs)


def switch(holder: str = "ann again", attempt: int = 1) -> Decision:
    hashed = holder_hash(keys_of(holder)[0].public)
    return Decision(EntryType.SWITCH, 0, 1, attempt, hashed)


def posted(at: Town, decision: Decision, issuers: Sequence[int] = ()) -> str:
    return code(lambda: at.post(signed(at, decision, issuers), at.issuer_key))


def test_a_recovery_cools_first(at: Town) -> None:
    at.recover("ann", "ann again")
    at.clock += RECOVERY.cooling - 1
    assert code(at.complete) == "life.early"
    assert posted(at, switch()) == "life.early"
    at.clock += 1
    at.complete()


def test_a_switch_completes_what_was_begun(at: Town) -> None:
    assert posted(at, replace(switch(), attempt=1)) == "life.attempt"
    at.recover("ann", "ann again")
    cooled(at)
    closed = Decision(EntryType.CLOSED, 0, 1, 1, None)
    assert posted(at, closed) == "life.purpose"
    assert posted(at, switch("thief")) == "life.holder"
    assert posted(at, switch(attempt=2)) == "life.attempt"
    assert posted(at, replace(switch(), version=2)) == "life.version"
    assert posted(at, replace(switch(), index=7)) == "life.leaf"


def test_nothing_is_completed_that_has_not_begun(at: Town) -> None:
    assert code(at.completion) == "life.status"
    at.recover("ann", "ann again")
    cooled(at)
    at.complete()
    again = replace(switch("ann third"), version=2)
    assert posted(at, again) == "life.status"


def test_fewer_than_n_less_t_issuers_decide_nothing() -> None:
    at = town(4, 1)
    at.enrol("ann")
    begun = at.decide("ann", "ann again", issuers=(0, 1))
    assert code(lambda: at.post(begun, at.issuer_key)) == "life.issuers"
    at.post(at.decide("ann", "ann again", issuers=(0, 2, 3)), at.issuer_key)
    cooled(at)
    assert posted(at, switch(), (1, 2)) == "life.issuers"
    assert posted(at, switch(), (2, 1, 0)) == "life.issuers"
    assert posted(at, switch(), (1, 1, 2)) == "life.issuers"
    at.complete(issuers=(1, 2, 3))


def test_a_signature_counts_for_what_it_was_given_for(at: Town) -> None:
    """Not for another leaf or key, not to close, not to complete."""
    begun = at.decide("ann", "ann again")

    def moved(decision: Decision) -> str:
        return code(lambda: at.post(decision, at.issuer_key))

    assert moved(replace(begun, index=1)) == "life.signature"
    assert moved(replace(begun, holder=bytes(32))) == "life.signature"
    closure = replace(begun, type=EntryType.CLOSURE, holder=None)
    assert moved(closure) == "life.signature"
    at.post(begun, at.issuer_key)
    cooled(at)
    assert moved(replace(begun, type=EntryType.SWITCH)) == "life.signature"


def test_the_old_key_pauses_a_recovery_and_the_arbiter_decides(at: Town) -> None:
    at.recover("ann", "thief")
    at.contest("ann")
    assert status(at) is LeafStatus.DISPUTED
    cooled(at)
    assert code(at.complete) == "life.early"
    ruled(at, Outcome.KEEP)
    assert status(at) is LeafStatus.ACTIVE
    assert at.life().holder == at.leaves[0].holder


def test_a_ruling_for_the_recovery_lets_it_go_on_at_once(at: Town) -> None:
    at.recover("ann", "ann again")
    at.contest("ann")
    ruled(at, Outcome.RECOVER)
    at.complete()
    assert at.life().version == 2


def test_without_a_ruling_the_body_wins(at: Town) -> None:
    """A thief who holds the old key cannot stop a recovery by silence."""
    at.recover("ann", "ann again")
    at.clock += RECOVERY.cooling - 1
    at.contest("ann")
    at.clock += DISPUTES.within - 1
    assert code(at.complete) == "life.early"
    at.clock += 1
    assert code(lambda: ruled(at, Outcome.KEEP)) == "life.status"
    at.complete()
    assert at.life().version == 2


def test_a_contest_never_hastens_a_recovery() -> None:
    at = town()
    at.enrol("ann")
    life = at.life().begin(RECOVERY, Purpose.RECOVER, bytes(32), at.clock)
    contested = life.contest(replace(DISPUTES, within=1), at.clock)
    early = at.clock + RECOVERY.cooling - 1
    assert (
        code(lambda: contested.complete(Purpose.RECOVER, bytes(32), early))
        == "life.early"
    )


def test_a_recovery_is_contested_once_in_time_and_by_the_holder(at: Town) -> None:
    assert code(lambda: at.post(Contest(0, 1, 1), keys_of("ann")[0])) == "life.attempt"
    at.recover("ann", "ann again")
    assert code(lambda: at.contest("bob")) == "life.key"
    assert code(lambda: at.contest("ann again")) == "life.key"
    at.contest("ann")
    assert code(lambda: at.contest("ann")) == "life.again"
    ruled(at, Outcome.KEEP)
    at.recover("ann", "ann again")
    cooled(at)
    assert code(lambda: at.contest("ann")) == "life.late"


def test_only_the_arbiter_rules_on_what_is_disputed(at: Town) -> None:
    at.recover("ann", "ann again")
    assert code(lambda: ruled(at, Outcome.KEEP)) == "life.status"
    at.contest("ann")
    assert code(lambda: ruled(at, Outcome.KEEP, keys_of("ann")[0])) == "life.key"
    assert code(lambda: ruled(at, Outcome.CLOSE)) == "life.outcome"


def test_a_recovery_brings_a_new_key(at: Town) -> None:
    """Whoever keeps an old key never holds the leaf again."""
    assert code(lambda: at.recover("ann", "ann")) == "life.holder"
    at.recover("ann", "ann again")
    cooled(at)
    at.complete()
    assert code(lambda: at.recover("ann", "ann")) == "life.holder"


def test_one_change_at_a_time(at: Town) -> None:
    at.recover("ann", "ann again")
    assert code(lambda: at.recover("ann", "ann third")) == "life.status"
    assert code(lambda: at.close("ann")) == "life.status"
    assert code(lambda: at.freeze("ann")) == "life.status"


def test_a_leaf_is_closed_as_it_is_recovered_and_for_good(at: Town) -> None:
    at.close("ann")
    assert status(at) is LeafStatus.PENDING
    assert code(at.complete) == "life.early"
    at.contest("ann")
    ruled(at, Outcome.CLOSE)
    at.complete()
    assert status(at) is LeafStatus.CLOSED
    assert at.lives.closed == {0}
    assert code(lambda: at.recover("ann", "ann again")) == "life.status"
    assert code(lambda: at.freeze("ann")) == "life.status"


def asked(at: Town, who: str = "ann", label: str = "ann again") -> list[Attestation]:
    subject = at.life().subject(Purpose.RECOVER)
    return attest_all(at.registry, who, keys_of(label), subject, at.clock)


def test_a_recovery_needs_a_quorum_of_distinct_attesters(at: Town) -> None:
    one, two = asked(at)
    assert code(lambda: at.begin(0, [])) == "recovery.quorum"
    assert code(lambda: at.begin(0, [one])) == "recovery.quorum"
    assert code(lambda: at.begin(0, [one, one])) == "recovery.quorum"
    at.begin(0, [one, two])


def test_attesters_must_agree_on_person_and_keys(at: Town) -> None:
    one, _ = asked(at)
    for who, label in (("ann", "thief"), ("bob", "ann again")):
        _, other = asked(at, who, label)
        assert code(lambda o=other: at.begin(0, [one, o])) == "recovery.agree"  # type: ignore[misc]


def test_a_person_recovers_their_own_leaf(at: Town) -> None:
    assert code(lambda: at.begin(0, asked(at, "bob"))) == "recovery.person"
    assert code(lambda: at.begin(0, asked(at, "nobody"))) == "recovery.person"


@pytest.mark.parametrize(
    "subject",
    [
        ENROLMENT,
        Subject(Purpose.CLOSE, 1, 1),
        Subject(Purpose.RECOVER, 1, 2),
        Subject(Purpose.RECOVER, 2, 1),
    ],
)
def test_an_attestation_serves_for_one_event_only(at: Town, subject: Subject) -> None:
    """One to enrol, to close, or for another attempt recovers nothing."""
    made = attest_all(at.registry, "ann", keys_of("ann again"), subject, at.clock)
    assert code(lambda: at.begin(0, made)) == "attestation.subject"


def test_one_to_recover_enrols_nobody(at: Town) -> None:
    subject = Subject(Purpose.RECOVER, 1, 1)
    made, _ = attest_all(at.registry, "eve", keys_of("eve"), subject, at.clock)
    assert code(lambda: at.books[0].admit(made, 2, at.clock)) == "attestation.subject"


def test_add_remove_add_replays_nothing(at: Town) -> None:
    """Ann recovers to a second key and then to a third; the second never comes back."""
    first = asked(at, "ann", "ann second")
    entry = at.recover("ann", "ann second")
    cooled(at)
    switched = at.complete()
    at.recover("ann", "ann third")
    cooled(at)
    at.complete()
    assert code(lambda: at.begin(0, first)) in {
        "attestation.subject",
        "attestation.time",
    }
    for replayed in (entry, switched):
        assert code(lambda r=replayed: at.log(r)) == "life.version"  # type: ignore[misc]


def test_a_recovery_that_was_ruled_out_is_not_replayed(at: Town) -> None:
    """The version is the same as before: only the attempt tells."""
    entry = at.recover("ann", "thief")
    at.contest("ann")
    ruled(at, Outcome.KEEP)
    assert code(lambda: at.log(entry)) == "life.attempt"


def test_old_attestations_expire(at: Town) -> None:
    made = asked(at)
    at.clock += at.registry.epoch
    assert code(lambda: at.begin(0, made)) == "attestation.time"


def test_an_issuer_that_was_away_learns_of_a_recovery_afterwards() -> None:
    """It checks the same attestations at the time of the entry, and sends its share."""
    at = town(4, 1)
    at.enrol("ann")
    made = asked(at)
    before, then = at.life(), at.clock
    at.post(at.decide("ann", "ann again", issuers=(0, 1, 2)), at.issuer_key)
    cooled(at)
    at.complete(issuers=(0, 1, 2))
    late, issuer = at.books[3], at.base.issuers[3]
    source = stream("late")

    def send() -> bytes:
        return resend_share(at.registry, late, issuer, 0, at.life(), source)

    assert code(send) == "recovery.keys"
    late.ask(made, Purpose.RECOVER, 0, before, then)
    send()


def test_issuers_who_decide_different_things_decide_nothing() -> None:
    at = town(4, 1)
    at.enrol("ann")
    one = at.begin(0, asked(at, "ann", "ann again"))
    two = at.begin(1, asked(at, "ann", "thief"))
    assert code(lambda: join([one, two])) == "life.issuers"
    assert code(lambda: join([])) == "life.issuers"


def test_a_leaf_is_carried_over_with_its_current_keys(at: Town) -> None:
    """Tags, attributes and keys move; the secrets are those of the new season."""
    at.recover("ann", "ann again")
    cooled(at)
    at.complete()
    after = next_town(at)
    life = at.life()
    (made, *_) = [book.carry_over(0, life, 0, after.clock) for book in after.books]
    identity = after.take(made, keys_of("ann again")[1], previous=0)
    check_leaf(GROUP, after.registry, identity.leaf, Statements())
    check_carried(identity.leaf, at.lives, after.clock, after.clock)
    assert identity.leaf.version == 1
    assert identity.leaf.commitment != at.leaves[0].commitment
    thief = replace(identity.leaf, holder=at.leaves[0].holder)
    since = at.clock + 1
    assert code(lambda: check_carried(thief, at.lives, since, after.clock)) == (
        "leaf.previous"
    )


def test_nobody_gets_two_leaves_in_the_next_season(at: Town) -> None:
    """Neither by being carried over twice, nor by enrolling before or afterwards."""
    after = next_town(at)
    book = after.books[0]
    made = book.carry_over(0, at.life(), 0, after.clock)
    book.registered(0, bytes(32))
    assert code(lambda: book.carry_over(0, at.life(), 1, after.clock)) == (
        "enrolment.known-person"
    )
    (anew,) = attest_all(
        after.registry,
        "ann",
        keys_of("ann new"),
        ENROLMENT,
        after.clock,
        ATTESTERS[:1],
    )
    assert code(lambda: book.admit(anew, 1, after.clock)) == "enrolment.known-person"
    assert made.holder_key == keys_of("ann")[0].public


def test_only_active_leaves_of_the_book_before_are_carried_over(at: Town) -> None:
    after = next_town(at)
    book = after.books[0]
    for index in (2, -1):
        assert code(
            lambda i=index: book.carry_over(i, at.life(), 0, after.clock)  # type: ignore[misc]
        ) == ("carry.unknown")
    assert code(lambda: at.books[0].carry_over(0, at.life(), 0, at.clock)) == (
        "carry.unknown"
    )
    at.clock = after.clock
    at.freeze("ann")
    assert code(lambda: book.carry_over(0, at.life(), 0, after.clock)) == (
        "carry.status"
    )
    frozen = after.leaves
    assert frozen == []
    leaf = replace(at.leaves[0], previous=0)
    since = at.clock + 1
    assert code(lambda: check_carried(leaf, at.lives, since, since)) == "leaf.previous"
    check_carried(leaf, at.lives, at.clock, at.clock)


def test_an_act_is_read_strictly(at: Town) -> None:
    at.recover("ann", "ann again")
    body = signed(at, switch()).to_value()
    bad: Sequence[tuple[EntryType, Mapping[str, Value]]] = (
        (EntryType.SWITCH, {**body, "note": 1}),
        (EntryType.SWITCH, {**body, "attempt": 0}),
        (EntryType.SWITCH, {**body, "holder": bytes(31)}),
        (EntryType.CLOSED, body),
        (EntryType.FREEZE, {"index": 0, "version": 1, "by": "thief"}),
        (EntryType.FREEZE, {"index": 0, "version": 0, "by": "holder"}),
        (EntryType.RULING, {"index": 0, "version": 1, "attempt": 1, "outcome": "no"}),
    )
    for kind, changed in bad:
        entry = sign_entry(kind, at.registry.registry_id, changed, at.issuer_key)
        assert code(lambda e=entry: at.log(e)) == "entry.field"  # type: ignore[misc]

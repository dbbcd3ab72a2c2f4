"""How a wallet gets a leaf back, and guards it (specs/wallet.md, sections 10 and 12)."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from fairlot.board.replay import Replay
from fairlot.errors import InputError, Rejection
from fairlot.identity.acts import Ruling
from fairlot.identity.attestation import Attestation, Purpose, Subject
from fairlot.identity.leaf import LeafStatus
from fairlot.identity.life import Outcome
from fairlot.identity.part import Part, request_id
from fairlot.identity.recovering import join, resend_share
from fairlot.wallet.content import Content
from fairlot.wallet.guarding import change_of, contest, freeze
from fairlot.wallet.looking import Looked
from fairlot.wallet.read_content import read_content
from fairlot.wallet.recovering import (
    Standing,
    ask_attesters,
    ask_to_recover,
    progress,
    receive_recovered,
)
from generators.committee_setting import GROUP, stream
from generators.life_setting import ARBITER, ATTESTERS, Town, attest_all, town


class Lost:
    """Somebody of a town who has lost everything, and has a new wallet."""

    def __init__(self) -> None:
        """Enrol two people; Ann, the first, has lost her keys."""
        self.town: Town = town()
        self.identity = self.town.enrol("ann")
        self.town.enrol("bob")
        self.content = Content(stream.seed("a new wallet"))

    @property
    def looked(self) -> Looked:
        """The log as it is, without the bytes of one."""
        on = self.town
        state = SimpleNamespace(
            registry=on.registry,
            registry_id=on.registry.registry_id,
            lives=on.lives,
            leaves=dict(enumerate(on.leaves)),
        )
        read = SimpleNamespace(registry=SimpleNamespace(state=state))
        return Looked(cast("Replay", read), self.content)

    def attested(
        self, person: str = "ann", subject: Subject | None = None
    ) -> list[Attestation]:
        """Go to the attesters."""
        on = self.town
        if subject is None:
            subject = ask_attesters(self.looked, 0, on.clock).subject
        holder = self.content.holder(on.registry.registry_id)
        keys = holder.signing, holder.device
        return attest_all(on.registry, person, keys, subject, on.clock)

    def ask(self, attestations: Sequence[Attestation], index: int = 0) -> bytes:
        """Ask, and keep what was asked."""
        asked = ask_to_recover(self.looked, index, attestations, self.town.clock)
        self.content, request = asked
        # What is kept reads as it was written.
        assert read_content(self.content.to_bytes()) == self.content
        return request.to_bytes()

    def begin(self, attestations: Sequence[Attestation]) -> None:
        """Let the issuers begin."""
        begun = join([self.town.begin(0, attestations)])
        self.town.post(begun, self.town.issuer_key)

    def standing(self) -> Standing:
        """Say how far it is."""
        return progress(self.looked, self.town.clock).standing


@pytest.fixture
def lost() -> Lost:
    return Lost()


def refused(lost: Lost, attestations: Sequence[Attestation], index: int = 0) -> str:
    before = lost.content
    with pytest.raises((InputError, Rejection)) as caught:
        lost.ask(attestations, index)
    assert lost.content == before
    return caught.value.code


def test_from_the_question_to_the_secrets(lost: Lost) -> None:
    on = lost.town
    attested = lost.attested()
    request = lost.ask(attested)
    assert lost.ask(attested[::-1]) == request
    assert lost.standing() is Standing.ASKED
    lost.begin(attested)
    assert lost.standing() is Standing.PENDING
    on.contest("ann")
    assert lost.standing() is Standing.DISPUTED
    assert lost.ask(attested) == request
    on.clock = progress(lost.looked, on.clock).ripe or 0
    assert lost.standing() is Standing.RIPE
    with pytest.raises(InputError, match="not this wallet's"):
        receive_recovered(GROUP, lost.looked, ())
    on.complete()
    assert lost.standing() is Standing.HELD
    sent = on.registry, on.books[0], on.base.issuers[0], 0, on.life()
    box = resend_share(*sent, stream("again"))
    part = Part(request_id(request), "box", 1, {"box": box})
    received = receive_recovered(GROUP, lost.looked, (part,))
    assert received.identity.nym_secrets == lost.identity.nym_secrets
    assert received.wrong == ()
    lost.content = received.content
    with pytest.raises(InputError) as caught:
        ask_attesters(lost.looked, 0, on.clock)
    assert caught.value.code == "wallet.enrolled"


@pytest.mark.parametrize("other", ["keep", "close", "another", "after"])
def test_what_comes_to_nothing_is_said_to_have_ended(lost: Lost, other: str) -> None:
    on, attested = lost.town, lost.attested()
    lost.ask(attested)
    if other == "another":
        on.recover("ann", "ann elsewhere")
    elif other == "close":
        on.close("ann")
        on.clock += 3_000
        on.complete()
    else:
        lost.begin(attested)
    if other == "keep":
        on.contest("ann")
        on.post(Ruling(0, 1, 1, Outcome.KEEP), ARBITER)
    if other == "after":
        on.clock += 3_000
        on.complete()
        on.recover("ann", "ann once more")
        on.clock += 3_000
        on.complete()
    assert lost.standing() is Standing.ENDED
    if other == "keep":
        # A new attempt needs new attestations.
        assert refused(lost, attested[:1]) == "attestation.subject"
        assert lost.ask(lost.attested())
        assert lost.standing() is Standing.ASKED


def test_while_it_is_under_way_nothing_else_is_asked(lost: Lost) -> None:
    attested = lost.attested()
    lost.ask(attested)
    # Before it has begun, another request takes its place.
    lost.ask([*attested, *attest_more(lost)])
    lost.ask(attested)
    lost.begin(attested)
    subject = Subject(Purpose.RECOVER, 1, 2)
    assert refused(lost, lost.attested(subject=subject)) == "wallet.recovering"
    with pytest.raises(InputError) as caught:
        ask_attesters(lost.looked, 0, lost.town.clock)
    assert caught.value.code == "wallet.recovering"


def attest_more(lost: Lost) -> list[Attestation]:
    on, holder = lost.town, lost.content.holder(lost.town.registry.registry_id)
    keys, subject = (holder.signing, holder.device), on.life().subject(Purpose.RECOVER)
    return attest_all(on.registry, "ann", keys, subject, on.clock, ATTESTERS[2:])


def test_attestations_that_do_not_agree_ask_for_nothing(lost: Lost) -> None:
    on, attested = lost.town, lost.attested()
    assert refused(lost, attested[:1]) == "recovery.quorum"
    mixed = [attested[0], lost.attested("bob")[1]]
    assert refused(lost, mixed) == "recovery.agree"
    assert refused(lost, attested, 7) == "life.leaf"
    strange = Lost()
    strange.content = Content(stream.seed("somebody else's wallet"))
    assert refused(lost, strange.attested()) == "wallet.attestation"
    on.clock += on.registry.epoch
    assert refused(lost, attested) == "attestation.time"
    on.clock -= on.registry.epoch
    on.recover("ann", "ann elsewhere")
    assert refused(lost, attested) == "life.status"


def test_nothing_is_received_that_was_not_asked_for(lost: Lost) -> None:
    with pytest.raises(InputError) as caught:
        receive_recovered(GROUP, lost.looked, ())
    assert caught.value.code == "wallet.recovering"
    with pytest.raises(InputError):
        progress(lost.looked, 0)


def test_whoever_holds_the_leaf_freezes_it_once(lost: Lost) -> None:
    on = lost.town
    with pytest.raises(InputError) as missing:
        contest(lost.looked, on.clock)
    assert missing.value.code == "wallet.no-leaf"
    assert change_of(lost.looked) is None
    recovered(lost)
    assert change_of(lost.looked) is None
    with pytest.raises(Rejection) as early:
        contest(lost.looked, on.clock)
    assert early.value.code == "life.status"
    on.log(freeze(lost.looked, on.clock))
    assert on.life().status(on.clock) is LeafStatus.FROZEN
    with pytest.raises(Rejection) as again:
        freeze(lost.looked, on.clock)
    assert again.value.code == "life.status"


def test_whoever_holds_the_leaf_objects_to_liars(lost: Lost) -> None:
    on = lost.town
    recovered(lost)
    on.recover("ann", "a liar")
    change = change_of(lost.looked)
    assert change is not None
    assert change.ripe == on.clock + on.registry.recovery.cooling
    entry = contest(lost.looked, on.clock)
    assert contest(lost.looked, on.clock).encoded == entry.encoded
    on.log(entry)
    assert on.life().status(on.clock) is LeafStatus.DISPUTED
    with pytest.raises(Rejection) as twice:
        contest(lost.looked, on.clock)
    assert twice.value.code == "life.again"
    on.post(Ruling(0, 2, 2, Outcome.RECOVER), ARBITER)
    on.complete()
    # Whoever holds the leaf no more objects to nothing.
    with pytest.raises(Rejection) as late:
        contest(lost.looked, on.clock)
    assert late.value.code == "life.key"
    # What becomes of it then is the affair of whoever holds it.
    on.recover("ann", "ann at last")
    assert change_of(lost.looked) is None


def recovered(lost: Lost) -> None:
    """Give the wallet its leaf."""
    on, attested = lost.town, lost.attested()
    request = lost.ask(attested)
    lost.begin(attested)
    on.clock += 3_000
    on.complete()
    sent = on.registry, on.books[0], on.base.issuers[0], 0, on.life()
    box = resend_share(*sent, stream("again"))
    part = Part(request_id(request), "box", 1, {"box": box})
    lost.content = receive_recovered(GROUP, lost.looked, (part,)).content


def test_attributes_must_be_of_the_schema(lost: Lost) -> None:
    on, attested = lost.town, lost.attested()
    lost.ask(attested)
    lost.begin(attested)
    on.clock += 3_000
    on.complete()
    with pytest.raises(Rejection) as caught:
        receive_recovered(GROUP, lost.looked, (), ("none",))
    assert caught.value.code == "attestation.attributes"
    moved = replace(lost.content, standing=type(lost.content.standing)("moved"))
    lost.content = moved
    with pytest.raises(InputError) as refusal:
        receive_recovered(GROUP, lost.looked, ())
    assert refusal.value.code == "wallet.moved"

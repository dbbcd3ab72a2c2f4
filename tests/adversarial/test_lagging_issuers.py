"""Each issuer looks at its own copy of the registry log, and some copies lag behind.

Whoever delays a copy, as a board can, makes that issuer answer by a world that has passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import pytest

from fairlot.errors import Rejection
from fairlot.identity.answering import answer_request
from fairlot.identity.credential import PendingCredential, request_credential
from fairlot.identity.leaf import Leaf
from fairlot.identity.receiving import receive_credential
from fairlot.identity.registry import epoch_at
from fairlot.identity.roll import PostedRoll
from fairlot_crypto.errors import CryptoError
from kit.sales import GROUP, source
from kit.seasons import Season, first_season
from kit.world import Device


@dataclass(frozen=True, slots=True)
class Copy:
    """What an issuer has of the log."""

    leaf: Leaf
    rolls: tuple[PostedRoll, ...]
    time: int
    """When it was current, Unix seconds."""


@dataclass(frozen=True, slots=True)
class Town:
    """A registry of four issuers in which Ann has just taken her leaf back."""

    season: Season
    thief: Device
    """Has Ann's old device."""
    ann: Device
    before: Copy
    now: Copy

    def asked(self, device: Device, copy: Copy) -> PendingCredential:
        """Ask for a credential, with the leaf and the rolls of a copy."""
        return request_credential(
            GROUP,
            self.season.registry,
            replace(device.identity, leaf=copy.leaf),
            device.holder.signing,
            epoch_at(self.season.registry, self.now.time),
            [each.roll_id for each in copy.rolls],
            source("asked"),
        )

    def answers(
        self, pending: PendingCredential, copies: Sequence[Copy]
    ) -> tuple[list[bytes], list[str]]:
        """Return the answers of issuers with these copies, and the codes of the others."""
        answered: list[bytes] = []
        refused: list[str] = []
        for issuer, copy in zip(self.season.parts.issuers, copies, strict=True):
            try:
                made = answer_request(
                    self.season.credentials,
                    issuer,
                    copy.leaf,
                    copy.rolls,
                    self.season.committee.book.attributes(0),
                    pending.request,
                    self.now.time,
                    copy.time,
                    source(f"answer {issuer.index}"),
                )
            except Rejection as error:
                refused.append(error.code)
                continue
            answered.append(made)
        return answered, refused

    def credentials(
        self, device: Device, copy: Copy, answers: Sequence[bytes]
    ) -> list[bytes]:
        """Return for which rolls there is a credential."""
        pending = self.asked(device, copy)
        identity = replace(device.identity, leaf=copy.leaf)
        held = self.season.credentials, identity, pending, answers
        return list(receive_credential(*held))


@cache
def town() -> Town:
    season = first_season((4, 1))
    thief = season.enrol("ann", "ann")
    season.post_roll()
    rolls = tuple(season.state.rolls.values())
    old = season.state.leaf_at(0, season.clock)
    ann = season.recover("ann", 0, "ann 2")
    # All that the lagging issuers have missed happened within the last minutes.
    now = season.clock + 1
    current = season.state.leaf_at(0, now)
    before = Copy(old, rolls, now - season.registry.view_age)
    return Town(season, thief, ann, before, Copy(current, rolls, now))


def copies(lagging: int, copy: Copy | None = None) -> list[Copy]:
    """Return the copies of four issuers, of whom the first ones lag behind."""
    on = town()
    return [copy or on.before] * lagging + [on.now] * (4 - lagging)


def test_t_lagging_issuers_give_a_thief_nothing() -> None:
    """It answers by the leaf before the switch, as an honest issuer whose copy is delayed."""
    on = town()
    answers, refused = on.answers(on.asked(on.thief, on.before), copies(1))
    assert len(answers) == 1
    assert refused == ["request.leaf"] * 3
    with pytest.raises(Rejection, match=r"answer\.rolls"):
        on.credentials(on.thief, on.before, answers)


def test_nor_do_t_more_who_are_corrupt() -> None:
    """One copy is delayed, and one issuer answers whatever it is asked: two are no 2t + 1."""
    on = town()
    pending = on.asked(on.thief, on.before)
    answers, refused = on.answers(pending, copies(2))
    assert (len(answers), len(refused)) == (2, 2)
    with pytest.raises(CryptoError, match=r"threshold\.too-few"):
        on.credentials(on.thief, on.before, answers)


def test_as_many_as_sign_are_too_many() -> None:
    """What each issuer's own copy is for: with one copy for all, delayed, the thief is Ann."""
    on = town()
    answers, _ = on.answers(on.asked(on.thief, on.before), copies(3))
    made = on.credentials(on.thief, on.before, answers)
    assert made == [each.roll_id for each in on.before.rolls]


@pytest.mark.parametrize("lagging", [1, 4])
def test_a_copy_that_is_too_old_answers_nobody(lagging: int) -> None:
    """Not to be delayed for longer: an issuer knows how old its copy is."""
    on = town()
    older = replace(on.before, time=on.before.time - 1)
    answers, refused = on.answers(on.asked(on.thief, on.before), copies(lagging, older))
    assert answers == []
    assert refused == ["request.view"] * lagging + ["request.leaf"] * (4 - lagging)


def test_who_holds_the_leaf_waits_for_no_lagging_issuer() -> None:
    on = town()
    answers, refused = on.answers(on.asked(on.ann, on.now), copies(1))
    assert refused == ["request.leaf"]
    made = on.credentials(on.ann, on.now, answers)
    assert made == [each.roll_id for each in on.now.rolls]
    few, _ = on.answers(on.asked(on.ann, on.now), copies(2))
    with pytest.raises(CryptoError, match=r"threshold\.too-few"):
        on.credentials(on.ann, on.now, few)


def test_an_issuer_that_has_not_seen_a_roll_answers_for_no_other() -> None:
    """It would answer a request that names the rolls one by one, and so a sale."""
    on = town()
    behind = replace(on.now, rolls=())
    answers, refused = on.answers(on.asked(on.ann, on.now), copies(1, behind))
    assert (len(answers), refused) == (3, ["request.rolls"])
    assert on.credentials(on.ann, on.now, answers)

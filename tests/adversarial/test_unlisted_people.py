"""People who are not on the roll of a sale: who is kept out, and by whom.

A presentation proves a credential for the roll that OPEN fixes. Issuers give it only to leaves
that are on it (specs/credential.md, section 3); that they do is theirs to keep, and the number
of deposits shows if they do not.
"""

from dataclasses import replace

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.audit.report import Report
from fairlot.errors import Rejection
from fairlot.identity.roll import PostedRoll, roll_id_of
from fairlot.rehearsal.parts import START
from kit.lying_board import play_with
from kit.sales import DEPOSIT_TIME, PRICE, deposit, draft, nym_of, play, source
from kit.stage import EPOCH, STATEMENTS, Stage, issue, unrolled

A_REHEARSAL = Expected(rehearsal=True)
ANN, BOB = 0, 1


def judged(on: Stage, *depositing: int) -> Report:
    """Return the audit of a sale with the deposits of some people."""
    made = [deposit(on, number) for number in depositing]
    paid = [on.payment(nym_of(entry), PRICE) for entry in made]
    return audit(
        play_with(on, deposits=[*made, *paid]), on.curve, A_REHEARSAL, STATEMENTS
    )


def asked(on: Stage, *rolls: PostedRoll) -> object:
    """Let the second person ask for credentials."""
    member = on.members[BOB]
    return issue(
        on.credentials,
        on.parts.issuers,
        member.identity,
        rolls,
        member.holder.signing,
        EPOCH,
        START,
        source("unlisted").derive,
    )


def test_whoever_is_on_no_roll_gets_no_credential(concert: Stage) -> None:
    on = unrolled(concert, 1)
    assert not on.roll.covers(BOB)
    with pytest.raises(Rejection) as caught:
        asked(on, on.roll)
    assert caught.value.code == "answer.rolls"


def test_whoever_is_registered_after_the_roll_cannot_deposit(concert: Stage) -> None:
    """A credential for a later roll is none for this sale."""
    on = unrolled(concert, 1)
    roll = replace(on.roll.roll, number=1, leaves=2)
    name = roll_id_of(on.registry.registry_id, roll)
    later = PostedRoll(name, roll, 2, frozenset())
    member = on.members[BOB]
    issued = issue(
        on.credentials,
        on.parts.issuers,
        member.identity,
        [on.roll, later],
        member.holder.signing,
        EPOCH,
        START,
        source("later").derive,
    )
    assert set(issued.credentials) == {later.roll_id}
    state = play(on.board(), on, until="open").state
    made = draft(on, BOB)
    credential = issued.credentials[later.roll_id]
    entry = replace(made, credential=credential, roll=later.roll_id).entry()
    with pytest.raises(Rejection) as caught:
        state.apply(entry, DEPOSIT_TIME)
    assert caught.value.code == "deposit.presentation"


def test_a_closed_leaf_gets_no_credential_for_the_roll(concert: Stage) -> None:
    closed = replace(concert.roll, closed=frozenset({BOB}))
    with pytest.raises(Rejection) as caught:
        asked(concert, closed)
    assert caught.value.code == "answer.rolls"


def test_more_people_than_are_on_the_roll_are_found(concert: Stage) -> None:
    """The issuers gave a credential to somebody who is not on it."""
    report = judged(unrolled(concert, 1), ANN, BOB)
    assert report.failed == ("A14",)
    assert [f.code for f in report.findings] == ["people.more-than-leaves"]


def test_an_unlisted_person_in_the_place_of_a_listed_one_is_not_found(
    concert: Stage,
) -> None:
    """No transcript shows that the issuers kept to the roll; the report says so."""
    report = judged(unrolled(concert, 1), BOB)
    assert report.holds
    assert (report.facts["leaves"], report.facts["final_deposits"]) == (1, 1)
    assert any("only to leaves that are on it" in said for said in report.not_checked)

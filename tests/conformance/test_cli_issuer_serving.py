"""An issuer answers by files, each from its own copy of the log (specs/issuer.md)."""

import json
import stat
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from command import Killed, code_of, in_process
from fairlot.board.storage import MemoryStorage
from fairlot.errors import InputError
from fairlot.identity.part import read_part
from fairlot.identity.requests import read_roll_request
from fairlot.identity.roll import roll_body, sign_roll
from fairlot.identity.tag_asking import (
    PendingTags,
    judge_answers,
    receive_tags,
    request_tags,
)
from fairlot.identity.tag_messages import read_tag_answer
from fairlot.issuing.view import time_of
from fairlot_crypto import cbor
from fairlot_crypto.randomness import SystemRandomness
from issuers import Issuers
from kit.sales import play
from kit.stage import Stage
from registry_office import ATTESTER, CURVE, Office


@pytest.fixture
def alone(tmp_path: Path) -> Issuers:
    """One issuer alone: what four add is in the slow tests."""
    alone = Issuers(tmp_path, 1, 0)
    assert alone.deal(1).code == 0
    return alone


@pytest.fixture
def office(alone: Issuers) -> Office:
    return Office(alone)


def asked(office: Office, *people: str) -> tuple[PendingTags, Path]:
    ids = [office.registry.uniqueness.source.identifier(each) for each in people]
    drawn = SystemRandomness()
    found = request_tags(CURVE, office.registry, ATTESTER, ids, office.now, drawn)
    name = f"tags-{found.request.request_id.hex()}"
    return found, office.file(name, found.request.to_bytes())


def tags(office: Office, pending: PendingTags, request: Path) -> tuple[bytes, ...]:
    answer = read_tag_answer(office.answer(1, request).read_bytes())
    judged = judge_answers(CURVE, office.registry, pending, [answer])
    return receive_tags(office.registry, pending, judged)


def test_an_issuer_answers_for_no_registry_whose_log_it_does_not_have(
    office: Office,
) -> None:
    _, request = asked(office, "Ann")
    assert code_of(office.ask(1, "tag", request)) == (2, "issuer.registry")


def test_tags_are_the_same_however_often_they_are_asked_for(office: Office) -> None:
    office.follow_all()
    first, second = asked(office, "Ann", "Bob"), asked(office, "Ann")
    for _, request in (first, second):
        assert office.ask(1, "tag", request).code == 0
    ann, bob = tags(office, *first)
    assert tags(office, *second) == (ann,) != (bob,)


def test_a_request_that_comes_again_gets_the_same_bytes(office: Office) -> None:
    office.follow_all()
    _, request = asked(office, "Ann")
    assert office.ask(1, "tag", request).code == 0
    answer = office.answer(1, request)
    before = answer.read_bytes()
    assert office.ask(1, "tag", request).code == 0
    answer.unlink()
    assert office.ask(1, "tag", request).code == 0
    assert answer.read_bytes() == before
    answer.write_bytes(b"")
    assert code_of(office.ask(1, "tag", request)) == (2, "issuer.exists")


@pytest.mark.slow
def test_the_rate_outlasts_the_process_and_the_epoch_ends_it(alone: Issuers) -> None:
    office = Office(alone, rate=3)
    office.follow_all()
    for people in (("Ann", "Bob"), ("Cid",)):
        assert office.ask(1, "tag", asked(office, *people)[1]).code == 0
    _, more = asked(office, "Dan")
    assert code_of(office.ask(1, "tag", more)) == (1, "tag-request.rate")
    office.now += office.registry.epoch
    assert office.ask(1, "tag", asked(office, "Dan")[1]).code == 0


@pytest.mark.slow
def test_what_was_counted_is_on_the_disk_before_anything_is_evaluated(
    office: Office,
) -> None:
    office.follow_all()
    _, request = asked(office, "Ann")
    killed = patch("fairlot.cli.issuer.serving.answer_elements", side_effect=Killed)
    with in_process(), killed, pytest.raises(Killed):
        office.ask(1, "tag", request)
    (book,) = office.issuers.folder(1).rglob("tags.book")
    assert len(cbor.decode(book.read_bytes())["counted"]) == 1  # type: ignore[index,call-overload,arg-type]


def test_an_issuer_signs_the_roll_that_its_own_copy_of_the_log_gives(
    office: Office,
) -> None:
    office.follow_all()
    office.post_roll()
    (posted,) = office.board.state.rolls.values()
    assert posted.roll.leaves == 0
    office.follow_all()
    roll, request = office.roll_request()
    assert office.ask(1, "roll", request).code == 0
    before = office.answer(1, request).read_bytes()
    assert read_part(before).issuer == 1
    for wrong, code in (
        (replace(roll, leaves=1), "roll.leaves"),
        (replace(roll, root=bytes(32)), "roll.tree"),
        (replace(roll, expires=office.registry.closes + 1), "roll.expires"),
    ):
        asked = replace(read_roll_request(request.read_bytes()), roll=wrong)
        file = office.file(code, asked.to_bytes())
        assert code_of(office.ask(1, "roll", file)) == (1, code)


@pytest.mark.slow
def test_on_a_copy_that_lags_behind_an_issuer_signs_no_roll(office: Office) -> None:
    office.follow_all()
    office.post_roll()
    _, request = office.roll_request()
    ran = office.ask(1, "roll", request)
    assert code_of(ran) == (1, "issuer.view")
    assert "follow the log" in ran.err
    late = office.now + office.registry.view_age
    assert code_of(office.ask(1, "roll", request, late)) == (1, "issuer.view")
    assert code_of(office.ask(1, "roll", request, office.now - 3600)) == (
        1,
        "issuer.view",
    )


@pytest.mark.slow
def test_what_stands_before_a_roll_is_a_time_and_of_now(office: Office) -> None:
    office.follow_all()
    ahead = office.now + 2 * office.registry.view_age
    now, office.now = office.now, ahead
    _, request = office.roll_request()
    assert code_of(office.ask(1, "roll", request, now)) == (1, "issuer.view")
    asked = read_roll_request(request.read_bytes())
    other = replace(asked, time=office.first)
    file = office.file("other", other.to_bytes())
    assert code_of(office.ask(1, "roll", file, now)) == (2, "issuer.request")


def test_a_copy_of_the_log_only_goes_on(office: Office, alone: Issuers) -> None:
    first = office.log
    office.follow_all()
    office.post_roll()
    longer = office.log
    said = json.loads(office.follow(1, longer).out)
    assert (said["leaves"], said["rolls"], said["time"]) == (0, 1, office.now)
    assert code_of(office.follow(1, first)) == (2, "issuer.fork")
    fork = Office(office.issuers)
    fork.now += 5
    for _ in range(2):
        roll, _ = fork.roll_request()
        signed = sign_roll(fork.registry.registry_id, roll, 1, alone.key(1))
        fork.board.append_roll(roll_body(roll, [signed]), fork.now)
    assert code_of(office.follow(1, fork.log)) == (2, "issuer.fork")
    assert office.follow(1, longer).code == 0


def test_a_log_that_does_not_hold_is_not_taken_in(
    office: Office, tmp_path: Path
) -> None:
    data = office.log.read_bytes()
    for wrong in (b"", data[:-1], data + data, data[:100]):
        path = tmp_path / "wrong"
        path.write_bytes(wrong)
        assert code_of(office.follow(1, path)) == (2, "issuer.log")


def test_whoever_follows_a_board_that_sells_is_told_to_leave_the_sale_out(
    office: Office, concert: Stage, tmp_path: Path
) -> None:
    storage = MemoryStorage()
    play(concert.board(storage), concert, "terms")
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(storage.data)
    ran = office.follow(1, path)
    assert code_of(ran) == (2, "issuer.log")
    assert "--registry-alone" in ran.err


@pytest.mark.slow
def test_a_registry_of_other_keys_is_not_served(office: Office, tmp_path: Path) -> None:
    other = replace(office.registry, season=2)
    file = office.file("other.cbor", cbor.encode(other.to_value()))
    words = ("--plan", office.issuers.plan_file, "--out", tmp_path / "out")
    ran = office.run(1, "registry", file, *words)
    assert code_of(ran) == (2, "issuer.committee")
    assert code_of(office.run(1, "registry", office.issuers.plan_file, *words)) == (
        2,
        "issuer.request",
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_nobody_else_can_read_what_an_issuer_keeps(office: Office) -> None:
    office.follow_all()
    office.ask(1, "tag", asked(office, "Ann")[1])
    for path in office.issuers.folder(1).rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_file_of_another_form_is_refused(office: Office) -> None:
    office.follow_all()
    _, request = asked(office, "Ann")
    folder = office.issuers.kept(1)
    (served,) = office.issuers.folder(1).glob("registry-*")
    for file, code in (
        (folder / "tags.share", "issuer.share"),
        (folder / "signing.share", "issuer.share"),
        (served / "tags.book", "issuer.book"),
        (served / "answers.key", "issuer.book"),
    ):
        kept = file.read_bytes() if file.exists() else None
        file.write_bytes(b"zz")
        ran = office.ask(1, "tag", request)
        if file.name != "signing.share":
            assert code_of(ran) == (2, code)
        office.answer(1, request).unlink(missing_ok=True)
        if kept is None:
            file.unlink()
        else:
            file.write_bytes(kept)
    roll = office.roll_request()[1]
    roll.write_bytes(b"")
    assert code_of(office.ask(1, "roll", roll)) == (2, "issuer.request")
    (folder / "committee").write_bytes(b"")
    assert code_of(office.follow(1)) == (2, "issuer.committee")


def test_only_a_rehearsal_has_a_clock_that_is_given(office: Office) -> None:
    real = replace(office.registry, rehearsal=False)
    assert time_of(real, None, 7) == 7
    assert time_of(office.registry, 9, 7) == 9
    with pytest.raises(InputError, match=r"issuer\.clock"):
        time_of(real, 9, 7)

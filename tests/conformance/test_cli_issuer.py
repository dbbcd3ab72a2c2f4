"""Issuers make their keys, each in a folder of its own (specs/issuer.md)."""

import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from command import FAIRLOT, Killed, fairlot
from fairlot.issuing.letter import Letter
from fairlot_crypto import cbor
from fairlot_crypto.committee.season import read_kept
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import backend
from fairlot_crypto.durable import write_file, write_new_file
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.voprf.threshold import PublicShares
from issuers import Issuers

CURVE = backend()
FILES = "fairlot.cli.issuer.folder"
Write = Callable[..., None]


@pytest.fixture
def four(tmp_path: Path) -> Issuers:
    return Issuers(tmp_path, 4, 1)


def committee(issuers: Issuers, index: int) -> dict[str, cbor.Value]:
    value = cbor.decode((issuers.kept(index) / "committee").read_bytes())
    assert isinstance(value, dict)
    return value


def secret_share(issuers: Issuers, index: int, name: str) -> int:
    value = cbor.decode((issuers.kept(index) / name).read_bytes())
    assert isinstance(value, dict)
    share = value["share"]
    assert isinstance(share, bytes)
    return int.from_bytes(share)


def check_keys(issuers: Issuers, indexes: tuple[int, ...]) -> None:
    """Check that all have the same committee, and each the shares in it."""
    files = {(issuers.kept(i) / "committee").read_bytes() for i in indexes}
    assert len(files) == 1
    made = committee(issuers, indexes[0])
    shares = tuple(CURVE.g2_from_bytes(each["share"]) for each in made["issuers"])  # type: ignore[index,union-attr,call-overload,arg-type]
    tags = tuple(CURVE.g1_from_bytes(each) for each in made["shares"])  # type: ignore[union-attr,arg-type]
    PublicSharing(issuers.plan.threshold, shares).public_key()
    PublicShares(issuers.plan.threshold, tags).public_key()
    for i in indexes:
        x_i, k_i = (
            secret_share(issuers, i, f"{name}.share") for name in ("signing", "tags")
        )
        assert CURVE.g2_generator() * x_i == shares[i - 1]
        assert CURVE.g1_generator() * k_i == tags[i - 1]
        data = (issuers.kept(i) / "season.keys").read_bytes()
        assert read_kept(issuers.plan.ceremony("season"), data).index == i


@dataclass(frozen=True, slots=True)
class Finished:
    """A ceremony that is over; nobody changes its folders any more."""

    four: Issuers
    secret: bytes
    """A secret that issuer 1 held after its first step."""
    said: list[dict[str, Any]]
    """What each said in the end."""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    four = Issuers(tmp_path_factory.mktemp("finished"), 4, 1)
    four.deal(1)
    value = cbor.decode((four.kept(1) / "deal.state").read_bytes())
    assert isinstance(value, dict)
    assert isinstance(value["secrets"], dict)
    secret = value["secrets"]["signing"]
    assert isinstance(secret, bytes)
    return Finished(four, secret, four.finish(four.indexes))


@pytest.mark.thorough
def test_four_issuers_make_their_keys_in_four_folders(finished: Finished) -> None:
    check_keys(finished.four, (1, 2, 3, 4))
    assert [each["blames"] for each in finished.said] == [[]] * 4
    assert finished.four.sent_twice() == []


def test_one_issuer_alone_needs_one_step(tmp_path: Path) -> None:
    alone = Issuers(tmp_path, 1, 0)
    assert json.loads(alone.deal(1).out)["done"]
    check_keys(alone, (1,))


@pytest.mark.slow
def test_nobody_else_can_read_a_folder(finished: Finished) -> None:
    folder = finished.four.folder(1)
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.thorough
def test_the_secrets_of_a_ceremony_that_is_over_are_gone(finished: Finished) -> None:
    for path in finished.four.path.rglob("*"):
        assert path.is_dir() or finished.secret not in path.read_bytes(), path


def killed_at(moment: int, after: bool) -> Write:
    """Return a writer of files that ends the program at one of its calls."""
    count = iter(range(1_000_000))

    def write(path: Path, *rest: object) -> None:
        killed = next(count) == moment
        if killed and not after:
            raise Killed
        (real_new if path.suffix == ".letter" else real)(path, *rest)
        if killed:
            raise Killed

    real: Write = write_file
    real_new: Write = write_new_file
    return write


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "after"),
    [
        (0, False),
        *((moment, after) for moment in range(1, 8) for after in (False, True)),
    ],
)
def test_killed_at_a_write_a_step_goes_on_and_never_sends_two_messages(
    four: Issuers, moment: int, after: bool
) -> None:
    """In every round, issuer 1 is killed once before it takes its step."""
    for _ in range(8):
        write = killed_at(moment, after)
        with (
            patch(f"{FILES}.write_file", write),
            patch("fairlot.cli.reading.write_new_file", write),
        ):
            try:
                fairlot(*four.words(1))
            except Killed:
                four.send(1)
        for index in four.indexes:
            assert four.deal(index).code == 0
    four.finish(four.indexes)
    check_keys(four, (1, 2, 3, 4))
    assert four.sent_twice() == []


@pytest.mark.parametrize(
    "seed",
    [
        *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2)),
        *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 8)),
    ],
)
def test_four_processes_killed_at_random_moments_come_to_one_committee(
    four: Issuers, seed: int
) -> None:
    moments = SeededRandomness(bytes([seed]) * 32)
    for _ in range(24):
        running = [
            subprocess.Popen(
                [FAIRLOT, *map(str, four.words(i))],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for i in four.indexes
        ]
        time.sleep(0.2 + moments.take(1)[0] / 200)
        for process in running:
            if moments.take(1)[0] % 2 and sys.platform != "win32":
                process.send_signal(signal.SIGKILL)
        for process in running:
            process.wait()
        for index in four.indexes:
            four.send(index)
    four.finish(four.indexes)
    check_keys(four, (1, 2, 3, 4))
    assert four.sent_twice() == []


@pytest.mark.slow
def test_an_issuer_who_announces_twice_is_named_and_left_out(four: Issuers) -> None:
    said = json.loads(four.deal(4).out)
    other = four.announcement(4, "season", bytes(32))
    letter = Letter(four.plan.plan_id, 4, 99, (other,))
    for index in (1, 2, 3):
        (four.mail(index) / "again.letter").write_bytes(letter.to_bytes())
    said = four.finish((1, 2, 3), "--without", "4")
    check_keys(four, (1, 2, 3))
    for each in said:
        assert each["done"]
    name = "season-4-twice.evidence"
    shown = fairlot("issuer", "convict", four.kept(1) / name, "--json")
    assert shown.code == 0
    assert json.loads(shown.out)["key"] == four.plan.keys[3].hex()


@pytest.mark.slow
def test_without_a_silent_issuer_the_others_make_their_keys(four: Issuers) -> None:
    said = json.loads(four.deal(1).out)
    assert [each["issuers"] for each in said["waiting"]] == [[2, 3, 4]] * 3
    four.finish((1, 2, 3), "--without", "4")
    check_keys(four, (1, 2, 3))


@pytest.mark.slow
def test_with_more_than_t_silent_a_step_stops_and_loses_nothing(four: Issuers) -> None:
    for index in (1, 2):
        four.deal(index)
    before = (four.kept(1) / "deal.state").read_bytes()
    ran = four.deal(1, "--without", "3", "--without", "4")
    assert ran.code == 1
    assert "ceremony.too-few" in ran.err
    assert (four.kept(1) / "deal.state").read_bytes() == before
    four.finish(four.indexes)
    check_keys(four, (1, 2, 3, 4))


def test_an_issuer_that_has_forgotten_what_it_sent_does_not_send_another(
    four: Issuers,
) -> None:
    four.deal(1)
    (four.kept(1) / "deal.state").unlink()
    ran = four.deal(1)
    assert ran.code == 2
    assert "issuer.forgotten" in ran.err
    assert four.sent_twice() == []


def test_what_is_no_letter_is_named_and_stops_nobody(four: Issuers) -> None:
    (four.mail(1) / "photo").write_bytes(b"\xff")
    said = json.loads(four.deal(1).out)
    assert said["ignored"] == [{"file": "photo", "code": "issuer.letter"}]


def test_letters_that_did_not_reach_everybody_alike_are_noticed(four: Issuers) -> None:
    for index in (1, 2, 3):
        four.deal(index)
    four.deal(1, "--without", "4")
    four.deal(4)
    said = json.loads(four.deal(2).out)
    found = {(each["issuer"], each["code"]) for each in said["refused"]}
    assert found == {(1, "ceremony.view")}


def test_a_step_refuses_what_is_not_its_own(four: Issuers, tmp_path: Path) -> None:
    def refused(*words: str | Path) -> str:
        ran = fairlot("issuer", *words)
        assert ran.code == 2, ran
        return ran.err.split(": ")[1]

    stranger, plan = tmp_path / "stranger", four.plan_file
    assert fairlot("issuer", "init", stranger).code == 0
    assert refused("init", stranger) == "issuer.exists"
    card = stranger / "card"
    to = ("--threshold", "1", "--season", "1", "--out")
    assert refused("plan", card, *to, tmp_path / "new") == "issuer.plan"
    assert refused("plan", plan, *to, tmp_path / "new") == "issuer.card"
    cards = [four.folder(i) / "card" for i in four.indexes]
    # The same cards give the same plan, and others do not take its place.
    assert fairlot("issuer", "plan", *cards, *to, plan).code == 0
    other = (*to[:4], "--attempt", "1", "--out", plan)
    assert refused("plan", *cards, *other) == "issuer.exists"
    letters = ("--letters", four.mail(1))
    assert refused("deal", stranger, "--plan", plan, *letters) == "issuer.member"
    assert refused("deal", four.folder(1), "--plan", card, *letters) == "issuer.plan"
    own = ("deal", four.folder(1), "--plan", plan)
    assert refused(*own, *letters, "--without", "5") == "issuer.member"
    assert refused(*own, *letters, "--without-former", "1") == "issuer.member"
    nowhere = ("--letters", tmp_path / "nowhere")
    assert refused(*own, *nowhere) == "issuer.unreadable"
    assert refused("convict", card) == "issuer.evidence"
    four.deal(1)
    (four.kept(1) / "deal.state").write_bytes(b"")
    assert refused(*own, *letters) == "issuer.state"


def test_a_file_that_is_not_whole_is_named(four: Issuers, tmp_path: Path) -> None:
    """Of many cards, whoever makes the plan must know which one to ask for again."""
    cut = tmp_path / "cut"
    card = four.folder(2) / "card"
    cut.write_bytes(card.read_bytes()[:-1])
    cards = [four.folder(i) / "card" for i in (1, 3, 4)]
    to = ("--threshold", "1", "--season", "1", "--out", tmp_path / "new")
    own = (four.folder(1), "--plan", cut)
    steps: list[tuple[str | Path, ...]] = [
        ("plan", *cards, cut, *to),
        ("deal", *own, "--letters", four.mail(1)),
        ("erase", *own, "--season", "1"),
        ("convict", cut),
    ]
    for words in steps:
        ran = fairlot("issuer", *words)
        assert ran.code == 2
        assert f"{cut}: " in ran.err, words


def test_another_file_with_the_name_of_a_letter_is_not_replaced(four: Issuers) -> None:
    name = json.loads(four.deal(1).out)["letters"][0]
    (four.mail(1) / name).write_bytes(b"")
    ran = four.deal(1)
    assert ran.code == 2
    assert "issuer.exists" in ran.err
    assert (four.mail(1) / name).read_bytes() == b""


def test_evidence_that_shows_nothing_convicts_nobody(four: Issuers) -> None:
    evidence = four.evidence_of_two(2)
    path = four.path / "two.evidence"
    path.write_bytes(evidence.to_bytes())
    assert fairlot("issuer", "convict", path).code == 0
    value = cbor.decode(evidence.to_bytes())
    assert isinstance(value, dict)
    path.write_bytes(cbor.encode({**value, "member": 3}))
    ran = fairlot("issuer", "convict", path)
    assert ran.code == 1
    assert "ceremony.evidence" in ran.err


@pytest.mark.slow
def test_the_keys_of_a_season_that_is_over_are_erased_and_stay_so(
    four: Issuers,
) -> None:
    def erase(season: int) -> tuple[int, str]:
        words = ("--plan", four.plan_file, "--season", str(season), "--json")
        ran = fairlot("issuer", "erase", four.folder(1), *words)
        return ran.code, ran.err

    four.deal(1)
    code, said = erase(1)
    assert (code, "issuer.unfinished" in said) == (2, True)
    four.finish(four.indexes)
    code, said = erase(2)
    assert (code, "issuer.season" in said) == (2, True)
    file, ceremony = four.kept(1) / "season.keys", four.plan.ceremony("season")
    keys = read_kept(ceremony, file.read_bytes()).keys.values()
    assert erase(1) == (0, "")
    assert four.deal(1).code == 0
    for path in four.folder(1).rglob("*"):
        held = b"" if path.is_dir() else path.read_bytes()
        assert not any(key in held for key in keys), path
    code, said = erase(1)
    assert (code, "season.erased" in said) == (1, True)

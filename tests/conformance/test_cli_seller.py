"""``fairlot seller`` and the keys of roles: terms of a real sale, made from files."""

import json
import stat
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest

from command import Ran, code_of, fairlot
from fairlot.board.registry_keeper import start_registry
from fairlot.board.storage import MemoryStorage, OneWriter
from fairlot.entry import read_entry
from fairlot.terms.named_round import NamedRound
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.curve import backend
from fairlot_crypto.timelock.chain import QUICKNET
from kit.real_sale import cast_real
from mortal import each_touch

DAY = 86_400
TERMS = """\
title = "Club concert"
asset = "seat"
supply = 2
mechanism = "lottery"
price = 500
[beacon]
contributors = 2
delay = 65536
"""
ROLES = ("seller", "escrow", "one", "two", "board", "watch", "watch-2", "watch-3")


@dataclass(frozen=True)
class Desk:
    """A folder with all that the seller needs."""

    folder: Path

    def terms(self, *more: str | Path, **instead: str | Path) -> Ran:
        """Run ``fairlot seller terms``; ``instead`` replaces the value of an option."""
        return fairlot(*self.words(*more, **instead))

    def words(self, *more: str | Path, **instead: str | Path) -> list[str | Path]:
        folder = self.folder
        options: dict[str, str | Path] = {
            "key": folder / "seller.key",
            "registry": folder / "registry.log",
            "board": folder / "board.key.pub",
            "escrow": folder / "escrow.key.pub",
            "open": "in 1 day",
            "close": "7 days",
            "out": folder / "sale",
            **instead,
        }
        words = [w for name, value in options.items() for w in (f"--{name}", value)]
        for number in ("watch", "watch-2", "watch-3"):
            words += ["--witness", folder / f"{number}.key.pub"]
        for number in ("one", "two"):
            words += ["--contributor", folder / f"{number}.key.pub"]
        return ["seller", "terms", folder / "TERMS.toml", *words, *more]


def draw(folder: Path, role: str, name: str) -> Ran:
    named = ("--name", f"{name}.example") if role in {"board", "witness"} else ()
    return fairlot(role, "key", "--out", folder / f"{name}.key", *named)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with everybody's keys, and the log of a real registry."""
    folder = tmp_path_factory.mktemp("roles")
    for role, name in zip(
        ("seller", "escrow", *2 * ("contributor",), "board", *3 * ("witness",)),
        ROLES,
        strict=True,
    ):
        ran = draw(folder, role, name)
        assert (ran.code, ran.err) == (0, "")
    now = int(time.time())
    cast = cast_real(backend(), NamedRound.after(QUICKNET, now + 10 * DAY))
    storage = MemoryStorage()
    start = (cast.committee.credentials, cast.start.board, cast.issuer)
    start_registry(OneWriter.of(storage), *start, now)
    (folder / "registry.log").write_bytes(storage.data)
    (folder / "TERMS.toml").write_text(TERMS, encoding="utf-8")
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    return Desk(copytree(made, tmp_path / "seller"))


def written(desk: Desk) -> Terms:
    data = (desk.folder / "sale" / "terms.entry").read_bytes()
    return Terms.from_value(read_entry(cbor.decode(data), data).body)


def test_it_names_who_was_named_when_it_was_said(desk: Desk) -> None:
    before = int(time.time())
    ran = desk.terms()
    assert (ran.code, ran.err) == (0, "")
    terms = written(desk)
    assert ran.out.splitlines()[0] == terms.sale_id.hex()
    times = terms.times
    assert before + DAY <= times.open <= int(time.time()) + DAY
    assert times.close - times.open == 7 * DAY
    assert (times.commit_end - times.close, times.slack) == (3_600, 600)
    assert terms.roll.window == (times.open - 7 * DAY, times.open)
    assert terms.witnesses.quorum == 2
    assert [each.name for each in terms.witnesses.named] == [
        "watch.example",
        "watch-2.example",
        "watch-3.example",
    ]
    first = NamedRound.after(QUICKNET, times.drawn_from)
    assert terms.named_rounds() == (first,)
    assert f"round {first.round_number} of drand" in ran.out


def test_what_people_read_says_the_same(desk: Desk) -> None:
    found = json.loads(desk.terms("--json").out)
    terms = written(desk)
    text = (desk.folder / "sale" / "terms.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    assert terms.sale_id.hex() in text
    assert found["times"] == read["times"] == terms.times.to_value()
    assert read["seller"] == terms.seller.hex()
    assert read["beacon"]["roster"] == [key.hex() for key in terms.beacon.roster]
    assert read["pools"][0]["price"] == 500
    assert found["sale_id"] == terms.sale_id.hex()
    assert found["roll"]["leaves"] == 0


def test_terms_that_a_kill_left_without_their_entry_are_made_again(desk: Desk) -> None:
    sale = desk.folder / "sale"
    assert desk.terms().code == 0
    before = (sale / "terms.entry").read_bytes()
    # Once the entry is there, nothing is replaced.
    assert desk.terms().code == 2
    assert (sale / "terms.entry").read_bytes() == before
    (sale / "terms.entry").unlink()
    (sale / ".terms.entry.7.partial").write_bytes(before[:9])
    again = desk.terms()
    assert (again.code, again.err) == (0, "")
    said = again.out.splitlines()[0]
    assert written(desk).sale_id.hex() == said
    assert said in (sale / "terms.toml").read_text(encoding="utf-8")
    # A file of the seller's own is none of it.
    (sale / "terms.entry").unlink()
    (sale / "terms.toml").write_text(TERMS, encoding="utf-8")
    assert desk.terms().code == 2
    assert (sale / "terms.toml").read_text(encoding="utf-8") == TERMS


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_terms_are_made_once_wherever_that_is_killed(desk: Desk) -> None:
    """At each of its touches: an entry that is there stays, else the same command makes it."""
    touches = 0
    for each in each_touch(desk.folder, *desk.words(), shown=["sale/terms.entry"]):
        # Who was killed at the very end has the sale already.
        done = each.ran.code == 0 or code_of(each.ran) == (2, "out-dir.not-empty")
        assert done, each.ran.err
        terms = written(Desk(each.own))
        text = (each.own / "sale" / "terms.toml").read_text(encoding="utf-8")
        assert terms.sale_id.hex() in text
        touches += 1
    assert touches > 20


def test_a_key_is_private_and_never_replaced(desk: Desk) -> None:
    path = desk.folder / "seller.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    again = draw(desk.folder, "seller", "seller")
    assert (again.code, path.read_bytes()) == (2, before)
    assert "contribution.exists" in again.err
    (desk.folder / "fresh.key.pub").write_text("kept", encoding="ascii")
    beside = draw(desk.folder, "seller", "fresh")
    assert beside.code == 2
    assert not (desk.folder / "fresh.key").exists()
    public = json.loads((desk.folder / "seller.key.pub").read_bytes())
    assert before.decode().strip() not in json.dumps(public)
    assert (public["role"], public["version"]) == ("seller", 1)


@pytest.mark.parametrize(
    ("more", "code", "exit_code"),
    [
        ({"open": "2020-05-01 18:00 UTC"}, "seller.times", 2),
        ({"close": "2020-05-01 18:00 UTC"}, "seller.times", 2),
        ({"close": "9999-12-31 23:00 UTC"}, "seller.times", 2),
        ({"open": "in 50 days"}, "registry.terms", 1),
        ({"slack": "2 hours"}, "seller.times", 2),
        ({"quorum": "1"}, "terms.field", 1),
        ({"board": "escrow.key.pub"}, "public-key.role", 2),
        ({"escrow": "escrow.key"}, "public-key.form", 2),
        ({"escrow": "nobody.pub"}, "public-key.unreadable", 2),
        ({"registry": "TERMS.toml"}, "issuer.log", 2),
        ({"key": "seller.key.pub"}, "contribution.key", 2),
    ],
)
def test_what_the_audit_would_refuse_is_refused(
    desk: Desk, more: dict[str, str], code: str, exit_code: int
) -> None:
    files = {"board", "escrow", "registry", "key"}
    instead = {k: desk.folder / v if k in files else v for k, v in more.items()}
    ran = desk.terms(**instead)
    assert (ran.code, ran.out) == (exit_code, "")
    assert code in ran.err
    assert not (desk.folder / "sale").exists()


def test_a_short_delay_needs_a_round(desk: Desk) -> None:
    ran = desk.terms("--no-round")
    assert ran.code == 1
    assert "beacon.margin" in ran.err
    assert not (desk.folder / "sale").exists()


def test_contributors_are_as_many_as_the_file_says(desk: Desk) -> None:
    ran = desk.terms("--contributor", desk.folder / "one.key.pub")
    assert ran.code == 2
    assert "seller.contributors" in ran.err


def test_nobody_watches_in_two_roles(desk: Desk) -> None:
    public = json.loads((desk.folder / "watch.key.pub").read_bytes())
    both = {k: v for k, v in public.items() if k != "name"} | {"role": "escrow"}
    (desk.folder / "both.pub").write_text(json.dumps(both), encoding="ascii")
    ran = desk.terms(escrow=desk.folder / "both.pub")
    assert ran.code == 1
    assert "terms.witnesses" in ran.err


def test_an_earlier_sale_is_not_replaced(desk: Desk) -> None:
    assert desk.terms().code == 0
    before = written(desk)
    ran = desk.terms()
    assert ran.code == 2
    assert "out-dir.not-empty" in ran.err
    assert written(desk) == before


@pytest.mark.parametrize("option", ["open", "close", "slack"])
def test_a_time_that_is_none_is_wrong_usage(desk: Desk, option: str) -> None:
    ran = desk.terms(**{option: "tomorrow"})
    assert ran.code == 2
    assert "must be a" in ran.err


def test_winners_who_must_collect_have_a_time_and_a_second_round(desk: Desk) -> None:
    said = f"collect = true\n{TERMS}"
    (desk.folder / "TERMS.toml").write_text(said, encoding="utf-8")
    ran = desk.terms()
    assert (ran.code, ran.err) == (0, "")
    terms = written(desk)
    times, again = terms.times, terms.redraw
    assert again is not None
    assert times.collect is not None
    assert terms.beacon.drand is not None
    assert again.chain == QUICKNET
    assert terms.beacon.drand.due < times.collect < again.due < times.unlock
    assert again.due > times.collect + times.slack + 60

"""The worked examples run, audit clean, and match their sentence."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from command import Ran, fairlot
from fairlot.examples import NAMES, load_example


@dataclass(frozen=True, slots=True)
class Person:
    """What one person asked for and got."""

    wants: int
    deposit: int
    units: int
    payment: int
    refund: int


@dataclass(frozen=True, slots=True)
class Played:
    """An example that was run with ``--keep``."""

    ran: Ran
    folder: Path
    people: tuple[Person, ...]

    @property
    def expectation(self) -> str:
        """The sentence."""
        return load_example(self.folder.name).expectation

    def numbers(self, sentence: str) -> tuple[int, ...]:
        """Return the numbers of the example's sentence, which must read as given."""
        match = re.fullmatch(sentence.replace("#", r"(\d+)"), self.expectation)
        assert match is not None
        return tuple(map(int, match.groups()))


@pytest.fixture(scope="module", params=NAMES)
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Played:
    name = str(request.param)
    folder = tmp_path_factory.mktemp("demo") / name
    ran = fairlot("demo", name, "--keep", folder)
    _, *people = _rows(folder / "people.csv")
    _, *named = _rows(folder / "nyms.csv")
    _, *allocated = _rows(folder / "allocation.csv")
    assert [row[0] for row in named] == [row[0] for row in people]
    lines = {row[0]: map(int, row[1:]) for row in allocated}
    return Played(
        ran,
        folder,
        tuple(
            Person(int(wants), int(deposit), *lines[nym])
            for (_, wants, deposit), (_, nym) in zip(people, named, strict=True)
        ),
    )


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_it_runs_and_its_audit_holds(played: Played) -> None:
    assert (played.ran.code, played.ran.err) == (0, "")
    out = played.ran.out
    assert out.splitlines()[0].endswith(f"What to expect: {played.expectation}")
    assert re.search(r"(?m)^Verdict: all \d+ checks hold\.$", out)
    tail = out.split("Try next:\n")[1]
    assert f"fairlot audit {played.folder / 'transcript.fairlot'}" in tail
    left = sorted(path.name for path in played.folder.iterdir())
    assert left == [
        "allocation.csv",
        "nyms.csv",
        "people.csv",
        "terms.toml",
        "transcript.fairlot",
    ]


def test_everybody_is_settled_to_the_unit(played: Played) -> None:
    price = int(re.findall(r"(?m)^price = (\d+)", _terms(played))[0])
    for person in played.people:
        assert person.payment == price * person.units
        assert person.payment + person.refund == person.deposit
        assert person.units <= person.wants


def test_the_sentence_is_true(played: Played) -> None:
    {
        "club-concert": _concert,
        "token-sale": _tokens,
        "workshop": _workshop,
    }[played.folder.name](played)


def _terms(played: Played) -> str:
    return (played.folder / "terms.toml").read_text(encoding="utf-8")


def _concert(played: Played) -> None:
    count, seats, winners, price, losers = played.numbers(
        "# people want 1 of # seats: a lottery gives each of them the same chance, "
        "# get a seat for #, and # get all their money back."
    )
    assert (len(played.people), f"supply = {seats}\n" in _terms(played)) == (
        count,
        True,
    )
    assert {person.wants for person in played.people} == {1}
    won = [person for person in played.people if person.units == 1]
    lost = [person for person in played.people if person.refund == person.deposit]
    assert (len(won), len(lost)) == (winners, losers) == (seats, count - seats)
    assert {person.payment for person in won} == {price}


def _tokens(played: Played) -> None:
    count, demand, supply, _, lucky, most, rest, level = played.numbers(
        "# people can pay for # of # tokens, so equal share binds: whoever can take "
        "up to # gets all of it, # people drawn by lot get #, and the other # who "
        "wanted more get #."
    )
    price, cap = 3, 500
    assert f"price = {price} " in _terms(played)
    assert f"cap = {cap} " in _terms(played)
    able = [min(cap, p.wants, p.deposit // price) for p in played.people]
    got = [person.units for person in played.people]
    assert (len(got), sum(able), sum(got)) == (count, demand, supply)
    assert demand > supply
    above = [units for units, q in zip(got, able, strict=True) if q > level]
    assert sorted(above) == [level] * rest + [most] * lucky
    assert most == level + 1
    assert all(units == q for units, q in zip(got, able, strict=True) if q <= level), (
        "whoever can take up to the level gets all of it"
    )


def _workshop(played: Played) -> None:
    count, asked, places, unsold, back = played.numbers(
        "# people ask for # of # places: everybody gets what they asked for, # places "
        "stay unsold, and # deposited beyond the price comes back."
    )
    assert f"supply = {places}\n" in _terms(played)
    assert len(played.people) == count
    assert [p.units for p in played.people] == [p.wants for p in played.people]
    assert sum(person.units for person in played.people) == asked == places - unsold
    assert sum(person.refund for person in played.people) == back


def test_an_example_that_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    ran = fairlot("demo", "workshop", cwd=here, env={"TMPDIR": str(temporary)})
    assert (ran.code, ran.err) == (0, "")
    assert not list(here.iterdir())
    assert not list(temporary.iterdir())


def test_a_folder_in_use_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    ran = fairlot("demo", "workshop", "--keep", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "out-dir.not-empty" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]

"""The worked examples run, audit clean, and match their sentence."""

import csv
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from command import FAIRLOT, Ran, fairlot, run_program
from fairlot.rehearsal.examples import NAMES, load_example

SEVERAL = ("art-drop", "conference", "harvest", "river-permits", "treasure-hunt")
"""Examples whose units come from several pools or parts."""


@dataclass(frozen=True, slots=True)
class Person:
    """What one person asked for and got."""

    row: Mapping[str, str]
    """Of people.csv."""
    units: int
    payment: int
    refund: int
    gains: Mapping[str, tuple[int, int]]
    """Units and payment by pool or part; empty where pools.csv is not there."""

    @property
    def name(self) -> str:
        """As it stands on the list."""
        return self.row["person"]

    @property
    def wants(self) -> int:
        """Units."""
        return int(self.row["wants"])

    @property
    def deposit(self) -> int:
        """Money."""
        return int(self.row["deposit"])

    @property
    def bid(self) -> int | None:
        """What a unit is worth to the person."""
        return int(self.row["bid"]) if self.row["bid"] else None


@dataclass(frozen=True, slots=True)
class Played:
    """An example that was run with ``--keep``."""

    ran: Ran
    folder: Path
    people: tuple[Person, ...]
    odds: Sequence[Mapping[str, Any]]
    """The pools, as ``fairlot odds --json`` has them."""

    @property
    def expectation(self) -> str:
        """The sentence."""
        return load_example(self.folder.name).expectation

    @property
    def terms(self) -> str:
        """TERMS.toml."""
        return (self.folder / "terms.toml").read_text(encoding="utf-8")

    def says(self, line: str) -> bool:
        """Tell whether a line of the terms begins so, before its comment."""
        return re.search(rf"(?m)^{re.escape(line)} *(#|$)", self.terms) is not None

    def numbers(self, sentence: str) -> tuple[int, ...]:
        """Return the numbers of the example's sentence, which must read as given."""
        match = re.fullmatch(sentence.replace("#", r"(\d+)"), self.expectation)
        assert match is not None
        return tuple(map(int, match.groups()))

    def chances(self, pool: int) -> Mapping[str, tuple[int, Fraction]]:
        """Return, by person, the units that are certain and the chance of one more."""
        return {
            each["who"]: (each["least"], Fraction(each["chance_of_one_more"]))
            for each in self.odds[pool]["people"]
        }

    def gained(self, part: str) -> Mapping[str, tuple[int, int]]:
        """Return, by person, units and payment of a pool or part."""
        return {p.name: p.gains[part] for p in self.people if part in p.gains}


EVENTFUL = ("mountain-race", "reseller")
"""Examples in which something happens to people."""
QUICK = ("reseller", "workshop")
"""Played by default; the others, of sixty people and more, with the slow tests."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow])
        for name in NAMES
    ],
)
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Played:
    name = str(request.param)
    folder = tmp_path_factory.mktemp("demo") / name
    ran = fairlot("demo", name, "--keep", folder)
    odds = fairlot("odds", folder / "terms.toml", folder / "people.csv", "--json")
    assert (odds.code, odds.err) == (0, "")
    header, *people = _rows(folder / "people.csv")
    _, *named = _rows(folder / "nyms.csv")
    _, *allocated = _rows(folder / "allocation.csv")
    assert [row[0] for row in named] == [row[0] for row in people]
    lines = {
        nym: (int(units), int(payment), int(refund))
        for nym, units, payment, refund in allocated
    }
    gains = _gains(folder)
    return Played(
        ran,
        folder,
        tuple(
            Person(dict(zip(header, row, strict=True)), *lines[nym], gains.get(nym, {}))
            for row, (_, nym, _) in zip(people, named, strict=True)
        ),
        json.loads(odds.out)["pools"],
    )


def _gains(folder: Path) -> dict[str, dict[str, tuple[int, int]]]:
    if not (folder / "pools.csv").exists():
        return {}
    gains: dict[str, dict[str, tuple[int, int]]] = {}
    for nym, pool, units, payment in _rows(folder / "pools.csv")[1:]:
        gains.setdefault(nym, {})[pool] = (int(units), int(payment))
    return gains


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.thorough
def test_it_runs_and_its_audit_holds(played: Played) -> None:
    assert (played.ran.code, played.ran.err) == (0, "")
    out = played.ran.out
    assert out.splitlines()[0].endswith(f"What to expect: {played.expectation}")
    verdict = r"(?m)^Verdict on this REHEARSAL: \d+ checks hold; not checked: A29\.$"
    assert re.search(verdict, out)
    tail = out.split("Try next:\n")[1]
    assert f"fairlot audit {played.folder / 'transcript.fairlot'} --rehearsal" in tail
    pools = ["pools.csv"] if played.folder.name in SEVERAL else []
    events = ["events.csv"] if played.folder.name in EVENTFUL else []
    collects = played.folder.name == "mountain-race"
    collected, waiting = ["collected.csv"] * collects, ["waiting.csv"] * collects
    assert sorted(path.name for path in played.folder.iterdir()) == [
        "allocation.csv",
        *collected,
        *events,
        "nyms.csv",
        "people.csv",
        *pools,
        "terms.toml",
        "transcript.fairlot",
        *waiting,
        "winners.csv",
    ]


@pytest.mark.thorough
def test_everybody_is_settled_to_the_unit(played: Played) -> None:
    for person in played.people:
        assert person.payment + person.refund == person.deposit
        assert person.units <= person.wants
        assert person.units > 0 or person.payment == 0
        if played.folder.name in SEVERAL:
            sums = [sum(column) for column in zip(*person.gains.values(), strict=True)]
            assert sums == ([person.units, person.payment] if person.units else [])


def test_everybody_gets_what_was_possible(played: Played) -> None:
    """Of each pool, what the odds have for certain or one more, and no chance of 0 or 1."""
    for pool in played.odds:
        parts = {pool["pool"]} | {
            part
            for person in played.people
            for part in person.gains
            if part.startswith(f"{pool['pool']}/")
        }
        for each in pool["people"]:
            if "least" not in each:
                continue
            (person,) = (p for p in played.people if p.name == each["who"])
            got = sum(person.gains.get(part, (0, 0))[0] for part in parts)
            got = got if played.folder.name in SEVERAL else person.units
            more = Fraction(each["chance_of_one_more"])
            assert got - each["least"] in ({0, 1} if more else {0})


def test_the_sentence_is_true(played: Played) -> None:
    {
        "club-concert": _concert,
        "token-sale": _tokens,
        "art-drop": _art,
        "conference": _conference,
        "harvest": _harvest,
        "treasure-hunt": _hunt,
        "river": _river,
        "matinee": _matinee,
        "workshop": _workshop,
        "cooperative": _cooperative,
        "reseller": _reseller,
        "river-permits": _permits,
        "mountain-race": _race,
        "solar-shares": _shares,
    }[played.folder.name](played)


def _concert(played: Played) -> None:
    count, seats, winners, price, losers = played.numbers(
        "# people want 1 of # seats: a lottery gives each of them the same chance, "
        "# get a seat for #, and # get all their money back."
    )
    assert (len(played.people), played.says(f"supply = {seats}")) == (count, True)
    assert {person.wants for person in played.people} == {1}
    won = [person for person in played.people if person.units == 1]
    lost = [person for person in played.people if person.refund == person.deposit]
    assert (len(won), len(lost)) == (winners, losers) == (seats, count - seats)
    assert {person.payment for person in won} == {price}
    assert set(played.chances(0).values()) == {(0, Fraction(seats, count))}


def _tokens(played: Played) -> None:
    count, supply, price, highest, full, lucky, most, rest, level = played.numbers(
        "# people offer budgets for # tokens; x tokens cost #·x². The cap rises to #: # "
        "people get all that their budget buys, # get #, # get #, and none is left."
    )
    assert played.says(f"supply = {supply}")
    assert played.says(f"price = {price}")
    assert len(played.people) == count == full + lucky + rest
    assert most == highest == level + 1
    got = [(p.units, _square_order(p, price, cap=500)) for p in played.people]
    assert sum(units for units, _ in got) == supply
    assert all(p.payment == price * p.units**2 for p in played.people)
    above = [units for units, q in got if q > level]
    assert sorted(above) == [level] * rest + [most] * lucky
    below = [units == q for units, q in got if q <= level]
    assert (len(below), all(below)) == (full, True)
    chances = Counter(more for _, more in played.chances(0).values())
    assert chances == {0: full, Fraction(lucky, lucky + rest): lucky + rest}


def _square_order(person: Person, price: int, cap: int) -> int:
    """Return how many units a budget buys: counted, unit by unit."""
    most = min(cap, person.wants)
    return max(x for x in range(most + 1) if price * x * x <= person.deposit)


def _art(played: Played) -> None:
    count, prints, certain, bids, high, up, down, others, price = played.numbers(
        "# people want 1 of # prints: the # highest of # bids get one for certain and pay "
        "# each; everyone else has the chance #/# to get one of # for #."
    )
    assert len(played.people) == count
    assert {person.wants for person in played.people} == {1}
    assert played.says(f"supply = {prints}")
    assert played.says(f"certain = {certain}")
    assert played.says(f"price = {price}")
    made = sorted((p.bid for p in played.people if p.bid is not None), reverse=True)
    assert len(made) == bids
    sure = played.gained("main/certain")
    assert set(sure.values()) == {(1, high)}
    assert (
        sorted((p.bid or 0 for p in played.people if p.name in sure), reverse=True)
        == (made[:certain])
    )
    drawn = played.gained("main")
    assert (len(drawn), set(drawn.values())) == (others, {(1, price)})
    chances = played.chances(0)
    assert {chances[name] for name in sure} == {(1, Fraction(0))}
    rest = [chance for name, chance in chances.items() if name not in sure]
    assert (len(rest), set(rest)) == (count - certain, {(0, Fraction(up, down))})
    assert Fraction(up, down) == Fraction(others, count - certain)
    assert prints == certain + others
    # The premium: what the best losing bid is above the price, times the chance not to win.
    assert high - price == (made[certain] - price) * (down - up) // down


def _conference(played: Played) -> None:
    gold, silver, known, up, down, seats, left, largest, up2, down2, rest = (
        played.numbers(
            "# sponsors get gold seats and # silver ones; each of # people who were there "
            "last year has the chance #/# to get one of # seats; of the # who are left, "
            "alone or in groups of up to #, everyone has the chance #/# to get one of # "
            "seats."
        )
    )
    assert (
        len(played.gained("sponsors/gold")),
        len(played.gained("sponsors/silver")),
    ) == (
        gold,
        silver,
    )
    returning = played.chances(1)
    assert (len(returning), set(returning.values())) == (
        known,
        {(0, Fraction(up, down))},
    )
    there = {p.name for p in played.people if p.row["attr:cohort_a"] == "2029"}
    assert set(returning) <= there
    winners = set(played.gained("returning"))
    assert (len(winners), winners <= set(returning)) == (seats, True)
    everybody = played.odds[2]
    assert everybody["entering"] == [left, left]
    assert everybody["depends_on"] == ["returning"]
    assert everybody["chance_of_whoever_enters"] == f"{up2}/{down2}"
    assert any(
        line.startswith("No equal chance is greater") for line in everybody["rule"]
    )
    assert len(played.people) - gold - silver - seats == left
    assert (everybody["supply"], len(played.gained("everybody"))) == (rest, rest)
    assert played.says(f"group_max = {largest}")
    _together(played, largest)


def _together(played: Played, largest: int) -> None:
    """Check that groups win or lose together."""
    members: dict[str, set[int]] = {}
    sizes = Counter(p.row["group"] for p in played.people if p.row["group"])
    for person in played.people:
        if person.row["group"]:
            won = person.gains.get("everybody", (0, 0))[0]
            members.setdefault(person.row["group"], set()).add(won)
    assert max(sizes.values()) == largest
    assert all(len(won) == 1 for won in members.values())
    assert {0} in members.values()
    assert {1} in members.values()


def _harvest(played: Played) -> None:
    count, cans, price, least, lucky, seats, bids, clearing = played.numbers(
        "# people share # cans at #: each gets #, and # of them one more by lot; then the "
        "# highest of # bids get a can more and pay # each, the highest bid that lost."
    )
    assert played.says(f"supply = {cans}")
    assert played.says(f"price = {price}")
    share = played.gained("share")
    assert Counter(units for units, _ in share.values()) == {
        least: count - lucky,
        least + 1: lucky,
    }
    assert all(payment == price * units for units, payment in share.values())
    assert set(played.chances(0).values()) == {(least, Fraction(lucky, count))}
    made = sorted((p.bid for p in played.people if p.bid is not None), reverse=True)
    assert (len(played.people), len(made)) == (count, bids)
    rest = played.gained("rest")
    assert (len(rest), set(rest.values())) == (seats, {(1, clearing)})
    won = sorted((p.bid or 0 for p in played.people if p.name in rest), reverse=True)
    assert won == made[:seats]
    assert made[seats] == clearing


def _shares(played: Played) -> None:
    """Everything is worked out share by share, from the bids as they stand in the list."""
    count, demand, supply, last, tied, seats, paid, own = played.numbers(
        "# people bid for # shares in steps and # are there: all bids above # win, the # "
        "shares bid for at that price are cut to # by an equal share, and each pays what "
        "the others lose by them: # together, and not the # of their own bids."
    )
    assert played.says(f"supply = {supply}")
    reserve = 2
    bids = {
        p.name: [
            int(step.split("@")[1])
            for step in p.row["bid"].split(";")
            for _ in range(int(step.split("@")[0]))
        ]
        for p in played.people
    }
    offered = sorted((price for bid in bids.values() for price in bid), reverse=True)
    assert (len(bids), len(offered), offered[supply - 1]) == (count, demand, last)
    assert (offered.count(last), supply - sum(p > last for p in offered)) == (
        tied,
        seats,
    )
    money = 0
    for person in played.people:
        others = (price for name in bids if name != person.name for price in bids[name])
        alone = sorted(others, reverse=True) + [reserve] * supply
        assert person.payment == sum(alone[supply - person.units : supply])
        above = sum(price > last for price in bids[person.name])
        assert above <= person.units <= above + bids[person.name].count(last)
        money += sum(bids[person.name][: person.units])
    assert sum(person.units for person in played.people) == supply
    assert (sum(person.payment for person in played.people), money) == (paid, own)


def _hunt(played: Played) -> None:
    solvers, count, up, down, first, others, up2, down2, second = played.numbers(
        "# of # people have solved the puzzle, and each of them has the chance #/# to get "
        "one of # places; then each of the # others has the chance #/# to get one of #."
    )
    assert len(played.people) == count
    finders = played.chances(0)
    assert (len(finders), set(finders.values())) == (solvers, {(0, Fraction(up, down))})
    assert len({p.row["solution"] for p in played.people if p.name in finders}) == 1
    found = set(played.gained("finders"))
    assert (len(found), found <= set(finders)) == (first, True)
    everybody = played.odds[1]
    assert everybody["entering"] == [others, others] == [count - first] * 2
    assert everybody["chance_of_whoever_enters"] == f"{up2}/{down2}"
    won = played.gained("everybody")
    assert (len(won), everybody["supply"]) == (second, second)
    assert not found & set(won)


def _cooperative(played: Played) -> None:
    count, demand, supply, _, lucky, most, rest, level = played.numbers(
        "# people can pay for # of # tokens, so equal share binds: whoever can take "
        "up to # gets all of it, # people drawn by lot get #, and the other # who "
        "wanted more get #."
    )
    price, cap = 3, 500
    assert played.says(f"price = {price}")
    assert played.says(f"cap = {cap}")
    able = [min(cap, p.wants, p.deposit // price) for p in played.people]
    got = [person.units for person in played.people]
    assert all(person.payment == price * person.units for person in played.people)
    assert (len(got), sum(able), sum(got)) == (count, demand, supply)
    assert demand > supply
    above = [units for units, q in zip(got, able, strict=True) if q > level]
    assert sorted(above) == [level] * rest + [most] * lucky
    assert most == level + 1
    assert all(units == q for units, q in zip(got, able, strict=True) if q <= level), (
        "whoever can take up to the level gets all of it"
    )
    chances = Counter(more for _, more in played.chances(0).values())
    assert chances[Fraction(lucky, lucky + rest)] == lucky + rest
    assert chances.keys() == {Fraction(0), Fraction(lucky, lucky + rest)}


def _reseller(played: Played) -> None:
    count, tickets, sold, released = played.numbers(
        "# people want 1 of # tickets; a reseller has bought the identities of # of them, "
        "who are verified again: each of the # tickets goes to the person who was drawn, "
        "and none to the reseller."
    )
    assert (len(played.people), played.says(f"supply = {tickets}")) == (count, True)
    _, *events = _rows(played.folder / "events.csv")
    sellers = {name for _, name, event in events if event == "sell-identity"}
    back = {name for _, name, event in events if event == "re-verify"}
    assert (len(sellers), back) == (sold, sellers)
    _, *named = _rows(played.folder / "nyms.csv")
    assert {person: holder for person, _, holder in named} == {
        person.name: person.name for person in played.people
    }
    assert sum(person.units for person in played.people) == tickets == released
    told = played.ran.out
    assert told.count("the buyer deposits; 0: the buyer claims") == sold
    assert told.count("the buyer gets no credential (request.holder)") == sold


def _race(played: Played) -> None:
    count, numbers, away, sold = played.numbers(
        "# people want 1 of # start numbers; # of them do not come to collect: what they have "
        "won is drawn again among those who got nothing, all # numbers are sold, and whoever "
        "came keeps theirs."
    )
    assert (len(played.people), played.says(f"supply = {numbers}")) == (count, True)
    _, *events = _rows(played.folder / "events.csv")
    stayed = {name for _, name, event in events if event == "stay-away"}
    assert len(stayed) == away
    _, *collected = _rows(played.folder / "collected.csv")
    assert len(collected) == numbers
    assert all((name in stayed) == (came == "no") for name, *_, came in collected)
    units = {person.name: person.units for person in played.people}
    assert sum(units.values()) == sold == numbers
    assert all(units[name] == (came == "yes") for name, *_, came in collected)
    _, *waited = _rows(played.folder / "waiting.csv")
    assert {row[0] for row in waited} == units.keys() - {row[0] for row in collected}
    assert all(units[name] == int(got) for name, *_, got in waited)


def _permits(played: Played) -> None:
    count, dates, each, six, up, down, two, more, most = played.numbers(
        "# people list dates, the best first, out of # with # permits each, and take turns "
        "in an order drawn by lot: with the same list each of # who come alone has the "
        "chance #/# of a permit, and each of # who come together #/#."
    )
    assert len(played.people) == count
    supplies = re.findall(r"(?m)^supply = (\d+)$", played.terms)
    assert [int(supply) for supply in supplies] == [each] * dates
    left = Counter(re.findall(r'(?m)^name = "(.*)"$', played.terms) * each)
    taken = {
        p.name: part.removeprefix("main/") for p in played.people for part in p.gains
    }
    left.subtract(taken.values())
    assert min(left.values()) >= 0
    together: dict[str, set[str | None]] = {}
    for person in played.people:
        listed, got = person.row["choices"].split(">"), taken.get(person.name)
        better = listed if got is None else listed[: listed.index(got)]
        if person.row["group"]:
            together.setdefault(person.row["group"], set()).add(got)
        else:
            assert all(left[date] == 0 for date in better), "nobody left a better date"
    assert all(len(dates) == 1 for dates in together.values()), "friends go together"
    chances = played.chances(0)
    alike = [p for p in played.people if p.row["choices"].startswith("26-july")]
    alone = [p for p in alike if not p.row["group"]]
    assert (len(alone), len(alike)) == (six, six + two)
    for person in alike:
        exact = Fraction(up, down) if person in alone else Fraction(more, most)
        assert chances[person.name] == (0, exact)


@pytest.mark.slow
def test_who_never_comes_back_leaves_it_to_the_reseller(tmp_path: Path) -> None:
    """The same sale without the recoveries: whoever was drawn in their name has it."""
    assert fairlot("new", "reseller", tmp_path / "sale").code == 0
    terms, people, events = (
        tmp_path / "sale" / name for name in ("terms.toml", "people.csv", "events.csv")
    )
    rows = events.read_text(encoding="utf-8").splitlines(keepends=True)
    events.write_text("".join(r for r in rows if not r[0].isdigit()), encoding="utf-8")
    words = ("--events", events, "--out", tmp_path / "out")
    assert fairlot("run", terms, people, *words).code == 0
    _, *named = _rows(tmp_path / "out" / "nyms.csv")
    bought = [person for person, _, holder in named if holder == f"buyer of {person}"]
    assert len(bought) == 5


def _river(played: Played) -> None:
    supply, parties, *rows = played.numbers(
        "# launches go to # parties in proportion to the years waited, and none gets two: "
        "# have waited # year and have a chance of about # %, # have waited # and have # %, "
        "# have waited # and have # %, # has waited # and has # %."
    )
    assert played.says(f"supply = {supply}")
    assert len(played.people) == parties
    assert sum(person.units for person in played.people) == supply
    waited = {person.name: person.row["attr:waited"] for person in played.people}
    found = Counter(
        (int(waited[who]), round(100 * more))
        for who, (_, more) in played.chances(0).items()
    )
    stated = zip(rows[::3], rows[1::3], rows[2::3], strict=True)
    assert found == {(years, chance): many for many, years, chance in stated}


def _matinee(played: Played) -> None:
    count, adults, children, most, seats, won, out_of, dear, cheap = played.numbers(
        "# people, # adults and # children, some of them as families of up to #, draw for "
        "# seats: everyone has the chance #/#, an adult pays # and a child #, and no seat "
        "is left."
    )
    fares = {"adult": dear, "child": cheap}
    assert all(played.says(f"{age} = {fare}") for age, fare in fares.items())
    assert (played.says(f"supply = {seats}"), played.says(f"group_max = {most}")) == (
        True,
        True,
    )
    ages = Counter(person.row["attr:age"] for person in played.people)
    assert (len(played.people), ages) == (count, {"adult": adults, "child": children})
    assert set(played.chances(0).values()) == {(0, Fraction(won, out_of))}
    assert sum(person.units for person in played.people) == seats
    families: dict[str, set[int]] = {}
    for person in played.people:
        fare = fares[person.row["attr:age"]]
        assert person.payment == fare * person.units
        if person.row["group"]:
            families.setdefault(person.row["group"], set()).add(person.units)
    assert all(len(units) == 1 for units in families.values())


def _workshop(played: Played) -> None:
    count, asked, places, unsold, back = played.numbers(
        "# people ask for # of # places: everybody gets what they asked for, # places "
        "stay unsold, and # deposited beyond the price comes back."
    )
    assert played.says(f"supply = {places}")
    assert len(played.people) == count
    assert [p.units for p in played.people] == [p.wants for p in played.people]
    assert all(person.payment == 1200 * person.units for person in played.people)
    assert sum(person.units for person in played.people) == asked == places - unsold
    assert sum(person.refund for person in played.people) == back
    assert played.odds[0]["expected_unsold"] == str(unsold)
    assert {more for _, more in played.chances(0).values()} == {0}


@pytest.mark.slow
def test_an_example_that_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    environment = {"TMPDIR": str(temporary)}
    ran = run_program(FAIRLOT, "demo", "workshop", cwd=here, env=environment)
    assert (ran.code, ran.err) == (0, "")
    assert not list(here.iterdir())
    assert not list(temporary.iterdir())


def test_a_folder_in_use_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    ran = fairlot("demo", "workshop", "--keep", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "out-dir.not-empty" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]

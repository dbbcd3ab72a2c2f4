"""``fairlot simulate``: what it leaves, and what it refuses."""

from pathlib import Path

import pytest

import aims_table
from command import fairlot, in_process
from fairlot.errors import InputError
from fairlot.inputs.terms_file import read_terms_file
from fairlot.simulation import outputs
from fairlot.simulation.aims import aims_rows
from fairlot.simulation.comparators import Addresses, Bots
from fairlot.simulation.estimates import estimate, ratio
from fairlot.simulation.figures import bars_figure, curves_figure
from fairlot.simulation.measures import MEASURES
from fairlot.simulation.outputs import decimal
from fairlot.simulation.people_list import read_crowd_file
from fairlot.simulation.sales import Asked, plan_of_compare, plan_of_terms
from fairlot.simulation.trial import SCALED, Result
from json_formats import check_document

SEED = bytes(32)
TERMS = """\
title = "Small sale"
asset = "seat"
supply = 5
mechanism = "equal-share"
price = 100
cap = 2
"""
SMALL = ("--runs", "2", "--size", "12")


def terms_in(folder: Path, text: str = TERMS) -> Path:
    path = folder / "terms.toml"
    path.write_text(text)
    return path


@pytest.fixture
def quick_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw nothing: a test below draws."""
    picture = b"<svg/>"

    def drawn(*_rows: object, **_more: object) -> bytes:
        return picture

    monkeypatch.setattr(outputs, "bars_figure", drawn)
    monkeypatch.setattr(outputs, "curves_figure", drawn)


@pytest.mark.usefixtures("quick_pictures")
def test_a_sale_leaves_a_page_a_document_and_a_table_for_each_picture(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    with in_process():
        ran = fairlot("simulate", terms_in(tmp_path), *SMALL, "--out", out, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert (out / "result.json").read_text() == ran.out
    found = check_document(ran.out)
    assert found["size"] == 12
    assert [way["name"] for way in found["ways"]] == ["sale"]
    assert len(found["ways"][0]["scales"]) == 7
    names = {path.name for path in out.iterdir()}
    pictures = [*MEASURES, *(f"scale-{name}" for name in SCALED)]
    tables = {f"{name}.{kind}" for name in pictures for kind in ("svg", "csv")}
    assert names == {"report.html", "result.json", *tables}
    page = (out / "report.html").read_text()
    assert page.startswith(outputs.BEGIN)
    assert "Small sale" in page
    assert "0.00 ± 0.00" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    table = (out / "race.csv").read_text()
    assert table == "way,mean,low,high\nsale,0.000000,0.000000,0.000000\n"


def test_a_comparison_meets_the_crowd_that_was_asked_for() -> None:
    asked = Asked("uniform", None, None, 20, 1)
    about, plan = plan_of_compare(100, 1000, Bots(), Addresses(), asked)
    assert "uniform" in about.people
    assert (plan.size, len(plan.ways), plan.scale_runs) == (100, 16, 5)
    assert plan.scales[100.0] == 2500
    many = plan_of_compare(4001, 1, Bots(), Addresses(), asked)[1]
    assert [*many.scales] == [0.1, 0.3, 1.0, 3.0, 10.0, 30.0]
    often = Asked("uniform", None, 1000, 900, 1)
    plan = plan_of_compare(1000, 1, Bots(), Addresses(), often)[1]
    told = [plan.runs_at(size) for size in plan.scales.values()]
    assert told == [90, 90, 90, 90, 36, 12, 5]


@pytest.mark.slow
@pytest.mark.usefixtures("quick_pictures")
@pytest.mark.parametrize("listed", [False, True])
def test_several_processes_find_the_same(tmp_path: Path, listed: bool) -> None:
    people = tmp_path / "crowd.csv"
    people.write_text("value,budget\n" + "5000,9000\n1500,2000\n" * 6)
    crowd = ("--people", str(people)) if listed else ("--size", "12")
    words = ("simulate", "compare", *crowd, "--runs", "3", "--supply", "8")
    with in_process():
        for jobs in ("1", "2"):
            assert fairlot(*words, "--jobs", jobs, "--out", tmp_path / jobs).code == 0
    one, two = (tmp_path / jobs / "result.json" for jobs in ("1", "2"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("quick_pictures")
def test_all_ways_are_compared_and_the_same_seed_gives_the_same_files(
    tmp_path: Path,
) -> None:
    words = ("simulate", "compare", *SMALL, "--supply", "8", "--model", "uniform")
    with in_process():
        for name in ("one", "two"):
            assert fairlot(*words, "--out", tmp_path / name).code == 0
    one, two = (tmp_path / name / "result.json" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    ways = check_document(one.read_text())["ways"]
    assert len(ways) == 16
    assert [w["name"] for w in ways if w["comparator"]] == [
        *("first-come", "queue", "uniform-auction", "addresses")
    ]


@pytest.mark.slow
def test_pictures_are_the_same_bytes_each_time_and_load_nothing() -> None:
    rows = [("ours", estimate([0.0, 0.1])), ("theirs", estimate([1.0, 0.9]))]
    first = bars_figure("race: who", rows, marked=["theirs"])
    assert first == bars_figure("race: who", rows, marked=["theirs"])
    curves = {"ours": [(0.1, rows[0][1]), (1.0, rows[1][1])]}
    second = curves_figure("sold: what", curves, "demand")
    assert second == curves_figure("sold: what", curves, "demand")
    for picture in (first, second):
        text = picture.decode()
        assert "<svg" in text
        assert "dc:date" not in text


@pytest.mark.slow
def test_the_page_holds_all_pictures(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert fairlot("simulate", terms_in(tmp_path), *SMALL, "--out", out).code == 0
    page = (out / "report.html").read_text()
    assert page.count("data:image/svg+xml;base64,") == len(MEASURES) + len(SCALED)


def test_without_the_extra_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_name: str) -> None:
        return None

    monkeypatch.setattr("importlib.util.find_spec", nothing)
    with in_process():
        ran = fairlot("simulate", "compare", "--out", tmp_path / "out")
    assert ran.code == 2
    assert ran.err.startswith("fairlot: simulation.extra: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("quick_pictures")
def test_what_cannot_be_completed_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        if path.name == "race.svg":
            raise OSError(28, "No space left on device")
        path.write_bytes(data)

    monkeypatch.setattr("fairlot.cli.simulate.write_file", full)
    with in_process():
        ran = fairlot("simulate", terms_in(tmp_path), *SMALL, "--out", tmp_path / "out")
    assert ran.code == 1
    assert not (tmp_path / "out").exists()


def test_a_list_is_read_in_the_currency_of_the_terms(tmp_path: Path) -> None:
    path = tmp_path / "crowd.csv"
    path.write_text("group,budget,value\nwe,9,5\n,8,4\nwe,7,3\n")
    terms = read_terms_file(
        terms_in(
            tmp_path,
            f'currency = "EUR"\ndecimals = 2\n{TERMS}'.replace(
                "price = 100", "price = 1.00"
            ),
        )
    )
    _, plan = plan_of_terms(terms, Asked("", path, None, 2, 1))
    assert (plan.size, plan.price) == (3, 100)
    crowd = plan.people(SEED, 3)
    assert crowd.values.tolist() == [500, 300, 400]
    assert crowd.budgets.tolist() == [900, 700, 800]
    assert crowd.groups.tolist() == [0, 0, 1]
    sample = plan.people(SEED, 50)
    assert set(sample.values.tolist()) == {300, 400, 500}
    assert len(set(sample.groups.tolist())) == 50


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("value,money\n1,2\n", "names no column budget"),
        ("value,budget,value\n1,2,3\n", "line 1: the first line must name"),
        ("value,budget,age\n1,2,3\n", "not 'age'|not \"age\""),
        ("value,budget\n", "has no row"),
        ("value,budget\n1\n", "line 2: has 1 cells"),
        ("value,budget\n1,2\n1,-2\n", "line 3, budget"),
        ("value,budget\nmuch,2\n", "line 2, value"),
        ("value,budget\n1000000000001,2\n", "must be at most"),
        (b"value,budget\n\xff,2\n", "line 2"),
        pytest.param(
            f"value,budget\n1,{'9' * 200_000}\n", "line 2: a quotation", id="long-cell"
        ),
    ],
)
def test_a_list_that_breaks_a_rule_is_refused_with_its_line(
    text: str | bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "crowd.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InputError, match=said) as refused:
        read_crowd_file(path, None, 1)
    assert refused.value.code == "simulation.people"


def test_every_wrong_line_of_a_list_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "crowd.csv"
    path.write_text("value;budget\n1;x\n;\n2;-1\n3;4\n")
    with pytest.raises(InputError) as refused:
        read_crowd_file(path, None, 1)
    assert [refused.value.line, *(each.line for each in refused.value.more)] == [2, 4]
    assert {each.code for each in refused.value.more} == {"simulation.people"}


@pytest.mark.parametrize(
    "option", ["--supply", "--price", "--bot-speed", "--addresses"]
)
def test_options_of_compare_are_refused_beside_terms(
    tmp_path: Path, option: str
) -> None:
    with in_process():
        ran = fairlot(
            *("simulate", terms_in(tmp_path), option, "9"), "--out", tmp_path / "out"
        )
    assert ran.code == 2
    assert ran.err.startswith("fairlot: simulation.option: ")
    assert not (tmp_path / "out").exists()


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"simulation\.people"):
        read_crowd_file(tmp_path / "none.csv", None, 1)


def test_decimals_have_no_negative_zero() -> None:
    assert [decimal(x) for x in (-1e-9, 0.0, -0.5)] == [
        *("0.000000", "0.000000", "-0.500000")
    ]


def test_words_follow_from_numbers() -> None:
    def result(**means: float) -> Result:
        measures = {
            "poor": 0.4,
            "even": 0.4,
            "race": 0.0,
            "sold": 1.0,
            "regret": 0.0,
            "luck": 1.0,
            "kept": 0.6,
            "surplus": 1.0,
        } | means
        found = {name: estimate([mean, mean]) for name, mean in measures.items()}
        asked = Asked("uniform", None, None, 20, 1)
        way = plan_of_compare(8, 1, Bots(), Addresses(), asked)[1].ways[0]
        fair = ratio([measures["poor"]] * 2, [measures["even"]] * 2)
        return Result(way, found, fair, {})

    sure = "± 0.00"
    good = [
        f"yes: 1.00 {sure}",
        f"yes: 0.00 {sure}",
        "yes: 1.00 (1.00 to 1.00)",
        f"yes: 0.00 {sure}; luck 1.0 ± 0.0",
        f"yes: 0.60 {sure}",
    ]
    bad = result(poor=0.2, race=0.5, sold=0.8, regret=0.1, kept=-1, surplus=-1)
    rows = list(
        aims_rows([result(), result(poor=0.3, kept=0.4), bad, result(even=0.0)])
    )
    assert [row[0] for row in rows] == ["equal share"] * 4
    assert [*rows[0][1:]] == good
    assert (rows[1][1], rows[1][5]) == (
        f"nearly: 0.75 {sure}",
        f"partly: 0.40 {sure}",
    )
    assert [cell.split(":")[0] for cell in rows[2][1:]] == ["no"] * 5


@pytest.mark.slow
def test_the_table_of_the_five_aims_is_what_runs_give() -> None:
    assert aims_table.main(["check"]) == 0
    assert aims_table.main([]) == 2

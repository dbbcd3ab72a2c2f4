"""The markup of a page: what is not its own is text, and charts are read without eyes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot.report.charts import Bar, bars
from fairlot.report.markup import Markup, code, element, joined, listed, table, text
from fairlot.text import printable
from html_page import read_page

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>x</script>",
    "' onmouseover='x",
    "&lt;b&gt;",
    "<!-- -->",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_text_is_never_markup(name: str) -> None:
    page = read_page(element("p", name, title=name).encode())
    (found,) = page.elements
    assert (found.name, found.text) == ("p", name)
    assert found.attributes == {"title": name}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_out_as_a_terminal_shows_it(name: str) -> None:
    page = read_page(element("p", name, title=name).encode())
    (found,) = page.elements
    assert found.text == found.attributes["title"] == printable(name)


def test_what_reorders_is_seen() -> None:
    assert text("\u202eevil") == "\\u202eevil"


def test_markup_stays_markup_and_nothing_else_does() -> None:
    inner = element("b", "x")
    assert joined((inner, "<b>", 1)) == "<b>x</b>&lt;b&gt;1"
    assert not isinstance(inner + "<i>", Markup), "a sum is text again"


def test_attributes_may_be_without_value_or_left_away() -> None:
    made = element("input", hidden=True, checked=False, for_="a", aria_label="b")
    assert made == '<input hidden for="a" aria-label="b">'


def test_a_list_of_nothing_is_nothing() -> None:
    assert listed(()) == ""


def test_lines_to_type_keep_their_breaks() -> None:
    assert code("a \\", "  b") == "<pre>a \\\n  b</pre>"


def test_cells_say_their_column_and_rows_their_name() -> None:
    page = read_page(table("what", ("who", "units"), [("Ann", 2)]).encode())
    assert [e.attributes for e in page.all("th")] == [
        {"scope": "col"},
        {"scope": "col"},
        {"scope": "row", "data-column": "who"},
    ]
    assert page.all("td")[0].attributes == {"data-column": "units"}


@pytest.mark.parametrize(
    ("part", "whole", "width"),
    [
        (0, 0, "0.0%"),
        (0, 5, "0.0%"),
        (1, 3, "33.3%"),
        (2, 3, "66.6%"),
        (3, 3, "100.0%"),
        (7, 3, "100.0%"),
        (2**64, 2**65 + 1, "49.9%"),
    ],
)
def test_lengths_are_rounded_down_and_end_with_the_chart(
    part: int, whole: int, width: str
) -> None:
    assert Bar("", "", part, whole).width == width


def test_a_chart_has_its_words_for_those_who_cannot_see_it() -> None:
    rows = [Bar("demand", "<7>", 7, 9), Bar("supply", "9", 9, 9)]
    page = read_page(bars("d", "Demand", "demand 7; supply 9", rows).encode())
    (chart,) = page.all("svg")
    assert chart.attributes["role"] == "img"
    assert chart.attributes["aria-labelledby"] == "d-what d-how"
    assert page.by_id("d-what").text == "Demand"
    assert page.by_id("d-how").text == "demand 7; supply 9"
    assert [e.text for e in page.all("text")] == ["demand: <7>", "supply: 9"]
    assert "svg" in page.all("rect")[0].inside
    assert all("rect" not in rect.inside for rect in page.all("rect"))

"""``fairlot report``: a page that needs nothing else, and says first what holds."""

import base64
import csv
import hashlib
import re
from pathlib import Path

import pytest

from command import FAIRLOT as PROGRAM
from command import SEED, TERMS, Ran, fairlot, run_program, write_inputs
from fairlot.audit.checks import CHECKS
from fairlot.report import buyers, figures
from html_page import Page, read_page

EURO = TERMS.replace("price = 100\n", 'price = 1\ncurrency = "EUR"\ndecimals = 2\n')
HOSTILE = "<script>alert(1)</script>"
POOLS = f"""\
title = "{HOSTILE} \u202edekcart"
asset = "\\"><img src=x onerror=alert(1)>"
[[pool]]
name = "first"
supply = 1
mechanism = "lottery"
price = 100
unsold = "second"
[pool.requires]
region = ["<b>north</b>"]
[[pool]]
name = "second"
supply = 3
mechanism = "quadratic"
price = 50
cap = 2
[beacon]
contributors = 2
delay = 1
withhold = 1
"""
POOLED = "person,wants,deposit,attr:region\nAnn,1,100,<b>north</b>\nBob,2,250,south\n"
VOID = TERMS.replace("contributors = 1", "contributors = 2\nabsent = 1")


def rehearsed(folder: Path, terms: str = TERMS, people: str | None = None) -> Path:
    """Rehearse a sale, and return its transcript."""
    inputs = write_inputs(folder, terms)
    if people is not None:
        inputs.people.write_text(people, encoding="utf-8")
    words = ("--out", folder / "out", "--seed", SEED)
    fairlot("run", inputs.terms, inputs.people, *words)
    return folder / "out" / "transcript.fairlot"


def reported(transcript: Path, *words: str | Path) -> tuple[Ran, Path]:
    """Make the page beside the transcript."""
    page = transcript.parent / "report.html"
    return fairlot("report", transcript, "--out", page, *words), page


def page_of(transcript: Path, *words: str | Path) -> tuple[int, Page]:
    ran, path = reported(transcript, *words)
    assert ran.err == ""
    return ran.code, read_page(path.read_bytes())


@pytest.fixture(scope="module")
def transcript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehearsed(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def page(transcript: Path) -> Page:
    code, page = page_of(transcript, "--rehearsal")
    assert code == 0
    return page


def test_everybody_is_on_it_to_the_unit(transcript: Path, page: Page) -> None:
    table = (transcript.parent / "allocation.csv").read_text(encoding="utf-8")
    rows = {row["nym"]: row for row in csv.DictReader(table.splitlines())}
    assert rows
    for nym, row in rows.items():
        found = page.by_id(f"nym-{nym}")
        assert found.text == "".join((nym, row["units"], row["payment"], row["refund"]))


def test_the_verdict_stands_first(page: Page) -> None:
    (body,) = page.all("body")
    after = body.text.removeprefix("Small sale")
    assert after.startswith(
        "The audit HOLDS.The sale has ended: 3 nyms of 5 got 3 units"
    )
    assert "This is a REHEARSAL" in page.by_id("verdict").text


def test_every_check_is_on_it(page: Page) -> None:
    text = page.by_id("checks").text
    for check in CHECKS:
        state = "not checked" if check.id in {"A06", "A29"} else "holds"
        assert f"{check.id}{state}{check.title}" in text


def test_it_needs_nothing_from_elsewhere(page: Page) -> None:
    for element in page.elements:
        assert "src" not in element.attributes
        assert "style" not in element.attributes
        assert not any(name.startswith("on") for name in element.attributes)
        href = element.attributes.get("href")
        assert href is None or href.startswith("#")
    assert {e.name for e in page.elements}.isdisjoint(
        {"link", "img", "iframe", "object", "embed", "base", "form"}
    )
    anchors = {e.attributes.get("id") for e in page.elements}
    assert {str(a.attributes["href"])[1:] for a in page.all("a")} <= anchors
    (style,) = page.all("style")
    assert "url(" not in style.text
    assert "@import" not in style.text


def test_a_browser_may_run_nothing_else(page: Page) -> None:
    policy = next(
        str(e.attributes["content"])
        for e in page.all("meta")
        if e.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    named = re.findall(r"'sha256-([^']+)'", policy)
    there = [
        base64.b64encode(hashlib.sha256(e.text.encode()).digest()).decode()
        for e in (*page.all("style"), *page.all("script"))
    ]
    assert named == there
    assert len(there) == 2
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_colours_follow_the_surroundings_and_paper_is_white(page: Page) -> None:
    (style,) = page.all("style")
    for rule in ("prefers-color-scheme:dark", "@media print", "max-width:40rem"):
        assert rule in style.text


@pytest.mark.slow
def test_the_same_transcript_gives_the_same_bytes(
    transcript: Path, tmp_path: Path
) -> None:
    _, path = reported(transcript, "--rehearsal")
    again = tmp_path / "again.html"
    ran = run_program(PROGRAM, "report", transcript, "--rehearsal", "--out", again)
    assert ran.code == 0
    assert again.read_bytes() == path.read_bytes()


def test_whatever_the_seller_wrote_is_text(tmp_path: Path) -> None:
    code, page = page_of(rehearsed(tmp_path, POOLS, POOLED), "--rehearsal")
    assert code == 0
    assert len(page.all("script")) == 1
    assert page.all("img") == page.all("b") == []
    assert page.all("h1")[0].text == f"{HOSTILE} \\u202edekcart"
    assert "<b>north</b>" in page.by_id("sold").text
    assert "onerror=alert(1)" in page.by_id("sold").text
    assert "What was withheld was recovered" in page.by_id("draw").text
    assert "second (" in page.by_id("buyers").text


def test_amounts_are_in_the_currency(tmp_path: Path) -> None:
    people = "person,wants,deposit\nAnn,2,250\nBob,2,200\n"
    transcript = rehearsed(tmp_path, EURO, people)
    _, page = page_of(transcript, "--rehearsal")
    table = (transcript.parent / "allocation.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(table.splitlines()))
    came = sum(int(row["payment"]) + int(row["refund"]) for row in rows)
    assert "1.00 EUR" in page.by_id("sold").text
    said = f"{came // 100}.{came % 100:02} EUR came in, 3.00 EUR went to the seller"
    assert said in page.by_id("money").text
    assert "gets back, EUR" in page.by_id("buyers").text
    paid = {int(row["payment"]) for row in rows}
    assert paid == {100, 200}
    for row in rows:
        assert (
            f"{int(row['payment']) // 100}.00" in page.by_id(f"nym-{row['nym']}").text
        )


def test_a_void_sale_is_told_first(tmp_path: Path) -> None:
    code, page = page_of(rehearsed(tmp_path, VOID), "--rehearsal")
    assert code == 0
    said = page.by_id("verdict").text
    assert "The sale is void (" in said
    assert "1 of 2 contributors committed and 2 must" in said
    assert "has not committed" in page.by_id("draw").text
    assert "Nothing was drawn" in page.by_id("demand").text


def test_a_rehearsal_passes_for_no_sale(transcript: Path) -> None:
    code, page = page_of(transcript)
    assert code == 1
    said = page.by_id("verdict").text
    assert said.startswith("The audit DOES NOT HOLD.")
    assert "A rehearsal does not pass for a sale" in said
    assert "A25 audit.rehearsal" in said


def cut(transcript: Path, target: Path, part: float) -> Path:
    data = transcript.read_bytes()
    target.write_bytes(data[: int(len(data) * part)])
    return target


def test_an_incomplete_sale_is_told_first(transcript: Path, tmp_path: Path) -> None:
    for part in (0.3, 0.6, 0.9):
        code, page = page_of(
            cut(transcript, tmp_path / "transcript.fairlot", part), "--rehearsal"
        )
        assert code == 1
        said = page.by_id("verdict").text
        assert said.startswith("The audit DOES NOT HOLD.The sale is incomplete: ")
        assert "A23 sale.incomplete" in said
        assert "is not on the board yet" in page.by_id("buyers").text
        assert "is not on the board yet" in page.by_id("money").text


def test_what_does_not_hold_is_named_first(transcript: Path, tmp_path: Path) -> None:
    data = bytearray(transcript.read_bytes())
    data[-300] ^= 1
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(data)
    code, page = page_of(path, "--rehearsal")
    assert code == 1
    said = page.by_id("verdict").text
    assert said.startswith("The audit DOES NOT HOLD.")
    assert "Whatever follows is only what the file says" in said
    assert re.search(r"A0\d [a-z-]+\.[a-z-]+", said)
    assert "FAILS" in page.by_id("checks").text


def test_terms_that_nobody_can_read_leave_a_page(
    transcript: Path, tmp_path: Path
) -> None:
    data = transcript.read_bytes().replace(b"equal-share", b"equal-shave")
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(data)
    code, page = page_of(path, "--rehearsal")
    assert code == 1
    assert "The file holds no legal terms" in page.by_id("verdict").text
    assert "could not be reached" in page.by_id("verdict").text


def test_roots_that_are_given_are_said_to_be(transcript: Path) -> None:
    wrong = ("--sale-id", "11" * 32)
    code, page = page_of(transcript, "--rehearsal", *wrong)
    assert code == 1
    assert "A06 roots.sale-id" in page.by_id("verdict").text
    assert "Audited against trust roots that were given" in page.by_id("verdict").text


def test_the_commands_on_it_work(transcript: Path, page: Page) -> None:
    audit = page.all("pre")[0].text.replace(" \\\n", "")
    words = audit.removeprefix("fairlot ").split()
    assert fairlot(*words, cwd=transcript.parent).code == 0


def test_above_the_limit_there_are_totals(
    transcript: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buyers, "LISTED", 3)
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(transcript.read_bytes())
    _, page = page_of(path, "--rehearsal")
    text = page.by_id("buyers").text
    assert "There are 5 nyms, more than the 3 that a page lists" in text
    assert "main33300" in text, "3 nyms, 3 units, 300 paid"
    assert not any(
        str(e.attributes.get("id")).startswith("nym-") for e in page.elements
    )


def test_many_different_chances_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "_CLASSES", 1)
    monkeypatch.setattr(figures, "_UNITS", 1)
    _, page = page_of(rehearsed(tmp_path), "--rehearsal")
    assert "smaller chance is not drawn" in page.by_id("chances").text
    assert "more units: 3 nyms" in page.by_id("buyers").text


def test_an_earlier_page_is_replaced_and_nothing_else(
    transcript: Path, tmp_path: Path
) -> None:
    assert reported(transcript, "--rehearsal")[0].code == 0
    assert reported(transcript, "--rehearsal")[0].code == 0
    mine = tmp_path / "mine.html"
    mine.write_text("<!doctype html>\n<p>mine")
    before = transcript.read_bytes()
    for path in (mine, transcript):
        ran = fairlot("report", transcript, "--rehearsal", "--out", path)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("fairlot: report.exists: ")
    assert mine.read_text() == "<!doctype html>\n<p>mine"
    assert transcript.read_bytes() == before


@pytest.mark.parametrize("place", ["no/report.html", "."])
def test_a_place_that_takes_no_file_is_refused(
    transcript: Path, tmp_path: Path, place: str
) -> None:
    ran = fairlot("report", transcript, "--rehearsal", "--out", tmp_path / place)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("fairlot: report.unusable: ")

"""The page of a sale in Chromium, with the network off."""

import csv
import re
from pathlib import Path

import pytest

from browser import needs_browser, opened, without_policy
from command import SEED, TERMS, fairlot, write_inputs

pytestmark = [needs_browser, pytest.mark.slow]

HOSTILE = "</title><script>document.body.id='ran'</script>"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a sale whose title is a script."""
    home = tmp_path_factory.mktemp("browser")
    inputs = write_inputs(home, TERMS.replace("Small sale", HOSTILE))
    out = home / "out"
    words = ("--out", out, "--seed", SEED)
    assert fairlot("run", inputs.terms, inputs.people, *words).code == 0
    path = out / "report.html"
    board = out / "transcript.fairlot"
    assert fairlot("report", board, "--rehearsal", "--out", path).code == 0
    return path


def nyms(page: Path) -> list[str]:
    table = (page.parent / "allocation.csv").read_text(encoding="utf-8")
    return [row["nym"] for row in csv.DictReader(table.splitlines())]


def test_every_nym_is_found_in_it(page: Path, tmp_path: Path) -> None:
    shown = opened(page, tmp_path)
    for nym in nyms(page):
        assert f'id="nym-{nym}"' in shown
        assert f">{nym}<" in shown
    assert '<div id="search">' in shown, "the script ran and shows its field"
    assert 'id="ran"' not in shown, "the title did not run"


def test_no_other_script_runs(page: Path, tmp_path: Path) -> None:
    """The policy stands where escaping would have failed."""
    script = "<script>document.body.dataset.ran='yes'</script></body>"
    text = page.read_text(encoding="utf-8").replace("</body>", script)
    copy = tmp_path / "copy.html"
    copy.write_text(text, encoding="utf-8")
    assert 'data-ran="yes"' not in opened(copy, tmp_path)
    copy.write_text(without_policy(text), encoding="utf-8")
    assert 'data-ran="yes"' in opened(copy, tmp_path), "it would have run"


def test_the_field_leaves_the_rows_that_fit(page: Path, tmp_path: Path) -> None:
    first, *others = nyms(page)
    typing = (
        "<script>const box=document.getElementById('find');"
        f"box.value=' {first[5:40].upper()} ';"
        "box.dispatchEvent(new Event('input'))</script></body>"
    )
    text = page.read_text(encoding="utf-8").replace("</body>", typing)
    copy = tmp_path / "copy.html"
    copy.write_text(without_policy(text), encoding="utf-8")
    shown = opened(copy, tmp_path)
    hidden = re.findall(r'<tr id="nym-([0-9a-f]+)" hidden="">', shown)
    assert hidden == others
    assert f"1 of {len(others) + 1} shown" in shown

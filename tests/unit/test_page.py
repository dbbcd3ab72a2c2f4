"""The file of the page: always the same, and what is published (specs/page.md, section 1)."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from command import fairlot
from fairlot.errors import InvariantError
from fairlot.page import assembly
from fairlot.page.assembly import BEGIN, MODULES, page, script
from kit.sales import stage
from kit.served import kept_of, reader_of

ROOT = Path(__file__).parents[2]
SOURCES = Path(assembly.__file__).parent


def test_the_published_hash_is_that_of_the_file() -> None:
    """If it is not: ``python tests/support/page_hash.py`` writes it."""
    chapter = (ROOT / "specs" / "page.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^  ([0-9a-f]{64})$", chapter) == [page().sha256]


def test_the_file_loads_nothing_and_names_what_it_runs() -> None:
    text = page().content.decode()
    assert text.startswith(BEGIN)
    assert not re.search(r"""(src|href)=["']?(?!#)[a-z]*:?//""", text)
    assert "eval(" not in text
    assert "innerHTML" not in text
    for tag in ("script", "style"):
        (found,) = re.findall(rf"(?s)<{tag}(?: type=\"module\")?>(.*?)</{tag}>", text)
        digest = base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in page().policy
    assert "default-src 'none'" in page().policy


def test_every_module_is_in_it_once() -> None:
    assert {path.stem for path in SOURCES.glob("*.js")} == {*MODULES}
    found = re.findall(r"(?m)^// ([a-z0-9]+)\.js$", script())
    assert tuple(found) == MODULES


def test_a_module_stands_behind_what_it_uses() -> None:
    with pytest.raises(InvariantError) as caught:
        script(("cbor", "bytes"))
    assert caught.value.code == "page.module"


def test_every_text_stands_in_one_module() -> None:
    """Whoever translates the page needs that one only."""
    sentence = re.compile(r'"[A-Z][a-z]+ [a-z]+ [^"]*"')
    for name in MODULES:
        text = (SOURCES / f"{name}.js").read_text(encoding="utf-8")
        if name != "texts":
            assert sentence.findall(re.sub(r"(?m)//.*$", "", text)) == [], name


def test_the_command_writes_the_file_and_nothing_over_others(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    ran = fairlot("board", "page", "--out", path)
    assert (ran.code, ran.err) == (0, "")
    assert path.read_bytes() == page().content
    assert ran.out.endswith(f"SHA-256: {page().sha256}\n")
    again = fairlot("board", "page", "--out", path, "--json")
    assert json.loads(again.out)["sha256"] == page().sha256
    other = tmp_path / "other.html"
    other.write_text("mine", encoding="utf-8")
    refused = fairlot("board", "page", "--out", other)
    assert (refused.code, "page.exists" in refused.err) == (2, True)
    assert other.read_text(encoding="utf-8") == "mine"
    lost = fairlot("board", "page", "--out", tmp_path / "none" / "page.html")
    assert (lost.code, "page.unusable" in lost.err) == (2, True)


def test_a_board_serves_the_same_bytes_under_the_policy() -> None:
    answer = reader_of(kept_of(stage(), "terms")).get("/page")
    assert (answer.status, answer.content) == (200, page().content)
    assert answer.headers["content-security-policy"] == page().policy
    assert "frame-ancestors 'none'" in page().policy
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_it_says_what_it_does_not_prove() -> None:
    text = (SOURCES / "texts.js").read_text(encoding="utf-8")
    assert "A page that the board serves proves nothing against the board" in text
    (title,) = re.findall(r'(?m)^  title: "(.*)",$', text)
    assert f"<title>{title}</title>" in page().content.decode()


def test_steps_and_codes_are_those_of_the_chapter() -> None:
    chapter = (ROOT / "specs" / "page.md").read_text(encoding="utf-8")
    texts = (SOURCES / "texts.js").read_text(encoding="utf-8")
    steps = set(re.findall(r"(?m)^(\d+)\. ", chapter))
    assert set(re.findall(r"(?m)^    (\d+): \{", texts)) <= steps
    program = "".join(
        path.read_text(encoding="utf-8")
        for path in SOURCES.glob("*.js")
        if path.stem != "texts"
    )
    raised = set(re.findall(r'"(page\.[a-z-]+)"', program))
    assert raised == set(re.findall(r"(?m)^\| (page\.[a-z-]+) \|", chapter))
    for code in raised:
        assert re.search(rf'"{re.escape(code)}":\s+"', texts), code

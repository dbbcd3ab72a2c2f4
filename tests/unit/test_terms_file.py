"""TERMS.toml: what is read, and file, line and rule of what is refused."""

import re
from pathlib import Path

import pytest

from fairlot.errors import InputError
from fairlot.terms import Pool
from fairlot.terms_file import TermsFile, check_people, read_terms_file

LINES = {
    "title": 'title = "Club concert"',
    "asset": 'asset = "seat"',
    "supply": "supply = 120",
    "mechanism": 'mechanism = "equal-share"',
    "price": "price = 4500",
    "cap": "cap = 1",
}
TOO_LARGE = "18446744073709551616"


def toml(extra: str = "", **changed: str) -> str:
    lines = {**LINES, **changed}
    return "\n".join(lines.values()) + "\n" + extra


def read(folder: Path, text: str | bytes) -> TermsFile:
    path = folder / "TERMS.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_terms_file(path)


def refused(folder: Path, text: str | bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read(folder, text)
    assert str(folder / "TERMS.toml") in caught.value.message
    return caught.value


def test_the_required_keys_are_enough(tmp_path: Path) -> None:
    assert read(tmp_path, toml()) == TermsFile(
        title="Club concert",
        asset="seat",
        pools=(Pool("main", "equal-share", 120, 4500, 1),),
        issuers=1,
        threshold=0,
        contributors=3,
        delay=65536,
    )


def test_the_optional_tables_are_read(tmp_path: Path) -> None:
    tables = "[issuers]\nn = 1\nt = 0\n[beacon]\ncontributors = 64\ndelay = 1\n"
    file = read(tmp_path, toml(tables))
    assert (file.issuers, file.threshold) == (1, 0)
    assert (file.contributors, file.delay) == (64, 1)


def test_a_beacon_with_people_who_fail_it(tmp_path: Path) -> None:
    lines = "contributors = 5\ndepositors = 7\nabsent = 2\nwithhold = 3\n"
    file = read(tmp_path, toml(f"[beacon]\n{lines}min_commits = 1\n"))
    assert (file.depositors, file.absent, file.withhold) == (7, 2, 3)
    assert file.min_commits == 1


@pytest.mark.parametrize("line", ["", "min_commits = 5\n"])
def test_all_of_the_roster_is_one_thing_to_say(tmp_path: Path, line: str) -> None:
    file = read(tmp_path, toml(f"[beacon]\ncontributors = 5\n{line}"))
    assert (file.depositors, file.absent, file.withhold) == (0, 0, 0)
    assert file.min_commits is None


def test_the_draw_may_wait_for_a_clock_of_its_own(tmp_path: Path) -> None:
    assert read(tmp_path, toml('[beacon]\ndrand = "own"\n')).own_clock
    assert not read(tmp_path, toml()).own_clock


def test_who_contributes_must_be_on_the_list(tmp_path: Path) -> None:
    file = read(tmp_path, toml("[beacon]\ndepositors = 3\n"))
    check_people(file, 3)
    with pytest.raises(InputError) as caught:
        check_people(file, 2)
    assert caught.value.code == "terms-file.depositors"


@pytest.mark.parametrize(
    "extra",
    ["[issuers]\n", "[issuers]\nn = 1\n", "[beacon]\n", "beacon.delay = 65536\n"],
)
def test_a_table_may_be_given_in_part(tmp_path: Path, extra: str) -> None:
    assert read(tmp_path, toml(extra)) == read(tmp_path, toml())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("supply = 0", 0),
        ("supply = 18446744073709551615", 2**64 - 1),
        ("supply = 1_000", 1000),
        ("supply = 0x10", 16),
        ("supply = +5", 5),
    ],
)
def test_integers_as_toml_writes_them(tmp_path: Path, line: str, expected: int) -> None:
    assert read(tmp_path, toml(supply=line)).pools[0].supply == expected


def test_byte_order_mark_and_crlf_are_accepted(tmp_path: Path) -> None:
    text = "\ufeff" + toml().replace("\n", "\r\n")
    assert read(tmp_path, text) == read(tmp_path, toml())


@pytest.mark.parametrize(
    ("key", "line", "code"),
    [
        ("supply", "supply = -1", "range"),
        ("supply", f"supply = {TOO_LARGE}", "range"),
        ("supply", "supply = true", "integer"),
        ("supply", "supply = 120.0", "integer"),
        ("supply", "supply = 1e3", "integer"),
        ("supply", "supply = nan", "integer"),
        ("supply", 'supply = "120"', "integer"),
        ("supply", "supply = [120]", "integer"),
        ("supply", "supply = {n = 120}", "integer"),
        ("supply", "supply = 2030-01-01", "integer"),
        ("supply", "supply = 0x" + "f" * 9000, "range"),
        ("price", "price = -1", "range"),
        ("price", f"price = {TOO_LARGE}", "range"),
        ("price", "price = false", "integer"),
        ("cap", "cap = 0", "range"),
        ("cap", f"cap = {TOO_LARGE}", "range"),
        ("cap", "cap = true", "integer"),
        ("title", "title = 5", "text"),
        ("title", "title = true", "text"),
        ("title", 'title = ""', "text"),
        ("title", 'title = " concert"', "text"),
        ("title", 'title = "concert "', "text"),
        ("title", 'title = "a\\u0000"', "text"),
        ("title", 'title = "a\\tb"', "text"),
        ("title", 'title = "e\\u0301"', "text"),
        ("title", f'title = "{"é" * 101}"', "text"),
        ("asset", "asset = [0xffff]", "text"),
        ("asset", 'asset = "\\u2028"', "text"),
        ("mechanism", 'mechanism = "lottery"', "mechanism"),
        ("mechanism", 'mechanism = "Equal-Share"', "mechanism"),
        ("mechanism", "mechanism = 1", "text"),
    ],
)
def test_a_bad_value_is_refused_with_its_line(
    tmp_path: Path, key: str, line: str, code: str
) -> None:
    error = refused(tmp_path, toml(**{key: line}))
    number = list(LINES).index(key) + 1
    assert error.code == f"terms-file.{code}"
    assert f", line {number}, {key}: " in error.message


@pytest.mark.parametrize(
    ("extra", "code", "place"),
    [
        ("[beacon]\n\ndelay = 0\n", "range", "line 9, beacon.delay"),
        ("[beacon]\ndelay = 1099511627777\n", "range", "line 8, beacon.delay"),
        ("[beacon]\ndelay = true\n", "integer", "line 8, beacon.delay"),
        ("[beacon]\ncontributors = 0\n", "range", "line 8, beacon.contributors"),
        ("[beacon]\ncontributors = 65\n", "range", "line 8, beacon.contributors"),
        ("[beacon]\nround = 7\n", "unknown", "line 8, beacon.round"),
        ("[beacon]\ndepositors = -1\n", "range", "line 8, beacon.depositors"),
        ("[beacon]\ndepositors = true\n", "integer", "line 8, beacon.depositors"),
        ("[beacon]\nabsent = -1\n", "range", "line 8, beacon.absent"),
        ("[beacon]\nabsent = 4\n", "range", "line 8, beacon.absent"),
        ("[beacon]\nwithhold = -1\n", "range", "line 8, beacon.withhold"),
        ("[beacon]\nwithhold = 4\n", "range", "line 8, beacon.withhold"),
        ("[beacon]\nabsent = 2\nwithhold = 2\n", "range", "line 9, beacon.withhold"),
        ("[beacon]\nwithhold = 1.0\n", "integer", "line 8, beacon.withhold"),
        ('[beacon]\ndrand = "quicknet"\n', "drand", "line 8, beacon.drand"),
        ('[beacon]\ndrand = ""\n', "text", "line 8, beacon.drand"),
        ("[beacon]\ndrand = true\n", "text", "line 8, beacon.drand"),
        ("[beacon]\nmin_commits = 0\n", "range", "line 8, beacon.min_commits"),
        ("[beacon]\nmin_commits = 4\n", "range", "line 8, beacon.min_commits"),
        ('[beacon]\nmin_commits = "2"\n', "integer", "line 8, beacon.min_commits"),
        ("[beacon]\nmin-commits = 2\n", "unknown", "line 8, beacon.min-commits"),
        ('"beacon" . "delay" = 0\n', "range", "line 7, beacon.delay"),
        ("beacon = {delay = 0}\n", "range", "line 7, beacon.delay"),
        ("beacon = 3\n", "table", "line 7, beacon"),
        ("[[beacon]]\ndelay = 1\n", "table", "line 7, beacon"),
        ("[issuers]\nn = 3\nt = 0\n", "issuers", "line 8, issuers.n"),
        ("[issuers]\nn = 1\nt = 1\n", "issuers", "line 9, issuers.t"),
        ("[issuers]\nn = 0\n", "issuers", "line 8, issuers.n"),
        ("[issuers]\nn = true\n", "integer", "line 8, issuers.n"),
        ("[issuers]\nm = 1\n", "unknown", "line 8, issuers.m"),
        ("issuers = 1\n", "table", "line 7, issuers"),
        ('[[pool]]\nname = "main"\n', "unknown", "line 7, pool"),
        ("[Beacon]\ndelay = 1\n", "unknown", "line 7, Beacon"),
        ("v = 1\n", "unknown", "line 7, v"),
    ],
)
def test_a_bad_table_is_refused_with_its_line(
    tmp_path: Path, extra: str, code: str, place: str
) -> None:
    error = refused(tmp_path, toml(extra))
    assert error.code == f"terms-file.{code}"
    assert f", {place}: " in error.message


@pytest.mark.parametrize("key", LINES)
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    error = refused(tmp_path, toml(**{key: "# left out"}))
    assert error.code == "terms-file.missing"
    assert f", {key}: must be given" in error.message


def test_a_mistyped_key_is_met_with_the_right_one(tmp_path: Path) -> None:
    error = refused(tmp_path, toml(supply="suply = 120"))
    assert error.code == "terms-file.unknown"
    assert "line 3, suply" in error.message
    assert "did you mean supply?" in error.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (toml(supply="supply = "), 3),
        (toml(supply="supply = 0120"), 3),
        (toml(supply="supply = 1,000"), 3),
        (toml("cap = 2\n"), 7),
        (toml("cap = 2"), 7),
        (toml("[beacon]\n[beacon]\n"), 8),
        (toml("x = \x00\n"), 7),
        (toml(title='title = "a\x1b"'), 1),
    ],
)
def test_what_is_not_toml_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int
) -> None:
    error = refused(tmp_path, text)
    assert error.code == "terms-file.toml"
    assert f", line {line}: " in error.message


@pytest.mark.parametrize(
    "text",
    [toml(supply="supply = " + "9" * 9000), toml("x = " + "[" * 100_000)],
)
def test_what_toml_readers_choke_on_is_refused(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text).code == "terms-file.toml"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \n\r\n\t\n", "empty"),
        (b"# nothing\n", "missing"),
        (b"\xff\xfet\x00", "utf8"),
        (b'title = "\xe9"\n', "utf8"),
        (b'title = "\xed\xa0\x80"\n', "utf8"),
        (b'title = "a"\rasset = "b"\n', "line-end"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    assert refused(tmp_path, data).code == f"terms-file.{code}"


def test_the_line_of_a_wrong_byte_is_named(tmp_path: Path) -> None:
    data = toml().encode().replace(b"concert", b"con\xffcert")
    assert ", line 1: " in refused(tmp_path, data).message


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(InputError, match=re.escape(str(path))) as caught:
            read_terms_file(path)
        assert caught.value.code == "terms-file.unreadable"

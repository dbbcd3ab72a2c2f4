"""Tables for people: short ones fitted to a terminal, long ones row by row."""

import sys
from collections.abc import Iterator

import pytest

from fairlot.cli.table import show_table

SHORT, LONG = 300, 301
COLUMNS = ("who", "chance")


def rows(count: int) -> Iterator[tuple[str, str]]:
    return ((f"P{number:03}", f"{number}/7") for number in range(count))


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_a_long_table_reads_as_a_short_one(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(COLUMNS, rows(SHORT))
    short = printed(capsys)
    show_table(COLUMNS, rows(LONG))
    long = printed(capsys)
    assert [line.split() for line in long[:-1]] == [line.split() for line in short]
    assert len(long) == LONG + 2
    assert long[-1] == "P300   300/7"
    assert len({line.index("/7") - len(line.split()[1]) for line in long[2:]}) == 1


@pytest.mark.parametrize("count", [1, LONG])
def test_a_rule_in_a_pipe_is_not_as_wide_as_a_sentence(
    capsys: pytest.CaptureFixture[str], count: int
) -> None:
    sentence = "word " * 60
    show_table(COLUMNS, ((name, sentence) for name, _ in rows(count)))
    lines = printed(capsys)
    assert lines[1] == "─" * 100
    assert all(sentence.strip() in line for line in lines[2:])


@pytest.mark.parametrize("count", [1, LONG])
def test_a_rule_on_a_terminal_is_no_wider_than_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "dumb")
    show_table(COLUMNS, ((name, "word " * 60) for name, _ in rows(count)))
    rules = [line for line in printed(capsys) if "─" in line]
    assert rules
    assert all(len(rule) <= 40 for rule in rules)


def test_rows_are_written_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    """A long table takes no more memory than its first rows."""
    written: list[int] = []

    def counted() -> Iterator[tuple[str, str]]:
        for number, row in enumerate(rows(1000)):
            yield row
            if number in (LONG, 999):
                written.append(len(printed(capsys)))

    show_table(COLUMNS, counted())
    assert written == [2 + LONG + 1, 1000 - LONG - 1]


def test_wide_letters_and_what_would_steer_a_terminal_keep_the_columns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_table(COLUMNS, [("竹内", "1"), ("\x1b[2J", "2"), *rows(LONG)])
    lines = printed(capsys)
    assert lines[2] == "竹内      1"
    assert lines[3] == "\\x1b[2J   2"


@pytest.mark.parametrize("count", [2, LONG])
def test_a_table_without_headings_has_no_rule(
    capsys: pytest.CaptureFixture[str], count: int
) -> None:
    show_table(("", ""), rows(count))
    lines = printed(capsys)
    assert len(lines) == count
    assert lines[0] == "P000   0/7"

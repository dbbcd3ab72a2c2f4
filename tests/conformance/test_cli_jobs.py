"""``--jobs`` of the commands that verify a whole transcript: it changes no answer."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self, TypeVar

import pytest

from command import fairlot, in_process
from fairlot.cli import transcript as module
from fairlot.cli import verdicts
from fairlot.cli.verdicts import KEY_VARIABLE

T = TypeVar("T")
R = TypeVar("R")


class Processes:
    """Stands for processes, and counts what they are given."""

    given = 0

    def __init__(self, count: int) -> None:
        assert count == 2

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        Processes.given += len(jobs)
        return map(function, jobs)


@pytest.fixture
def path(
    tmp_path: Path, concert_transcript: bytes, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "own.key"))
    monkeypatch.setattr(module, "Processes", Processes)
    monkeypatch.setattr(Processes, "given", 0)
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(concert_transcript)
    return path


def page(path: Path) -> bytes:
    return path.with_name("page.html").read_bytes()


@pytest.mark.thorough
@pytest.mark.parametrize("word", ["inspect", "settle", "report"])
def test_several_processes_give_the_same_answer(
    path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    more: tuple[str, ...] = ("--json",)
    if word == "report":
        more = ("--rehearsal", "--out", str(path.with_name("page.html")))
    with in_process():
        short = fairlot(word, path, *more, "--no-cache", "--jobs", "2")
        assert (short.code, Processes.given) == (0, 0)
        shown = page(path) if word == "report" else b""
        monkeypatch.setattr(module, "MANY", 0)
        long = fairlot(word, path, *more, "--no-cache", "--jobs", "2")
    assert (long.code, long.out, long.err) == (short.code, short.out, short.err)
    assert Processes.given > 2
    assert word != "report" or page(path) == shown


def test_nobody_is_started_where_verdicts_are_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MANY", 0)
    monkeypatch.setattr(verdicts, "LEAST", 1)
    with in_process():
        first = fairlot("inspect", path, "--jobs", "2")
        asked = Processes.given
        assert asked
        again = fairlot("inspect", path, "--jobs", "2")
    assert Processes.given == asked
    assert again.out == first.out

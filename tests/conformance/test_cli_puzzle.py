"""``fairlot puzzle``: the key of an answer, typed or read."""

import subprocess

import pytest

from command import FAIRLOT, fairlot
from fairlot.deposit.puzzle import answer_key

ANSWER = "the owl of Minerva spreads its wings"
KEY = answer_key(ANSWER).public.hex()


def from_input(data: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [FAIRLOT, "puzzle", "-"],
        input=data,
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_it_prints_the_public_key_and_nothing_else() -> None:
    ran = fairlot("puzzle", ANSWER)
    assert (ran.code, ran.out, ran.err) == (0, f"{KEY}\n", "")


@pytest.mark.parametrize(
    "end",
    [
        b"\n",
        pytest.param(b"\r\n", marks=pytest.mark.slow),
        pytest.param(b"", marks=pytest.mark.slow),
    ],
)
def test_the_answer_can_be_read_so_that_no_shell_keeps_it(end: bytes) -> None:
    done = from_input(ANSWER.encode() + end)
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, f"{KEY}\n", b"")


def test_a_short_answer_is_warned_of() -> None:
    ran = fairlot("puzzle", "42")
    assert ran.out == f"{answer_key('42').public.hex()}\n"
    assert ran.code == 0
    assert "guessed" in ran.err


@pytest.mark.parametrize("answer", ["", " owl", "a" * 201])
def test_what_is_no_answer_is_refused_with_its_rule(answer: str) -> None:
    ran = fairlot("puzzle", answer)
    assert (ran.code, ran.out) == (2, "")
    assert "the answer" in ran.err


@pytest.mark.slow
def test_bytes_that_are_no_text_are_refused() -> None:
    done = from_input(b"\xff\n")
    assert (done.returncode, done.stdout) == (2, b"")


def test_help_says_what_the_history_keeps() -> None:
    ran = fairlot("puzzle", "--help")
    assert ran.code == 0
    assert "history" in ran.out
    assert "fairlot puzzle -" in ran.out

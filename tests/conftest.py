"""What many tests look at: one small sale, made once a process."""

import pytest

from lying_board import LyingBoard
from sales import Stage, stage, transcript


@pytest.fixture(scope="session")
def concert() -> Stage:
    """A sale of one seat to two people."""
    return stage()


@pytest.fixture(scope="session")
def concert_transcript(concert: Stage) -> bytes:
    """Its transcript, from terms to result."""
    return transcript(concert)


@pytest.fixture
def liar(concert: Stage) -> LyingBoard:
    """A board of that sale that appends whatever it likes."""
    return LyingBoard(concert)

"""How all tests run, and what many look at: one small sale, made once a process."""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from command import PROCESSES
from fairlot.cli.settings import CONFIG_VARIABLE, SETTINGS
from fairlot.cli.verdicts import KEY_VARIABLE
from kit.lying_board import LyingBoard, played
from kit.sales import stage, transcript
from kit.stage import Stage
from postgres_server import Server, started

_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""However slow the machine is: what is tested is what is found, never how soon."""
settings.register_profile("default", _UNHURRIED, max_examples=20)
settings.register_profile(
    "ci", _UNHURRIED, max_examples=50, derandomize=True, print_blob=True
)
settings.register_profile("nightly", _UNHURRIED, max_examples=1_000)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that the tests of the command line know."""
    parser.addoption(
        "--processes",
        action="store_true",
        help="run every command in a process of its own",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Hand the option on to the tests, and to the workers that run them.

    All of them keep what they compile: hundreds of processes are started, and each would
    compile the same sources again.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # No test reads or draws the key of whoever runs it; those of verdicts have their own.
    os.environ[KEY_VARIABLE] = f"{os.devnull}/none"
    # Nor their settings.
    os.environ[CONFIG_VARIABLE] = os.devnull
    for setting in SETTINGS:
        os.environ.pop(setting.variable, None)
    if config.getoption("--processes"):
        os.environ[PROCESSES] = "1"


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
    """A board of that sale that appends whatever it likes, behind the registry's log."""
    return played(concert, "roll")


@pytest.fixture(scope="session")
def postgres() -> Generator[Server]:
    """A server of PostgreSQL; it takes seconds to start, so its tests are slow ones."""
    with started() as server:
        yield server

"""The specification and the source say the same."""

import subprocess
import sys

import pytest

import check_specs


@pytest.mark.slow
def test_specification_and_source_agree() -> None:
    assert check_specs.problems() == []


@pytest.mark.slow
def test_the_check_is_one_command() -> None:
    command = [sys.executable, check_specs.__file__]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")

"""Where published vectors of other projects lie; they are never copied here."""

import os
from pathlib import Path

import pytest

VARIABLE = "FAIRLOT_EXTERNAL_VECTORS"


def external_roots() -> tuple[Path, ...]:
    """Return the folders that were named, separated as in PATH; skip where there are none."""
    named = os.environ.get(VARIABLE)
    if not named:
        pytest.skip(
            f"{VARIABLE} is not set: see tests/EXTERNAL.md for how to collect them"
        )
    roots = tuple(Path(each) for each in named.split(os.pathsep))
    for root in roots:
        if not root.is_dir():
            pytest.fail(f"{VARIABLE} is set, but {root} is not a folder")
    return roots


def external_vectors(name: str) -> Path:
    """Return a folder or file of the external vectors; skip where it was not collected."""
    paths = [root / name for root in external_roots()]
    found = next((path for path in paths if path.exists()), None)
    if found is None:
        pytest.skip(f"{name} is in no folder of {VARIABLE}: see tests/EXTERNAL.md")
    return found

"""Where published vectors of other projects lie; they are never copied here."""

import os
from pathlib import Path

import pytest

VARIABLE = "FAIRLOT_EXTERNAL_VECTORS"


def external_vectors(folder: str) -> Path:
    """Return ``folder`` below the external vectors; skip where there are none."""
    root = os.environ.get(VARIABLE)
    if not root:
        pytest.skip(
            f"{VARIABLE} is not set: see tests/EXTERNAL.md for how to collect them"
        )
    path = Path(root) / folder
    if not path.is_dir():
        pytest.fail(f"{VARIABLE} is set, but {path} is not a folder")
    return path

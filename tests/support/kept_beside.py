"""What a user's commands keep beside the file of a sale, with a key of the user's own."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from fairlot.cli.verdicts import KEY_VARIABLE


@contextmanager
def users_key(folder: Path, keeper: ModuleType) -> Generator[Path]:
    """Give the user a key of their own, and let something be kept of small logs too."""
    key = folder / "home" / "verdict.key"
    with (
        patch.dict(os.environ, {KEY_VARIABLE: str(key)}),
        patch.object(keeper, "LEAST", 1),
    ):
        yield key


def file_of(folder: Path, transcript: bytes) -> Path:
    """Write the file of a small sale."""
    path = folder / "sale.fairlot"
    path.write_bytes(transcript)
    return path

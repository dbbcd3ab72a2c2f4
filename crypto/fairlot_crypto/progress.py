"""How long work tells whoever waits how far it is."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Told of long work: how much is done, and of how much."""


def silent(_done: int, _total: int) -> None:
    """Take no notice of progress."""

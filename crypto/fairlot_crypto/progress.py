"""How far long work has come: what it tells whoever waits for it."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Called now and then during long work, with how much is done and how much there is."""


def silent(_done: int, _total: int) -> None:
    """Ignore progress."""

"""QR codes, by what only those who want one have installed."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from fairlot.cli.extras import extra
from fairlot.errors import InputError

_DOTS = 4
"""Pixels of a module."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A QR code."""

    rows: tuple[str, ...]
    """One a row of modules, ``1`` for a dark one; without the blank border."""
    png: bytes
    """A picture, with the border."""
    address: str
    """The same as a ``data:`` address."""


def code_maker(
    fail: Callable[[str], InputError],
) -> Callable[[bytes, Literal["byte", "alphanumeric"]], Drawn]:
    """Return what draws a code of bytes in a mode (ISO/IEC 18004).

    Args:
        fail: makes the error where nothing is installed that draws.

    Raises:
        InputError: as ``fail`` makes it.
    """
    with extra("paper", fail):
        import segno  # noqa: PLC0415

    def draw(data: bytes, mode: Literal["byte", "alphanumeric"]) -> Drawn:
        code = segno.make_qr(data, error="l", mode=mode)
        rows = tuple("".join(map(str, row)) for row in code.matrix)
        file = BytesIO()
        code.save(file, kind="png", scale=_DOTS)
        return Drawn(rows, file.getvalue(), code.png_data_uri(scale=_DOTS))

    return draw

"""Files that people write, and errors that name the place (specs/terms-file.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fairlot.errors import InputError, reason_of
from fairlot.text import Fail

_BYTE_ORDER_MARK = "\ufeff"
_BLANKS = " \t\n"


@dataclass(frozen=True, slots=True)
class InputFile:
    """The text of a file, and the means to report errors in it."""

    path: Path
    text: str
    """The text without a byte order mark, with lines ending in LF."""

    def error(
        self, code: str, problem: str, *, line: int | None = None, field: str = ""
    ) -> InputError:
        """Return an error at a place of this file."""
        place = str(self.path)
        if line is not None:
            place += f", line {line}"
        if field:
            place += f", {field}"
        return InputError(code, f"{place}: {problem}", line=line, field=field)


class Refusals:
    """Collects what is wrong with a file, so that people can mend all of it at once."""

    def __init__(self) -> None:
        """Start with nothing wrong."""
        self._found: list[InputError] = []

    def add(self, error: InputError) -> None:
        """Note what is wrong, from the beginning of the file to its end."""
        self._found.append(error)

    def check(self) -> None:
        """Check that nothing is wrong.

        Raises:
            InputError: the first that was noted, with the others in ``more``.
        """
        if self._found:
            first, *more = self._found
            first.more = tuple(more)
            raise first


def recoded(error: InputError, code: Callable[[str], str]) -> InputError:
    """Return an error of one kind of list, with all in its ``more``, as one of another.

    Args:
        error: as the readers of all lists raise it.
        code: returns the code of the other kind.
    """
    own = InputError(
        code(error.code), error.message, line=error.line, field=error.field
    )
    own.more = tuple(recoded(each, code) for each in error.more)
    return own


def read_bytes(path: Path, fail: Fail) -> bytes:
    """Return the bytes of a file; ``fail`` is as in ``fairlot.text.check_text``."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise fail(f"cannot be read: {reason_of(error)}") from error


def utf8_text(data: bytes, fail: Callable[[str, int], InputError]) -> str:
    """Return the text of a file without a byte order mark, with CRLF as LF.

    Args:
        data: the bytes of the file.
        fail: makes the error from what is wrong and the line, from 1.

    Raises:
        InputError: as ``fail`` makes it.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = "is not UTF-8: save the file with the encoding UTF-8"
        raise fail(problem, line) from error
    return text.removeprefix(_BYTE_ORDER_MARK).replace("\r\n", "\n")


def read_input(path: Path) -> InputFile:
    """Return the text of TERMS.toml (specs/terms-file.md, section 2).

    Raises:
        InputError: ``terms-file.unreadable``, ``terms-file.utf8``, ``terms-file.line-end``,
            ``terms-file.empty``.
    """
    nowhere = InputFile(path, "")
    # Step 1.
    data = read_bytes(path, lambda why: nowhere.error("terms-file.unreadable", why))
    # Step 2.
    text = utf8_text(
        data, lambda why, line: nowhere.error("terms-file.utf8", why, line=line)
    )
    # Step 3.
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        problem = "holds a carriage return without line feed: end lines with LF"
        raise nowhere.error("terms-file.line-end", problem, line=line)
    # Step 4.
    if not text.strip(_BLANKS):
        problem = "is empty: nothing can be sold with it"
        raise nowhere.error("terms-file.empty", problem)
    return InputFile(path, text)

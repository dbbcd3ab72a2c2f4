"""Files that a person writes, and errors that say where (specs/terms-file.md)."""

from dataclasses import dataclass
from pathlib import Path

from fairlot.errors import InputError

_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class InputFile:
    """The text of a file, and where errors in it are reported."""

    path: Path
    subject: str
    """First half of the error codes: ``terms-file`` or ``people-file``."""
    text: str
    """Without byte order mark, lines ending in LF."""

    def error(
        self, rule: str, problem: str, *, line: int | None = None, field: str = ""
    ) -> InputError:
        """Return the error ``subject.rule`` at a place of this file."""
        place = str(self.path)
        if line is not None:
            place += f", line {line}"
        if field:
            place += f", {field}"
        return InputError(f"{self.subject}.{rule}", f"{place}: {problem}")


def read_input(path: Path, subject: str) -> InputFile:
    """Return the text of a file (specs/terms-file.md, section 2).

    Args:
        path: the file.
        subject: first half of the error codes.

    Raises:
        InputError: ``*.unreadable``, ``*.utf8``, ``*.empty``, ``*.line-end``.
    """
    nowhere = InputFile(path, subject, "")
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise nowhere.error("unreadable", f"cannot be read: {reason}") from error
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = "is not UTF-8: save the file with the encoding UTF-8"
        raise nowhere.error("utf8", problem, line=line) from error
    text = text.removeprefix(_BYTE_ORDER_MARK).replace("\r\n", "\n")
    if not text.strip():
        raise nowhere.error("empty", "is empty: nothing can be sold with it")
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        problem = "holds a carriage return without line feed: end lines with LF"
        raise nowhere.error("line-end", problem, line=line)
    return InputFile(path, subject, text)

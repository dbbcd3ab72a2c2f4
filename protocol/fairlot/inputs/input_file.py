"""Files that people write, and errors that name the place (specs/terms-file.md)."""

from dataclasses import dataclass
from pathlib import Path

from fairlot.errors import InputError

_BYTE_ORDER_MARK = "\ufeff"
_BLANKS = " \t\n"


@dataclass(frozen=True, slots=True)
class FileCodes:
    """The codes of what can be wrong with any file, for one kind of file."""

    unreadable: str
    utf8: str
    empty: str
    line_end: str


TERMS_FILE_CODES = FileCodes(
    unreadable="terms-file.unreadable",
    utf8="terms-file.utf8",
    empty="terms-file.empty",
    line_end="terms-file.line-end",
)
PEOPLE_FILE_CODES = FileCodes(
    unreadable="people-file.unreadable",
    utf8="people-file.utf8",
    empty="people-file.empty",
    line_end="people-file.line-end",
)


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


def read_input(path: Path, codes: FileCodes) -> InputFile:
    """Return the text of a file (specs/terms-file.md, section 2).

    Args:
        path: the file.
        codes: of the errors.

    Raises:
        InputError: ``codes.unreadable``, ``codes.utf8``, ``codes.empty``,
            ``codes.line_end``.
    """
    nowhere = InputFile(path, "")
    # Step 1.
    try:
        data = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read: {error.strerror or 'unknown reason'}"
        raise nowhere.error(codes.unreadable, problem) from error
    # Step 2.
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = "is not UTF-8: save the file with the encoding UTF-8"
        raise nowhere.error(codes.utf8, problem, line=line) from error
    # Step 3.
    text = text.removeprefix(_BYTE_ORDER_MARK).replace("\r\n", "\n")
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        problem = "holds a carriage return without line feed: end lines with LF"
        raise nowhere.error(codes.line_end, problem, line=line)
    # Step 4.
    if not text.strip(_BLANKS):
        raise nowhere.error(codes.empty, "is empty: nothing can be sold with it")
    return InputFile(path, text)

"""The text of a list, whatever program saved it (specs/terms-file.md, section 4.1)."""

from pathlib import Path

from fairlot.inputs.input_file import InputFile, read_bytes
from fairlot.text import shown

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
"""Byte order marks, and the encoding that each stands for."""
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How the files of spreadsheet programs begin."""
_REMEDY = "save the list as “CSV UTF-8”"
_END_OF_FILE = "\x1a\n"
"""Control-Z, which once ended files."""


def read_sheet_text(path: Path) -> InputFile:
    """Return the text of a list.

    Raises:
        InputError: ``people-file.unreadable``, ``people-file.utf8``.
    """
    nowhere = InputFile(path, "")
    # Step 1.
    data = read_bytes(path, lambda why: nowhere.error("people-file.unreadable", why))
    # Step 2.
    mark, encoding = next((m for m in _MARKS if data.startswith(m[0])), (b"", "utf-8"))
    begin = len(mark)
    if data.startswith(_WORKBOOKS):
        problem = f"is a workbook and not CSV: {_REMEDY}"
        raise nowhere.error("people-file.utf8", problem, line=1)
    if not mark and b"\x00" in data[:2]:
        problem = f"is UTF-16 without a byte order mark: {_REMEDY}"
        raise nowhere.error("people-file.utf8", problem, line=1)
    try:
        text = data[begin:].decode(encoding)
    except UnicodeDecodeError as error:
        before = data[begin : begin + error.start].decode(encoding, "replace")
        line = _with_line_feeds(before).count("\n") + 1
        problem = (
            f"is not {encoding[:6].upper()}{_guess(data, encoding, line)}: {_REMEDY}"
        )
        raise nowhere.error("people-file.utf8", problem, line=line) from error
    # Steps 3 and 4.
    return InputFile(path, _with_line_feeds(text).rstrip(_END_OF_FILE))


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _guess(data: bytes, encoding: str, line: int) -> str:
    """Return what a line would be in the encoding that is the usual one otherwise."""
    if encoding != "utf-8":
        return ""
    lines = _with_line_feeds(data.decode("cp1252", "replace")).split("\n")
    return f" (as Windows-1252 it would be {shown(lines[line - 1])})"

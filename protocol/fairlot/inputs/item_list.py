"""A list of items: one voucher code a line (specs/delivery.md, section 3)."""

from pathlib import Path

from fairlot.errors import InputError
from fairlot.inputs.input_file import InputFile, Refusals, read_bytes, utf8_text
from fairlot.text import check_text


def read_item_list(path: Path) -> tuple[bytes, ...]:
    """Return the items of a file, in its order, each as the UTF-8 of its line.

    Raises:
        InputError: ``items-file.unreadable``, ``items-file.utf8``, ``items-file.empty``,
            ``items-file.text``, ``items-file.twice``, with the line; what else is wrong
            with the file is in ``more``.
    """
    file = InputFile(path, "")
    # Step 8.
    data = read_bytes(path, lambda why: file.error("items-file.unreadable", why))
    text = utf8_text(
        data, lambda why, line: file.error("items-file.utf8", why, line=line)
    )
    # Step 9.
    lines = text.rstrip("\n").split("\n")
    if lines == [""]:
        raise file.error("items-file.empty", "holds no item: write one a line")
    refusals = Refusals()
    seen: dict[str, int] = {}
    for number, item in enumerate(lines, 1):
        _check_line(file, refusals, number, item)
        first = seen.setdefault(item, number)
        if item and first != number:
            problem = f"stands in line {first} already: two people would get one item"
            refusals.add(file.error("items-file.twice", problem, line=number))
    refusals.check()
    return tuple(item.encode() for item in lines)


def _check_line(file: InputFile, refusals: Refusals, number: int, item: str) -> None:
    """Check one line (step 10)."""

    # Step 10.
    def fail(problem: str) -> InputError:
        return file.error("items-file.text", f"the item {problem}", line=number)

    if not item:
        refusals.add(fail("is empty: remove the line, or write an item"))
        return
    try:
        check_text(item, fail)
    except InputError as error:
        refusals.add(error)

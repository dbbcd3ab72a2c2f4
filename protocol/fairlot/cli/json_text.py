"""JSON as commands print it: a line for each row of a list, made as it is written."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from fairlot.text import Viewed, json_view

_INDENT = "  "
_ONE_LINE = json.JSONEncoder()
_SCALARS = frozenset((str, int, bool, bytes, type(None)))


def formatted(
    form: str, document: Mapping[str, Viewed], version: int = 1
) -> dict[str, Viewed]:
    """Return a document behind its format and version.

    Args:
        form: the name of the format, that of a schema: ``specs/json/<form>.schema.json``.
        document: what there is to say.
        version: of the format; a key that goes or means something else raises it.
    """
    return {"format": f"fairlot/{form}", "version": version, **document}


def json_lines(document: Mapping[str, Viewed]) -> Iterator[str]:
    """Yield the lines of the JSON view of a document.

    Maps and lists in a list get a line each, unless they hold such lists in turn; so a row
    becomes a text only when it is printed.
    """
    yield "{"
    yield from _members(document, _INDENT)
    yield "}"


def _members(values: Mapping[str, Viewed], indent: str) -> Iterator[str]:
    last = len(values)
    for number, (name, value) in enumerate(values.items(), 1):
        comma = "," if number < last else ""
        yield from _value(value, f"{indent}{json.dumps(name)}: ", indent, comma)


def _value(value: Viewed, before: str, indent: str, after: str) -> Iterator[str]:
    """Yield the lines of a value, with what stands before and after it."""
    if isinstance(value, dict) and _is_long(value):
        yield f"{before}{{"
        yield from _members(value, indent + _INDENT)
        yield f"{indent}}}{after}"
    elif _is_list(value) and _is_long(value):
        yield f"{before}["
        inner, last = indent + _INDENT, len(value)
        for number, item in enumerate(value, 1):
            yield from _value(item, inner, inner, "," if number < last else "")
        yield f"{indent}]{after}"
    else:
        text = _ONE_LINE.encode(json_view({"": value})[""])
        yield f"{before}{text}{after}"


def _is_long(value: Viewed) -> bool:
    """Tell whether a value takes several lines: a list in it holds maps or lists."""
    if isinstance(value, dict):
        return any(_is_long(item) for item in value.values() if not _is_scalar(item))
    return _is_list(value) and not all(map(_is_scalar, value))


def _is_scalar(value: Viewed) -> bool:
    return type(value) in _SCALARS


def _is_list(value: Viewed) -> TypeGuard[Sequence[Viewed]]:
    return isinstance(value, list | tuple)

"""Values as TOML, for people to read: nothing is hashed or signed over it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from fairlot_crypto.cbor import Value

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_lines(values: Mapping[str, Value]) -> Iterator[str]:
    """Yield the lines of a TOML document; byte strings are in hexadecimal.

    Args:
        values: without null, which TOML has not.
    """
    tables = {k: v for k, v in values.items() if isinstance(v, dict)}
    arrays = {k: v for k, v in values.items() if _is_tables(v)}
    for name, value in values.items():
        if name not in tables and name not in arrays:
            yield f"{_key(name)} = {_inline(value)}"
    for name, table in tables.items():
        yield from ("", f"[{_key(name)}]")
        yield from _table(table)
    for name, array in arrays.items():
        for each in array if isinstance(array, list) else ():
            yield from ("", f"[[{_key(name)}]]")
            yield from _table(each)


def _table(table: Value) -> Iterator[str]:
    if isinstance(table, dict):
        for name, value in table.items():
            yield f"{_key(name)} = {_inline(value)}"


def _is_tables(value: Value) -> bool:
    return (
        isinstance(value, list)
        and value != []
        and all(isinstance(v, dict) for v in value)
    )


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _inline(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return _text(value.hex())
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        pairs = (f"{_key(name)} = {_inline(each)}" for name, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_inline, value))}]"
    return str(value)


def _text(text: str) -> str:
    # A basic string of TOML escapes as JSON does, but for U+007F.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

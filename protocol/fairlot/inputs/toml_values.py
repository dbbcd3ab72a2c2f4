"""Values of attributes in TERMS.toml, and ranges (specs/terms-file.md, section 3.4)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from fairlot.errors import Where
from fairlot.fields import Fields
from fairlot.inputs.toml_file import TomlFile
from fairlot.terms.pool_rules import MAX_VALUES
from fairlot.text import shown

VALUES_CODES: Mapping[str, str] = {
    "requires": "terms-file.requires",
    "excludes": "terms-file.excludes",
}
"""The keys whose values are listed here, each with the code of a range that is none."""

_RANGE = re.compile(r"(0|[1-9][0-9]{0,18})\.\.(0|[1-9][0-9]{0,18})")
_NEARLY = re.compile(r"\s*[0-9]+\s*(?:\.{2,}|…)\s*[0-9]+\s*")


def listed_values(source: TomlFile, fields: Fields, key: str) -> dict[str, Any]:
    """Return attributes with all their values, sorted, as canonical terms list them.

    Args:
        source: the file.
        fields: of a pool that has the key.
        key: ``requires`` or ``excludes``.

    Raises:
        InputError: ``terms-file.requires`` or ``terms-file.excludes`` for a range that is
            none or too long; ``terms-file.table``, ``terms-file.array``,
            ``terms-file.text``.
    """
    rules = fields.map(key)
    return {name: _values(source, rules, key, name) for name in rules.names}


def _values(source: TomlFile, rules: Fields, key: str, name: str) -> list[str]:
    written = rules.peek(name)
    where = rules.at(name)
    if _is_value(written):
        # A value that stands alone is an array of one.
        return sorted(_spread(source, key, written, where))
    found: list[object] = []
    for index, value in enumerate(rules.array(name, "texts")):
        here = (*where, index)
        found += _spread(source, key, value, here) if _is_value(value) else [value]
    return sorted(source.table({name: found}, rules.where).texts(name))


def _is_value(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _spread(source: TomlFile, key: str, value: object, where: Where) -> Iterator[str]:
    """Yield the values for which one element stands."""
    text = str(cast("str | int", value))
    source.check_text(text, where)
    found = _RANGE.fullmatch(text)
    if found is None:
        if _NEARLY.fullmatch(text):
            problem = f"is {shown(text)}: write a range as 7..9, without blanks"
            rule = f"{problem} and leading zeros, or list each value"
            raise source.error(VALUES_CODES[key], where, rule)
        yield text
        return
    low, high = int(found[1]), int(found[2])
    if low > high:
        problem = f"is {text}, which holds nothing: write {high}..{low}"
        raise source.error(VALUES_CODES[key], where, problem)
    if high - low >= MAX_VALUES:
        problem = f"is {text}, which stands for {high - low + 1} values: at most"
        raise source.error(VALUES_CODES[key], where, f"{problem} {MAX_VALUES} may")
    yield from map(str, range(low, high + 1))

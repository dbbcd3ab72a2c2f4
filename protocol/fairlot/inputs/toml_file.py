"""A TOML file, read strictly, with errors that name file, line and field."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from fairlot.errors import InputError, TermsError, Where, place
from fairlot.fields import FieldRule, Fields, Problem
from fairlot.inputs.input_file import InputFile
from fairlot.inputs.toml_hints import (
    integer_hint,
    later_pool_hint,
    mechanism_hint,
    missing_hint,
    name_hint,
    syntax_hint,
    unknown_hint,
)
from fairlot.inputs.toml_lines import line_of
from fairlot.text import check_text, shown
from fairlot_crypto.cbor import Value

_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")

FIELD_CODES: Mapping[FieldRule, str] = {
    FieldRule.MISSING: "terms-file.missing",
    FieldRule.UNKNOWN: "terms-file.unknown",
    FieldRule.TEXT: "terms-file.text",
    FieldRule.BOOLEAN: "terms-file.boolean",
    FieldRule.INTEGER: "terms-file.integer",
    FieldRule.RANGE: "terms-file.range",
    FieldRule.ARRAY: "terms-file.array",
    FieldRule.MAP: "terms-file.table",
}
"""The code of each rule that is asked of a field of TOML, which has no byte strings."""

TERMS_CODES: Mapping[str, str] = {
    "terms.pools": "terms-file.pools",
    "terms.pool-name": "terms-file.pool-name",
    "terms.mechanism": "terms-file.mechanism",
    "terms.group": "terms-file.group",
    "terms.certain": "terms-file.certain",
    "terms.points": "terms-file.points",
    "terms.collect": "terms-file.collect",
    "terms.fares": "terms-file.fares",
    "terms.tiers": "terms-file.tiers",
    "terms.options": "terms-file.options",
    "terms.requires": "terms-file.requires",
    "terms.excludes": "terms-file.excludes",
    "terms.unsold": "terms-file.unsold",
    "terms.key": "terms-file.key",
    "terms.deposits": "terms-file.deposits",
}
"""What a rule of canonical terms is called where a seller's file breaks it."""


@dataclass(frozen=True, slots=True)
class WithPoint:
    """A number with a point or an exponent, as it is written: nothing is rounded."""

    text: str


@dataclass(frozen=True, slots=True)
class TomlFile:
    """What a seller wrote."""

    file: InputFile
    values: Mapping[str, Any]
    """The top level."""

    def fields(self) -> Fields:
        """Return the top level, to be read."""
        return self.table(self.values, ())

    def table(self, value: object, where: Where) -> Fields:
        """Return a table, to be read."""
        return Fields(cast("Value", value), where, self._field_error)

    def text(self, fields: Fields, name: str) -> str:
        """Return a text under the rules of specs/terms.md, section 3."""
        text = fields.text(name)
        self.check_text(text, fields.at(name))
        return text

    def check_text(self, text: str, where: Where) -> None:
        """Check a text under the same rules."""
        check_text(
            text,
            lambda why: self.error("terms-file.text", where, f"{shown(text)} {why}"),
        )

    def value_at(self, where: Where) -> object:
        """Return what is written at a place; ``None`` if nothing is."""
        value: Any = self.values
        for part in where:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def error(self, code: str, where: Where, problem: str) -> InputError:
        """Return an error at a place of this file, with its line where that is certain."""
        line = line_of(self.file.text, self.values, where)
        return self.file.error(code, problem, line=line, field=place(where, 1))

    def terms_error(self, error: TermsError) -> InputError:
        """Return the error for a rule of terms that this file breaks."""
        hint = self._terms_hint(error)
        problem = f"{error.problem}: {hint}" if hint else error.problem
        return self.error(TERMS_CODES[error.code], error.where, problem)

    def _terms_hint(self, error: TermsError) -> str | None:
        """Return what was probably meant by a value that breaks a rule of terms."""
        word = self.value_at(error.where)
        if error.code == "terms.deposits" and word is None:
            return "write deposits = [50, 100], with the amounts that one may have"
        if not isinstance(word, str):
            return None
        if error.code == "terms.mechanism":
            return mechanism_hint(word)
        if error.where[-1] == "unsold":
            pools: list[dict[str, Any]] = self.values.get("pool", [])
            return later_pool_hint(word, [str(pool.get("name")) for pool in pools])
        return name_hint(word) if error.where[-1] == "name" else None

    def _field_error(self, problem: Problem) -> InputError:
        must = problem.must
        if problem.rule is FieldRule.MISSING:
            must += f": {missing_hint(problem.where, self.values)}"
        hint = (
            unknown_hint(problem.where) if problem.rule is FieldRule.UNKNOWN else None
        )
        if hint:
            must = f"is not a known field here: {hint}"
        if problem.rule is FieldRule.MAP:
            must = must.replace("an array of maps", f"[[{problem.where[-1]}]] tables")
            must = must.replace("a map", "a table")
        # What was found is left alone but for a map: it may be the seller's own words.
        found = "a table" if problem.found == "a map" else problem.found
        value = self.value_at(problem.where)
        written = value.text if isinstance(value, WithPoint) else ""
        found = written or found
        if problem.rule in {FieldRule.INTEGER, FieldRule.RANGE}:
            hint = integer_hint(problem.where, value, written)
            found += f": {hint}" if hint else ""
        worded = replace(problem, must=must, found=found)
        return self.error(FIELD_CODES[problem.rule], problem.where, worded.text)


def parse_toml(file: InputFile) -> TomlFile:
    """Return what a file says.

    Raises:
        InputError: ``terms-file.toml``.
    """
    try:
        return TomlFile(file, tomllib.loads(file.text, parse_float=WithPoint))
    except tomllib.TOMLDecodeError as error:
        found = _PLACE.search(str(error))
        line = int(found[1]) if found else file.text.rstrip("\n").count("\n") + 1
        problem = _PLACE.sub("", str(error)).removesuffix(" (at end of document)")
        hint = syntax_hint(file.text.split("\n")[line - 1])
        message = f"is not TOML: {problem}{f': {hint}' if hint else ''}"
        raise file.error("terms-file.toml", message, line=line) from error
    except (ValueError, RecursionError) as error:
        problem = "holds a number of too many digits, or brackets too deep"
        raise file.error("terms-file.toml", problem) from error

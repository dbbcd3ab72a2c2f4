"""The schemas of what commands print for machines: specs/json/NAME.schema.json.

Those of what is answered over HTTP lie in specs/json/wire.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

SCHEMAS = Path(__file__).parents[2] / "specs" / "json"
_SUFFIX = ".schema.json"


def names() -> tuple[str, ...]:
    """Return the names of the formats that have a schema."""
    return tuple(
        sorted(path.name.removesuffix(_SUFFIX) for path in SCHEMAS.glob(f"*{_SUFFIX}"))
    )


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the schema of one format."""
    text = (SCHEMAS / f"{name}{_SUFFIX}").read_text(encoding="utf-8")
    return dict(json.loads(text))


@cache
def _validator(name: str) -> Draft202012Validator:
    """Return what checks documents; that the schema is one is checked here, once."""
    Draft202012Validator.check_schema(schema(name))
    return Draft202012Validator(schema(name))


def check_form(name: str, document: object) -> None:
    """Check a document against the schema of a format.

    Raises:
        ValidationError: if it has another form.
    """
    _validator(name).validate(document)  # pyright: ignore[reportUnknownMemberType]


def other_forms(document: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return what a schema must refuse: another format or version, a key more or less."""
    return (
        {**document, "format": "fairlot/other"},
        {**document, "version": 2},
        {**document, "more": 1},
        {key: value for key, value in document.items() if key != [*document][-1]},
    )


def check_wire(name: str, document: object) -> None:
    """Check what was answered over HTTP against the schema of its format.

    Raises:
        ValidationError: if it has another form.
    """
    check_form(f"wire/{name}", document)


def check_document(text: str) -> Any:  # noqa: ANN401 (JSON)
    """Return a printed document, after it was checked against the schema that it names.

    Raises:
        ValidationError: if it has another form.
    """
    document = json.loads(text)
    assert [*document][:2] == ["format", "version"], "a document begins with its format"
    check_form(document["format"].removeprefix("fairlot/"), document)
    return document


def check_forms(name: str, text: str) -> None:
    """Check that a printed document has its form, and that what differs from it has not.

    Raises:
        ValidationError: if it has another form.
    """
    document = check_document(text)
    check_form(name, document)
    for broken in other_forms(document):
        try:
            check_form(name, broken)
        except ValidationError:
            continue
        raise AssertionError(f"{broken} passes as {name}")

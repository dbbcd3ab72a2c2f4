"""The shape of a test vector, and of a chapter of them (specs/vectors.md)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from fairlot.errors import FairlotError, InputError, InvariantError
from fairlot.text import Viewed, json_view
from fairlot_crypto.errors import CryptoError

Raw: TypeAlias = Viewed

FORMAT = "fairlot-vectors/1"


@dataclass(frozen=True, slots=True)
class Case:
    """One vector: one sentence, and one expected result or one broken rule."""

    name: str
    comment: str
    inputs: Mapping[str, Raw]
    trace: Mapping[str, Raw]
    output: Mapping[str, Raw] | None
    code: str | None
    place: Mapping[str, Raw] | None = None
    """Line and field of a file that people write, where the rule is broken."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """All vectors of one chapter of the specification."""

    name: str
    """Name of the file and of the chapter in specs/."""
    description: str
    """How to drive a case, for a reader who has only this file."""
    cases: tuple[Case, ...]

    def to_json(self) -> bytes:
        """Return the file's bytes: UTF-8, two-space indent, final newline."""
        document: dict[str, Raw] = {
            "format": FORMAT,
            "chapter": self.name,
            "description": self.description,
            "cases": [_case(i, case) for i, case in enumerate(self.cases, 1)],
        }
        view = json_view(document)
        return json.dumps(view, indent=2, ensure_ascii=False).encode() + b"\n"


def accept(
    name: str,
    comment: str,
    inputs: Mapping[str, Raw],
    output: Mapping[str, Raw],
    trace: Mapping[str, Raw] | None = None,
) -> Case:
    """Return a case that a conforming implementation accepts, with its results."""
    return Case(name, comment, inputs, trace or {}, output, None)


def reject(
    name: str,
    rule: str,
    code: str,
    inputs: Mapping[str, Raw],
    attempt: Callable[[], object],
    *,
    placed: bool = False,
    place: Mapping[str, Raw] | None = None,
) -> Case:
    """Return a case that must be refused, after having tried it.

    Args:
        name: the case.
        rule: the rule that it breaks, and what would follow if it were accepted.
        code: the stable code of the refusal.
        inputs: what the implementation is given.
        attempt: drives this library with ``inputs``.
        placed: whether the case says where in a file the rule is broken.
        place: where in a transcript it is broken, where that is known.

    Raises:
        InvariantError: ``vectors.not-refused`` where ``attempt`` ends otherwise.
    """
    try:
        attempt()
    except (CryptoError, FairlotError) as error:
        if error.code == code:
            stated = _place(error) if placed else place
            return Case(name, rule, inputs, {}, None, code, stated)
        problem = f"{name} ends in {error.code}, not {code}"
        raise InvariantError("vectors.not-refused", problem) from error
    raise InvariantError("vectors.not-refused", f"{name} is not refused with {code}")


def _case(number: int, case: Case) -> Raw:
    body: dict[str, Raw] = {
        "tcId": number,
        "name": case.name,
        "comment": case.comment,
        "input": case.inputs,
    }
    if case.trace:
        body["trace"] = case.trace
    if case.code is None:
        body["output"] = case.output
    else:
        place = {} if case.place is None else {"place": case.place}
        body["refused"] = {"code": case.code, **place}
    return body


def _place(error: Exception) -> Mapping[str, Raw] | None:
    """Return line and field, those that are known; ``None`` if none is."""
    if not isinstance(error, InputError) or not (error.line or error.field):
        return None
    return {"line": error.line, "field": error.field or None}

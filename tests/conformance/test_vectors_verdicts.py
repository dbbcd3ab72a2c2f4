"""A consumer of the published vectors of kept verdicts: one function an operation."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.verdicts import read_verdicts, write_verdicts

In: TypeAlias = Mapping[str, Any]
Out: TypeAlias = dict[str, Any]

FILE = Path(__file__).parents[1] / "vectors" / "verdicts.json"


def write(given: In) -> Out:
    digests = [bytes.fromhex(each) for each in given["digests"]]
    key = bytes.fromhex(given["key"])
    return {"file": write_verdicts(key, given["rules"], digests).hex()}


def read(given: In) -> Out:
    key, data = bytes.fromhex(given["key"]), bytes.fromhex(given["file"])
    found = read_verdicts(key, given["rules"], data)
    return {"digests": [each.hex() for each in sorted(found)]}


DRIVERS: Mapping[str, Callable[[In], Out]] = {"write": write, "read": read}


def cases(*, refused: bool) -> list[In]:
    document: In = json.loads(FILE.read_bytes())
    named = document["format"], document["chapter"]
    assert named == ("fairlot-vectors/1", "verdicts")
    return [case for case in document["cases"] if ("refused" in case) is refused]


def name(case: In) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", cases(refused=False), ids=name)
def test_an_accepted_case_gives_its_output(case: In) -> None:
    assert DRIVERS[case["input"]["op"]](case["input"]) == case["output"]


@pytest.mark.parametrize("case", cases(refused=True), ids=name)
def test_a_refused_case_ends_with_its_code(case: In) -> None:
    with pytest.raises((CallerError, EncodingError)) as caught:
        DRIVERS[case["input"]["op"]](case["input"])
    assert caught.value.code == case["refused"]["code"]


def test_every_operation_is_there_and_most_cases_are_refused() -> None:
    taken, refused = cases(refused=False), cases(refused=True)
    assert {case["input"]["op"] for case in taken} == set(DRIVERS)
    assert len(taken) < len(refused)

"""A consumer of the published vectors of sales that anybody settles from their logs."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from fairlot import (
    FairlotError,
    NotYet,
    Settled,
    ShownVoid,
    Statements,
    settle_transcript,
)
from fairlot.allocation.settlement import LedgerLine
from fairlot_crypto.errors import CryptoError

VECTORS = Path(__file__).parents[1] / "vectors" / "settlement.json"
STATEMENTS = Statements()
Map: TypeAlias = Mapping[str, Any]


def cases(*, refused: bool) -> list[Any]:
    """Return the cases of the operation ``log``."""
    found = json.loads(VECTORS.read_text("utf-8"))["cases"]
    return [
        pytest.param(case, id=case["name"])
        for case in found
        if case["input"]["op"] == "log" and ("refused" in case) == refused
    ]


def settle(given: Map) -> Settled | ShownVoid | NotYet:
    """Settle a log, as a case says."""
    return settle_transcript(
        bytes.fromhex(given["transcript"]),
        rounds=[text.encode() for text in given["rounds"]],
        heads=given["heads"],
        statements=STATEMENTS,
    )


def rows(lines: Iterable[LedgerLine]) -> list[Map]:
    """Return a ledger as vectors write it."""
    return [
        {
            "nym": line.nym.hex(),
            "units": line.units,
            "payment": line.payment,
            "refund": line.refund,
            "refund_to": None if line.refund_to is None else line.refund_to.hex(),
            "gains": [[gain.pool, gain.units, gain.payment] for gain in line.gains],
        }
        for line in lines
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("case", cases(refused=False))
def test_a_log_gives_the_answer_of_the_file(case: Map) -> None:
    found, said = settle(case["input"]), case["output"]
    assert not found.findings
    if isinstance(found, Settled):
        draw = (found.draw.b_star.hex(), found.draw.omega.hex(), found.draw.seed.hex())
        assert (said["result"], said["reason"]) == ("settled", None)
        assert draw == (said["b_star"], said["omega"], said["seed"])
        assert found.outcome_hash.hex() == said["outcome"]
        assert rows(found.ledger) == said["ledger"]
    elif isinstance(found, ShownVoid):
        assert (said["result"], said["reason"]) == ("void", found.reason.value)
        assert rows(found.ledger) == said["ledger"]
        assert {said[name] for name in ("b_star", "omega", "seed", "outcome")} == {None}
    else:
        assert (said["result"], said["ledger"]) == ("not-yet", None)
        assert [missing.to_json() for missing in found.missing] == said["missing"]
        assert said["missing"]


@pytest.mark.parametrize("case", cases(refused=True))
def test_what_does_not_belong_to_a_log_is_refused(case: Map) -> None:
    with pytest.raises((FairlotError, CryptoError)) as caught:
        settle(case["input"])
    error = caught.value
    assert isinstance(error, FairlotError | CryptoError)
    assert error.code == case["refused"]["code"]


def test_logs_are_refused_more_often_than_settled() -> None:
    assert len(cases(refused=True)) > len(cases(refused=False))

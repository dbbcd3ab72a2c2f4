"""A consumer of the published vectors of terms."""

import json
from pathlib import Path
from typing import Any

import pytest

from fairlot.errors import TermsError
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import decode, encode

FILE = Path(__file__).parents[1] / "vectors" / "terms.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["cases"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['tcId']}-{case['name']}"
)
def test_terms(case: dict[str, Any]) -> None:
    value = decode(data := bytes.fromhex(case["input"]["cbor"]))
    if "refused" in case:
        with pytest.raises(TermsError) as caught:
            Terms.from_value(value)
        assert caught.value.code == case["refused"]["code"]
        return
    terms = Terms.from_value(value)
    assert case["output"] == {"sale_id": terms.sale_id.hex()}
    assert encode(terms.to_value()) == data

"""What an issuer keeps while keys are made (specs/issuer.md, section 4.1)."""

import pytest

from fairlot.errors import InputError
from fairlot.issuing.evidence import read_evidence
from fairlot.issuing.state import read_state
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from generators.issuer_setting import begun, plan


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 2),
        ("plan", bytes(32)),
        ("secrets", {"signing": bytes(32)}),
        ("closed", {}),
        ("letters", [b"no letter"]),
        ("more", 0),
    ],
)
def test_what_no_step_has_written_is_refused_as_a_state(
    field: str, value: Value
) -> None:
    state = cbor.decode(begun(4, 1)[0].to_bytes())
    assert isinstance(state, dict)
    with pytest.raises(InputError, match=r"issuer\.state"):
        read_state(plan(4, 1), cbor.encode({**state, field: value}))


def test_evidence_with_a_plan_that_is_none_has_the_code_of_the_plan() -> None:
    fields: dict[str, Value] = {
        "v": 1,
        "plan": b"no plan",
        "ceremony": "tags",
        "member": 1,
        "reason": "twice",
        "messages": [],
    }
    with pytest.raises(InputError, match=r"issuer\.plan"):
        read_evidence(cbor.encode(fields))

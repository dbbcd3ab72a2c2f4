"""The chapter of vectors about credentials."""

import pytest

from fairlot_crypto.bbs import pseudonym
from fairlot_crypto.bbs.ciphersuite import API_PSEUDONYM, public_key_from_bytes
from fairlot_crypto.curve import BACKEND_VARIABLE
from generators.bbs import chapter
from generators.case import Case
from kit.holder import GROUP

CASES = chapter().cases
PRESENTED = [case for case in CASES if case.inputs["operation"] == "present"]


def octets(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value


def test_most_cases_are_refusals() -> None:
    refused = [case for case in CASES if case.code]
    assert len(refused) >= 5 * (len(CASES) - len(refused)) > 0
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_rule_of_a_presentation_is_broken_by_some_case() -> None:
    codes = {case.code for case in CASES if case.code}
    rules = ["length", "scalar", "point", "identity", "index"]
    rules += ["commitment", "challenge", "pairing"]
    assert {f"presentation.{rule}" for rule in rules} <= codes


@pytest.mark.parametrize("case", PRESENTED, ids=lambda case: case.name)
def test_presentations_verify_under_the_drafts_own_operation(case: Case) -> None:
    inputs, output = case.inputs, case.output
    attributes, secrets = inputs["attributes"], inputs["nym_secrets"]
    disclosed = inputs["disclosed"]
    assert isinstance(attributes, list)
    assert isinstance(secrets, list)
    assert isinstance(disclosed, list)
    assert output is not None
    pseudonym.verify_proof_with_nym(
        GROUP,
        public_key_from_bytes(GROUP, octets(inputs["public_key"])),
        pseudonym.Presentation(octets(output["nym"]), octets(output["proof"])),
        octets(inputs["header"]),
        octets(inputs["ph"]),
        octets(inputs["ctx"]),
        len(secrets),
        len(attributes),
        {i: octets(attributes[i]) for i in disclosed if isinstance(i, int)},
        {},
        API_PSEUDONYM,
    )


@pytest.mark.slow
def test_the_reference_back_end_makes_the_same_chapter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "native")
    native = chapter().to_json()
    monkeypatch.setenv(BACKEND_VARIABLE, "reference")
    assert chapter().to_json() == native

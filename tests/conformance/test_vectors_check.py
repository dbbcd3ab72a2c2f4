"""A consumer of the published vectors of what is said before a sale."""

from pathlib import Path

import pytest

from fairlot.allocation.left_out import bars_of, left_out
from fairlot.errors import InputError
from fairlot.inputs.finding import Finding
from fairlot.inputs.findings import find
from fairlot.inputs.people_file import read_people
from fairlot.inputs.terms_file import read_terms_file
from fairlot.rehearsal.fit import check_people
from fairlot_crypto.errors import CallerError
from vector_sales import Map, cases, entrants_of, pools_of


def findings(folder: Path, given: Map) -> tuple[Finding, ...]:
    terms, people = folder / "TERMS.toml", folder / "PEOPLE.csv"
    terms.write_text(given["terms"], encoding="utf-8")
    people.write_text(given["people"], encoding="utf-8")
    file = read_terms_file(terms)
    listed = read_people(people, file.currency, file.keep)
    check_people(file, listed, people)
    return find(file, listed)


@pytest.mark.parametrize("case", cases("check", "left-out", refused=False))
def test_who_is_left_out_is_that_of_the_file(case: Map) -> None:
    given, output = case["input"], case["output"]
    pools, entrants = pools_of(given), entrants_of(given)
    bars = [
        [
            bar and {"pool": bar.pool, "why": bar.why, "attribute": bar.attribute}
            for bar in row
        ]
        for row in bars_of(pools, entrants)
    ]
    assert bars == output["bars"]
    assert [nym.hex() for nym in left_out(pools, entrants)] == output["left_out"]


@pytest.mark.parametrize("case", cases("check", "findings", refused=False))
def test_findings_are_those_of_the_file(case: Map, tmp_path: Path) -> None:
    found = [
        {"code": finding.code, "people": list(finding.people)}
        for finding in findings(tmp_path, case["input"])
    ]
    assert found == case["output"]["findings"]


@pytest.mark.parametrize("case", cases("check", "left-out", refused=True))
def test_entrants_of_no_sale_are_refused_with_their_code(case: Map) -> None:
    pools, entrants = pools_of(case["input"]), entrants_of(case["input"])
    with pytest.raises(CallerError) as caught:
        left_out(pools, entrants)
    assert caught.value.code == case["refused"]["code"]


@pytest.mark.parametrize("case", cases("check", "findings", refused=True))
def test_files_that_do_not_fit_are_refused_with_their_code(
    case: Map, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        findings(tmp_path, case["input"])
    assert caught.value.code == case["refused"]["code"]

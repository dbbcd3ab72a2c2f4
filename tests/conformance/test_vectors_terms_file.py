"""A consumer of the published vectors of TERMS.toml, PEOPLE.csv and EVENTS.csv."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from fairlot.errors import InputError
from fairlot.inputs.events_file import read_events
from fairlot.inputs.people_file import read_people
from fairlot.inputs.terms_file import read_terms_file
from fairlot.money import Currency
from fairlot.rehearsal.fit import check_people, check_playable
from fairlot.text import json_view

FILE = Path(__file__).parents[1] / "vectors" / "terms-file.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_bytes())["cases"]

Given = Mapping[str, Any]


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def data_of(given: Given) -> bytes:
    if "bytes" in given:
        return bytes.fromhex(given["bytes"])
    text: str = given["file"]
    return text.encode()


def run_terms(folder: Path, given: Given) -> Given:
    file = read_terms_file(written(folder, "TERMS.toml", data_of(given)))
    bids = file.bids and {"clock": file.bids.clock, "round": file.bids.round}
    beacon = {
        name: getattr(file, name)
        for name in (
            *("contributors", "delay", "depositors"),
            *("absent", "unsealed", "withhold"),
        )
    }
    beacon["min_commits"] = file.min_commits or file.contributors
    beacon["drand"] = "own" if file.own_clock else None
    times = asdict(file.times) | {"lockup": file.times.locked_for}
    if times["collect"] is None:
        del times["collect"]
    return {
        "title": file.title,
        "asset": file.asset,
        "currency": file.currency and asdict(file.currency),
        "keep": list(file.keep),
        "refund": file.refund,
        "pools": [pool.to_value() for pool in file.pools],
        "deposits": list(file.deposits),
        "bids": bids,
        "issuers": {
            "n": file.issuers,
            "t": file.threshold,
            "q_recover": file.attesters,
            "cooling": times.pop("cooling"),
            "silent": file.silent,
            "lying": file.lying,
        },
        "times": times,
        "beacon": beacon,
    }


def run_people(folder: Path, given: Given) -> Given:
    currency = given.get("currency")
    people = read_people(
        written(folder, "PEOPLE.csv", data_of(given)),
        None if currency is None else Currency(**currency),
        given.get("keep", ()),
    )
    return {
        "people": [
            {
                "person": person.called or person.name,
                "id": person.name if person.called else None,
                "wants": person.wants,
                "deposit": person.amount,
                "group": person.group,
                "bid": [list(step) for step in person.bid]
                if isinstance(person.bid, tuple)
                else person.bid,
                "tier": person.tier,
                "solution": person.answer,
                "choices": list(person.choices),
                "attributes": dict(person.attributes),
            }
            for person in people
        ]
    }


def run_both(folder: Path, given: Given) -> Given:
    terms, people = given["terms"].encode(), given["people"].encode()
    file = read_terms_file(written(folder, "TERMS.toml", terms))
    path = written(folder, "PEOPLE.csv", people)
    listed = read_people(path, file.currency, file.keep)
    if given["simulated"]:
        check_playable(file)
    check_people(file, listed, path)
    return {"valid": True}


def run_events(folder: Path, given: Given) -> Given:
    people = written(folder, "PEOPLE.csv", given["people"].encode())
    path = written(folder, "EVENTS.csv", data_of(given))
    return {
        "events": [
            {"when": str(each.when), "person": each.person, "event": each.kind}
            for each in read_events(path, read_people(people))
        ]
    }


OPERATIONS: Mapping[str, Callable[[Path, Given], Given]] = {
    "terms-file": run_terms,
    "people-file": run_people,
    "both": run_both,
    "events-file": run_events,
}


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_case_ends_as_published(case: dict[str, Any], tmp_path: Path) -> None:
    run = OPERATIONS[case["input"]["op"]]
    if "output" in case:
        assert json_view(run(tmp_path, case["input"])) == case["output"]
        return
    with pytest.raises(InputError) as caught:
        run(tmp_path, case["input"])
    error, refused = caught.value, case["refused"]
    assert error.code == refused["code"]
    if error.code != "terms-file.toml":
        place = refused.get("place", {"line": None, "field": None})
        assert (error.line, error.field or None) == (place["line"], place["field"])


def test_every_code_of_the_chapter_is_there() -> None:
    text = (FILE.parents[2] / "specs" / "terms-file.md").read_text(encoding="utf-8")
    listed = text[text.index("## 7. Codes") :].split("`")
    names = {
        f"{kind}{rule}"
        for kind, rules in zip(listed[1::4], listed[3::4], strict=True)
        for rule in rules.split()
    }
    found = {case["refused"]["code"] for case in CASES if "refused" in case}
    kinds = ("terms-file", "people-file", "events-file")
    played = {"events-file.order", "events-file.impossible"}
    assert names - found == {f"{kind}.unreadable" for kind in kinds} | played
    assert found <= names

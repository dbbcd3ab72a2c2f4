"""``fairlot bench``: large honest logs, here small ones, and what it measures on them."""

import itertools
import json
import time
from pathlib import Path

import pytest

from command import SEED, fairlot, in_process
from fairlot.cli.bench import making
from fairlot.cli.bench.measuring import Work, measured, repeated
from fairlot.rehearsal.crowd import crowd_person, crowd_terms

SPECS = Path(__file__).parents[2] / "specs"


def test_a_crowds_terms_and_people_are_those_of_the_chapter() -> None:
    text = (SPECS / "command-line.md").read_text(encoding="utf-8")
    form = text.split("## 22 ")[1].split("```toml\n")[1].split("```")[0]
    assert crowd_terms(5) == form.replace("{people}", "5").replace("{supply}", "3")
    assert crowd_list(3) == "person,wants,deposit\nP1,2,200\nP2,1,100\nP3,2,200\n"


def test_a_log_is_what_a_rehearsal_of_the_crowd_leaves(tmp_path: Path) -> None:
    out = tmp_path / "many.fairlot"
    with in_process():
        ran = fairlot("bench", "make", "--people", "3", "--out", out)
    assert (ran.code, ran.err) == (0, "")
    assert out.read_bytes() == played(tmp_path, 3, bytes(32).hex())


def crowd_list(people: int) -> str:
    rows = map(crowd_person, range(1, people + 1))
    cells = [f"{row.name},{row.wants},{row.amount}\n" for row in rows]
    return "".join(["person,wants,deposit\n", *cells])


def played(folder: Path, people: int, seed: str) -> bytes:
    terms, listed, out = folder / "terms.toml", folder / "people.csv", folder / "run"
    terms.write_text(crowd_terms(people), encoding="utf-8")
    listed.write_text(crowd_list(people), encoding="utf-8")
    with in_process():
        ran = fairlot("run", terms, listed, "--out", out, "--seed", seed)
    assert ran.code == 0, ran.err
    return (out / "transcript.fairlot").read_bytes()


@pytest.mark.thorough
def test_a_log_is_the_same_each_time_and_its_audit_holds(tmp_path: Path) -> None:
    out = tmp_path / "many.fairlot"
    ran = fairlot("bench", "make", "--people", "3", "--out", out)
    assert (ran.code, ran.err) == (0, "")
    assert [each.name for each in tmp_path.iterdir()] == [out.name]
    audit = fairlot("audit", out, "--rehearsal")
    assert audit.code == 0, audit.out
    again, hinted = tmp_path / "again", tmp_path / "again.hints"
    assert fairlot("bench", "make", "--people", "3", "-o", again, "--hints").code == 0
    assert again.read_bytes() == out.read_bytes()
    data = hinted.read_bytes()
    hinted.unlink()
    assert fairlot("hints", again).code == 0
    assert hinted.read_bytes() == data


@pytest.mark.slow
def test_jobs_change_nothing_and_a_seed_everything(tmp_path: Path) -> None:
    made: list[bytes] = []
    for number, more in enumerate(
        (["--jobs", "1"], ["--jobs", "2"], ["--jobs", "1", "--seed", SEED])
    ):
        out = tmp_path / str(number)
        words = "bench", "make", "--people", "130", "--out"
        assert fairlot(*words, out, *more).code == 0
        made.append(out.read_bytes())
    assert made[0] == made[1]
    assert made[0] != made[2]
    assert made[2] == played(tmp_path, 130, SEED)


def ratios(out: str) -> dict[str, float]:
    document = json.loads(out)
    assert document["format"] == "fairlot/benchmark"
    return {f"{r['of']} / {r['to']}": float(r["ratio"]) for r in document["ratios"]}


@pytest.mark.thorough
def test_an_audit_costs_more_than_its_presentations_alone(
    tmp_path: Path, concert_transcript: bytes
) -> None:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(concert_transcript)
    ran = fairlot("bench", "audit", path, "--rounds", "1", "--json")
    assert (ran.code, ran.err) == (0, "")
    found = ratios(ran.out)
    assert set(found) == {"audit / batch", "batch / verify", "verify / bare verify"}
    assert found["audit / batch"] > 1
    assert found["verify / bare verify"] > 0.8
    told = fairlot("bench", "audit", path, "--rounds", "1").out
    assert all(pair in told for pair in found)


@pytest.mark.thorough
def test_presentations_and_draws_cost_more_than_what_they_need() -> None:
    present = fairlot("bench", "present", "--size", "16", "--rounds", "1", "--json")
    found = ratios(present.out)
    assert found["present / bare present"] > 1
    assert found["batch / verify"] < found["batch without hints / verify"] < 1
    assert found["verify / bare verify"] > 0.8
    draw = fairlot("bench", "draw", "--people", "2000", "--rounds", "3", "--json")
    assert json.loads(draw.out)["count"] == 2000
    assert ratios(draw.out)["draw / bare draw"] > 1


def test_a_ratio_is_the_median_of_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.accumulate([0, 10, 0, 5, 0, 40, 0, 10, 0, 30, 0, 10])
    monkeypatch.setattr(time, "process_time_ns", lambda: next(clock))
    works = [Work("one", 1, lambda: None), repeated("other", lambda: None, 5)]
    found = measured(works, 3)
    assert (found.time("one"), found.time("other")) == (30, 2)
    assert found.ratio("one", "other") == "15.000"


@pytest.mark.parametrize("spoil", ["no deposit", "a cut"])
def test_only_an_audit_that_holds_is_measured(
    tmp_path: Path, concert_transcript: bytes, spoil: str
) -> None:
    path = tmp_path / "transcript.fairlot"
    cut = concert_transcript.find(b"DEPOSIT") if spoil == "no deposit" else -200
    path.write_bytes(concert_transcript[:cut])
    ran = fairlot("bench", "audit", path, "--rounds", "1")
    assert (ran.code, ran.out) == (1, "")
    assert "see fairlot audit" in ran.err


def test_a_log_replaces_nothing(tmp_path: Path) -> None:
    out = tmp_path / "many.fairlot"
    out.write_bytes(b"mine")
    ran = fairlot("bench", "make", "--people", "1", "--out", out)
    assert ran.code == 2
    assert ran.err.startswith("fairlot: bench.exists: ")
    assert out.read_bytes() == b"mine"


@pytest.mark.parametrize("people", ["0", "-1", "1000001", "1.5", "many", ""])
def test_a_crowd_has_a_number_of_people(tmp_path: Path, people: str) -> None:
    ran = fairlot("bench", "make", f"--people={people}", "--out", tmp_path / "new")
    assert ran.code == 2
    assert "--people" in ran.err
    assert not list(tmp_path.iterdir())


def test_whoever_interrupts_it_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, hinted: bool) -> None:
        assert not hinted
        assert len(list(tmp_path.iterdir())) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "play_crowd", interrupt)
    with in_process():
        ran = fairlot("bench", "make", "--people", "2", "--out", tmp_path / "new")
    assert ran.code == 130
    assert not list(tmp_path.iterdir())


def test_a_log_needs_a_folder(tmp_path: Path) -> None:
    ran = fairlot("bench", "make", "--people", "1", "--out", tmp_path / "no" / "new")
    assert ran.code == 1
    assert "name a folder that is there" in ran.err

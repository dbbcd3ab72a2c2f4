"""``fairlot bench``: large honest logs, here small ones."""

from pathlib import Path

import pytest

from command import SEED, fairlot, in_process
from fairlot.cli.bench import making
from fairlot.rehearsal.crowd import crowd_people, crowd_terms

SPECS = Path(__file__).parents[2] / "specs"


def test_a_crowds_terms_and_people_are_those_of_the_chapter() -> None:
    text = (SPECS / "command-line.md").read_text(encoding="utf-8")
    form = text.split("## 22 ")[1].split("```toml\n")[1].split("```")[0]
    assert crowd_terms(5) == form.replace("{people}", "5").replace("{supply}", "3")
    assert crowd_people(3) == "person,wants,deposit\nP1,2,200\nP2,1,100\nP3,2,200\n"


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
    def interrupt(*_: object) -> None:
        assert len(list(tmp_path.iterdir())) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "play", interrupt)
    with in_process():
        ran = fairlot("bench", "make", "--people", "2", "--out", tmp_path / "new")
    assert ran.code == 130
    assert not list(tmp_path.iterdir())


def test_a_log_needs_a_folder(tmp_path: Path) -> None:
    ran = fairlot("bench", "make", "--people", "1", "--out", tmp_path / "no" / "new")
    assert ran.code == 1
    assert "name a folder that is there" in ran.err

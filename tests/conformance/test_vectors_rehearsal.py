"""A consumer of the published vectors of rehearsals, through the command line."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from command import Inputs, fairlot, write_inputs
from fairlot_crypto.errors import CallerError
from fairlot_crypto.randomness import SEED_LENGTH, SeededRandomness

FILE = Path(__file__).parents[1] / "vectors" / "rehearsal.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_bytes())["cases"]

SOMETIMES = ("items", "collected", "waiting")
"""Tables that some rehearsals leave."""

Case = dict[str, Any]


def written(folder: Path, case: Case) -> tuple[Inputs, str]:
    given = case["input"]
    return write_inputs(folder, given["terms"], given["people"]), given["seed"]


def happening(folder: Path, case: Case) -> tuple[str | Path, ...]:
    """Return the words that play events and items of a case, where it has any."""
    words: list[str | Path] = []
    for name in ("events", "items"):
        if name in case["input"]:
            path = folder / f"{name}.txt"
            path.write_text(case["input"][name], encoding="utf-8")
            words += [f"--{name}", path]
    return tuple(words)


Words = tuple[str | Path, ...]
Told = Callable[[Path, Case], tuple[Inputs, Words]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Return what gives the files of the sale of a case, and the words to run it with."""
    kept: dict[tuple[str, ...], Path] = {}

    def keep(case: Case) -> Path:
        """Play the first sale of a later one, once, and return what it has kept."""
        names = ("terms", "people", "events")
        key = tuple(case["input"].get(name, "") for name in names)
        if key not in kept:
            folder = tmp_path_factory.mktemp("first")
            inputs, seed = written(folder, case)
            words = ("--out", folder / "out", "--keep-registry", folder / "kept")
            more = ("--seed", seed, *happening(folder, case))
            assert fairlot("run", inputs.terms, inputs.people, *words, *more).code == 0
            kept[key] = folder / "kept"
        return kept[key]

    def tell(folder: Path, case: Case) -> tuple[Inputs, Words]:
        if "later_terms" in case["input"]:
            files = (case["input"][name] for name in ("later_terms", "later_people"))
            return write_inputs(folder, *files), ("--registry", keep(case))
        inputs, seed = written(folder, case)
        return inputs, ("--seed", seed, *happening(folder, case))

    return tell


def text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


@pytest.mark.thorough
@pytest.mark.parametrize(
    "case", [c for c in CASES if "output" in c], ids=lambda case: str(case["name"])
)
def test_a_seed_and_two_files_give_the_transcript(
    case: Case, told: Told, tmp_path: Path
) -> None:
    inputs, words = told(tmp_path, case)
    out = tmp_path / "out"
    ran = fairlot("run", inputs.terms, inputs.people, "--out", out, *words)
    transcript = out / "transcript.fairlot"
    board = json.loads(fairlot("inspect", transcript, "--json").out)
    traced = [[e["type"], e["time"], e["hash"]] for e in board["entries"]]
    assert traced == case["trace"]["entries"]
    data, expected = transcript.read_bytes(), case["output"]
    files = {f"{name}_csv": out / f"{name}.csv" for name in SOMETIMES}
    items = {name: path for name, path in files.items() if name in expected}
    assert {
        "transcript_hash": hashlib.sha256(data).hexdigest(),
        "transcript_length": len(data),
        "sale_id": board["sale_id"],
        "phase": board["phase"],
        "allocation_csv": text_of(out / "allocation.csv"),
        "nyms_csv": text_of(out / "nyms.csv"),
        "pools_csv": text_of(out / "pools.csv"),
        "winners_csv": text_of(out / "winners.csv"),
        **{name: text_of(path) for name, path in items.items()},
    } == expected
    assert ran.code == int(expected["phase"] == "void")


@pytest.mark.thorough
@pytest.mark.parametrize(
    "case", [c for c in CASES if "refused" in c], ids=lambda case: str(case["name"])
)
def test_what_cannot_be_played_is_refused(
    case: Case, told: Told, tmp_path: Path
) -> None:
    (inputs, words), seed = told(tmp_path, case), case["input"]["seed"]
    code, out = case["refused"]["code"], tmp_path / "out"
    ran = fairlot("run", inputs.terms, inputs.people, "--out", out, *words)
    assert (ran.code, out.exists()) == (2, False)
    if len(seed) == 2 * SEED_LENGTH:
        assert ran.err.startswith(f"fairlot: {code}: ")
    else:
        with pytest.raises(CallerError) as caught:
            SeededRandomness(bytes.fromhex(seed))
        assert caught.value.code == code


def test_rehearsals_play_what_only_they_can_show() -> None:
    traces = {
        c["name"]: [e[0] for e in c["trace"]["entries"]] for c in CASES if "trace" in c
    }
    kinds_of = {
        name: [kind for kind in kinds if kind != "TIME"]
        for name, kinds in traces.items()
    }
    assert kinds_of["auction"][-3:] == ["REVEAL_END", "ROUND", "RESULT"]
    assert {"RECOVER", "ROUND"} < {*kinds_of["parts"]}
    assert kinds_of["void"][-1] == "COMMIT_END"
    assert kinds_of["unsealed"][-1] == "VOID"

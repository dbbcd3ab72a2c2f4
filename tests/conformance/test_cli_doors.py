"""``fairlot doors`` and ``fairlot prove``: a gate, winners, and people who are none."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from command import FAIRLOT, Ran, fairlot, run_program
from doors import GATE, Sold, admit, ask, sell, winner
from fairlot.door.text_form import text_of
from fairlot_crypto import cbor


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Sold:
    return sell(tmp_path_factory.mktemp("doors"))


def try_to_prove(
    on: Sold, question: Path, person: str, to: Path, gate: str = GATE
) -> Ran:
    return fairlot(
        *("prove", question, "--gate", gate, "--registry", on.kept),
        *("--person", person, "--transcript", on.transcript, "--out", to, "--json"),
    )


def prove(on: Sold, question: Path, person: str, to: Path) -> Path:
    ran = try_to_prove(on, question, person, to)
    assert (ran.code, ran.err) == (0, "")
    return to


@pytest.fixture(scope="module")
def answered(sold: Sold) -> tuple[Path, Path]:
    """Return a question, and the answer of somebody who has won one unit."""
    folder = sold.folder / "answered"
    folder.mkdir()
    question = ask(sold, folder / "question")
    return question, prove(sold, question, winner(sold, 1), folder / "answer")


@pytest.mark.slow
def test_winners_enter_once_for_each_unit(sold: Sold, tmp_path: Path) -> None:
    used, found = tmp_path / "used.txt", list[object]()
    for person in (winner(sold, 1), winner(sold, 2)):
        for attempt in range(3):
            question = ask(sold, tmp_path / f"q-{person}-{attempt}")
            answer = prove(sold, question, person, tmp_path / f"a-{person}-{attempt}")
            found.append(admit(sold, question, answer, used))
    one = [(0, 0), (1, "door.used"), (1, "door.used")]
    assert found == [*one, (0, 1), (0, 0), (1, "door.used")]
    assert len(used.read_text().splitlines()) == 1 + 3


@pytest.mark.thorough
def test_what_people_read(sold: Sold, tmp_path: Path) -> None:
    question = tmp_path / "question"
    asked = fairlot("doors", "ask", sold.gate, "--gate", GATE, "-o", question)
    assert GATE in asked.out
    person, answer = winner(sold, 1), tmp_path / "answer"
    proved = fairlot(
        *("prove", question, "--gate", GATE, "--registry", sold.kept),
        *("--person", person.upper(), "--transcript", sold.transcript, "-o", answer),
    )
    assert (proved.code, GATE in proved.out) == (0, True)
    words = ("doors", "admit", sold.gate, question, answer, "--used")
    first, second = (fairlot(*words, tmp_path / "used") for _ in "ab")
    assert (first.code, first.out.split(":")[0]) == (0, "Let them in")
    assert (second.code, second.out.split(": ")[:2]) == (
        1,
        ["Do not let them in", "door.replayed"],
    )


@pytest.mark.thorough
def test_who_has_won_nothing_stays_outside(sold: Sold, tmp_path: Path) -> None:
    question = ask(sold, tmp_path / "question")
    answer = prove(sold, question, "Poor", tmp_path / "answer")
    used = tmp_path / "used"
    assert admit(sold, question, answer, used) == (1, "door.loser")
    assert not used.exists()


@pytest.mark.thorough
def test_an_answer_is_for_one_question(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    again = ask(sold, tmp_path / "again")
    used = tmp_path / "used"
    assert admit(sold, again, answered[1], used) == (1, "door.challenge")
    assert admit(sold, *answered, used) == (0, 0)
    assert admit(sold, *answered, used) == (1, "door.replayed")


def test_an_answer_is_for_one_gate(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    south = ask(sold, tmp_path / "south", gate="South gate")
    assert admit(sold, south, answered[1], tmp_path / "used") == (1, "door.gate")
    ran = try_to_prove(sold, south, winner(sold, 1), tmp_path / "answer")
    assert (ran.code, "door.gate" in ran.err) == (1, True)
    assert not (tmp_path / "answer").exists()


def test_an_answer_grows_old(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    asked = cbor.decode(answered[0].read_bytes())
    assert isinstance(asked, dict)
    time = asked["time"]
    assert isinstance(time, int)
    used = tmp_path / "used"
    for late in (-1, 301):
        found = admit(sold, *answered, used, "--time", str(time + late))
        assert found == (1, "door.stale")
    assert admit(sold, *answered, used, "--time", str(time + 300)) == (0, 0)


def test_nobody_enters_before_the_unlock(sold: Sold, tmp_path: Path) -> None:
    said = cbor.decode(sold.gate.read_bytes())
    assert isinstance(said, dict)
    text = fairlot("doors", "ask", sold.gate, "--gate", GATE, "-o", tmp_path / "q")
    assert text.code == 0
    asked = cbor.decode((tmp_path / "q").read_bytes())
    assert isinstance(asked, dict)
    unlock = asked["time"]
    assert isinstance(unlock, int)
    early = ask(sold, tmp_path / "early", "--time", str(unlock - 1))
    answer = prove(sold, early, winner(sold, 1), tmp_path / "answer")
    assert admit(sold, early, answer, tmp_path / "used") == (1, "door.early")


def test_a_forged_answer_stays_outside(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    """Flipped, cut, of another nym, of nothing at all."""
    question, answer = answered
    data = answer.read_bytes()
    value = cbor.decode(data)
    assert isinstance(value, dict)
    other = prove(sold, question, winner(sold, 2), tmp_path / "other")
    theirs = cbor.decode(other.read_bytes())
    assert isinstance(theirs, dict)
    forged = {
        "door.presentation": cbor.encode({**value, "nym": theirs["nym"]}),
        "door.malformed": data[:-1],
        "door.loser": cbor.encode({**value, "nym": bytes(48)}),
    }
    for code, given in forged.items():
        path = tmp_path / code
        path.write_bytes(given)
        assert admit(sold, question, path, tmp_path / "used") == (1, code)
    for given in (b"", b"\x00" * 100_000, cbor.encode(dict(value, proof=b""))):
        path = tmp_path / "junk"
        path.write_bytes(given)
        assert admit(sold, question, path, tmp_path / "used")[0] == 1
    assert not (tmp_path / "used").exists()


def test_a_torn_list_is_mended_and_a_changed_one_refused(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    """What a kill left of a line has let nobody in."""
    used = tmp_path / "used"
    assert admit(sold, *answered, used) == (0, 0)
    whole = used.read_bytes()
    for end in (len(whole) - 1, len(whole) - 100, whole.index(b"\n") + 1):
        used.write_bytes(whole[:end])
        assert admit(sold, *answered, used) == (0, 0)
        assert used.read_bytes() == whole
    used.write_bytes(whole + whole[-100:-1])
    assert admit(sold, *answered, used) == (2, "door.used-list")
    used.write_bytes(whole + whole[-162:-60])
    assert admit(sold, *answered, used) == (1, "door.replayed")
    assert used.read_bytes() == whole
    for broken in (whole.upper(), whole + b"Ada was here\n", b"", whole[1:]):
        used.write_bytes(broken)
        assert admit(sold, *answered, used) == (2, "door.used-list")
        assert used.read_bytes() == broken


def test_a_list_that_cannot_be_written_lets_nobody_in(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    words = ("doors", "admit", sold.gate, *answered, "--used")
    nowhere = fairlot(*words, tmp_path / "no-folder" / "used")
    assert (nowhere.code, nowhere.out) == (1, "")
    assert "could not be completed" in nowhere.err


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_killed_at_any_moment_nobody_enters_twice(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    """Whoever was let in before a kill is on the list; what is on it is whole, or cut."""
    let_in = 0
    for attempt in range(12):
        used = tmp_path / f"used-{attempt}"
        words = [FAIRLOT, "doors", "admit", sold.gate, *answered, "--used", used]
        with subprocess.Popen([*map(str, words)], stdout=subprocess.PIPE) as process:
            try:
                out, _ = process.communicate(timeout=0.05 * attempt)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                out, _ = process.communicate()
        told = b"Let them in" in out
        written = used.exists() and used.read_bytes().count(b"\n") == 2
        assert written or not told
        expected = (1, "door.replayed") if written else (0, 0)
        assert admit(sold, *answered, used) == expected
        let_in += told
    assert let_in < 12


@pytest.mark.thorough
def test_question_and_answer_go_as_codes_and_texts(sold: Sold, tmp_path: Path) -> None:
    """A telephone reads the picture, and a messenger carries the text of the question."""
    text = text_of(ask(sold, tmp_path / "q").read_bytes())
    (tmp_path / "typed").write_text(f" {text[:50]}\n{text[50:]}\n")
    out, picture = tmp_path / "answer", tmp_path / "answer.png"
    words = (
        *("prove", tmp_path / "typed", "--gate", GATE, "--registry", sold.kept),
        *("--person", winner(sold, 1), "--transcript", sold.transcript),
    )
    assert fairlot(*words, "--out", out, "--code", picture).code == 0
    (code,) = zxingcpp.read_barcodes(Image.open(picture))
    assert code.text == text_of(out.read_bytes())
    (tmp_path / "scanned").write_text(code.text)
    used = tmp_path / "used"
    assert admit(sold, tmp_path / "typed", tmp_path / "scanned", used) == (0, 0)
    # Both files, or none; and none is replaced.
    other = tmp_path / "other.png"
    assert refused(*words, "--out", out, "--code", other) == "door.exists"
    assert not other.exists()
    new = tmp_path / "new"
    assert refused(*words, "--out", new, "--code", picture) == "door.exists"
    assert not new.exists()


def refused(*words: str | Path) -> str:
    ran = fairlot(*words)
    assert (ran.code, ran.out) == (2, "")
    return ran.err.split(": ")[1]


def test_files_that_are_none_are_refused(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    question, answer = answered
    used, missing = tmp_path / "used", tmp_path / "missing"
    rows: Sequence[tuple[str, Sequence[Path]]] = (
        ("door.unreadable", (missing, question, answer)),
        ("door.unreadable", (sold.gate, missing, answer)),
        ("door.unreadable", (sold.gate, question, missing)),
        ("door.file", (question, question, answer)),
        ("door.file", (sold.gate, answer, answer)),
        ("door.file", (sold.gate, sold.gate, answer)),
    )
    for code, files in rows:
        assert refused("doors", "admit", *files, "--used", used) == code
    assert not used.exists()


def test_no_output_replaces_a_file(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    opening = ("doors", "open", sold.transcript, "--sale-id", sold.sale_id)
    assert refused(*opening, "--out", there) == "door.exists"
    asking = ("doors", "ask", sold.gate, "--gate", GATE)
    assert refused(*asking, "--out", there) == "door.exists"
    ran = try_to_prove(sold, answered[0], "Ann", there)
    assert (ran.code, ran.err.split(": ")[1]) == (2, "door.exists")
    assert there.read_text() == "mine"


def test_a_gate_has_a_name_that_people_can_read(sold: Sold, tmp_path: Path) -> None:
    for name in ("", "North\ngate", " "):
        words = ("doors", "ask", sold.gate, "--gate", name, "-o", tmp_path / "q")
        assert refused(*words) == "door.name"


def test_a_gate_is_opened_for_the_published_sale_only(
    sold: Sold, tmp_path: Path
) -> None:
    words = ("doors", "open", sold.transcript, "--out", tmp_path / "gate")
    other = fairlot(*words, "--sale-id", "00" * 32)
    assert (other.code, "winners.sale" in other.err) == (1, True)
    assert fairlot(*words).code == 2
    whole = sold.transcript.read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(whole[: len(whole) // 3])
    torn = fairlot(
        *("doors", "open", cut, "--sale-id", sold.sale_id, "--out", tmp_path / "gate")
    )
    assert torn.code == 1
    assert not (tmp_path / "gate").exists()


@pytest.mark.thorough
def test_only_who_has_a_leaf_in_the_registry_of_the_sale_proves(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    question, out = answered[0], tmp_path / "answer"
    ran = try_to_prove(sold, question, "Nobody", out)
    assert (ran.code, ran.err.split(": ")[1]) == (2, "registry-dir.person")
    inputs = sold.folder / "terms.toml", sold.folder / "people.csv"
    words = ("--out", tmp_path / "o", "--keep-registry", tmp_path / "k")
    assert fairlot("run", *inputs, *words, "--jobs", "1").code == 0
    other = Sold(tmp_path, sold.sale_id)
    shutil.copytree(sold.folder / "out", tmp_path / "out")
    (tmp_path / "k").rename(tmp_path / "kept")
    ran = try_to_prove(other, question, "Ann", out)
    assert (ran.code, ran.err.split(": ")[1]) == (2, "registry-dir.other")
    assert not out.exists()


def test_the_answer_of_one_sale_is_none_in_the_next(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    """The same person, registry and terms: another sale, another nym."""
    inputs = sold.folder / "terms.toml", sold.folder / "people.csv"
    later = ("--registry", sold.kept, "--out", tmp_path / "out", "--jobs", "1")
    assert fairlot("run", *inputs, *later).code == 0
    moved = Sold(tmp_path, sold.sale_id)
    shutil.copytree(sold.kept, moved.kept)
    ran = try_to_prove(moved, answered[0], "Ann", tmp_path / "answer")
    assert (ran.code, "door.sale" in ran.err) == (1, True)


@pytest.mark.slow
def test_a_person_of_an_earlier_sale_answers_from_a_log_that_went_on(
    sold: Sold, tmp_path: Path
) -> None:
    """Two sales of one registry: the folder of the first serves at the second's door."""
    inputs = sold.folder / "terms.toml", sold.folder / "people.csv"
    later = ("--registry", sold.kept, "--out", tmp_path / "out", "--jobs", "1")
    assert fairlot("run", *inputs, *later).code == 0
    transcript = tmp_path / "out" / "transcript.fairlot"
    sale_id = json.loads(fairlot("inspect", transcript, "--json").out)["sale_id"]
    moved = Sold(tmp_path, sale_id)
    shutil.copytree(sold.kept, moved.kept)
    opening = ("doors", "open", transcript, "--sale-id", sale_id, "-o", moved.gate)
    assert fairlot(*opening).code == 0
    question = ask(moved, tmp_path / "question")
    answer = prove(moved, question, winner(moved, 2), tmp_path / "answer")
    assert admit(moved, question, answer, tmp_path / "used") == (0, 1)


@pytest.mark.slow
def test_the_help_has_an_example_of_each_step() -> None:
    for words in (("doors",), ("doors", "open"), ("doors", "ask"), ("doors", "admit")):
        ran = fairlot(*words, "--help")
        assert (ran.code, f"fairlot {' '.join(words)}" in ran.out) == (0, True)
        assert "Exit code: 0" in ran.out
    ran = run_program(FAIRLOT, "prove", "--help")
    assert (ran.code, "fairlot prove question-1" in ran.out) == (0, True)


def test_an_answer_is_fresh_each_time(
    sold: Sold, answered: tuple[Path, Path], tmp_path: Path
) -> None:
    question, first = answered
    second = prove(sold, question, winner(sold, 1), tmp_path / "second")
    parts = [cbor.decode(path.read_bytes()) for path in (first, second)]
    assert isinstance(parts[0], dict)
    assert isinstance(parts[1], dict)
    assert parts[0]["nym"] == parts[1]["nym"]
    assert parts[0]["proof"] != parts[1]["proof"]


@pytest.mark.parametrize(
    ("to", "code", "said"),
    [
        (".", 2, "door.exists: . exists"),
        ("no/a", 1, "(no/a): name a folder that is there"),
    ],
    ids=["folder", "nowhere"],
)
def test_an_answer_needs_the_name_of_a_file(
    answered: tuple[Path, Path], sold: Sold, to: str, code: int, said: str
) -> None:
    ran = try_to_prove(sold, answered[0], winner(sold, 1), Path(to))
    assert (ran.code, ran.out, said in ran.err) == (code, "", True)


def test_nobody_answers_a_question_about_another_sale(
    sold: Sold, tmp_path: Path
) -> None:
    asked = cbor.decode(ask(sold, tmp_path / "question").read_bytes())
    assert isinstance(asked, dict)
    other = tmp_path / "other"
    other.write_bytes(cbor.encode({**asked, "sale_id": bytes(32)}))
    ran = try_to_prove(sold, other, winner(sold, 1), tmp_path / "answer")
    assert (ran.code, ran.out) == (1, "")
    assert "door.sale: the question is about another sale" in ran.err

"""A door that telephones ask (specs/door.md, section 5)."""

import asyncio
import re
from pathlib import Path

import pytest

import fairlot.service.door_desk as module
from door_way import CODE, NAME, Entrance, read_nym
from fairlot.audit.doors import open_gate
from fairlot.door.gate import FRESH_SECONDS, Gate
from fairlot.page import assembly
from fairlot.page.assembly import DOOR_BEGIN, door_page
from fairlot.service.rates import Rate
from fairlot_crypto.durable import lock_file
from kit.asgi import ask
from kit.stage import STATEMENTS, Stage
from refusal import refusal

SOURCES = Path(assembly.__file__).parent


@pytest.fixture(scope="module")
def gate(concert: Stage, concert_transcript: bytes) -> Gate:
    sale_id = concert.terms.sale_id
    return open_gate(concert_transcript, sale_id, statements=STATEMENTS)


@pytest.fixture
def entrance(concert: Stage, gate: Gate, tmp_path: Path) -> Entrance:
    return Entrance(concert, gate, tmp_path / "used.txt")


def test_a_winner_comes_in_once_and_a_loser_does_not(entrance: Entrance) -> None:
    who = entrance.winner
    assert entrance.state()["inside"] == 0
    text = entrance.answer(entrance.question(), who)
    nym = read_nym(text).hex()
    found = entrance.admit(text)
    assert (found["admitted"], found["nym"], found["left"]) == (True, nym, 0)
    state = entrance.state()
    assert (state["gate"], state["inside"]) == (NAME, 1)
    assert state["entered"] == [{"nym": nym, "times": 1, "units": 1}]
    # The same answer again, a fresh one, and somebody else's.
    assert entrance.admit(text, attempt=1)["code"] == "door.replayed"
    again = entrance.answer(entrance.question(), who)
    assert entrance.admit(again, attempt=2)["code"] == "door.used"
    loser = entrance.answer(entrance.question(), 1 - who)
    refused = entrance.admit(loser, attempt=3)
    assert (refused["admitted"], refused["code"]) == (False, "door.loser")
    assert entrance.state()["inside"] == 1


@pytest.mark.thorough
def test_whoever_did_not_hear_the_verdict_asks_again_and_it_counts_once(
    entrance: Entrance,
) -> None:
    text = entrance.answer(entrance.question(), entrance.winner)
    first = entrance.admit(text, attempt=7)
    assert entrance.admit(text, attempt=7) == first
    assert entrance.state()["inside"] == 1
    # Another telephone, or a copy of the picture, asks under a name of its own.
    assert entrance.admit(text, attempt=8)["code"] == "door.replayed"
    # Some minutes later nobody stands there any more who did not hear.
    entrance.late = FRESH_SECONDS + 1
    other = entrance.answer(entrance.question(), 1 - entrance.winner)
    assert entrance.admit(other, attempt=9)["code"] == "door.loser"


@pytest.mark.thorough
def test_only_questions_of_this_door_count(
    concert: Stage, gate: Gate, entrance: Entrance, tmp_path: Path
) -> None:
    elsewhere = Entrance(concert, gate, tmp_path / "used.txt", label="other")
    text = entrance.answer(elsewhere.question(), entrance.winner)
    assert entrance.admit(text)["code"] == "door.challenge"
    old = entrance.answer(entrance.question(), entrance.winner)
    entrance.late = FRESH_SECONDS + 1
    assert entrance.admit(old)["code"] == "door.stale"
    entrance.question()
    assert entrance.admit(old)["code"] == "door.challenge"
    assert entrance.admit("FAIRLOT-DOOR:A")["code"] == "door.malformed"
    assert entrance.state()["inside"] == 0


@pytest.mark.parametrize(
    "said", ["", "Bearer ", f"Basic {CODE}", f"Bearer {CODE[:-1]}", f"Bearer {CODE}A"]
)
def test_a_telephone_that_does_not_know_the_code_learns_nothing(
    entrance: Entrance, said: str
) -> None:
    for method, path in (("GET", "/state"), ("POST", "/ask"), ("POST", "/admit")):
        answer = entrance.ask(method, path, authorization=said)
        assert (answer.status, answer.code) == (403, "door.code")
    assert not entrance.used.exists()


@pytest.mark.thorough
def test_what_is_no_question_or_answer_is_refused(entrance: Entrance) -> None:
    text = entrance.answer(entrance.question(), entrance.winner).encode()
    for name in ("", "A" * 32, "0" * 31, "0" * 33):
        answer = entrance.ask("POST", "/admit", text, idempotency_key=name)
        assert (answer.status, answer.code) == (400, "door.attempt")
    long = entrance.ask("POST", "/admit", bytes(1 << 15), idempotency_key="0" * 32)
    assert (long.status, long.code) == (413, "door.size")
    assert entrance.ask("GET", "/admit").status == 405
    assert entrance.state()["inside"] == 0


@pytest.mark.thorough
def test_questions_have_a_rate_and_a_number(
    concert: Stage, gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Entrance(concert, gate, tmp_path / "used", Rate(burst=2))
    few.question()
    few.question()
    answer = few.ask("POST", "/ask")
    assert (answer.status, answer.code) == (429, "service.rate")
    monkeypatch.setattr(module, "MOST_ASKED", 2)
    many = Entrance(concert, gate, tmp_path / "used")
    many.question()
    many.question()
    answer = many.ask("POST", "/ask")
    assert (answer.status, answer.code) == (503, "service.busy")
    many.late = FRESH_SECONDS + 1
    many.question()


@pytest.mark.thorough
def test_nobody_comes_in_while_the_list_cannot_be_written(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = entrance.answer(entrance.question(), entrance.winner)
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    entrance.state()
    with entrance.used.open("rb") as other:
        lock_file(other)
        answer = entrance.ask("POST", "/admit", text.encode(), idempotency_key="0" * 32)
        assert (answer.status, answer.code) == (503, "door.busy")
    entrance.used.unlink()
    entrance.used.mkdir()
    answer = entrance.ask("POST", "/admit", text.encode(), idempotency_key="0" * 32)
    assert (answer.status, answer.code) == (503, "service.disk")
    assert any("cannot be written" in line for line in entrance.said)
    entrance.used.rmdir()
    assert entrance.admit(text)["admitted"]


def test_the_page_is_the_same_for_everybody_and_loads_nothing(
    entrance: Entrance,
) -> None:
    answer = asyncio.run(ask(entrance.app, "GET", "/"))
    assert (answer.status, answer.content) == (200, door_page().content)
    assert answer.headers["content-security-policy"] == door_page().policy
    assert "default-src 'none'" in door_page().policy
    assert answer.headers["permissions-policy"].startswith("camera=(self)")
    assert answer.headers["referrer-policy"] == "no-referrer"
    text = answer.content.decode()
    assert text.startswith(DOOR_BEGIN)
    assert not re.search(r"""(src|href)=["']?(?!#)[a-z]*:?//""", text)
    assert "innerHTML" not in text
    assert "eval(" not in text


def test_texts_lie_apart_and_there_is_one_for_each_code() -> None:
    texts = (SOURCES / "door" / "texts.js").read_text(encoding="utf-8")
    sentence = re.compile(r'"[A-Z][a-z]+ [a-z]+ [^"]*"')
    own = re.sub(r"(?m)//.*$", "", (SOURCES / "door" / "main.js").read_text("utf-8"))
    assert sentence.findall(own) == []
    scanned = (SOURCES / "scan.js").read_text(encoding="utf-8")
    gate = Path(module.__file__).parents[1] / "door"
    raised = {
        *re.findall(r'Refusal\("(page\.[a-z-]+)"\)', scanned),
        *(
            code
            for path in gate.glob("*.py")
            for code in re.findall(r'Rejection\(\s*"(door\.[a-z-]+)"', path.read_text())
            if code != "door.gate-file"
        ),
    }
    assert {"page.camera", "door.used", "door.loser"} <= raised
    for code in raised:
        assert f'"{code}":' in texts, code


def test_the_list_is_read_by_whoever_shares_it(entrance: Entrance) -> None:
    assert dict(entrance.desk.entered()) == {}
    entrance.used.write_text("mine")
    assert refusal(entrance.desk.entered) == "door.used-list"

"""Several telephones and several doors with one used-list: each place is given once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import sleep
from typing import BinaryIO

import pytest

from door_way import Entrance
from fairlot.audit.doors import open_gate
from fairlot.door.gate import Gate
from fairlot.door.used_list import UsedList
from fairlot.names import Nym
from fairlot.service.door_desk import Verdict
from kit.stage import STATEMENTS, Stage

TELEPHONES = 8

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def gate(concert: Stage, concert_transcript: bytes) -> Gate:
    sale_id = concert.terms.sale_id
    return open_gate(concert_transcript, sale_id, statements=STATEMENTS)


@pytest.fixture
def doors(concert: Stage, gate: Gate, tmp_path: Path) -> Sequence[Entrance]:
    """Return two doors of one sale, as two machines that share a file are."""
    used = tmp_path / "used.txt"
    return [Entrance(concert, gate, used, label=label) for label in ("one", "two")]


def at_once(*asks: Callable[[], Verdict]) -> Counter[str]:
    """Ask from as many telephones, and count what they are told."""
    barrier = Barrier(len(asks))

    def begin(does: Callable[[], Verdict]) -> str:
        barrier.wait()
        found = does()
        return "in" if found.refused is None else found.refused.code

    with ThreadPoolExecutor(len(asks)) as telephones:
        return Counter(telephones.map(begin, asks))


def asking(door: Entrance, text: str, attempt: int) -> Callable[[], Verdict]:
    data, name = text.encode(), attempt.to_bytes(16, "big")
    return lambda: door.desk.admit(data, name)


def test_one_answer_that_many_telephones_show_lets_one_person_in(
    doors: Sequence[Entrance],
) -> None:
    door = doors[0]
    text = door.answer(door.question(), door.winner)
    told = at_once(*(asking(door, text, each) for each in range(TELEPHONES)))
    assert told == {"in": 1, "door.replayed": TELEPHONES - 1}


def test_one_winner_at_two_doors_comes_in_once(
    doors: Sequence[Entrance], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has read the list is slow to write: without a lock both would."""
    reads = UsedList._read  # pyright: ignore[reportPrivateUsage]

    def slowly(used: UsedList, file: BinaryIO) -> Mapping[bytes, Nym]:
        found = reads(used, file)
        sleep(0.02)
        return found

    monkeypatch.setattr(UsedList, "_read", slowly)
    who = doors[0].winner
    # As when a door begins to serve.
    assert doors[0].state()["inside"] == 0
    texts = [
        (door, door.answer(door.question(), who))
        for door in doors
        for _ in range(TELEPHONES // 2)
    ]
    told = at_once(*(asking(*each, i) for i, each in enumerate(texts)))
    assert told == {"in": 1, "door.used": TELEPHONES - 1}
    lines = doors[0].used.read_bytes().splitlines()
    assert len(lines) == 2
    assert doors[0].state()["inside"] == doors[1].state()["inside"] == 1


def test_one_telephone_that_asks_again_and_again_is_told_the_same(
    doors: Sequence[Entrance],
) -> None:
    door = doors[0]
    text = door.answer(door.question(), door.winner)
    told = at_once(*(asking(door, text, 1) for _ in range(TELEPHONES)))
    assert told == {"in": TELEPHONES}
    assert door.state()["inside"] == 1

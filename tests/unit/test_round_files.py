"""ROUND entries from the JSON that a relay gives."""

import json
from pathlib import Path

import pytest

from fairlot.board.replay import Replay
from fairlot.board.storage import MemoryStorage
from fairlot.cli.beacon.contributor import publish, read_view
from fairlot.cli.beacon.files import read_round_file
from fairlot.entry import Entry, EntryType
from fairlot.errors import InputError, Rejection
from kit.sales import GROUP, clocked, play, stage
from kit.stage import Stage
from lies_file import STRANGER

ON = clocked()
NUMBER = ON.terms.named_rounds()[0].round_number


def view(on: Stage, until: str) -> Replay:
    """Return a board after a step, as a stranger reads it."""
    storage = MemoryStorage()
    play(on.board(storage), on, until=until)
    return read_view(storage.data, GROUP)


def relayed(folder: Path, number: int, **changes: object) -> Path:
    """Write a round of the own clock as a relay gives it, or with some fields changed."""
    beacon = ON.parts.clock.sign(GROUP, number)
    fields = {
        "round": number,
        "randomness": beacon.randomness().hex(),
        "signature": beacon.signature.hex(),
    }
    path = folder / "round.json"
    path.write_text(json.dumps({**fields, **changes}), encoding="ascii")
    return path


def made(seen: Replay, path: Path) -> Entry:
    """Make the ROUND entry of a relay's file."""
    return publish(seen, STRANGER, read_round_file(path))


def test_a_round_is_made_before_the_board_knows_that_it_is_due(tmp_path: Path) -> None:
    seen = view(ON, "reveal-end")
    (named,) = ON.terms.named_rounds()
    assert seen.time < named.due
    entry = made(seen, relayed(tmp_path, NUMBER))
    assert entry.type is EntryType.ROUND
    assert entry.body == ON.round(named).body
    assert seen.state.rounds.signatures == {named.name: entry.body["signature"]}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("step", "number", "changes", "code"),
    [
        ("reveal-end", NUMBER + 1, {}, "round.unnamed"),
        ("reveal-end", NUMBER + 1, {"round": NUMBER}, "round.signature"),
        ("reveal-end", NUMBER, {"previous_signature": "00" * 96}, "round.signature"),
        ("round", NUMBER, {}, "round.twice"),
        ("deposits", NUMBER, {}, "phase.wrong"),
    ],
)
def test_what_the_board_would_refuse_is_not_made(
    tmp_path: Path, step: str, number: int, changes: dict[str, object], code: str
) -> None:
    path = relayed(tmp_path, number, **changes)
    with pytest.raises(Rejection) as caught:
        made(view(ON, step), path)
    assert caught.value.code == code


def test_a_sale_that_names_no_round_takes_none(tmp_path: Path) -> None:
    with pytest.raises(Rejection) as caught:
        made(view(stage(), "reveal-end"), relayed(tmp_path, NUMBER))
    assert caught.value.code == "round.unnamed"


@pytest.mark.parametrize(
    "changes",
    [{"round": "7"}, {"round": 0}, {"randomness": "00" * 32}, {"sources": []}],
)
def test_a_file_that_is_no_round_is_refused(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(InputError) as caught:
        read_round_file(relayed(tmp_path, NUMBER, **changes))
    assert caught.value.code == "contribution.round"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_round_file(tmp_path / "nowhere")
    assert caught.value.code == "contribution.unreadable"

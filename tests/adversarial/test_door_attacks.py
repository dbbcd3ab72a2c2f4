"""What people may try at the door of a sale, with and without a credential."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fairlot.audit.doors import open_gate
from fairlot.door.answer import Answer, make_answer, read_answer
from fairlot.door.challenge import Challenge, make_challenge, read_challenge
from fairlot.door.gate import FRESH_SECONDS, Gate
from fairlot.door.used_list import UsedList
from fairlot.entry import EntryType
from fairlot.identity.registry import epoch_at
from fairlot.names import Nym
from fairlot_crypto.durable import lock_file
from kit.sales import play, renewed, source
from kit.stage import STATEMENTS, Stage
from refusal import refusal


@dataclass(frozen=True, slots=True)
class Door:
    """The door of the small sale, and its two people."""

    on: Stage
    gate: Gate

    @property
    def time(self) -> int:
        """An hour and more into the epoch after the unlock, past any grace."""
        day = self.on.registry.epoch
        return (self.on.terms.times.unlock // day + 1) * day + day // 2

    def ask(
        self, name: str = "North gate", label: str = "", late: int = 0
    ) -> Challenge:
        """Ask a question."""
        sale_id = self.on.terms.sale_id
        return make_challenge(sale_id, name, self.time + late, source(f"ask {label}"))

    def answer(self, asked: Challenge, who: int, earlier: int = 0) -> Answer:
        """Let somebody answer, with a credential of the running epoch or an earlier one."""
        epoch = epoch_at(self.on.registry, asked.time) - earlier
        credential = renewed(self.on, who, epoch)
        given = make_answer(
            self.on.credentials,
            credential,
            self.gate.terms,
            self.on.roll_id,
            epoch,
            asked,
            source("answer"),
        )
        return read_answer(given.encode())

    @property
    def winner(self) -> int:
        """Who of the two has won."""
        return next(
            who for who in (0, 1) if self.answer(self.ask(), who).nym in self.gate.units
        )


@pytest.fixture(scope="module")
def door(concert: Stage, concert_transcript: bytes) -> Door:
    sale_id = concert.terms.sale_id
    gate = open_gate(concert_transcript, sale_id, statements=STATEMENTS)
    return Door(concert, gate)


def test_a_winner_enters_once(door: Door, tmp_path: Path) -> None:
    used = UsedList(tmp_path / "used.txt", door.on.terms.sale_id)
    asked = read_challenge(door.ask().encode())
    given = door.answer(asked, door.winner)
    units = door.gate.check(asked, given, door.time)
    assert used.admit(asked.nonce, given.nym, units) == 0
    again = door.ask(label="again")
    given = door.answer(again, door.winner)
    units = door.gate.check(again, given, door.time)
    assert refusal(used.admit, again.nonce, given.nym, units) == "door.used"


def test_a_loser_stays_outside(door: Door) -> None:
    asked = door.ask()
    given = door.answer(asked, 1 - door.winner)
    assert refusal(door.gate.check, asked, given, door.time) == "door.loser"


def test_a_loser_with_the_winners_nym_stays_outside(door: Door) -> None:
    """Nyms stand on the board; the proof is of one's own."""
    asked = door.ask()
    nym = door.answer(asked, door.winner).nym
    given = replace(door.answer(asked, 1 - door.winner), nym=nym)
    assert refusal(door.gate.check, asked, given, door.time) == "door.presentation"


def test_an_answer_is_not_replayed_at_the_same_gate(door: Door, tmp_path: Path) -> None:
    """Neither to a new question, nor twice to the old one, whatever units are left."""
    asked, again = door.ask(), door.ask(label="again")
    given = door.answer(asked, door.winner)
    assert refusal(door.gate.check, again, given, door.time) == "door.challenge"
    posed = replace(given, asked=again)
    assert refusal(door.gate.check, again, posed, door.time) == "door.presentation"
    used = UsedList(tmp_path / "used.txt", door.on.terms.sale_id)
    used.admit(asked.nonce, given.nym, 3)
    assert refusal(used.admit, asked.nonce, given.nym, 3) == "door.replayed"


def test_an_answer_is_not_taken_to_another_gate(door: Door) -> None:
    north, south = door.ask(), door.ask("South gate")
    given = door.answer(north, door.winner)
    assert north.nonce == south.nonce
    assert refusal(door.gate.check, south, given, door.time) == "door.gate"
    posed = replace(given, asked=south)
    assert refusal(door.gate.check, south, posed, door.time) == "door.presentation"


def test_an_old_answer_is_refused(door: Door) -> None:
    asked = door.ask()
    given = door.answer(asked, door.winner)
    late = door.time + FRESH_SECONDS
    assert door.gate.check(asked, given, late) == 1
    assert refusal(door.gate.check, asked, given, late + 1) == "door.stale"
    assert refusal(door.gate.check, asked, given, door.time - 1) == "door.stale"
    renewed_time = replace(given, asked=replace(asked, time=door.time + 60))
    later = replace(asked, time=door.time + 60)
    code = refusal(door.gate.check, later, renewed_time, door.time + 60)
    assert code == "door.presentation"


def test_an_answer_of_another_sale_is_refused(door: Door) -> None:
    """The same person, the same roll; the other sale has another nym."""
    terms = replace(door.on.terms, title="Another concert")
    there = replace(door.gate, terms=terms)
    asked = door.ask()
    given = door.answer(asked, door.winner)
    assert refusal(there.check, asked, given, door.time) == "door.sale"
    moved = replace(asked, sale_id=terms.sale_id)
    assert refusal(there.check, moved, given, door.time) == "door.sale"
    posed = replace(given, asked=moved)
    assert refusal(there.check, moved, posed, door.time) == "door.presentation"
    assert refusal(door.answer, moved, door.winner) == "door.sale"


def test_a_thief_with_a_credential_of_an_old_epoch_stays_outside(door: Door) -> None:
    """After a recovery the thief has no other."""
    asked = door.ask()
    given = door.answer(asked, door.winner, earlier=1)
    assert refusal(door.gate.check, asked, given, door.time) == "door.epoch"
    posed = replace(given, epoch=given.epoch + 1)
    assert refusal(door.gate.check, asked, posed, door.time) == "door.presentation"


def test_a_credential_for_another_roll_stays_outside(door: Door) -> None:
    """Who was enrolled after the sale had opened is on a later roll."""
    asked = door.ask()
    given = door.answer(asked, door.winner)
    other = replace(door.gate, roll=type(door.gate.roll)(bytes(32)))
    assert refusal(other.check, asked, given, door.time) == "door.presentation"


def test_nobody_enters_before_the_unlock(door: Door) -> None:
    unlock = door.on.terms.times.unlock
    early = replace(door.ask(), time=unlock - 1)
    given = door.answer(early, door.winner)
    assert refusal(door.gate.check, early, given, unlock - 1) == "door.early"
    asked = replace(door.ask(), time=unlock)
    assert door.gate.check(asked, door.answer(asked, door.winner), unlock) == 1


def test_an_answer_is_neither_deposit_nor_claim(door: Door) -> None:
    """Its type is of no entry: a gate cannot act for a person."""
    assert "DOOR" not in set(EntryType)
    assert b"dDOOR" in door.ask().ph


def test_two_gates_with_one_list_admit_once(door: Door, tmp_path: Path) -> None:
    nym = Nym(bytes(48))
    gates = [UsedList(tmp_path / "used.txt", door.on.terms.sale_id) for _ in "ab"]
    assert gates[0].admit(bytes([1]) * 32, nym, 1) == 0
    assert refusal(gates[1].admit, bytes([2]) * 32, nym, 1) == "door.used"


def test_n_units_admit_n_times(door: Door, tmp_path: Path) -> None:
    used, nym = UsedList(tmp_path / "used.txt", door.on.terms.sale_id), Nym(bytes(48))
    left = [used.admit(bytes([number]) * 32, nym, 3) for number in range(3)]
    assert left == [2, 1, 0]
    assert refusal(used.admit, bytes([9]) * 32, nym, 3) == "door.used"


def test_while_one_gate_writes_another_waits(door: Door, tmp_path: Path) -> None:
    path = tmp_path / "used.txt"
    used = UsedList(path, door.on.terms.sale_id)
    used.admit(bytes([1]) * 32, Nym(bytes(48)), 2)
    with path.open("r+b") as file:
        lock_file(file)
        code = refusal(used.admit, bytes([2]) * 32, Nym(bytes(48)), 2)
    assert code == "door.busy"


def test_a_crash_at_any_byte_admits_nobody_unwritten(
    door: Door, tmp_path: Path
) -> None:
    """Who had entered before the crash cannot enter again; who had not, can."""
    path, nym = tmp_path / "used.txt", Nym(bytes(48))
    used = UsedList(path, door.on.terms.sale_id)
    used.admit(bytes([1]) * 32, nym, 2)
    before = path.read_bytes()
    used.admit(bytes([2]) * 32, nym, 2)
    after = path.read_bytes()
    for end in range(len(before), len(after)):
        path.write_bytes(after[:end])
        assert used.admit(bytes([2]) * 32, nym, 2) == 0
        assert path.read_bytes() == after


def test_a_changed_list_lets_nobody_in(door: Door, tmp_path: Path) -> None:
    path, nym = tmp_path / "used.txt", Nym(bytes(48))
    used = UsedList(path, door.on.terms.sale_id)
    used.admit(bytes([1]) * 32, nym, 2)
    good = path.read_bytes()
    for at in range(len(good)):
        path.write_bytes(good[:at] + b"\x00" + good[at + 1 :])
        code = refusal(used.admit, bytes([2]) * 32, nym, 2)
        assert code == "door.used-list"


def test_a_gate_is_opened_for_the_sale_that_was_published(
    concert_transcript: bytes,
) -> None:
    code = refusal(open_gate, concert_transcript, bytes(32), statements=STATEMENTS)
    assert code == "winners.sale"


def test_a_gate_is_not_opened_by_a_file_that_breaks_rules(
    concert: Stage, concert_transcript: bytes
) -> None:
    data, at = bytearray(concert_transcript), len(concert_transcript) // 2
    data[at] ^= 1
    sale_id = concert.terms.sale_id
    code = refusal(open_gate, bytes(data), sale_id, statements=STATEMENTS)
    assert code not in {"winners.sale", "winners.unsettled"}


def test_a_sale_without_a_result_has_no_winners(concert: Stage) -> None:
    board = play(concert.board(), concert, until="sealed")
    data = board.storage.read()
    code = refusal(open_gate, data, concert.terms.sale_id, statements=STATEMENTS)
    assert code == "winners.unsettled"

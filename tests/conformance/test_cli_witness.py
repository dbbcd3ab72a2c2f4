"""``fairlot witness`` and ``fairlot beacon attach``: who watches, and what that shows."""

import json
import stat
from pathlib import Path

import pytest

from command import FAIRLOT, Ran, fairlot, run_program
from fairlot.board.standing import Marked
from fairlot.board.storage import create_transcript
from fairlot.entry import EntryType
from fairlot_crypto.durable import lock_file
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.note import KeyKind, NoteKey
from kit.lying_board import LyingBoard, play_with
from kit.real_view import real
from kit.recovering import delayed
from kit.sales import registered, stage
from place import CONTRIBUTORS, Place, closed_place

NUMBERS = (0, 1, 2)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a board on which deposits are closed, and nobody has co-signed anything."""
    place = closed_place(tmp_path, delayed(2).watched())
    write_keys(place)
    return place


def write_keys(place: Place) -> None:
    for number in NUMBERS:
        seed = place.on.witness_key(number).seed.hex()
        (place.folder / f"w{number}.key").write_text(f"{seed}\n", encoding="ascii")


def cosign(
    place: Place, number: int = 0, *more: str | Path, out: str = "", state: str = ""
) -> Ran:
    """Let a witness co-sign the board as it is."""
    folder = place.folder
    words = ("--key", folder / f"w{number}.key")
    kept = ("--state", folder / (state or f"w{number}.state"))
    path = ("--out", folder / (out or f"w{number}.head"))
    return fairlot("witness", "cosign", place.transcript, *words, *kept, *path, *more)


def attach(place: Place, *names: str) -> Ran:
    heads = [place.folder / name for name in names]
    return place.beacon("attach", *heads, "--key", place.folder / "board.key")


def watch(place: Place, *numbers: int) -> None:
    """Let some witnesses co-sign, and the board attach it."""
    for number in numbers:
        ran = cosign(place, number)
        assert (ran.code, ran.err) == (0, "")
    attached = attach(place, *(f"w{number}.head" for number in numbers))
    assert (attached.code, attached.err) == (0, "")


def refused(ran: Ran, code: str, exit_code: int = 1) -> None:
    assert (ran.code, ran.out) == (exit_code, ""), ran.err
    assert code in ran.err


def head_in(path: Path) -> SignedCheckpoint:
    return SignedCheckpoint.parse(path.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_contributors_wait_for_a_quorum_each_time_before_they_sign(
    place: Place,
) -> None:
    refused(place.commit("one"), "witness.quorum")
    watch(place, 0)
    refused(place.commit("one"), "witness.quorum")
    assert not list(place.folder.glob("one.secret*"))
    watch(place, 1)
    place.commit_all()
    refused(place.seal("one"), "witness.quorum")
    assert not (place.folder / "one.secret.seal").exists()
    watch(place, 1, 2)
    for who in CONTRIBUTORS:
        assert place.seal(who).code == 0
    names = [f"{who}.seal" for who in CONTRIBUTORS]
    assert place.post(*names, after=70).code == 0
    assert place.mark(EntryType.SEALED).code == 0
    refused(place.reveal("one"), "witness.quorum")
    watch(place, 0, 2)
    assert place.reveal("one").code == 0


@pytest.mark.slow
def test_a_sale_is_watched_to_its_result(place: Place) -> None:
    watch(place, 0, 1)
    place.commit_all()
    watch(place, 0, 1)
    for who in CONTRIBUTORS:
        assert place.seal(who).code == 0
    assert place.post(*(f"{who}.seal" for who in CONTRIBUTORS), after=70).code == 0
    assert place.mark(EntryType.SEALED).code == 0
    watch(place, 0, 1)
    for who in CONTRIBUTORS:
        assert place.reveal(who).code == 0
    assert place.post(*(f"{who}.reveal" for who in CONTRIBUTORS), after=130).code == 0
    assert place.mark(EntryType.REVEAL_END).code == 0
    assert place.mark(EntryType.RESULT).code == 0
    assert "shows that RESULT was seen" in audited(place).out
    watch(place, 0, 1)
    assert "shows that RESULT was seen" not in audited(place).out
    read = place.view()
    read.check()
    for kind in (EntryType.CLOSE, EntryType.COMMIT_END, EntryType.SEALED):
        assert read.watch.marked(read.state, kind) is Marked.IN_TIME
    checks = json.loads(audited(place, "--json").out)["checks"]
    failing = [check["id"] for check in checks if check["findings"]]
    assert failing == ["A28"], "nobody watched when it opened"


def audited(place: Place, *words: str) -> Ran:
    terms = place.on.terms
    roots = ("--sale-id", terms.sale_id.hex(), "--board-key", terms.board.key.hex())
    return fairlot("audit", place.transcript, "--rehearsal", *roots, *words)


def test_a_witness_dates_what_it_sees(place: Place) -> None:
    ran = cosign(place, 0, "--json", "--time", "1893459610")
    assert (ran.code, ran.err) == (0, "")
    read = place.view()
    last = read.heads[read.state.tree.size]
    assert json.loads(ran.out) == {
        "format": "fairlot/witness-head",
        "version": 1,
        "origin": place.on.terms.origin,
        "size": read.state.tree.size,
        "root": read.state.tree.root().hex(),
        "witness": place.on.terms.witnesses.named[0].name,
        "time": 1893459610,
    }
    head = head_in(place.folder / "w0.head")
    assert head.checkpoint == last.checkpoint
    assert [line.name for line in head.lines] == [
        place.on.terms.origin,
        place.on.terms.witnesses.named[0].name,
    ]
    assert place.bytes_of("w0.state") == place.bytes_of("w0.head")
    assert "co-signed by witness.example/0 at 1893459620" in (
        cosign(place, 0, "--time", "1893459620").out
    )


def test_what_a_witness_signed_is_recorded_before_it_leaves(place: Place) -> None:
    (place.folder / "out" / "in the way").mkdir(parents=True)
    assert cosign(place, out="out").code == 1
    assert head_in(place.folder / "w0.state").checkpoint.size > 0


@pytest.mark.thorough
def test_a_witness_co_signs_one_history_only(place: Place) -> None:
    on, old = place.on, place.copy("old")
    watch(place, 0, 1)
    place.commit_all()
    assert cosign(place).code == 0
    kept = place.bytes_of("w0.state")

    def other(board: LyingBoard, time: int) -> None:
        frozen = board.state.contributions.frozen
        board.batch(time, on.commit(frozen, 0, alpha=7), on.commit(frozen, 1))

    fork = play_with(on, instead={"commits": other}, until="sealed")
    (place.folder / "fork").write_bytes(fork)
    for name in (old.name, "fork"):
        ran = cosign(Place(on, place.folder, name), out="out")
        refused(ran, "witness.fork")
        assert "fairlot compare" in ran.err
    assert not (place.folder / "out").exists()
    assert place.bytes_of("w0.state") == kept


def test_the_same_head_is_dated_again_and_never_earlier(place: Place) -> None:
    times = place.on.terms.times
    first, later = str(times.close + 20), str(times.close + 10**6)
    assert cosign(place, 0, "--time", first).code == 0
    assert cosign(place, 0, "--time", later, out="again").code == 0
    assert attach(place, "again").code == 0
    refused(cosign(place, 0, "--time", first, out="third"), "witness.clock")
    assert cosign(place, 1, "--time", later).code == 0
    assert attach(place, "w1.head").code == 0
    read = place.view()
    missed = read.watch.marked(read.state, EntryType.COMMIT_END)
    assert missed is Marked.MISSED, "a quorum saw nothing for so long"


def test_a_witness_that_has_lost_its_state_is_told(place: Place) -> None:
    watch(place, 0)
    (place.folder / "w0.state").unlink()
    refused(cosign(place), "witness.state", 2)
    assert not (place.folder / "w0.state").exists()
    assert cosign(place, 1).code == 0, "another one has not co-signed before"


def test_what_is_no_state_of_this_witness_and_log_is_refused(place: Place) -> None:
    assert cosign(place, 1).code == 0
    other = Place(stage().watched(), place.folder, "other")
    (place.folder / "other").write_bytes(play_with(other.on, until="close"))
    refused(cosign(place, state="w1.state"), "witness.state", 2)
    on = other.on
    wrong = play_with(on, until="open")
    (place.folder / "other").write_bytes(wrong)
    head = other.view().heads[max(other.view().heads)]
    own = head.lines[0], head.lines[1]
    text = SignedCheckpoint(head.checkpoint, own).to_text()
    assert on.witness_key(0).seed == place.on.witness_key(0).seed
    for data, code in (
        (text.encode(), "witness.state"),
        (b"", "head.form"),
        (b"state", "head.form"),
        (place.transcript.read_bytes(), "head.form"),
    ):
        (place.folder / "w0.state").write_bytes(data)
        refused(cosign(place), code, 2)
        assert place.bytes_of("w0.state") == data


def test_nobody_unnamed_co_signs(place: Place) -> None:
    (place.folder / "w0.key").write_bytes(place.bytes_of("stranger.key"))
    refused(cosign(place), "witness.unnamed")
    assert not (place.folder / "w0.state").exists()


def test_a_board_that_breaks_a_rule_is_not_co_signed(place: Place) -> None:
    data = bytearray(place.transcript.read_bytes())
    data[-10] ^= 1
    place.transcript.write_bytes(data)
    refused(cosign(place), "at byte")
    assert not (place.folder / "w0.state").exists()


def test_one_witness_at_a_time(place: Place) -> None:
    with (place.folder / "w0.key").open("rb") as file:
        lock_file(file)
        refused(cosign(place), "contribution.locked", 2)
    assert cosign(place).code == 0


def test_a_head_replaces_nothing_but_a_head(place: Place) -> None:
    for name in ("w0.key", "transcript.fairlot", "one.key"):
        before = place.bytes_of(name)
        refused(cosign(place, out=name), "contribution.exists", 2)
        assert place.bytes_of(name) == before
    assert not (place.folder / "w0.state").exists()
    assert cosign(place).code == 0
    assert cosign(place).code == 0


def test_a_real_sale_is_dated_by_the_clock_of_the_machine(tmp_path: Path) -> None:
    """This one is of 2030: no clock is there yet, or it has been there long ago."""
    on = real()
    place = Place(on, tmp_path)
    write_keys(place)
    storage = create_transcript(place.transcript)
    registered(on, storage).append([on.terms_entry()], on.terms.times.open)
    storage.close()
    refused(cosign(place), "witness.clock")
    refused(cosign(place, 0, "--time", "1893456000"), "witness.time", 2)
    assert not (tmp_path / "w0.state").exists()
    assert not (tmp_path / "w0.head").exists()


# The key.


@pytest.mark.slow
def test_a_witness_key_is_new_private_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "witness.key"
    words = ("witness", "key", "--out", path, "--name", "witness.example/1")
    ran = run_program(FAIRLOT, *words)
    assert ran.code == 0
    key = SigningKey.from_seed(bytes.fromhex(path.read_text(encoding="ascii")))
    named = NoteKey("witness.example/1", KeyKind.COSIGNATURE_V1, key.public)
    assert ran.out == f"{named.to_text()}\n"
    assert NoteKey.parse(ran.out.strip()) == named
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    refused(fairlot(*words), "contribution.exists", 2)
    assert bytes.fromhex(path.read_text(encoding="ascii")) == key.seed


def test_a_witness_key_for_machines(tmp_path: Path) -> None:
    path = tmp_path / "witness.key"
    ran = fairlot("witness", "key", "--out", path, "--name", "w", "--json")
    assert ran.code == 0
    said = json.loads(ran.out)
    key = SigningKey.from_seed(bytes.fromhex(path.read_text(encoding="ascii")))
    named = NoteKey("w", KeyKind.COSIGNATURE_V1, key.public)
    assert said.pop("format") == "fairlot/witness-key"
    assert said.pop("version") == 1
    assert said == {"name": "w", "key": key.public.hex(), "vkey": named.to_text()}


@pytest.mark.parametrize("name", ["", "two words", "a+b", "ü", "x" * 201])
def test_a_name_that_no_terms_can_give_is_refused(tmp_path: Path, name: str) -> None:
    ran = fairlot("witness", "key", "--out", tmp_path / "key", "--name", name)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("usage: fairlot witness key")
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize("words", [[], ["look"], ["cosign"], ["key"]])
def test_wrong_usage_is_refused(words: list[str]) -> None:
    ran = fairlot("witness", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("usage: fairlot witness")


@pytest.mark.parametrize("step", ["key", "cosign"])
def test_every_step_has_help_with_an_example(step: str) -> None:
    ran = fairlot("witness", step, "--help")
    assert ran.code == 0
    assert "Exit code: 0" in ran.out
    assert f"Examples:\n  fairlot witness {step}" in ran.out


# What the board attaches.


def test_the_lines_of_one_head_are_attached_together(place: Place) -> None:
    for number in NUMBERS:
        assert cosign(place, number).code == 0
    before = len(place.transcript.read_bytes())
    ran = attach(place, *(f"w{number}.head" for number in NUMBERS))
    size = place.view().state.tree.size
    assert (ran.code, ran.out, ran.err) == (0, f"head {size} 3\n", "")
    assert len(place.transcript.read_bytes()) > before
    read = place.view()
    read.check()
    assert len(read.watch.seen) == 3
    assert len(read.heads[size].lines) == 4


def test_two_dates_of_one_witness_are_attached_apart(place: Place) -> None:
    for date in ("1893459600", "1893459700"):
        assert cosign(place, 0, "--time", date, out=f"at-{date}").code == 0
    ran = attach(place, "at-1893459600", "at-1893459700")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 2
    assert {seen.date for seen in place.view().watch.seen} == {1893459600, 1893459700}


@pytest.mark.thorough
def test_heads_of_several_sizes_are_attached(place: Place) -> None:
    watch(place, 1, 2)
    assert cosign(place, 0, out="first").code == 0
    place.commit_all()
    assert cosign(place, 0, out="second").code == 0
    ran = attach(place, "second", "first")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 2
    place.view().check()


def test_what_is_no_head_of_this_board_is_refused_and_the_others_are_not(
    place: Place,
) -> None:
    on = place.on
    assert cosign(place, 0).code == 0
    good = head_in(place.folder / "w0.head")
    _, line = good.lines
    forged = good.to_text().replace(line.name, on.terms.witnesses.named[1].name)

    def other(board: LyingBoard, time: int) -> None:
        frozen = board.state.contributions.frozen
        board.batch(time, on.commit(frozen, 0, alpha=7), on.commit(frozen, 1))

    fork = Place(on, place.folder, "fork")
    fork.transcript.write_bytes(
        play_with(on, instead={"commits": other}, until="seals")
    )
    heads = fork.view().heads
    wrong = {
        "unsigned": SignedCheckpoint(good.checkpoint, (line,)).to_text(),
        "unknown": forged,
        "fork": heads[max(heads)].to_text(),
    }
    codes = {
        "unsigned": "checkpoint.board-lines",
        "unknown": "checkpoint.unknown-line",
        "fork": "checkpoint.tree",
    }
    for name, text in wrong.items():
        (place.folder / f"{name}.head").write_text(text, encoding="utf-8")
    names = [f"{name}.head" for name in wrong]
    ran = attach(place, *names, "w0.head")
    assert ran.code == 1
    assert ran.out == f"head {good.checkpoint.size} 1\n"
    for name, code in codes.items():
        assert f"{name}.head was refused: {code}" in ran.err
    before = place.transcript.read_bytes()
    assert attach(place, *names).code == 1
    assert place.transcript.read_bytes() == before


def test_what_is_no_head_at_all_attaches_nothing(place: Place) -> None:
    before = place.transcript.read_bytes()
    assert cosign(place).code == 0
    (place.folder / "odd").write_text("no head", encoding="utf-8")
    refused(attach(place, "w0.head", "odd"), "head.form", 2)
    refused(attach(place, "w0.head", "none"), "head.unreadable", 2)
    refused(attach(place, "transcript.fairlot"), "head.form", 2)
    (place.folder / "board.key").write_bytes(place.bytes_of("stranger.key"))
    refused(attach(place, "w0.head"), "entry.key")
    assert place.transcript.read_bytes() == before

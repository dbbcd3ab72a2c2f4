"""What a contributor keeps: the last head, and one seal; and what they refuse by them."""

import stat
from pathlib import Path

import pytest

from command import Ran, fairlot, word_of
from fairlot.beacon.seals import make_seal
from fairlot.cli import main
from fairlot.cli.beacon.files import decode_entry
from fairlot.cli.beacon.kept import Kept
from fairlot.entry import EntryType
from fairlot.errors import InputError
from fairlot_crypto.durable import lock_file
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from kit.lying_board import LyingBoard, play_with
from kit.real_view import real, real_transcript
from kit.sales import stage
from place import Place, closed_place

STEPS = ("commit", "seal", "reveal")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a board on which deposits are closed."""
    return closed_place(tmp_path)


def refused(ran: Ran, code: str, exit_code: int = 1) -> None:
    assert (ran.code, ran.out) == (exit_code, ""), ran.err
    assert code in ran.err


def head_of(place: Place, who: str = "one") -> SignedCheckpoint:
    text = place.bytes_of(f"{who}.secret.head").decode()
    return SignedCheckpoint.parse(text)


def forked(place: Place, until: str) -> Place:
    """Return the same people before a board that went back to CLOSE."""

    def ground(board: LyingBoard, time: int) -> None:
        frozen = board.state.contributions.frozen
        own = decode_entry(place.bytes_of("one.commit"))
        board.batch(time, own, place.on.commit(frozen, 1))

    def sealed(board: LyingBoard, time: int) -> None:
        board.batch(time, place.on.seal(board.state, 1))

    kept = place.view()
    before = [timed.entry for timed in kept.entries]
    deposits = [e for e in before if e.type in {EntryType.DEPOSIT, EntryType.PAID}]
    data = play_with(
        place.on,
        instead={"commits": ground, "seals": sealed},
        until=until,
        deposits=deposits,
    )
    (place.folder / "fork").write_bytes(data)
    return Place(place.on, place.folder, "fork")


# The head.


@pytest.mark.thorough
def test_each_step_keeps_the_last_head_that_it_saw(place: Place) -> None:
    assert place.commit("one").code == 0
    assert head_of(place).checkpoint.size == place.view().state.tree.size
    assert place.commit("two").code == 0
    assert place.post("one.commit", "two.commit", after=10).code == 0
    assert place.mark(EntryType.COMMIT_END).code == 0
    for step in ("seal", "reveal"):
        assert place.own(step, "one").code == 0
        view = place.view()
        assert head_of(place) == view.heads[view.state.tree.size]
        if step == "seal":
            assert place.seal("two").code == 0
            assert place.post("one.seal", "two.seal", after=70).code == 0
            assert place.mark(EntryType.SEALED).code == 0


@pytest.mark.thorough
@pytest.mark.parametrize("step", STEPS)
def test_the_head_is_there_before_the_entry(place: Place, step: str) -> None:
    ready = {"commit": lambda: None, "seal": place.commit_all, "reveal": place.seal_all}
    ready[step]()
    (place.folder / "out" / "in the way").mkdir(parents=True)
    assert place.own(step, "one", "out").code == 1
    assert head_of(place).checkpoint.size == place.view().state.tree.size


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("step", "record"),
    [("commit", "own.write_secret"), ("seal", "kept.write_new_file")],
)
def test_the_head_is_there_before_secret_and_seal(
    place: Place, monkeypatch: pytest.MonkeyPatch, step: str, record: str
) -> None:
    """A kill between the two leaves nothing that another history could use."""

    def full(*_: object) -> None:
        raise OSError("the disk is full")

    if step == "seal":
        place.commit_all()
    monkeypatch.setattr(f"fairlot.cli.beacon.{record}", full)
    words = [f"--{name}={place.folder / f'one.{name}'}" for name in ("key", "secret")]
    out = place.folder / "out"
    assert (
        main([word_of(step), step, str(place.transcript), *words, f"--out={out}"]) == 1
    )
    assert head_of(place).checkpoint.size == place.view().state.tree.size
    assert not out.exists()


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_an_old_copy_is_refused(place: Place, step: str) -> None:
    old = place.copy("old")
    place.seal_all()
    if step == "seal":
        (place.folder / "one.secret.seal").unlink()
    before = place.bytes_of("one.secret.head")
    ran = old.own(step, "one", "out")
    refused(ran, "head.fork")
    assert "fairlot compare" in ran.err
    assert not (place.folder / "out").exists()
    assert place.bytes_of("one.secret.head") == before


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_another_history_is_refused(place: Place, step: str) -> None:
    place.seal_all()
    (place.folder / "one.secret.seal").unlink()
    refused(forked(place, "seals").own(step, "one", "out"), "head.fork")
    assert not (place.folder / "out").exists()
    compared = fairlot(
        "compare", place.folder / "fork", place.folder / "one.secret.head"
    )
    assert compared.code == 1
    assert "EVIDENCE" in compared.out


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_nobody_signs_with_a_secret_whose_head_is_gone(place: Place, step: str) -> None:
    """A key that was restored without its record cannot tell one history from another."""
    place.seal_all()
    for name in ("one.secret.head", "one.secret.seal"):
        (place.folder / name).unlink()
    refused(place.own(step, "one", "out"), "head.missing", 2)
    assert not (place.folder / "one.secret.head").exists()
    assert not (place.folder / "one.secret.seal").exists()


@pytest.mark.thorough
def test_a_head_without_a_secret_binds_too(place: Place) -> None:
    """A kill can come between the two, before any entry was written."""
    assert place.commit("one").code == 0
    (place.folder / "one.secret").unlink()
    assert place.commit("one").code == 0
    old = place.copy("old")
    place.commit_all()
    assert place.seal("one").code == 0
    (place.folder / "one.secret").unlink()
    refused(old.commit("one"), "head.fork")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "head.form"),
        (b"a head\n", "head.form"),
        (b"\xff\xfe", "head.form"),
        (b"\xa0", "head.form"),
        (None, "head.other"),
    ],
)
def test_what_is_no_head_of_this_log_is_refused(
    place: Place, text: bytes | None, code: str
) -> None:
    assert place.commit("one").code == 0
    other = SignedCheckpoint.parse(head_of(place).to_text())
    if text is None:
        line, *_ = other.lines
        forged = SignedCheckpoint(other.checkpoint, (line,))
        text = forged.to_text().replace(line.name, f"other/{'00' * 32}").encode()
    (place.folder / "one.secret.head").write_bytes(text)
    refused(place.commit("one"), code, 2)


def test_a_head_that_the_board_has_not_signed_is_no_fork(place: Place) -> None:
    """Anybody could write it: it shows nothing about this board."""
    assert place.commit("one").code == 0
    text = place.bytes_of("one.secret.head").decode()
    size = str(head_of(place).checkpoint.size)
    forged = text.replace(f"\n{size}\n", f"\n{int(size) + 5}\n")
    (place.folder / "one.secret.head").write_text(forged, encoding="utf-8")
    refused(place.commit("one"), "head.other", 2)


# The seal.


@pytest.mark.thorough
def test_a_seal_is_recorded_and_written_again(place: Place) -> None:
    place.commit_all()
    assert place.seal("one").code == 0
    made = place.bytes_of("one.seal")
    assert place.bytes_of("one.secret.seal") == made
    mode = stat.S_IMODE((place.folder / "one.secret.seal").stat().st_mode)
    assert mode == 0o600
    (place.folder / "one.seal").unlink()
    assert place.seal("one").code == 0
    assert place.bytes_of("one.seal") == made
    assert place.seal("two").code == 0
    assert place.post("one.seal", "two.seal", after=70).code == 0
    assert place.mark(EntryType.SEALED).code == 0
    assert place.seal("one").code == 0, "it may have been lost on its way"
    assert place.bytes_of("one.seal") == made


def test_a_seal_is_recorded_before_it_leaves(place: Place) -> None:
    place.commit_all()
    (place.folder / "out" / "in the way").mkdir(parents=True)
    assert place.own("seal", "one", "out").code == 1
    made = place.bytes_of("one.secret.seal")
    assert decode_entry(made).type is EntryType.SEAL
    assert place.seal("one").code == 0
    assert place.bytes_of("one.seal") == made


@pytest.mark.thorough
def test_a_second_set_is_never_sealed_and_both_are_named(place: Place) -> None:
    place.commit_all()
    assert place.seal("one").code == 0
    made = place.bytes_of("one.secret.seal")
    fork = forked(place, "commit-end")
    ran = fork.seal("one")
    refused(ran, "sealing.other")
    for view in (place.view(), fork.view()):
        due = view.state.due_seals().due
        assert due.b_star.hex() in ran.err
        assert due.head.root.hex() in ran.err
    assert place.bytes_of("one.seal") == place.bytes_of("one.secret.seal") == made


def test_a_record_is_never_replaced(place: Place) -> None:
    """Another step has recorded one since this one looked."""
    place.commit_all()
    assert place.seal("one").code == 0
    made = place.bytes_of("one.secret.seal")
    with pytest.raises(InputError) as caught:
        Kept(place.folder / "one.secret").record_seal(decode_entry(made))
    assert caught.value.code == "contribution.exists"
    assert place.bytes_of("one.secret.seal") == made


@pytest.mark.thorough
def test_what_is_no_seal_of_this_key_and_sale_seals_nothing(place: Place) -> None:
    place.commit_all()
    due = place.view().state.due_seals().due
    one, two = place.on.parts.contributors
    sale = stage().terms.sale_id
    wrong = {
        "garbage": b"garbage",
        "empty": b"",
        "a commitment": place.bytes_of("one.commit"),
        "another's": make_seal(place.on.terms.sale_id, due, two).encoded,
        "of another sale": make_seal(sale, due, one).encoded,
    }
    for what, data in wrong.items():
        (place.folder / "one.secret.seal").write_bytes(data)
        ran = place.own("seal", "one", "out")
        assert (ran.code, ran.out) == (2, ""), what
        assert "contribution.seal" in ran.err, what
        assert place.bytes_of("one.secret.seal") == data


def test_who_has_not_committed_seals_nothing(place: Place) -> None:
    assert place.commit("depositor").code == 0
    for who in ("one", "two"):
        assert place.commit(who).code == 0
    assert place.post("one.commit", "two.commit", after=10).code == 0
    assert place.mark(EntryType.COMMIT_END).code == 0
    refused(place.seal("depositor"), "seal.commitment")
    assert not (place.folder / "depositor.secret.seal").exists()


def test_nobody_seals_before_the_commitments_have_ended(place: Place) -> None:
    assert place.commit("one").code == 0
    assert place.post("one.commit", after=10).code == 0
    refused(place.seal("one"), "phase.wrong")
    assert not (place.folder / "one.secret.seal").exists()


@pytest.mark.thorough
def test_nobody_seals_for_the_first_time_after_sealed(place: Place) -> None:
    place.commit_all()
    for who in ("one", "two"):
        assert place.seal(who).code == 0
    assert place.post("one.seal", "two.seal", after=70).code == 0
    assert place.mark(EntryType.SEALED).code == 0
    refused(place.seal("depositor"), "phase.wrong")
    assert not (place.folder / "depositor.secret.seal").exists()


# Files.


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kept", ["one.secret", "one.secret.head", "one.secret.seal"])
def test_no_entry_is_written_over_what_is_kept(
    place: Place, step: str, kept: str
) -> None:
    refused(place.own(step, "one", kept), "contribution.exists", 2)
    assert not (place.folder / kept).exists()


@pytest.mark.slow
@pytest.mark.parametrize("step", ["commit", "seal", "reveal", "recover"])
def test_no_entry_is_written_over_another_seal(place: Place, step: str) -> None:
    place.commit_all()
    assert place.seal("two").code == 0
    made = place.bytes_of("two.secret.seal")
    if step == "recover":
        ran = place.beacon("recover", "--out", place.folder / "two.secret.seal")
    else:
        ran = place.own(step, "one", "two.secret.seal")
    refused(ran, "contribution.exists", 2)
    assert place.bytes_of("two.secret.seal") == made


@pytest.mark.parametrize("step", STEPS)
def test_one_step_with_a_key_at_a_time(place: Place, step: str) -> None:
    assert place.commit("one").code == 0
    with (place.folder / "one.key").open("rb") as file:
        lock_file(file)
        refused(place.own(step, "one", "out"), "contribution.locked", 2)
    assert place.commit("one").code == 0


# Whoever else keeps a head.


@pytest.mark.slow
def test_a_buyer_gives_a_head_that_the_board_must_extend(place: Place) -> None:
    place.seal_all()
    old = place.copy("old")
    assert place.reveal("one").code == 0
    assert place.post("one.reveal", after=130).code == 0
    assert place.mark(EntryType.REVEAL_END).code == 0
    view = place.view()
    head = place.folder / "my.head"
    head.write_text(view.heads[view.state.tree.size].to_text(), encoding="utf-8")
    words = ("--head", head, "--out", place.folder / "out")
    refused(old.beacon("recover", *words), "head.fork")
    assert not (place.folder / "out").exists()
    before = head.read_bytes()
    assert place.beacon("recover", *words).code == 0
    assert head.read_bytes() == before, "the head is the buyer's to keep"
    head.write_text("no head", encoding="utf-8")
    refused(place.beacon("recover", *words), "head.form", 2)


def test_whoever_posts_a_round_can_give_a_head(tmp_path: Path) -> None:
    on = stage(contributors=1).waiting()
    late = play_with(on, until="reveals")
    early = play_with(on, until="sealed")
    (tmp_path / "late").write_bytes(late)
    (tmp_path / "early").write_bytes(early)
    (named,) = on.terms.named_rounds()
    beacon = on.parts.clock.sign(on.curve, named.round_number)
    (tmp_path / "round.json").write_text(
        f'{{"round": {beacon.round_number}, "signature": "{beacon.signature.hex()}"}}',
        encoding="ascii",
    )
    view = Place(on, tmp_path, "late").view()
    text = view.heads[view.state.tree.size].to_text()
    (tmp_path / "head").write_text(text, encoding="utf-8")
    words = (tmp_path / "round.json", "--head", tmp_path / "head")
    out = ("--out", tmp_path / "out")
    refused(fairlot("beacon", "round", tmp_path / "early", *words, *out), "head.fork")
    assert fairlot("beacon", "round", tmp_path / "late", *words, *out).code == 0


# Clocks.


def test_nobody_commits_to_a_board_of_another_year(tmp_path: Path) -> None:
    """Its sale is of 2030, and is no rehearsal."""
    (tmp_path / "board").write_bytes(real_transcript("close"))
    key = real().parts.contributors[0]
    (tmp_path / "one.key").write_text(f"{key.seed.hex()}\n", encoding="ascii")
    place = Place(real(), tmp_path, "board")
    refused(place.commit("one"), "head.clock")
    assert not list(tmp_path.glob("one.secret*"))

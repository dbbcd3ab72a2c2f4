"""``fairlot run``: what it leaves, what it prints, what it refuses."""

import csv
import json
import os
import re
import shlex
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from command import (
    FAIRLOT,
    PEOPLE,
    SEED,
    TERMS,
    Ran,
    crowd,
    fairlot,
    interruptible,
    run_program,
    write_inputs,
)
from fairlot.board.replay import replay
from fairlot.entry import EntryType
from kit.sales import stage

NAMES = ("Zoé", 'Bob, the "Great"', "Ann", "Nil", "Poor")
DEPOSITS = (150, 250, 100, 0, 99)
QUANTITIES = (1, 2, 1, 0, 0)
"""min(cap, wants, deposit // price), by hand."""
LOT = 1
"""Four units are wanted and three are there: level 1, and no unit is left."""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    home = tmp_path_factory.mktemp("run")
    inputs = write_inputs(home)
    out = home / "new" / "below"
    words = ("--out", out, "--seed", SEED, "--acks")
    return fairlot("run", inputs.terms, inputs.people, *words), out


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_it_leaves_four_files_and_nothing_else(ran: tuple[Ran, Path]) -> None:
    done, out = ran
    assert done.code == 0
    assert done.err == "", "no progress in a pipe"
    left = sorted(path.name for path in out.iterdir())
    assert left == [
        "allocation.csv",
        "nyms.csv",
        "transcript.fairlot",
        "winners.csv",
    ]


def test_the_allocation_is_exact_to_the_byte(ran: tuple[Ran, Path]) -> None:
    data = (ran[1] / "allocation.csv").read_bytes()
    row = rb"[0-9a-f]{96},(0|[1-9][0-9]*),(0|[1-9][0-9]*),(0|[1-9][0-9]*)\n"
    assert re.fullmatch(rb"nym,units,payment,refund\n(%b)+" % row, data)
    nyms = [line.split(b",")[0] for line in data.splitlines()[1:]]
    assert nyms == sorted(set(nyms))
    assert len(nyms) == len(NAMES), "rows of zero units are there too"


def test_the_nyms_are_private_and_in_the_order_of_the_people(
    ran: tuple[Ran, Path],
) -> None:
    path = ran[1] / "nyms.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    data = path.read_bytes()
    assert data.startswith("person,nym,holder\nZoé,".encode())
    assert b"\r" not in data
    assert b'"Bob, the ""Great""",' in data
    assert data.count(b'"') == 12, "no needless quotes"
    assert [row[0] for row in _rows(path)] == ["person", *NAMES]


def test_everybody_gets_what_the_rules_give(ran: tuple[Ran, Path]) -> None:
    _, *allocated = _rows(ran[1] / "allocation.csv")
    by_nym = {nym: tuple(map(int, rest)) for nym, *rest in allocated}
    _, *named = _rows(ran[1] / "nyms.csv")
    people = [by_nym[nym] for _, nym, _ in named]
    for (units, payment, refund), quantity, deposit in zip(
        people, QUANTITIES, DEPOSITS, strict=True
    ):
        assert units == min(quantity, LOT)
        assert payment == 100 * units
        assert payment + refund == deposit


def test_the_closing_table_ends_the_output(ran: tuple[Ran, Path]) -> None:
    lines = ran[0].out.splitlines()[-6:]
    assert [re.split(r"\s{2,}", line)[:2] for line in lines] == [
        ["demand", "4"],
        ["level", "1"],
        ["winners", "3"],
        ["money in", "599"],
        ["money out", "599"],
        ["unsold", "0"],
    ]


def test_it_names_what_its_seller_would_publish(ran: tuple[Ran, Path]) -> None:
    done, _ = ran
    roots = re.findall("(?m)^  (sale id|board key) +([0-9a-f]{64})$", done.out)
    assert [name for name, _ in roots] == ["sale id", "board key"]
    (line,) = re.findall("(?m)^  fairlot (audit .*)$", done.out)
    words = [*shlex.split(line), "--board-key", roots[1][1], "--json"]
    audited = fairlot(*words)
    (check,) = (c for c in json.loads(audited.out)["checks"] if c["id"] == "A06")
    assert (audited.code, check["holds"]) == (0, True)


def test_it_acknowledges_every_entry_once_in_order(ran: tuple[Ran, Path]) -> None:
    acks = [line for line in ran[0].out.splitlines() if line.startswith("ack ")]
    assert all(re.fullmatch("ack [0-9a-f]{64} [0-9]+ [!-~]+", ack) for ack in acks)
    # REGISTRY, TERMS, 5 leaves, ROLL, OPEN, 5 deposits, 4 payments, CLOSE, COMMIT,
    # COMMIT_END, SEAL, SEALED, REVEAL, REVEAL_END, RESULT
    assert len({ack.split()[1] for ack in acks}) == len(acks) == 26
    read = replay((ran[1] / "transcript.fairlot").read_bytes(), stage().state())
    for log in (read.registry, read):
        sent = [t for t in log.entries if t.entry.type is not EntryType.TIME]
        hashes = {t.entry.hash.hex() for t in sent}
        assert [ack.split()[1:] for ack in acks if ack.split()[1] in hashes] == [
            [t.entry.hash.hex(), str(t.index), log.state.identity.origin] for t in sent
        ]


def test_no_name_is_in_the_transcript(ran: tuple[Ran, Path]) -> None:
    transcript = (ran[1] / "transcript.fairlot").read_bytes()
    assert not [name for name in NAMES if name.encode() in transcript]


def test_an_empty_folder_will_do_and_acks_are_only_on_demand(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)
    out = tmp_path / "empty"
    out.mkdir()
    done = fairlot("run", inputs.terms, inputs.people, "--out", out)
    assert done.code == 0
    assert "ack " not in done.out
    assert len(list(out.iterdir())) == 4


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)
    done = fairlot("run", inputs.terms, inputs.people, "--out", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "out-dir.not-empty" in done.err
    assert sorted(tmp_path.iterdir()) == sorted([inputs.terms, inputs.people])


@pytest.mark.parametrize("below", [False, True])
def test_a_file_is_no_folder(tmp_path: Path, below: bool) -> None:
    inputs = write_inputs(tmp_path)
    out = inputs.terms / "below" if below else inputs.terms
    done = fairlot("run", inputs.terms, inputs.people, "--out", out)
    assert (done.code, done.out) == (2, "")
    assert "out-dir.unusable" in done.err
    assert inputs.terms.read_text(encoding="utf-8") == TERMS


@pytest.mark.parametrize(
    ("terms", "people", "code", "place"),
    [
        ("", PEOPLE, "terms-file.empty", "terms.toml"),
        (TERMS.replace("supply = 3\n", ""), PEOPLE, "terms-file.missing", "supply"),
        (TERMS.replace("= 2", "= true"), PEOPLE, "terms-file.integer", "line 6, cap"),
        (TERMS.replace("= 2", "= 0"), PEOPLE, "terms-file.range", "line 6, cap"),
        (TERMS + "[issuers]\nn = 4\nt = 2\n", PEOPLE, "terms-file.issuers", "line 12"),
        (TERMS, "", "people-file.empty", "people.csv"),
        (TERMS, PEOPLE.replace(",", "|"), "people-file.separator", "line 1"),
        (TERMS, PEOPLE + "Ann,1,100\n", "people-file.duplicate", "line 7, person"),
        (TERMS, PEOPLE + "Eve,-1,100\n", "people-file.number", "line 7, wants"),
        (TERMS, PEOPLE + f"Eve,1,{2**64}\n", "people-file.range", "line 7, deposit"),
    ],
)
@pytest.mark.parametrize("there", [False, True])
def test_bad_input_leaves_the_folder_untouched(
    tmp_path: Path, terms: str, people: str, code: str, place: str, there: bool
) -> None:
    inputs = write_inputs(tmp_path, terms, people)
    out = tmp_path / "out"
    if there:
        out.mkdir()
    done = fairlot("run", inputs.terms, inputs.people, "--out", out)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"fairlot: {code}: ")
    assert place in done.err
    assert out.exists() is there
    assert not there or list(out.iterdir()) == []


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)
    words = (tmp_path / "other.toml", inputs.people, "--out", tmp_path / "out")
    done = fairlot("run", *words)
    assert (done.code, done.out) == (2, "")
    assert "terms-file.unreadable" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "option",
    [
        ["--seed", SEED[1:]],
        ["--seed", SEED + "0"],
        ["--seed", " " + SEED[1:]],
        ["--seed", "g" + SEED[1:]],
        ["--seed", "0x" + SEED[2:]],
        ["--jobs", "0"],
        ["--jobs", "-1"],
        ["--jobs", "1.5"],
        ["--jobs", "two"],
        ["--jobs", "²"],
        ["--see", SEED],
    ],
)
def test_bad_options_are_refused(tmp_path: Path, option: list[str]) -> None:
    inputs = write_inputs(tmp_path)
    out = tmp_path / "out"
    done = fairlot("run", inputs.terms, inputs.people, "--out", out, *option)
    assert (done.code, done.out) == (2, "")
    assert option[0] in done.err
    assert not out.exists()


@pytest.mark.slow
def test_a_pipe_gets_neither_colours_nor_foreign_encodings(tmp_path: Path) -> None:
    odd = TERMS.replace("Small sale", "[red]Größe[/red] \u202e 🎟")
    inputs = write_inputs(tmp_path, odd)
    env = {"FORCE_COLOR": "1", "PYTHONIOENCODING": "ascii", "COLUMNS": "20"}
    out = tmp_path / "out"
    words = ("run", inputs.terms, inputs.people, "--out", out)
    done = run_program(FAIRLOT, *words, env=env)
    assert done.code == 0
    assert "\x1b" not in done.out + done.err
    assert "[red]Gr\\xf6\\xdfe[/red] \\u202e \\U0001f39f" in done.out


SQUARINGS = 7
"""No set-up of so many ships."""


def _made(folder: Path, T: str) -> Path:
    path = folder / "setup.json"
    assert fairlot("beacon", "setup", T, "--out", path).code == 0
    return path


@pytest.mark.slow
def test_a_set_up_from_a_file_gives_the_same_sale(tmp_path: Path) -> None:
    terms = TERMS.replace("delay = 1\n", f"delay = {SQUARINGS}\n")
    inputs = write_inputs(tmp_path, terms)
    path = _made(tmp_path, str(SQUARINGS))
    words = ("run", inputs.terms, inputs.people, "--seed", SEED, "--out")
    computed, given = tmp_path / "computed", tmp_path / "given"
    assert fairlot(*words, computed).code == 0
    assert fairlot(*words, given, "--setup", path).code == 0
    for name in ("transcript.fairlot", "allocation.csv", "nyms.csv"):
        assert (computed / name).read_bytes() == (given / name).read_bytes()


def test_a_power_of_two_names_a_set_up(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path, TERMS.replace("delay = 1\n", "delay = 8\n"))
    words = ("--out", tmp_path / "out", "--setup", _made(tmp_path, "2^3"))
    assert fairlot("run", inputs.terms, inputs.people, *words).code == 0


def test_a_set_up_that_does_not_fit_leaves_the_folder_untouched(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)
    out, path = tmp_path / "out", _made(tmp_path, "7")
    words = ("run", inputs.terms, inputs.people, "--out", out, "--setup")
    wrong = {
        path: "setup-file.delay",
        tmp_path / "none.json": "setup-file.unreadable",
        inputs.people: "setup-file.json",
    }
    for file, code in wrong.items():
        done = fairlot(*words, file)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"fairlot: {code}: ")
        assert not out.exists()


def test_bids_that_only_another_clock_opens_are_not_played(tmp_path: Path) -> None:
    clock = '[bids]\nclock = "quicknet"\nround = 66885460\n'
    terms = f'title = "Bids"\nasset = "seat"\ndeposits = [10]\n{AUCTION}{clock}'
    inputs = write_inputs(tmp_path, terms, "person,wants,deposit,bid\nAnn,1,10,9\n")
    out = tmp_path / "out"
    done = fairlot("run", inputs.terms, inputs.people, "--out", out)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("fairlot: terms-file.bids: ")
    assert "line 8, bids.clock" in done.err
    assert 'clock = "own"' in done.err
    assert not out.exists()


AUCTION = 'mechanism = "auction"\nsupply = 1\nprice = 1\n'


@pytest.mark.thorough
@pytest.mark.parametrize("several", [False, True])
def test_pools_add_up_to_the_allocation(tmp_path: Path, several: bool) -> None:
    """Where a pool has parts, or there are several."""
    other = '[[pool]]\nname = "rest"\nmechanism = "lottery"\nsupply = 1\nprice = 5\n'
    seats = "[[pool.tiers]]\nname = 'gold'\nprice = 9\nsupply = 1\n"
    first = f'[[pool]]\nname = "first"\nmechanism = "tiers"\n{seats}'
    terms = f'title = "Two"\nasset = "seat"\n{first}{other if several else ""}'
    people = "person,wants,deposit,tier\nAnn,1,9,gold\nBob,1,9,gold\nCat,1,9,\n"
    inputs = write_inputs(tmp_path, terms, people)
    out = tmp_path / "out"
    done = fairlot("run", inputs.terms, inputs.people, "--out", out)
    assert done.code == 0
    assert "pools.csv" in done.out
    header, *rows = _rows(out / "pools.csv")
    assert header == ["nym", "pool", "units", "payment"]
    assert [row[1] for row in rows].count("first/gold") == 1
    assert [row[1] for row in rows].count("rest") == several
    sums: dict[str, tuple[int, int]] = {}
    for nym, _, units, payment in rows:
        before = sums.get(nym, (0, 0))
        sums[nym] = (before[0] + int(units), before[1] + int(payment))
    _, *allocated = _rows(out / "allocation.csv")
    assert sums == {
        nym: (int(units), int(payment))
        for nym, units, payment, _ in allocated
        if units != "0"
    }


@pytest.mark.slow
def test_a_full_disk_ends_the_sale_with_a_reason(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)
    out = tmp_path / "out"
    words = ["run", str(inputs.terms), str(inputs.people), "--out", str(out)]
    limited = ["sh", "-c", 'ulimit -f 8 && exec "$@"', "sh", FAIRLOT, *words]
    done = subprocess.run(limited, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(b"fairlot: could not be completed: File too large")
    assert [path.name for path in out.iterdir()] == ["transcript.fairlot"]
    assert fairlot("audit", out / "transcript.fairlot", "--rehearsal").code == 1


@pytest.mark.slow
def test_an_interrupt_from_the_keyboard_is_no_traceback(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path, people=crowd(200))
    out = tmp_path / "out"
    words = [str(inputs.terms), str(inputs.people), "--out", str(out), "--acks"]
    with (
        interruptible(),
        subprocess.Popen(
            [FAIRLOT, "run", *words, "--jobs", "2"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            if line.split()[2] == b"3":
                break
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (130, b"fairlot: interrupted\n")


def test_names_come_back_harmless_and_private(tmp_path: Path) -> None:
    """Formulas went out live, and emoji that are joined were shown by their numbers."""
    names = ("=HYPERLINK(1)", "-Bo", "\uff20x", "👩\u200d👧", "محمد علي", "\u202eevil")
    people = "".join(f"{name},1,100\n" for name in names)
    inputs = write_inputs(
        tmp_path,
        TERMS.replace("supply = 3", "supply = 6"),
        f"person,wants,deposit\n{people}",
    )
    out = tmp_path / "out"
    assert fairlot("run", inputs.terms, inputs.people, "--out", out).code == 0
    harmless = {"'=HYPERLINK(1)", "'-Bo", "'\uff20x", *names[3:]}
    for table in ("nyms.csv", "winners.csv"):
        _, *rows = _rows(out / table)
        assert {row[0] for row in rows} == harmless
        assert (out / table).stat().st_mode & 0o777 == 0o600
    shown = fairlot("odds", inputs.terms, inputs.people).out
    assert "👩\u200d👧" in shown
    assert "\\u202eevil" in shown


@pytest.mark.slow
def test_held_refunds_are_explained_where_nobody_can_claim_them(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path, f'refund = "with-position"\n{TERMS}')
    files, why = (inputs.terms, inputs.people), "this rehearsal ends with RESULT"
    ran = fairlot("run", *files, "--out", tmp_path / "out", "--seed", SEED)
    assert (ran.code, "money held" in ran.out, why in ran.out) == (0, True, True)
    events = tmp_path / "events.csv"
    events.write_text("when,person,event\nlocked,Ann,renew\n")
    words = ("--out", tmp_path / "claimed", "--seed", SEED, "--events", events)
    claimed = fairlot("run", *files, *words)
    assert (claimed.code, why in claimed.out) == (0, False)


def test_no_registry_is_kept_in_the_working_directory(tmp_path: Path) -> None:
    inputs, here = write_inputs(tmp_path), tmp_path / "here"
    here.mkdir()
    words = ("--out", tmp_path / "out", "--keep-registry", ".")
    ran = fairlot("run", inputs.terms, inputs.people, *words, cwd=here)
    assert (ran.code, (tmp_path / "out").exists()) == (2, False)
    assert ran.err.startswith(
        "fairlot: out-dir.unusable: . is the folder in which you are"
    )

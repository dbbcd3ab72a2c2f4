"""fairlot host: roles are processes that know only commands, and end with the host."""

import argparse
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from command import FAIRLOT, fairlot, interruptible, run_program
from fairlot.audit.checks import CHECKS
from fairlot.board.storage import create_transcript
from fairlot.board.transcript import registries_alone
from fairlot.cli.beacon.files import key_file
from fairlot.cli.host.cast import role_names
from fairlot.cli.host.demo import TERMS
from fairlot.cli.host.options import asked_of, configure_hosting
from fairlot.cli.host.roles import serving, started
from fairlot.service.mailbox import Mailbox
from fairlot.service.problems import UnavailableError
from kit.sales import play, stage
from refusal import refusal

ON = stage()


@pytest.mark.thorough
def test_a_role_takes_steps_in_a_folder_of_its_own(tmp_path: Path) -> None:
    with started(tmp_path, ("seller", "escrow")) as roles:
        seller, escrow = roles["seller"], roles["escrow"]
        assert seller.path(".").stat().st_mode & 0o777 == 0o700
        made = seller.do("seller", "key", "--out", "seller.key", "--json").json()
        assert made["role"] == "seller"
        assert seller.path("seller.key").stat().st_mode & 0o777 == 0o600
        assert escrow.get(seller.path("seller.key.pub")) == Path("seller.key.pub")
        assert refusal(seller.do, "seller", "key", "--out", "seller.key") == "host.step"
        # Wrong usage is an answer too, and the process goes on.
        assert seller.run("seller", "nonsense").code == 2
        assert seller.run("--version").code == 0
        process = seller.process
        escrow.process.kill()
        assert refusal(escrow.run, "--version") == "host.gone"
    assert process.returncode == 0


def test_every_role_has_one_folder() -> None:
    assert len(role_names(0, 5)) == len(role_names(0)) + 3
    names = role_names(3)
    assert len(set(names)) == len(names) == 6 + 4 + 2 + 2 + 3


@pytest.mark.thorough
def test_without_the_extra_it_is_named() -> None:
    without = (
        "import sys\nfrom fairlot.cli import main\nsys.modules['uvicorn'] = None\n"
        "sys.exit(main(['host', '--demo']))\n"
    )
    ran = run_program(sys.executable, "-c", without)
    assert (ran.code, ran.out) == (2, "")
    assert "service.extra" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("--demo", "--wallets", "0"),
        ("terms.toml", "--open", "tomorrow"),
        ("terms.toml", "--close", "in 3 apples"),
        ("terms.toml", "--commit", "soon"),
        ("terms.toml", "--port", "65536"),
    ],
)
def test_wrong_usage_is_refused(words: tuple[str, ...]) -> None:
    ran = fairlot("host", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("usage: fairlot host")


SOLD = ("terms.toml", "--people", "p", "--dir", "d", "--open", "in 1 day")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ((), "TERMS.toml"),
        (("--dir", "d"), "d holds no sale that was announced"),
        (SOLD, "--close"),
        ((*SOLD[:3], *SOLD[5:], "--close", "1 day"), "--dir"),
        ((*SOLD, "--close", "1 day", "--wallets", "3"), "--wallets"),
        (("--demo", "terms.toml"), "leave out terms"),
        (("--demo", "--port", "80"), "leave out port"),
        (("--demo", "--storage", "file"), "leave out storage"),
    ],
)
def test_options_of_both_forms_are_not_mixed(
    words: tuple[str, ...], named: str
) -> None:
    ran = fairlot("host", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("fairlot: host.usage: ")
    assert named in ran.err


@pytest.mark.parametrize("wrong", ["terms", "people"])
def test_what_is_sold_and_to_whom_is_read_before_anything_is_written(
    wrong: str, tmp_path: Path
) -> None:
    terms, people = tmp_path / "terms.toml", tmp_path / "people.csv"
    terms.write_text("title = 1" if wrong == "terms" else TERMS)
    people.write_text("person\nAnn\nann\n" if wrong == "people" else "person\nAnn\n")
    words = (terms, "--people", people, "--dir", tmp_path / "sale")
    times = ("--open", "in 1 day", "--close", "1 day")
    ran = fairlot("host", *words, *times)
    code = "terms-file." if wrong == "terms" else "people-file.duplicate"
    assert (ran.code, f"fairlot: {code}" in ran.err) == (2, True), ran.err
    assert not (tmp_path / "sale").exists()


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (("--open", "2020-05-01 18:00 UTC", "--close", "1 day"), "is in the past"),
        (("--open", "in 1 day", "--close", "5 minutes"), "--slack is 10 minutes"),
        (("--open", "in 9 minutes", "--close", "1 day"), "host.roll: "),
    ],
)
def test_times_are_checked_before_anything_is_written(
    times: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    (tmp_path / "terms.toml").write_text(TERMS)
    (tmp_path / "people.csv").write_text("person\nAnn\n")
    words = ("terms.toml", "--people", "people.csv", "--dir", "sale", *times)
    ran = fairlot("host", *words, cwd=tmp_path)
    assert (ran.code, said in ran.err) == (2, True), ran.err
    assert not (tmp_path / "sale").exists()


def test_where_the_logs_lie_is_checked_before_anything_is_written(
    tmp_path: Path,
) -> None:
    (tmp_path / "terms.toml").write_text(TERMS)
    (tmp_path / "people.csv").write_text("person\nAnn\n")
    words = ("terms.toml", "--people", "people.csv", "--dir", "sale")
    times = ("--open", "in 1 day", "--close", "1 day")
    ran = fairlot(
        "host", *words, *times, "--storage", "mysql://localhost/club", cwd=tmp_path
    )
    assert (ran.code, "board.usage" in ran.err) == (2, True), ran.err
    assert not (tmp_path / "sale").exists()
    parser = argparse.ArgumentParser()
    configure_hosting(parser)
    address = "postgresql://board@db.example/club"
    people = ("--people", str(tmp_path / "people.csv"))
    given = (str(tmp_path / "terms.toml"), *people, *times, "--storage", address)
    assert asked_of(parser.parse_args(given)).storage == ("--storage", address)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    ran = fairlot("host", "--demo", "--dir", tmp_path)
    assert (ran.code, "out-dir.not-empty" in ran.err) == (2, True)
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


@pytest.mark.thorough
def test_a_board_is_served_as_long_as_somebody_holds_it(tmp_path: Path) -> None:
    club = tmp_path / "club"
    club.mkdir()
    with closing(create_transcript(club / "transcript.fairlot")) as storage:
        play(ON.board(storage), ON, until="terms")
    (club / "board.key").write_bytes(key_file(ON.parts.board))
    serve = ("board", "serve")
    with serving(tmp_path, *serve, "club") as address:
        assert fairlot("board", "fetch", address, "--out", tmp_path / "copy").code == 0
        alone = ("--registry-alone", "--out", tmp_path / "registry.log")
        assert fairlot("board", "fetch", address, *alone).code == 0
        root, port = address.partition("/sale/")[0], urlsplit(address).port
        assert port is not None
        ran = fairlot("audit", root)
        assert (ran.code, "name the log of a sale, as http" in ran.err) == (2, True)
        words = ("--key", club / "board.key", "--secret", tmp_path / "secret")
        ran = fairlot("contributor", "commit", root, *words, "--out", tmp_path / "c")
        assert (ran.code, "fetch it first: fairlot board" in ran.err) == (2, True)
        Mailbox.create(tmp_path / "box", ["code"])
        ran = fairlot("mail", "serve", tmp_path / "box", "--port", str(port))
        assert (ran.code, "name another --port" in ran.err) == (1, True), ran.err
    gone = fairlot("board", "fetch", address, "--out", tmp_path / "more")
    assert (gone.code, "http.unreachable" in gone.err) == (2, True)
    copy = (tmp_path / "copy").read_bytes()
    assert copy == (club / "transcript.fairlot").read_bytes()
    log = (tmp_path / "registry.log").read_bytes()
    assert log == registries_alone(copy) != copy
    with pytest.raises(UnavailableError), serving(tmp_path, *serve, "nothing"):
        pass


def _below(folder: Path) -> list[int]:
    """Return the processes whose folder lies below another."""
    found: list[int] = []
    for each in Path("/proc").iterdir():
        try:
            place = (each / "cwd").readlink()
        except OSError:
            continue
        if each.name.isdigit() and folder in place.parents:
            found.append(int(each.name))
    return found


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="needs /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_the_host_ends_all_processes(
    tmp_path: Path, how: signal.Signals
) -> None:
    words = [
        FAIRLOT,
        "host",
        "--demo",
        "--wallets",
        "1",
        "--dir",
        str(tmp_path / "sale"),
    ]
    with (
        interruptible(),
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as host,
    ):
        assert host.stdout is not None
        assert b"Everybody draws their keys" in host.stdout.readline()
        assert len(_below(tmp_path)) == len(role_names(1))
        os.kill(host.pid, how)
        host.communicate(timeout=60)
    assert host.returncode == (130 if how == signal.SIGINT else -how)
    ends = time.monotonic() + 30
    while _below(tmp_path) and time.monotonic() < ends:
        time.sleep(0.1)
    assert not _below(tmp_path)


@pytest.mark.long
def test_a_whole_sale_ends_audited(tmp_path: Path) -> None:
    folder = tmp_path / "sale"
    ran = run_program(FAIRLOT, "host", "--demo", "--wallets", "3", "--dir", str(folder))
    assert ran.code == 0, ran.err
    assert "Compared with what people kept: 0 heads, 7 receipts" in ran.out
    assert f"Verdict on this REHEARSAL: all {len(CHECKS)} checks hold." in ran.out
    assert "Whoever has it could invent people" in ran.out
    assert {each.name for each in folder.iterdir()} == set(role_names(3))
    for each in folder.rglob("*.key"):
        assert each.stat().st_mode & 0o077 == 0, each
    transcript = folder / "auditor" / "transcript.fairlot"
    assert fairlot("audit", transcript, "--rehearsal").code == 0
    # A wallet was lost: its leaf was recovered on the log, and its position claimed.
    first = folder / "wallet-1"
    for kept in ("receipts.former", "receipts"):
        assert [*(first / kept).iterdir()]
    seen = fairlot("inspect", transcript).out
    assert all(word in seen for word in ("RECOVERY", "SWITCH", "CLAIM"))
    # Both witnesses are demanded, and both have seen the end.
    policy = (folder / "auditor" / "sale.policy").read_text()
    assert "group witnesses 2 1:witness-1.example 2:witness-2.example" in policy
    for number in (1, 2):
        heads = folder / f"witness-{number}" / "heads"
        assert len([*heads.glob("*.head")]) == 2, "the registry's log and the sale's"

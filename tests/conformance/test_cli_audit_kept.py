"""``fairlot audit`` with what people kept, and the commands that make such files."""

import json
from pathlib import Path

import pytest

from command import FAIRLOT, fairlot, run_program
from desk import Desk
from fairlot.audit.checks import CHECKS
from fairlot.audit.trust import terms_policy
from fairlot.board.replay import Replay
from fairlot_crypto.log.policy import Policy
from kit.board import dated
from kit.sales import deposit, stage, transcript
from lies_kept import last_head, receipt, with_bob
from lies_watch import shown, watched


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return the small sale, of which nothing was kept yet."""
    desk = Desk(stage(), tmp_path)
    desk.file.write_bytes(transcript(desk.on))
    return desk


def head_of(desk: Desk, name: str, read: Replay) -> Path:
    return desk.write(name, last_head(read).to_text())


@pytest.mark.thorough
def test_heads_and_receipts_are_compared_and_counted(desk: Desk) -> None:
    head = head_of(desk, "a.head", desk.read)
    proof = receipt(desk.read, desk.read.entries[0].entry.type)
    given = desk.write("a.tlog-proof", proof.to_bytes())
    ran = desk.audit("--head", head, "--head", head, "--receipt", given)
    assert (ran.code, ran.err) == (0, "")
    assert "Compared with what people kept: 2 heads, 1 receipt" in ran.out
    assert (
        f"{len(CHECKS) - 1} checks hold; not checked: A06." in ran.out.splitlines()[-1]
    )
    assert "not checked: A06, A29." in desk.audit().out.splitlines()[-1]
    assert "people kept" not in desk.audit().out


def test_a_fork_and_a_lost_entry_are_told_to_people(desk: Desk) -> None:
    head = head_of(desk, "bob.head", with_bob())
    proof = receipt(with_bob(), with_bob().entries[-1].entry.type)
    given = desk.write("bob.tlog-proof", proof.to_bytes())
    ran = desk.audit("--head", head, "--receipt", given)
    assert (ran.code, ran.err) == (1, "")
    assert "A29 heads.fork: head 1: " in ran.out
    assert "fairlot compare tells" in ran.out
    assert "A29 heads.receipt: receipt 1: " in ran.out
    assert ran.out.splitlines()[-1].endswith(
        f"1 of {len(CHECKS)} checks fail: A29; not checked: A06."
    )
    assert desk.found("--head", head) == ["heads.fork"]
    assert fairlot("compare", desk.file, head).code == 1


@pytest.mark.thorough
def test_a_witness_hands_over_what_the_board_left_out(tmp_path: Path) -> None:
    desk = Desk(watched(), tmp_path)
    desk.file.write_bytes(shown("result", 0, (0,))())
    assert desk.found() == ["witness.quorum"]
    said = last_head(desk.read).checkpoint
    mine = desk.write("mine.head", dated(desk.on, said, [(2, 7)]).to_text())
    assert desk.found("--head", mine) == []
    claimed = fairlot("inspect", desk.file, "--policy")
    policy = desk.write("claimed.policy", claimed.out)
    assert desk.found("--policy", policy) == ["roots.policy", "witness.quorum"]
    ran = desk.audit("--policy", policy, "--head", mine)
    assert ran.code == 0
    assert "the trust roots that were given, a policy among them: sale id" in ran.out
    assert ran.out.splitlines()[-1].endswith(f"all {len(CHECKS)} checks hold.")


def test_inspect_prints_the_policy_of_the_terms_and_nothing_else(desk: Desk) -> None:
    ran = fairlot("inspect", desk.file, "--policy")
    assert (ran.code, ran.err) == (0, "")
    assert Policy.parse(ran.out.encode()) == terms_policy(desk.on.terms)
    machine = fairlot("inspect", desk.file, "--policy", "--json")
    assert json.loads(machine.out) == {
        "format": "fairlot/policy",
        "version": 1,
        "sale_id": desk.on.terms.sale_id.hex(),
        "policy": ran.out,
    }
    ran = fairlot("inspect", desk.file, "--policy", "--odds")
    assert (ran.code, ran.out) == (2, "")


def test_without_terms_there_is_no_policy(tmp_path: Path) -> None:
    path = tmp_path / "none.fairlot"
    path.write_bytes(deposit(stage(), 0).encoded)
    for words in ((), ("--json",)):
        ran = fairlot("inspect", path, "--policy", *words)
        assert (ran.code, ran.out) == (1, "")
        assert "no terms" in ran.err


@pytest.mark.parametrize(
    ("name", "subject"),
    [("head", "head"), ("receipt", "receipt"), ("policy", "policy-file")],
)
def test_files_that_are_none_are_refused(desk: Desk, name: str, subject: str) -> None:
    for what, data in (
        ("text", b"hello\n"),
        ("empty", b""),
        ("bits", b"\xff\xfe\x00"),
        ("transcript", desk.file.read_bytes()),
    ):
        ran = desk.audit(f"--{name}", desk.write(what, data))
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"fairlot: {subject}.form: {desk.folder / what} is ")
    for path in (desk.folder, desk.folder / "missing"):
        ran = desk.audit(f"--{name}", path)
        assert (ran.code, ran.out) == (2, "")
        # A folder may have receipts: this one has none.
        empty = path.is_dir() and name == "receipt"
        why = "is a folder without receipts" if empty else "cannot be read"
        assert ran.err.startswith(f"fairlot: {subject}.unreadable: {path} {why}")


@pytest.mark.slow
def test_the_program_takes_them_too(desk: Desk) -> None:
    head = head_of(desk, "a.head", desk.read)
    ran = run_program(FAIRLOT, "audit", desk.file, "--rehearsal", "--head", head)
    assert (ran.code, ran.err) == (0, "")

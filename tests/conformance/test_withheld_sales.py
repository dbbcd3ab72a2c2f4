"""Sales in which contributors fail: everybody's money is accounted for all the same."""

import csv
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from command import FAIRLOT, SEED, TERMS, Inputs, Ran, crowd, fairlot, write_inputs
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry, EntryType

BEACON = "contributors = 1\ndelay = 1\n"
FULL = "contributors = 4\ndelay = 300\ndepositors = 2\n"
WITHHELD = FULL + "withhold = 3\n"
FEWER = FULL + "absent = 1\nwithhold = 1\nmin_commits = 3\n"
ABORTED = FULL + "absent = 2\nmin_commits = 3\n"
UNSEALED = FULL + "unsealed = 2\nmin_commits = 3\n"
DEPOSITS = {"Zoé": 150, 'Bob, the "Great"': 250, "Ann": 100, "Nil": 0, "Poor": 99}


@dataclass(frozen=True, slots=True)
class Sale:
    """What a run left."""

    ran: Ran
    folder: Path

    @property
    def transcript(self) -> Path:
        """The board."""
        return self.folder / "transcript.fairlot"

    @property
    def accounts(self) -> dict[str, tuple[int, int, int]]:
        """Units, payment and refund of every person."""
        _, *rows = _rows(self.folder / "allocation.csv")
        by_nym = {nym: tuple(map(int, rest)) for nym, *rest in rows}
        _, *named = _rows(self.folder / "nyms.csv")
        assert len(by_nym) == len(named)
        found: dict[str, tuple[int, int, int]] = {}
        for name, nym, _ in named:
            units, payment, refund = by_nym[nym]
            found[name] = (units, payment, refund)
        return found

    @property
    def kinds(self) -> list[EntryType]:
        """The types of the board's entries, but for the time."""
        records = read_records(self.transcript.read_bytes())
        items = [r.item for r in records if isinstance(r, Record)]
        kinds = [item.type for item in items if isinstance(item, Entry)]
        return [kind for kind in kinds if kind is not EntryType.TIME]


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _inputs(folder: Path, beacon: str, people: str | None = None) -> Inputs:
    folder.mkdir(parents=True, exist_ok=True)
    terms = TERMS.replace(BEACON, beacon)
    assert terms != TERMS
    if people is None:
        return write_inputs(folder, terms)
    return write_inputs(folder, terms, people)


def _sale(folder: Path, beacon: str, *options: str) -> Sale:
    inputs = _inputs(folder, beacon)
    words = (inputs.terms, inputs.people, "--out", folder / "out", "--seed", SEED)
    return Sale(fairlot("run", *words, *options), folder / "out")


@pytest.mark.slow
@pytest.mark.parametrize("beacon", [WITHHELD, FEWER], ids=["withheld", "fewer"])
def test_a_sale_with_withheld_reveals_is_drawn_and_settled(
    tmp_path: Path, beacon: str
) -> None:
    sale = _sale(tmp_path, beacon)
    assert (sale.ran.code, sale.ran.err) == (0, "")
    assert sale.kinds[-3:] == [
        EntryType.REVEAL_END,
        EntryType.RECOVER,
        EntryType.RESULT,
    ]
    assert sum(units for units, _, _ in sale.accounts.values()) == 3
    for name, (units, payment, refund) in sale.accounts.items():
        assert payment == 100 * units
        assert payment + refund == DEPOSITS[name]
    assert fairlot("audit", sale.transcript, "--rehearsal").code == 0


@pytest.mark.slow
def test_withholding_changes_nothing_that_anybody_gets(tmp_path: Path) -> None:
    honest = _sale(tmp_path / "honest", FULL)
    sale = _sale(tmp_path / "withheld", WITHHELD)
    assert honest.ran.code == sale.ran.code == 0
    for name in ("allocation.csv", "nyms.csv", "winners.csv"):
        assert (honest.folder / name).read_bytes() == (sale.folder / name).read_bytes()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("beacon", "reason", "did", "last"),
    [
        (ABORTED, "commits-missing", "committed", EntryType.COMMIT_END),
        (UNSEALED, "sealed-missed", "sealed", EntryType.VOID),
    ],
    ids=["commitments", "seals"],
)
def test_a_sale_without_enough_of_the_roster_is_void_and_refunded(
    tmp_path: Path, beacon: str, reason: str, did: str, last: EntryType
) -> None:
    sale = _sale(tmp_path, beacon)
    assert sale.ran.code == 1
    assert f"void ({reason}): 2 of 4 contributors {did} and 3 must" in sale.ran.err
    assert sale.kinds[-1] is last
    assert EntryType.REVEAL not in sale.kinds
    assert EntryType.RESULT not in sale.kinds
    accounts = {name: (0, 0, deposit) for name, deposit in DEPOSITS.items()}
    assert sale.accounts == accounts
    assert "599 back" in sale.ran.out
    audited = fairlot("audit", sale.transcript, "--rehearsal", "--json")
    report = json.loads(audited.out)
    assert (audited.code, report["phase"]) == (0, "void")
    facts = report["facts"]
    money = (facts["money_in"], facts["payments"], facts["refunds"], facts["units"])
    assert money == (599, 0, 599, 0)


def test_depositors_alone_do_not_replace_the_roster(tmp_path: Path) -> None:
    beacon = "contributors = 2\ndelay = 1\ndepositors = 4\nabsent = 2\n"
    sale = _sale(tmp_path, beacon)
    assert sale.ran.code == 1
    assert sale.kinds.count(EntryType.COMMIT) == 4
    assert sale.kinds[-1] is EntryType.COMMIT_END
    assert "void (commits-missing): 0 of 2 contributors" in sale.ran.err


def test_depositors_contribute(tmp_path: Path) -> None:
    sale = _sale(tmp_path, FULL)
    assert sale.ran.code == 0
    assert sale.kinds.count(EntryType.COMMIT) == 4 + 2
    assert sale.kinds.count(EntryType.SEAL) == 4 + 2
    assert sale.kinds.count(EntryType.REVEAL) == 4 + 2


@pytest.mark.slow
@pytest.mark.parametrize("beacon", [WITHHELD, FEWER, ABORTED, UNSEALED])
def test_a_seed_gives_the_same_bytes(tmp_path: Path, beacon: str) -> None:
    one = _sale(tmp_path / "one", beacon, "--jobs", "1")
    two = _sale(tmp_path / "two", beacon, "--jobs", "2")
    assert one.ran.code == two.ran.code
    names = ("transcript.fairlot", "allocation.csv", "nyms.csv", "winners.csv")
    for name in names:
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()
    assert sorted(path.name for path in one.folder.iterdir()) == sorted(names)


@pytest.mark.parametrize(
    ("beacon", "code"),
    [
        (FULL.replace("= 2", "= 6"), "terms-file.depositors"),
        (FULL + "absent = 3\nwithhold = 2\n", "terms-file.range"),
        (FULL + "min_commits = 5\n", "terms-file.range"),
        (FULL + "min_commits = 2\n", "terms-file.range"),
        (FULL + "absent = 3\nunsealed = 2\n", "terms-file.range"),
    ],
)
def test_what_cannot_be_played_is_refused(
    tmp_path: Path, beacon: str, code: str
) -> None:
    sale = _sale(tmp_path, beacon)
    assert (sale.ran.code, sale.ran.out) == (2, "")
    assert sale.ran.err.startswith(f"fairlot: {code}: ")
    assert not sale.folder.exists()


@pytest.mark.parametrize(
    "left",
    [
        2,
        pytest.param(1, marks=pytest.mark.slow),
        pytest.param(3, marks=pytest.mark.slow),
    ],
)
def test_a_sale_killed_near_its_end_has_one_finding(tmp_path: Path, left: int) -> None:
    """The last entries are REVEAL_END, RECOVER and RESULT."""
    beacon = WITHHELD.replace("= 300", "= 65536")
    inputs = _inputs(tmp_path, beacon, crowd(3))
    entries = 2 + 3 + 1 + 3 + 3 + 1 + 6 + 1 + 6 + 1 + 3 + 3
    words = [str(inputs.terms), str(inputs.people), "--out", str(tmp_path / "out")]
    with subprocess.Popen(
        [FAIRLOT, "run", *words, "--acks", "--seed", SEED],
        stdout=subprocess.PIPE,
        bufsize=0,
    ) as process:
        assert process.stdout is not None
        acks = [process.stdout.readline() for _ in range(entries - left)]
        process.kill()
        process.communicate(timeout=60)
    assert acks[-1].startswith(b"ack ")
    audited = fairlot(
        "audit", tmp_path / "out" / "transcript.fairlot", "--rehearsal", "--json"
    )
    report = json.loads(audited.out)
    findings = [f["code"] for check in report["checks"] for f in check["findings"]]
    if report["phase"] == "locked":
        assert (audited.code, findings, left) == (0, [], 1)
    else:
        assert (audited.code, findings) == (1, ["sale.incomplete"])

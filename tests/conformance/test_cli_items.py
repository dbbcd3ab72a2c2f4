"""``fairlot run --items``: lock-up and delivery, from a list of codes to the winners."""

import csv
from pathlib import Path
from stat import S_IMODE

import pytest

from code_sale import PEOPLE, TERMS
from command import SEED, Ran, fairlot, write_inputs
from fairlot.board.replay import Replay, replay
from fairlot.entry import EntryType
from kit.sales import stage

CODES = ("AB-1", "AB-2", "=AB-3", "AB-4")
AFTER_RESULT = (EntryType.ITEMS, EntryType.UNLOCK, EntryType.CLAIM, EntryType.DELIVERY)


def run(
    folder: Path, *words: str | Path, codes: str = "\n".join(CODES), terms: str = TERMS
) -> Ran:
    """Play a sale with these codes, and leave it in ``folder/out``."""
    folder.mkdir(exist_ok=True)
    inputs, items = write_inputs(folder, terms, PEOPLE), folder / "codes.txt"
    items.write_text(codes, encoding="utf-8")
    if "--registry" not in words:
        words = (*words, "--seed", SEED)
    out = ("--out", folder / "out", "--jobs", "1")
    files = inputs.terms, inputs.people
    return fairlot("run", *files, *out, "--items", items, *words)


def with_events(folder: Path, events: str, *words: str | Path) -> Ran:
    folder.mkdir(exist_ok=True)
    path = folder / "events.csv"
    path.write_text(f"when,person,event\n{events}")
    return run(folder, "--events", path, *words)


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "out" / "items.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def opened(folder: Path) -> dict[str, set[str]]:
    """Return the codes that each holder has, as the table has them."""
    found: dict[str, set[str]] = {}
    for row in table(folder):
        found.setdefault(row["holder"], set()).add(row["item"])
    return found


def read(folder: Path) -> Replay:
    data = (folder / "out" / "transcript.fairlot").read_bytes()
    found = replay(data, stage().state())
    found.check()
    return found


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    assert run(folder, "--keep-registry", folder / "kept").code == 0
    return folder


def test_every_winner_opens_a_code_for_each_unit(plain: Path) -> None:
    rows = table(plain)
    assert [row["unit"] for row in rows] == ["0", "1", "2", "3"]
    assert [row["item"] for row in rows] == ["AB-1", "AB-2", "'=AB-3", "AB-4"]
    assert {row["pool"] for row in rows} == {"main"}
    assert all(row["person"] == row["holder"] for row in rows)
    held = {name: len(codes) for name, codes in opened(plain).items()}
    assert held == {"Ann": 1, "Bob": 2, "Cleo": 1}


def test_the_seller_promises_before_anybody_claims(plain: Path) -> None:
    entries = read(plain).entries
    kinds = [t.entry.type for t in entries if t.entry.type in AFTER_RESULT]
    assert kinds == sorted(kinds, key=AFTER_RESULT.index)
    counts = [kinds.count(kind) for kind in AFTER_RESULT]
    assert counts == [1, 1, 4, 4]


def test_the_audit_counts_what_was_delivered(plain: Path) -> None:
    ran = fairlot("audit", plain / "out" / "transcript.fairlot", "--rehearsal")
    assert (ran.code, ran.err) == (0, "")
    state = read(plain).state
    assert (state.deliveries.promised, state.deliveries.delivered) == (4, 4)


def test_the_table_is_private_and_the_transcript_shows_no_code(plain: Path) -> None:
    out = plain / "out"
    assert S_IMODE((out / "items.csv").stat().st_mode) == 0o600
    data = (out / "transcript.fairlot").read_bytes()
    assert not any(code.encode() in data for code in CODES)


@pytest.mark.slow
def test_a_recovery_brings_the_code_back(tmp_path: Path) -> None:
    """The buyer of an identity claims, and has nothing; the person has the code."""
    sold = "announced,Ann,sell-identity\nlocked,Ann,renew\n"
    assert with_events(tmp_path / "sold", sold).code == 0
    assert len(opened(tmp_path / "sold")["buyer of Ann"]) == 1
    assert with_events(tmp_path / "back", f"{sold}2,Ann,re-verify\n").code == 0
    assert opened(tmp_path / "back").keys() == {"Ann", "Bob", "Cleo"}


@pytest.mark.thorough
def test_a_recovery_behind_the_unlock_still_brings_it(tmp_path: Path) -> None:
    """Two keys claim in one epoch: nothing is delivered until one is alone."""
    events = "unlocked,Ann,renew\nunlocked,Ann,steal-device\nunlocked,Ann,re-verify\n"
    assert with_events(tmp_path, events).code == 0
    assert opened(tmp_path).keys() == {"Ann", "Bob", "Cleo"}
    kinds = [t.entry.type for t in read(tmp_path).entries]
    first, last = kinds.index(EntryType.DELIVERY), len(kinds) - 1
    assert EntryType.CLAIM in kinds[first:last]


def test_what_nobody_can_claim_stays_with_the_seller(tmp_path: Path) -> None:
    assert with_events(tmp_path, "commit,Cleo,lose-device\n").code == 0
    row = next(row for row in table(tmp_path) if row["person"] == "Cleo")
    assert (row["item"], row["holder"]) == ("", "")
    state = read(tmp_path).state
    assert (state.deliveries.promised, state.deliveries.delivered) == (4, 3)


@pytest.mark.thorough
def test_a_later_sale_hands_its_own_items_over(plain: Path, tmp_path: Path) -> None:
    later = ("CD-1", "CD-2", "CD-3", "CD-4")
    ran = run(tmp_path, "--registry", plain / "kept", codes="\n".join(later))
    assert (ran.code, {row["item"] for row in table(tmp_path)}) == (0, {*later})


@pytest.mark.slow
def test_the_same_for_every_number_of_processes(plain: Path, tmp_path: Path) -> None:
    assert run(tmp_path, "--jobs", "2").code == 0
    for name in ("transcript.fairlot", "items.csv"):
        one, two = (folder / "out" / name for folder in (plain, tmp_path))
        assert one.read_bytes() == two.read_bytes()


def test_a_void_sale_promises_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, terms=f"{TERMS}absent = 1\n").code == 1
    text = (tmp_path / "out" / "items.csv").read_text()
    assert text == "person,pool,unit,item,holder\n"
    assert read(tmp_path).state.deliveries.promise is None


@pytest.mark.parametrize("count", [1, 3, 5])
def test_there_is_one_item_for_each_unit_for_sale(tmp_path: Path, count: int) -> None:
    codes = "\n".join(f"AB-{k}" for k in range(count))
    ran = run(tmp_path, codes=codes)
    assert (ran.code, (tmp_path / "out").exists()) == (2, False)
    assert ran.err.startswith("fairlot: items-file.count: ")
    assert "4 units are for sale" in ran.err


def test_what_is_wrong_with_the_list_is_said_before_anything_is_written(
    tmp_path: Path,
) -> None:
    ran = run(tmp_path, codes="AB-1\nAB-2\n\nAB-1\n")
    assert (ran.code, (tmp_path / "out").exists()) == (2, False)
    codes = [line.split(": ")[1] for line in ran.err.splitlines()]
    assert codes == ["items-file.text", "items-file.twice"]


def test_careless_lists_are_told_how_to_mend_them(tmp_path: Path) -> None:
    gap = run(tmp_path, codes="AB-1\n\nAB-2\nAB-3\nAB-4\n")
    assert "line 2: the item is empty: remove the line, or write an item" in gap.err
    heading = run(tmp_path, codes="code\nAB-1\nAB-2\nAB-3\nAB-4\n")
    assert "write one for each and no heading" in heading.err


def test_a_stop_and_items_exclude_each_other(tmp_path: Path) -> None:
    ran = run(tmp_path, "--until", "CLOSE")
    assert (ran.code, (tmp_path / "out").exists()) == (2, False)
    assert ran.err.startswith("fairlot: run.items: ")


def test_nothing_is_handed_over_without_items(plain: Path, tmp_path: Path) -> None:
    files = (plain / "terms.toml", plain / "people.csv")
    words = ("--out", tmp_path / "out", "--seed", SEED)
    assert fairlot("run", *files, *words).code == 0
    assert not (tmp_path / "out" / "items.csv").exists()
    entries = (tmp_path / "out" / "transcript.fairlot").read_bytes()
    whole = (plain / "out" / "transcript.fairlot").read_bytes()
    assert whole.startswith(entries)

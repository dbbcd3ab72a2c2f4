"""``fairlot run --keep-registry`` and ``--registry``: later sales with the same people."""

import shutil
import stat
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from command import SEED, TERMS, Ran, fairlot
from fairlot.board.registry_keeper import RegistryBoard, start_registry
from fairlot.board.replay import Replay, replay
from fairlot.board.storage import MemoryStorage
from fairlot.board.transcript import read_records, take_apart
from fairlot.cli.registry_folder import read_registry_folder
from fairlot.entry import EntryType
from fairlot.errors import InputError
from fairlot.identity.roll import roll_body, sign_roll
from fairlot.inputs.people_file import read_people
from fairlot.inputs.terms_file import read_terms_file
from fairlot.logs import LogKind
from fairlot.rehearsal.kept import LOG, SECRET, KeptRegistry, read_kept
from fairlot_crypto import cbor
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SeededRandomness
from kit.sales import GROUP, stage

FIRST = (
    "person,wants,deposit,attr:kind\nZoe,1,100,old\nBob,1,100,young\nAnn,1,100,old\n"
)
SECOND = (
    "person,wants,deposit,attr:kind\nzoe,1,100,old\nNew,1,100,young\nAnn,1,100,old\n"
)
WIDTH = 16


@dataclass(frozen=True, slots=True)
class Played:
    """Two sales of one registry."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def log(self, sale: str, kind: LogKind) -> bytes:
        """Return the bytes of one log of a sale's transcript."""
        logs = take_apart(
            read_records((self.path(sale) / "transcript.fairlot").read_bytes())
        )
        mine = next(log for log in logs.logs if log.name.kind is kind)
        return b"".join(record.encoded for record in mine.records)

    def read(self, sale: str) -> Replay:
        data = (self.path(sale) / "transcript.fairlot").read_bytes()
        found = replay(data, stage().state())
        found.check()
        return found


def run(folder: Path, people: str, out: str, *words: str | Path) -> Ran:
    terms, listed = folder / "terms.toml", folder / "people.csv"
    terms.write_text(TERMS)
    listed.write_text(people)
    return fairlot("run", terms, listed, "--out", folder / out, "--jobs", "1", *words)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("registry")
    one, two, three = (folder / name for name in ("kept-1", "kept-2", "kept-3"))
    steps = [
        run(folder, FIRST, "first", "--seed", SEED, "--keep-registry", one),
        run(folder, SECOND, "second", "--registry", one, "--keep-registry", two),
        run(folder, FIRST, "third", "--registry", two, "--keep-registry", three),
    ]
    assert [(step.code, step.err) for step in steps] == [(0, "")] * 3
    return Played(folder)


def audit(*files: Path, alone: bool = False) -> Ran:
    words = ["--registry-alone"] if alone else []
    return fairlot("audit", *files, "--rehearsal", *words)


@pytest.mark.thorough
def test_what_is_kept_is_private_and_whole(played: Played) -> None:
    kept = played.path("kept-1")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert {path.name for path in kept.iterdir()} == {LOG, SECRET}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in kept.iterdir())
    assert (kept / LOG).read_bytes() == played.log("first", LogKind.REGISTRY)


@pytest.mark.thorough
def test_the_secrets_are_in_no_repr(played: Played) -> None:
    files = {
        name: (played.path("kept-1") / name).read_bytes() for name in (LOG, SECRET)
    }
    assert SEED not in repr(read_kept(files, GROUP))
    assert repr(bytes.fromhex(SEED)) not in repr(read_kept(files, GROUP))


@pytest.mark.thorough
def test_every_sale_audits(played: Played) -> None:
    for sale in ("first", "second", "third"):
        assert audit(played.path(sale) / "transcript.fairlot").code == 0


def test_a_later_registry_log_extends_the_earlier_one(played: Played) -> None:
    first, second, third = (
        played.log(sale, LogKind.REGISTRY) for sale in ("first", "second", "third")
    )
    assert second.startswith(first)
    assert third.startswith(second)
    assert len(first) < len(second) < len(third)


def test_sales_of_the_same_files_are_different(played: Played) -> None:
    first, third = played.read("first"), played.read("third")
    assert first.state.sale_id != third.state.sale_id
    assert first.state.terms.registry == third.state.terms.registry
    assert first.state.roll.roll_id != third.state.roll.roll_id
    assert third.state.terms.times.open == first.state.terms.times.open + 2 * 86_400


def test_new_people_are_enrolled_before_the_roll(played: Played) -> None:
    second = played.read("second").registry.state
    assert [roll.enrolled for roll in second.rolls.values()] == [3, 4]
    kinds = [timed.entry.type for timed in played.read("second").registry.entries]
    assert kinds[-2:] == [EntryType.LEAF, EntryType.ROLL]


@pytest.mark.thorough
def test_logs_audit_apart_and_with_a_registry_that_went_on(
    played: Played, tmp_path: Path
) -> None:
    registry = played.path("kept-3") / LOG
    assert audit(registry, alone=True).code == 0
    for sale in ("first", "second", "third"):
        apart = tmp_path / sale
        apart.write_bytes(played.log(sale, LogKind.SALE))
        assert audit(apart, registry).code == 0
        alone = audit(apart)
        assert (alone.code, "registry.absent" in alone.out) == (1, True)


def test_two_sales_in_one_audit_are_found(played: Played) -> None:
    files = [played.path(sale) / "transcript.fairlot" for sale in ("first", "second")]
    found = audit(*files)
    assert found.code == 1
    assert "log.foreign" in found.out
    assert "log.twice" in found.out


def windows(data: bytes) -> set[bytes]:
    return {data[i : i + WIDTH] for i in range(len(data) - WIDTH + 1)}


def of_people(read: Replay, kind: EntryType) -> list[bytes]:
    return [t.entry.encoded for t in read.entries if t.entry.type is kind]


@pytest.mark.parametrize("kind", [EntryType.DEPOSIT, EntryType.PAID])
def test_two_sales_share_no_16_bytes_of_a_person(
    kind: EntryType, played: Played
) -> None:
    """What an entry shares with the other sale, everybody's entries share with it."""
    first, third = (of_people(played.read(sale), kind) for sale in ("first", "third"))
    assert len(first) == len(third) == 3
    there = set[bytes]().union(*map(windows, third))
    for entry in first:
        # Two bytes beside a fixed text may agree by chance.
        shared = {window[2:-2] for window in windows(entry) & there}
        assert all(part in other for part in shared for other in first)


@pytest.mark.thorough
def test_a_forked_registry_is_found(played: Played) -> None:
    other = FIRST + "Eve,1,100,old\n"
    kept = played.path("kept-1")
    assert run(played.folder, other, "forked", "--registry", kept).code == 0
    honest, forked = (
        played.path(sale) / "transcript.fairlot" for sale in ("second", "forked")
    )
    found = fairlot("compare", honest, forked)
    assert (found.code, "signed two histories" in found.out) == (1, True)
    same = fairlot("compare", honest, played.path("third") / "transcript.fairlot")
    assert (same.code, same.err) == (0, "")


def test_later_sales_are_the_same_from_run_to_run(played: Played) -> None:
    again = run(played.folder, SECOND, "again", "--registry", played.path("kept-1"))
    assert again.code == 0
    first, second = (played.path(s) / "transcript.fairlot" for s in ("second", "again"))
    assert first.read_bytes() == second.read_bytes()


def copied(played: Played, tmp_path: Path) -> Path:
    return Path(shutil.copytree(played.path("kept-2"), tmp_path / "kept"))


def refused(tmp_path: Path, people: str, kept: Path, *words: str | Path) -> str:
    """Return the code with which a run is refused that leaves nothing."""
    ran = run(tmp_path, people, "out", "--registry", kept, *words)
    assert ran.code == 2
    assert not (tmp_path / "out").exists()
    return ran.err.split(": ")[1]


def test_other_attributes_are_refused(played: Played, tmp_path: Path) -> None:
    people = FIRST.replace("Ann,1,100,old", "ANN,1,100,young")
    code = refused(tmp_path, people, played.path("kept-2"))
    assert code == "registry-dir.attributes"


@pytest.mark.parametrize(("old", "new"), [("kind", "age"), ("young", "younger")])
def test_what_the_schema_lacks_is_refused(
    old: str, new: str, played: Played, tmp_path: Path
) -> None:
    people = FIRST.replace(old, new)
    code = refused(tmp_path, people, played.path("kept-2"))
    assert code == "registry-dir.schema"


def test_a_torn_log_is_refused(played: Played, tmp_path: Path) -> None:
    kept = copied(played, tmp_path)
    whole = (kept / LOG).read_bytes()
    for torn in (whole[:-1], b"", whole + b"\xa0", whole[:-1] + bytes([whole[-1] ^ 1])):
        (kept / LOG).write_bytes(torn)
        assert refused(tmp_path, FIRST, kept) == "registry-dir.log"


def test_a_file_of_a_sale_is_no_registry(played: Played, tmp_path: Path) -> None:
    kept = copied(played, tmp_path)
    shutil.copy(played.path("second") / "transcript.fairlot", kept / LOG)
    assert refused(tmp_path, FIRST, kept) == "registry-dir.log"


def test_a_folder_of_two_registries_is_refused(played: Played, tmp_path: Path) -> None:
    kept, other = copied(played, tmp_path), tmp_path / "other"
    assert run(tmp_path, FIRST, "else", "--keep-registry", other).code == 0
    shutil.copy(other / SECRET, kept / SECRET)
    assert refused(tmp_path, FIRST, kept) == "registry-dir.foreign"


def test_an_earlier_list_is_foreign(played: Played, tmp_path: Path) -> None:
    kept = copied(played, tmp_path)
    shutil.copy(played.path("kept-1") / SECRET, kept / SECRET)
    assert refused(tmp_path, FIRST, kept) == "registry-dir.foreign"


def test_a_name_of_somebody_else_is_foreign(played: Played, tmp_path: Path) -> None:
    kept = copied(played, tmp_path)
    secret = (kept / SECRET).read_bytes()
    (kept / SECRET).write_bytes(secret.replace(b"Ann", b"Eve"))
    assert refused(tmp_path, FIRST, kept) == "registry-dir.foreign"


@pytest.mark.parametrize("secret", [b"", b"\x00", cbor.encode({"v": 2})])
def test_another_form_is_refused(secret: bytes, played: Played, tmp_path: Path) -> None:
    kept = copied(played, tmp_path)
    (kept / SECRET).write_bytes(secret)
    assert refused(tmp_path, FIRST, kept) == "registry-dir.form"


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    code = refused(tmp_path, FIRST, tmp_path / "kept")
    assert code == "registry-dir.unreadable"


def test_a_committee_of_another_size_is_refused(played: Played, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(FIRST)
    (tmp_path / "terms.toml").write_text(TERMS)
    file = read_terms_file(tmp_path / "terms.toml")
    people = read_people(tmp_path / "people.csv", file.currency, file.keep)
    object.__setattr__(file, "issuers", 4)
    object.__setattr__(file, "threshold", 1)
    with pytest.raises(InputError) as caught:
        read_registry_folder(played.path("kept-1"), file, people, GROUP)
    assert caught.value.code == "registry-dir.issuers"


@pytest.mark.parametrize(
    ("table", "key", "written", "has"),
    [
        ("issuers", "cooling", "4 days", "3 days"),
        ("times", "epoch", "12 hours", "1 day"),
        ("times", "season", "300 days", "365 days"),
        ("times", "detection", "6 days", "7 days"),
        ("times", "tail", "61 days", "60 days"),
    ],
)
def test_other_times_than_the_registrys_are_refused(
    table: str, key: str, written: str, has: str, played: Played, tmp_path: Path
) -> None:
    """People of the registry were told how they get their identity back."""
    terms, people = tmp_path / "terms.toml", tmp_path / "people.csv"
    terms.write_text(f'{TERMS}[{table}]\n{key} = "{written}"\n')
    people.write_text(FIRST)
    out = tmp_path / "out"
    words = ("--out", out, "--registry", played.path("kept-1"))
    ran = fairlot("run", terms, people, *words)
    assert (ran.code, out.exists()) == (2, False)
    said = f"registry-dir.times: [{table}] {key} of the registry is another"
    assert said in ran.err
    assert f'write "{has}"' in ran.err


def late_registry(kept: Path) -> None:
    """Let a kept registry's log go on to a roll of the season's last day."""
    files = {name: (kept / name).read_bytes() for name in (LOG, SECRET)}
    state, keys = read_kept(files, GROUP).state, SeededRandomness(bytes.fromhex(SEED))
    storage, registry = MemoryStorage(files[LOG]), state.registry
    board = SigningKey.generate(keys.derive("board"))
    issuer = SigningKey.generate(keys.derive("issuer/1"))
    keeper = RegistryBoard(storage, registry.board.name, board, state)
    late = registry.ends - 3_600
    roll = keeper.roll_due(late, registry.closes)
    sigs = [sign_roll(registry.registry_id, roll, 1, issuer)]
    keeper.append_roll(roll_body(roll, sigs), late)
    (kept / LOG).write_bytes(storage.data)


def test_a_registry_of_nobody_has_the_keys_of_its_seed(played: Played) -> None:
    files = {n: (played.path("kept-1") / n).read_bytes() for n in (LOG, SECRET)}
    credentials = read_kept(files, GROUP).state.credentials
    keys, start = SeededRandomness(bytes.fromhex(SEED)), credentials.registry.starts
    board = SigningKey.generate(keys.derive("board"))
    issuer = SigningKey.generate(keys.derive("issuer/1"))
    storage = MemoryStorage()
    keeper = start_registry(storage, credentials, board, issuer, start)
    roll = keeper.roll_due(start, credentials.registry.closes)
    sigs = [sign_roll(credentials.registry.registry_id, roll, 1, issuer)]
    keeper.append_roll(roll_body(roll, sigs), start)
    good = KeptRegistry(bytes.fromhex(SEED), (), storage.data)
    assert read_kept(good.to_files(), GROUP).registered() == {}
    with pytest.raises(InputError) as caught:
        read_kept(replace(good, seed=bytes(32)).to_files(), GROUP)
    assert caught.value.code == "registry-dir.foreign"


def test_a_season_that_is_over_is_refused(played: Played, tmp_path: Path) -> None:
    kept = copied(played, tmp_path)
    late_registry(kept)
    assert refused(tmp_path, FIRST, kept) == "registry-dir.season"


def test_a_registry_is_kept_in_an_empty_folder_only(tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    play = partial(run, tmp_path, FIRST, "out", "--keep-registry")
    for folder in (tmp_path / "used", tmp_path / "out"):
        ran = play(folder)
        assert (ran.code, ran.err.split(": ")[1]) == (2, "out-dir.not-empty")
    assert not (tmp_path / "out").exists()
    inner = run(tmp_path, FIRST, "up/out", "--keep-registry", tmp_path / "up")
    assert inner.code == 2


def test_seed_and_registry_exclude_each_other(played: Played, tmp_path: Path) -> None:
    words = ("--registry", played.path("kept-1"), "--seed", SEED)
    assert run(tmp_path, FIRST, "out", *words).code == 2

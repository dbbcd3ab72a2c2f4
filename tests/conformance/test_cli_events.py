"""``fairlot run --events``: devices lost and stolen, identities sold and taken back."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from command import SEED, Ran, fairlot
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import Replay, replay
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.identity.acts import Decision, read_act
from fairlot.identity.leaf import holder_hash
from fairlot.rehearsal.kept import LOG, SECRET, Hand, holder_of, read_kept
from fairlot.rehearsal.wallet import open_wallet
from fairlot_crypto.randomness import SeededRandomness
from kit.sales import GROUP, source, stage

TERMS = """\
title = "Four seats"
asset = "seat"
supply = 4
mechanism = "equal-share"
price = 100
cap = 1
[beacon]
contributors = 1
delay = 1
depositors = 1
"""
PEOPLE = "person,wants,deposit\nAnn,1,100\nBob,1,100\nCleo,1,100\nDan,1,100\n"
SOLD = "announced,Ann,sell-identity\n"
RENEWED = "locked,Ann,renew\n"
BACK = "2,Ann,re-verify\n"
LIFE = (
    EntryType.FREEZE,
    EntryType.RECOVERY,
    EntryType.CONTEST,
    EntryType.RULING,
    EntryType.SWITCH,
    EntryType.CLOSURE,
    EntryType.CLOSED,
)


@dataclass(frozen=True, slots=True)
class Played:
    """A sale with events."""

    ran: Ran
    out: Path

    @property
    def holders(self) -> dict[str, str]:
        with (self.out / "nyms.csv").open(encoding="utf-8", newline="") as file:
            return {row["person"]: row["holder"] for row in csv.DictReader(file)}

    def read(self) -> Replay:
        found = replay((self.out / "transcript.fairlot").read_bytes(), stage().state())
        found.check()
        return found

    def life(self) -> list[EntryType]:
        """Return the types of the entries about the lives of leaves, in their order."""
        kinds = (timed.entry.type for timed in self.read().registry.entries)
        return [kind for kind in kinds if kind in LIFE]

    def told(self, person: str) -> str:
        """Return what the command printed of a person."""
        lines = self.ran.out.split("What happened")[1].splitlines()
        return next(line for line in lines if line.startswith(person))


def play(
    folder: Path,
    events: str | None,
    *words: str | Path,
    people: str = PEOPLE,
    terms: str = TERMS,
) -> Played:
    """Play a sale, audit it, and return it."""
    folder.mkdir(exist_ok=True)
    sold, listed, out = (folder / n for n in ("terms.toml", "people.csv", "out"))
    sold.write_text(terms)
    listed.write_text(people)
    if events is not None:
        (folder / "events.csv").write_text(f"when,person,event\n{events}")
        words = (*words, "--events", folder / "events.csv")
    if "--registry" not in words:
        words = (*words, "--seed", SEED)
    ran = fairlot("run", sold, listed, "--out", out, "--jobs", "1", *words)
    if ran.code == 0:
        audit = fairlot("audit", out / "transcript.fairlot", "--rehearsal")
        assert (audit.code, audit.err) == (0, "")
    return Played(ran, out)


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(tmp_path_factory.mktemp("sold"), SOLD + RENEWED)


@pytest.fixture(scope="module")
def taken_back(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("taken-back")
    return play(folder, SOLD + RENEWED + BACK, "--keep-registry", folder / "kept")


@pytest.mark.thorough
def test_without_a_recovery_the_buyer_holds_it(sold: Played) -> None:
    assert sold.ran.code == 0
    assert sold.holders["Ann"] == "buyer of Ann"
    assert sold.life() == []


@pytest.mark.thorough
def test_who_is_verified_again_holds_it_and_the_buyer_nothing(
    taken_back: Played,
) -> None:
    assert taken_back.holders == {name: name for name in ("Ann", "Bob", "Cleo", "Dan")}
    assert taken_back.life() == [EntryType.RECOVERY, EntryType.SWITCH]
    told = taken_back.told("Ann")
    assert "0: the buyer claims" in told
    assert "13: the buyer gets no credential (request.holder)" in told


@pytest.mark.thorough
def test_both_sales_are_one_until_the_person_comes_back(
    sold: Played, taken_back: Played
) -> None:
    """The same draw, the same nym: a recovery moves what there is, and adds nothing."""
    for name in ("allocation.csv", "winners.csv"):
        assert (sold.out / name).read_bytes() == (taken_back.out / name).read_bytes()
    one, other = sold.read().state, taken_back.read().state
    assert one.positions.by_nym.keys() == other.positions.by_nym.keys()


@pytest.mark.thorough
def test_a_recovered_claim_looks_like_any_other(taken_back: Played) -> None:
    claims = [t.entry for t in taken_back.read().entries if t.entry.type == "CLAIM"]
    lengths = {len(entry.encoded) for entry in claims[-4:]}
    assert len(lengths) == 1


@pytest.mark.slow
def test_a_thief_who_contests_gains_a_day(tmp_path: Path) -> None:
    events = "commit,Bob,steal-device\n3,Bob,re-verify\n5,Bob,contest\n"
    played = play(tmp_path, events)
    assert played.holders["Bob"] == "Bob"
    assert played.life() == [
        EntryType.RECOVERY,
        EntryType.CONTEST,
        EntryType.RULING,
        EntryType.SWITCH,
    ]
    assert "6: the arbiter decides: recover" in played.told("Bob")


@pytest.mark.slow
def test_a_recovery_that_the_person_contests_ends(tmp_path: Path) -> None:
    played = play(tmp_path, "1,Bob,re-verify\n2,Bob,contest\n")
    assert played.life() == [EntryType.RECOVERY, EntryType.CONTEST, EntryType.RULING]
    assert played.holders["Bob"] == "Bob"


@pytest.mark.thorough
def test_who_leaves_has_nothing_released(tmp_path: Path) -> None:
    played = play(tmp_path, "locked,Bob,leave\n")
    assert played.life() == [EntryType.CLOSURE, EntryType.CLOSED]
    assert played.holders["Bob"] == ""


@pytest.mark.thorough
def test_a_device_lost_is_frozen_and_replaced(tmp_path: Path) -> None:
    played = play(tmp_path, "commit,Dan,lose-device\n1,Dan,re-verify\n")
    assert played.life() == [EntryType.FREEZE, EntryType.RECOVERY, EntryType.SWITCH]
    assert played.holders["Dan"] == "Dan"


@pytest.mark.thorough
def test_a_freeze_ends_by_itself_and_nobody_claims(tmp_path: Path) -> None:
    played = play(tmp_path, "commit,Dan,lose-device\n")
    assert played.life() == [EntryType.FREEZE]
    assert played.holders["Dan"] == ""


@pytest.mark.slow
def test_two_keys_of_one_epoch_wait_for_the_next(tmp_path: Path) -> None:
    events = "unlocked,Ann,renew\nunlocked,Ann,steal-device\n"
    assert play(tmp_path / "late", events).holders["Ann"] == "thief of Ann"
    recovered = play(tmp_path / "back", f"{events}unlocked,Ann,re-verify\n")
    assert recovered.holders["Ann"] == "Ann"


@pytest.mark.slow
def test_a_theft_behind_the_release_changes_nothing(tmp_path: Path) -> None:
    played = play(tmp_path, "15,Ann,steal-device\n")
    assert played.holders["Ann"] == "Ann"


def test_a_void_sale_ends_as_without_events(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    absent = f"{TERMS}absent = 1\n"
    played = play(tmp_path / "x", f"{SOLD}2,Ann,re-verify\n", terms=absent)
    assert played.ran.code == 1
    assert played.holders["Ann"] == "buyer of Ann"
    assert played.life() == []


@pytest.mark.slow
def test_events_are_the_same_for_every_number_of_processes(tmp_path: Path) -> None:
    first = play(tmp_path / "one", SOLD + BACK)
    words = ("--jobs", "2")
    again = play(tmp_path / "two", SOLD + BACK, *words)
    assert (first.ran.code, again.ran.code) == (0, 0)
    one, two = (p.out / "transcript.fairlot" for p in (first, again))
    assert one.read_bytes() == two.read_bytes()


def kept(folder: Path) -> RegistryState:
    files = {name: (folder / name).read_bytes() for name in (LOG, SECRET)}
    return read_kept(files, GROUP).state


def versions(state: RegistryState) -> list[int]:
    return sorted(state.lives[index].version for index in state.leaves)


@pytest.mark.slow
def test_a_later_sale_is_played_with_the_recovered_keys(
    taken_back: Played, tmp_path: Path
) -> None:
    """Two sales, one registry, a recovery between them; and another in the second."""
    folder = taken_back.out.parent / "kept"
    assert versions(kept(folder)) == [1, 1, 1, 2]
    words = ("--registry", folder, "--keep-registry", tmp_path / "kept")
    later = play(
        tmp_path / "later", "locked,Ann,steal-device\n2,Ann,re-verify\n", *words
    )
    assert (later.ran.code, later.ran.err) == (0, "")
    assert later.holders == {name: name for name in ("Ann", "Bob", "Cleo", "Dan")}
    nyms = [p.read().state.positions.by_nym.keys() for p in (taken_back, later)]
    assert not nyms[0] & nyms[1]
    assert versions(kept(tmp_path / "kept")) == [1, 1, 1, 3]
    third = play(tmp_path / "third", None, "--registry", tmp_path / "kept")
    assert (third.ran.code, third.ran.err) == (0, "")


def test_a_wallet_of_a_kept_registry_has_the_recovered_keys(
    taken_back: Played,
) -> None:
    """And the issuers answer it, as they do not answer the keys of the enrolment."""
    folder = taken_back.out.parent / "kept"
    files = {name: (folder / name).read_bytes() for name in (LOG, SECRET)}
    earlier = read_kept(files, GROUP)
    wallet = open_wallet(earlier, "ann", GROUP)
    state = earlier.state
    roll, now = next(iter(state.rolls)), state.clock
    wallet.credential(state, roll, now, source("asks"))
    life = state.lives[wallet.identity.leaf.index]
    assert holder_hash(wallet.holder.signing.public) == life.holder
    first = holder_of(SeededRandomness(bytes.fromhex(SEED)), "Ann")
    former = replace(wallet, holder=first)
    with pytest.raises(Rejection) as caught:
        former.credential(state, roll, now, source("asks again"))
    assert caught.value.code == "request.holder"


@pytest.mark.slow
def test_a_buyer_who_was_never_recovered_buys_in_the_next_sale(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    play(tmp_path / "first", "13,Cleo,sell-identity\n", "--keep-registry", folder)
    files = {name: (folder / name).read_bytes() for name in (LOG, SECRET)}
    hands = {p.name: p.hand for p in read_kept(files, GROUP).kept.people}
    assert hands["Cleo"] is Hand.BUYER
    later = play(tmp_path / "later", None, "--registry", folder)
    assert later.holders["Cleo"] == "buyer of Cleo"
    back = play(tmp_path / "back", "locked,Cleo,re-verify\n", "--registry", folder)
    assert back.holders["Cleo"] == "Cleo"


@pytest.mark.slow
def test_who_has_left_is_not_in_the_next_sale(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    play(tmp_path / "first", "locked,Bob,leave\n", "--keep-registry", folder)
    refused = play(tmp_path / "all", None, "--registry", folder)
    assert refused.ran.code == 2
    assert refused.ran.err.startswith("fairlot: registry-dir.closed: ")
    others = PEOPLE.replace("Bob,1,100\n", "")
    later = play(tmp_path / "others", None, "--registry", folder, people=others)
    assert (later.ran.code, later.ran.err) == (0, "")


SEVEN = """\
[issuers]
n = 7
t = 2
q_recover = 2
"""


@pytest.mark.slow
def test_seven_issuers_and_two_attesters_give_an_identity_back(tmp_path: Path) -> None:
    """The committee and the quorum of a recovery are those of the terms file."""
    events = SOLD + RENEWED + BACK
    played = play(tmp_path, events, terms=f"{TERMS}{SEVEN}", people=PEOPLE)
    assert (played.ran.code, played.ran.err) == (0, "")
    assert played.holders["Ann"] == "Ann"
    assert played.life() == [EntryType.RECOVERY, EntryType.SWITCH]
    registry = played.read().registry
    found = registry.state.registry
    assert (len(found.issuers), found.threshold) == (7, 2)
    assert (len(found.attesters), found.recovery.quorum) == (2, 2)
    for each in registry.entries:
        if each.entry.type in (EntryType.RECOVERY, EntryType.SWITCH):
            decision = read_act(each.entry)
            assert isinstance(decision, Decision)
            assert len(decision.sigs) >= 5


def test_a_stop_and_events_exclude_each_other(tmp_path: Path) -> None:
    assert play(tmp_path, SOLD, "--until", "CLOSE").ran.code == 2


def test_what_is_wrong_is_said_with_row_and_column(tmp_path: Path) -> None:
    ran = play(tmp_path, "sometime,Anne,sell\nopen,Bob,contest\n").ran
    assert (ran.code, (tmp_path / "out").exists()) == (2, False)
    path = tmp_path / "events.csv"
    codes = [line.split(": ")[1:3] for line in ran.err.splitlines()]
    assert codes == [
        ["events-file.when", f"{path}, line 2, when"],
        ["events-file.person", f"{path}, line 2, person"],
        ["events-file.event", f"{path}, line 2, event"],
    ]
    assert "did you mean 'Ann'?" in ran.err
    assert "did you mean sell-identity?" in ran.err


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text(TERMS)
    (tmp_path / "people.csv").write_text(PEOPLE)
    files = (tmp_path / "terms.toml", tmp_path / "people.csv")
    words = ("--out", tmp_path / "out", "--events", tmp_path / "none.csv")
    ran = fairlot("run", *files, *words)
    assert (ran.code, ran.err.split(": ")[1]) == (2, "events-file.unreadable")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("when,person,event,note\nopen,Ann,leave,x\n", "names 'note' beside when, "),
        ("when,person,event,event\nopen,Ann,leave,\n", "names 'event' beside when, "),
        ("when,person\nopen,Ann\n", "names when, person, event, in any order\n"),
        ("when,person,event\n27,Ann,renew\n28,Ann,renew\n", "last epoch in it is 27\n"),
    ],
    ids=["another", "twice", "missing", "late"],
)
def test_careless_files_are_told_how_to_mend_them(
    tmp_path: Path, rows: str, said: str
) -> None:
    path = tmp_path / "events.csv"
    path.write_text(rows)
    ran = play(tmp_path, None, "--events", path).ran
    assert (ran.code, said in ran.err) == (2, True)

"""From nothing to a leaf, a roll and a sale: registry, board and attester by files alone."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from command import Ran, fairlot
from fairlot.cli.issuer.serving import read_registry_file
from fairlot.entry import read_entry
from fairlot.identity.provider import Provider
from fairlot.identity.registry import DAY
from fairlot.identity.requests import read_attestation_file
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from issuers import Issuers

SEASON = ("--starts", "in 0 seconds", "--ends", "30 days", "--rehearsal")
SCHEMA = ("--attribute", "assurance=listed,seen", "--attribute", "region=")


@dataclass(frozen=True, slots=True)
class Club:
    """One issuer, a board and an attester, each with a key."""

    issuers: Issuers

    @property
    def path(self) -> Path:
        return self.issuers.path

    def file(self, name: str) -> Path:
        return self.path / name

    def do(self, *words: str | Path) -> Ran:
        ran = fairlot(*words)
        assert (ran.code, ran.err) == (0, ""), ran
        return ran

    def new(self, *words: str, out: str = "registry.cbor") -> Ran:
        kinds = ("board", "arbiter", "attester")
        public = [
            word for kind in kinds for word in (f"--{kind}", self.file(f"{kind}.pub"))
        ]
        plan = ("--plan", self.issuers.plan_file)
        made = ("--committee", self.issuers.kept(1) / "committee")
        target = ("--out", self.file(out), "--json")
        return fairlot("registry", "new", *plan, *made, *public, *words, *target)

    def issuer(self, step: str, *words: str | Path) -> Ran:
        return self.do("issuer", step, self.issuers.folder(1), *words)

    def attester(self, step: str, *words: str | Path, out: str, who: str) -> Ran:
        given = ("--registry", self.file("registry.cbor"), "--person", who)
        key = ("--key", self.file("attester"), "--out", self.file(out))
        return fairlot("attester", step, self.file("request"), *given, *key, *words)

    def begin(self) -> Path:
        """Begin the log of the registry, and return the board's folder."""
        assert self.new(*SEASON, *SCHEMA).code == 0
        entry, folder = self.file("registry.entry"), self.file("folder")
        plan = ("--plan", self.issuers.plan_file)
        self.issuer("registry", self.file("registry.cbor"), *plan, "--out", entry)
        key = ("--key", self.file("board"), "--storage", "file")
        self.do("board", "new", folder, "--begin", entry, *key)
        return folder


@pytest.fixture
def club(tmp_path: Path) -> Club:
    return founded(tmp_path)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Club:
    """Return a club of which nothing is written."""
    return founded(tmp_path_factory.mktemp("refused"))


def founded(tmp_path: Path) -> Club:
    issuers = Issuers(tmp_path, 1, 0)
    issuers.finish(issuers.indexes)
    for role in ("arbiter", "attester", "seller", "escrow", "contributor"):
        assert fairlot(role, "key", "--out", tmp_path / role).code == 0
    named = ("--name", "club.example")
    assert fairlot("board", "key", "--out", tmp_path / "board", *named).code == 0
    return Club(issuers)


def test_a_registry_is_what_its_committee_can_serve(club: Club) -> None:
    ran = club.new(*SEASON, *SCHEMA)
    assert (ran.code, ran.err) == (0, "")
    made = read_registry_file(club.file("registry.cbor").read_bytes())
    said = json.loads(ran.out)
    assert said["registry"] == made.registry_id.hex()
    assert (said["starts"], said["ends"]) == (made.starts, made.starts + 30 * 86_400)
    assert [each.values for each in made.attributes] == [("listed", "seen"), ()]
    assert made.recovery.quorum == len(made.attesters) == 1
    # A definition is not replaced by another.
    again = club.new(*SEASON)
    assert (again.code, "issuer.exists" in again.err) == (2, True)


@pytest.mark.thorough
def test_a_registry_of_accounts_names_whose_they_are(refused: Club) -> None:
    issuer, client = "https://login.club.example", "fairlot"
    named = ("--provider", issuer, "--client", client)
    apart = ("--told-apart", "account", "--source", "club")
    for words, code in (
        (apart, 2),
        (named, 2),
        ((*apart, *named[:2]), 2),
        ((*apart, "--provider", "http://login.club.example", "--client", client), 1),
    ):
        ran = refused.new(*SEASON, *words, out="accounts.cbor")
        problem = "registry.usage" if code == 2 else "registry.provider"
        assert (ran.code, problem in ran.err) == (code, True)
    ran = refused.new(*SEASON, *apart, *named, out="accounts.cbor")
    assert ran.code == 0, ran.err
    made = read_registry_file(refused.file("accounts.cbor").read_bytes()).uniqueness
    assert made.provider == Provider(issuer, client)
    assert (made.source.name, made.source.canonicaliser) == ("club", "account/1")


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("--starts", "in 2 days", "--ends", "in 1 day"), 1, "registry.season"),
        ((*SEASON, "--recovery-quorum", "2"), 1, "registry.recovery"),
        ((*SEASON[:4], "--epoch", "1 hour"), 1, "registry.epoch"),
        ((*SEASON, "--attribute", "a=x,x"), 1, "registry.attributes"),
        ((*SEASON, "--attribute", "a=", "--attribute", "a=b"), 2, "registry.usage"),
        ((*SEASON, "--board", "nothing"), 2, "public-key.unreadable"),
    ],
)
def test_a_registry_that_nobody_would_take_is_not_written(
    refused: Club, words: tuple[str, ...], code: int, problem: str
) -> None:
    ran = refused.new(*words)
    assert (ran.code, problem in ran.err) == (code, True), ran
    assert not refused.file("registry.cbor").exists()


def test_a_board_begins_with_what_names_it_and_with_nothing_else(club: Club) -> None:
    folder = club.begin()
    before = (folder / "transcript.fairlot").read_bytes()
    entry = club.file("registry.entry")
    for words, code, problem in (
        (("begin", folder, entry), 2, "board.begin"),
        (
            ("new", club.file("x"), "--begin", entry, "--key", club.file("seller")),
            2,
            "board.begin",
        ),
        (("new", club.file("x"), "--key", club.file("board")), 2, "board.usage"),
        (
            (
                "new",
                club.file("x"),
                "--begin",
                entry,
                "--from",
                entry,
                "--key",
                club.file("board"),
            ),
            2,
            "board.usage",
        ),
        (("begin", club.file("x"), entry), 2, "board.none"),
        (("roll", folder), 2, "board.usage"),
        (("roll", folder, "--request", entry), 2, "board.usage"),
    ):
        ran = fairlot("board", *words)
        assert (ran.code, problem in ran.err) == (code, True), ran
    assert not club.file("x").exists()
    assert (folder / "transcript.fairlot").read_bytes() == before


def announcing(
    club: Club, log: Path, times: str = "", title: str = "Evening"
) -> list[str | Path]:
    """Write what is sold to the people of a registry; return the words for its terms."""
    terms = club.file("terms.toml")
    terms.write_text(
        f'title = "{title}"\nasset = "seat"\nsupply = 1\nmechanism = "lottery"\n'
        f"price = 5\n{times}[beacon]\ncontributors = 1\ndelay = 1\n"
    )
    words: list[str | Path] = [
        *("--key", club.file("seller"), "--registry", log),
        *("--open", "in 1 hour", "--close", "1 hour", "--no-round"),
        *("--out", club.file(title)),
    ]
    for role in ("board", "escrow", "contributor"):
        words += [f"--{role}", club.file(f"{role}.pub")]
    return ["seller", "terms", terms, *words]


def announced(club: Club, log: Path, title: str = "Evening") -> Path:
    """Return the TERMS entry of a sale for the people of a registry."""
    club.do(*announcing(club, log, title=title))
    return club.file(title) / "terms.entry"


def test_the_lock_up_follows_the_registry_unless_the_seller_says_another(
    club: Club,
) -> None:
    log = club.begin() / "transcript.fairlot"
    said = '[times]\nlockup = "15 days"\n'
    ran = fairlot(*announcing(club, log, said))
    assert ran.code == 2
    assert 'times.lockup = "15 days"; 16 days or more' in ran.err
    data = announced(club, log).read_bytes()
    terms = Terms.from_value(read_entry(cbor.decode(data), data).body)
    # A registry has a longer cooling period than a rehearsal: 7 + 7 + 2 days, and one more.
    assert terms.times.unlock == terms.times.locked_from([]) + 17 * DAY


def test_a_sale_begins_beside_its_registry_once(club: Club) -> None:
    folder = club.begin()
    log = folder / "transcript.fairlot"
    request, part = club.file("roll"), club.file("part")
    follow = ("--plan", club.issuers.plan_file)
    club.issuer("follow", log, *follow)
    club.do("board", "roll", folder, "--out", request)
    club.issuer("roll", request, "--out", part)
    other = club.file("other")
    club.do("board", "roll", folder, "--out", other)
    posting = ("board", "roll", folder, "--request")
    if other.read_bytes() != request.read_bytes():
        ran = fairlot(*posting, other, "--part", part)
        assert (ran.code, "board.roll" in ran.err) == (2, True)
    club.do(*posting, request, "--part", part)
    once = log.read_bytes()
    club.do(*posting, request, "--part", part)
    assert log.read_bytes() == once
    club.do("board", "begin", folder, announced(club, log))
    assert log.read_bytes().startswith(once)
    ran = fairlot("audit", log, "--rehearsal")
    assert "it stands in phase announced" in ran.out


@pytest.mark.thorough
def test_a_sale_that_has_begun_begins_no_second_time_and_with_nothing_else(
    club: Club,
) -> None:
    folder = club.begin()
    log = folder / "transcript.fairlot"
    once = log.read_bytes()
    entry, another = announced(club, log), announced(club, log, "Morning")
    club.do("board", "begin", folder, entry)
    begun = log.read_bytes()
    # Whoever was killed before they heard of it says it again.
    club.do("board", "begin", folder, entry)
    assert log.read_bytes() == begun
    again = fairlot("board", "begin", folder, another)
    assert (again.code, "board.begin" in again.err) == (2, True)
    assert log.read_bytes() == begun
    # A kill can tear what is written: the same command cuts it, and goes on.
    log.write_bytes(begun[: len(once) + (len(begun) - len(once)) // 2])
    torn = fairlot("board", "begin", folder, entry)
    assert (torn.code, "that no checkpoint covers were cut" in torn.err) == (0, True)
    assert log.read_bytes().startswith(once)
    ran = fairlot("audit", log, "--rehearsal")
    assert "it stands in phase announced" in ran.out


@pytest.mark.thorough
def test_an_attester_attests_who_was_there(club: Club) -> None:
    folder = club.begin()
    log = folder / "transcript.fairlot"
    club.issuer("follow", log, "--plan", club.issuers.plan_file)
    club.file("password").write_text("a lake in May")
    own = ("--password-file", club.file("password"))
    wallet = club.file("wallet")
    club.do("wallet", "new", wallet, *own, "--cost", "14")
    made = read_registry_file(club.file("registry.cbor").read_bytes())
    told = ("--expect-registry", made.registry_id.hex())
    asking = ("--out", club.file("request"))
    club.do("wallet", "enrol", wallet, log, *own, *told, *asking)
    assert club.attester("ask", out="tags", who="Ann Lee").code == 0
    tags = club.file("tags").read_bytes()
    # However the name is spelt, and without anything kept: the same visit.
    assert club.attester("ask", out="again", who="ann  LEE").code == 0
    assert club.file("again").read_bytes() == tags
    assert b"lee" not in tags.lower()
    club.issuer("tag", club.file("tags"), "--out", club.file("answer"))
    given = ("--asked", club.file("tags"), "--answer", club.file("answer"))
    for who, more, code, problem in (
        ("Ben Lee", (), 1, "tag-answer.request"),
        ("Ann Lee", ("--attribute", "shoe=43"), 2, "attester.attribute"),
        ("Ann Lee", ("--attribute", "assurance=rich"), 1, "attestation.attributes"),
    ):
        ran = club.attester("attest", *given, *more, out="attested", who=who)
        assert (ran.code, problem in ran.err) == (code, True), ran
    assert not club.file("attested").exists()
    ran = club.attester(
        "attest", *given, "--attribute", "assurance=seen", out="attested", who="Ann Lee"
    )
    assert (ran.code, ran.err) == (0, "")
    attestation = read_attestation_file(club.file("attested").read_bytes())
    assert attestation.attributes == ("seen", "")
    # A stranger's key attests nobody.
    club.file("attester").write_bytes(club.file("seller").read_bytes())
    ran = club.attester("ask", out="strange", who="Ann Lee")
    assert (ran.code, "attestation.attester" in ran.err) == (1, True)

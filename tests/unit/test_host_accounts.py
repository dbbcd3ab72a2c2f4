"""A host pins the keys of a provider anew where a token is signed with another one."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from unittest.mock import patch

from fairlot.cli.host.accounts import Accounts
from fairlot.cli.host.joining import Joining
from fairlot.cli.host.roles import Place
from fairlot.identity.account_visit import AccountVisit, read_account_visit
from fairlot.inputs.member_list import Member
from fairlot.service.problems import UnavailableError
from generators.account_setting import login, request

BOARD = "http://127.0.0.1:1"
NO_KEY = "attester could not attester ask: account-token.key: none that is pinned"
LATE = "attester could not attester ask: account-token.expired: log in again"
VISIT = AccountVisit(request(), login())
PIN = ["issuer provider", "issuer provider", "post"]


class Issuer(Place):
    """Stands in for the process of an issuer."""

    done: list[str]

    def do(self, *words: str | Path) -> None:
        self.done.append(" ".join(map(str, words[:2])))


@dataclass
class Played:
    """Stands in for everybody: refuses as often as it is told to."""

    place: Path
    refusals: list[str]
    done: list[str] = field(default_factory=list[str])

    @property
    def cast(self) -> "Played":
        return self

    @property
    def issuers(self) -> tuple[Issuer, ...]:
        both = tuple(Issuer(name, self.place / name) for name in ("one", "two"))
        for each in both:
            each.folder.mkdir(exist_ok=True)
            object.__setattr__(each, "done", self.done)
        return both

    def __getitem__(self, name: str) -> Place:
        (self.place / "registry.cbor").write_bytes(b"")
        return Place(name, self.place)

    def follow(self, address: str) -> None:
        assert address == BOARD

    def post_made(self, place: Place, mail: str, made: str, address: str) -> None:
        assert (place.name, address) == ("two", BOARD)
        assert (mail, made) == ("provider", "provider")
        self.done.append("post")

    def attest_account(
        self, place: Place, named: str, account: str, who: Member, address: str
    ) -> None:
        assert (who.name, address) == ("Ann", BOARD)
        assert place.path(named).read_bytes() == VISIT.request.to_bytes()
        assert place.path(account).read_bytes() == VISIT.account.to_bytes()
        self.done.append("attest")
        if self.refusals:
            raise UnavailableError("host.step", self.refusals.pop(0))


def come(played: Played, accounts: Accounts) -> tuple[str, list[str]]:
    """Let Ann come; return how it was refused, and what was done."""
    played.done.clear()
    ann = Place("ann", played.place)
    try:
        accounts.attest(ann, VISIT, Member("Ann", ()), BOARD)
    except UnavailableError as error:
        return error.message, played.done
    return "", played.done


def accounts_of(played: Played) -> Accounts:
    return Accounts(cast("Joining", played))


def test_a_key_that_is_new_is_pinned_and_the_token_judged_again(
    tmp_path: Path,
) -> None:
    played = Played(tmp_path, [NO_KEY])
    assert come(played, accounts_of(played)) == ("", ["attest", *PIN, "attest"])


def test_no_other_refusal_makes_issuers_fetch_keys(tmp_path: Path) -> None:
    played = Played(tmp_path, [LATE])
    assert come(played, accounts_of(played)) == (LATE, ["attest"])


def test_whatever_comes_keys_are_fetched_once_in_ten_minutes(tmp_path: Path) -> None:
    played, now = Played(tmp_path, [NO_KEY] * 9), [50.0]
    accounts = accounts_of(played)
    with patch("fairlot.cli.host.accounts.time.monotonic", lambda: now[0]):
        for seconds, done in ((0, PIN), (599, []), (1, PIN)):
            now[0] += seconds
            again = ["attest"] if done else []
            assert come(played, accounts) == (NO_KEY, ["attest", *done, *again])


def test_both_travel_in_one_message() -> None:
    assert read_account_visit(VISIT.to_bytes()) == VISIT

"""fairlot host --provider: people come by accounts, and the sale ends audited."""

import json
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from command import Ran, code_of, fairlot, in_process
from hosted import TERMS, TIMES, Buyer, check_ended, hosting
from provider_played import CLIENT, Browser, Played, playing_provider


class Member(Buyer):
    """Somebody with an invitation, and an account."""

    def log_in(self, provider: Played, account: str) -> Ran:
        """Ask to be attested, and log in for this request."""
        self.fetch()
        assert self.step("enrol", "--out", self.path("attest")).code == 0
        self.path("account").unlink(missing_ok=True)
        words = ("--request", self.path("attest"), "--out", self.path("account"))
        browser = Browser(provider, account)
        with in_process(), patch("webbrowser.open", browser.open):
            return self.step("login", *words, "--wait", "60", "--browser")

    def show(self, account: Path) -> Ran:
        """Send the request with what shows an account."""
        code = ("--code-file", self.path("code"), "--token", account)
        where = ("--out", self.path("got"), "--json")
        return fairlot("mail", "send", self.link, self.path("attest"), *code, *where)

    def join_by(self, provider: Played, account: str) -> None:
        """Get a leaf by an account."""
        ran = self.log_in(provider, account)
        assert ran.code == 0, ran
        ran = self.show(self.path("account"))
        assert ran.code == 0, ran
        self.enrol()


@pytest.mark.long
def test_people_who_come_by_accounts_buy_and_the_sale_ends_audited(
    tmp_path: Path,
) -> None:
    with playing_provider() as provider:
        named = ("--provider", provider.url, "--client", CLIENT)
        with hosting(tmp_path, TIMES, *named) as host:
            host.begin()
            host.until("payments.csv")
            assert provider.fetched == 4
            sale, link = tmp_path / "sale", host.link
            ann, bob = (
                Member(link, code, tmp_path / name) for name, code in host.codes.items()
            )
            # Nobody is known by an invitation alone.
            ann.fetch()
            assert ann.step("enrol", "--out", ann.path("attest")).code == 0
            assert refused(ann.send("attest", "got")) == "attester.usage"
            ann.join_by(provider, "account of ann")
            # With another invitation the same account is the same person.
            again = Member(link, host.codes["Bob"], tmp_path / "again")
            assert again.log_in(provider, "account of ann").code == 0
            # What was shown for one request is good for no other.
            assert refused(again.show(ann.path("account"))) == "account-token.used"
            assert again.show(again.path("account")).code == 0
            assert refused(again.ask_for_leaf()) == "enrolment.known-person"
            bob.join_by(provider, "account of bob")
            for each in (ann, bob):
                each.renew()
            host.pay(*(each.deposit() for each in (ann, bob)))
            out = host.ended()
    check_ended(out, sale, (ann, bob))
    # Nothing on the log says whose account it was.
    log = (sale / "auditor" / "transcript.fairlot").read_bytes()
    assert b"account of" not in log
    assert b"PROVIDER" in log


def refused(ran: Ran) -> str:
    """Return the code with which a role has refused."""
    assert ran.code == 1, ran
    return str(json.loads(ran.out)["code"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--provider", "https://accounts.example"), (2, "host.usage")),
        (("--client", "wallets"), (2, "host.usage")),
        (("--provider", "http://a.example", "--client", "w"), (1, "registry.provider")),
        (
            ("--provider", "https://a.example", "--client", "w w"),
            (1, "registry.provider"),
        ),
    ],
)
def test_what_names_no_provider_is_refused_before_anything_is_written(
    words: tuple[str, ...], code: tuple[int, str], tmp_path: Path
) -> None:
    (tmp_path / "terms.toml").write_text(TERMS)
    (tmp_path / "people.csv").write_text("person\nAnn\n")
    sold = ("terms.toml", "--people", "people.csv", "--dir", "sale")
    times = ("--open", "in 1 day", "--close", "1 day")
    ran = fairlot("host", *sold, *times, *words, cwd=tmp_path)
    assert (code_of(ran), (tmp_path / "sale").exists()) == (code, False)


def test_without_the_extra_a_host_says_which_before_anything_is_written(
    tmp_path: Path,
) -> None:
    module = "fairlot.identity.token_signature"
    (tmp_path / "terms.toml").write_text(TERMS)
    (tmp_path / "people.csv").write_text("person\nAnn\n")
    sold = ("terms.toml", "--people", "people.csv", "--dir", "sale")
    named = ("--provider", "https://accounts.example", "--client", "wallets")
    times = ("--open", "in 1 day", "--close", "1 day")
    with in_process(), patch.dict(sys.modules, {"joserfc": None, module: None}):
        ran = fairlot("host", *sold, *times, *named, cwd=tmp_path)
    assert (code_of(ran), (tmp_path / "sale").exists()) == (
        (2, "attester.extra"),
        False,
    )
    assert "fairlot[oidc]" in ran.err

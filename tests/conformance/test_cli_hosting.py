"""fairlot host TERMS.toml: people on other machines join by one link, and it ends audited."""

import json
import time
from pathlib import Path

import pytest

from command import fairlot
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.randomness import SystemRandomness
from hosted import Buyer, Host, check_ended, hosting

PERSON_KNOWN = "enrolment.known-person"


def second_leaf(link: str, code: str, place: Path) -> str:
    """Let somebody with a leaf come again with another wallet; return the refusal."""
    again = Buyer(link, code, place / "again")
    again.fetch()
    assert again.step("enrol", "--out", again.path("attest")).code == 0
    assert again.send("attest", "got").code == 0
    words = ("--attestation", again.path("got") / "attested")
    assert again.step("enrol", *words, "--out", again.path("enrol")).code == 0
    return str(json.loads(again.send("enrol", "parts").out)["code"])


@pytest.mark.long
def test_people_join_by_one_link_and_the_sale_ends_audited(tmp_path: Path) -> None:
    with hosting(tmp_path) as host:
        host.begin()
        host.until("payments.csv")
        assert "buyers trust you in\nall of it" in host.said
        sale, link, codes = tmp_path / "sale", host.link, host.codes
        assert [*codes] == ["Ann Roe", "Bob"]
        ann = Buyer(link, codes["Ann Roe"], tmp_path / "ann")
        bob = Buyer(link, codes["Bob"], tmp_path / "bob")
        ann.join()
        bob.join()
        assert second_leaf(link, codes["Ann Roe"], tmp_path) == PERSON_KNOWN
        bob.recover()
        for each in (ann, bob):
            each.renew()
        host.pay(*(each.deposit() for each in (ann, bob)))
        out = host.ended()
    check_ended(out, sale, (ann, bob))
    for name in ("invitations.csv", "payments.csv"):
        assert (sale / name).stat().st_mode & 0o077 == 0


WIDE = (
    *("--open", "in 240 seconds", "--roll-before", "70 seconds"),
    *("--close", "120 seconds", "--commit", "40 seconds", "--seal", "40 seconds"),
    *("--reveal", "40 seconds", "--slack", "38 seconds", "--no-round"),
)


def some(seconds: float) -> None:
    """Wait for a random part of some seconds."""
    time.sleep(seconds * os2ip(SystemRandomness().take(4)) / 2**32)


def killed_while_it_sets_up(host: Host) -> None:
    """Nobody has heard of anything, and it begins anew."""
    host.begin()
    host.until("draws their keys")
    some(10)
    host.kill()
    host.begin()
    host.until("payments.csv")


def killed_while_a_request_waits(host: Host, buyer: Buyer) -> None:
    """It is answered afterwards, at the same link."""
    link, codes = host.link, host.codes
    buyer.fetch()
    assert buyer.step("enrol", "--out", buyer.path("attest")).code == 0
    where = ("--code-file", buyer.path("code"), "--out", buyer.path("got"))
    sent = fairlot("mail", "send", link, buyer.path("attest"), *where, "--wait", "0")
    assert (sent.code, "run this again" in sent.err) == (1, True)
    some(2)
    host.kill()
    host.begin("--dir", "sale")
    host.until("payments.csv")
    assert (host.link, host.codes) == (link, codes)


@pytest.mark.long
def test_a_host_that_is_killed_in_each_phase_goes_on_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    with hosting(tmp_path, WIDE) as host:
        killed_while_it_sets_up(host)
        ann = Buyer(host.link, host.codes["Ann Roe"], tmp_path / "ann")
        bob = Buyer(host.link, host.codes["Bob"], tmp_path / "bob")
        ann.join()
        killed_while_a_request_waits(host, bob)
        bob.join()
        ann.renew()
        bob.renew()
        host.pay(ann.deposit())
        some(5)
        host.kill()
        host.begin("--dir", "sale", "--rehearsal")
        host.until("payments.csv")
        host.pay(bob.deposit())
        # While contributors make the draw.
        host.until("Contributors commit.")
        some(60)
        host.kill()
        host.begin(*host.words)
        out = host.ended()
    check_ended(out, tmp_path / "sale", (ann, bob))

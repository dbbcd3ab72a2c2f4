"""kill -9 at random moments of four issuers in four processes, then the same steps again.

They share a log and messages: each has a folder of its own. What was shown once never changes.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from command import FAIRLOT
from fairlot.identity.attestation import Purpose
from fairlot.identity.committee import Holder
from fairlot.identity.enrolment import Identity
from fairlot_crypto.randomness import SeededRandomness, SystemRandomness
from handover import Following, Handover
from issuers import Issuers
from mortal import Shown
from registry_office import Office

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]


class Reaper:
    """Runs commands in processes, and kills some of them."""

    def __init__(self, seed: int) -> None:
        """Choose the moments."""
        self.moments = SeededRandomness(bytes([seed]) * 32)
        self.shown = Shown()

    def run(self, commands: Sequence[Sequence[str | Path]], out: Path) -> None:
        """Run all at once, kill about half of them, and see what they have shown."""
        running = [
            subprocess.Popen(
                [FAIRLOT, *map(str, words)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for words in commands
        ]
        time.sleep(0.4 + self.moments.take(1)[0] / 160)
        for process in running:
            if self.moments.take(1)[0] % 2:
                process.kill()
        for process in running:
            process.wait()
        self.look(out)

    def look(self, out: Path) -> None:
        """Check that nothing that was shown has changed."""
        self.shown.look(p for p in out.iterdir() if not p.name.startswith("."))


def made(path: Path, reaper: Reaper) -> Issuers:
    """Let four make their keys."""
    four = Issuers(path, 4, 1)
    for _ in range(2):
        reaper.run([four.words(i) for i in four.indexes], four.mail(1))
        for index in four.indexes:
            four.send(index)
    four.finish(four.indexes)
    assert four.sent_twice() == []
    return four


def killed(office: Office, step: str, request: Path, reaper: Reaper) -> None:
    """Take a step of all issuers under kills, and then to its end."""
    mail = office.mail(request)
    words = ("--mail", mail, "--time", str(office.now))
    commands = [
        ("issuer", step, office.issuers.folder(i), request, *words)
        for i in office.issuers.indexes
    ]
    for _ in range(2):
        reaper.run(commands, mail)
    office.go_on(step, request)
    reaper.look(mail)


def issued(office: Office, of: Identity, holder: Holder, reaper: Reaper) -> None:
    """Let all issuers answer a holder under kills, and put the answers together."""
    _, asked = office.request_credentials(of, holder)
    answers = office.path / "answers"
    answers.mkdir()
    clock = ("--time", str(office.now))
    commands = [
        (
            *("issuer", "issue", office.issuers.folder(i), asked),
            *(*clock, "--out", answers / str(i)),
        )
        for i in office.issuers.indexes
    ]
    for _ in range(2):
        reaper.run(commands, answers)
    assert len(office.credentials_of(of, holder)) == 1


def recovered(office: Office, holder: Holder, reaper: Reaper) -> Identity:
    """Take the leaf to other keys under kills."""
    change = office.request_change("Ann", holder, Purpose.RECOVER)
    for step in ("begin", "complete"):
        killed(office, "recover", change, reaper)
        office.post(office.entry(change, step))
        office.now += office.registry.recovery.cooling
        office.date()
        office.follow_all()
    killed(office, "recover", change, reaper)
    return office.receive(change, holder)


def given_on(former: Issuers, reaper: Reaper) -> Office:
    """Replace a member under kills, and begin a registry of those who follow."""
    over = Handover(former, (1, 2, 3), 1, 1)
    for _ in range(3):
        reaper.run([over.words(folder) for folder in over.everybody], over.mail)
    over.finish(over.everybody)
    reaper.look(over.mail)
    following = Office(Following(over))
    following.follow_all()
    return following


def test_four_processes_killed_at_random_moments_lose_nothing_and_show_nothing_twice(
    tmp_path: Path,
) -> None:
    reaper = Reaper(0)
    four = made(tmp_path, reaper)
    office = Office(four)
    old, new = (Holder.generate(SystemRandomness()) for _ in range(2))
    office.follow_all()
    request = office.request_leaf("Ann", old)
    killed(office, "enrol", request, reaper)
    office.post(office.entry(request, "leaf"))
    lost = office.receive(request, old)
    office.follow_all()
    office.post_roll()
    office.follow_all()
    issued(office, lost, old, reaper)
    back = recovered(office, new, reaper)
    assert back.nym_secrets == lost.nym_secrets
    assert len(office.credentials_of(back, new)) == 1
    assert given_on(four, reaper).tag("Ann") == office.tag("Ann")

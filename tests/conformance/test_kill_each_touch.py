"""Every command that writes files is killed at each of its touches, and given once more.

What comes of it is what comes of a command that nobody kills: the same files, with the same
bytes where two such commands give the same, and nothing that others may have seen changes.
Commands that go on over the network are killed in ``test_kill_sale.py``.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from command import Ran, fairlot
from every_command import GROUPS, Given, Group, every_command
from fairlot_crypto.durable import DRAFT
from mortal import each_touch

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

MOST = 40
"""Touches of a command that are tried, if it has more."""
LEFT = (DRAFT, "-wal", "-shm")
"""What a kill may leave, and what goes with a database that is open."""
DONE = {
    (2, "contribution.exists"),
    (2, "door.exists"),
    (2, "issuer.exists"),
    (2, "out-dir.not-empty"),
    (2, "wallet.exists"),
    (2, "wallet.moved"),
    (1, "season.erased"),
    # A place at the door that was taken is not taken again, whoever has heard of it.
    (1, "door.replayed"),
}
"""What somebody hears who has done it before a kill, and did not see that they had."""
COMPUTES = {"simulate"}
"""What writes a folder of results that it can compute again, into another folder."""
OWN = ("used", "/people/")
"""What a role goes on writing, and shows nobody."""
OF_THE_TIME = ("new.registry", "sale/terms")
"""What has the time in it at which it is made."""


def is_done(ran: Ran) -> bool:
    """Tell whether somebody hears that what they ask for was done."""
    said = ran.out + ran.err
    return any(ran.code == code and f"{what}: " in said for code, what in DONE)


def files(folder: Path) -> Mapping[str, bytes]:
    """Return what lies in a folder, by its name, without what a kill has left."""
    there = [each.relative_to(folder) for each in folder.rglob("*") if each.is_file()]
    return {
        each.as_posix(): (folder / each).read_bytes()
        for each in there
        if not any(part.endswith(LEFT) for part in each.parts)
    }


def alone(given: Given, name: str) -> tuple[Ran, Mapping[str, bytes]]:
    """Give a command in a copy, and return how it ends and what lies there then."""
    own = given.root.with_name(f"{given.root.name}.{name}") / "own"
    copytree(given.root, own)
    words = [str(word).replace(str(given.root), str(own)) for word in given.words]
    return fairlot(*words, cwd=own), files(own)


def check_drafts(folder: Path, private: set[str]) -> None:
    """Check that of a file of its owner's a kill has left nothing that others may read."""
    for each in folder.rglob(f".*{DRAFT}"):
        name = each.name.removesuffix(DRAFT).rpartition(".")[0].removeprefix(".")
        assert name not in private or not each.stat().st_mode & 0o077, each


def check(given: Given) -> int:
    """Kill a command everywhere, if it writes anything; return how often."""
    before, (ran, made) = files(given.root), alone(given, "whole")
    if made == before or given.words[0] in COMPUTES:
        return 0
    _, other = alone(given, "other")
    new = [name for name in made if name not in before]
    shown = [name for name in new if not any(each in name for each in OWN)]
    same = {
        name: data
        for name, data in made.items()
        if other.get(name) == data and not name.startswith(OF_THE_TIME)
    }
    place, touches = given.root.with_name(f"{given.root.name}.whole") / "own", 0
    private = {Path(n).name for n in new if not (place / n).stat().st_mode & 0o077}
    for each in each_touch(given.root, *given.words, shown=shown, most=MOST):
        touches += 1
        done = each.ran.code == ran.code or is_done(each.ran)
        assert done, (given.words, touches, each.ran)
        there = files(each.own)
        assert {*there} == {*made}, (given.words, touches)
        assert same.items() <= there.items(), (given.words, touches)
        check_drafts(each.own, private)
    return touches


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)
def test_what_was_killed_ends_by_the_same_command(tmp_path: Path, group: Group) -> None:
    killed: dict[str, int] = {}
    for given in every_command(tmp_path, [group]):
        killed[" ".join(map(str, given.words[:2]))] = check(given)
        for each in tmp_path.glob(f"{given.root.name}.*"):
            rmtree(each)
        assert fairlot(*given.words).code in {0, 1}
    # With -s, one sees what it was.
    sys.stdout.write(f"{killed}{os.linesep}")
    assert max(killed.values()) > 3

"""What a host keeps of its sale, and in which folders it does not go on (section 29.3)."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from unittest.mock import patch

import pytest

import fairlot.cli.host.hosted as module
from command import fairlot
from fairlot.cli.beacon.files import RETIRED
from fairlot.cli.host.asked import Listening
from fairlot.cli.host.hosted import (
    BEGUN,
    STATE,
    Hosted,
    digest,
    held,
    invited_of,
    keep,
    keep_invited,
    place_of,
)
from fairlot.cli.host.selling import Announced
from fairlot.inputs.member_list import Member
from refusal import refusal

SALE = Announced("ab" * 32, 1, 2, 3, 4, 5, 6)
KEY = "contributor-1/contributor.key"


def hosted(place: Path) -> Hosted:
    """Return what is kept of a sale in a folder, whose host has ended."""
    with held(place) as before:
        assert before is None
    for name in (KEY, "witness-1/witness.key", "seller/seller.key"):
        (place / name).parent.mkdir()
        (place / name).write_text("a key")
    listening = Listening("::1", "/a.crt", "/a.key")
    kept = Hosted("cd" * 32, SALE, digest("t"), 2, 600, 1, listening, 8080, 8082)
    found = replace(kept, place=place_of(place))
    keep(place, found)
    return found


def opened(how: AbstractContextManager[Hosted | None]) -> Callable[[], object]:
    return how.__enter__


def test_what_was_announced_goes_on(tmp_path: Path) -> None:
    found = hosted(tmp_path / "sale")
    with held(tmp_path / "sale") as again:
        assert again == found
    assert (tmp_path / "sale" / STATE).stat().st_mode & 0o077 == 0
    # Moved on one disk it is the same.
    (tmp_path / "sale").rename(tmp_path / "elsewhere")
    with held(tmp_path / "elsewhere") as again:
        assert again == found


def test_a_copy_of_the_folder_is_not_gone_on_with(tmp_path: Path) -> None:
    found = hosted(tmp_path / "sale")
    copytree(tmp_path / "sale", tmp_path / "copy")
    assert refusal(opened(held(tmp_path / "copy"))) == "host.copied"
    with held(tmp_path / "copy", moved=True) as again:
        assert again is not None
        assert (again.sale, again.place) == (SALE, place_of(tmp_path / "copy"))
        assert again.place != found.place


def test_a_restored_folder_is_not_gone_on_with(tmp_path: Path) -> None:
    hosted(tmp_path / "sale")
    key = tmp_path / "sale" / KEY
    key.rename(key.with_name(f"{key.name}{RETIRED}"))
    for moved in (False, True):
        how = held(tmp_path / "sale", moved=moved)
        assert refusal(opened(how)) == "host.restored"


def test_whatever_nobody_has_heard_of_is_begun_anew(tmp_path: Path) -> None:
    place = tmp_path / "sale"
    hosted(place)
    (place / STATE).unlink()
    (place / "invitations.csv").write_text("person,code\n")
    (place / "round.json").write_text("{}")
    with held(place) as before:
        assert before is None
        # What the seller has put there is theirs.
        assert {each.name for each in place.iterdir()} == {BEGUN, "round.json"}


def test_a_folder_that_is_nobodys_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "seller").mkdir()
    assert refusal(opened(held(tmp_path))) == "out-dir.not-empty"
    assert [each.name for each in tmp_path.iterdir()] == ["seller"]


@pytest.mark.skipif(sys.platform == "win32", reason="locks are of files there")
def test_two_hosts_never_go_on_with_one_folder(tmp_path: Path) -> None:
    hosted(tmp_path / "sale")
    with held(tmp_path / "sale"), patch.object(module, "_WAIT", 0.0):
        assert refusal(opened(held(tmp_path / "sale"))) == "host.locked"


@pytest.mark.parametrize(
    "change", ["", "{}", '{"format": "other"}', None], ids=["no", "few", "o", "version"]
)
def test_what_is_kept_is_read_strictly(change: str | None, tmp_path: Path) -> None:
    path = tmp_path / "sale" / STATE
    hosted(tmp_path / "sale")
    text = path.read_text()
    other = text.replace('"version": 1', '"version": 2') if change is None else change
    path.write_text(other)
    assert refusal(opened(held(tmp_path / "sale"))) == "host.state"


def test_who_was_invited_is_kept(tmp_path: Path) -> None:
    people = [("aa", Member("Ann", (("age", "adult"),))), ("bb", Member("Bob, jun."))]
    keep_invited(tmp_path, people)
    assert invited_of(tmp_path) == dict(people)
    (tmp_path / "invited.json").write_text('[["aa"]]')
    assert refusal(invited_of, tmp_path) == "host.state"


def test_a_sale_of_other_terms_is_not_gone_on_with(tmp_path: Path) -> None:
    hosted(tmp_path / "sale")
    (tmp_path / "terms.toml").write_text("title = 1")
    ran = fairlot("host", tmp_path / "terms.toml", "--dir", tmp_path / "sale")
    assert (ran.code, "fairlot: host.other: " in ran.err) == (2, True), ran.err

"""A wallet's file: what is written when, and what a crash leaves (specs/wallet.md)."""

import stat
from pathlib import Path
from unittest.mock import patch

import pytest

from command import Killed
from fairlot.errors import InputError
from fairlot.identity.registry import RegistryId
from fairlot.names import SaleId
from fairlot.wallet import store
from fairlot.wallet.content import Content, Standing, Taking
from fairlot.wallet.sealed import COST_MIN
from fairlot.wallet.store import create_wallet, look_into, move_wallet, open_wallet
from fairlot_crypto.randomness import SystemRandomness

PASSWORD = "a lake in May"  # noqa: S105
OTHER = "a hill in June"
DRAWN = SystemRandomness()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    create_wallet(made, Content.draw(DRAWN), PASSWORD, DRAWN, COST_MIN)
    return made


def taken(content: Content) -> Content:
    sale_id, registry_id = SaleId(bytes([1]) * 32), RegistryId(bytes(32))
    return content.with_taking(Taking(sale_id, registry_id, "Concert", 7))


def code_of(path: Path, password: str = PASSWORD) -> str:
    with pytest.raises(InputError) as caught, open_wallet(path, password, DRAWN):
        pass
    return caught.value.code


def test_nobody_else_may_read_a_wallet(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with open_wallet(path, PASSWORD, DRAWN) as wallet:
        wallet.keep(taken(wallet.content))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_wallet_replaces_no_file(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(InputError) as caught:
        create_wallet(path, Content.draw(DRAWN), PASSWORD, DRAWN, COST_MIN)
    assert caught.value.code == "wallet.exists"
    assert path.read_bytes() == before


def test_what_is_kept_is_on_the_disk_at_once(path: Path) -> None:
    with open_wallet(path, PASSWORD, DRAWN) as wallet:
        assert wallet.content.written == 0
        wallet.keep(taken(wallet.content))
        there = look_into(path, PASSWORD)
    assert there == wallet.content
    assert (there.written, len(there.takings)) == (1, 1)


def test_what_does_not_change_is_not_written(path: Path) -> None:
    before = path.read_bytes()
    with open_wallet(path, PASSWORD, DRAWN) as wallet:
        wallet.keep(wallet.content)
    assert path.read_bytes() == before


def test_a_kill_while_writing_leaves_what_was_there(path: Path) -> None:
    before = path.read_bytes()
    killed = patch("fairlot_crypto.durable.Path.replace", side_effect=Killed)
    with pytest.raises(Killed), open_wallet(path, PASSWORD, DRAWN) as wallet, killed:
        wallet.keep(taken(wallet.content))
    assert path.read_bytes() == before
    with open_wallet(path, PASSWORD, DRAWN) as wallet:
        wallet.keep(taken(wallet.content))
    assert look_into(path, PASSWORD).takings


def test_two_commands_do_not_use_one_wallet_at_once(path: Path) -> None:
    with open_wallet(path, PASSWORD, DRAWN):
        assert code_of(path) == "wallet.in-use"
    with open_wallet(path, PASSWORD, DRAWN):
        pass


def test_what_is_no_wallet_is_named(path: Path, tmp_path: Path) -> None:
    assert code_of(tmp_path / "none") == "wallet.unreadable"
    assert code_of(path, OTHER) == "wallet.locked"
    path.write_bytes(b"")
    assert code_of(path) == "wallet.file"


@pytest.mark.thorough
def test_a_wallet_moves_whole_and_signs_in_one_place_only(path: Path) -> None:
    new = path.with_name("new")
    with open_wallet(path, PASSWORD, DRAWN) as wallet:
        wallet.keep(taken(wallet.content))
        before = wallet.content
        move_wallet(wallet, new, OTHER, DRAWN)
    old, goes = look_into(path, PASSWORD), look_into(new, OTHER)
    assert (goes.seed, goes.takings) == (before.seed, before.takings)
    assert goes.standing is Standing.ACTIVE
    goes.check_signs()
    assert old.standing is Standing.MOVED
    assert (old.seed, old.takings, old.memberships) == (bytes(32), (), ())
    with pytest.raises(InputError) as caught:
        old.check_signs()
    assert caught.value.code == "wallet.moved"
    with (
        open_wallet(path, PASSWORD, DRAWN) as wallet,
        pytest.raises(InputError) as again,
    ):
        move_wallet(wallet, path.with_name("third"), OTHER, DRAWN)
    assert again.value.code == "wallet.moved"


@pytest.mark.slow
@pytest.mark.parametrize("at", ["create_wallet", "_check_same"])
def test_a_move_that_was_killed_goes_on(path: Path, at: str) -> None:
    new, seed = path.with_name("new"), look_into(path, PASSWORD).seed
    with open_wallet(path, PASSWORD, DRAWN) as wallet:
        killed = patch.object(store, at, side_effect=Killed)
        with killed, pytest.raises(Killed):
            move_wallet(wallet, new, OTHER, DRAWN)
    half = look_into(path, PASSWORD)
    assert (half.standing, half.seed) == (Standing.MOVING, seed)
    with pytest.raises(InputError):
        half.check_signs()
    with open_wallet(path, PASSWORD, DRAWN) as wallet:
        move_wallet(wallet, new, OTHER, DRAWN)
    assert look_into(new, OTHER).seed == seed
    assert look_into(path, PASSWORD).standing is Standing.MOVED


@pytest.mark.slow
def test_a_wallet_is_not_moved_over_something_else(path: Path) -> None:
    new = path.with_name("new")
    create_wallet(new, Content.draw(DRAWN), OTHER, DRAWN, COST_MIN)
    with (
        open_wallet(path, PASSWORD, DRAWN) as wallet,
        pytest.raises(InputError) as caught,
    ):
        move_wallet(wallet, new, OTHER, DRAWN)
    assert caught.value.code == "wallet.exists"
    assert look_into(path, PASSWORD).seed == wallet.content.seed


@pytest.mark.slow
def test_an_older_copy_has_a_smaller_number_and_draws_nothing_twice(path: Path) -> None:
    copy = path.read_bytes()
    contents: list[Content] = []
    for _ in range(2):
        path.write_bytes(copy)
        with open_wallet(path, PASSWORD, DRAWN) as wallet:
            wallet.keep(taken(wallet.content))
            contents.append(wallet.content)
        assert path.read_bytes() != copy
    assert [each.written for each in contents] == [1, 1]
    assert look_into(path, PASSWORD) == contents[1]

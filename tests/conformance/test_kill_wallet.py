"""A wallet's command is killed at any moment, and repeated (specs/wallet.md, step 13)."""

import sys
from pathlib import Path

import pytest

from buyer import PASSWORD, Buyer
from fairlot.wallet.content import Content, Standing
from fairlot.wallet.store import look_into
from kit.sales import PRICE
from kit.stage import Stage
from mortal import MOMENTS, Reaper

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


def words_of(buyer: Buyer, step: str, *more: str | Path) -> list[str | Path]:
    told = ("--expect-sale", buyer.on.terms.sale_id.hex())
    clock = ("--time", str(buyer.board.state.clock))
    own = ("--password-file", buyer.password)
    return ["wallet", step, buyer.path, buyer.log, *told, *clock, *own, *more]


def sent(content: Content) -> list[bytes]:
    return [each.entry.encoded for taking in content.takings for each in taking.sent]


@pytest.mark.parametrize("times", MOMENTS)
@pytest.mark.parametrize("step", ["deposit", "cancel"])
def test_whoever_is_killed_makes_one_entry_and_sends_its_bytes(
    concert: Stage, tmp_path: Path, step: str, times: int
) -> None:
    buyer, reaper = Buyer(concert, tmp_path), Reaper(tmp_path, f"wallet {step}")
    order = ["--amount", str(PRICE), "--max-price", str(PRICE)]
    made = 1
    if step == "cancel":
        before = words_of(buyer, "deposit", *order, "--out", tmp_path / "before")
        assert reaper.whole(*before).code == 0
        order, made = [], 2
    start, out = buyer.path.read_bytes(), tmp_path / "out"
    words = words_of(buyer, step, *order, "--out", out)
    known: list[bytes] = []

    def look() -> None:
        shown = out.read_bytes() if out.exists() else None
        known[:], earlier = sent(look_into(buyer.path, PASSWORD)), [*known]
        # What somebody may have seen is kept, and what is kept stays.
        assert shown is None or shown == known[-1]
        assert known[: len(earlier)] == earlier

    for _ in range(times):
        buyer.path.write_bytes(start)
        out.unlink(missing_ok=True)
        known.clear()
        ran = reaper.step(*words, times=1, look=look)
        assert ran.code == 0, ran.err
        assert len(known) == made
        assert out.read_bytes() == known[-1]


@pytest.mark.parametrize("times", MOMENTS)
def test_whoever_is_killed_while_moving_has_one_wallet_that_signs(
    concert: Stage, tmp_path: Path, times: int
) -> None:
    buyer, reaper = Buyer(concert, tmp_path), Reaper(tmp_path, "wallet move")
    start, new = buyer.path.read_bytes(), tmp_path / "new"
    seed = look_into(buyer.path, PASSWORD).seed
    secret = ("--password-file", buyer.password, "--new-password-file", buyer.password)
    words: list[str | Path] = ["wallet", "move", buyer.path, new, *secret]

    def look() -> None:
        half = look_into(buyer.path, PASSWORD)
        if new.exists():
            assert half.standing is not Standing.ACTIVE
            assert look_into(new, PASSWORD).seed == seed

    for _ in range(times):
        buyer.path.write_bytes(start)
        new.unlink(missing_ok=True)
        # Whoever has moved already hears that.
        reaper.step(*words, times=1, look=look)
        assert look_into(buyer.path, PASSWORD).standing is Standing.MOVED
        there = look_into(new, PASSWORD)
        assert (there.standing, there.seed) == (Standing.ACTIVE, seed)

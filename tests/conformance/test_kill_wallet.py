"""A wallet's command is killed at any moment, and repeated (specs/wallet.md, step 13)."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from buyer import PASSWORD, Buyer
from command import FAIRLOT
from fairlot.wallet.content import Content, Standing
from fairlot.wallet.store import look_into
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.randomness import SeededRandomness
from kit.sales import PRICE
from kit.stage import Stage

MOMENTS = int(os.environ.get("FAIRLOT_KILLS", "3"))
"""Of each command; continuous integration takes a few."""

pytestmark = pytest.mark.slow


def moments(command: str) -> list[float]:
    """Return shares of the time that a command takes: the same in each run."""
    source = SeededRandomness(b"moments at which wallets die....")
    drawn = source.derive(command)
    return [os2ip(drawn.take(4)) / 2**32 for _ in range(MOMENTS)]


def run(words: list[str | Path], killed_after: float | None = None) -> float:
    """Run a command in a process of its own; return how long it took.

    Args:
        words: of the command.
        killed_after: seconds after which it is killed; ``None`` lets it end.
    """
    begun = time.monotonic()
    with subprocess.Popen(
        [FAIRLOT, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            _, err = process.communicate(timeout=killed_after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        else:
            assert process.returncode == 0, err
    return time.monotonic() - begun


def words_of(buyer: Buyer, step: str, *more: str | Path) -> list[str | Path]:
    told = ("--expect-sale", buyer.on.terms.sale_id.hex())
    clock = ("--time", str(buyer.board.state.clock))
    own = ("--password-file", buyer.password)
    return ["wallet", step, buyer.path, buyer.log, *told, *clock, *own, *more]


def sent(content: Content) -> list[bytes]:
    return [each.entry.encoded for taking in content.takings for each in taking.sent]


@pytest.mark.parametrize("step", ["deposit", "cancel"])
def test_whoever_is_killed_makes_one_entry_and_sends_its_bytes(
    concert: Stage, tmp_path: Path, step: str
) -> None:
    buyer = Buyer(concert, tmp_path)
    order = ["--amount", str(PRICE), "--max-price", str(PRICE)]
    made = 1
    if step == "cancel":
        run(words_of(buyer, "deposit", *order, "--out", tmp_path / "before"))
        order, made = [], 2
    start = buyer.path.read_bytes()
    out = tmp_path / "out"
    words = words_of(buyer, step, *order, "--out", out)
    took = run(words)
    for share in moments(step):
        buyer.path.write_bytes(start)
        out.unlink(missing_ok=True)
        run(words, took * share)
        shown = out.read_bytes() if out.exists() else None
        kept = sent(look_into(buyer.path, PASSWORD))
        # What somebody may have seen is kept.
        assert shown is None or shown == kept[-1]
        run(words)
        after = sent(look_into(buyer.path, PASSWORD))
        assert len(after) == made
        assert after[: len(kept)] == kept
        assert out.read_bytes() == after[-1]


def test_whoever_is_killed_while_moving_has_one_wallet_that_signs(
    concert: Stage, tmp_path: Path
) -> None:
    buyer = Buyer(concert, tmp_path)
    start, new = buyer.path.read_bytes(), tmp_path / "new"
    seed = look_into(buyer.path, PASSWORD).seed
    secret = ("--password-file", buyer.password, "--new-password-file", buyer.password)
    words: list[str | Path] = ["wallet", "move", buyer.path, new, *secret]
    took = run(words)
    for share in moments("move"):
        buyer.path.write_bytes(start)
        new.unlink(missing_ok=True)
        run(words, took * share)
        half = look_into(buyer.path, PASSWORD)
        if new.exists():
            assert half.standing is not Standing.ACTIVE
            assert look_into(new, PASSWORD).seed == seed
        if half.standing is not Standing.MOVED:
            run(words)
        assert look_into(buyer.path, PASSWORD).standing is Standing.MOVED
        there = look_into(new, PASSWORD)
        assert (there.standing, there.seed) == (Standing.ACTIVE, seed)

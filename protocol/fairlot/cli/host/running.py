"""What answers over the network while a host plays, and how a sale ends."""

import time
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fairlot.cli.heads import PROOF
from fairlot.cli.host.cast import (
    AUDITOR,
    BOARD,
    BOARD_FOLDER,
    ESCROW,
    HEADS,
    SALE,
    SELLER,
    WITNESS_KEY,
    Cast,
)
from fairlot.cli.host.recovering import FORMER
from fairlot.cli.host.roles import Ran, serving
from fairlot.cli.host.selling import POLICY, RECEIPTS, Selling

_DATED, _LOOK = 10.0, 0.3
"""Seconds in which witnesses must have dated the result, and between two looks."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a sale has ended."""

    sale_id: str
    settled: str
    """What the seller's ``settle`` says."""
    result: str
    """The same in a word: ``settled``, ``void`` or ``not-yet``."""
    audit: Ran
    """What the auditor's ``audit`` says."""


@contextmanager
def watching(cast: Cast) -> Generator[list[str]]:
    """Let the witnesses answer the board, and yield their addresses.

    Raises:
        UnavailableError: ``host.step``.
    """
    public = cast[BOARD].path("board.key.pub")
    words = ("witness", "serve", HEADS, "--key", WITNESS_KEY, "--board")
    with ExitStack() as stack:
        found: list[str] = []
        for each in cast.witnesses:
            served = serving(each.folder, *words, str(each.get(public)))
            found.append(stack.enter_context(served))
        yield found


def board_served(
    cast: Cast, witnesses: Sequence[str], *more: str, port: int = 0
) -> AbstractContextManager[str]:
    """Let the board answer, and yield its address.

    Args:
        cast: all roles.
        witnesses: the addresses of those whom it asks.
        more: words for ``board serve``.
        port: where it listens; 0 for a free one.
    """
    asked = [word for each in witnesses for word in ("--witness", each)]
    words = ("board", "serve", BOARD_FOLDER, *asked, *more)
    return serving(cast[BOARD].folder, *words, port=port)


def end(selling: Selling, sale_id: str, settled: Ran, *, rehearsal: bool) -> Ended:
    """Let the escrow list the refunds, and an auditor check everything.

    Args:
        selling: whose board answers.
        sale_id: which sale.
        settled: what the seller's ``settle`` has said.
        rehearsal: whether it is one, which the auditor then accepts.

    Raises:
        UnavailableError: ``host.step``, ``host.gone``.
    """
    cast, joining = selling.cast, selling.joining
    escrow = cast[ESCROW]
    joining.fetch(escrow, selling.address, SALE)
    key = ("--sale-id", sale_id, "--key", "escrow.key")
    escrow.do("escrow", "refunds", SALE, *key, "--out", "refunds.csv")
    accepts = ("--rehearsal",) if rehearsal else ()
    said = cast[SELLER].run("settle", SALE, "--json").json()
    audit = _audit(selling, sale_id, accepts)
    return Ended(sale_id, settled.out, str(said["result"]), audit)


def _audit(selling: Selling, sale_id: str, accepts: Sequence[str]) -> Ran:
    """Let an auditor check the sale against what they were told, and all receipts."""
    cast = selling.cast
    auditor, words = cast[AUDITOR], list[str | Path](accepts)
    words += ["--sale-id", sale_id]
    words += ["--policy", auditor.get(cast[SELLER].path(POLICY))]
    for role in (*cast.wallets, cast[ESCROW]):
        for folder in (RECEIPTS, FORMER):
            for each in role.path(folder).glob(f"*{PROOF}"):
                words += ["--receipt", auditor.get(each)]
    ends = time.monotonic() + _DATED
    while True:
        selling.joining.fetch(auditor, selling.address, SALE)
        ran = auditor.run("audit", SALE, *words)
        # Witnesses date the last head after it is on the board.
        if not ran.code or time.monotonic() > ends:
            return ran
        time.sleep(_LOOK)


def sleep_until(clock: float) -> None:
    """Wait until a time has come, Unix seconds."""
    time.sleep(max(0.0, clock - time.time()))

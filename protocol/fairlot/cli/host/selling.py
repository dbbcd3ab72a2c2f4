"""How a sale goes from its terms to its audit, by files and over the network."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Event

from fairlot.cli.host.cast import (
    BOARD,
    BOARD_FOLDER,
    ESCROW,
    LOG,
    SALE,
    SELLER,
    Cast,
    all_at_once,
    words_of_witnesses,
)
from fairlot.cli.host.joining import PASSWORD, Joining
from fairlot.cli.host.roles import Ran, Role
from fairlot.service.problems import UnavailableError

TERMS, POLICY = "terms.toml", "sale.policy"
RECEIPTS = "receipts"
_LOOK = 0.5
"""Seconds between two looks at the board."""
_NOT_YET = ("phase.wrong", "witness.quorum")
"""A marker that is not there, or that witnesses have not seen."""


@dataclass(frozen=True, slots=True)
class Planned:
    """How long what takes, in seconds."""

    opens: int
    deposits: int
    step: int
    """Commitments, seals and reveals, each."""

    def words(self) -> tuple[str, ...]:
        """Return what ``seller terms`` is told."""
        step = f"{self.step} seconds"
        return (
            *("--open", f"in {self.opens} seconds"),
            *("--close", f"{self.deposits} seconds"),
            *("--commit", step, "--seal", step, "--reveal", step),
            *("--slack", f"{self.step - 2} seconds", "--no-round"),
        )


@dataclass(frozen=True, slots=True)
class Selling:
    """Carries what the roles of a sale send each other."""

    cast: Cast
    joining: Joining
    address: str
    price: int

    def deposit(self, wallet: Role, sale: str) -> None:
        """Let a person deposit, and the escrow see their money."""
        self.joining.fetch(wallet, self.address, SALE)
        price = str(self.price)
        told = ("--expect-sale", sale, "--max-price", price, "--amount", price)
        words = (*told, *PASSWORD, "--out", "deposit", "--json")
        said = wallet.do("wallet", "deposit", "wallet", SALE, *words).json()
        self._post(wallet, "deposit")
        self.book(sale, str(said["nym"]), price, wallet.name)

    def book(self, sale: str, nym: str, amount: str, reference: str) -> None:
        """Let the escrow see money, and say so on the board.

        Args:
            sale: its sale_id.
            nym: for whom it came.
            amount: in the smallest unit.
            reference: what the bank calls it.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        escrow, copy = self.cast[ESCROW], f"{nym[:16]}.transcript"
        paid = f"{nym[:16]}-{sha256(reference.encode()).hexdigest()[:16]}.paid"
        self.joining.fetch(escrow, self.address, copy)
        who = ("--sale-id", sale, "--key", "escrow.key", "--nym", nym)
        more = ("--amount", amount, "--reference", reference, "--out", paid)
        escrow.do("escrow", "paid", copy, *who, *more)
        self._post(escrow, paid)

    def claim(self, wallet: Role, sale: str) -> None:
        """Let a person take control of their position with the wallet that they have now."""
        self.joining.fetch(wallet, self.address, SALE)
        words = ("--expect-sale", sale, *PASSWORD, "--out", "claim")
        wallet.do("wallet", "claim", "wallet", SALE, *words)
        self._post(wallet, "claim")

    def keep_policy(self) -> None:
        """Let the seller write whom the terms name, as readers are to be told."""
        seller = self.cast[SELLER]
        self.joining.fetch(seller, self.address, SALE)
        policy = seller.do("inspect", SALE, "--policy").out
        seller.path(POLICY).write_text(policy, encoding="utf-8")

    def contribute(self, step: str, begun: Callable[[], None], ends: float) -> None:
        """Let every contributor take a step, as soon as the board lets them.

        Args:
            step: ``commit``, ``seal`` or ``reveal``.
            begun: called once the first has taken it.
            ends: when it is too late, Unix seconds.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        first = Event()

        def take(contributor: Role) -> None:
            own = ("--key", "contributor.key", "--secret", "secret", "--out", step)
            words = ("contributor", step, SALE, *own, "--to", self.address)
            ran = contributor.run(*words)
            while _is_early(ran) and time.time() < ends:
                time.sleep(_LOOK)
                ran = contributor.run(*words)
            if ran.code:
                problem = f"{contributor.name} could not {step}: {ran.err.strip()}"
                raise UnavailableError("host.step", problem)
            if not first.is_set():
                first.set()
                begun()

        all_at_once(take, self.cast.contributors)

    def settled(self, until: float) -> Ran:
        """Wait until the sale is settled, or a time has come; return what settle says."""
        seller = self.cast[SELLER]
        while True:
            self.joining.fetch(seller, self.address, SALE)
            ran = seller.run("settle", SALE)
            if "RESULT on the log" in ran.out or time.time() > until:
                return ran
            time.sleep(_LOOK)

    def check_receipt(self, wallet: Role, sale: str) -> None:
        """Let a person check that what they sent is on the board."""
        self.joining.fetch(wallet, self.address, SALE)
        receipts = [
            f"{RECEIPTS}/{each.name}" for each in wallet.path(RECEIPTS).iterdir()
        ]
        given = [word for each in receipts for word in ("--receipt", each)]
        words = ("--expect-sale", sale, *PASSWORD, *given)
        wallet.do("wallet", "receipt", "wallet", SALE, *words)

    def _post(self, role: Role, entry: str) -> None:
        role.do("board", "post", self.address, entry, "--receipts", RECEIPTS)


def _is_early(ran: Ran) -> bool:
    """Tell whether a contributor has to wait for a marker, or for who saw it."""
    return ran.code == 1 and any(code in ran.err for code in _NOT_YET)


@dataclass(frozen=True, slots=True)
class Announced:
    """What ``seller terms`` says of a sale; times in Unix seconds."""

    sale_id: str
    opens: int
    closes: int
    commit_end: int
    seal_end: int
    reveal_end: int
    unlock: int


def announce(cast: Cast, terms: str, more: Sequence[str]) -> Announced:
    """Let the seller complete the terms, and the board begin the sale.

    Args:
        cast: all roles.
        terms: the text of TERMS.toml.
        more: words for ``seller terms``: when what is to be.

    Raises:
        UnavailableError: ``host.step``, ``host.gone``.
    """
    seller, board = cast[SELLER], cast[BOARD]
    seller.path(TERMS).write_text(terms, encoding="utf-8")
    roster: list[str | Path] = []
    for each in cast.contributors:
        public = each.path("contributor.key.pub")
        roster += ["--contributor", seller.get(public, f"{each.name}.key.pub")]
    words: list[str | Path] = [
        *("--key", "seller.key", "--registry", LOG),
        *("--board", "board.key.pub"),
        *("--escrow", seller.get(cast[ESCROW].path("escrow.key.pub")), *roster),
        *words_of_witnesses(cast, seller),
        *(*more, "--out", "terms"),
    ]
    said = seller.do("seller", "terms", TERMS, *words, "--json").json()
    entry = board.get(seller.path("terms") / "terms.entry")
    board.do("board", "begin", BOARD_FOLDER, entry)
    times = said["times"]
    names = ("commit_end", "seal_end", "reveal_end", "unlock")
    ends = (times[name] for name in names)
    return Announced(said["sale_id"], times["open"], times["close"], *ends)

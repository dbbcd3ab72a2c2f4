"""A whole sale in a minute: all roles and ten buyers, each a process of its own."""

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from fairlot.cli.host.cast import (
    CONTRIBUTORS,
    LOG,
    SELLER,
    Cast,
    all_at_once,
    found,
    make_keys,
    role_names,
)
from fairlot.cli.host.joining import Joining
from fairlot.cli.host.recovering import Recovering
from fairlot.cli.host.roles import Role, started
from fairlot.cli.host.running import Ended, board_served, end, sleep_until, watching
from fairlot.cli.host.selling import (
    Announced,
    Planned,
    Selling,
    announce,
)
from fairlot.text import counted

PRICE = 1_000
TERMS = f"""\
title = "A club evening"
asset = "seat"
supply = 4
mechanism = "lottery"
price = {PRICE}

[times]
lockup = "17 days"

[beacon]
contributors = {CONTRIBUTORS}
delay = 65536
"""
SEASON = "30 days"
COOLING = 4
"""Seconds in which a recovery can be contested."""
MORE = (
    "--rehearsal",
    *("--cooling", f"{COOLING} seconds"),
    *("--attribute", "assurance=listed"),
)
_LATEST = 30
"""Seconds after the reveals in which the result must come."""

_DRAW = (
    ("commit", "Deposits are closed: contributors commit."),
    ("seal", "They seal the set of commitments, each once."),
    ("reveal", "They reveal, and the draw is made."),
)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Demo:
    """A host who carries files between the processes of a sale, and hurries."""

    cast: Cast
    say: Say

    def play(self) -> Ended:
        """Play from nothing to the audit.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        self.say("Everybody draws their keys; four issuers make theirs together.")
        make_keys(self.cast)
        registry = found(self.cast, SEASON, *MORE)
        joining = Joining(self.cast, registry)
        with self._watched() as witnesses:
            self.say(f"{len(witnesses)} witnesses co-sign what the board shows.")
            with self._served(witnesses) as address:
                self.say(f"A board keeps the registry: {address}")
                self._join(joining, address)
            joining.post_roll()
            with self._served(witnesses) as address:
                took = self._renew(joining, address)
            sale = self._announce(took)
            with self._served(witnesses) as address:
                self.say(f"One link for buyers: {address}")
                selling = Selling(self.cast, joining, address, PRICE)
                return self._sell(selling, sale)

    def _watched(self) -> AbstractContextManager[list[str]]:
        """Let the witnesses answer."""
        return watching(self.cast)

    def _served(self, witnesses: Sequence[str]) -> AbstractContextManager[str]:
        """Let the board answer, which asks these witnesses."""
        return board_served(self.cast, witnesses)

    def _join(self, joining: Joining, address: str) -> None:
        """Let everybody come to a leaf: attested at once, enrolled one after the other."""
        wallets = self.cast.wallets
        joining.follow(address)
        one, many = "person makes a wallet", "people make wallets"
        self.say(f"{counted(len(wallets), one, many)}; the attester attests them.")
        all_at_once(joining.make_wallet, wallets)
        all_at_once(lambda each: joining.attested(each, address), wallets)
        self.say("Issuers give each a leaf, which the board shows.")
        for each in wallets:
            joining.enrol(each, address)

    def _renew(self, joining: Joining, address: str) -> float:
        """Let everybody get credentials, and return how many seconds that took."""
        self.say("A roll says who may enter; everybody gets credentials for it.")
        joining.follow(address)
        joining.fetch(self.cast[SELLER], address, LOG)
        began = time.monotonic()

        def renew(wallet: Role) -> None:
            joining.fetch(wallet, address)
            joining.renew(wallet)

        all_at_once(renew, self.cast.wallets)
        return time.monotonic() - began

    def _announce(self, took: float) -> Announced:
        """Let the seller announce a sale that this machine can keep up with."""
        step = max(6, math.ceil(took))
        planned = Planned(max(3, step // 2), 2 * step + 6, step)
        said = announce(self.cast, TERMS, planned.words())
        self.say(
            f"The seller announces 4 seats for {PRICE}: {planned.deposits} s for deposits, "
            f"{step} s each for commitments, seals and reveals."
        )
        return said

    def _sell(self, selling: Selling, sale: Announced) -> Ended:
        cast = self.cast
        selling.keep_policy()
        sleep_until(sale.opens + 1)
        self.say("Everybody deposits, and the escrow books their money.")
        all_at_once(lambda each: selling.deposit(each, sale.sale_id), cast.wallets)
        lost = cast.wallets[0]
        with ThreadPoolExecutor(1) as pool:
            back = pool.submit(self._lose, lost, selling)
            self._draw(selling, sale)
            settled = selling.settled(sale.reveal_end + _LATEST)
            back.result()
        self.say(
            f"With credentials of its own the new {lost.name} claims its position."
        )
        selling.claim(lost, sale.sale_id)
        self.say("People check their receipts; an auditor checks everything.")
        all_at_once(
            lambda each: selling.check_receipt(each, sale.sale_id), cast.wallets
        )
        return end(selling, sale.sale_id, settled, rehearsal=True)

    def _lose(self, wallet: Role, selling: Selling) -> None:
        """Let a person lose their wallet, and come back to their leaf."""
        recovering = Recovering(selling.joining, COOLING)
        self.say(
            f"{wallet.name} is lost; its person makes another, and is verified again."
        )
        leaf = recovering.lose(wallet)
        recovering.recover(wallet, leaf, selling.address)
        self.say(f"After {COOLING} s without a contest leaf {leaf} is theirs again.")

    def _draw(self, selling: Selling, sale: Announced) -> None:
        """Let contributors make the draw, each step when it is due."""
        times = sale.closes, sale.commit_end, sale.seal_end, sale.reveal_end
        for (step, said), (due, ends) in zip(_DRAW, pairwise(times), strict=True):
            sleep_until(due + 1)
            selling.contribute(step, partial(self.say, said), ends)
        sleep_until(sale.reveal_end + 1)


def demonstrate(folder: Path, people: int, say: Say) -> Ended:
    """Play a whole sale with so many buyers.

    Args:
        folder: an empty one; it gets a folder for each role.
        people: how many buy.
        say: told what happens.

    Raises:
        UnavailableError: ``host.step``, ``host.gone``.
    """
    with started(folder, role_names(people)) as roles:
        return Demo(Cast(roles), say).play()

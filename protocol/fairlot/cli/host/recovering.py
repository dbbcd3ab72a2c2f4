"""How somebody loses their wallet in the middle of a sale, and gets their leaf back."""

import time
from dataclasses import dataclass

from fairlot.cli.host.joining import PASSWORD, Joining, listed
from fairlot.cli.host.roles import Role
from fairlot.cli.host.selling import RECEIPTS

FORMER = "receipts.former"
"""Receipts of what the lost wallet has sent."""
_BACK = "back"
"""The folder for what issuers make as somebody comes back."""


@dataclass(frozen=True, slots=True)
class Recovering:
    """Carries what people, attester, issuers and the board send each other in a recovery."""

    joining: Joining
    cooling: int
    """Seconds in which a recovery can be contested."""

    def lose(self, wallet: Role) -> int:
        """Let a person lose their wallet, and return the number of the leaf that it had."""
        said = wallet.do("wallet", "status", "wallet", *PASSWORD, "--json").json()
        (registry,) = said["registries"]
        wallet.path("wallet").unlink()
        wallet.path(RECEIPTS).rename(wallet.path(FORMER))
        return int(registry["leaf"])

    def recover(self, wallet: Role, leaf: int, address: str) -> None:
        """Let a person be verified again, and take their leaf to a new wallet.

        Args:
            wallet: whose old wallet is gone.
            leaf: its number.
            address: of the board.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        joining, named = self.joining, ("--leaf", str(leaf))
        joining.make_wallet(wallet)
        joining.fetch(wallet, address)
        joining.wallet_step(wallet, "recover", *named, "--out", "attest-again")
        joining.attest(wallet, "attest-again", "attested-again", listed(wallet))
        given = ("--attestation", "attested-again")
        joining.wallet_step(wallet, "recover", *named, *given, "--out", "recover")
        wallet.path(_BACK).mkdir()
        joining.agree(wallet, "recover", _BACK)
        joining.post_made(wallet, _BACK, "begin", address)
        time.sleep(self.cooling + 1)
        joining.agree(wallet, "recover", _BACK)
        joining.post_made(wallet, _BACK, "complete", address)
        # Now that the leaf is theirs, what belongs to it is sealed to them.
        joining.agree(wallet, "recover", _BACK)
        joining.fetch(wallet, address)
        joining.wallet_step(wallet, "recover", "--mail", _BACK)
        joining.renew(wallet, "issue-again")

"""How a host whose people come by accounts attests them (command-line.md, section 29.2)."""

import shutil
import time
from dataclasses import dataclass

from fairlot.cli.host.cast import KEYS, REGISTRY, SELLER
from fairlot.cli.host.joining import Joining
from fairlot.cli.host.roles import Place
from fairlot.identity.account_visit import AccountVisit
from fairlot.inputs.member_list import Member
from fairlot.service.problems import UnavailableError

ACCOUNT = "account"
_PINNED = "provider"
"""The folder of the last issuer in which the parts of all lie."""
_NO_KEY = "account-token.key: "
"""The refusal of a token that none of the pinned keys has signed."""
_AGAIN = 600.0
"""Seconds between two looks at the provider's keys, whatever tokens come."""


@dataclass(slots=True)
class Accounts:
    """Pins the keys of a provider, and attests who has an account there."""

    joining: Joining
    _looked: float = -_AGAIN
    """When issuers fetched keys last, by a clock of this process."""

    def pin(self, address: str) -> None:
        """Let all issuers fetch the provider's keys, and post the list that they sign.

        Args:
            address: of the board.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        cast = self.joining.cast
        self._looked = time.monotonic()
        *_, last = cast.issuers
        parts = last.path(_PINNED)
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir()
        self.joining.follow(address)
        for issuer in cast.issuers:
            definition = issuer.get(cast[SELLER].path(REGISTRY))
            words = ("--registry", definition, "--mail", parts)
            issuer.do("issuer", "provider", KEYS, *words)
        self.joining.post_made(last, _PINNED, "provider", address)

    def attest(
        self, place: Place, visit: AccountVisit, member: Member, address: str
    ) -> None:
        """Let somebody be attested by their account; keys that are new are pinned first.

        Args:
            place: where the files of the person lie.
            visit: the request, and what shows the account.
            member: whose invitation it is, for attributes.
            address: of the board.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        place.path("attest").write_bytes(visit.request.to_bytes())
        place.path(ACCOUNT).write_bytes(visit.account.to_bytes())
        try:
            self._attest(place, member, address)
        except UnavailableError as error:
            late = time.monotonic() - self._looked < _AGAIN
            if _NO_KEY not in error.message or late:
                raise
            self.pin(address)
            self._attest(place, member, address)

    def _attest(self, place: Place, member: Member, address: str) -> None:
        self.joining.follow(address)
        self.joining.attest_account(place, "attest", ACCOUNT, member, address)

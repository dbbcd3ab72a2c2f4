"""How people come to a leaf and to credentials, by files that the host carries."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlot.cli.host.cast import (
    ATTESTER,
    BOARD,
    BOARD_FOLDER,
    KEYS,
    LOG,
    MAIL,
    PLAN,
    REGISTRY,
    Cast,
    all_at_once,
)
from fairlot.cli.host.roles import Place, Role
from fairlot.inputs.member_list import Member
from fairlot.service.problems import UnavailableError

PASSWORD = ("--password-file", "password")
ATTESTED = "attested"
"""The file with which an attester answers."""
_ROUNDS = 6
_LOOK, _LOOKS = 0.2, 100
"""Seconds between two looks at the board, and how many looks until the host gives up."""


def listed(wallet: Place) -> Member:
    """Return the person of a demonstration, who is called as their folder."""
    return Member(wallet.name, (("assurance", "listed"),))


@dataclass(frozen=True, slots=True)
class Joining:
    """Carries what people, attester, issuers and the board send each other."""

    cast: Cast
    registry: str
    """registry_id in hexadecimal."""

    def make_wallet(self, wallet: Role) -> None:
        """Let a person make their wallet."""
        wallet.path("password").touch(0o600)
        wallet.path("password").write_text(f"{wallet.name} alone knows it")
        wallet.do("wallet", "new", "wallet", *PASSWORD, "--cost", "14")

    def attested(self, wallet: Role, address: str) -> None:
        """Let a person have their keys attested."""
        self.fetch(wallet, address)
        self.wallet_step(wallet, "enrol", "--out", "attest")
        self.attest(wallet, "attest", "attested", listed(wallet))

    def attest(self, place: Place, request: str, answer: str, who: Member) -> None:
        """Let a person bring a request to the attester, and take the attestation home.

        Args:
            place: where the files of the person lie.
            request: its name.
            answer: that of the attestation.
            who: the person, as the attester knows them.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        self._attested(place, request, answer, who, ("--person", who.name))

    def attest_account(
        self, place: Place, request: str, account: str, who: Member, address: str
    ) -> None:
        """Let a person bring a request, and what shows their account, to the attester.

        Args:
            place: where the files of the person lie; it gets ``ATTESTED``.
            request: its name.
            account: that of what shows the account.
            who: whose invitation it is: for attributes, not for who they are.
            address: of the board, whose log has the provider's keys.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        attester = self.cast[ATTESTER]
        token = attester.get(place.path(account), f"{place.name}.{account}")
        fetch = ("board", "fetch", address, "--registry-alone", "--out", LOG)
        attester.do(*fetch)
        shown = ("--token", token, "--log", LOG)
        self._attested(place, request, ATTESTED, who, shown)

    def _attested(
        self,
        place: Place,
        request: str,
        answer: str,
        who: Member,
        shown: Sequence[str | Path],
    ) -> None:
        """Let the attester ask issuers for the tag of somebody, and attest them.

        Args:
            place: where the files of the person lie.
            request: its name.
            answer: that of the attestation.
            who: of whom attributes are attested.
            shown: words for the attester that say who it is.
        """
        attester = self.cast[ATTESTER]
        named = f"{place.name}.{request}"
        asked = f"{named}.tags"
        brought = attester.get(place.path(request), named)
        # What a kill has left may be of another epoch; nobody has answered to it.
        attester.path(asked).unlink(missing_ok=True)
        words = ("--registry", REGISTRY, "--key", "attester.key", *shown)
        attester.do("attester", "ask", brought, *words, "--out", asked)
        given: list[str | Path] = ["--asked", asked]
        for issuer in self.cast.issuers:
            issuer.get(attester.path(asked))
            issuer.path(f"{asked}.answer").unlink(missing_ok=True)
            issuer.do("issuer", "tag", KEYS, asked, "--out", f"{asked}.answer")
            tag = attester.get(issuer.path(f"{asked}.answer"), f"{asked}.{issuer.name}")
            given += ["--answer", tag]
        for name, value in who.attributes:
            given += ["--attribute", f"{name}={value}"]
        out = f"{place.name}.{answer}"
        attester.do("attester", "attest", brought, *words, *given, "--out", out)
        place.get(attester.path(out), answer)

    def enrol(self, wallet: Role, address: str) -> None:
        """Let a person get the next leaf; the issuers take in the log that has it."""
        self.fetch(wallet, address)
        words = ("--attestation", "attested", "--out", "enrol")
        self.wallet_step(wallet, "enrol", *words)
        wallet.path(MAIL).mkdir()
        self.agree(wallet, "enrol", MAIL)
        self.post_made(wallet, MAIL, "leaf", address)
        self.fetch(wallet, address)
        self.wallet_step(wallet, "enrol", "--mail", MAIL)

    def agree(self, place: Place, step: str, mail: str) -> str:
        """Let issuers take a step of a person until none waits for another.

        Args:
            place: where the files of the person lie; the request has the step's name.
            step: ``enrol`` or ``recover``.
            mail: the folder there in which all parts lie.

        Returns:
            What they have done, in the words of ``fairlot issuer``.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        letters, named = place.path(mail), f"{place.name}.{step}"
        for issuer in self.cast.issuers:
            issuer.get(place.path(step), named)

        def take(issuer: Role) -> tuple[bool, str]:
            words = (KEYS, named, "--mail", letters, "--json")
            said = issuer.do("issuer", step, *words).json()
            return bool(said["waiting"]), str(said["step"])

        for _ in range(_ROUNDS):
            taken = all_at_once(take, self.cast.issuers)
            if not any(waits for waits, _ in taken):
                return taken[0][1]
        problem = f"the issuers could not {step} {place.name}"
        raise UnavailableError("host.step", problem)

    def post_made(self, place: Place, mail: str, made: str, address: str) -> None:
        """Post what issuers have made for a person, and let all issuers take in the log.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        entries = sorted(place.path(mail).glob(f"*-{made}-*.entry"))
        if not entries:
            problem = f"the issuers made no {made} entry for {place.name}"
            raise UnavailableError("host.step", problem)
        # Whoever carries it, it says the same.
        self.cast.issuers[0].do("board", "post", address, entries[0])
        self.follow(address)

    def follow(self, address: str) -> None:
        """Let all issuers take in the log as it is now, once witnesses have dated it."""

        def step(issuer: Role) -> bool:
            alone = ("--registry-alone", "--out", LOG)
            issuer.do("board", "fetch", address, *alone)
            words = ("issuer", "follow", KEYS, LOG, "--plan", PLAN, "--json")
            return bool(issuer.do(*words).json()["time"])

        first, *others = self.cast.issuers
        for _ in range(_LOOKS):
            if step(first):
                # Whoever asks later sees it too.
                all_at_once(step, others)
                return
            time.sleep(_LOOK)
        problem = "no quorum of witnesses has dated the registry's log"
        raise UnavailableError("host.step", problem)

    def has_roll(self, address: str) -> bool:
        """Tell whether the registry has a roll."""
        first = self.cast.issuers[0]
        first.do("board", "fetch", address, "--registry-alone", "--out", LOG)
        words = ("issuer", "follow", KEYS, LOG, "--plan", PLAN, "--json")
        return bool(first.do(*words).json()["rolls"])

    def post_roll(self) -> None:
        """Let the issuers sign the roll that is due, and the board post it.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        board = self.cast[BOARD]
        # One that was asked for before a kill is another roll by now.
        board.path("roll.request").unlink(missing_ok=True)
        board.do("board", "roll", BOARD_FOLDER, "--out", "roll.request")
        parts: list[str | Path] = []
        for issuer in self.cast.issuers:
            request = issuer.get(board.path("roll.request"))
            issuer.path("roll.part").unlink(missing_ok=True)
            issuer.do("issuer", "roll", KEYS, request, "--out", "roll.part")
            part = board.get(issuer.path("roll.part"), f"{issuer.name}.roll")
            parts += ["--part", part]
        board.do("board", "roll", BOARD_FOLDER, "--request", "roll.request", *parts)

    def renew(self, wallet: Role, request: str = "issue") -> None:
        """Let a person get the credentials of the running epoch.

        Args:
            wallet: whose.
            request: the name of its file.
        """
        self.wallet_step(wallet, "renew", "--out", request)
        words: list[str | Path] = []
        for each in self.issued(wallet, request):
            words += ["--answer", each]
        self.wallet_step(wallet, "renew", *words)

    def issued(self, place: Place, request: str) -> list[Path]:
        """Let each issuer answer a request for credentials; return the answers.

        Args:
            place: where the files of the person lie.
            request: the name of its file.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        answers: list[Path] = []
        for number, issuer in enumerate(self.cast.issuers, 1):
            named = f"{place.name}.{request}"
            asked = issuer.get(place.path(request), named)
            issuer.path(f"{named}d").unlink(missing_ok=True)
            issuer.do("issuer", "issue", KEYS, asked, "--out", f"{named}d")
            answer = issuer.path(f"{named}d")
            answers.append(place.get(answer, f"{request}d-{number}"))
        return answers

    def fetch(self, role: Role, address: str, name: str = LOG) -> None:
        """Let a role get its own copy of what the board shows."""
        role.do("board", "fetch", address, "--out", name)

    def wallet_step(self, wallet: Role, step: str, *words: str | Path) -> None:
        """Let a wallet take a step with the registry's log."""
        told = ("--expect-registry", self.registry, *PASSWORD)
        wallet.do("wallet", step, "wallet", LOG, *told, *words)

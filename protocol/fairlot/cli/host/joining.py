"""How people come to a leaf and to credentials, by files that the host carries."""

import time
from dataclasses import dataclass
from pathlib import Path

from fairlot.cli.host.cast import (
    ATTESTER,
    BOARD,
    KEYS,
    LOG,
    MAIL,
    PLAN,
    REGISTRY,
    Cast,
    all_at_once,
)
from fairlot.cli.host.roles import Role
from fairlot.service.problems import UnavailableError

PASSWORD = ("--password-file", "password")
_ROUNDS = 6
_LOOK, _LOOKS = 0.2, 100
"""Seconds between two looks at the board, and how many looks until the host gives up."""


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
        self._wallet(wallet, "enrol", "--out", "attest")
        attester = self.cast[ATTESTER]
        request = attester.get(wallet.path("attest"), f"{wallet.name}.attest")
        asked = f"{wallet.name}.tags"
        who = ("--registry", REGISTRY, "--key", "attester.key", "--person", wallet.name)
        attester.do("attester", "ask", request, *who, "--out", asked)
        answers: list[str | Path] = []
        for issuer in self.cast.issuers:
            issuer.get(attester.path(asked))
            issuer.do("issuer", "tag", KEYS, asked, "--out", f"{asked}.answer")
            answer = issuer.path(f"{asked}.answer")
            answers += [
                "--answer",
                attester.get(answer, f"{asked}.{issuer.name}"),
            ]
        out = f"{wallet.name}.attested"
        words = ("--asked", asked, *answers, "--attribute", "assurance=listed")
        attester.do("attester", "attest", request, *who, *words, "--out", out)
        wallet.get(attester.path(out), "attested")

    def enrol(self, wallet: Role, address: str) -> None:
        """Let a person get the next leaf; the issuers take in the log that has it."""
        self.fetch(wallet, address)
        self._wallet(wallet, "enrol", "--attestation", "attested", "--out", "enrol")
        mail = wallet.path(MAIL)
        mail.mkdir()
        requests = {
            issuer.name: issuer.get(wallet.path("enrol"), f"{wallet.name}.enrol")
            for issuer in self.cast.issuers
        }

        def step(issuer: Role) -> bool:
            words = (KEYS, requests[issuer.name], "--mail", mail, "--json")
            return not issuer.do("issuer", "enrol", *words).json()["waiting"]

        for _ in range(_ROUNDS):
            if all(all_at_once(step, self.cast.issuers)):
                break
        leaves = sorted(mail.glob("*-leaf-*.entry"))
        if not leaves:
            problem = f"the issuers could not agree on a leaf for {wallet.name}"
            raise UnavailableError("host.step", problem)
        wallet.do("board", "post", address, f"{MAIL}/{leaves[0].name}")
        self.follow(address)
        self.fetch(wallet, address)
        self._wallet(wallet, "enrol", "--mail", MAIL)

    def follow(self, address: str) -> None:
        """Let all issuers take in the log as it is now, once witnesses have dated it."""

        def step(issuer: Role) -> bool:
            self.fetch(issuer, address)
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

    def post_roll(self) -> None:
        """Let the issuers sign the roll that is due, and the board post it."""
        board, parts = self.cast[BOARD], list[str | Path]()
        board.do("board", "roll", "folder", "--out", "roll.request")
        for issuer in self.cast.issuers:
            request = issuer.get(board.path("roll.request"))
            issuer.do("issuer", "roll", KEYS, request, "--out", "roll.part")
            part = board.get(issuer.path("roll.part"), f"{issuer.name}.roll")
            parts += ["--part", part]
        board.do("board", "roll", "folder", "--request", "roll.request", *parts)

    def renew(self, wallet: Role) -> None:
        """Let a person get the credentials of the running epoch."""
        self._wallet(wallet, "renew", "--out", "issue")
        answers: list[str | Path] = []
        for issuer in self.cast.issuers:
            request = issuer.get(wallet.path("issue"), f"{wallet.name}.issue")
            out = f"{wallet.name}.issued"
            issuer.do("issuer", "issue", KEYS, request, "--out", out)
            answer = wallet.get(issuer.path(out), f"issued.{issuer.name}")
            answers += ["--answer", answer]
        self._wallet(wallet, "renew", *answers)

    def fetch(self, role: Role, address: str, name: str = LOG) -> None:
        """Let a role get its own copy of what the board shows."""
        role.do("board", "fetch", address, "--out", name)

    def _wallet(self, wallet: Role, step: str, *words: str | Path) -> None:
        """Let a wallet take a step with the registry's log."""
        told = ("--expect-registry", self.registry, *PASSWORD)
        wallet.do("wallet", step, "wallet", LOG, *told, *words)

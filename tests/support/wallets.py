"""A person with a wallet, who carries files to an office (specs/wallet.md)."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from command import Ran, fairlot
from fairlot.identity.attestation import sign_attestation
from fairlot.identity.requests import attestation_file, read_attest_request
from fairlot.wallet.content import Content
from fairlot.wallet.store import look_into
from generators.identity_setting import VALUES
from json_formats import check_document
from registry_office import ATTESTER, Office

PASSWORD = "a lake in May"  # noqa: S105


class Person:
    """Somebody who has nothing but a wallet."""

    def __init__(self, office: Office, name: str) -> None:
        """Make the wallet."""
        self.office: Office = office
        self.name = name
        self.path = office.path / f"{name}.wallet"
        self.password = office.path / "password"
        self.password.write_text(PASSWORD)
        assert self.run("new", "--cost", "14").code == 0

    @property
    def content(self) -> Content:
        return look_into(self.path, PASSWORD)

    def run(self, step: str, *words: str | Path) -> Ran:
        """Take a step."""
        own = ("--password-file", self.password, "--json")
        return fairlot("wallet", step, self.path, *words, *own)

    def file(self, name: str) -> Path:
        return self.office.path / f"{self.name}-{name}"

    def with_log(self, step: str, *words: str | Path, log: Path | None = None) -> Ran:
        """Take a step with the log as it is now."""
        told = ("--expect-registry", self.office.registry.registry_id.hex())
        clock = ("--time", str(self.office.now))
        return self.run(step, log or self.office.log, *told, *clock, *words)

    def attested(self, name: str = "", request: Path | None = None) -> Path:
        """Go to the attester with a request, and return what they give."""
        asked = self.file("attest") if request is None else request
        if request is None:
            assert self.with_log("enrol", "--out", asked).code == 0
        wanted, office = read_attest_request(asked.read_bytes()), self.office
        attestation = sign_attestation(
            wanted.registry_id,
            office.tag(name or self.name),
            wanted.holder_key,
            wanted.device_key,
            VALUES,
            office.now,
            ATTESTER,
            wanted.subject,
        )
        file = self.file(f"attested-{office.now}")
        file.write_bytes(attestation_file(attestation))
        return file

    def ask_for_leaf(self, attestation: Path, *words: str, out: str = "enrol") -> Path:
        """Write the request for a leaf."""
        request = self.file(out)
        told = ("--attestation", attestation, "--out", request)
        ran = self.with_log("enrol", *told, *words)
        assert ran.code == 0, ran.err
        return request

    def enrol(self) -> dict[str, Any]:
        """Come from nothing to a leaf."""
        office = self.office
        office.follow_all()
        request = self.ask_for_leaf(self.attested())
        office.go_on("enrol", request)
        office.post(office.entry(request, "leaf"))
        ran = self.with_log("enrol", "--mail", office.mail(request))
        assert ran.code == 0, ran.err
        return dict(json.loads(ran.out))

    def attested_to_recover(self, name: str, leaf: int = 0) -> Path:
        """Go to the attester as somebody who has lost the wallet of ``name``."""
        asked = self.file(f"recover-attest-{self.office.now}")
        told = ("--leaf", str(leaf), "--out", asked)
        ran = self.with_log("recover", *told)
        assert ran.code == 0, ran.err
        return self.attested(name, asked)

    def ask_to_recover(
        self, attestation: Path, leaf: int = 0, out: str = "recover"
    ) -> Path:
        """Write the request that takes a leaf to this wallet."""
        request = self.file(out)
        told = ("--leaf", str(leaf), "--attestation", attestation, "--out", request)
        ran = self.with_log("recover", *told)
        assert ran.code == 0, ran.err
        return request

    def how_far(self) -> dict[str, Any]:
        """Return what the wallet says of its recovery."""
        ran = self.with_log("recover")
        said = check_document(ran.out)
        assert ran.code == int(said["recovery"] == "ended"), ran.err
        return dict(said)

    def recover(self, name: str, leaf: int = 0) -> dict[str, Any]:
        """Come from the loss of the wallet of ``name`` to its leaf."""
        office = self.office
        office.follow_all()
        request = self.ask_to_recover(self.attested_to_recover(name, leaf), leaf)
        for step in ("begin", "complete"):
            office.go_on("recover", request)
            office.post(office.entry(request, step))
            if step == "begin":
                office.now = self.how_far()["ripe"]
                office.date()
            office.follow_all()
        office.go_on("recover", request)
        ran = self.with_log("recover", "--mail", office.mail(request))
        assert ran.code == 0, ran.err
        return dict(check_document(ran.out))

    def ask_for_credentials(self, out: str = "issue") -> Path:
        """Write the request for credentials."""
        request = self.file(f"{out}-{self.office.now}")
        ran = self.with_log("renew", "--out", request)
        assert ran.code == 0, ran.err
        return request

    def answers(
        self, request: Path, who: Iterable[int] | None = None
    ) -> list[str | Path]:
        """Let issuers answer, and return the options with which a wallet takes them."""
        words: list[str | Path] = []
        for index in self.office.issuers.indexes if who is None else who:
            ran = self.office.ask(index, "issue", request)
            assert ran.code == 0, ran.err
            words += ["--answer", self.office.answer(index, request)]
        return words

    def renew(self) -> dict[str, Any]:
        """Get the credentials of the running epoch."""
        request = self.ask_for_credentials()
        ran = self.with_log("renew", *self.answers(request))
        assert ran.code == 0, ran.err
        return dict(json.loads(ran.out))

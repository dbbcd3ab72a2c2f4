"""An office whose people come by accounts, and what they do there (specs/attesters.md)."""

from pathlib import Path

from command import Ran, fairlot
from fairlot.cli.beacon.files import key_file
from fairlot_crypto import cbor
from registry_office import ATTESTER, Office
from wallets import Person


def with_accounts(office: Office) -> Office:
    """Write the files of the attester, and let the issuers follow."""
    office.file("office.key", key_file(ATTESTER))
    office.file("definition", cbor.encode(office.registry.to_value()))
    office.follow_all()
    return office


def pin(office: Office, index: int, *words: str | Path) -> Ran:
    """Let an issuer pin keys."""
    mail = office.path / "keys"
    mail.mkdir(exist_ok=True)
    file = office.file("definition", cbor.encode(office.registry.to_value()))
    own = ("--registry", file, "--mail", mail, "--time", str(office.now), "--json")
    return office.run(index, "provider", *own, *words)


def posted(office: Office, index: int) -> None:
    """Post the list that an issuer has made, and let all take it in."""
    (made,) = (office.path / "keys").glob(f"*-provider-{index}.entry")
    office.post(office.read_entry(made))
    made.unlink()
    office.follow_all()


class Member(Person):
    """Somebody with a wallet and an account."""

    def asked(self) -> Path:
        """Write the request to be attested."""
        request = self.file("attest")
        assert self.with_log("enrol", "--out", request).code == 0
        return request

    def visit(
        self, step: str, request: Path, token: Path, out: Path, *words: str | Path
    ) -> Ran:
        """Bring a request and a token to the attester."""
        office = self.office
        own = (
            "--registry",
            office.path / "definition",
            "--key",
            office.path / "office.key",
        )
        shown = ("--token", token, "--log", office.log)
        clock = ("--time", str(office.now), "--out", out)
        return fairlot("attester", step, request, *own, *shown, *clock, *words)

    def attested_by(self, token: Path, request: Path) -> Path:
        """Be attested by a token alone."""
        tags, out = self.file(f"tags-{token.name}"), self.file(f"got-{token.name}")
        ran = self.visit("ask", request, token, tags)
        assert ran.code == 0, ran.err
        answers: list[str | Path] = []
        for index in self.office.issuers.indexes:
            assert self.office.ask(index, "tag", tags).code == 0
            answers += ["--answer", self.office.answer(index, tags)]
        ran = self.visit("attest", request, token, out, "--asked", tags, *answers)
        assert ran.code == 0, ran.err
        return out

    def enrol_with(self, attestation: Path) -> int:
        """Come from an attestation to a leaf, and return its index."""
        office = self.office
        request = self.ask_for_leaf(attestation)
        office.go_on("enrol", request)
        office.post(office.entry(request, "leaf"))
        ran = self.with_log("enrol", "--mail", office.mail(request))
        assert ran.code == 0, ran.err
        (membership,) = self.content.memberships
        assert membership.identity is not None
        return membership.identity.leaf.index

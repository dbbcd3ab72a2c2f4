"""A registry whose issuers sit in folders of their own, its board and its attester.

Issuers are the program, by its files alone. The board, the attester and the people are played
here through the library, as their own programs would.
"""

from dataclasses import replace
from pathlib import Path

from command import Ran, fairlot
from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.registry_state import RegistryState
from fairlot.board.storage import MemoryStorage
from fairlot.entry import Entry, EntryType, read_entry, sign_entry
from fairlot.identity.quorum import IssuerSignature
from fairlot.identity.registry import Credentials, Registry
from fairlot.identity.roll import Roll, roll_body
from fairlot.issuing.committee_file import CommitteeFile, read_committee
from fairlot.issuing.part import read_part
from fairlot.issuing.requests import RollRequest
from fairlot_crypto import cbor
from fairlot_crypto.curve import backend
from fairlot_crypto.keys import Signature
from fairlot_crypto.statements import Statements
from generators.identity_setting import START, setting, signing_key
from issuers import Issuers

CURVE = backend()
NOW = START + 50_000
BOARD = signing_key("office board")
ATTESTER = signing_key("office attester")


def registry_of(made: CommitteeFile, season: int = 1) -> Registry:
    """Return a registry of a committee: a rehearsal with one attester and no witness."""
    base = setting(1, 0).registry
    board = replace(base.board, key=BOARD.public)
    return replace(
        base,
        season=season,
        threshold=made.plan.threshold,
        issuers=made.issuers,
        attesters=(ATTESTER.public,),
        board=board,
        recovery=replace(base.recovery, quorum=1),
        uniqueness=replace(base.uniqueness, shares=made.tags),
    )


class Office:
    """A registry log, and the issuers who follow it."""

    def __init__(self, issuers: Issuers, rate: int = 1000) -> None:
        """Begin the log; the issuers have made their keys."""
        self.issuers = issuers
        self.path = issuers.path
        first = issuers.indexes[0]
        plan = issuers.plan
        made = read_committee(plan, (issuers.kept(first) / "committee").read_bytes())
        registry = registry_of(made)
        uniqueness = replace(registry.uniqueness, rate=rate)
        self.registry: Registry = replace(registry, uniqueness=uniqueness)
        self.now = NOW
        self.storage = MemoryStorage()
        state = RegistryState(CURVE, Statements())
        name = self.registry.board.name
        self.board = RegistryBoard(self.storage, name, BOARD, state)
        self.first: Entry = self._begin()
        self.post(self.first)

    @property
    def credentials(self) -> Credentials:
        return Credentials(CURVE, self.registry)

    @property
    def log(self) -> Path:
        """The log as the board shows it now."""
        path = self.path / f"log-{len(self.storage.read())}"
        path.write_bytes(self.storage.read())
        return path

    def post(self, *entries: Entry) -> None:
        """Post entries, a minute later than the last."""
        self.now += 60
        for receipt in self.board.append(entries, self.now):
            if receipt.refusal is not None:
                raise receipt.refusal

    def run(self, index: int, step: str, *words: str | Path) -> Ran:
        """Let an issuer take a step."""
        return fairlot("issuer", step, self.issuers.folder(index), *words)

    def follow(self, index: int, log: Path | None = None) -> Ran:
        """Let an issuer take in the log."""
        words = ("--plan", self.issuers.plan_file, "--json")
        return self.run(index, "follow", log or self.log, *words)

    def follow_all(self) -> None:
        log = self.log
        for index in self.issuers.indexes:
            ran = self.follow(index, log)
            assert ran.code == 0, ran.err

    def ask(self, index: int, step: str, request: Path, now: int | None = None) -> Ran:
        """Hand a request to an issuer; the answer lies beside it."""
        out = self.answer(index, request)
        clock = ("--time", str(self.now if now is None else now))
        return self.run(index, step, request, *clock, "--out", out, "--json")

    def answer(self, index: int, request: Path) -> Path:
        return request.with_name(f"{request.name}-{index}")

    def file(self, name: str, data: bytes) -> Path:
        path = self.path / name
        path.write_bytes(data)
        return path

    def roll_request(self, name: str = "roll") -> tuple[Roll, Path]:
        """Let the board ask for the roll that is due a minute later than the last entry."""
        self.now += 60
        roll = self.board.roll_due(self.now, self.registry.closes)
        log = self.board.state.identity
        body: dict[str, cbor.Value] = {"time": self.now}
        entry = sign_entry(EntryType.TIME, log.scope, body, BOARD, log.kind)
        asked = RollRequest(self.registry.registry_id, roll, entry)
        return roll, self.file(name, asked.to_bytes())

    def post_roll(self) -> None:
        """Let all issuers who answer sign the roll that is due."""
        roll, request = self.roll_request(f"roll-{self.now}")
        signed: list[IssuerSignature] = []
        for index in self.issuers.indexes:
            if self.ask(index, "roll", request).code == 0:
                part = read_part(self.answer(index, request).read_bytes())
                sig = Signature(part.fields.bytes("sig", 64))
                signed.append(IssuerSignature(part.issuer, sig))
        self.board.append_roll(roll_body(roll, signed), self.now)

    def _begin(self) -> Entry:
        file = self.file("registry.cbor", cbor.encode(self.registry.to_value()))
        out = self.path / f"registry-{len(list(self.path.iterdir()))}.entry"
        words = ("--plan", self.issuers.plan_file, "--out", out, "--json")
        ran = self.run(self.issuers.indexes[0], "registry", file, *words)
        assert ran.code == 0, ran.err
        data = out.read_bytes()
        return read_entry(cbor.decode(data), data)

"""A registry whose issuers sit in folders of their own, its board and its attester.

Issuers are the program, by its files alone. The board, the attester and the people are played
here through the library, as their own programs would.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from command import Ran, fairlot
from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.registry_state import RegistryState
from fairlot.board.storage import MemoryStorage
from fairlot.entry import Entry, EntryType, read_entry, sign_entry
from fairlot.identity.attestation import (
    ENROLMENT,
    Attestation,
    Purpose,
    Subject,
    sign_attestation,
)
from fairlot.identity.committee import Holder
from fairlot.identity.credential import PendingCredential, request_credential
from fairlot.identity.enrolment import Enrolment, Identity, receive_identity
from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.part import Part, boxes_of, read_part, request_id
from fairlot.identity.provider import Provider
from fairlot.identity.quorum import IssuerSignature
from fairlot.identity.receiving import receive_credential
from fairlot.identity.registry import Credentials, Registry, RollId, epoch_at
from fairlot.identity.requests import (
    EnrolRequest,
    IssueRequest,
    RecoverRequest,
    RollRequest,
)
from fairlot.identity.roll import Roll, roll_body, unexpired_rolls
from fairlot.identity.tag_asking import judge_answers, receive_tags, request_tags
from fairlot.identity.tag_messages import TagAnswer, read_tag_answer
from fairlot.issuing.committee_file import CommitteeFile, read_committee
from fairlot.issuing.plan import Plan
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.curve import backend
from fairlot_crypto.keys import Signature
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.statements import Statements
from generators.identity_setting import START, VALUES, setting, signing_key
from issuers import Issuers

CURVE = backend()
NOW = START + 50_000
BOARD = signing_key("office board")
ATTESTER = signing_key("office attester")


def registry_of(made: CommitteeFile) -> Registry:
    """Return a registry of a committee: a rehearsal with one attester and no witness."""
    base = setting(1, 0).registry
    board = replace(base.board, key=BOARD.public)
    return replace(
        base,
        season=made.plan.season,
        threshold=made.plan.threshold,
        issuers=made.issuers,
        attesters=(ATTESTER.public,),
        board=board,
        recovery=replace(base.recovery, quorum=1),
        uniqueness=replace(base.uniqueness, shares=made.tags),
    )


class Seated(Protocol):
    """Issuers of one plan in folders of their own, who have made their keys."""

    path: Path
    plan: Plan
    indexes: range

    @property
    def plan_file(self) -> Path:
        """The file of the plan."""
        ...

    def folder(self, index: int) -> Path:
        """Return the folder of an issuer."""
        ...

    def kept(self, index: int) -> Path:
        """Return what it keeps of the plan."""
        ...


class Office:
    """A registry log, and the issuers who follow it."""

    def __init__(
        self,
        issuers: Seated,
        rate: int = 1000,
        provider: Provider | None = None,
        now: int = NOW,
    ) -> None:
        """Begin the log; the issuers have made their keys.

        With a provider, people are told apart by accounts.
        """
        self.issuers: Seated = issuers
        self.path = issuers.path
        first = issuers.indexes[0]
        plan = issuers.plan
        made = read_committee(plan, (issuers.kept(first) / "committee").read_bytes())
        registry = registry_of(made)
        uniqueness = replace(registry.uniqueness, rate=rate)
        if provider is not None:
            source = Source("accounts", Canonicaliser.ACCOUNT)
            uniqueness = replace(uniqueness, source=source, provider=provider)
        starts, ends = registry.starts + now - NOW, registry.ends + now - NOW
        self.registry: Registry = replace(
            registry, uniqueness=uniqueness, starts=starts, ends=ends
        )
        self.now = now
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

    def date(self) -> None:
        """Let the board date its last head anew: nothing else has happened."""
        tree, log = self.board.state.tree, self.board.state.identity
        head = Checkpoint(log.origin, tree.size, tree.root())
        lines = (
            sign_checkpoint(head, log.origin, BOARD),
            cosign_checkpoint(head, log.origin, BOARD, self.now),
        )
        self.board.attach(SignedCheckpoint(head, lines))

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

    def tag(self, person: str) -> bytes:
        """Let the attester ask every issuer for the tag of somebody, by files."""
        ids = [self.registry.uniqueness.source.identifier(person)]
        drawn = SystemRandomness()
        asked = request_tags(CURVE, self.registry, ATTESTER, ids, self.now, drawn)
        name = f"tags-{asked.request.request_id.hex()}"
        request = self.file(name, asked.request.to_bytes())
        answers: list[TagAnswer] = []
        for index in self.issuers.indexes:
            if self.ask(index, "tag", request).code == 0:
                data = self.answer(index, request).read_bytes()
                answers.append(read_tag_answer(data))
        judged = judge_answers(CURVE, self.registry, asked, answers)
        (tag,) = receive_tags(self.registry, asked, judged)
        return tag

    def attest(
        self, person: str, holder: Holder, subject: Subject = ENROLMENT
    ) -> Attestation:
        """Let the attester attest a person and their keys."""
        tag, keys = self.tag(person), (holder.signing.public, holder.device.public)
        scope, time = self.registry.registry_id, self.now
        return sign_attestation(scope, tag, *keys, VALUES, time, ATTESTER, subject)

    def request_leaf(
        self, person: str, holder: Holder, index: int = 0, attempt: int = 0
    ) -> Path:
        """Make the request for a leaf."""
        asked = EnrolRequest(self.attest(person, holder), index, attempt)
        return self.file(f"enrol-{index}-{attempt}-{self.now}", asked.to_bytes())

    def step(self, index: int, step: str, request: Path, *more: str) -> Ran:
        """Let an issuer go on with a request whose parts lie in one folder."""
        words = ("--mail", self.mail(request), "--time", str(self.now), "--json")
        return self.run(index, step, request, *words, *more)

    def mail(self, request: Path) -> Path:
        folder = self.path / f"{request.name}.mail"
        folder.mkdir(exist_ok=True)
        return folder

    def go_on(
        self, step: str, request: Path, who: Iterable[int] | None = None, *more: str
    ) -> list[dict[str, Any]]:
        """Let issuers go on until nobody waits."""
        chosen = tuple(self.issuers.indexes if who is None else who)
        said: list[dict[str, Any]] = []
        for _ in range(6):
            said = []
            for index in chosen:
                ran = self.step(index, step, request, *more)
                assert ran.code == 0, ran.err
                said.append(json.loads(ran.out))
            if not any(each["waiting"] for each in said):
                return said
        raise AssertionError(said)

    def entry(self, request: Path, step: str) -> Entry:
        """Return one of the entries that issuers have made of a request."""
        found = sorted(self.mail(request).glob(f"*-{step}-*.entry"))
        return self.read_entry(found[0])

    def read_entry(self, path: Path) -> Entry:
        """Return the entry in a file."""
        data = path.read_bytes()
        return read_entry(cbor.decode(data), data)

    def parts(self, request: Path) -> list[Part]:
        asked = request_id(request.read_bytes())[:4].hex()
        files = self.mail(request).glob(f"{asked}-*.part")
        return [read_part(each.read_bytes()) for each in files]

    def receive(self, request: Path, holder: Holder, index: int = 0) -> Identity:
        """Let a person open what the issuers have sent."""
        boxes = boxes_of(request_id(request.read_bytes()), self.parts(request))
        leaf = self.board.state.leaf_at(index, self.now)
        made = Enrolment(leaf, boxes, bytes(32))
        return receive_identity(CURVE, self.registry, made, holder.device, VALUES)

    def enrol(
        self,
        person: str,
        holder: Holder,
        index: int = 0,
        who: Iterable[int] | None = None,
        *more: str,
    ) -> Identity:
        """Enrol somebody from nothing to the log."""
        self.follow_all()
        request = self.request_leaf(person, holder, index)
        self.go_on("enrol", request, who, *more)
        self.post(self.entry(request, "leaf"))
        return self.receive(request, holder, index)

    def request_credentials(
        self, identity: Identity, holder: Holder
    ) -> tuple[PendingCredential, Path]:
        """Let a holder ask for all that the log offers."""
        rolls = unexpired_rolls(self.board.state.rolls.values(), self.now)
        leaf = self.board.state.leaf_at(identity.leaf.index, self.now)
        epoch = epoch_at(self.registry, self.now)
        pending = request_credential(
            CURVE,
            self.registry,
            replace(identity, leaf=leaf),
            holder.signing,
            epoch,
            [each.roll_id for each in rolls],
            SystemRandomness(),
        )
        asked = IssueRequest(self.registry.registry_id, pending.request)
        name = f"issue-{asked.request.sig[:8].hex()}"
        return pending, self.file(name, asked.to_bytes())

    def credentials_of(
        self, identity: Identity, holder: Holder, who: Iterable[int] | None = None
    ) -> Mapping[RollId, Credential]:
        """Let a holder ask issuers, and put their answers together."""
        pending, request = self.request_credentials(identity, holder)
        answers: list[bytes] = []
        for index in self.issuers.indexes if who is None else who:
            ran = self.ask(index, "issue", request)
            assert ran.code == 0, ran.err
            answers.append(self.answer(index, request).read_bytes())
        return receive_credential(self.credentials, identity, pending, answers)

    def request_change(
        self, person: str, holder: Holder, purpose: Purpose, index: int = 0
    ) -> Path:
        """Let a person who has lost their keys ask for the leaf."""
        subject = self.board.state.lives[index].subject(purpose)
        attested = self.attest(person, holder, subject)
        asked = RecoverRequest(self.registry.registry_id, index, (attested,))
        return self.file(f"recover-{self.now}", asked.to_bytes())

    def _begin(self) -> Entry:
        file = self.file("registry.cbor", cbor.encode(self.registry.to_value()))
        out = self.path / f"registry-{len(list(self.path.iterdir()))}.entry"
        words = ("--plan", self.issuers.plan_file, "--out", out, "--json")
        ran = self.run(self.issuers.indexes[0], "registry", file, *words)
        assert ran.code == 0, ran.err
        data = out.read_bytes()
        return read_entry(cbor.decode(data), data)


def office_of(
    path: Path,
    members: int,
    threshold: int,
    provider: Provider | None = None,
    now: int = NOW,
) -> Office:
    """Return the office of a committee that has its keys."""
    issuers = Issuers(path, members, threshold)
    issuers.finish(issuers.indexes)
    return Office(issuers, provider=provider, now=now)


def opened(office: Office) -> None:
    """Post a roll, and let the issuers know."""
    office.follow_all()
    office.post_roll()
    office.follow_all()

"""What issuers cost: enrolling, issuing and recovering, against one bare signature.

    python tests/benchmarks/bench_issuers.py [--rounds N] [--json]

For one issuer, and for committees of four, seven and ten of whom one, two and three may be
corrupt. Times are medians of the processor's and vary from machine to machine; the ratios
are of one run: an operation from end to end, all parties of it on one processor, alternates
with one bare BBS signature over as many messages. Enrolling has the tag of the person in it,
recovering those of a quorum of attesters. Messages and their bytes are of one person: what
the parties send each other and what they post, without whatever carries it.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import partial
from typing import Any, cast

from fairlot.board.registry_keeper import start_registry
from fairlot.board.storage import MemoryStorage
from fairlot.entry import Entry
from fairlot.identity.acts import Decision, make_act
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.answering import answer_all
from fairlot.identity.attestation import Attestation, Purpose
from fairlot.identity.committee import Holder, signed_roll
from fairlot.identity.credential import request_credential
from fairlot.identity.desks import DeskAttester, ListDesk, ReachIssuer
from fairlot.identity.enrolment import Enrolment, Identity, enrol, receive_identity
from fairlot.identity.leaf import holder_hash, make_leaf_entry
from fairlot.identity.naming import NONCE_LENGTH, HandleMaker, ToName
from fairlot.identity.receiving import receive_credential
from fairlot.identity.recovering import (
    begin_change,
    complete_change,
    join,
    resend_share,
)
from fairlot.identity.registry import Credentials, epoch_at
from fairlot.identity.tag_issuing import local_issuers
from fairlot.identity.tag_messages import TagAnswer, TagRequest
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.parts import START, cast_parts
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto import cbor
from fairlot_crypto.bbs.ciphersuite import API_PLAIN, key_gen, public_key
from fairlot_crypto.bbs.signature import sign
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Scalar, backend, scalar_to_bytes
from fairlot_crypto.randomness import SystemRandomness

GROUP = backend("native")
COMMITTEES = ((1, 0), (4, 1), (7, 2), (10, 3))
"""n and t."""
ATTESTERS = 2
"""Of which a recovery needs all."""


@dataclass(frozen=True)
class Sent:
    """A message, and to how many it goes."""

    content: object
    copies: int = 1

    @property
    def size(self) -> int:
        """Bytes of one copy: an entry as it is posted, else what is in it, in CBOR."""
        if isinstance(self.content, Entry):
            return len(self.content.encoded)
        if isinstance(self.content, TagRequest | TagAnswer):
            return len(self.content.to_bytes())
        if isinstance(self.content, bytes):
            return len(self.content)
        return len(cbor.encode(_value(self.content)))


class Counting:
    """Reaches an issuer of tags, and keeps what was said."""

    def __init__(self, issuer: ReachIssuer) -> None:
        self._issuer = issuer
        self.said: list[Sent] = []

    def __call__(self, request: TagRequest, now: int) -> TagAnswer:
        """Let the issuer answer."""
        answer = self._issuer(request, now)
        self.said += [Sent(request), Sent(answer)]
        return answer


class Live:
    """A registry with one person, who enrols, asks for credentials and recovers."""

    def __init__(self, issuers: int, threshold: int, rounds: int) -> None:
        """Cast the registry, with someone else for every round of enrolling."""
        pool = Pool("main", Mechanism.EQUAL_SHARE, 1, 1, 1)
        file = TermsFile("A concert", "seat", (pool,), issuers, threshold, 1, ATTESTERS)
        people = [Person(f"person {number}", 1, 1) for number in range(rounds + 1)]
        self.parts = cast_parts(GROUP, file, people, SystemRandomness())
        self.registry = self.parts.registry
        self.credentials = Credentials(GROUP, self.registry)
        self.books = [AdmissionBook(self.registry) for _ in range(issuers)]
        self.board = start_registry(
            MemoryStorage(),
            self.credentials,
            self.parts.board,
            self.parts.issuers[0].key,
            START,
        )
        self.reached = [
            Counting(each)
            for each in local_issuers(
                GROUP,
                self.registry,
                self.parts.tag_shares,
                [each.key for each in self.parts.issuers],
                SystemRandomness(),
            )
        ]
        listed = {each.name: each.attributes for each in self.parts.people}
        self.attesters = [
            DeskAttester(
                GROUP,
                self.registry,
                key,
                ListDesk(self.registry, listed),
                self.reached,
                SystemRandomness(),
            )
            for key in self.parts.attester_keys
        ]
        self.arriving = iter([each.name for each in self.parts.people])
        self.now = START
        self.name = next(self.arriving)
        self.holder = Holder.generate(SystemRandomness())
        self.made, self.identity, _ = self._register(self.name, self.holder)
        self._post_roll()

    def enrol(self) -> list[Sent]:
        """Attest, admit and enrol somebody new, and post the leaf."""
        holder = Holder.generate(SystemRandomness())
        _, _, sent = self._register(next(self.arriving), holder)
        return sent

    def issue(self) -> list[Sent]:
        """Ask every issuer for a credential, and check it."""
        state = self.board.state
        leaf, rolls = state.leaf_at(0, self.now), tuple(state.rolls.values())
        pending = request_credential(
            GROUP,
            self.registry,
            self.identity,
            self.holder.signing,
            epoch_at(self.registry, self.now),
            [each.roll_id for each in rolls],
            SystemRandomness(),
        )
        answers = answer_all(
            self.credentials,
            self.parts.issuers,
            leaf,
            rolls,
            self.identity.attributes,
            pending.request,
            self.now,
            SystemRandomness(),
        )
        receive_credential(self.credentials, self.identity, pending, answers)
        return [Sent(pending.request, len(answers)), *map(Sent, answers)]

    def recover(self) -> list[Sent]:
        """Attest the person anew, begin, complete, and send the secrets to a new device."""
        holder, life = Holder.generate(SystemRandomness()), self.board.state.lives[0]
        registry, subject = self.registry, life.subject(Purpose.RECOVER)
        keys = holder.signing.public, holder.device.public
        attested = [
            each.attest(self.name, *keys, self.now, subject) for each in self.attesters
        ]
        sent = [*self._said(), *self._attested(attested)]
        issuers = list(zip(self.books, self.parts.issuers, strict=True))
        sent += self._decided(
            [
                begin_change(
                    registry, book, each, attested, Purpose.RECOVER, 0, life, self.now
                )
                for book, each in issuers
            ]
        )
        self.now += registry.recovery.cooling
        life = self.board.state.lives[0]
        sent += self._decided(
            [complete_change(registry, each, 0, life, self.now) for _, each in issuers]
        )
        life = self.board.state.lives[0]
        sealed = tuple(
            resend_share(registry, book, each, 0, life, SystemRandomness())
            for book, each in issuers
        )
        leaf = self.board.state.leaf_at(0, self.now)
        made = replace(self.made, leaf=leaf, sealed=sealed)
        self.identity = receive_identity(
            GROUP, registry, made, holder.device, self.identity.attributes
        )
        self.holder = holder
        return [*sent, *map(Sent, sealed)]

    def _register(
        self, name: str, holder: Holder
    ) -> tuple[Enrolment, Identity, list[Sent]]:
        keys = holder.signing.public, holder.device.public
        attestation = self.attesters[0].attest(name, *keys, START)
        index = len(self.board.state.leaves)
        for book in self.books:
            book.admit(attestation, index, START)
        named, naming = self._named(attestation, index)
        made = enrol(
            GROUP,
            self.registry,
            self.parts.issuers,
            attestation,
            index,
            named,
            SystemRandomness(),
        )
        identity = receive_identity(
            GROUP, self.registry, made, holder.device, attestation.attributes
        )
        for book in self.books:
            book.registered(index, made.handle)
        entry = self._post(made)
        shares = [Sent(share.to_value()) for share in made.leaf.shares]
        boxes = map(Sent, made.sealed)
        said = [*self._said(), *self._attested([attestation])]
        sent = [*said, *naming, *shares, *boxes, entry]
        return made, identity, sent

    def _named(self, attestation: Attestation, index: int) -> tuple[bytes, list[Sent]]:
        """Make a handle: hashes to whoever carries them and to all, then what was hashed."""
        holder = holder_hash(attestation.holder_key)
        leaf, size = ToName(self.registry, index, holder), len(self.books)
        makers = [
            HandleMaker(
                leaf, each.index, each.key, SystemRandomness().take(NONCE_LENGTH)
            )
            for each in self.parts.issuers
        ]
        listed = tuple(each.commitment for each in makers)
        opened = {each.issuer: each.open(listed) for each in makers}
        (named,) = {each.join(opened) for each in makers}
        hashes = [*map(Sent, listed), Sent(listed, size)]
        return named, [
            *hashes,
            *map(Sent, opened.values()),
            Sent([*opened.values()], size),
        ]

    def _post(self, made: Enrolment) -> Sent:
        issuer, registry_id = self.parts.issuers[0].key, self.registry.registry_id
        entry = make_leaf_entry(registry_id, made.leaf, issuer)
        self.board.append([entry], self.now)
        return Sent(entry)

    def _decided(self, decisions: Sequence[Decision]) -> list[Sent]:
        issuer, registry_id = self.parts.issuers[0].key, self.registry.registry_id
        entry = make_act(registry_id, join(decisions), issuer)
        self.board.append([entry], self.now)
        return [*(Sent(each.to_value()) for each in decisions), Sent(entry)]

    def _attested(self, attested: Sequence[Attestation]) -> list[Sent]:
        """Each goes to the person, and from there to every issuer."""
        return [Sent(each, 1 + len(self.books)) for each in attested]

    def _said(self) -> list[Sent]:
        said = [each for issuer in self.reached for each in issuer.said]
        for issuer in self.reached:
            issuer.said.clear()
        return said

    def _post_roll(self) -> None:
        due = self.board.roll_due(self.now, self.registry.closes)
        roll = signed_roll(self.registry.registry_id, due, self.parts.issuers)
        self.board.append_roll(roll, self.now)


@dataclass(frozen=True)
class Measured:
    """One line of the table."""

    operation: str
    issuers: int
    corrupt: int
    ours_ms: float
    bare_ms: float
    ratio: float
    """Median of the rounds' ratios."""
    messages: int
    bytes: int
    """Of one person."""


def measured(issuers: int, corrupt: int, rounds: int) -> list[Measured]:
    """Measure the operations of one committee."""
    live = Live(issuers, corrupt, rounds + 1)
    schema = live.registry.schema
    bare = bare_signing(schema.attributes + 1 + schema.nym_secrets)
    lines: list[Measured] = []
    for operation in (live.enrol, live.issue, live.recover):
        sent = operation()
        pairs = [(_spent(operation), _spent(bare)) for _ in range(rounds)]
        ours, signing = (
            statistics.median(each) * 1000 for each in zip(*pairs, strict=True)
        )
        lines.append(
            Measured(
                operation.__name__,
                issuers,
                corrupt,
                round(ours, 2),
                round(signing, 2),
                round(statistics.median(one / other for one, other in pairs), 1),
                sum(each.copies for each in sent),
                sum(each.copies * each.size for each in sent),
            )
        )
    return lines


def bare_signing(messages: int) -> Callable[[], object]:
    """Return one plain BBS signature over so many messages."""
    secret = key_gen(SystemRandomness().take(32), b"", b"benchmark")
    public = public_key(GROUP, secret)
    octets = [b"message %d" % number for number in range(messages)]
    return partial(sign, GROUP, secret, public, b"header", octets, API_PLAIN)


def main() -> None:
    """Print the table, or one JSON array of its lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="rounds (default 30)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("there must be 1 round or more")
    lines: list[Measured] = []
    if not options.json:
        _print_line("operation", "n/t", "ours ms", "bare ms", "ratio", "sent", "bytes")
    for issuers, corrupt in COMMITTEES:
        for line in measured(issuers, corrupt, options.rounds):
            lines.append(line)
            if not options.json:
                _print_line(
                    line.operation,
                    f"{issuers}/{corrupt}",
                    f"{line.ours_ms:.2f}",
                    f"{line.bare_ms:.2f}",
                    f"{line.ratio:.1f}",
                    f"{line.messages}",
                    f"{line.bytes}",
                )
    if options.json:
        print(json.dumps([asdict(line) for line in lines], indent=2))


def _print_line(name: str, *columns: str) -> None:
    print(f"{name:<10}" + "".join(f"{each:>10}" for each in columns), flush=True)


def _spent(operation: Callable[[], object]) -> float:
    """Return the seconds of the processor that one call takes."""
    start = time.process_time()
    operation()
    return time.process_time() - start


def _value(content: object) -> Value:
    """Return the content of a message as a value of CBOR."""
    if is_dataclass(content):
        return {
            each.name: _value(getattr(content, each.name)) for each in fields(content)
        }
    if isinstance(content, Enum):
        return str(content.value)
    if isinstance(content, dict):
        named = cast("dict[str, Any]", content)
        return {name: _value(each) for name, each in named.items()}
    if isinstance(content, list | tuple):
        return [_value(each) for each in cast("Sequence[Any]", content)]
    if isinstance(content, int) and content >= 1 << 64:
        return scalar_to_bytes(Scalar(content))
    if content is None or isinstance(content, bytes | int | str):
        return content
    raise TypeError(f"this is in no message: {content!r}")


if __name__ == "__main__":
    main()

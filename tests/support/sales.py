"""Small sales in memory: a cast, its people, their entries, and the order they come in.

Everything is drawn from fixed seeds. A stage and its entries are made once a process.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from fairlot.allocation.settlement import outcome_hash
from fairlot.beacon.contributions import Frozen, make_commitment, make_reveal
from fairlot.beacon.rounds import make_round
from fairlot.board.keeper import Board
from fairlot.board.sale import SaleState
from fairlot.board.storage import MemoryStorage, Storage
from fairlot.deposit.binding import Binding
from fairlot.deposit.deposit import read_deposit
from fairlot.deposit.make import SettlementKeys, bind, make_entry, present_binding
from fairlot.deposit.nym import nym_from
from fairlot.deposit.payment import make_payment
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.attestation import Attestation
from fairlot.identity.committee import Holder
from fairlot.identity.credential import (
    answer_request,
    receive_credential,
    request_credential,
)
from fairlot.identity.enrolment import (
    AdmissionBook,
    Enrolment,
    Identity,
    enrol,
    receive_identity,
)
from fairlot.identity.registry import EPOCH_SECONDS, Credentials, Registry, epoch_at
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym, nym_context
from fairlot.rehearsal.parts import START, Parts, cast_parts, write_terms
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from fairlot.terms.terms import ROUND_MARGIN, Terms
from fairlot_crypto.bbs.profile import Credential, present
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import backend
from fairlot_crypto.delay.parameters import Setup, shipped_setup
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.keys import OpeningKey, SigningKey
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.statements import Statements

GROUP = backend("native")
EPOCH = epoch_at(START)
PRICE = 5_000
DEPOSIT_TIME = START + 60
STATEMENTS = Statements()
"""What this process has verified: shared by all boards and audits of the tests."""


def source(label: str) -> SeededRandomness:
    """Return a stream of its own."""
    return SeededRandomness(b"small sales in memory, for tests").derive(label)


def setup_of_one() -> Setup:
    """Return the set-up of a delay of one squaring."""
    setup = shipped_setup(1)
    if setup is None:
        raise AssertionError("the package ships a set-up for T = 1")
    return setup


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a leaf and a credential of the first epoch."""

    name: str
    holder: Holder
    attestation: Attestation
    enrolment: Enrolment
    identity: Identity
    credential: Credential


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A sale that is ready to be played."""

    parts: Parts
    terms: Terms
    credentials: Credentials
    members: tuple[Member, ...]

    @property
    def registry(self) -> Registry:
        """The registry."""
        return self.parts.registry

    def with_terms(self, terms: Terms) -> "Stage":
        """Return the same cast under other terms."""
        return replace(self, terms=terms)

    def state(self) -> SaleState:
        """Return a fresh fold that remembers what this process has verified."""
        return SaleState(GROUP, STATEMENTS)

    def board(self, storage: Storage | None = None) -> Board:
        """Return an honest board, empty."""
        kept = MemoryStorage() if storage is None else storage
        return Board(kept, self.terms.board.name, self.parts.board, self.state())

    def terms_entry(self) -> Entry:
        """Return the TERMS entry."""
        value = self.terms.to_value()
        return sign_entry(EntryType.TERMS, self.terms.sale_id, value, self.parts.seller)

    def registry_entry(self, changes: Mapping[str, Value] | None = None) -> Entry:
        """Return the REGISTRY entry, or one with some fields changed."""
        body = {**self.registry.to_value(), **(changes or {})}
        scope = self.terms.registry
        return sign_entry(EntryType.REGISTRY, scope, body, self.issuer_key)

    @property
    def issuer_key(self) -> SigningKey:
        """The first issuer's key."""
        return self.parts.issuers[0].key

    def leaf_entry(
        self, identity: Identity, changes: Mapping[str, Value] | None = None
    ) -> Entry:
        """Return the LEAF entry of an identity, or one with some fields changed."""
        body = {**identity.leaf.to_value(), **(changes or {})}
        scope = self.registry.registry_id
        return sign_entry(EntryType.LEAF, scope, body, self.issuer_key)

    def payment(self, nym: Nym, amount: int, label: str = "") -> Entry:
        """Return a PAID entry; another label, another reference."""
        randomness = source(f"ref/{nym.hex()}/{label}")
        return make_payment(
            self.terms.sale_id, nym, amount, self.parts.escrow, randomness
        )

    def commit(self, frozen: Frozen, number: int = 0) -> Entry:
        """Return the COMMIT entry of a contributor."""
        key = self.parts.contributors[number]
        return make_commitment(self.terms, frozen, alpha(number), key)

    def reveal(self, number: int = 0) -> Entry:
        """Return the REVEAL entry of a contributor."""
        key = self.parts.contributors[number]
        return make_reveal(self.terms.sale_id, alpha(number), key)

    def round(self, named: NamedRound) -> Entry:
        """Return the ROUND entry of a round of the own clock."""
        beacon = self.parts.clock.sign(GROUP, named.round_number)
        key = SigningKey.generate(source("relay"))
        return make_round(self.terms.sale_id, named.chain, beacon, key)

    def marker(self, kind: EntryType, body: Mapping[str, Value] | None = None) -> Entry:
        """Return an entry of the board."""
        return sign_entry(kind, self.terms.sale_id, body or {}, self.parts.board)


@cache
def alpha(number: int) -> int:
    """Return the opening of a contributor: a short one, to be quick."""
    return os2ip(source(f"alpha/{number}").take(16))


@cache
def stage(
    names: tuple[str, ...] = ("ann", "bob"),
    supply: int = 1,
    cap: int = 1,
    contributors: int = 1,
    committee: tuple[int, int] = (1, 0),
) -> Stage:
    """Cast a sale: everybody has a leaf, in the order of ``names``, and a credential."""
    pool = Pool(MAIN_POOL, Mechanism.EQUAL_SHARE, supply, PRICE, cap)
    file = TermsFile("Concert", "seat", (pool,), *committee, contributors, 1)
    return cast_sale(file, [Person(name, 1, PRICE) for name in names])


def cast_sale(file: TermsFile, people: Sequence[Person]) -> Stage:
    """Cast a sale by a seller's file; people have their attributes, and wish nothing yet."""
    parts = cast_parts(GROUP, file, people, source("parts"))
    terms = write_terms(file, parts, setup_of_one())
    credentials = Credentials(GROUP, parts.registry)
    book = AdmissionBook(parts.registry)
    members: list[Member] = []
    for index, person in enumerate(people):
        member = enrol_person(parts, credentials, book, person.name, index)
        members.append(member)
    return Stage(parts, terms, credentials, tuple(members))


def waiting(on: Stage) -> Stage:
    """Return the sale with a seed that waits for a round of the own clock."""
    times = on.terms.times
    named = on.parts.clock.round_after(times.commit_end + times.slack + ROUND_MARGIN)
    beacon = replace(on.terms.beacon, drand=named)
    return on.with_terms(replace(on.terms, beacon=beacon))


@cache
def clocked() -> Stage:
    """Return the small sale of two people, waiting for a round."""
    return waiting(stage())


def enrol_person(
    parts: Parts, credentials: Credentials, book: AdmissionBook, name: str, index: int
) -> Member:
    """Enrol a person and issue the first credential."""
    randomness = source(f"person/{name}")
    holder = Holder.generate(randomness)
    attestation = parts.attester.attest(
        name, holder.signing.public, holder.device.public, START
    )
    book.admit(attestation, index, START)
    enrolment = enrol(
        GROUP,
        parts.registry,
        parts.issuers,
        attestation,
        index,
        randomness.derive("enrolment"),
    )
    book.registered(index, enrolment.handle)
    identity = receive_identity(
        GROUP, parts.registry, enrolment, holder.device, attestation.attributes
    )
    credential = issue(parts, credentials, holder, identity, EPOCH)
    return Member(name, holder, attestation, enrolment, identity, credential)


def issue(
    parts: Parts,
    credentials: Credentials,
    holder: Holder,
    identity: Identity,
    epoch: int,
) -> Credential:
    """Ask all issuers for a credential of an epoch, in the middle of it, and combine."""
    now = epoch * EPOCH_SECONDS + EPOCH_SECONDS // 2
    asking = holder.randomness.derive(f"request/{epoch}")
    pending = request_credential(
        GROUP, parts.registry, identity, holder.signing, epoch, asking
    )
    answers = [
        answer_request(
            credentials,
            issuer,
            identity.leaf,
            identity.attributes,
            pending.request,
            now,
            now,
            asking.derive(f"answer/{issuer.index}"),
        )
        for issuer in parts.issuers
    ]
    return receive_credential(credentials, identity, pending, answers)


@cache
def renewed(on: Stage, number: int, epoch: int) -> Credential:
    """Return a member's credential of another epoch."""
    member = on.members[number]
    return issue(on.parts, on.credentials, member.holder, member.identity, epoch)


@cache
def deposit(
    on: Stage,
    number: int,
    seq: int = 0,
    wants: int = 1,
    amount: int = PRICE,
    label: str = "",
) -> Entry:
    """Return a member's DEPOSIT; another label, another deposit."""
    return _entry(on, number, EntryType.DEPOSIT, Wish(seq, wants, amount), label)


@cache
def cancel(on: Stage, number: int, seq: int = 1, label: str = "") -> Entry:
    """Return a member's CANCEL."""
    return _entry(on, number, EntryType.CANCEL, Wish(seq, 0, 0), label)


@cache
def wished(
    on: Stage, number: int, wish: Wish, kind: EntryType = EntryType.DEPOSIT
) -> Entry:
    """Return a member's entry with any wish."""
    return _entry(on, number, kind, wish, f"{wish}/{wish.bid}/{wish.answers}")


@cache
def forced(on: Stage, number: int, wish: Wish) -> Entry:
    """Return a member's DEPOSIT with a wish that this library would not sign."""
    randomness = source(f"forced/{number}/{wish}")
    credentials, credential = on.credentials, on.members[number].credential
    keys = SettlementKeys(
        SigningKey.generate(randomness), OpeningKey.generate(randomness)
    )
    nym = nym_from(GROUP, credential.nym_secrets, on.terms.sale_id)
    binding = bind(
        credentials, on.terms, EntryType.DEPOSIT, wish, keys, nym, randomness
    )
    return present_binding(
        credentials, credential, on.terms, EPOCH, binding, keys, randomness
    )


def _entry(on: Stage, number: int, kind: EntryType, wish: Wish, label: str) -> Entry:
    member = on.members[number]
    sale = on.terms.sale_id.hex()
    randomness = source(
        f"{kind}/{sale}/{number}/{wish.seq, wish.wants, wish.amount}/{label}"
    )
    credential, credentials = member.credential, on.credentials
    made = make_entry(credentials, credential, on.terms, kind, EPOCH, wish, randomness)
    return made.entry


def nym_of(entry: Entry) -> Nym:
    """Return the nym of a DEPOSIT or CANCEL."""
    return read_deposit(entry).nym


@dataclass(frozen=True, slots=True)
class Draft:
    """A deposit in parts, so that a test can change any one of them."""

    on: Stage
    binding: Binding
    """What is presented and what stands in the entry."""
    keys: SettlementKeys
    epoch: int
    credential: Credential
    randomness: SeededRandomness
    shows: tuple[str, ...] = ()
    """Names of the attributes that it discloses."""

    def entry(self) -> Entry:
        """Return the entry with a presentation that holds for the binding."""
        ctx = nym_context(self.binding.sale_id)
        context = self.on.credentials.context(self.epoch)
        names = [attribute.name for attribute in self.on.registry.attributes]
        indexes = sorted(names.index(name) for name in self.shows)
        shown = present(
            context, self.credential, ctx, self.binding.ph, indexes, self.randomness
        )
        octets = (self.credential.attributes[index].decode() for index in indexes)
        body: dict[str, Value] = {
            "ph": self.binding.to_value(),
            "nym": shown.nym,
            "proof": shown.proof,
            "epoch": self.epoch,
            "disclosed": dict(each.split("=", 1) for each in octets),
        }
        return self.sign(body)

    def sign(self, body: Mapping[str, Value]) -> Entry:
        """Sign any body as this holder."""
        scope = self.on.terms.sale_id
        return sign_entry(self.binding.type, scope, body, self.keys.settle)


def draft(on: Stage, number: int = 0, seq: int = 0, label: str = "draft") -> Draft:
    """Return the parts of a good deposit."""
    randomness = source(f"draft/{number}/{label}")
    keys = SettlementKeys(
        SigningKey.generate(randomness), OpeningKey.generate(randomness)
    )
    binding = Binding(
        type=EntryType.DEPOSIT,
        sale_id=on.terms.sale_id,
        seq=seq,
        amount=PRICE,
        asset=on.terms.asset,
        settle_pk=keys.settle.public,
        enc_pk=keys.enc.public,
        refund_to=randomness.take(32),
        wants=1,
        salt=randomness.take(32),
        board=on.terms.board.key,
        not_after=on.terms.times.close + on.terms.times.slack,
    )
    credential = on.members[number].credential
    return Draft(on, binding, keys, EPOCH, credential, randomness)


Make = Callable[[SaleState], Sequence[Entry]]


@dataclass(frozen=True, slots=True)
class Step:
    """One batch of a sale."""

    name: str
    time: int
    make: Make
    """Makes the entries from the state that they meet."""


def steps(on: Stage, deposits: Sequence[Entry] | None = None) -> tuple[Step, ...]:
    """Return a whole sale, batch by batch.

    Args:
        on: the stage.
        deposits: DEPOSIT, CANCEL and PAID entries, in the order in which they come; by
            default everybody deposits and pays for one unit.
    """
    times = on.terms.times
    everybody = range(len(on.parts.contributors))
    rounds = on.terms.named_rounds()
    known = max((times.reveal_end, *(named.due for named in rounds)))
    round_step = Step("round", known, lambda _: [*map(on.round, rounds)])
    return (
        Step("terms", START, lambda _: [on.terms_entry()]),
        Step("registry", START, lambda _: [on.registry_entry()]),
        Step(
            "leaves", START, lambda _: [on.leaf_entry(m.identity) for m in on.members]
        ),
        Step("open", times.open, lambda _: [on.marker(EntryType.OPEN)]),
        Step(
            "deposits",
            DEPOSIT_TIME,
            lambda _: default_deposits(on) if deposits is None else deposits,
        ),
        Step("close", times.close, lambda s: [on.marker(EntryType.CLOSE, frozen(s))]),
        Step(
            "commits",
            times.close + 10,
            lambda s: [on.commit(s.contributions.frozen, i) for i in everybody],
        ),
        Step(
            "commit-end", times.commit_end, lambda _: [on.marker(EntryType.COMMIT_END)]
        ),
        Step("reveals", times.commit_end + 10, lambda _: [*map(on.reveal, everybody)]),
        Step(
            "reveal-end", times.reveal_end, lambda _: [on.marker(EntryType.REVEAL_END)]
        ),
        *((round_step,) if rounds else ()),
        Step(
            "result",
            max(times.reveal_end + 10, known),
            lambda s: [on.marker(EntryType.RESULT, result(s))],
        ),
    )


def default_deposits(on: Stage) -> tuple[Entry, ...]:
    """Return one deposit and one payment of everybody."""
    made = [deposit(on, number) for number in range(len(on.members))]
    return (*made, *(on.payment(nym_of(entry), PRICE) for entry in made))


def frozen(state: SaleState) -> dict[str, Value]:
    """Return the body of a CLOSE entry."""
    return {"size": state.tree.size, "root": state.tree.root()}


def result(state: SaleState) -> dict[str, Value]:
    """Return the body of a RESULT entry."""
    draw, _, ledger = state.result()
    return {**draw.to_value(), "outcome": outcome_hash(ledger, state.terms.pools)}


def play(
    board: Board,
    on: Stage,
    until: str = "result",
    deposits: Sequence[Entry] | None = None,
) -> Board:
    """Play a sale on an honest board, up to and with the step ``until``."""
    for step in steps(on, deposits):
        for receipt in board.append(step.make(board.state), step.time):
            if receipt.refusal is not None:
                raise receipt.refusal
        if step.name == until:
            break
    return board


def transcript(on: Stage, deposits: Sequence[Entry] | None = None) -> bytes:
    """Return the transcript of a whole sale."""
    storage = MemoryStorage()
    play(on.board(storage), on, deposits=deposits)
    return storage.data

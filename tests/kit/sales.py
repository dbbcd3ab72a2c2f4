"""The small sale of the tests: its cast, its people's entries, and the order they come in.

Everything is drawn from fixed seeds. A stage and its entries are made once a process.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from fairlot.board.keeper import Board
from fairlot.board.log_keeper import Receipt
from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.sale import SaleState
from fairlot.board.storage import MemoryStorage, Storage
from fairlot.deposit.binding import Binding
from fairlot.deposit.deposit import read_deposit
from fairlot.deposit.make import SettlementKeys, bind, present_binding
from fairlot.deposit.nym import nym_from
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.registry import EPOCH_SECONDS, RollId
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.logs import LogKind
from fairlot.names import Nym, nym_context
from fairlot.rehearsal.parts import START
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from fairlot_crypto.bbs.profile import Credential, present
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import backend
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.keys import OpeningKey, SigningKey
from fairlot_crypto.randomness import SeededRandomness
from kit.board import by_log
from kit.stage import EPOCH, Stage, cast_sale, issue

GROUP = backend("native")
PRICE = 5_000
DEPOSIT_TIME = START + 60
SHORT = 16
"""Bytes of an opening of the tests."""


def randomness() -> SeededRandomness:
    """Return the stream of which all others are children."""
    return SeededRandomness(b"small sales in memory, for tests")


def source(label: str) -> SeededRandomness:
    """Return a stream of its own."""
    return randomness().derive(label)


@cache
def alpha(number: int) -> int:
    """Return the opening of a contributor: a short one, to be quick."""
    return os2ip(source(f"alpha/{number}").take(SHORT))


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
    return staged(file, [Person(name, 1, PRICE) for name in names])


def staged(file: TermsFile, people: Sequence[Person]) -> Stage:
    """Cast a sale by a seller's file, with short openings."""
    return replace(cast_sale(GROUP, file, people, randomness()), alpha_length=SHORT)


@cache
def clocked() -> Stage:
    """Return the small sale of two people, waiting for a round."""
    return stage().waiting()


@cache
def renewed(on: Stage, number: int, epoch: int) -> Credential:
    """Return a member's credential of another epoch."""
    member = on.members[number]
    asking = member.holder.randomness.derive(f"renewal/{epoch}")
    return issue(
        on.credentials,
        on.parts.issuers,
        member.identity,
        [on.roll],
        member.holder.signing,
        epoch,
        epoch * EPOCH_SECONDS + EPOCH_SECONDS // 2,
        asking.derive,
    ).credentials[on.roll_id]


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
    drawn = source(f"forced/{number}/{wish}")
    credentials, credential = on.credentials, on.members[number].credential
    keys = SettlementKeys(SigningKey.generate(drawn), OpeningKey.generate(drawn))
    nym = nym_from(GROUP, credential.nym_secrets, on.terms.sale_id)
    binding = bind(credentials, on.terms, EntryType.DEPOSIT, wish, keys, nym, drawn)
    return present_binding(
        credentials, credential, on.terms, on.roll_id, EPOCH, binding, keys, drawn
    )


def _entry(on: Stage, number: int, kind: EntryType, wish: Wish, label: str) -> Entry:
    sale = on.terms.sale_id.hex()
    drawn = source(
        f"{kind}/{sale}/{number}/{wish.seq, wish.wants, wish.amount}/{label}"
    )
    return on.deposit(number, wish, kind, randomness=drawn)


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
    roll: RollId
    credential: Credential
    randomness: SeededRandomness
    shows: tuple[str, ...] = ()
    """Names of the attributes that it discloses."""

    def entry(self) -> Entry:
        """Return the entry with a presentation that holds for the binding."""
        ctx = nym_context(self.binding.sale_id)
        context = self.on.credentials.context(self.epoch, self.roll)
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
    return Draft(on, binding, keys, EPOCH, on.roll_id, credential, randomness)


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
    rounds = on.terms.draw_rounds()
    known = max((times.reveal_end, *(named.due for named in rounds)))
    round_step = Step("round", known, lambda _: [*map(on.round, rounds)])
    leaves = Step("leaves", on.begins, lambda _: [*map(on.leaf_entry, on.enrolled)])
    return (
        Step("registry", on.begins, lambda _: [on.registry_entry()]),
        *((leaves,) if on.enrolled else ()),
        Step("roll", on.begins, lambda _: [on.roll_entry()]),
        Step("terms", on.begins, lambda _: [on.terms_entry()]),
        Step("open", times.open, lambda _: [on.open_entry()]),
        Step(
            "deposits",
            DEPOSIT_TIME,
            lambda _: default_deposits(on) if deposits is None else deposits,
        ),
        Step("close", times.close, lambda s: [on.close(s)]),
        Step(
            "commits",
            times.close + 10,
            lambda s: [on.commit(s.contributions.frozen, i) for i in everybody],
        ),
        Step("commit-end", times.commit_end, lambda _: [on.sign(EntryType.COMMIT_END)]),
        Step(
            "seals",
            times.commit_end + 10,
            lambda s: [on.seal(s, number) for number in everybody],
        ),
        Step("sealed", times.seal_end, lambda _: [on.sign(EntryType.SEALED)]),
        Step("reveals", times.seal_end + 10, lambda _: [*map(on.reveal, everybody)]),
        Step("reveal-end", times.reveal_end, lambda _: [on.sign(EntryType.REVEAL_END)]),
        *((round_step,) if rounds else ()),
        Step(
            "result",
            max(times.reveal_end + 10, known),
            lambda s: [on.result(s)],
        ),
    )


def default_deposits(on: Stage) -> tuple[Entry, ...]:
    """Return one deposit and one payment of everybody."""
    made = [deposit(on, number) for number in range(len(on.members))]
    return (*made, *(on.payment(nym_of(entry), PRICE) for entry in made))


def play(
    board: Board,
    on: Stage,
    until: str = "result",
    deposits: Sequence[Entry] | None = None,
) -> Board:
    """Play a sale on an honest board, up to and with the step ``until``.

    The log of its registry is kept in the same storage.
    """
    for step in steps(on, deposits):
        for receipt in post(board, on, step):
            if receipt.refusal is not None:
                raise receipt.refusal
        if step.name == until:
            break
    return board


def post(board: Board, on: Stage, step: Step) -> list[Receipt]:
    """Post one step, on the log of the sale or on that of its registry."""
    name, key = on.registry.board.name, on.parts.board
    registrar = RegistryBoard(board.storage, name, key, board.state.registry)
    receipts: list[Receipt] = []
    for kind, entries in by_log(step.make(board.state)):
        keeper = board if kind is LogKind.SALE else registrar
        receipts += keeper.append(entries, step.time)
    return receipts


def registered(on: Stage, storage: Storage | None = None) -> Board:
    """Return the empty board of a sale, in whose storage its registry's log lies."""
    return play(on.board(storage), on, until="roll")


def transcript(on: Stage, deposits: Sequence[Entry] | None = None) -> bytes:
    """Return the transcript of a whole sale."""
    storage = MemoryStorage()
    play(on.board(storage), on, deposits=deposits)
    return storage.data

"""What a sale answers to who asks to take part, and a gate to who comes, on logs of a few.

The folds, the issuers and the gate are the real ones; each scene is played once, since no
seed of a draw changes what is taken or refused (specs/simulation.md, section 13).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from fairlot.board.registry_keeper import RegistryBoard
from fairlot.deposit.final import Positions
from fairlot.deposit.make import MadeDeposit, make_deposit
from fairlot.deposit.verify import verify_deposit
from fairlot.deposit.wish import Wish
from fairlot.door.answer import Answer, make_answer
from fairlot.door.challenge import Challenge, make_challenge
from fairlot.door.gate import Gate
from fairlot.errors import Rejection
from fairlot.identity.committee import Holder
from fairlot.identity.enrolment import Identity
from fairlot.identity.registry import RollId, epoch_at
from fairlot.rehearsal.cast import Cast, cast_rehearsal
from fairlot.rehearsal.parts import START
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.randomness import Randomness, SeededRandomness

PRICE = 100
ON_ROLL, BEHIND = "on the roll", "behind the roll"
"""When people registered."""
WINNER, CUSTOMER = "the winner", "who paid the winner"
"""Who comes to a gate."""


@cache
def deposits_taken() -> Mapping[str, int]:
    """Return how many deposits a sale takes of somebody on its roll, and behind it.

    Both ask for a credential for every roll there is, and try each with the sale's roll.
    """
    drawn = SeededRandomness(bytes(32))
    names = ON_ROLL, BEHIND
    cast = cast_of(names, 1, drawn)
    registry, _ = cast.start_boards()
    joined: list[tuple[Identity, Holder]] = []
    for name in names:
        joined.append(register(cast, registry, name, drawn))
        roll = registry.roll_due(START, cast.parts.registry.closes)
        registry.append_roll(cast.committee.sign_roll(roll), START)
    rolls = list(registry.state.rolls.values())
    of_sale = rolls[0].roll_id
    taken: dict[str, int] = {}
    for name, (identity, holder) in zip(names, joined, strict=True):
        issued = cast.committee.issue(identity, holder, identity.leaf, rolls, START)
        tried = [deposits_with(cast, each, of_sale, drawn) for each in issued.items()]
        taken[name] = sum(map(len, tried))
    return taken


def cast_of(names: Sequence[str], contributors: int, drawn: Randomness) -> Cast:
    """Return everybody who plays in a sale of one seat."""
    pool = Pool("main", Mechanism.LOTTERY, 1, PRICE)
    return cast_rehearsal(
        *("A scene", "seat", [pool], names, drawn), contributors=contributors, delay=1
    )


def register(
    cast: Cast, registry: RegistryBoard, name: str, drawn: Randomness
) -> tuple[Identity, Holder]:
    """Register a person, and post the leaf."""
    holder = Holder.generate(drawn.derive(f"person/{name}"))
    identity = cast.committee.register(cast.parts.attester, name, holder, START)
    registry.append([cast.committee.leaf_entry(identity)], START)
    return identity, holder


def deposits_with(
    cast: Cast,
    issued: tuple[RollId, Credential],
    of_sale: RollId,
    drawn: Randomness,
    seq: int = 0,
) -> list[MadeDeposit]:
    """Return the deposits with a credential that a sale takes, under either roll's name."""
    own, credential = issued
    credentials, terms = cast.credentials, cast.terms
    epoch = epoch_at(credentials.registry, START)
    taken: list[MadeDeposit] = []
    for roll in {own, of_sale}:
        made = make_deposit(
            *(credentials, credential, terms, roll),
            *(Wish(seq, wants=1, amount=PRICE), epoch, drawn),
        )
        try:
            verify_deposit(credentials, terms, of_sale, made.entry, START)
        except Rejection:
            continue
        taken.append(made)
    return taken


@cache
def positions_held(deposits: int) -> int:
    """Return how many positions somebody has in a sale who makes so many deposits.

    Args:
        deposits: at least 1, each with its own keys and randomness.
    """
    drawn = SeededRandomness(bytes(32))
    cast = cast_of(["one"], 1, drawn)
    registry, board = cast.start_boards()
    identity, holder = register(cast, registry, "one", drawn)
    roll = cast.open_sale(registry, board)
    positions = Positions()
    for seq in range(deposits):
        issued = cast.committee.issue(identity, holder, identity.leaf, [roll], START)
        asked = roll.roll_id, issued[roll.roll_id]
        for made in deposits_with(cast, asked, roll.roll_id, drawn, seq):
            checked = cast.credentials, cast.terms, roll.roll_id, made.entry, START
            positions.place(verify_deposit(*checked))
    return len(positions.by_nym)


@cache
def let_in() -> Mapping[str, int]:
    """Return how many units a gate hands to a winner, and to somebody who paid the winner.

    Who paid is a registered person too, knows the winner's nym, and has an answer that the
    winner gave to an earlier question.
    """
    drawn = SeededRandomness(bytes(32))
    names = WINNER, CUSTOMER
    cast = cast_of(names, 1, drawn)
    registry, board = cast.start_boards()
    joined = [register(cast, registry, name, drawn) for name in names]
    roll = cast.open_sale(registry, board)
    # Past any grace of the epoch before.
    day, unlock = cast.parts.registry.epoch, cast.terms.times.unlock
    now = (unlock // day + 1) * day + day // 2

    def ask(label: str) -> Challenge:
        question = drawn.derive(label)
        return make_challenge(cast.terms.sale_id, "The gate", now, question)

    def answered(who: int, asked: Challenge) -> Answer:
        identity, holder = joined[who]
        issued = cast.committee.issue(identity, holder, identity.leaf, [roll], now)
        epoch = epoch_at(cast.parts.registry, now)
        shown = cast.credentials, issued[roll.roll_id], cast.terms, roll.roll_id, epoch
        return make_answer(*shown, asked, drawn.derive(f"answer {who}"))

    earlier, asked = answered(0, ask("earlier")), ask("now")
    own = answered(1, asked)
    gate = Gate(cast.credentials, cast.terms, roll.roll_id, {earlier.nym: 1})
    tried = own, replace(own, nym=earlier.nym), replace(earlier, asked=asked), earlier
    return {
        WINNER: _handed(gate, asked, [answered(0, asked)], now),
        CUSTOMER: _handed(gate, asked, tried, now),
    }


def _handed(gate: Gate, asked: Challenge, tried: Sequence[Answer], now: int) -> int:
    """Return the most units that one of several answers gets."""
    units = [0]
    for answer in tried:
        try:
            units.append(gate.check(asked, answer, now))
        except Rejection:
            continue
    return max(units)

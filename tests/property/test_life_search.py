"""Every state that two people, a thief and an arbiter can reach in three epochs.

The transitions are the real ones, of leaves (specs/life.md) and of claims (specs/claims.md);
credentials are ideal: whoever holds the key of an active leaf gets one of the running epoch,
or of the next one in its last moment, and may claim with it as long as its epoch is accepted.
Attesters are honest: only a person recovers their leaf. The arbiter decides for the body or is
silent. The lock-up is the least that the rules allow.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest

from fairlot.claim.binding import ClaimBinding
from fairlot.claim.claim import Claim
from fairlot.claim.control import Claims, Epochs, released
from fairlot.deposit.binding import Binding
from fairlot.deposit.deposit import Deposit
from fairlot.deposit.final import Positions
from fairlot.entry import EntryHash, EntryType
from fairlot.errors import Rejection
from fairlot.identity.attestation import Purpose
from fairlot.identity.leaf import LeafStatus
from fairlot.identity.life import LeafLife, Outcome
from fairlot.identity.registry import Disputes, Recovering
from fairlot.names import Nym, SaleId
from fairlot_crypto.keys import SealKey, VerifyKey

EPOCHS = Epochs(length=24, grace=1)
RULES = Recovering(quorum=1, cooling=8, freeze=8, detection=8)
DISPUTES = Disputes(VerifyKey(bytes(32)), within=8)
DRAW = 0
UNLOCK = DRAW + RULES.detection + RULES.cooling + 2 * EPOCHS.length
LAST_CALL = UNLOCK - RULES.detection - RULES.cooling - EPOCHS.length
"""A recovery that begins before leaves the thief no credential of the unlock's epoch."""
CLOCK = (0, 23, 24, 47, 48, 71, 72, 73)
"""The first and the last moment of three epochs, and when claims of the third are complete."""
PERSON, THIEF = "person", "thief"


@dataclass(frozen=True, slots=True)
class Side:
    """One leaf, its position, and who holds what of them."""

    life: LeafLife
    begun: int
    """When the recovery began that brought the newest key; -1 for none."""
    stolen: frozenset[bytes]
    """Hashes of holder keys that the thief has, or was sold: of those that can still act."""
    honest: bool
    """Whether nothing was ever stolen or sold."""
    credentials: frozenset[tuple[str, int]]
    deposits: frozenset[str]
    claims: frozenset[tuple[str, int]]
    gone: str | None
    """To whom the items were released."""


@cache
def claim_of(actor: str, epoch: int) -> Claim:
    seq = 9 if actor == THIEF else 0
    key = VerifyKey(actor.encode().ljust(32))
    binding = ClaimBinding(
        SaleId(b""), seq, key, SealKey(b""), b"", b"", VerifyKey(b""), 0
    )
    mark = EntryHash(f"{actor}{epoch}".encode())
    return Claim(binding, Nym(b"nym"), b"", epoch, mark)


@cache
def deposit_of(actor: str) -> Deposit:
    key = VerifyKey(actor.encode().ljust(32))
    binding = Binding(
        type=EntryType.DEPOSIT,
        sale_id=SaleId(b""),
        seq=9 if actor == THIEF else 0,
        amount=1,
        asset="",
        settle_pk=key,
        enc_pk=SealKey(b""),
        refund_to=b"",
        wants=1,
        salt=b"",
        board=VerifyKey(b""),
        not_after=0,
    )
    return Deposit(binding, Nym(b"nym"), b"", 0, {}, EntryHash(actor.encode()))


def lives_after(side: Side, time: int, attempts: int) -> Iterator[tuple[LeafLife, int]]:
    """Yield what can happen to the leaf at once, and when its newest recovery began."""
    life, begun = side.life, side.begun
    anew = f"key {life.attempt + 1}".encode()
    tries: list[tuple[Callable[[], LeafLife], int]] = [
        (lambda: life.begin(RULES, Purpose.RECOVER, anew, time), time),
        (lambda: life.rule(Outcome.RECOVER, time), begun),
        (lambda: life.freeze(RULES, VerifyKey(life.holder), time), begun),
    ]
    if life.holder in side.stolen:
        tries.append((lambda: life.contest(DISPUTES, time), begun))
    if life.change is not None:
        holder = life.change.holder
        tries.append((lambda: life.complete(Purpose.RECOVER, holder, time), begun))
    for attempt, since in tries:
        try:
            after = attempt()
        except Rejection:
            continue
        if after.attempt <= attempts:
            yield after, since


def sides_after(side: Side, time: int, attempts: int) -> Iterator[Side]:
    """Yield what can happen to a leaf and its position at once."""
    for life, begun in lives_after(side, time, attempts):
        yield replace(side, life=life, begun=begun)
    stolen = side.stolen | {side.life.holder}
    yield replace(side, stolen=stolen, honest=False)
    actors = (PERSON, THIEF) if side.life.holder in side.stolen else (PERSON,)
    if side.life.status(time) is LeafStatus.ACTIVE:
        epoch = EPOCHS.at(time)
        early = EPOCHS.at(time + EPOCHS.grace)
        for actor in actors:
            got = {(actor, epoch), (actor, early)}
            yield replace(side, credentials=side.credentials | got)
    for actor, epoch in side.credentials:
        if time == DRAW and epoch == EPOCHS.at(DRAW):
            yield replace(side, deposits=side.deposits | {actor})
        accepted = EPOCHS.at(time) == epoch or (
            EPOCHS.at(time) == epoch + 1 and time % EPOCHS.length < EPOCHS.grace
        )
        if time > DRAW and side.deposits and accepted and epoch > 0:
            yield replace(side, claims=side.claims | {(actor, epoch)})


def settled(side: Side, time: int, unlock: int) -> Side:
    """Check what holds in every state, and release what is due."""
    positions = Positions()
    for actor in side.deposits:
        positions.place(deposit_of(actor))
    assert len(positions.by_nym) <= 1
    claims = Claims()
    for actor, epoch in side.claims:
        claims.place(claim_of(actor, epoch), positions.by_nym)
    made = [claim for same in claims.by_nym.values() for claim in same]
    found = released(made, unlock, time, EPOCHS)
    assert found == released(reversed(made), unlock, time, EPOCHS)
    to = None if found is None else found.binding.settle_pk.decode().strip()
    assert side.gone in (None, to), "a release is final"
    if recovered_in_time(side) or side.honest:
        assert to in (None, PERSON)
    return forgotten(replace(side, gone=to), time)


def forgotten(side: Side, time: int) -> Side:
    """Leave out what changes nothing any more: old keys, old credentials, old rules."""
    life = side.life
    change = life.change
    acting = {life.holder, None if change is None else change.holder}
    serving = EPOCHS.at(time - EPOCHS.grace + 1)
    kept = {(actor, epoch) for actor, epoch in side.credentials if epoch >= serving}
    until = life.frozen_until if life.frozen_until > time else 0
    if change is not None and change.ripe <= time:
        change = replace(change, ripe=0)
    life = replace(life, frozen_until=until, former=frozenset(), change=change)
    final = max(
        map(deposit_of, side.deposits), key=lambda d: d.precedence, default=None
    )
    left = side.deposits
    if time > DRAW and final is not None:
        left = frozenset({final.binding.settle_pk.decode().strip()})
    return replace(
        side,
        stolen=side.stolen & acting,
        credentials=frozenset(kept),
        deposits=left,
        life=life,
        begun=min(side.begun, LAST_CALL),
    )


def recovered_in_time(side: Side) -> bool:
    """Tell whether the newest key is the person's alone, and early enough."""
    life = side.life
    newest = life.holder if life.change is None else life.change.holder
    return 0 <= side.begun < LAST_CALL and newest not in side.stolen


START = Side(
    LeafLife(1, b"key 0"),
    -1,
    frozenset(),
    True,
    frozenset(),
    frozenset(),
    frozenset(),
    None,
)


def reachable(attempts: int, unlock: int = UNLOCK) -> list[set[Side]]:
    """Return what can become of one leaf and its position, for each place of the clock."""
    found: list[set[Side]] = []
    new = {START}
    for time in CLOCK:
        here = {settled(side, time, unlock) for side in new}
        waiting = [*here]
        while waiting:
            side = waiting.pop()
            after = {
                settled(s, time, unlock) for s in sides_after(side, time, attempts)
            }
            waiting.extend(after - here)
            here |= after
        found.append(here)
        new = here
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("attempts", "sides", "pairs"),
    [
        (1, 40_488, 455_465_512),
        (2, 82_933, 1_940_374_715),
    ],
)
def test_in_every_state_the_body_wins(attempts: int, sides: int, pairs: int) -> None:
    """At most one live entry a person, and items go to whoever was re-verified in time.

    ``settled`` checks that in each state. A transition changes one leaf and its position, and
    looks at no other: so the states of two people are the pairs of those of one, at the same
    time.
    """
    found = reachable(attempts)
    assert sum(len(here) for here in found) == sides
    assert sum(len(here) ** 2 for here in found) == pairs
    last = found[-1]
    assert {side.gone for side in last} == {None, PERSON, THIEF}
    robbed = [side for side in last if not side.honest and side.gone == PERSON]
    assert any(recovered_in_time(side) for side in robbed)


@pytest.mark.slow
def test_a_lock_up_that_is_shorter_lets_the_thief_keep_what_was_stolen() -> None:
    """The search can fail: without the two epochs, a recovery in time is too late."""
    with pytest.raises(AssertionError):
        reachable(1, UNLOCK - 2 * EPOCHS.length)

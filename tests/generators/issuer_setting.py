"""Issuers whose keys and secrets come from fixed seeds (specs/issuer.md)."""

from functools import cache

from fairlot.issuing.committee_file import CommitteeFile
from fairlot.issuing.dealing import Advanced, advance
from fairlot.issuing.letter import messages_of
from fairlot.issuing.plan import CEREMONIES, Card, Plan
from fairlot.issuing.seat import Without
from fairlot.issuing.state import State
from fairlot_crypto.curve import backend
from fairlot_crypto.keys import OpeningKey, SigningKey
from generators.committee_setting import stream

CURVE = backend()


@cache
def keys(members: int) -> tuple[SigningKey, ...]:
    """Return the keys of issuers, ascending by public key."""
    drawn = (SigningKey.generate(stream(f"issuer/{i}")) for i in range(members))
    return tuple(sorted(drawn, key=lambda key: key.public))


@cache
def cards(members: int) -> tuple[Card, ...]:
    """Return their cards."""
    return tuple(
        Card.make(key, OpeningKey.generate(stream(f"issuer-sealing/{i}")))
        for i, key in enumerate(keys(members))
    )


@cache
def plan(members: int, threshold: int) -> Plan:
    """Return their plan."""
    return Plan.make(1, 0, threshold, cards(members))


@cache
def begun(members: int, threshold: int) -> tuple[State, ...]:
    """Return what each keeps before the first letter."""
    whole = plan(members, threshold)
    return tuple(
        State.begin(whole, stream(f"issuer-state/{i}")) for i in range(members)
    )


@cache
def steps(members: int, threshold: int) -> tuple[tuple[Advanced, ...], ...]:
    """Return what all issuers come to in each step, until all are done."""
    whole, states = plan(members, threshold), begun(members, threshold)
    taken: list[tuple[Advanced, ...]] = []
    while not (taken and all(each.made for each in taken[-1])):
        letters = [letter for state in states for letter in state.letters]
        there = messages_of(whole, letters)
        now = tuple(
            advance(CURVE, whole, key, state, there, Without())
            for key, state in zip(keys(members), states, strict=True)
        )
        states = tuple(each.state for each in now)
        taken.append(now)
    return tuple(taken)


def committee(members: int, threshold: int) -> CommitteeFile:
    """Return what they have made, the same for all.

    Raises:
        ValueError: if it is not.
    """
    files = {each.made.committee for each in steps(members, threshold)[-1] if each.made}
    (made,) = files
    return made


def secrets(members: int, threshold: int) -> list[bytes]:
    """Return the 32 bytes of each ceremony, in order, together, of each issuer."""
    states = begun(members, threshold)
    return [b"".join(state.secrets[name] for name in CEREMONIES) for state in states]

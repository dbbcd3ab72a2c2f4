"""Rounds of drand that the terms name, in the seed; a part of chapter beacon."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from fairlot.beacon.contributions import check_setup
from fairlot.beacon.rounds import Rounds, make_round
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.rehearsal.clock import Clock
from fairlot.rehearsal.parts import START, TIMES
from fairlot.terms.named_round import NamedRound
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G1_LENGTH
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.chain import QUICKNET, ChainInfo, first_round_after
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.drand import Beacon
from fairlot_crypto.timelock.scheme import CHAINED, UNCHAINED_G1_LEGACY
from generators.beacon_setting import beacon_terms, board, contributors, real, take_all
from generators.case import Case, Raw, accept, reject
from generators.stage import GROUP, randomness, stage

_PREVIOUS = bytes(range(96))
"""Nobody checks that S' is the round before: it is part of what is signed."""
_IDENTITY = b"\xc0" + bytes(G1_LENGTH - 1)


def rounds() -> Sequence[Case]:
    """Return rounds that are taken in."""
    return (
        _taken("own", "A round of a clock of one's own.", waiting_terms(), _signed()),
        _taken(
            "chained",
            "A round that signs the one before it.",
            waiting_terms(_chained()),
            _chained_beacon(),
        ),
    )


def refused_rounds() -> Sequence[Case]:
    """Return rounds, terms and draws that are refused."""
    return (*_refused(), *_refused_chained(), *_refused_chains(), _without_round())


def _named(chain: ChainInfo) -> NamedRound:
    ended = TIMES.drawn_from
    return NamedRound(chain, first_round_after(chain, ended))


def _own() -> ChainInfo:
    return stage().parts.clock.chain


@cache
def _chained() -> ChainInfo:
    key = clock_key(GROUP, CHAINED, stage().parts.clock.secret)
    return ChainInfo(CHAINED, key, 3, START, bytes(32), "chained")


def waiting_terms(chain: ChainInfo | None = None) -> Terms:
    """Return terms of two contributors and a round, by default of the own clock."""
    terms = beacon_terms(2)
    return replace(terms, beacon=replace(terms.beacon, drand=_named(chain or _own())))


def _signed(step: int = 0) -> Beacon:
    """Return the named round of the own clock, or one some rounds later."""
    return stage().parts.clock.sign(GROUP, _named(_own()).round_number + step)


def _chained_beacon() -> Beacon:
    chain, secret = _chained(), stage().parts.clock.secret
    number = _named(chain).round_number
    return sign_round(GROUP, chain, secret, number, _PREVIOUS)


def named_round_entry(terms: Terms) -> Entry:
    """Return the ROUND entry of the own clock that the terms wait for."""
    return _entry(terms, _own(), _signed())


def _relay() -> SigningKey:
    return SigningKey.generate(randomness().derive("beacon/relay"))


def _entry(
    terms: Terms, chain: ChainInfo, beacon: Beacon, /, **changes: Value
) -> Entry:
    """Return a ROUND entry, or one with fields that are changed, or left out by null."""
    made = make_round(terms.sale_id, chain, beacon, _relay())
    body = {**made.body, **changes}
    kept = {name: value for name, value in body.items() if value is not None}
    return sign_entry(EntryType.ROUND, terms.sale_id, kept, _relay())


def _inputs(
    terms: Terms, before: Sequence[Entry], entry: Entry, time: int
) -> dict[str, Raw]:
    return {
        "op": "round",
        "terms": cbor.encode(terms.to_value()),
        "before": [each.encoded for each in before],
        "entry": entry.encoded,
        "time": time,
    }


def take_rounds(terms: Terms, entries: Sequence[Entry], time: int) -> Rounds:
    """Take ROUND entries in at one time."""
    taken = Rounds(terms.named_rounds())
    for entry in entries:
        taken.take(GROUP, entry, time, Statements())
    return taken


def _taken(name: str, comment: str, terms: Terms, beacon: Beacon) -> Case:
    (named,) = terms.named_rounds()
    entry = _entry(terms, named.chain, beacon)
    taken = take_rounds(terms, (entry,), named.due)
    return accept(
        f"round-{name}",
        comment,
        _inputs(terms, (), entry, named.due),
        {"signature": taken.signatures[named.name]},
        {"chain_hash": named.name[0], "round": named.round_number, "due": named.due},
    )


def _refused() -> Sequence[Case]:
    terms, chain = waiting_terms(), _own()
    right = named_round_entry(terms)
    number = _named(chain).round_number
    strange = Clock.generate(GROUP, START, randomness().derive("beacon/another clock"))
    strange_one = strange.sign(GROUP, number)
    rows: tuple[tuple[str, str, str, Entry], ...] = (
        (
            "other",
            "The terms fix the round; whoever may choose among rounds chooses a draw.",
            "round.unnamed",
            _entry(terms, chain, _signed(1)),
        ),
        (
            "other-chain",
            "The terms fix the chain.",
            "round.unnamed",
            _entry(terms, chain, strange_one, chain=strange.chain.chain_hash()),
        ),
        (
            "other-key",
            "The chain's key signs; otherwise anybody could make a round with their own key.",
            "round.signature",
            _entry(terms, chain, strange_one),
        ),
        (
            "relabelled",
            "The number is signed; another round would pass for the one named.",
            "round.signature",
            _entry(terms, chain, _signed(1), round=number),
        ),
        (
            "identity",
            "A signature is not the identity.",
            "round.signature",
            _entry(terms, chain, _signed(), signature=_IDENTITY),
        ),
        (
            "empty-previous",
            "What is not signed is absent; one round would have two entries.",
            "round.signature",
            _entry(terms, chain, _signed(), previous=b""),
        ),
        (
            "short-chain",
            "A chain hash has 32 bytes.",
            "entry.field",
            _entry(terms, chain, _signed(), chain=chain.chain_hash()[:31]),
        ),
        (
            "randomness",
            "No other field is there.",
            "entry.field",
            _entry(terms, chain, _signed(), randomness=_signed().randomness()),
        ),
    )
    due = _named(chain).due
    again = "A round is taken once; there is one value of it."
    early = "A round is not known before it is due; if it is, a clock is wrong."
    return (
        *(_reject(name, rule, code, terms, entry) for name, rule, code, entry in rows),
        _reject("twice", again, "round.twice", terms, right, (right,)),
        _reject("early", early, "round.early", terms, right, time=due - 1),
        _reject(
            "of-terms-without-one",
            "The terms name a round, or there is none.",
            "round.unnamed",
            beacon_terms(2),
            _entry(beacon_terms(2), chain, _signed()),
            time=due,
        ),
    )


def _refused_chained() -> Sequence[Case]:
    terms, chain, beacon = waiting_terms(_chained()), _chained(), _chained_beacon()
    missing = (
        "A chained scheme signs the signature before; without it nothing is signed."
    )
    other = "The signature before is signed; S' would be chosen afterwards."
    return (
        _reject(
            "no-previous",
            missing,
            "round.signature",
            terms,
            _entry(terms, chain, beacon, previous=None),
        ),
        _reject(
            "other-previous",
            other,
            "round.signature",
            terms,
            _entry(terms, chain, beacon, previous=bytes(96)),
        ),
    )


def _reject(
    name: str,
    rule: str,
    code: str,
    terms: Terms,
    entry: Entry,
    before: Sequence[Entry] = (),
    time: int | None = None,
) -> Case:
    when = terms.named_rounds()[0].due if time is None else time
    taken = take_rounds(terms, before, when)
    return reject(
        f"round-{name}",
        rule,
        code,
        _inputs(terms, before, entry, when),
        lambda: taken.take(GROUP, entry, when, Statements()),
    )


def _refused_chains() -> Sequence[Case]:
    posed = replace(QUICKNET, scheme=UNCHAINED_G1_LEGACY)
    rows = (
        (
            "own-clock",
            "A real sale names a chain that many run; the seller would know the round.",
            _own(),
        ),
        (
            "other-scheme",
            "A known chain has a known scheme too, which its hash does not contain.",
            posed,
        ),
    )
    return [_refused_chain(*row) for row in rows]


def _refused_chain(name: str, rule: str, chain: ChainInfo) -> Case:
    terms = real(waiting_terms(chain))
    inputs: dict[str, Raw] = {"op": "setup", "terms": cbor.encode(terms.to_value())}
    return reject(
        f"setup-{name}",
        rule,
        "round.chain",
        inputs,
        lambda: check_setup(terms, Statements()),
    )


def _without_round() -> Case:
    terms = waiting_terms()
    who = contributors()[:2]
    before = (*(c.commit(terms) for c in who), *(c.reveal(terms) for c in who))
    made = take_all(terms, before)
    inputs: dict[str, Raw] = {
        "op": "seed",
        **board(terms),
        "before": [each.encoded for each in before],
    }
    return reject(
        "seed-without-round",
        "The seed mixes in the round that the terms name; Ω alone is not the draw.",
        "result.round",
        inputs,
        lambda: made.draw(terms.sale_id),
    )

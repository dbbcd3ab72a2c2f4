"""Rounds of drand that terms may and may not name; a part of chapter terms."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairlot.terms.named_round import NamedRound
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value
from fairlot_crypto.timelock.chain import QUICKNET, first_round_after, round_at
from generators.case import Case
from generators.terms_setting import accept_terms, refuse_terms, sample_terms


def accepted_rounds() -> Sequence[Case]:
    """Return terms that name a round."""
    times = sample_terms().times
    first = first_round_after(QUICKNET, times.drawn_from)
    last = first_round_after(QUICKNET, times.unlock - QUICKNET.period - 1)
    return [
        accept_terms(
            "round-first",
            "The first round that may be named.",
            _waiting(NamedRound(QUICKNET, first)),
        ),
        accept_terms(
            "round-last",
            "The last round that may be named.",
            _waiting(NamedRound(QUICKNET, last)),
        ),
    ]


def _waiting(named: NamedRound) -> Terms:
    terms = sample_terms()
    return replace(terms, beacon=replace(terms.beacon, drand=named))


def refused_rounds() -> Sequence[Case]:
    """Return rounds that no terms may name."""
    terms = sample_terms()
    times = terms.times
    early = round_at(QUICKNET, times.drawn_from)
    late = first_round_after(QUICKNET, times.unlock - 1)
    rows: tuple[tuple[str, str, str, dict[str, Value]], ...] = (
        (
            "early",
            "The round is later than the last commitment; the last to commit would know it.",
            "terms.round-time",
            {"round": early},
        ),
        (
            "late",
            "The round is due before unlock; items would be released before the draw.",
            "terms.round-time",
            {"round": late},
        ),
        (
            "zero",
            "Rounds are numbered from 1; round 0 is not a random value.",
            "terms.round",
            {"round": 0},
        ),
        (
            "scheme",
            "The scheme is known; otherwise nobody can verify the round.",
            "terms.round",
            {"scheme": "bls-bn254-unchained-on-g1"},
        ),
        (
            "short-key",
            "A key has the length of its scheme's group.",
            "terms.round",
            {"key": QUICKNET.public_key[:48]},
        ),
        (
            "no-period",
            "Rounds follow each other; all would be due at once.",
            "terms.round",
            {"period": 0},
        ),
        (
            "short-seed",
            "The genesis seed has 32 bytes.",
            "terms.round",
            {"seed": bytes(31)},
        ),
        (
            "nameless",
            "A chain has an id; two names of one chain would be two sales.",
            "terms.round",
            {"id": ""},
        ),
        (
            "with-hash",
            "No other field is there; a hash beside the chain could say another one.",
            "terms.field",
            {"hash": QUICKNET.chain_hash()},
        ),
        (
            "number-as-text",
            "A round is an integer.",
            "terms.field",
            {"round": "1"},
        ),
    )
    return [_refused_round(*row) for row in rows]


def _refused_round(
    name: str, rule: str, code: str, changes: Mapping[str, Value]
) -> Case:
    drand: dict[str, Value] = {**NamedRound(QUICKNET, 1).to_value(), **changes}
    return refuse_terms(
        sample_terms(),
        f"round-{name}",
        rule,
        code,
        "terms/beacon",
        lambda found: {**found, "drand": drand},
    )

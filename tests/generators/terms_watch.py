"""Witnesses, seals and expiry in terms; a part of chapter terms."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from fairlot.logs import MAX_WITNESSES, Witness, Witnesses
from fairlot.terms.named_round import NamedRound
from fairlot.terms.terms import Terms
from fairlot.terms.times import EXPIRY_DELAY
from fairlot_crypto.timelock.chain import QUICKNET, first_round_after
from generators.case import Case
from generators.terms_setting import (
    accept_terms,
    refuse_terms,
    sample_key,
    sample_terms,
)

Row = tuple[str, str, str, str, Callable[[Any], Any]]
_DAYS = 3 * 86_400


def accepted_watch() -> Sequence[Case]:
    """Return terms with witnesses, or with an expiry."""
    most = MAX_WITNESSES
    return (
        accept_terms("one-witness", "One witness is its own quorum.", _watched(1, 1)),
        accept_terms("witnesses", "Two of three witnesses agree.", _watched(3, 2)),
        accept_terms(
            "most-witnesses", "All of 32 witnesses agree.", _watched(most, most)
        ),
        accept_terms("real", "A real sale is watched.", _real()),
        accept_terms("expiry-first", "It expires a day after its round.", _expiring(0)),
        accept_terms("expiry-last", "It expires at unlock.", _expiring(None)),
    )


def refused_watch() -> Sequence[Case]:
    """Return terms that break one rule about watching, sealing or expiring."""
    return (
        *(refuse_terms(_watched(3, 2), *row) for row in _WITNESSES),
        *(refuse_terms(_expiring(0), *row) for row in _EXPIRY),
        *(refuse_terms(sample_terms(), *row) for row in _PLAIN),
        refuse_terms(
            _real(),
            "real-without-witnesses",
            "Somebody watches a real sale; its board could show two histories.",
            "terms.witnesses",
            "terms",
            _unwatched,
        ),
    )


def witness(number: int) -> Witness:
    """Return a witness."""
    return Witness(f"witness.example/{number}", sample_key(f"witness {number}"))


def _watched(number: int, quorum: int) -> Terms:
    named = tuple(map(witness, range(number)))
    return replace(sample_terms(), witnesses=Witnesses(named, quorum))


def _real() -> Terms:
    return replace(_watched(3, 2), rehearsal=False)


def _expiring(late: int | None) -> Terms:
    """Return terms that expire some seconds after they may, or as late as they may."""
    terms = sample_terms()
    times = replace(terms.times, unlock=terms.times.unlock + _DAYS)
    named = NamedRound(QUICKNET, first_round_after(QUICKNET, times.drawn_from))
    expiry = times.unlock if late is None else named.due + EXPIRY_DELAY + late
    beacon = replace(terms.beacon, drand=named)
    return replace(terms, times=replace(times, expiry=expiry), beacon=beacon)


def _unwatched(terms: dict[str, Any]) -> dict[str, Any]:
    return {**{k: v for k, v in terms.items() if k != "quorum"}, "witnesses": []}


def _first(changes: dict[str, Any]) -> Callable[[Any], Any]:
    return lambda found: [{**found[0], **changes}, *found[1:]]


_WITNESSES: tuple[Row, ...] = (
    (
        "quorum-of-half",
        "More than half agree; two quorums could see two histories.",
        "terms.field",
        "terms/quorum",
        lambda _: 1,
    ),
    (
        "quorum-above-all",
        "Not more agree than there are; nothing would ever be in time.",
        "terms.field",
        "terms/quorum",
        lambda _: 4,
    ),
    (
        "quorum-missing",
        "Witnesses have a quorum.",
        "terms.field",
        "terms",
        lambda found: {k: v for k, v in found.items() if k != "quorum"},
    ),
    (
        "witness-twice",
        "Witnesses are distinct; one would count twice.",
        "terms.witnesses",
        "terms/witnesses",
        lambda found: [found[0], {**found[0], "name": "other.example"}],
    ),
    (
        "witness-name-twice",
        "Witnesses have names of their own.",
        "terms.witnesses",
        "terms/witnesses",
        lambda found: [found[0], {**found[1], "name": found[0]["name"]}, found[2]],
    ),
    (
        "witness-name-with-blank",
        "A name is one word; its signature lines would be ambiguous.",
        "terms.board-name",
        "terms/witnesses",
        _first({"name": "my witness"}),
    ),
    (
        "witness-key-short",
        "Keys have 32 bytes.",
        "terms.key",
        "terms/witnesses",
        _first({"key": bytes(31)}),
    ),
    (
        "witness-with-note",
        "A witness has a name and a key, and nothing else.",
        "terms.field",
        "terms/witnesses",
        _first({"note": "hello"}),
    ),
    (
        "witness-is-board",
        "A witness has no other role; the board would watch itself.",
        "terms.witnesses",
        "terms/witnesses",
        _first({"key": sample_key("board")}),
    ),
    (
        "witness-contributes",
        "A witness has no other role; it would watch over its own seal.",
        "terms.witnesses",
        "terms/witnesses",
        _first({"key": sample_key("contributor 0")}),
    ),
    (
        "too-many-witnesses",
        "At most 32 witnesses; a head has room for 64 lines.",
        "terms.witnesses",
        "terms/witnesses",
        lambda _: [witness(i).to_value() for i in range(MAX_WITNESSES + 1)],
    ),
)
_EXPIRY: tuple[Row, ...] = (
    (
        "expiry-early",
        "A round has a day to come; a sale would be void for a short outage.",
        "terms.expiry",
        "terms/times/expiry",
        lambda found: found - 1,
    ),
    (
        "expiry-after-unlock",
        "A sale expires before items are released.",
        "terms.expiry",
        "terms",
        lambda found: {
            **found,
            "times": {**found["times"], "expiry": found["times"]["unlock"] + 1},
        },
    ),
)
_PLAIN: tuple[Row, ...] = (
    (
        "expiry-without-round",
        "Without a round there is nothing that could fail to come.",
        "terms.expiry",
        "terms/times",
        lambda found: {**found, "expiry": found["unlock"]},
    ),
    (
        "expiry-by-null",
        "An absent value has no key.",
        "terms.field",
        "terms/times",
        lambda found: {**found, "expiry": None},
    ),
    (
        "without-seal-end",
        "Commitments are sealed before anybody reveals.",
        "terms.field",
        "terms/times",
        lambda found: {k: v for k, v in found.items() if k != "seal_end"},
    ),
    (
        "seal-end-before-commit-end",
        "Times ascend; there would be nothing to seal.",
        "terms.times",
        "terms/times",
        lambda found: {**found, "seal_end": found["commit_end"]},
    ),
    (
        "half-of-the-roster",
        "More than half commit; two sets without a common contributor would do.",
        "terms.min-commits",
        "terms/beacon",
        lambda found: {
            **found,
            "roster": [*found["roster"], sample_key("contributor 3")],
            "min_commits": 2,
        },
    ),
    (
        "quorum-of-nobody",
        "Where nobody watches there is no quorum; one sale would have two names.",
        "terms.field",
        "terms",
        lambda found: {**found, "quorum": 0},
    ),
)

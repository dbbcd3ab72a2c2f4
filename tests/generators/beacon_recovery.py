"""Recoveries of what was withheld, honest and forged; a part of chapter beacon."""

from collections.abc import Mapping, Sequence

from fairlot.beacon.contributions import Contributions
from fairlot.beacon.recovery import make_recovery
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value
from fairlot_crypto.delay import wesolowski
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.delay.primes import hash_to_prime
from fairlot_crypto.hashing import i2osp, os2ip, tagged_hash
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.progress import silent
from generators.beacon_setting import (
    ELEMENT,
    Contributor,
    beacon_terms,
    board,
    contributors,
    depositors,
    take,
    take_all,
)
from generators.case import Case, Raw, accept, reject
from generators.stage import randomness

_T = 300
"""More squarings than a challenge has bits: a proof is an element like any other."""


def recoveries() -> Sequence[Case]:
    """Return recoveries that give the seed that all openings give."""
    one, two, three = contributors()
    rows: tuple[tuple[str, str, Terms, Sequence[Contributor]], ...] = (
        ("nobody", "Nobody reveals.", beacon_terms(3, _T), ()),
        ("one-missing", "One of three withholds.", beacon_terms(3, _T), (one, three)),
        ("two-missing", "Two of three withhold.", beacon_terms(3, _T), (two,)),
        ("short", "One squaring: the proof is 1.", beacon_terms(3, 1), (one,)),
        ("depositor", "A depositor withholds.", beacon_terms(2, _T), (one, two)),
    )
    return [_recover(*row) for row in rows]


def refused_recoveries() -> Sequence[Case]:
    """Return recoveries that are refused."""
    return (*_forged(), *_needless())


def _finder() -> SigningKey:
    return SigningKey.generate(randomness().derive("beacon/finder"))


def _recover(
    name: str, comment: str, terms: Terms, revealing: Sequence[Contributor]
) -> Case:
    commits = [c.commit(terms) for c in contributors()]
    reveals = [c.reveal(terms) for c in revealing]
    third = depositors(contributors()[2])
    taken = take_all(terms, (*commits, *reveals), third)
    taken.end_reveals()
    x = taken.recovery_statement(terms.sale_id)
    entry = make_recovery(terms, taken, silent, _finder())
    take(taken, entry)
    draw = taken.draw(terms.sale_id)
    return accept(
        f"recover-{name}",
        comment,
        {
            "op": "recover",
            **board(terms),
            "depositors": list(third),
            "before": [each.encoded for each in (*commits, *reveals)],
            "seed": _finder().seed,
        },
        {"b_star": draw.b_star, "omega": draw.omega, "seed": draw.seed},
        {"x": RSA_2048.encode(x), "entry": entry.encoded},
    )


def _withheld() -> tuple[Terms, Sequence[Entry], Contributions]:
    """Return a beacon in which the second of two contributors does not reveal."""
    terms = beacon_terms(2, _T)
    one, two, _ = contributors()
    before = (one.commit(terms), two.commit(terms), one.reveal(terms))
    taken = take_all(terms, before)
    taken.end_reveals()
    return terms, before, taken


def _forged() -> Sequence[Case]:
    terms, _, taken = _withheld()
    x = taken.recovery_statement(terms.sale_id)
    y, _ = wesolowski.prove(RSA_2048, x, _T)
    other = RSA_2048.multiply(x, x)
    other_y, other_proof = wesolowski.prove(RSA_2048, other, _T)
    fewer_y, fewer_proof = wesolowski.prove(RSA_2048, x, _T - 1)
    fewer = {"y": _element(fewer_y), "proof": _element(fewer_proof)}
    of_other = {"x": _element(other), "y": _element(other_y)}
    n = RSA_2048.n
    rows: tuple[tuple[str, str, str, Mapping[str, Value]], ...] = (
        (
            "group",
            "N is that of the terms; in a group of known order Y is known at once.",
            "recover.modulus",
            {"modulus": _element(n - 2)},
        ),
        (
            "delay",
            "T is that of the terms.",
            "recover.delay",
            {"delay": _T - 1, **fewer},
        ),
        (
            "fewer-squarings",
            "The proof is of T squarings; T is in the challenge.",
            "recover.proof",
            fewer,
        ),
        (
            "truncated",
            "Elements are as wide as N.",
            "recover.length",
            {"proof": _element(y)[:-1]},
        ),
        ("zero", "0 is not an element.", "recover.zero", {"y": _element(0)}),
        (
            "minus-one",
            "N - 1 is another name of 1.",
            "recover.minus-one",
            {"y": _element(n - 1)},
        ),
        (
            "minus-y",
            "N - Y is another name of Y; there would be two seeds to choose from.",
            "recover.sign",
            {"y": _element(n - y)},
        ),
        (
            "input",
            "x is made of what is withheld; the prover would choose Ω.",
            "recover.input",
            {**of_other, "proof": _element(other_proof)},
        ),
        (
            "one",
            "Y is not 1; what is withheld would not count.",
            "recover.trivial",
            {"y": _element(1)},
        ),
        (
            "composite",
            "l is prime; with small factors the proof can be forged.",
            "recover.proof",
            {"proof": _element(_composite_proof(x, y))},
        ),
        (
            "made-up",
            "The equation holds.",
            "recover.proof",
            {"y": _element(4)},
        ),
        (
            "extra-field",
            "The body has the named fields and no other.",
            "entry.field",
            {"omega": _element(4)},
        ),
    )
    return [_refuse(*row) for row in rows]


def _refuse(name: str, rule: str, code: str, changes: Mapping[str, Value]) -> Case:
    terms, before, taken = _withheld()
    honest = make_recovery(terms, taken, silent, _finder())
    return _refused(
        name, rule, code, before, _signed(terms, {**honest.body, **changes})
    )


def _needless() -> Sequence[Case]:
    terms, before, taken = _withheld()
    two = contributors()[1]
    recovery = make_recovery(terms, taken, silent, _finder())
    return (
        _refused(
            "all-revealed",
            "What is revealed needs no recovery.",
            "recover.not-needed",
            (*before, two.reveal(terms)),
            recovery,
        ),
        _refused(
            "twice",
            "One recovery is enough.",
            "recover.not-needed",
            (*before, recovery),
            recovery,
        ),
        _refused(
            "then-revealed",
            "With a recovery Ω is fixed; a reveal would count twice.",
            "reveal.fixed",
            (*before, recovery),
            two.reveal(terms),
        ),
    )


def _refused(
    name: str, rule: str, code: str, before: Sequence[Entry], entry: Entry
) -> Case:
    terms = beacon_terms(2, _T)
    taken = take_all(terms, before)
    inputs: dict[str, Raw] = {
        "op": "take",
        **board(terms),
        "before": [each.encoded for each in before],
        "entry": entry.encoded,
    }
    return reject(f"recover-{name}", rule, code, inputs, lambda: take(taken, entry))


def _signed(terms: Terms, body: Mapping[str, Value]) -> Entry:
    return sign_entry(EntryType.RECOVER, terms.sale_id, body, _finder())


def _composite_proof(x: int, y: int) -> int:
    """Return what a prover gives whose challenge is the first number, prime or not."""
    statement = (_element(RSA_2048.n), _element(x), _element(y), i2osp(_T, 8))
    prime = hash_to_prime(RSA_2048, x, y, _T)
    numbers = (
        os2ip(tagged_hash("h2p", *statement, i2osp(counter, 8))) | 1 << 255 | 1
        for counter in range(1000)
    )
    composite = next(number for number in numbers if number != prime)
    return RSA_2048.power(x, (1 << _T) // composite)


def _element(x: int) -> bytes:
    return i2osp(x, ELEMENT)

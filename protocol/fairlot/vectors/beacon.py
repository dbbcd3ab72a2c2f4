"""Vectors of the beacon: commit, reveal, seed (specs/beacon.md)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from fairlot.beacon import (
    Contributions,
    Frozen,
    check_setup,
    make_commitment,
    make_reveal,
)
from fairlot.board.entry import Entry, EntryType, sign_entry
from fairlot.errors import InvariantError
from fairlot.statements import Statements
from fairlot.terms import BeaconTerms, Terms
from fairlot.vectors.case import Case, Chapter, Raw, accept, reject
from fairlot.vectors.stage import randomness, stage
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.parameters import RSA_2048, shipped_setup
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.keys import SigningKey

_FROZEN = Frozen(17, bytes(range(32)))
_ELEMENT = 256


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "beacon",
        "`terms` are CBOR, `size` and `root` those of CLOSE, entries are encoded. `op` "
        "says what to do. setup: check the set-up in the terms (step 1). draw: make the "
        "COMMIT and REVEAL entries of the contributors with these Ed25519 seeds and "
        "openings (steps 2, 3, 5), take them in (4, 6), and compute the seed (7 to 10). "
        "take: take in the entries `before`, which are accepted, then `entry`. seed: take "
        "in the entries `before` and compute the seed.",
        (*_draws(), *_setups(), *_refused_setups(), *_refused_entries(), *_withheld()),
    )


@dataclass(frozen=True, slots=True)
class _Contributor:
    key: SigningKey
    alpha: int

    def commit(self, terms: Terms, frozen: Frozen = _FROZEN) -> Entry:
        return make_commitment(terms, frozen, self.alpha, self.key)

    def reveal(self, terms: Terms) -> Entry:
        return make_reveal(terms.sale_id, self.alpha, self.key)


@cache
def _contributors() -> tuple[_Contributor, ...]:
    return tuple(
        _Contributor(
            SigningKey.generate(randomness().derive(f"beacon/key/{i}")),
            bicorn.draw_alpha(randomness().derive(f"beacon/alpha/{i}")),
        )
        for i in range(3)
    )


def _terms(count: int, T: int = 1) -> Terms:
    setup = shipped_setup(T)
    if setup is None:
        raise InvariantError("vectors.no-setup", f"no set-up ships for T = {T}")
    beacon = BeaconTerms(
        modulus=RSA_2048.to_bytes(),
        delay=T,
        h=RSA_2048.encode(setup.h),
        proof=RSA_2048.encode(setup.proof),
        roster=tuple(c.key.public for c in _contributors()[:count]),
    )
    return replace(stage().terms, beacon=beacon)


def _draws() -> Sequence[Case]:
    one, two, three = _contributors()
    copied = replace(two, alpha=one.alpha)
    rows: tuple[tuple[str, str, Terms, Sequence[_Contributor]], ...] = (
        ("one", "One contributor, one squaring.", _terms(1), (one,)),
        ("three", "Three contributors.", _terms(3), (one, two, three)),
        (
            "reordered",
            "The order of entries has no effect.",
            _terms(3),
            (three, one, two),
        ),
        ("long", "The default number of squarings.", _terms(2, 65536), (one, two)),
        (
            "copied",
            "A copied commitment counts like any other.",
            _terms(2),
            (one, copied),
        ),
    )
    return [_draw(*row) for row in rows]


def _draw(
    name: str, comment: str, terms: Terms, contributors: Sequence[_Contributor]
) -> Case:
    commits = [c.commit(terms) for c in contributors]
    reveals = [c.reveal(terms) for c in contributors]
    taken = _take_all(terms, (*commits, *reveals))
    draw = taken.draw(terms.sale_id)
    points = [taken.commitments[c.key.public] for c in contributors]
    coefficients = [bicorn.coefficient(RSA_2048, c, draw.b_star) for c in points]
    return accept(
        f"draw-{name}",
        comment,
        {
            "op": "draw",
            **_board(terms),
            "contributors": [
                {"seed": c.key.seed, "alpha": i2osp(c.alpha, bicorn.ALPHA_LENGTH)}
                for c in contributors
            ],
        },
        {"b_star": draw.b_star, "omega": draw.omega, "seed": draw.seed},
        {
            "sale_id": terms.sale_id,
            "commitments": [RSA_2048.encode(c) for c in points],
            "coefficients": [i2osp(b, 32) for b in coefficients],
            "entries": [entry.encoded for entry in (*commits, *reveals)],
        },
    )


def _board(terms: Terms) -> dict[str, Raw]:
    return {
        "terms": cbor.encode(terms.to_value()),
        "size": _FROZEN.size,
        "root": _FROZEN.root,
    }


def _take(taken: Contributions, entry: Entry) -> None:
    if entry.type is EntryType.COMMIT:
        taken.commit(entry)
    else:
        taken.reveal(entry, Statements())


def _take_all(terms: Terms, entries: Sequence[Entry]) -> Contributions:
    taken = Contributions(terms.beacon, _FROZEN)
    for entry in entries:
        _take(taken, entry)
    return taken


def _setups() -> Sequence[Case]:
    rows = (("shortest", "One squaring.", 1), ("default", "The default.", 65536))
    return [_setup(name, comment, _terms(1, T)) for name, comment, T in rows]


def _setup(name: str, comment: str, terms: Terms) -> Case:
    check_setup(terms, Statements())
    inputs: dict[str, Raw] = {"op": "setup", "terms": cbor.encode(terms.to_value())}
    return accept(f"setup-{name}", comment, inputs, {})


def _refused_setups() -> Sequence[Case]:
    terms = _terms(1)
    beacon = terms.beacon
    four = i2osp(4, _ELEMENT)
    small = replace(beacon, modulus=i2osp(2**2047 + 1, _ELEMENT), h=four, proof=four)
    rows = (
        (
            "delay",
            "h is that of T; Ω would be known T squarings sooner.",
            replace(beacon, delay=2),
        ),
        (
            "h",
            "h is proved; whoever chose it could know its logarithm.",
            replace(beacon, h=four),
        ),
        ("proof", "The proof proves h.", replace(beacon, proof=four)),
        (
            "modulus",
            "h belongs to N.",
            replace(beacon, modulus=i2osp(RSA_2048.n - 2, _ELEMENT)),
        ),
    )
    cases = [
        _refused_setup(name, rule, "beacon.setup", replace(terms, beacon=changed))
        for name, rule, changed in rows
    ]
    real = replace(terms, rehearsal=False, beacon=small)
    rule = "A real sale uses RSA-2048; the seller would know the factors of his own."
    return (*cases, _refused_setup("own-modulus", rule, "beacon.modulus", real))


def _refused_setup(name: str, rule: str, code: str, terms: Terms) -> Case:
    inputs: dict[str, Raw] = {"op": "setup", "terms": cbor.encode(terms.to_value())}
    attempt = Statements()
    return reject(
        f"setup-{name}", rule, code, inputs, lambda: check_setup(terms, attempt)
    )


def _refused_entries() -> Sequence[Case]:
    rows = (*_refused_commitments(), *_refused_values(), *_refused_reveals())
    return [_refused_entry(*row) for row in rows]


_Row = tuple[str, str, str, Sequence[Entry], Entry]


def _refused_commitments() -> Sequence[_Row]:
    terms = _terms(2)
    one, two, outsider = _contributors()
    again = replace(one, alpha=two.alpha)
    return (
        (
            "commit-outsider",
            "The terms name the contributors.",
            "commit.roster",
            (),
            outsider.commit(terms),
        ),
        (
            "commit-twice",
            "One commitment a contributor; he could choose between two.",
            "commit.twice",
            (one.commit(terms),),
            again.commit(terms),
        ),
        (
            "commit-other-size",
            "A commitment is made for the board at CLOSE.",
            "commit.frozen",
            (),
            one.commit(terms, Frozen(16, _FROZEN.root)),
        ),
        (
            "commit-other-root",
            "A commitment is made for the deposits at CLOSE.",
            "commit.frozen",
            (),
            one.commit(terms, Frozen(17, bytes(32))),
        ),
    )


def _refused_values() -> Sequence[_Row]:
    terms = _terms(2)
    one = _contributors()[0]
    mirrored = RSA_2048.n - bicorn.commit(RSA_2048, one.alpha)
    rows = (
        ("zero", "c is a unit.", "commit.value", bytes(_ELEMENT)),
        (
            "one",
            "c is not 1; it would add nothing.",
            "commit.value",
            i2osp(1, _ELEMENT),
        ),
        (
            "mirrored",
            "c is at most N/2; N - c would be a second name of c.",
            "commit.value",
            i2osp(mirrored, _ELEMENT),
        ),
        ("short", "c has 256 bytes.", "entry.field", bytes(255)),
    )
    return [
        (f"commit-{name}", rule, code, (), _commit_entry(terms, one, c))
        for name, rule, code, c in rows
    ]


def _commit_entry(terms: Terms, by: _Contributor, c: bytes) -> Entry:
    body: dict[str, Value] = {"c": c, **_FROZEN.to_value()}
    return sign_entry(EntryType.COMMIT, terms.sale_id, body, by.key)


def _refused_reveals() -> Sequence[_Row]:
    terms = _terms(2)
    one, two, _ = _contributors()
    before = (one.commit(terms),)
    other = replace(one, alpha=one.alpha + 1)
    borrowed = replace(two, alpha=one.alpha)
    short = sign_entry(EntryType.REVEAL, terms.sale_id, {"alpha": b"\x01"}, one.key)
    return (
        (
            "reveal-without-commitment",
            "Who opens has committed.",
            "reveal.commitment",
            before,
            borrowed.reveal(terms),
        ),
        (
            "reveal-other",
            "alpha opens the commitment; the seed would be chosen now.",
            "reveal.opening",
            before,
            other.reveal(terms),
        ),
        (
            "reveal-twice",
            "One opening a contributor.",
            "reveal.twice",
            (*before, one.reveal(terms)),
            one.reveal(terms),
        ),
        ("reveal-short", "alpha has 272 bytes.", "entry.field", before, short),
    )


def _refused_entry(
    name: str, rule: str, code: str, before: Sequence[Entry], entry: Entry
) -> Case:
    terms = _terms(2)
    taken = _take_all(terms, before)
    inputs: dict[str, Raw] = {
        "op": "take",
        **_board(terms),
        "before": [each.encoded for each in before],
        "entry": entry.encoded,
    }
    return reject(name, rule, code, inputs, lambda: _take(taken, entry))


def _withheld() -> Sequence[Case]:
    terms = _terms(2)
    one, two, _ = _contributors()
    rows: tuple[tuple[str, str, Sequence[Entry]], ...] = (
        (
            "uncommitted",
            "Every key of the roster commits.",
            (one.commit(terms), one.reveal(terms)),
        ),
        (
            "unopened",
            "Every commitment is opened; the last one would choose by keeping silent.",
            (one.commit(terms), two.commit(terms), one.reveal(terms)),
        ),
        ("nobody", "There are commitments.", ()),
    )
    return [_withheld_case(*row) for row in rows]


def _withheld_case(name: str, rule: str, before: Sequence[Entry]) -> Case:
    terms = _terms(2)
    taken = _take_all(terms, before)
    inputs: dict[str, Raw] = {
        "op": "seed",
        **_board(terms),
        "before": [each.encoded for each in before],
    }
    return reject(
        f"withheld-{name}",
        rule,
        "result.withheld",
        inputs,
        lambda: taken.draw(terms.sale_id),
    )

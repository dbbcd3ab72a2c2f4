"""Vectors of the beacon: commit, reveal, seed (specs/beacon.md)."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.beacon.contributions import Frozen, check_setup
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.chain import QUICKNET
from generators.beacon_recovery import recoveries, refused_recoveries
from generators.beacon_rounds import (
    named_round_entry,
    refused_rounds,
    rounds,
    take_rounds,
    waiting_terms,
)
from generators.beacon_setting import (
    ELEMENT,
    FROZEN,
    Contributor,
    beacon_terms,
    board,
    contributors,
    real,
    take,
    take_all,
)
from generators.case import Case, Chapter, Raw, accept, reject


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "beacon",
        "`terms` are CBOR, `size` and `root` those of CLOSE, entries are encoded. `op` "
        "says what to do. setup: check the set-up in the terms (step 1). draw: make the "
        "COMMIT and REVEAL entries of the contributors with these Ed25519 seeds and "
        "openings (steps 2, 3, 9), take them in (4, 10), and compute the seed (5, 15, 16), "
        "with the ROUND entries of `rounds`, if any, taken in when they are due. round: "
        "take in the ROUND entries `before`, which are accepted, then `entry`, each at "
        "`time` (11). "
        "take: take in the entries `before`, which are accepted, then `entry`. seed: take "
        "in the entries `before` and compute the seed. recover: take in the entries "
        "`before`, make the RECOVER entry (8) with the Ed25519 key of `seed`, take it in "
        "(9), and compute the seed. `depositors` are keys of final, funded deposits. "
        "REVEAL_END lies before the first RECOVER.",
        (
            *_draws(),
            *recoveries(),
            *rounds(),
            *_setups(),
            *_refused_setups(),
            *_refused_entries(),
            *refused_recoveries(),
            *refused_rounds(),
            *_withheld(),
        ),
    )


def _draws() -> Sequence[Case]:
    one, two, three = contributors()
    copied = replace(two, alpha=one.alpha)
    rows: tuple[tuple[str, str, Terms, Sequence[Contributor]], ...] = (
        ("one", "One contributor, one squaring.", beacon_terms(1), (one,)),
        ("three", "Three contributors.", beacon_terms(3), (one, two, three)),
        (
            "reordered",
            "The order of entries has no effect.",
            beacon_terms(3),
            (three, one, two),
        ),
        (
            "long",
            "The default number of squarings.",
            beacon_terms(2, 65536),
            (one, two),
        ),
        (
            "copied",
            "A copied commitment counts like any other.",
            beacon_terms(2),
            (one, copied),
        ),
        ("round", "The seed mixes a round in.", waiting_terms(), (one, two)),
    )
    return [_draw(*row) for row in rows]


def _draw(name: str, comment: str, terms: Terms, who: Sequence[Contributor]) -> Case:
    commits = [c.commit(terms) for c in who]
    reveals = [c.reveal(terms) for c in who]
    taken = take_all(terms, (*commits, *reveals))
    waited = [named_round_entry(terms)] if terms.named_rounds() else []
    known = max((named.due for named in terms.named_rounds()), default=0)
    signatures = take_rounds(terms, waited, known).signatures
    draw = taken.draw(terms.sale_id, signatures)
    points = [taken.commitments[c.key.public] for c in who]
    coefficients = [bicorn.coefficient(RSA_2048, c, draw.b_star) for c in points]
    return accept(
        f"draw-{name}",
        comment,
        {
            "op": "draw",
            **board(terms),
            "contributors": [
                {"seed": c.key.seed, "alpha": i2osp(c.alpha, bicorn.ALPHA_LENGTH)}
                for c in who
            ],
            **({"rounds": [entry.encoded for entry in waited]} if waited else {}),
        },
        {"b_star": draw.b_star, "omega": draw.omega, "seed": draw.seed},
        {
            "sale_id": terms.sale_id,
            "commitments": [RSA_2048.encode(c) for c in points],
            "coefficients": [i2osp(b, 32) for b in coefficients],
            "entries": [entry.encoded for entry in (*commits, *reveals)],
        },
    )


def _setups() -> Sequence[Case]:
    rows = (
        ("shortest", "One squaring.", beacon_terms(1)),
        ("default", "The default.", beacon_terms(1, 65536)),
        (
            "real",
            "A real sale that names a round; its delay may be short.",
            real(waiting_terms(QUICKNET)),
        ),
    )
    return [_setup(*row) for row in rows]


def _setup(name: str, comment: str, terms: Terms) -> Case:
    check_setup(terms, Statements())
    inputs: dict[str, Raw] = {"op": "setup", "terms": cbor.encode(terms.to_value())}
    return accept(f"setup-{name}", comment, inputs, {})


def _refused_setups() -> Sequence[Case]:
    terms = beacon_terms(1)
    beacon = terms.beacon
    four = i2osp(4, ELEMENT)
    small = replace(beacon, modulus=i2osp(2**2047 + 1, ELEMENT), h=four, proof=four)
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
            replace(beacon, modulus=i2osp(RSA_2048.n - 2, ELEMENT)),
        ),
    )
    cases = [
        _refused_setup(name, rule, "beacon.setup", replace(terms, beacon=changed))
        for name, rule, changed in rows
    ]
    own = real(replace(terms, beacon=small))
    rule = "A real sale uses RSA-2048; sellers would know the factors of an N of their own."
    short = (
        "The delay of a real sale is long, or it names a round; else the draw is known."
    )
    return (
        *cases,
        _refused_setup("own-modulus", rule, "beacon.modulus", own),
        _refused_setup("short-delay", short, "beacon.margin", real(terms)),
    )


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
    terms = beacon_terms(2)
    one, two, outsider = contributors()
    again = replace(one, alpha=two.alpha)
    return (
        (
            "commit-outsider",
            "A contributor is of the roster or has a funded deposit.",
            "commit.roster",
            (),
            outsider.commit(terms),
        ),
        (
            "commit-twice",
            "A contributor has one commitment; otherwise they could choose between two.",
            "commit.twice",
            (one.commit(terms),),
            again.commit(terms),
        ),
        (
            "commit-other-size",
            "A commitment is made for the board at CLOSE.",
            "commit.frozen",
            (),
            one.commit(terms, Frozen(16, FROZEN.root)),
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
    terms = beacon_terms(2)
    one = contributors()[0]
    c = bicorn.commit(RSA_2048, one.alpha)
    mirrored, committed = RSA_2048.n - c, i2osp(c, ELEMENT)
    width = (
        "c has as many bytes as N, 256: another length is a wrong field, not a value."
    )
    rows = (
        ("zero", "c is a unit.", "commit.value", bytes(ELEMENT)),
        (
            "one",
            "c is not 1; it would add nothing.",
            "commit.value",
            i2osp(1, ELEMENT),
        ),
        (
            "mirrored",
            "c is at most N/2; N - c would be a second name of c.",
            "commit.value",
            i2osp(mirrored, ELEMENT),
        ),
        ("short", width, "entry.field", bytes(255)),
        ("long", width, "entry.field", bytes(1) + committed),
        ("empty", width, "entry.field", b""),
    )
    return [
        (f"commit-{name}", rule, code, (), _commit_entry(terms, one, c))
        for name, rule, code, c in rows
    ]


def _commit_entry(terms: Terms, by: Contributor, c: bytes) -> Entry:
    body: dict[str, Value] = {"c": c, **FROZEN.to_value()}
    return sign_entry(EntryType.COMMIT, terms.sale_id, body, by.key)


def _refused_reveals() -> Sequence[_Row]:
    terms = beacon_terms(2)
    one, two, _ = contributors()
    before = (one.commit(terms),)
    other = replace(one, alpha=one.alpha + 1)
    borrowed = replace(two, alpha=one.alpha)
    short = sign_entry(EntryType.REVEAL, terms.sale_id, {"alpha": b"\x01"}, one.key)
    return (
        (
            "reveal-without-commitment",
            "Whoever opens has committed.",
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
            "A contributor has one opening.",
            "reveal.twice",
            (*before, one.reveal(terms)),
            one.reveal(terms),
        ),
        ("reveal-short", "alpha has 272 bytes.", "entry.field", before, short),
    )


def _refused_entry(
    name: str, rule: str, code: str, before: Sequence[Entry], entry: Entry
) -> Case:
    terms = beacon_terms(2)
    taken = take_all(terms, before)
    inputs: dict[str, Raw] = {
        "op": "take",
        **board(terms),
        "before": [each.encoded for each in before],
        "entry": entry.encoded,
    }
    return reject(name, rule, code, inputs, lambda: take(taken, entry))


def _withheld() -> Sequence[Case]:
    terms = beacon_terms(2)
    one, two, _ = contributors()
    rows: tuple[tuple[str, str, Sequence[Entry]], ...] = (
        (
            "uncommitted",
            "As many of the roster commit as the terms need.",
            (one.commit(terms), one.reveal(terms)),
        ),
        (
            "unopened",
            "Every commitment is opened or recovered; whoever keeps silent chooses nothing.",
            (one.commit(terms), two.commit(terms), one.reveal(terms)),
        ),
        ("nobody", "There are commitments.", ()),
    )
    return [_withheld_case(*row) for row in rows]


def _withheld_case(name: str, rule: str, before: Sequence[Entry]) -> Case:
    terms = beacon_terms(2)
    taken = take_all(terms, before)
    inputs: dict[str, Raw] = {
        "op": "seed",
        **board(terms),
        "before": [each.encoded for each in before],
    }
    return reject(
        f"withheld-{name}",
        rule,
        "result.withheld",
        inputs,
        lambda: taken.draw(terms.sale_id),
    )

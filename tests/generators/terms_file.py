"""Vectors of the files that people write (specs/terms-file.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from fairlot.bids import Bid
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from generators import (
    terms_file_both,
    terms_file_events,
    terms_file_people,
    terms_file_refused,
)
from generators.case import Case, Chapter, Raw, accept, reject
from generators.terms_file_setting import CONFERENCE, EUROS, HEAD, PUZZLE, toml
from generators.written import read_both, read_happening, read_listed, read_terms

UNPLACED = "terms-file.toml"
"""Where a text stops to be TOML depends on the parser."""


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "terms-file",
        "`op` names what is read. terms-file and people-file: `file` is the text of a "
        "TERMS.toml or PEOPLE.csv, or `bytes` where it is not UTF-8; if given, `currency` "
        "and `keep` are those of the terms; output what it says, with defaults filled in, "
        "pools as in canonical terms, and null for none. both: "
        "read `terms` and `people` and compare them as section 5 says; `simulated` tells "
        "whether the clock is. events-file: `file` or `bytes` is an EVENTS.csv for the "
        "people of the list `people`; output its events. The texts of cells and TOML are "
        "texts, `puzzle` is bytes.",
        (
            *(_terms(*row) for row in _TERMS),
            *map(_people, terms_file_people.ACCEPTED),
            *(_both(*row) for row in terms_file_both.ACCEPTED),
            *map(_events, terms_file_events.ACCEPTED),
            *(_refused(*row) for row in terms_file_refused.REFUSED),
            *map(_refused_people, terms_file_people.REFUSED),
            *(_refused_both(*row) for row in terms_file_both.REFUSED),
            *map(_refused_events, terms_file_events.REFUSED),
        ),
    )


_TERMS: Sequence[tuple[str, str, str]] = (
    ("required-keys", "Everything else has a default.", toml()),
    (
        "every-key",
        "Every key of a sale with one pool.",
        toml(
            '[issuers]\nn = 7\nt = 2\nq_recover = 2\ncooling = "2 days"\n'
            "silent = 1\nlying = 1\n"
            '[times]\nepoch = "12 hours"\nseason = "26 weeks"\nlockup = "6 days"\n'
            'detection = "3 days"\nexpiry = "1 day"\ntail = "30 days"\n'
            "[beacon]\ncontributors = 5\ndelay = 1\n"
            "depositors = 7\nabsent = 2\nunsealed = 1\nwithhold = 3\nmin_commits = 3\n"
            'drand = "own"\n'
        ),
    ),
    ("four-issuers", "t is the most that n carries.", toml("[issuers]\nn = 4\n")),
    (
        "least-lockup",
        "A lock-up covers detection, cooling and two epochs.",
        toml(
            '[issuers]\ncooling = "1 hour"\n'
            '[times]\nepoch = "1 hour"\ndetection = "90 minutes"\nlockup = "270 minutes"\n'
        ),
    ),
    (
        "collect",
        "Winners must collect, for as long as the lock-up at least.",
        toml(
            'collect = true\n[times]\ncollect = "12 days"\nexpiry = "2 days"\n',
            mechanism='mechanism = "lottery"',
            cap="",
        ),
    ),
    (
        "collect-false",
        "What is false is absent.",
        toml("collect = false\n", mechanism='mechanism = "lottery"', cap=""),
    ),
    ("conference", "Every mechanism with parts, and what pools may ask.", CONFERENCE),
    ("crlf", "A byte order mark, and CR LF.", "\ufeff" + toml().replace("\n", "\r\n")),
    (
        "integers",
        "An integer is whatever TOML calls one.",
        toml(supply="supply = 1_000", price="price = 0x10", cap="cap = +5"),
    ),
    (
        "greatest-integers",
        "The limits of uint64.",
        toml(supply=f"supply = {2**64 - 1}", price=f"price = {2**64 - 1}", cap=""),
    ),
    ("nothing-for-sale", "cap is at least 1.", toml(supply="supply = 0", cap="")),
    (
        "defaults-stated",
        "Defaults may be stated.",
        (
            f'{HEAD}mechanism = "lottery"\nsupply = 0\nprice = 5\ngroup_max = 1\n'
            "certain = 0\nagain = false\nrequires = {}\nexcludes = {}\n"
            'unsold = "return"\ndeposits = []\n'
        ),
    ),
    (
        "fares",
        "Amounts in units of the currency, as prices are; values of any script.",
        (
            f'{EUROS}mechanism = "lottery"\nsupply = 5\ngroup_max = 4\n'
            'fares = {age = {adult = 40, child = 15.50, "Kind ≤ 6" = 0}}\n'
        ),
    ),
    (
        "fares-in-a-table",
        "The same in a table of its own; the cap is the supply.",
        (
            f'{HEAD}mechanism = "equal-share"\nsupply = 5\n'
            "[fares.age]\nadult = 40\nchild = 15\n"
        ),
    ),
    (
        "pool-without-name",
        "A single pool is named main, in both forms.",
        f'{HEAD}[[pool]]\nmechanism = "lottery"\nsupply = 1\nprice = 5\n',
    ),
    (
        "own-clock",
        "The rehearsal chooses the round.",
        f'{HEAD}deposits = [5]\nmechanism = "auction"\nsupply = 1\nprice = 5\n',
    ),
    (
        "quicknet",
        "A round of quicknet is legal in the file; a rehearsal refuses it.",
        (
            f'{HEAD}deposits = [5]\nmechanism = "auction"\nsupply = 1\nprice = 5\n'
            '[bids]\nclock = "quicknet"\nround = 77\n'
        ),
    ),
    (
        "values-in-any-order",
        "Values of an attribute are sorted by their UTF-8 bytes.",
        f'{toml()}requires = {{region = ["é", "b", "Z", "🎫"]}}\n',
    ),
    (
        "currency",
        "Every amount is in units of the currency; no rounding, no binary number.",
        EUROS
        + 'deposits = [0, 49.9, 1_000]\n[[pool]]\nname = "sponsors"\nmechanism = "tiers"\n'
        'tiers = [{name = "gold", price = 500.00, supply = 2}, '
        '{name = "silver", price = +0.29, supply = 3}]\n'
        '[[pool]]\nname = "rest"\nmechanism = "auction"\nsupply = 3\nprice = 45\n',
    ),
    (
        "currency-options",
        "Prices of options are amounts; group_max may stand with its default.",
        EUROS + 'mechanism = "choices"\ngroup_max = 1\n'
        'options = [{name = "1-july", price = 45.00, supply = 2}, '
        '{name = "may", price = 0, supply = 0}]\n',
    ),
    (
        "currency-without-decimals",
        "With decimals = 0 amounts stay as they are; a code may be a word.",
        toml('currency = "points"\ndecimals = 0\n'),
    ),
    (
        "currency-greatest-amount",
        "The greatest amount of 2^64 - 1 smallest units.",
        toml('currency = "EUR"\ndecimals = 9\n', price="price = 18446744073.709551615"),
    ),
    (
        "refund",
        "Refunds wait for a claim.",
        toml('refund = "with-position"\n'),
    ),
    (
        "refund-at-once",
        "The default may be written.",
        toml('refund = "at-once"\n'),
    ),
    (
        "keep",
        "Columns of the seller's own.",
        toml('[people]\nkeep = ["E-mail", "Phone no."]\n'),
    ),
    (
        "values-and-ranges",
        "A range stands for its numbers; integers, texts and ranges may be mixed.",
        toml(
            'requires = {grade = "7..9", room = 12, hall = ["9..10", 3, "b"]}\n'
            'excludes = {cohort = ["2028", "2029"], year = "1998..2001"}\n'
        ),
    ),
    (
        "range-of-64",
        "A range of 64 numbers, and one of a single number.",
        toml('requires = {seat = "0..63"}\nexcludes = {row = "7..7"}\n'),
    ),
    (
        "values-that-are-no-range",
        "Only numbers make a range; another text is a value as it stands.",
        toml('excludes = {grade = ["7-9", "a..b", "7..b", "..9", "7."]}\n'),
    ),
    (
        "puzzle-upper-case",
        "Hexadecimal digits have either case.",
        f'{toml()}puzzle = "{PUZZLE.upper()}"\n',
    ),
)


def _terms(name: str, comment: str, text: str) -> Case:
    return accept(
        f"terms-{name}",
        comment,
        {"op": "terms-file", "file": text},
        _terms_map(read_terms(text)),
    )


def _people(row: terms_file_people.Row) -> Case:
    people = read_listed(row.data, row.currency, row.keep)
    return accept(
        f"people-{row.name}",
        row.comment,
        row.inputs(),
        {"people": [_person_map(person) for person in people]},
    )


def _both(name: str, comment: str, terms: str, people: str, simulated: bool) -> Case:
    read_both(terms, people, simulated=simulated)
    inputs = _both_inputs(terms, people, simulated=simulated)
    return accept(f"both-{name}", comment, inputs, {"valid": True})


def _events(row: terms_file_events.Happening) -> Case:
    events = read_happening(row.data, read_listed(terms_file_events.PEOPLE))
    said: list[Raw] = [
        {"when": str(each.when), "person": each.person, "event": each.kind.value}
        for each in events
    ]
    return accept(f"events-{row.name}", row.comment, row.inputs(), {"events": said})


def _refused_events(row: terms_file_events.Happening) -> Case:
    return reject(
        f"events-{row.name}",
        row.comment,
        row.code,
        row.inputs(),
        lambda: read_happening(row.data, read_listed(terms_file_events.PEOPLE)),
        placed=True,
    )


def _refused(name: str, rule: str, code: str, data: str | bytes) -> Case:
    key = "file" if isinstance(data, str) else "bytes"
    return reject(
        f"terms-{name}",
        rule,
        code,
        {"op": "terms-file", key: data},
        lambda: read_terms(data),
        placed=code != UNPLACED,
    )


def _refused_people(row: terms_file_people.Row) -> Case:
    return reject(
        f"people-{row.name}",
        row.comment,
        row.code,
        row.inputs(),
        lambda: read_listed(row.data, row.currency, row.keep),
        placed=True,
    )


def _refused_both(
    name: str, rule: str, code: str, terms: str, people: str, simulated: bool
) -> Case:
    return reject(
        f"both-{name}",
        rule,
        code,
        _both_inputs(terms, people, simulated=simulated),
        lambda: read_both(terms, people, simulated=simulated),
        placed=True,
    )


def _both_inputs(terms: str, people: str, *, simulated: bool) -> Mapping[str, Raw]:
    files = {"terms": terms, "people": people}
    return {"op": "both", **files, "simulated": simulated}


def _terms_map(file: TermsFile) -> Mapping[str, Raw]:
    bids = file.bids
    roster = file.contributors
    return {
        "title": file.title,
        "asset": file.asset,
        "currency": None if file.currency is None else asdict(file.currency),
        "keep": file.keep,
        "refund": file.refund,
        "pools": [pool.to_value() for pool in file.pools],
        "deposits": file.deposits,
        "bids": None if bids is None else {"clock": bids.clock, "round": bids.round},
        "issuers": {
            "n": file.issuers,
            "t": file.threshold,
            "q_recover": file.attesters,
            "cooling": file.times.cooling,
            "silent": file.silent,
            "lying": file.lying,
        },
        "times": {
            "epoch": file.times.epoch,
            "season": file.times.season,
            "lockup": file.times.locked_for,
            "detection": file.times.detection,
            "expiry": file.times.expiry,
            "tail": file.times.tail,
            **_collect(file.times.collect),
        },
        "beacon": {
            "contributors": roster,
            "delay": file.delay,
            "depositors": file.depositors,
            "absent": file.absent,
            "withhold": file.withhold,
            "unsealed": file.unsealed,
            "min_commits": roster if file.min_commits is None else file.min_commits,
            "drand": "own" if file.own_clock else None,
        },
    }


def _collect(time: int | None) -> Mapping[str, Raw]:
    return {} if time is None else {"collect": time}


def _bid(bid: Bid | None) -> Raw:
    return [list(step) for step in bid] if isinstance(bid, tuple) else bid


def _person_map(person: Person) -> Raw:
    return {
        "person": person.called or person.name,
        "id": person.name if person.called else None,
        "wants": person.wants,
        "deposit": person.amount,
        "group": person.group,
        "bid": _bid(person.bid),
        "tier": person.tier,
        "solution": person.answer,
        "choices": list(person.choices),
        "attributes": dict(person.attributes),
    }

"""Vectors of the two files together; a part of chapter terms-file."""

from collections.abc import Sequence

from fairlot.inputs.terms_file_times import TimesFile
from fairlot.rehearsal.clock import CLOCK_PERIOD
from fairlot.rehearsal.parts import DISPUTED, START, TIMES
from fairlot_crypto.timelock.chain import QUICKNET, first_round_after
from generators.terms_file_people import HEADER
from generators.terms_file_setting import CONFERENCE, HEAD

_PLAIN = f'{HEAD}mechanism = "lottery"\nsupply = 8\nprice = 50\n'
_REQUIRED = f'{_PLAIN}requires = {{cohort_a = ["2029"]}}\n'
_TWO = f'{HEAD}[[pool]]\nname = "a"\nmechanism = "lottery"\nsupply = 1\nprice = 50\n'
_SECOND = '[[pool]]\nname = "b"\nmechanism = "lottery"\nsupply = 1\nprice = 50\n'
_COLUMNS = "person,wants,deposit,group,bid,tier,solution,attr:cohort_a,attr:region\n"
_AUCTION = f'{HEAD}deposits = [50]\nmechanism = "auction"\nsupply = 8\nprice = 50\n'
_HANDING_ON = (
    f'{HEAD}[[pool]]\nname = "first"\nmechanism = "lottery"\nsupply = 1\nprice = 50\n'
    'unsold = "second"\nrequires = {bucket = ["1"]}\n'
)
_OPEN_POOL = (
    '[[pool]]\nname = "second"\nmechanism = "lottery"\nsupply = 1\nprice = 50\n'
)
_FARES = (
    f'{HEAD}mechanism = "lottery"\nsupply = 8\n'
    "fares = {age = {adult = 40, child = 15}}\n"
)
_PASSED_ON = (
    f'{_TWO}points = "years"\nunsold = "b"\n'
    + _SECOND.replace("price = 50\n", 'unsold = "c"\n')
    + "fares = {age = {adult = 60, child = 50}}\n"
    + _SECOND.replace('"b"', '"c"')
)
_TWO_NEEDS = f'{_PLAIN}requires = {{cohort_a = ["2029"], region = ["FR"]}}\n'
_ANN = f"{HEADER}Ann,1,50\n"
_FILE = TimesFile()
_OPENS = TIMES.drawn_from
_FIRST = (_OPENS - START) // CLOCK_PERIOD + 2
_LATEST = START + _FILE.season + _FILE.tail - DISPUTED - 2 * _FILE.epoch
_LAST = (_LATEST - _FILE.locked_for - START) // CLOCK_PERIOD + 1
_QUICKNET = first_round_after(QUICKNET, _OPENS)


def _own(number: int) -> str:
    return f"{_AUCTION}[bids]\nround = {number}\n"


def _of_quicknet(number: int) -> str:
    return f'{_AUCTION}[bids]\nclock = "quicknet"\nround = {number}\n'


ACCEPTED: Sequence[tuple[str, str, str, str, bool]] = (
    (
        "conference",
        "What people ask for is what the terms offer.",
        CONFERENCE,
        f"{_COLUMNS}Ann,1,500,we,500,gold,answer,2029,FR\nBob,1,50,we,,,,,FR\n",
        True,
    ),
    (
        "empty-columns",
        "Columns without content ask for nothing.",
        _PLAIN,
        f"{_COLUMNS}Ann,1,7,,,,,,\n",
        True,
    ),
    (
        "attribute",
        "Nobody requires it.",
        _PLAIN,
        f"{HEADER.strip()},attr:a\nAnn,1,7,x\n",
        True,
    ),
    (
        "assurance",
        "A rehearsal gives it to everybody.",
        f'{_PLAIN}requires = {{assurance = ["listed"]}}\n',
        _ANN,
        True,
    ),
    (
        "points",
        "Somebody has a number; the others do not enter.",
        f'{_PLAIN}points = "years"\n',
        f"{HEADER.strip()},attr:years\nAnn,1,50,3\nBob,1,50,\nCat,1,50,0\n",
        True,
    ),
    (
        "points-and-fares-hand-on",
        "Nobody has a number or a fare; the units go on to a later pool.",
        _PASSED_ON,
        f"{HEADER.strip()},attr:years,attr:age\nAnn,1,50,none,senior\n",
        True,
    ),
    (
        "fares",
        "Somebody has a fare; a misspelt value has none.",
        _FARES,
        f"{HEADER.strip()},attr:age\nAnn,1,40,adult\nBob,1,40,Child\n",
        True,
    ),
    (
        "one-person-for-each-pool",
        "Each pool admits somebody; who has no value is not excluded.",
        f'{_TWO}requires = {{grade = "7..9"}}\n{_SECOND}excludes = {{grade = "7..9"}}\n',
        f"{HEADER.strip()},attr:grade\nAnn,1,50,8\nBob,1,50,\n",
        True,
    ),
    (
        "requires-nobody-hands-on",
        "Nobody has the value; the units go on to a later pool.",
        f"{_HANDING_ON}{_OPEN_POOL}",
        f"{HEADER.strip()},attr:bucket\nAnn,1,50,2\n",
        True,
    ),
    (
        "solution",
        "An answer where there is no puzzle is of no use, and no harm.",
        _PLAIN,
        f"{HEADER.strip()},solution\nAnn,1,50,x\n",
        True,
    ),
    (
        "excludes-hands-on",
        "Everybody is excluded; the units go on to a later pool.",
        f'{_HANDING_ON.replace("requires", "excludes")}{_OPEN_POOL}',
        f"{HEADER.strip()},attr:bucket\nAnn,1,50,1\n",
        True,
    ),
    (
        "least-tail",
        "The shortest tail in which the sale can be settled.",
        f'{_PLAIN}[times]\nseason = "7200 seconds"\ntail = "2502210 seconds"\n',
        _ANN,
        True,
    ),
    ("first-round", "The first round that may open bids.", _own(_FIRST), _ANN, True),
    ("last-round", "The last round that may open bids.", _own(_LAST), _ANN, True),
    ("quicknet", "A real clock, for odds.", _of_quicknet(_QUICKNET), _ANN, False),
    (
        "as-many-depositors",
        "As many contribute as have a deposit above 0.",
        f"{_PLAIN}[beacon]\ndepositors = 2\n",
        f"{HEADER}Ann,1,7\nBob,1,7\nCat,1,0\n",
        True,
    ),
)  # fmt: skip

_Row = tuple[str, str, str, str, str, bool]

_UNOFFERED: Sequence[tuple[str, str]] = (
    ("group", "we"),
    ("bid", "0"),
    ("tier", "gold"),
    ("choices", "july"),
)

REFUSED: Sequence[_Row] = (
    *(
        (
            f"{name}-handed-on-of-nobody",
            "Units go on, but an attribute that nobody has is an oversight.",
            f"terms-file.{name}",
            _PASSED_ON,
            f"{HEADER.strip()},attr:{other}\nAnn,1,50,x\n",
            True,
        )
        for name, other in (("points", "age"), ("fares", "years"))
    ),
    (
        "fares-of-nobody",
        "Somebody has an attribute with a fare, or the pool is for nobody.",
        "terms-file.fares",
        _FARES,
        _ANN,
        True,
    ),
    (
        "fares-of-other-values",
        "Somebody has a value with a fare, or the pool is for nobody.",
        "terms-file.fares",
        _FARES,
        f"{HEADER.strip()},attr:age\nAnn,1,40,Adult\n",
        True,
    ),
    *(
        (
            f"points-{name}",
            "Somebody has a number of points, or the pool is for nobody.",
            "terms-file.points",
            f'{_PLAIN}points = "years"\n',
            f"{HEADER.strip()}{column}\nAnn,1,50{cell}\n",
            True,
        )
        for name, column, cell in (
            ("of-nobody", "", ""),
            ("of-another-name", ",attr:year", ",3"),
            ("zero", ",attr:years", ",0"),
            ("leading-zero", ",attr:years", ",03"),
            ("above-1000", ",attr:years", ",1001"),
            ("other-digits", ",attr:years", ",٣"),
        )
    ),
    *(
        (
            f"no-{column}",
            "No pool can do anything with the cell; the person would wait for nothing.",
            f"people-file.{column}",
            _PLAIN,
            f"{HEADER.strip()},{column}\nAnn,1,7,\nBob,1,7,{cell}\n",
            True,
        )
        for column, cell in _UNOFFERED
    ),
    (
        "ladder",
        "A deposit is on the ladder; another amount would tell the bid.",
        "people-file.deposit",
        _AUCTION,
        f"{HEADER}Ann,1,50\nBob,1,51\n",
        True,
    ),
    (
        "tier",
        "The terms have the tier; the person would get none.",
        "people-file.tier",
        CONFERENCE,
        f"{_COLUMNS}Ann,1,500,,,glod,,2029,FR\n",
        True,
    ),
    (
        "requires",
        "Somebody has the attribute; else the pool is empty by an oversight.",
        "terms-file.requires",
        _REQUIRED,
        _ANN,
        True,
    ),
    (
        "requires-empty",
        "A column of empty cells gives nobody the attribute.",
        "terms-file.requires",
        _REQUIRED,
        f"{HEADER.strip()},attr:cohort_a\nAnn,1,50,\n",
        True,
    ),
    (
        "requires-values",
        "Somebody has a value that the pool lists; else nobody can enter it.",
        "terms-file.requires",
        _REQUIRED,
        f"{HEADER.strip()},attr:cohort_a\nAnn,1,50,2028\n",
        True,
    ),
    (
        "requires-case",
        "Values are compared as they are; another case is another value.",
        "terms-file.requires",
        f'{_PLAIN}requires = {{income = ["Low"]}}\n',
        f"{HEADER.strip()},attr:income\nAnn,1,50,low\n",
        True,
    ),
    (
        "requires-hyphen",
        "7-9 is a value as it stands; a range is written 7..9.",
        "terms-file.requires",
        f'{_PLAIN}requires = {{grade = ["7-9"]}}\n',
        f"{HEADER.strip()},attr:grade\nAnn,1,50,8\nBob,1,50,9\n",
        True,
    ),
    (
        "requires-together",
        "Somebody has all that the pool requires; else nobody can enter it.",
        "terms-file.requires",
        _TWO_NEEDS,
        f"{HEADER.strip()},attr:cohort_a,attr:region\nAnn,1,50,2029,\nBob,1,50,,FR\n",
        True,
    ),
    (
        "requires-second-pool",
        "Somebody enters each pool; the second would be empty.",
        "terms-file.requires",
        f'{_TWO}requires = {{grade = "7..9"}}\n{_SECOND}requires = {{grade = "10..12"}}\n',
        f"{HEADER.strip()},attr:grade\nAnn,1,50,8\nBob,1,50,9\n",
        True,
    ),
    (
        "requires-assurance",
        "A rehearsal gives everybody listed, and nothing else.",
        "terms-file.requires",
        f'{_PLAIN}requires = {{assurance = ["high"]}}\n',
        _ANN,
        True,
    ),
    (
        "requires-handing-on",
        "A pool that hands its units on requires an attribute that somebody has.",
        "terms-file.requires",
        f"{_HANDING_ON}{_OPEN_POOL}",
        _ANN,
        True,
    ),
    (
        "excludes-everybody",
        "Somebody is not excluded; else the pool is empty by an oversight.",
        "terms-file.excludes",
        f'{_PLAIN}excludes = {{cohort_a = ["2028", "2029"]}}\n',
        f"{_COLUMNS}Ann,1,50,,,,,2029,\nBob,1,50,,,,,2028,FR\n",
        True,
    ),
    (
        "excludes-all-who-have-what-is-required",
        "Somebody has what is required and is not excluded.",
        "terms-file.excludes",
        f'{_PLAIN}requires = {{region = ["FR"]}}\nexcludes = {{cohort_a = ["2029"]}}\n',
        f"{_COLUMNS}Ann,1,50,,,,,2029,FR\nBob,1,50,,,,,,DE\n",
        True,
    ),
    (
        "depositors",
        "Who contributes has a deposit above 0.",
        "terms-file.depositors",
        f"{_PLAIN}[beacon]\ndepositors = 2\n",
        f"{HEADER}Ann,1,7\nCat,1,0\n",
        True,
    ),
    (
        "tail-short",
        "The season's tail holds the lock-up, a dispute and two epochs.",
        "terms-file.times",
        f'{_PLAIN}[times]\nseason = "1 day"\ntail = "28 days"\n',
        _ANN,
        True,
    ),
    (
        "epoch-across",
        "The sale's first hour lies in one epoch: credentials are of one.",
        "terms-file.times",
        f'{_PLAIN}[times]\nepoch = "4001 seconds"\n',
        _ANN,
        True,
    ),
    (
        "round-early",
        "Bids stay sealed while commitments are open.",
        "terms-file.bids",
        _own(_FIRST - 1),
        _ANN,
        True,
    ),
    (
        "round-late",
        "The round leaves the lock-up, a dispute and two epochs until the tail ends.",
        "terms-file.bids",
        _own(_LAST + 1),
        _ANN,
        True,
    ),
    (
        "quicknet-early",
        "Bids stay sealed while commitments are open.",
        "terms-file.bids",
        _of_quicknet(_QUICKNET - 1),
        _ANN,
        False,
    ),
    (
        "quicknet-simulated",
        "No round of quicknet exists in simulated time.",
        "terms-file.bids",
        _of_quicknet(_QUICKNET),
        _ANN,
        True,
    ),
)

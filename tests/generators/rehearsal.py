"""Vectors of whole rehearsals: a seed and two files give a transcript (specs/rehearsal.md)."""

from collections.abc import Sequence

from fairlot.deposit.puzzle import answer_key
from generators.case import Case, Chapter, accept, reject
from generators.rehearsal_collects import COLLECTS, REFUSED_COLLECTS
from generators.rehearsal_events import EVENTS, REFUSED
from generators.rehearsal_items import FOUR_CODES, ITEMS, REFUSED_ITEMS
from generators.rehearsal_later import later_cases
from generators.rehearsal_setting import SEED, inputs_of, output_of, play, trace_of

_HEADER = "person,wants,deposit"
_SALE = 'title = "Small sale"\nasset = "seat"\n'
_SMALL = "[beacon]\ncontributors = 2\ndelay = 1\n"
_SHARE = f'{_SALE}mechanism = "equal-share"\nsupply = 3\nprice = 100\ncap = 2\n{_SMALL}'
_AUCTION = (
    f'{_SALE}deposits = [100, 500]\nmechanism = "auction"\nsupply = 1\nprice = 100\n'
    "[beacon]\ncontributors = 1\ndelay = 1\n"
)
_ANSWER = "open sesame"
_PARTS = f"""{_SALE}[[pool]]
name = "sponsors"
mechanism = "tiers"
unsold = "friends"
tiers = [{{name = "gold", price = 500, supply = 1}}]
[[pool]]
name = "friends"
mechanism = "lottery"
supply = 2
price = 100
group_max = 2
requires = {{region = ["north", "south"]}}
puzzle = "{answer_key(_ANSWER).public.hex()}"
{_SMALL}drand = "own"
withhold = 1
depositors = 1
"""
_FOUR = """[issuers]
n = 4
q_recover = 2
cooling = "2 hours"
[times]
epoch = "1 hour"
season = "30 days"
lockup = "1 day"
detection = "6 hours"
tail = "20 days"
"""
_FORMULAS = f"""{_HEADER}
"=HYPERLINK(""x"",""y"")",1,100
+49 30 1234,1,100
-Bo,1,100
@SUM(1),1,100
\uff1d2,1,100
\u202e=1,1,100
'quoted,1,100
Ann;=1,1,100
"""
_ROW = f"{_HEADER}\nAnn,1,100\n"
_SEATS = f'{_SALE}mechanism = "equal-share"\nsupply = 3\nprice = 100\ncap = 1\n{_SMALL}'
_THREE = f"{_HEADER}\nAnn,1,100\nBob,1,100\nCleo,1,100\n"
_BIBS = (
    f'{_SALE}mechanism = "lottery"\nsupply = 2\nprice = 100\ncollect = true\n{_SMALL}'
)
_FIVE = f"{_THREE}Dan,1,100\nEve,1,100\n"
_FOUR_SEATS = _SEATS.replace("supply = 3", "supply = 4")
_HAPPENS = "when,person,event\n"


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "rehearsal",
        "rehearse: from `seed` and the texts of TERMS.toml and PEOPLE.csv, and of EVENTS.csv "
        "where there are `events`, and the list of items where there are `items`, play the "
        "sale; where there are `later_terms` and `later_people`, keep its registry and play "
        "a later sale of it from them, which is the one that the output is about; "
        "output the SHA-256 and the length of the transcript, sale_id, the last phase, and "
        "the texts of allocation.csv, nyms.csv, winners.csv and, where the sale has parts, "
        "pools.csv, else null, and with items items.csv, and where winners must collect "
        "collected.csv and waiting.csv. trace holds registry_id and, for "
        "each entry in the order of the board, its type, time and entry hash: the first "
        "that differs shows where.",
        (
            *(_accept(*row) for row in _ACCEPTED),
            *(_accept(n, c, _SEATS, _THREE, f"{_HAPPENS}{e}") for n, c, e in EVENTS),
            *(
                _accept(
                    name,
                    comment,
                    _FOUR_SEATS,
                    _THREE,
                    None if events is None else f"{_HAPPENS}{events}",
                    FOUR_CODES,
                )
                for name, comment, events in ITEMS
            ),
            _accept(
                "items-void",
                "A void sale has no result: nothing is promised, and items.csv has no row.",
                f"{_FOUR_SEATS}absent = 1\n",
                _THREE,
                None,
                FOUR_CODES,
            ),
            *(_reject(*row) for row in _REFUSED),
            *(
                _reject(
                    name,
                    rule,
                    f"items-file.{code}",
                    SEED,
                    _FOUR_SEATS,
                    _THREE,
                    None,
                    items,
                )
                for name, rule, code, items in REFUSED_ITEMS
            ),
            *(
                _reject(
                    name,
                    rule,
                    f"events-file.{code}",
                    SEED,
                    _SEATS,
                    _THREE,
                    f"{_HAPPENS}{events}",
                )
                for name, rule, code, events in REFUSED
            ),
            *later_cases(f"{_SEATS}{_FOUR}", _THREE),
            *(
                _accept(n, c, _BIBS, _FIVE, None if e is None else f"{_HAPPENS}{e}")
                for n, c, e in COLLECTS
            ),
            *(
                _reject(
                    name,
                    rule,
                    "events-file.impossible",
                    SEED,
                    _BIBS if "late" in name else _SEATS,
                    _THREE,
                    f"{_HAPPENS}{events}",
                )
                for name, rule, events in REFUSED_COLLECTS
            ),
        ),
    )


_ACCEPTED: Sequence[tuple[str, str, str, str]] = (
    (
        "share",
        "Three units for three people, of whom one pays nothing and one orders nothing.",
        _SHARE,
        f"{_HEADER}\nZoé,5,150\nAnn,2,200\nNil,0,0\n",
    ),
    (
        "formulas",
        "Names that a spreadsheet would run begin with an apostrophe in tables.",
        _SHARE,
        _FORMULAS,
    ),
    (
        "auction",
        "The round of the bids is due after REVEAL_END, and RESULT waits for it.",
        _AUCTION,
        f"{_HEADER},bid\nAnn,1,500,320\nBob,1,100,\n",
    ),
    (
        "parts",
        ("Tiers, a group, attributes and a puzzle; a depositor contributes, one contributor "
        "withholds, and the draw waits for a round."),
        _PARTS,
        (f"{_HEADER},group,tier,solution,attr:region\nAnn,1,100,we,,{_ANSWER},north\n"
        f"Bob,1,100,we,,{_ANSWER},south\nEve,1,500,,gold,no,\n"),
    ),
    (
        "four-issuers",
        "Four issuers of whom one may be corrupt, two attesters, and times of its own.",
        f"{_SHARE}{_FOUR}",
        f"{_HEADER}\nAnn,2,200\nBob,1,100\n",
    ),
    (
        "expiring",
        "The unlock and the expiry follow the round that the seed waits for.",
        f'{_SHARE}drand = "own"\n[times]\nlockup = "12 days"\nexpiry = "2 days"\n',
        _ROW,
    ),
    (
        "void",
        "A contributor stays away: the sale is void, and everything goes back.",
        f"{_SHARE}absent = 1\n",
        _ROW,
    ),
    (
        "unsealed",
        "A contributor never seals: VOID, and everything goes back.",
        f"{_SHARE}unsealed = 1\n",
        _ROW,
    ),
)  # fmt: skip


def _accept(
    name: str,
    comment: str,
    terms: str,
    people: str,
    events: str | None = None,
    items: str | None = None,
) -> Case:
    done, data = play(SEED, terms, people, events, items)
    inputs = inputs_of(SEED, terms, people, events, items)
    output = output_of(done, data, with_items=items is not None)
    return accept(name, comment, inputs, output, trace_of(done, data))


_REFUSED: Sequence[tuple[str, str, str, bytes, str, str]] = (
    (
        "short-seed",
        "A seed has 32 bytes: a short one, padded, would name another rehearsal.",
        "randomness.seed-length",
        SEED[:-1],
        _SHARE,
        _ROW,
    ),
    (
        "long-seed",
        "A seed has 32 bytes; what is cut off would change nothing.",
        "randomness.seed-length",
        SEED + b"\x00",
        _SHARE,
        _ROW,
    ),
    (
        "quicknet",
        "No round of quicknet exists in simulated time: the bids could not be opened.",
        "terms-file.bids",
        SEED,
        f'{_AUCTION}[bids]\nclock = "quicknet"\nround = 1000000000\n',
        _ROW,
    ),
    (
        "depositors",
        "Who contributes has a deposit above 0.",
        "terms-file.depositors",
        SEED,
        f"{_SHARE}depositors = 2\n",
        _ROW,
    ),
    (
        "requires",
        "Somebody has the attribute that a pool requires.",
        "terms-file.requires",
        SEED,
        _PARTS,
        f"{_HEADER},attr:cohort\nAnn,1,100,2029\n",
    ),
    (
        "ladder",
        "A deposit is on the ladder: the board would refuse the entry.",
        "people-file.deposit",
        SEED,
        _AUCTION,
        f"{_HEADER},bid\nAnn,1,101,100\n",
    ),
)


def _reject(
    name: str,
    rule: str,
    code: str,
    seed: bytes,
    terms: str,
    people: str,
    events: str | None = None,
    items: str | None = None,
) -> Case:
    return reject(
        name,
        rule,
        code,
        inputs_of(seed, terms, people, events, items),
        lambda: play(seed, terms, people, events, items),
        placed=True,
    )

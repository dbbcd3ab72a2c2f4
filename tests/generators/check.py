"""Vectors of what can be said of a sale before it (specs/check.md)."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.allocation.entering import Entrant
from fairlot.allocation.left_out import bars_of, left_out
from fairlot.deposit.puzzle import answer_key
from fairlot.fields import UINT_MAX
from fairlot.inputs.findings import find
from fairlot.names import Nym
from fairlot.terms.pool import (
    Exclusion,
    Fares,
    Mechanism,
    Option,
    Pool,
    Requirement,
    Tier,
)
from generators.allocation_setting import (
    PUZZLE,
    entrant_maps,
    numbered,
    pool_maps,
    sample_entrants,
    together,
)
from generators.case import Case, Chapter, Raw, accept, reject
from generators.written import read_both

_LOTTERY = Pool("seats", Mechanism.LOTTERY, 2, 10)
_YOUNG = replace(_LOTTERY, name="young", requires=(Requirement("grade", ("7", "8")),))
_OLD = replace(_LOTTERY, name="old", requires=(Requirement("grade", ("9",)),))
_AUCTION = Pool("sure", Mechanism.AUCTION, 1, 20)
_TIERS = Pool(
    "sponsors",
    Mechanism.TIERS,
    2,
    tiers=(Tier("gold", 50, 1), Tier("blue", 20, 1)),
)
_DATES = Pool(
    "dates",
    Mechanism.CHOICES,
    2,
    options=(Option("july", 50, 1), Option("may", 20, 1), Option("june", 0, 0)),
)
_ONE = Entrant(Nym(b""), 1, 50)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "check",
        "`op` left-out: from pools (as in the terms) and entrants compute, for each "
        "entrant and pool, the bar (pool, why, attribute) or null, and the nyms that are "
        "left out, in the order of the entrants. `op` findings: read `terms` and "
        "`people`, the texts of a TERMS.toml and a PEOPLE.csv, compare them as "
        "terms-file.md, section 5, says, and find what is to be said: codes and people, "
        "in their order.",
        (
            *(_left_out(*row) for row in _BARS),
            *(_findings(*row) for row in _FINDINGS),
            *_refused_entrants(),
            *(_refused_files(*row) for row in _REFUSED),
        ),
    )


_BARS: Sequence[tuple[str, str, Sequence[Pool], Sequence[Entrant]]] = (
    ("nobody", "There is nobody to leave out.", (_LOTTERY,), []),
    (
        "price",
        "A deposit below the price buys nothing, one at the price does.",
        (_LOTTERY,),
        sample_entrants((1, 9), (1, 10), (5, 0)),
    ),
    (
        "wants",
        "No unit is wanted, before the price.",
        (_LOTTERY,),
        sample_entrants((0, 9)),
    ),
    (
        "free",
        "Nothing is below a price of 0.",
        (replace(_LOTTERY, price=0),),
        sample_entrants((1, 0), (0, 0)),
    ),
    (
        "attributes",
        "Another value and no value are two reasons; the empty text is none.",
        (_YOUNG, _OLD),
        numbered(
            *(
                replace(_ONE, attributes=attributes)
                for attributes in (
                    (("grade", "7"),),
                    (("grade", "9"),),
                    (("grade", "07"),),
                    (("grade", ""),),
                    (),
                )
            )
        ),
    ),
    (
        "points",
        "Points are a number from 1 to 1,000 in its one form; an exclusion comes first.",
        (
            replace(
                _LOTTERY, points="years", excludes=(Exclusion("region", ("north",)),)
            ),
        ),
        numbered(
            *(
                replace(_ONE, attributes=(("years", years), ("region", region)))
                for years, region in (
                    ("1", ""),
                    ("1000", ""),
                    ("", ""),
                    ("0", ""),
                    ("1001", ""),
                    ("07", ""),
                    ("+7", ""),
                    ("7.0", ""),
                    ("", "north"),
                )
            ),
            _ONE,
        ),
    ),
    (
        "fares",
        "Who has no fare is out; a deposit is compared with the own fare.",
        (
            replace(
                _LOTTERY, price=15, fares=Fares("age", (("adult", 40), ("child", 15)))
            ),
        ),
        numbered(
            *(
                replace(_ONE, amount=amount, attributes=(("age", age),))
                for age, amount in (
                    ("adult", 40),
                    ("adult", 39),
                    ("child", 15),
                    ("child", 14),
                    ("Child", 40),
                    ("", 40),
                )
            ),
            _ONE,
        ),
    ),
    (
        "first-attribute",
        "The bar names the first attribute in ascending order.",
        (
            replace(
                _LOTTERY,
                requires=(Requirement("a", ("1",)), Requirement("b", ("1",))),
            ),
        ),
        numbered(
            replace(_ONE, attributes=(("a", "2"), ("b", "2"))),
            replace(_ONE, attributes=(("a", "1"),)),
        ),
    ),
    (
        "excluded",
        "An excluded value keeps out, another or none does not; what is required is first.",
        (
            replace(_LOTTERY, excludes=(Exclusion("year", ("2028", "2029")),)),
            replace(_YOUNG, excludes=(Exclusion("year", ("2029",)),), puzzle=PUZZLE),
        ),
        numbered(
            *(
                replace(_ONE, attributes=(("grade", grade), ("year", year)))
                for grade, year in (
                    ("7", "2029"),
                    ("7", "2028"),
                    ("9", "2029"),
                    ("7", ""),
                    ("7", "2027"),
                )
            )
        ),
    ),
    (
        "puzzle",
        "Whoever has solved another pool's puzzle has not solved this one's.",
        (replace(_LOTTERY, puzzle=PUZZLE),),
        numbered(
            _ONE,
            replace(_ONE, solved=frozenset({"seats"})),
            replace(_ONE, solved=frozenset({"other"})),
        ),
    ),
    (
        "bids",
        "No bid, one above the deposit, one below the reserve, and two that count.",
        (_AUCTION,),
        numbered(*(replace(_ONE, bid=bid) for bid in (None, 51, 19, 20, 50))),
    ),
    (
        "reserve",
        "A deposit below the reserve comes before the bid.",
        (_AUCTION,),
        numbered(replace(_ONE, amount=19, bid=19)),
    ),
    (
        "certain-seats",
        "Beside certain seats a bid that does not count costs nothing.",
        (replace(_LOTTERY, certain=1),),
        numbered(*(replace(_ONE, bid=bid) for bid in (None, 51, 9))),
    ),
    (
        "tiers",
        "No tier, none of these, one that is too dear, one that is not.",
        (_TIERS,),
        numbered(
            *(
                replace(_ONE, tier=tier, amount=amount)
                for tier, amount in (
                    (None, 50),
                    ("lead", 50),
                    ("gold", 49),
                    ("gold", 50),
                    ("blue", 49),
                )
            )
        ),
    ),
    (
        "choices",
        "No list; options that are too dear; one beside another that is not; none left.",
        (_DATES,),
        numbered(
            *(
                replace(_ONE, choices=listed, amount=amount)
                for listed, amount in (
                    ((), 50),
                    ((0, 1), 19),
                    ((0, 1), 20),
                    ((2,), 50),
                    ((0, 2), 49),
                    ((0,), 50),
                )
            )
        ),
    ),
    (
        "tier-without-seats",
        "Whoever names a tier without seats may fall to one that has some.",
        (replace(_TIERS, supply=1, tiers=(Tier("gold", 50, 0), Tier("blue", 20, 1))),),
        numbered(replace(_ONE, tier="gold")),
    ),
    (
        "seats-roll-down",
        "Seats above roll down to a tier without any.",
        (replace(_TIERS, supply=1, tiers=(Tier("gold", 50, 1), Tier("blue", 20, 0))),),
        numbered(replace(_ONE, tier="blue")),
    ),
    (
        "supply",
        "A pool of nothing has nothing for anybody.",
        (replace(_LOTTERY, supply=0),),
        sample_entrants((1, 10), (1, 9)),
    ),
    (
        "supply-from-before",
        "What an earlier pool leaves may come to a pool of nothing.",
        (replace(_YOUNG, unsold="seats"), replace(_LOTTERY, supply=0)),
        sample_entrants((1, 10)),
    ),
    (
        "supply-from-afar",
        "And on to the next.",
        (
            replace(_YOUNG, unsold="old"),
            replace(_OLD, supply=0, unsold="seats"),
            replace(_LOTTERY, supply=0),
        ),
        sample_entrants((1, 10)),
    ),
    (
        "group",
        "A friend who can take nothing keeps nobody out who could come alone.",
        (replace(_LOTTERY, group_max=2),),
        together(sample_entrants((1, 10), (1, 9)), 0, 1),
    ),
    (
        "money-for-one",
        "Bars are about all the money, also where an earlier pool would take it.",
        (_LOTTERY, replace(_LOTTERY, name="more", again=True)),
        sample_entrants((2, 10), (2, 9)),
    ),
    (
        "quadratic",
        "The first unit costs P.",
        (Pool("tokens", Mechanism.QUADRATIC, 9, 3, 2),),
        sample_entrants((5, 2), (5, 3)),
    ),
    (
        "greatest-numbers",
        "The limits of uint64.",
        (Pool("main", Mechanism.EQUAL_SHARE, UINT_MAX, UINT_MAX, UINT_MAX),),
        sample_entrants((UINT_MAX, UINT_MAX), (UINT_MAX, UINT_MAX - 1)),
    ),
)

_HEAD = 'title = "Ball"\nasset = "seat"\n'
_SEATS = f'{_HEAD}mechanism = "lottery"\nsupply = 4\nprice = 10\n'
_FRIENDS = f"{_SEATS}group_max = 3\n"
_GRADES = (
    f'{_HEAD}[[pool]]\nname = "young"\nmechanism = "lottery"\nsupply = 4\nprice = 10\n'
    'group_max = 3\nrequires = {grade = ["7", "8"]}\n'
    '[[pool]]\nname = "old"\nmechanism = "lottery"\nsupply = 4\nprice = 10\n'
    'requires = {grade = ["9", "2029-03-01"]}\n'
)
_OPEN_TO_ALL = '[[pool]]\nname = "all"\nmechanism = "lottery"\nsupply = 4\nprice = 10\n'
_FIRST = _OPEN_TO_ALL.replace("all", "first")
_TWICE = f"{_HEAD}{_FIRST}{_OPEN_TO_ALL}again = true\n"
_BIDS = f'{_HEAD}deposits = [20, 50]\nmechanism = "auction"\nsupply = 1\nprice = 20\n'
_STEPS = (
    f'{_HEAD}deposits = [20, 50, 100]\nmechanism = "auction"\nsupply = 4\nprice = 20\n'
    "cap = 3\nbid_steps = 2\n"
)
_SPONSORS = (
    f'{_HEAD}mechanism = "tiers"\ntiers = [{{name = "gold", price = 50, supply = 1}}]\n'
)
_CHOOSING = (
    f'{_HEAD}mechanism = "choices"\ngroup_max = 2\noptions = [{{name = "july", '
    'price = 50, supply = 2}, {name = "may", price = 20, supply = 1}, '
    '{name = "june", price = 20, supply = 1}]\n'
)
_RIDDLE = f'{_SEATS}puzzle = "{answer_key("owl").public.hex()}"\n'
_COLLECTS = (
    f'{_HEAD}[[pool]]\nname = "early"\nmechanism = "lottery"\nsupply = 4\nprice = 10\n'
    f'collect = true\nunsold = "all"\n{_OPEN_TO_ALL}'
)
_ROWS = "person,wants,deposit"
_MANY = "".join(f"P{i},1,10,7\n" for i in range(10))

_FINDINGS: Sequence[tuple[str, str, str, str]] = (
    ("nothing", "There is nothing to say.", _SEATS, f"{_ROWS}\nAnn,1,10\n"),
    (
        "nobody-can-pay",
        "Everybody is left out, so the pool is empty.",
        _SEATS,
        f"{_ROWS}\nAnn,1,9\nBob,1,0\n",
    ),
    (
        "collect-idle",
        "Everybody wins, and nobody waits for what is not collected.",
        f"{_SEATS}collect = true\n",
        f"{_ROWS}\nAnn,1,10\nBob,1,10\nCat,1,9\n",
    ),
    (
        "collect-unsold",
        "What is not collected is left to nobody; somebody waits for it.",
        _COLLECTS,
        f"{_ROWS}\n" + "".join(f"P{i},1,10\n" for i in range(5)),
    ),
    (
        "reasons",
        "Who is left out for the same reasons is named together.",
        _SEATS,
        f"{_ROWS}\nAnn,1,9\nBob,0,10\nCat,1,10\nDan,1,5\n",
    ),
    (
        "values",
        "Values that no pool lists, values that nobody has, and what few disclose.",
        _GRADES,
        (
            f"{_ROWS},attr:grade\n{_MANY}Typo,1,10,Grade 8\nDate,1,10,1.3.2029\n"
            "None,1,10,\nOld,1,10,9\n"
        ),
    ),
    (
        "values-elsewhere",
        "An unlisted value is told though another pool admits the person.",
        f"{_GRADES}{_OPEN_TO_ALL}",
        f"{_ROWS},attr:grade\n{_MANY}Typo,1,10,08\nNone,1,10,\nOld,1,10,9\n",
    ),
    (
        "excluded",
        "Whoever is excluded is left out; of other values only near misses are told.",
        f'{_SEATS}excludes = {{won = ["2028", "2029"]}}\n',
        (
            f"{_ROWS},attr:won\n"
            + "".join(f"P{i},1,10,\nQ{i},1,10,2026\n" for i in range(10))
            + "Ann,1,10,2029\nBob,1,10,in 2028\nCat,1,10,2027\n"
        ),
    ),
    (
        "points",
        "Who has no number, with a near miss; what few disclose; who is left out.",
        f'{_SEATS}points = "years"\n',
        (
            f"{_ROWS},attr:years\n{_MANY}Typo,1,10,07\nWord,1,10,seven\n"
            "Long,1,10,23\nNone,1,10,\n"
        ),
    ),
    (
        "points-elsewhere",
        "Whoever has no number is told, though another pool admits the person.",
        f'{_HEAD}{_FIRST}points = "years"\n{_OPEN_TO_ALL}',
        f"{_ROWS},attr:years\n{_MANY}Typo,1,10,1500\n",
    ),
    (
        "fares",
        "Near misses, a fare that nobody has, and who cannot pay the own one.",
        (
            f'{_HEAD}mechanism = "lottery"\nsupply = 4\ngroup_max = 3\n'
            "fares = {age = {adult = 40, child = 15, senior = 20}}\n"
        ),
        (
            f"{_ROWS},group,attr:age\n"
            + "".join(f"P{i},1,40,,adult\nQ{i},1,15,,child\n" for i in range(10))
            + "Ann,1,15,we,adult\nBob,1,15,we,child\nCat,1,40,,Adult\nDan,1,40,,\n"
        ),
    ),
    (
        "attribute",
        "An attribute that no pool uses.",
        _SEATS,
        f"{_ROWS},attr:points\nAnn,1,10,4\nBob,1,10,\n",
    ),
    (
        "bids",
        "Void, too low, and both.",
        _BIDS,
        f"{_ROWS},bid\nAnn,1,50,51\nBob,1,50,19\nCat,1,20,20\nDan,1,20,\n",
    ),
    (
        "quantities",
        "A bid that costs more than the deposit, one for more than the cap, one too low.",
        _STEPS,
        (
            f"{_ROWS},bid\nAnn,3,50,2@30;1@20\nBob,4,100,4@21\nCat,1,20,1@19\n"
            "Dan,2,100,1@50;1@25\n"
        ),
    ),
    (
        "tiers",
        "A tier that the deposit does not cover.",
        _SPONSORS,
        f"{_ROWS},tier\nAnn,1,49,gold\nBob,1,50,gold\n",
    ),
    (
        "choices",
        ("An option that is too dear, lists that only one person has, and an option that "
        "nobody lists."),
        _CHOOSING,
        (f"{_ROWS},choices\nAnn,1,49,july>may\nBob,1,50,july>may\nCat,1,50,may\n"
        "Dan,1,50,\nEve,1,19,may\n"),
    ),
    (
        "choices-of-groups",
        "One group with one list, and one with two: it falls apart.",
        _CHOOSING,
        (f"{_ROWS},group,choices\nAnn,1,50,us,july>may>june\nBob,1,50,us,july > may > june\n"
        "Cat,1,50,we,july>may\nDan,1,50,we,may>july\n"),
    ),
    (
        "answers",
        "A wrong answer, and none.",
        _RIDDLE,
        f"{_ROWS},solution\nAnn,1,10,owls\nBob,1,10,\nCat,1,10,owl\n",
    ),
    (
        "answer-without-puzzle",
        "An answer where there is no puzzle.",
        _SEATS,
        f"{_ROWS},solution\nAnn,1,10,owl\nBob,1,10,\n",
    ),
    (
        "answer-of-no-use",
        "A right answer of somebody whom the pool does not admit.",
        f'{_RIDDLE}requires = {{grade = ["7"]}}\n',
        f"{_ROWS},solution,attr:grade\nAnn,1,10,owl,8\nBob,1,10,owl,7\n",
    ),
    (
        "groups",
        "Labels typed otherwise, one alone, too many, and one who cannot pay.",
        _FRIENDS,
        f"{_ROWS},group\nA1,1,10,Room A\nA2,1,10,Room A\nA3,1,10,room  a\n"
        + "".join(f"B{i},1,10,big\n" for i in range(4))
        + "C1,1,10,pay\nC2,1,9,pay\nD1,1,10,fine\nD2,1,10,fine\n",
    ),
    (
        "group-of-two-pools",
        "One of the members is not admitted where groups are drawn.",
        _GRADES,
        f"{_ROWS},group,attr:grade\nMina,1,10,sib,8\nOskar,1,10,sib,9\n",
    ),
    (
        "wants",
        "Two units in a lottery of one a person.",
        _SEATS,
        f"{_ROWS}\nAnn,2,10\nBob,1,10\n",
    ),
    (
        "wants-again",
        "A second pool gives a second unit, and no third.",
        _TWICE,
        f"{_ROWS}\nAnn,2,10\nBob,3,10\n",
    ),
    (
        "look-alikes",
        "A letter of another script.",
        _SEATS,
        f"{_ROWS}\nAnn,1,10\nBob,1,10\n\u0410nn,1,10\n",
    ),
    (
        "look-alikes-with-ids",
        "Names that look alike are told by what names the person.",
        _SEATS,
        f"{_ROWS},id\nAnn,1,10,7\nAnn,1,10,8\n\u0410nn,1,10,\n",
    ),
    (
        "hiding-names",
        "A name that is read backwards, one with a sign that nobody sees; joiners are legal.",
        _SEATS,
        (f"{_ROWS}\n\u202eevil,1,10\nAn\u00adna,1,10\n\U0001f469\u200d\U0001f467,1,10\n"
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627,1,10\nZo\u00eb,1,10\n"),
    ),
)  # fmt: skip

_REFUSED: Sequence[tuple[str, str, str, str, str]] = (
    (
        "everybody-excluded",
        "Somebody may enter each pool; else it is for nobody.",
        "terms-file.excludes",
        f'{_SEATS}excludes = {{won = ["2028"]}}\n',
        f"{_ROWS},attr:won\nAnn,1,10,2028\n",
    ),
    (
        "values-of-nobody",
        "A pool lists a value that somebody has; else it is for nobody.",
        "terms-file.requires",
        f'{_SEATS}requires = {{grade = ["7-9"]}}\n',
        f"{_ROWS},attr:grade\nAnn,1,10,7\nBob,1,10,8\n",
    ),
    (
        "attribute-of-nobody",
        "A pool requires an attribute that somebody has.",
        "terms-file.requires",
        f'{_SEATS}requires = {{grade = ["7"]}}\n',
        f"{_ROWS}\nAnn,1,10\n",
    ),
    (
        "label-without-groups",
        "A label means nothing where no pool draws groups; friends would be parted.",
        "people-file.group",
        _SEATS,
        f"{_ROWS},group\nAnn,1,10,we\nBob,1,10,we\n",
    ),
    (
        "other-tier",
        "A tier is one of the terms; the person would get none.",
        "people-file.tier",
        _SPONSORS,
        f"{_ROWS},tier\nAnn,1,50,golden\n",
    ),
    (
        "other-option",
        "An option is one of the terms; the person would never get it.",
        "people-file.choices",
        _CHOOSING,
        f"{_ROWS},choices\nAnn,1,50,july>juni\n",
    ),
    (
        "option-twice",
        "A list names an option once.",
        "people-file.choices",
        _CHOOSING,
        f"{_ROWS},choices\nAnn,1,50,july>may>july\n",
    ),
    (
        "option-empty",
        "Between two signs there is an option.",
        "people-file.choices",
        _CHOOSING,
        f"{_ROWS},choices\nAnn,1,50,july>\n",
    ),
    (
        "choices-without-options",
        "A list means nothing where no pool has options.",
        "people-file.choices",
        _SEATS,
        f"{_ROWS},choices\nAnn,1,10,july\n",
    ),
    (
        "other-amount",
        "A deposit is on the ladder.",
        "people-file.deposit",
        _BIDS,
        f"{_ROWS},bid\nAnn,1,21,20\n",
    ),
    (
        "bid-without-auction",
        "A bid means nothing where no pool takes bids.",
        "people-file.bid",
        _SEATS,
        f"{_ROWS},bid\nAnn,1,10,10\n",
    ),
    *(
        (f"quantities-{name}", rule, "people-file.bid", _STEPS, f"{_ROWS},bid\n{row}\n")
        for name, rule, row in (
            ("rise", "Prices fall from step to step.", "Ann,2,100,1@20;1@30"),
            ("level", "Two steps have two prices.", "Ann,2,100,1@30;1@30"),
            ("of-none", "A step is for one unit at least.", "Ann,2,100,1@30;0@20"),
            ("of-three-steps", "The terms say two.", "Ann,3,100,1@40;1@30;1@20"),
        )
    ),
    (
        "another-case",
        "Values are compared as they are; nobody has the value.",
        "terms-file.requires",
        f'{_SEATS}requires = {{income = ["Low"]}}\n',
        f"{_ROWS},attr:income\nAnn,1,10,low\n",
    ),
    (
        "values-of-different-people",
        "Somebody has all that a pool requires; each alone has one of two.",
        "terms-file.requires",
        f'{_SEATS}requires = {{grade = ["7"], income = ["low"]}}\n',
        f"{_ROWS},attr:grade,attr:income\nAnn,1,10,7,\nBob,1,10,,low\n",
    ),
)


def _left_out(
    name: str, comment: str, pools: Sequence[Pool], entrants: Sequence[Entrant]
) -> Case:
    bars: list[Raw] = [
        [
            None
            if bar is None
            else {"pool": bar.pool, "why": bar.why.value, "attribute": bar.attribute}
            for bar in row
        ]
        for row in bars_of(pools, entrants)
    ]
    output: dict[str, Raw] = {
        "bars": bars,
        "left_out": list(left_out(pools, entrants)),
    }
    return accept(f"left-out-{name}", comment, _given(pools, entrants), output)


def _given(pools: Sequence[Pool], entrants: Sequence[Entrant]) -> dict[str, Raw]:
    return {
        "op": "left-out",
        "pools": pool_maps(pools),
        "entrants": entrant_maps(entrants),
    }


def _findings(name: str, comment: str, terms: str, people: str) -> Case:
    file, listed = read_both(terms, people, simulated=True)
    found: list[Raw] = [
        {"code": finding.code.value, "people": list(finding.people)}
        for finding in find(file, listed)
    ]
    inputs = {"op": "findings", "terms": terms, "people": people}
    return accept(f"findings-{name}", comment, inputs, {"findings": found})


def _refused_entrants() -> Sequence[Case]:
    first, second = sample_entrants((1, 10), (1, 10))
    rows: Sequence[tuple[str, str, str, Sequence[Entrant]]] = (
        (
            "duplicate-nym",
            "A nym has one final deposit; it would be unclear which is left out.",
            "allocation.duplicate-nym",
            [first, second, replace(first, wants=0)],
        ),
        *(
            (
                f"nym-of-{length}-bytes",
                "A nym has 48 bytes; this is nobody who could be told.",
                "allocation.nym-length",
                [first, replace(second, nym=Nym((2 * second.nym)[:length]))],
            )
            for length in (0, 32, 47, 49, 96)
        ),
        *(
            (
                f"{field}-{word}",
                f"{field} is a uint64; it could not have been in a deposit.",
                "allocation.range",
                [first, _with(second, field, number)],
            )
            for field in ("wants", "deposit", "bid")
            for word, number in (
                ("negative", -1),
                ("above-64-bits", UINT_MAX + 1),
                ("far-below", -UINT_MAX),
                ("far-above", 2 * UINT_MAX),
            )
        ),
        *(
            (
                f"group-of-{length}-bytes",
                "A group id has 32 bytes; it could be nobody's group.",
                "allocation.group-id",
                [first, replace(second, group=bytes(length))],
            )
            for length in (0, 1, 31, 33, 48)
        ),
    )
    return [_refused_left_out(*row) for row in rows]


def _with(entrant: Entrant, field: str, number: int) -> Entrant:
    match field:
        case "wants":
            return replace(entrant, wants=number)
        case "deposit":
            return replace(entrant, amount=number)
        case _:
            return replace(entrant, bid=number)


def _refused_left_out(
    name: str, rule: str, code: str, entrants: Sequence[Entrant]
) -> Case:
    pools = (_LOTTERY,)
    inputs = _given(pools, entrants)
    return reject(
        f"left-out-{name}", rule, code, inputs, lambda: left_out(pools, entrants)
    )


def _refused_files(name: str, rule: str, code: str, terms: str, people: str) -> Case:
    inputs: dict[str, Raw] = {"op": "findings", "terms": terms, "people": people}
    return reject(
        f"findings-{name}",
        rule,
        code,
        inputs,
        lambda: read_both(terms, people, simulated=True),
        placed=True,
    )

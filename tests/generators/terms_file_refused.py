"""What TERMS.toml must not say; a part of chapter terms-file."""

from collections.abc import Iterator, Sequence
from itertools import starmap

from generators.terms_file_setting import CONFERENCE, EUROS, HEAD, PUZZLE, toml, without
from generators.terms_file_times import refused_issuers, refused_times

Row = tuple[str, str, str, str | bytes]
"""Name, rule, code, file."""

_WHOLE = "A file is read strictly; two programs that guess differ about money."
_LARGE = 2**64
_OPTIONS = (
    '{name = "july", price = 50, supply = 2}, {name = "may", price = 20, supply = 1}'
)
_CHOICES = f'{HEAD}mechanism = "choices"\ngroup_max = 2\noptions = [{_OPTIONS}]\n'
_AUCTION = f'{HEAD}deposits = [5]\nmechanism = "auction"\nsupply = 1\nprice = 5\n'
_POOL = 'mechanism = "lottery"\nsupply = 1\nprice = 1\n'


def _files() -> Sequence[Row]:
    cut = toml().encode().replace(b"concert", b"con\xffcert")
    surrogate = toml().encode().replace(b"concert", b"\xed\xa0\x80")
    return (
        ("utf-16", "The file is UTF-8.", "utf8", toml().encode("utf-16")),
        ("latin-1", "The file is UTF-8; line 1 is not.", "utf8", cut),
        ("surrogate", "UTF-8 has no surrogates.", "utf8", surrogate),
        ("cr", "Lines end in LF or CR LF.", "line-end", toml().replace("\n", "\r")),
        ("cr-cr-lf", "A CR before CR LF stands alone.", "line-end", f"{toml()}\r\r\n"),
        ("cr-alone", "A CR comes before blanks.", "line-end", "\r"),
        ("empty", "A file says something.", "empty", ""),
        ("bom", "A byte order mark says nothing.", "empty", "\ufeff"),
        ("blanks", "Blanks and line ends say nothing.", "empty", " \n\r\n\t\n"),
        ("no-break-space", "U+00A0 is no blank of TOML.", "toml", "\u00a0\n"),
        ("two-boms", "One byte order mark is skipped.", "toml", "\ufeff\ufeff" + toml()),
        ("no-value", "A key has a value.", "toml", toml(supply="supply = ")),
        ("octal", "TOML has no leading zero.", "toml", toml(supply="supply = 0120")),
        ("comma", "TOML has no such number.", "toml", toml(supply="supply = 1,000")),
        ("key-twice", "A key stands once.", "toml", toml("cap = 2\n")),
        ("table-twice", "A table stands once.", "toml", toml("[beacon]\n[beacon]\n")),
        ("comment", "Keys are required.", "missing", "# nothing but this\n"),
    )  # fmt: skip


def _keys() -> Sequence[Row]:
    must = "It has no default."
    return (
        *(
            (f"no-{key}", must, "missing", without(key))
            for key in ("title", "asset", "supply", "mechanism", "price")
        ),
        ("suply", "Unknown keys are refused.", "unknown", toml(supply="suply = 120")),
        ("v", "Unknown keys are refused.", "unknown", toml("v = 1\n")),
        ("pools", "The table is called pool.", "unknown", toml("[pools]\n")),
        ("name", "The only pool has no name here.", "unknown", toml('name = "x"\n')),
        ("other-key", "Equal share has no group_max.", "unknown", toml("group_max = 2\n")),
        ("beacon-key", "Unknown keys are refused.", "unknown", toml("[beacon]\nround = 7\n")),
        ("issuers-key", "Unknown keys are refused.", "unknown", toml("[issuers]\nm = 1\n")),
        ("bids-key", "Unknown keys are refused.", "unknown", f"{_AUCTION}[bids]\ndue = 1\n"),
        ("beacon-number", "beacon is a table.", "table", toml("beacon = 3\n")),
        ("beacon-array", "beacon is one table.", "table", toml("[[beacon]]\ndelay = 1\n")),
        ("issuers-number", "issuers is a table.", "table", toml("issuers = 1\n")),
        ("pool-table", "pool is an array of tables.", "table", f"{HEAD}[pool]\n"),
        ("pool-numbers", "pool is an array of tables.", "table", f"{HEAD}pool = [3]\n"),
        ("no-pool", "There is at least one pool.", "pools", f"{HEAD}pool = []\n"),
        (
            "both-forms",
            "One pool at the top level, or a list.",
            "pools",
            toml('[[pool]]\nname = "main"\n'),
        ),
        (
            "65-pools",
            "At most 64 pools.",
            "pools",
            HEAD + "".join(f'[[pool]]\nname = "p{i}"\n{_POOL}' for i in range(65)),
        ),
    )  # fmt: skip


def _values() -> Sequence[Row]:
    supplies = (
        ("float", "integer", "120.0"),
        ("exponent", "integer", "1e3"),
        ("nan", "integer", "nan"),
        ("boolean", "integer", "true"),
        ("text", "integer", '"120"'),
        ("array", "integer", "[120]"),
        ("date", "integer", "2030-01-01"),
        ("negative", "range", "-1"),
        ("too-large", "range", str(_LARGE)),
    )
    titles = (
        ("number", "5"),
        ("empty", '""'),
        ("outer-blank", '" concert"'),
        ("control", '"a\\u0000"'),
        ("tab", '"a\\tb"'),
        ("next-line", '"a\\u0085"'),
        ("not-nfc", '"e\\u0301"'),
        ("unassigned", '"\\u0378"'),
        ("too-long", f'"{"é" * 101}"'),
    )
    return (
        *(
            (f"supply-{name}", "supply is an integer of uint64.", code, toml(supply=line))
            for name, code, line in (
                (name, code, f"supply = {value}") for name, code, value in supplies
            )
        ),
        *(
            (f"title-{name}", "A text of terms.md, section 3.", "text", toml(title=line))
            for name, line in ((name, f"title = {value}") for name, value in titles)
        ),
        ("cap-zero", "cap is at least 1.", "range", toml(cap="cap = 0")),
        ("asset-array", "asset is a text.", "text", toml(asset='asset = ["seat"]')),
        (
            "mechanism",
            "Mechanisms are written in lower case.",
            "mechanism",
            toml(mechanism='mechanism = "Equal-Share"'),
        ),
        ("again-number", "again is a boolean.", "boolean", toml("again = 1\n")),
        ("requires-number", "requires is a table.", "table", toml("requires = 3\n")),
        ("deposits-number", "deposits is an array.", "array", toml("deposits = 5\n")),
        ("unsold-here", "unsold names a later pool.", "pools", toml('unsold = "main"\n')),
        ("refund-never", "There are two rules.", "refund", toml('refund = "never"\n')),
        ("refund-empty", "A text is not empty.", "text", toml('refund = ""\n')),
        ("refund-capital", "Words have one spelling.", "refund",
         toml('refund = "At-once"\n')),
        ("refund-blank", "Words have one spelling.", "refund",
         toml('refund = "with position"\n')),
        ("refund-boolean", "refund is a word.", "text", toml("refund = true\n")),
        ("refund-in-times", "refund is a key of the sale.", "unknown",
         toml('[times]\nrefund = "at-once"\n')),
        ("bids-without-pool", "No pool takes bids.", "bids", toml("[bids]\n")),
    )  # fmt: skip


def _beacons() -> Iterator[Row]:
    rows = (
        ("delay-zero", "delay is at least 1.", "range", "delay = 0"),
        ("delay", "delay is at most 2^40.", "range", f"delay = {2**40 + 1}"),
        ("delay-boolean", "delay is an integer.", "integer", "delay = true"),
        ("nobody", "Somebody contributes.", "range", "contributors = 0"),
        ("contributors", "At most 64 contribute.", "range", "contributors = 65"),
        ("absent", "At most all are absent.", "range", "absent = 4"),
        ("withhold", "Who is absent has nothing to withhold.", "range",
         "absent = 2\nwithhold = 2"),
        ("min-zero", "At least one commits.", "range", "min_commits = 0"),
        ("min-half", "More than half commit.", "range", "min_commits = 1"),
        ("unsealed", "Who never seals has committed.", "range", "unsealed = 4"),
        ("min-all", "At most all commit.", "range", "min_commits = 4"),
        ("drand", "A rehearsal has its own clock only.", "drand", 'drand = "quicknet"'),
        ("drand-boolean", "drand is a word.", "text", "drand = true"),
    )  # fmt: skip
    for name, rule, code, lines in rows:
        yield f"beacon-{name}", rule, code, toml(f"[beacon]\n{lines}\n")
    yield from refused_issuers()
    yield from refused_times()
    clock = f'{_AUCTION}[bids]\nclock = "mine"\n'
    yield "clock", "There are two clocks.", "bids", clock
    quicknet = f'{_AUCTION}[bids]\nclock = "quicknet"\n'
    yield "quicknet-round", "A real clock's round is named.", "bids", quicknet
    yield (
        "round-zero",
        "Rounds count from 1.",
        "range",
        f"{_AUCTION}[bids]\nround = 0\n",
    )
    ladder = _AUCTION.replace("deposits = [5]\n", "")
    yield "no-ladder", "Bids need a ladder.", "deposits", ladder


def _choices() -> Iterator[Row]:
    rows = (
        ("none", "There is something to choose.", "options", _OPTIONS, ""),
        ("twice", "Names of options are distinct.", "options", '"may"', '"july"'),
        ("name", "Names are in lower case.", "options", '"may"', '"May"'),
        ("name-number", "A name is a text.", "text", '"may"', "5"),
        ("key", "An option has three keys.", "unknown", "supply = 1}", "seats = 1}"),
        ("no-price", "An option has a price.", "missing", "price = 20, ", ""),
        ("negative", "A supply is not negative.", "range", "supply = 1}", "supply = -1}"),
        ("units", "Options add up to a uint64.", "options",
         "supply = 1}", f"supply = {_LARGE - 1}}}"),
        ("supply", "Options have supplies.", "unknown", "options", "supply = 3\noptions"),
        ("price", "Options have prices.", "unknown", "options", "price = 3\noptions"),
        ("unsold", "What is left goes back.", "unknown",
         "options", 'unsold = "return"\noptions'),
        ("group", "A group finds enough of one option.", "group",
         "group_max = 2", "group_max = 3"),
        ("array", "Options are an array of tables.", "table", f"[{_OPTIONS}]", '"july>may"'),
    )  # fmt: skip
    for name, rule, code, old, new in rows:
        yield f"options-{name}", rule, code, _CHOICES.replace(old, new, 1)


def _pools() -> Iterator[Row]:
    rows = (
        ("name-twice", "Names are distinct.", "pools", '"tokens"', '"crowd"'),
        ("name", "Names are in lower case.", "pool-name", '"tokens"', '"Tokens"'),
        ("name-return", "return is no name.", "pool-name", '"tokens"', '"return"'),
        ("no-name", "Several pools have names.", "missing", 'name = "tokens"', ""),
        ("unsold-unknown", "unsold names a later pool.", "pools",
         '"guests"\ntiers', '"gest"\ntiers'),
        ("unsold-earlier", "unsold names a later pool.", "pools",
         "again = true", 'unsold = "guests"'),
        ("unsold-door", "What groups leave goes where all of them may go.", "unsold",
         "again = true", 'again = true\nunsold = "tokens"'),
        ("group", "group_max is at most the supply.", "group",
         "group_max = 4", "group_max = 17"),
        ("group-leftovers", "What groups leave goes where all of them can enter.",
         "unsold", "group_max = 4", 'group_max = 4\nunsold = "tokens"'),
        ("certain", "certain is below the supply.", "certain",
         "certain = 2", "certain = 8"),
        ("certain-groups", "Groups buy no certain seats.", "certain",
         "certain = 2", "certain = 2\ngroup_max = 2"),
        ("points-groups", "Groups have no points.", "points",
         "group_max = 4", 'group_max = 4\npoints = "years"'),
        ("points-certain", "No points beside certain seats.", "points",
         "certain = 2", 'certain = 2\npoints = "years"'),
        ("points-of-tokens", "Points count in a lottery.", "unknown",
         "price = 1\n", 'price = 1\npoints = "years"\n'),
        ("collect-certain", "A certain seat is not drawn again.", "collect",
         "certain = 2", "certain = 2\ncollect = true"),
        ("collect-of-tokens", "Seats of a lottery are drawn again.", "unknown",
         "price = 1\n", "price = 1\ncollect = true\n"),
        ("collect-number", "It is true or false.", "boolean",
         "group_max = 4", "group_max = 4\ncollect = 1"),
        ("points-attribute", "Points name an attribute.", "points",
         "group_max = 4", 'points = "Years"'),
        ("points-number", "Points name an attribute.", "text", "group_max = 4", "points = 3"),
        ("fares-price", "Fares or a price.", "fares",
         "group_max = 4", "group_max = 4\nfares = {age = {a = 1, b = 2}}"),
        ("fares-alike", "Prices differ.", "fares",
         "price = 50\ngroup_max = 4", "fares = {age = {a = 1, b = 1}}"),
        ("fares-two", "Fares are by one attribute.", "fares",
         "price = 50\ngroup_max = 4",
         "fares = {age = {a = 1, b = 2}, region = {c = 1, d = 2}}"),
        ("fares-attribute", "Names hold no hyphen.", "fares",
         "price = 50\ngroup_max = 4", "fares = {age-group = {a = 1, b = 2}}"),
        ("fares-required", "One rule for one attribute.", "fares",
         "price = 50\ngroup_max = 4",
         'requires = {age = ["a"]}\nfares = {age = {a = 1, b = 2}}'),
        ("fares-certain", "Bids set the price of certain seats.", "fares",
         "price = 50\ncertain = 2", "certain = 2\nfares = {age = {a = 1, b = 2}}"),
        ("fares-number", "Fares are a table.", "table",
         "price = 50\ngroup_max = 4", "fares = 5"),
        ("fares-flat", "An attribute, then its values.", "fares",
         "price = 50\ngroup_max = 4", "fares = {adult = 40, child = 15}"),
        ("fares-flat-one", "An attribute, then its values.", "table",
         "price = 50\ngroup_max = 4", "fares = {adult = 40}"),
        ("fares-amount", "A fare is an amount.", "integer",
         "price = 50\ngroup_max = 4", 'fares = {age = {a = "1", b = 2}}'),
        ("fares-cents", "Without a currency amounts are integers.", "integer",
         "price = 50\ngroup_max = 4", "fares = {age = {a = 1.50, b = 2}}"),
        ("fares-negative", "A fare is at least 0.", "range",
         "price = 50\ngroup_max = 4", "fares = {age = {a = -1, b = 2}}"),
        ("fares-value", "A value is a text.", "text",
         "price = 50\ngroup_max = 4", 'fares = {age = {"" = 1, b = 2}}'),
        ("fares-of-tokens", "A quadratic price has no fares.", "unknown",
         "price = 1\n", "price = 1\nfares = {age = {a = 1, b = 2}}\n"),
        ("no-price", "There is a price, or fares.", "missing",
         "price = 50\ngroup_max = 4", "group_max = 4"),
        ("two-with-bids", "One pool takes bids.", "pools", "group_max = 4", "certain = 2"),
        ("quadratic-free", "A quadratic price is at least 1.", "range",
         "price = 1\n", "price = 0\n"),
        ("tier-price", "Prices fall.", "tiers", "price = 200", "price = 500"),
        ("tier-name-twice", "Names of tiers are distinct.", "tiers", '"silver"', '"gold"'),
        ("tier-name", "A tier is named like a pool.", "tiers", '"silver"', '"Silver"'),
        ("tier-key", "A tier has three keys.", "unknown", "supply = 3}", "suply = 3}"),
        ("tier-no-price", "A tier has a price.", "missing", "price = 200, ", ""),
        ("tiers-too-many-units", "Tiers add up to a uint64.", "tiers",
         "supply = 3}", f"supply = {_LARGE - 1}}}"),
        ("value-twice", "A value stands once.", "requires", '"FR"', '"DE"'),
        ("value-empty", "A value is a text.", "text", '"FR"', '""'),
        ("no-value", "An attribute has a value.", "requires", '["2029"]', "[]"),
        ("value", "Values are an array.", "array", '["2029"]', "true"),
        ("value-float", "A value is a text or an integer.", "text", '["2029"]', "[20.29]"),
        ("attribute", "Names hold no hyphen.", "requires", "cohort_a =", "cohort-a ="),
        ("puzzle-short", "A key has 64 digits.", "key", PUZZLE, PUZZLE[2:]),
        ("puzzle-blank", "Digits only.", "key", PUZZLE, f"{PUZZLE[:2]} {PUZZLE[3:]}"),
        ("puzzle-small-order", "The key is of prime order.", "key", PUZZLE, "01" + 62 * "0"),
        ("ladder-twice", "Amounts ascend.", "deposits", "[50, 500, 1_000]", "[50, 50]"),
        ("ladder-empty", "Bids need a ladder.", "deposits", "[50, 500, 1_000]", "[]"),
        ("ladder-negative", "Amounts are uint64.", "range", "[50, 500, 1_000]", "[50, -1]"),
        ("ladder-text", "Amounts are integers.", "integer", "[50, 500, 1_000]", '["50"]'),
        ("price-above", "Keys of a pool stand in it.", "pools",
         "deposits", "price = 1\ndeposits"),
    )  # fmt: skip
    for name, rule, code, old, new in rows:
        yield f"pool-{name}", rule, code, CONFERENCE.replace(old, new, 1)


def _money() -> Iterator[Row]:
    code, both = 'currency = "EUR"\n', 'currency = "EUR"\ndecimals = 2\n'
    currencies = (
        ("no-decimals", "currency", code),
        ("no-currency", "currency", "decimals = 2\n"),
        ("code-sign", "currency", 'currency = "€"\ndecimals = 2\n'),
        ("code-digit", "currency", 'currency = "EUR2"\ndecimals = 2\n'),
        ("code-blank", "currency", 'currency = "US dollar"\ndecimals = 2\n'),
        ("code-13-letters", "currency", f'currency = "{"a" * 13}"\ndecimals = 2\n'),
        ("code-empty", "text", 'currency = ""\ndecimals = 2\n'),
        ("code-number", "text", "currency = 978\ndecimals = 2\n"),
        ("decimals-10", "range", f"{code}decimals = 10\n"),
        ("decimals-negative", "range", f"{code}decimals = -1\n"),
        ("decimals-float", "integer", f"{code}decimals = 2.0\n"),
    )
    amounts = (
        ("third-decimal", "decimals", "45.005"),
        ("third-zero", "decimals", "45.000"),
        ("exponent", "integer", "1e3"),
        ("nan", "integer", "nan"),
        ("negative-float", "integer", "-0.5"),
        ("negative", "range", "-1"),
        ("text", "integer", '"45.00"'),
        ("boolean", "integer", "true"),
        ("too-large", "range", "184467440737095516.16"),
        ("whole-too-large", "range", "184467440737095517"),
    )
    for name, kind, lines in currencies:
        rule = "A currency has a code of letters and decimals; both or neither."
        yield f"currency-{name}", rule, kind, toml(lines)
    for name, kind, amount in amounts:
        rule = "An amount is digits and no more decimals than the currency has."
        yield f"amount-{name}", rule, kind, toml(both, price=f"price = {amount}")
    yield (
        "amount-of-a-tier",
        "Prices of tiers are amounts, too.",
        "decimals",
        f'{EUROS}mechanism = "tiers"\ntiers = [{{price = 0.001, supply = 1}}]\n',
    )
    yield (
        "amount-of-an-option",
        "Prices of options are amounts, too.",
        "decimals",
        f'{EUROS}mechanism = "choices"\noptions = [{{price = 0.001, supply = 1}}]\n',
    )
    yield (
        "amount-of-the-ladder",
        "Deposits are amounts, too.",
        "decimals",
        toml(f"{both}deposits = [1, 1.001]\n"),
    )
    yield (
        "amount-twice",
        "1 and 1.00 are one amount.",
        "deposits",
        toml(f"{both}deposits = [1, 1.00]\n"),
    )
    yield (
        "supply-is-no-amount",
        "A supply is an integer with a currency, too.",
        "integer",
        toml(both, supply="supply = 120.00"),
    )


def _ranges() -> Iterator[Row]:
    wrong = (
        ("descending", "A range ascends.", "9..7"),
        ("of-65", "At most 64 values.", "0..64"),
        ("without-end", "A number has at most 19 digits.", "0..99999999999999999999"),
        ("blanks", "A range has no blanks.", "7 .. 9"),
        ("leading-zeros", "A range has no leading zeros.", "07..09"),
        ("three-points", "A range has two points.", "7...9"),
        ("ellipsis", "A range has two points.", "7…9"),
    )
    for key in ("requires", "excludes"):
        for name, rule, value in wrong:
            line = f'{key} = {{grade = "{value}"}}\n'
            yield f"{key}-range-{name}", rule, key, toml(line)
        twice = f'{key} = {{grade = ["7..9", "8"]}}\n'
        rule = "A value stands once, in a range, too."
        yield f"{key}-range-and-value", rule, key, toml(twice)
        many = f'{key} = {{grade = ["0..39", "50..89"]}}\n'
        yield f"{key}-ranges-of-80", "At most 64 values.", key, toml(many)
        yield (
            f"{key}-date",
            "Values are texts.",
            "array",
            toml(f"{key}.a = 2029-01-01\n"),
        )
        yield f"{key}-array", "It is a table.", "table", toml(f'{key} = ["2029"]\n')
    both = 'requires = {a = ["x"]}\nexcludes = {a = ["y"]}\n'
    rule = "An attribute is required or excluded; a shorter list says the same."
    yield "excludes-required", rule, "excludes", toml(both)


def _keep() -> Iterator[Row]:
    for name, code, line in (
        ("text", "array", 'keep = "E-mail"'),
        ("number", "text", "keep = [7]"),
        ("empty", "text", 'keep = [""]'),
        ("twice", "keep", 'keep = ["E-mail", "E-mail"]'),
        ("key", "unknown", "kept = []"),
    ):
        rule = "keep is an array of names of columns, each once."
        yield f"keep-{name}", rule, code, toml(f"[people]\n{line}\n")
    yield "people-number", "people is a table.", "table", toml("people = 3\n")


def _row(name: str, rule: str, code: str, file: str | bytes) -> Row:
    return name, f"{rule} {_WHOLE}", f"terms-file.{code}", file


REFUSED: Sequence[Row] = tuple(
    starmap(
        _row,
        (
            *_files(),
            *_keys(),
            *_values(),
            *_beacons(),
            *_pools(),
            *_choices(),
            *_money(),
            *_ranges(),
            *_keep(),
        ),
    )
)
"""Files that must be refused."""

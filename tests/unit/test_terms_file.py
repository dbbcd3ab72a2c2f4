"""TERMS.toml: what is read, and file, line and rule of what is refused."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from fairlot.errors import InputError
from fairlot.inputs.terms_file import BidsFile, TermsFile, read_terms_file
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import Mechanism, Pool, Requirement, Tier
from fairlot.terms.terms import Terms
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.timelock.chain import QUICKNET, first_round_after
from generators.terms_file_setting import CONFERENCE, HEAD, PUZZLE
from generators.terms_setting import sample_terms

LINES = {
    "title": 'title = "Club concert"',
    "asset": 'asset = "seat"',
    "supply": "supply = 120",
    "mechanism": 'mechanism = "equal-share"',
    "price": "price = 4500",
    "cap": "cap = 1",
}
TOO_LARGE = "18446744073709551616"


def toml(extra: str = "", **changed: str) -> str:
    lines = {**LINES, **changed}
    return "\n".join(lines.values()) + "\n" + extra


def read(folder: Path, text: str | bytes) -> TermsFile:
    path = folder / "TERMS.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_terms_file(path)


def refused(folder: Path, text: str | bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read(folder, text)
    assert str(folder / "TERMS.toml") in caught.value.message
    return caught.value


def test_the_required_keys_are_enough(tmp_path: Path) -> None:
    assert read(tmp_path, toml()) == TermsFile(
        title="Club concert",
        asset="seat",
        pools=(Pool("main", Mechanism.EQUAL_SHARE, 120, 4500, 1),),
        issuers=1,
        threshold=0,
        contributors=3,
        delay=65536,
    )


def test_the_optional_tables_are_read(tmp_path: Path) -> None:
    tables = "[issuers]\nn = 1\nt = 0\n[beacon]\ncontributors = 64\ndelay = 1\n"
    file = read(tmp_path, toml(tables))
    assert (file.issuers, file.threshold) == (1, 0)
    assert (file.contributors, file.delay) == (64, 1)


def test_a_beacon_with_people_who_fail_it(tmp_path: Path) -> None:
    lines = "contributors = 5\ndepositors = 7\nabsent = 2\nwithhold = 3\n"
    more = "unsealed = 1\nmin_commits = 3\n"
    file = read(tmp_path, toml(f"[beacon]\n{lines}{more}"))
    assert (file.depositors, file.absent, file.withhold) == (7, 2, 3)
    assert (file.unsealed, file.min_commits) == (1, 3)


@pytest.mark.parametrize("line", ["", "min_commits = 5\n"])
def test_all_of_the_roster_is_one_thing_to_say(tmp_path: Path, line: str) -> None:
    file = read(tmp_path, toml(f"[beacon]\ncontributors = 5\n{line}"))
    assert (file.depositors, file.absent, file.withhold) == (0, 0, 0)
    assert (file.unsealed, file.min_commits) == (0, None)


def test_the_draw_may_wait_for_a_clock_of_its_own(tmp_path: Path) -> None:
    assert read(tmp_path, toml('[beacon]\ndrand = "own"\n')).own_clock
    assert not read(tmp_path, toml()).own_clock


@pytest.mark.parametrize(
    "extra",
    ["[issuers]\n", "[issuers]\nn = 1\n", "[beacon]\n", "beacon.delay = 65536\n"],
)
def test_a_table_may_be_given_in_part(tmp_path: Path, extra: str) -> None:
    assert read(tmp_path, toml(extra)) == read(tmp_path, toml())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("supply = 0", 0),
        ("supply = 18446744073709551615", 2**64 - 1),
        ("supply = 1_000", 1000),
        ("supply = 0x10", 16),
        ("supply = +5", 5),
    ],
)
def test_integers_as_toml_writes_them(tmp_path: Path, line: str, expected: int) -> None:
    assert read(tmp_path, toml(supply=line)).pools[0].supply == expected


def test_byte_order_mark_and_crlf_are_accepted(tmp_path: Path) -> None:
    text = "\ufeff" + toml().replace("\n", "\r\n")
    assert read(tmp_path, text) == read(tmp_path, toml())


@pytest.mark.parametrize(
    ("key", "line", "code"),
    [
        ("supply", "supply = -1", "range"),
        ("supply", f"supply = {TOO_LARGE}", "range"),
        ("supply", "supply = true", "integer"),
        ("supply", "supply = 120.0", "integer"),
        ("supply", "supply = 1e3", "integer"),
        ("supply", "supply = nan", "integer"),
        ("supply", 'supply = "120"', "integer"),
        ("supply", "supply = [120]", "integer"),
        ("supply", "supply = {n = 120}", "integer"),
        ("supply", "supply = 2030-01-01", "integer"),
        ("supply", "supply = 0x" + "f" * 9000, "range"),
        ("price", "price = -1", "range"),
        ("price", f"price = {TOO_LARGE}", "range"),
        ("price", "price = false", "integer"),
        ("cap", "cap = 0", "range"),
        ("cap", f"cap = {TOO_LARGE}", "range"),
        ("cap", "cap = true", "integer"),
        ("title", "title = 5", "text"),
        ("title", "title = true", "text"),
        ("title", 'title = ""', "text"),
        ("title", 'title = " concert"', "text"),
        ("title", 'title = "concert "', "text"),
        ("title", 'title = "a\\u0000"', "text"),
        ("title", 'title = "a\\tb"', "text"),
        ("title", 'title = "e\\u0301"', "text"),
        ("title", f'title = "{"é" * 101}"', "text"),
        ("asset", "asset = [0xffff]", "text"),
        ("asset", 'asset = "\\u2028"', "text"),
        ("mechanism", 'mechanism = "first-come"', "mechanism"),
        ("mechanism", 'mechanism = ""', "text"),
        ("mechanism", 'mechanism = "Equal-Share"', "mechanism"),
        ("mechanism", "mechanism = 1", "text"),
    ],
)
def test_a_bad_value_is_refused_with_its_line(
    tmp_path: Path, key: str, line: str, code: str
) -> None:
    error = refused(tmp_path, toml(**{key: line}))
    number = list(LINES).index(key) + 1
    assert error.code == f"terms-file.{code}"
    assert f", line {number}, {key}: " in error.message


@pytest.mark.parametrize(
    ("extra", "code", "place"),
    [
        ("[beacon]\n\ndelay = 0\n", "range", "line 9, beacon.delay"),
        ("[beacon]\ndelay = 1099511627777\n", "range", "line 8, beacon.delay"),
        ("[beacon]\ndelay = true\n", "integer", "line 8, beacon.delay"),
        ("[beacon]\ncontributors = 0\n", "range", "line 8, beacon.contributors"),
        ("[beacon]\ncontributors = 65\n", "range", "line 8, beacon.contributors"),
        ("[beacon]\nround = 7\n", "unknown", "line 8, beacon.round"),
        ("[beacon]\ndepositors = -1\n", "range", "line 8, beacon.depositors"),
        ("[beacon]\ndepositors = true\n", "integer", "line 8, beacon.depositors"),
        ("[beacon]\nabsent = -1\n", "range", "line 8, beacon.absent"),
        ("[beacon]\nabsent = 4\n", "range", "line 8, beacon.absent"),
        ("[beacon]\nwithhold = -1\n", "range", "line 8, beacon.withhold"),
        ("[beacon]\nwithhold = 4\n", "range", "line 8, beacon.withhold"),
        ("[beacon]\nabsent = 2\nwithhold = 2\n", "range", "line 9, beacon.withhold"),
        ("[beacon]\nwithhold = 1.0\n", "integer", "line 8, beacon.withhold"),
        ('[beacon]\ndrand = "quicknet"\n', "drand", "line 8, beacon.drand"),
        ('[beacon]\ndrand = ""\n', "text", "line 8, beacon.drand"),
        ("[beacon]\ndrand = true\n", "text", "line 8, beacon.drand"),
        ("[beacon]\nunsealed = -1\n", "range", "line 8, beacon.unsealed"),
        ("[beacon]\nunsealed = 4\n", "range", "line 8, beacon.unsealed"),
        ("[beacon]\nabsent = 2\nunsealed = 2\n", "range", "line 9, beacon.unsealed"),
        ('[beacon]\nunsealed = "1"\n', "integer", "line 8, beacon.unsealed"),
        ("[beacon]\nmin_commits = 0\n", "range", "line 8, beacon.min_commits"),
        ("[beacon]\nmin_commits = 1\n", "range", "line 8, beacon.min_commits"),
        ("[beacon]\nmin_commits = 4\n", "range", "line 8, beacon.min_commits"),
        ('[beacon]\nmin_commits = "2"\n', "integer", "line 8, beacon.min_commits"),
        ("[beacon]\nmin-commits = 2\n", "unknown", "line 8, beacon.min-commits"),
        ('"beacon" . "delay" = 0\n', "range", "line 7, beacon.delay"),
        ("beacon = {delay = 0}\n", "range", "line 7, beacon.delay"),
        ("beacon = 3\n", "table", "line 7, beacon"),
        ("[[beacon]]\ndelay = 1\n", "table", "line 7, beacon"),
        ("[issuers]\nn = 3\nt = 1\n", "issuers", "line 9, issuers.t"),
        ("[issuers]\nn = 17\n", "range", "line 8, issuers.n"),
        ("[issuers]\ncooling = 3\n", "duration", "line 8, issuers.cooling"),
        ("[times]\nepoch = 7\n", "duration", "line 8, times.epoch"),
        ('[times]\nlockup = "9 days"\n', "times", "line 8, times.lockup"),
        ('[times]\nexpiry = "9 days"\n', "times", "line 8, times.expiry"),
        ("[issuers]\nn = 1\nt = 1\n", "issuers", "line 9, issuers.t"),
        ("[issuers]\nn = 0\n", "range", "line 8, issuers.n"),
        ("[issuers]\nn = true\n", "integer", "line 8, issuers.n"),
        ("[issuers]\nm = 1\n", "unknown", "line 8, issuers.m"),
        ("issuers = 1\n", "table", "line 7, issuers"),
        ('[[pool]]\nname = "main"\n', "pools", "line 3, supply"),
        ("[pools]\n", "unknown", "line 7, pools"),
        ("[Beacon]\ndelay = 1\n", "unknown", "line 7, Beacon"),
        ("v = 1\n", "unknown", "line 7, v"),
    ],
)
def test_a_bad_table_is_refused_with_its_line(
    tmp_path: Path, extra: str, code: str, place: str
) -> None:
    error = refused(tmp_path, toml(extra))
    assert error.code == f"terms-file.{code}"
    assert f", {place}: " in error.message


@pytest.mark.parametrize("key", [key for key in LINES if key != "cap"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    error = refused(tmp_path, toml(**{key: "# left out"}))
    assert error.code == "terms-file.missing"
    assert f", {key}: must be given" in error.message


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (toml('beacon = "a map"\n'), "must be a table, found the text 'a map'"),
        (
            'title = "a"\nasset = "b"\npool = "an array of maps"\n',
            "must be [[pool]] tables, found the text 'an array of maps'",
        ),
        (toml(title="title = {a = 1}"), "must be a text, found a table"),
        (toml(supply="supply = {a = 1}"), "found a table"),
    ],
)
def test_maps_are_tables_but_not_in_what_the_seller_wrote(
    tmp_path: Path, text: str, sentence: str
) -> None:
    assert refused(tmp_path, text).message.endswith(sentence)


def test_a_mistyped_key_is_met_with_the_right_one(tmp_path: Path) -> None:
    error = refused(tmp_path, toml(supply="suply = 120"))
    assert error.code == "terms-file.unknown"
    assert "line 3, suply" in error.message
    assert "did you mean supply?" in error.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (toml(supply="supply = "), 3),
        (toml(supply="supply = 0120"), 3),
        (toml(supply="supply = 1,000"), 3),
        (toml("cap = 2\n"), 7),
        (toml("cap = 2"), 7),
        (toml("[beacon]\n[beacon]\n"), 8),
        (toml("x = \x00\n"), 7),
        (toml(title='title = "a\x1b"'), 1),
    ],
)
def test_what_is_not_toml_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int
) -> None:
    error = refused(tmp_path, text)
    assert error.code == "terms-file.toml"
    assert f", line {line}: " in error.message


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [toml(supply="supply = " + "9" * 9000), toml("x = " + "[" * 100_000)],
)
def test_what_toml_readers_choke_on_is_refused(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text).code == "terms-file.toml"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \n\r\n\t\n", "empty"),
        (b"# nothing\n", "missing"),
        (b"\xff\xfet\x00", "utf8"),
        (b'title = "\xe9"\n', "utf8"),
        (b'title = "\xed\xa0\x80"\n', "utf8"),
        (b'title = "a"\rasset = "b"\n', "line-end"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    assert refused(tmp_path, data).code == f"terms-file.{code}"


def test_the_line_of_a_wrong_byte_is_named(tmp_path: Path) -> None:
    data = toml().encode().replace(b"concert", b"con\xffcert")
    assert ", line 1: " in refused(tmp_path, data).message


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(InputError, match=re.escape(str(path))) as caught:
            read_terms_file(path)
        assert caught.value.code == "terms-file.unreadable"


def test_every_mechanism_is_read(tmp_path: Path) -> None:
    file = read(tmp_path, CONFERENCE)
    requires = (Requirement("cohort_a", ("2029",)), Requirement("region", ("DE", "FR")))
    tiers = (Tier("gold", 500, 2), Tier("silver", 200, 3))
    key = VerifyKey(bytes.fromhex(PUZZLE))
    crowd = Pool(
        "crowd", Mechanism.LOTTERY, 16, 50, group_max=4, again=True, puzzle=key
    )
    assert file.pools == (
        Pool("sponsors", Mechanism.TIERS, 5, tiers=tiers, unsold="guests"),
        Pool("guests", Mechanism.LOTTERY, 8, 50, certain=2, requires=requires),
        crowd,
        Pool("tokens", Mechanism.QUADRATIC, 20, 1, 20),
    )
    assert (file.deposits, file.bids) == ((50, 500, 1000), BidsFile("own", None))


def test_tables_may_be_written_in_any_way_of_toml(tmp_path: Path) -> None:
    tables = CONFERENCE.replace(
        """tiers = [
  {name = "gold", price = 500, supply = 2},
  {name = "silver", price = 200, supply = 3},
]
""",
        """[[pool.tiers]]
name = "gold"
price = 500
supply = 2
[[pool.tiers]]
name = "silver"
price = 200
supply = 3
""",
    ).replace("[pool.requires]\nregion", "requires.region")
    tables = tables.replace("cohort_a =", "requires.cohort_a =")
    assert read(tmp_path, tables) == read(tmp_path, CONFERENCE)
    error = refused(tmp_path, tables.replace("price = 200", "price = 500"))
    assert ", line 15, pool[1].tiers[2].price: " in error.message


def test_the_top_level_describes_a_pool_named_main(tmp_path: Path) -> None:
    lottery = f'{HEAD}mechanism = "lottery"\nsupply = 8\nprice = 5\ngroup_max = 2\n'
    pool = Pool("main", Mechanism.LOTTERY, 8, 5, group_max=2)
    assert read(tmp_path, lottery).pools == (pool,)
    listed = lottery.replace("mechanism", "[[pool]]\nmechanism")
    assert read(tmp_path, listed) == read(tmp_path, lottery)
    named = listed.replace("[[pool]]", '[[pool]]\nname = "seats"')
    assert read(tmp_path, named).pools == (replace(pool, name="seats"),)


def test_defaults_may_be_stated(tmp_path: Path) -> None:
    lottery = f'{HEAD}mechanism = "lottery"\nsupply = 0\nprice = 5\n'
    stated = (
        "group_max = 1\ncertain = 0\nagain = false\nrequires = {}\n"
        'unsold = "return"\ndeposits = []\n'
    )
    assert read(tmp_path, lottery + stated) == read(tmp_path, lottery)


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ('"7..9"', ("7", "8", "9")),
        ('["9..11", "7", 8]', ("10", "11", "7", "8", "9")),
        ('["7..7"]', ("7",)),
        ("7", ("7",)),
        ('"seven"', ("seven",)),
        ("0x10", ("16",)),
        ('["7-9"]', ("7-9",)),
    ],
)
@pytest.mark.parametrize("key", ["requires", "excludes"])
def test_a_range_stands_for_its_numbers(
    tmp_path: Path, key: str, written: str, values: tuple[str, ...]
) -> None:
    (pool,) = read(tmp_path, toml(f"{key} = {{grade = {written}}}\n")).pools
    (rule,) = pool.rules
    assert (rule.attribute, rule.values) == ("grade", values)
    assert (rule in pool.excludes) == (key == "excludes")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ('"9..7"', "is 9..7, which holds nothing: write 7..9"),
        ('["0..64"]', "is 0..64, which stands for 65 values: at most 64 may"),
        ('"7 .. 9"', "write a range as 7..9, without blanks and leading zeros"),
        ('"07..09"', "write a range as 7..9, without blanks and leading zeros"),
        ('["7..9", "8"]', "holds '8' twice: name it once"),
    ],
)
def test_what_is_no_range_is_refused_with_the_right_one(
    tmp_path: Path, written: str, hint: str
) -> None:
    error = refused(tmp_path, toml(f"requires = {{grade = {written}}}\n"))
    assert error.code == "terms-file.requires"
    assert ", line 7, requires.grade" in error.message
    assert hint in error.message


@pytest.mark.parametrize("mechanism", ["equal-share", "quadratic"])
@pytest.mark.parametrize(("supply", "cap"), [(0, 1), (1, 1), (7, 7)])
def test_the_cap_is_the_supply_where_it_is_not_given(
    tmp_path: Path, mechanism: str, supply: int, cap: int
) -> None:
    text = f'{HEAD}mechanism = "{mechanism}"\nsupply = {supply}\nprice = 1\n'
    assert read(tmp_path, text).pools[0].cap == cap


@pytest.mark.parametrize(
    ("table", "bids"),
    [
        ("", BidsFile("own", None)),
        ("[bids]\n", BidsFile("own", None)),
        ('[bids]\nclock = "own"\n', BidsFile("own", None)),
        ("[bids]\nround = 7\n", BidsFile("own", 7)),
        ('[bids]\nclock = "quicknet"\nround = 7\n', BidsFile("quicknet", 7)),
    ],
)
def test_a_clock_opens_the_bids(tmp_path: Path, table: str, bids: BidsFile) -> None:
    text = f'{HEAD}mechanism = "auction"\nsupply = 1\nprice = 1\ndeposits = [0]\n'
    assert read(tmp_path, text + table).bids == bids


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ('"tokens"', '"crowd"', "pools", "line 34, pool[4].name"),
        ('"tokens"', '"Tokens"', "pool-name", "line 34, pool[4].name"),
        ('"tokens"', '"return"', "pool-name", "line 34, pool[4].name"),
        ('name = "tokens"', "", "missing", "line 33, pool[4].name"),
        ('"guests"\ntiers', '"tokenz"\ntiers', "pools", "line 8, pool[1].unsold"),
        ("again = true", 'unsold = "guests"', "pools", "line 30, pool[3].unsold"),
        ("again = true", 'unsold = "tokens"', "unsold", "line 30, pool[3].unsold"),
        ("again = true", "again = 1", "boolean", "line 30, pool[3].again"),
        ("again = true", "agian = true", "unknown", "line 30, pool[3].agian"),
        ("again = true", "cap = 1", "unknown", "line 30, pool[3].cap"),
        ('"quadratic"', '"quadratik"', "mechanism", "line 35, pool[4].mechanism"),
        ("supply = 20\n", "", "missing", "line 33, pool[4].supply"),
        ("price = 1\n", "price = 0\n", "range", "line 37, pool[4].price"),
        ("price = 1\n", "price = 1\ncap = 0\n", "range", "line 38, pool[4].cap"),
        ("group_max = 4", "group_max = 17", "group", "line 29, pool[3].group_max"),
        ("group_max = 4", "group_max = 0", "range", "line 29, pool[3].group_max"),
        ("group_max = 4", "certain = 2", "pools", "line 24, pool[3]"),
        ("certain = 2", "certain = 8", "certain", "line 19, pool[2].certain"),
        ("certain = 2", "certain = -1", "range", "line 19, pool[2].certain"),
        (
            "certain = 2",
            "certain = 2\ngroup_max = 2",
            "certain",
            "line 19, pool[2].certain",
        ),
        ("price = 200", "price = 500", "tiers", "line 11, pool[1].tiers[2].price"),
        ("price = 200", "price = true", "integer", "line 11, pool[1].tiers[2].price"),
        ("price = 200, ", "", "missing", "line 11, pool[1].tiers[2].price"),
        ('"silver"', '"gold"', "tiers", "line 11, pool[1].tiers[2].name"),
        ('"silver"', '"Silver"', "tiers", "line 11, pool[1].tiers[2].name"),
        ("supply = 3}", "suply = 3}", "unknown", "line 11, pool[1].tiers[2].suply"),
        ("supply = 3}", f"supply = {2**64 - 1}}}", "tiers", "line 9, pool[1].tiers"),
        ('"FR"', '"DE"', "requires", "line 21, pool[2].requires.region"),
        ('"FR"', '""', "text", "line 21, pool[2].requires.region[1]"),
        ('["2029"]', "[]", "requires", "line 22, pool[2].requires.cohort_a"),
        ('["2029"]', "true", "array", "line 22, pool[2].requires.cohort_a"),
        ("cohort_a =", "cohort-a =", "requires", "line 22, pool[2].requires.cohort-a"),
        (PUZZLE, PUZZLE[2:], "key", "line 31, pool[3].puzzle"),
        (PUZZLE, "01" + 62 * "0", "key", "line 31, pool[3].puzzle"),
        (PUZZLE, f"{PUZZLE[:2]} {PUZZLE[2:]}", "key", "line 31, pool[3].puzzle"),
        (PUZZLE, f"{PUZZLE[:-4]}  {PUZZLE[-2:]}", "key", "line 31, pool[3].puzzle"),
        (PUZZLE, "paris", "key", "line 31, pool[3].puzzle"),
        ("[50, 500, 1_000]", "[]", "deposits", "line 3, deposits"),
        ("[50, 500, 1_000]", "[50, 50]", "deposits", "line 3, deposits"),
        ("[50, 500, 1_000]", "[50, -1]", "range", "line 3, deposits[2]"),
        ("[50, 500, 1_000]", "[true]", "integer", "line 3, deposits[1]"),
        ("[50, 500, 1_000]", "50", "array", "line 3, deposits"),
        ("[beacon]", '[bids]\nclock = "mine"\n[beacon]', "bids", "line 40, bids.clock"),
        (
            "[beacon]",
            '[bids]\nclock = "quicknet"\n[beacon]',
            "bids",
            "line 39, bids.round",
        ),
        ("[beacon]", "[bids]\nround = 0\n[beacon]", "range", "line 40, bids.round"),
        ("[beacon]", "[bids]\ndue = 0\n[beacon]", "unknown", "line 40, bids.due"),
        ("deposits", "price = 1\ndeposits", "pools", "line 3, price"),
        ("deposits", 'name = "x"\ndeposits', "unknown", "line 3, name"),
    ],
)
def test_a_broken_rule_of_a_pool_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, code: str, place: str
) -> None:
    assert CONFERENCE.count(old) == 1
    error = refused(tmp_path, CONFERENCE.replace(old, new))
    assert error.code == f"terms-file.{code}"
    assert f", {place}: " in error.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{HEAD}pool = []\n", "pools"),
        (f"{HEAD}pool = 3\n", "table"),
        (f'{HEAD}[pool]\nname = "main"\n', "table"),
        (f"{HEAD}pool = [3]\n", "table"),
        (f'{HEAD}[[pool]]\nmechanism = "tiers"\ntiers = []\n', "tiers"),
        (f'{HEAD}[[pool]]\nmechanism = "tiers"\ntiers = 1\n', "table"),
        (f'{HEAD}[[pool]]\nmechanism = "tiers"\n', "missing"),
        (f'{HEAD}[[pool]]\nname = "a"\n', "missing"),
        (f"{HEAD}tiers = []\n", "missing"),
        (f"{HEAD}[[pool]]\n", "missing"),
        (toml("[bids]\n"), "bids"),
        (toml("requires = 3\n"), "table"),
        (toml('unsold = "main"\n'), "pools"),
    ],
)
def test_pools_that_are_none_are_refused(tmp_path: Path, text: str, code: str) -> None:
    assert refused(tmp_path, text).code == f"terms-file.{code}"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("price = 0.50", "price = 45.00", "must be below 45.00 EUR, the price of"),
        ("[45, 90.5]", "[45, 45.00]", "each amount once: 45.00 EUR follows 45.00 EUR"),
        ("[45, 90.5]", "[90.5, 45]", "each amount once: 45.00 EUR follows 90.50 EUR"),
        ("price = 7.25", "price = 7.26", "where a unit costs more, 7.26 EUR"),
        ("[45, 90.5]", "[45, 90.505]", "must have at most 2 decimals, as EUR has"),
        ("[45, 90.5]", f"[{2**64}]", "above 184467440737095516.15 EUR, the most"),
        ("[45, 90.5]", f"[{2**64}]", "use a larger unit"),
    ],
)
def test_errors_state_amounts_in_the_currency(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    lottery = 'mechanism = "lottery"\nsupply = 9\ngroup_max = 2\n'
    text = (
        f'{HEAD}currency = "EUR"\ndecimals = 2\ndeposits = [45, 90.5]\n'
        '[[pool]]\nname = "sponsors"\nmechanism = "tiers"\n'
        'tiers = [{name = "gold", price = 45, supply = 1}, '
        '{name = "tin", price = 0.50, supply = 1}]\n'
        f'[[pool]]\nname = "a"\n{lottery}price = 7.25\nunsold = "b"\n'
        f'[[pool]]\nname = "b"\n{lottery}price = 7.25\n'
    )
    assert [pool.price for pool in read(tmp_path, text).pools] == [0, 725, 725]
    before, _, after = text.rpartition(old)
    error = refused(tmp_path, f"{before}{new}{after}")
    assert sentence in error.message


def test_there_are_sixty_four_pools_at_most(tmp_path: Path) -> None:
    def pools(count: int) -> str:
        body = 'mechanism = "lottery"\nsupply = 1\nprice = 1\n'
        return HEAD + "".join(f'[[pool]]\nname = "p{i}"\n{body}' for i in range(count))

    assert len(read(tmp_path, pools(64)).pools) == 64
    assert refused(tmp_path, pools(65)).code == "terms-file.pools"


def test_a_mistyped_key_of_a_pool_is_met_with_the_right_one(tmp_path: Path) -> None:
    error = refused(tmp_path, CONFERENCE.replace("group_max", "groupmax"))
    assert "did you mean group_max?" in error.message
    error = refused(tmp_path, CONFERENCE.replace("group_max", "cap"))
    assert "has no meaning for mechanism = 'lottery'" in error.message


def test_what_a_file_says_is_legal_in_terms(tmp_path: Path) -> None:
    file = read(tmp_path, CONFERENCE)
    times = sample_terms().times
    number = first_round_after(QUICKNET, times.drawn_from)
    terms = replace(
        sample_terms(),
        pools=file.pools,
        deposits=file.deposits,
        bids=NamedRound(QUICKNET, number),
    )
    assert Terms.from_value(terms.to_value()) == terms

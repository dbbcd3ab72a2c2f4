"""Readers of people's files: what is written is read, and nothing makes them crash."""

import csv
import io
import json
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from examples import examples
from fairlot.errors import FairlotError, InputError, TermsError
from fairlot.inputs.people_file import COLUMNS, MORE_COLUMNS, Person, read_people
from fairlot.inputs.terms_file import read_terms_file
from fairlot.inputs.toml_lines import line_of
from fairlot.same_name import compared_name
from fairlot.terms.pool import (
    CAPPED,
    Exclusion,
    Mechanism,
    Option,
    Pool,
    Requirement,
    Tier,
)
from fairlot.terms.terms import Terms
from fairlot.text import check_text
from fairlot_crypto.cbor import Value, decode, encode
from generators.terms_pools import conference
from generators.terms_setting import sample_terms
from kit.any_sale import handed_on

LARGEST = 2**64 - 1


def legal(text: str) -> bool:
    """Tell whether a text keeps the rules for texts."""
    try:
        check_text(text, ValueError)
    except ValueError:
        return False
    return True


names = (
    st.text(
        st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")),
        min_size=1,
        max_size=60,
    )
    .map(lambda text: unicodedata.normalize("NFC", text).strip())
    .filter(legal)
)
"""Made to fit: of any texts that are filtered most are thrown away, now and then too many."""
numbers = st.integers(0, LARGEST)
attributes = st.text("abc_9", min_size=1, max_size=32)
_FIELD = {"person": "name", "deposit": "amount", "solution": "answer"}
"""What a column is called where its name means something else."""
people_lists = st.lists(
    st.builds(
        Person,
        name=names,
        wants=numbers,
        amount=numbers,
        group=st.none() | names,
        bid=st.none() | numbers,
        tier=st.none() | names,
        answer=st.none() | names,
        attributes=st.dictionaries(attributes, names, max_size=3).map(
            lambda found: tuple(sorted(found.items()))
        ),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda person: compared_name(person.name),
).filter(lambda people: all(compared_name(person.name) for person in people))
cells = st.sampled_from([*'",;\n\r\t 0159a-+.', "", "Ann", "\x00", "\ufeff", "é"])
lines = st.lists(cells, max_size=25).map("".join)
words = "title supply beacon delay true 0x [[pool]] tiers requires mechanism lottery"
snippets = st.sampled_from(
    [*"\n\r\"'[]{}=.,#-+ 1", "\x00", "deposits", "bids", *words.split()]
)


@pytest.fixture(name="file", scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A path that the examples of a property overwrite in turn."""
    return tmp_path_factory.mktemp("input") / "file"


@examples(30)
@given(
    people=people_lists,
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    data=st.data(),
)
def test_what_a_csv_writer_writes_is_read_back(
    file: Path,
    people: list[Person],
    end: str,
    separator: str,
    encoding: str,
    data: st.DataObject,
) -> None:
    text = io.StringIO()
    quoting: Any = data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)
    named = {f"attr:{name}" for person in people for name, _ in person.attributes}
    columns = data.draw(st.permutations(sorted({*COLUMNS, *MORE_COLUMNS, *named})))
    writer.writerow(columns)
    for person in people:
        cells = {
            n: getattr(person, _FIELD.get(n, n)) for n in (*COLUMNS, *MORE_COLUMNS)
        }
        cells["choices"] = ">".join(person.choices) or None
        cells |= {f"attr:{name}": value for name, value in person.attributes}
        writer.writerow([cells.get(column) for column in columns])
        if data.draw(st.booleans()):
            writer.writerow([""] * len(columns))
    file.write_bytes(text.getvalue().encode(encoding))
    assert read_people(file) == tuple(people)


@given(text=lines)
@example(text='"",1,1')
@example(text='"a""b",1,1')
@example(text='a,,"",')
def test_a_line_that_is_accepted_means_what_csv_readers_think(
    file: Path, text: str
) -> None:
    file.write_bytes(f"person,wants,deposit\n{text}".encode())
    try:
        people = read_people(file)
    except InputError:
        return
    lines = text.rstrip("\r\n").replace("\r\n", "\n").replace("\r", "\n")
    rows = csv.reader(io.StringIO(lines), strict=True, skipinitialspace=True)
    cells = [[cell.strip() for cell in row] for row in rows]
    expected = tuple(Person(r[0], int(r[1]), int(r[2])) for r in cells if any(r))
    assert people == expected


@given(data=st.binary(max_size=200) | lines.map(str.encode))
def test_no_bytes_crash_the_reader_of_people(file: Path, data: bytes) -> None:
    refused_or_read(file, data, read_people, "people-file.")


@given(data=st.binary(max_size=200) | st.lists(snippets).map("".join).map(str.encode))
def test_no_bytes_crash_the_reader_of_terms(file: Path, data: bytes) -> None:
    refused_or_read(file, data, read_terms_file, "terms-file.")


def refused_or_read(
    file: Path, data: bytes, read: Callable[[Path], object], subject: str
) -> None:
    file.write_bytes(data)
    error = refusal(lambda: read(file))
    if error is not None:
        assert error.code.startswith(subject)
        assert str(file) in error.message


def refusal(attempt: Callable[[], object]) -> FairlotError | None:
    """Return the error that ends ``attempt``; any other exception is a failure."""
    try:
        attempt()
    except FairlotError as error:
        return error
    return None


@given(title=names, supply=numbers, price=numbers, cap=st.integers(1, LARGEST))
def test_terms_files_say_what_a_toml_reader_reads(
    file: Path, title: str, supply: int, price: int, cap: int
) -> None:
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    text = (
        f'title = "{quoted}"\nasset = "seat"\nmechanism = "equal-share"\n'
        f"supply = {supply}\nprice = {price}\ncap = {cap}\n"
    )
    assert tomllib.loads(text)["title"] == title
    file.write_bytes(text.encode())
    terms = read_terms_file(file)
    (pool,) = terms.pools
    assert (terms.title, pool.supply, pool.price, pool.cap) == (
        title,
        supply,
        price,
        cap,
    )


values = st.recursive(
    st.none() | st.booleans() | st.integers(0, LARGEST) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def in_toml(pool: Pool) -> str:
    """Write a pool as a seller would, every default stated."""

    def quoted(texts: tuple[str, ...]) -> str:
        return json.dumps(texts, ensure_ascii=True)

    tiers = ", ".join(
        f'{{name = "{t.name}", price = {t.price}, supply = {t.supply}}}'
        for t in pool.tiers
    )
    options = ", ".join(
        f'{{name = "{o.name}", price = {o.price}, supply = {o.supply}}}'
        for o in pool.options
    )
    own = {
        Mechanism.TIERS: f"tiers = [{tiers}]",
        Mechanism.CHOICES: f"options = [{options}]\ngroup_max = {pool.group_max}",
        Mechanism.LOTTERY: f"group_max = {pool.group_max}\ncertain = {pool.certain}",
        Mechanism.AUCTION: "",
    }.get(pool.mechanism, f"cap = {pool.cap}")
    offer = "" if pool.parts else f"supply = {pool.supply}\nprice = {pool.price}"
    unsold = "" if pool.options else f'unsold = "{pool.unsold or "return"}"\n'
    requires = "".join(
        f"requires.{need.attribute} = {quoted(need.values)}\n" for need in pool.requires
    )
    excludes = "".join(
        f"excludes.{bar.attribute} = {quoted(bar.values)}\n" for bar in pool.excludes
    )
    return (
        f'[[pool]]\nname = "{pool.name}"\nmechanism = "{pool.mechanism}"\n'
        f"{unsold}again = {str(pool.again).lower()}\n"
        f"{own}\n{offer}\n{requires}{excludes}"
    )


ascii_names = st.text("ab-1 ~", min_size=1).filter(legal)
listed = st.tuples(st.booleans(), st.sets(ascii_names, min_size=1, max_size=3))


class Rules(TypedDict):
    """What attributes decide about a pool."""

    requires: tuple[Requirement, ...]
    excludes: tuple[Exclusion, ...]


@st.composite
def drawn_rules(draw: st.DrawFn) -> Rules:
    """Draw attributes with some values each, required or excluded."""
    found = draw(st.dictionaries(attributes, listed, max_size=3))
    values = {name: tuple(sorted(some)) for name, (_, some) in sorted(found.items())}
    return {
        "requires": tuple(Requirement(n, v) for n, v in values.items() if found[n][0]),
        "excludes": tuple(
            Exclusion(n, v) for n, v in values.items() if not found[n][0]
        ),
    }


rules = drawn_rules()
tier_lists = st.sets(st.integers(0, 9), min_size=1, max_size=4).map(
    lambda prices: tuple(Tier(f"t{p}", p, p) for p in sorted(prices, reverse=True))
)
option_lists = st.lists(
    st.tuples(st.integers(0, 99), st.integers(0, 9)),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row[0],
).map(lambda rows: tuple(Option(f"{n}-o", n, supply) for n, supply in rows))


@st.composite
def legal_pools(draw: st.DrawFn) -> list[Pool]:
    """Draw pools that keep every rule, at the edges of the rules too."""
    pools: list[Pool] = []
    for index in range(draw(st.integers(1, 5))):
        mechanism = draw(st.sampled_from(Mechanism))
        if mechanism in [pool.mechanism for pool in pools if pool.parts]:
            mechanism = Mechanism.EQUAL_SHARE
        tiers = draw(tier_lists) if mechanism is Mechanism.TIERS else ()
        options = draw(option_lists) if mechanism is Mechanism.CHOICES else ()
        parts: tuple[Tier | Option, ...] = (*tiers, *options)
        if mechanism is Mechanism.AUCTION and any(pool.takes_bids for pool in pools):
            mechanism = Mechanism.QUADRATIC
        supply = draw(st.integers(0, 20) | st.just(LARGEST))
        lottery = mechanism is Mechanism.LOTTERY
        most = max(1, supply) if lottery else max(1, *(o.supply for o in options), 1)
        group_max = draw(st.integers(1, most)) if lottery or options else 1
        bid = any(pool.takes_bids for pool in pools)
        certainly = lottery and group_max == 1 and supply > 1 and not bid
        pool = Pool(
            name=f"pool-{index}",
            mechanism=mechanism,
            supply=sum(part.supply for part in parts) if parts else supply,
            price=0 if parts else draw(st.integers(1, LARGEST)),
            cap=draw(st.integers(1, LARGEST)) if mechanism in CAPPED else 1,
            group_max=group_max,
            certain=draw(st.integers(0, supply - 1)) if certainly else 0,
            tiers=tiers,
            options=options,
            again=draw(st.booleans()),
            **draw(rules),
        )
        pools.append(pool)
    return list(draw(handed_on(pools)))


@examples(40)
@given(pools=legal_pools(), deposits=st.sets(numbers, min_size=1, max_size=64))
def test_pools_mean_the_same_in_a_file_and_in_terms(
    file: Path, pools: list[Pool], deposits: set[int]
) -> None:
    ladder = tuple(sorted(deposits))
    head = f'title = "t"\nasset = "a"\ndeposits = {list(ladder)}\n'
    file.write_bytes((head + "".join(map(in_toml, pools))).encode())
    read = read_terms_file(file)
    assert (read.pools, read.deposits) == (tuple(pools), ladder)
    whole = conference(sample_terms())
    takes = read.bids is not None
    bids = whole.bids if takes else None
    terms = replace(whole, pools=read.pools, deposits=ladder, bids=bids)
    again = Terms.from_value(decode(encode(terms.to_value())))
    assert again == terms
    assert again.takes_bids == takes


@examples(40)
@given(pools=legal_pools(), data=st.data())
def test_a_field_of_a_pool_that_changes_is_another_sale_or_none(
    pools: list[Pool], data: st.DataObject
) -> None:
    """No two values of a pool's map are one sale: one meaning has one encoding."""
    whole = conference(sample_terms())
    takes = any(pool.takes_bids for pool in pools)
    terms = replace(whole, pools=tuple(pools), bids=whole.bids if takes else None)
    changed = decode(encode(terms.to_value()))
    pool = cast("Any", changed)["pools"][data.draw(st.integers(0, len(pools) - 1))]
    key = data.draw(st.sampled_from([*pool, "again", "unsold", "group_max", "certain"]))
    pool[key] = data.draw(values)
    if encode(changed) == encode(terms.to_value()):
        return
    error = refusal(lambda: Terms.from_value(changed))
    if error is None:
        assert Terms.from_value(changed) != terms
    else:
        assert isinstance(error, TermsError)


places = st.sampled_from(
    [(name, None) for name in (*sample_terms().to_value(), "deposits", "bids")]
    + [(name, key) for name in ("times", "board", "beacon") for key in ("key", "h")]
)


@given(place=places, value=values)
def test_no_value_crashes_the_reader_of_canonical_terms(
    place: tuple[str, str | None], value: Value
) -> None:
    changed = sample_terms().to_value()
    name, key = place
    inner = changed.get(name)
    if key is not None and isinstance(inner, dict):
        value = {**inner, key: value}
    changed[name] = value
    error = refusal(lambda: Terms.from_value(changed))
    if error is None:
        kept = Terms.from_value(changed).to_value()
        assert decode(encode(kept)) == decode(encode(changed))
    else:
        assert isinstance(error, TermsError)
        assert "terms" in error.message


keys = st.sampled_from(["a", "b-c", '"a b"', "'a.b'", '"\\u00e9\\""', "pool"])
scalars = st.sampled_from(
    [
        *("1", "-0.5", "true", "1979-05-27 07:32:00"),
        *('"x # ="', "'[x]'", '""', "''"),
        '"""\na = 1\n[b] ""x"" \\""""""',
        "'''\nb = {''\n'''''",
    ]
)
toml_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(inner, max_size=3).map(
            lambda items: (
                "[ # ]\n" + "".join(f" {item}, # }}\n" for item in items) + "]"
            )
        )
        | st.lists(st.tuples(keys, inner), max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{k} = {v}" for k, v in pairs) + "}"
        )
    ),
    max_leaves=6,
)
dotted = st.lists(keys, min_size=1, max_size=3).map(" . ".join)
statements = st.lists(
    st.one_of(
        st.tuples(dotted, toml_values).map(" = ".join),
        dotted.map("[{}] # [[x]]".format),
        dotted.map("[[{}]]".format),
        st.just(""),
    ),
    max_size=8,
)


@given(statements=statements)
@example(statements=["[[pool]]", "a = 1", "[[pool]]", "[pool.a]", "b-c = 2"])
def test_the_line_of_a_value_is_where_it_is_written(statements: list[str]) -> None:
    """Whatever is TOML: a statement that is cut off makes its values vanish."""
    text = "\n".join(statements)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    begins = [
        1 + "\n".join(statements[:n]).count("\n") + (n > 0)
        for n in range(len(statements))
    ]
    for key in values:
        line = line_of(text, values, (key,))
        assert line is not None
        index = max(n for n, begin in enumerate(begins) if begin <= line)
        before = tomllib.loads("\n".join(statements[:index]))
        assert key not in before
        assert key in tomllib.loads("\n".join(statements[: index + 1]))

"""Readers of people's files: what is written is read, and nothing makes them crash."""

import csv
import io
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairlot.errors import FairlotError, InputError, TermsError
from fairlot.people import Person, read_people
from fairlot.terms import Terms
from fairlot.terms_file import read_terms_file
from fairlot.text import text_problem
from fairlot.vectors.terms_setting import sample_terms
from fairlot_crypto.cbor import Value, decode, encode

LARGEST = 2**64 - 1

names = st.text(min_size=1, max_size=60).filter(lambda text: not text_problem(text))
numbers = st.integers(0, LARGEST)
people_lists = st.lists(
    st.builds(Person, name=names, wants=numbers, deposit=numbers),
    min_size=1,
    max_size=8,
    unique_by=lambda person: person.name,
)
cells = st.sampled_from([*'",;\n\r\t 0159a-+.', "", "Ann", "\x00", "\ufeff", "é"])
lines = st.lists(cells, max_size=25).map("".join)
snippets = st.sampled_from(
    [*"\n\r\"'[]{}=.,#-+ 1", "title", "supply", "beacon", "delay", "true", "0x", "\x00"]
)


@pytest.fixture(name="file", scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A path that the examples of a property overwrite in turn."""
    return tmp_path_factory.mktemp("input") / "file"


@given(people=people_lists, end=st.sampled_from(["\n", "\r\n"]), quoted=st.booleans())
def test_what_a_csv_writer_writes_is_read_back(
    file: Path, people: list[Person], end: str, *, quoted: bool
) -> None:
    text = io.StringIO()
    writer = csv.writer(
        text,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerow(["person", "wants", "deposit"])
    writer.writerows([[p.name, p.wants, p.deposit] for p in people])
    file.write_bytes(text.getvalue().encode())
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
    rows = csv.reader(io.StringIO(text.replace("\r\n", "\n")), strict=True)
    expected = tuple(Person(r[0], int(r[1]), int(r[2])) for r in rows if r)
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
places = st.sampled_from(
    [(name, None) for name in sample_terms().to_value()]
    + [(name, key) for name in ("times", "board", "beacon") for key in ("key", "h")]
)


@given(place=places, value=values)
def test_no_value_crashes_the_reader_of_canonical_terms(
    place: tuple[str, str | None], value: Value
) -> None:
    changed = sample_terms().to_value()
    name, key = place
    inner = changed[name]
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

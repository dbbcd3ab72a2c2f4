"""A seed fixes every byte, for any number of processes; without one nothing is shared."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from command import SEED, Inputs, crowd, fairlot, write_inputs
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry, EntryType
from fairlot_crypto.cbor import Value

MORE_THAN_ONE_PIECE_OF_WORK = 70
"""People are worked on 64 at a time."""
DRAWN = 32
"""Byte strings from this length on are keys, points, proofs, salts or hashes."""


def _run(inputs: Inputs, out: Path, *options: str) -> dict[str, bytes]:
    ran = fairlot("run", inputs.terms, inputs.people, "--out", out, *options)
    assert ran.code == 0
    return {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.mark.slow
def test_a_seed_gives_the_same_bytes_for_any_number_of_processes(
    tmp_path: Path,
) -> None:
    inputs = write_inputs(tmp_path, people=crowd(MORE_THAN_ONE_PIECE_OF_WORK))
    one = _run(inputs, tmp_path / "one", "--seed", SEED, "--jobs", "1")
    two = _run(inputs, tmp_path / "two", "--seed", SEED, "--jobs", "2")
    again = _run(inputs, tmp_path / "again", "--seed", SEED, "--jobs", "2")
    assert len(one) == 4
    assert one == two == again


@pytest.mark.slow
def test_another_seed_gives_another_sale(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)
    one = _run(inputs, tmp_path / "one", "--seed", SEED)
    two = _run(inputs, tmp_path / "two", "--seed", SEED[::-1])
    assert all(one[name] != two[name] for name in one)


@pytest.mark.slow
def test_without_a_seed_two_runs_share_no_nym_proof_or_salt(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)
    one = _run(inputs, tmp_path / "one")
    two = _run(inputs, tmp_path / "two")
    drawn = [set(_drawn(run["transcript.fairlot"])) for run in (one, two)]
    # Of five deposits each: nym, proof, salt, refund_to, settle_pk, enc_pk, and more.
    assert all(len(strings) > 5 * 6 for strings in drawn)
    assert not drawn[0] & drawn[1]


def _drawn(data: bytes) -> Iterator[bytes]:
    """Yield what people, issuers, contributors and the board put into the entries."""
    records = [r.item for r in read_records(data) if isinstance(r, Record)]
    for entry in records:
        # The terms hold the beacon's modulus, which is everybody's.
        if isinstance(entry, Entry) and entry.type is not EntryType.TERMS:
            yield from (entry.key, entry.sig, *_strings(entry.body))


def _strings(value: Value) -> Iterator[bytes]:
    if isinstance(value, bytes) and len(value) >= DRAWN:
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)

"""Files with a sale, its registry, other logs or copies: what they show, however mixed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, zip_longest

import pytest

from fairlot.audit.auditor import audit_transcript
from fairlot.board.keeper import Board
from fairlot.board.storage import MemoryStorage
from fairlot.board.transcript import Record, Stop, read_records, take_apart
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.identity.committee import signed_roll
from fairlot.identity.roll import roll_id_of
from fairlot.logs import LogKind
from fairlot_crypto import cbor
from fairlot_crypto.log.checkpoint import SignedCheckpoint, sign_checkpoint
from fairlot_crypto.randomness import SeededRandomness
from kit.audited import codes, judged
from kit.board import as_record
from kit.lying_board import LyingBoard, play_with
from kit.real_view import nothing
from kit.roles import real
from kit.sales import GROUP, stage, transcript
from kit.stage import STATEMENTS


@cache
def parts() -> dict[LogKind, tuple[Record, ...]]:
    """Return the records of each log of a whole sale."""
    apart = take_apart(read_records(transcript(stage())))
    return {log.name.kind: tuple(log.records) for log in apart.logs}


def joined(records: Sequence[Record | None]) -> bytes:
    return b"".join(record.encoded for record in records if record is not None)


def of(kind: LogKind) -> bytes:
    """Return the file of one log."""
    return joined(parts()[kind])


REGISTRY, SALE = LogKind.REGISTRY, LogKind.SALE


def test_two_files_show_what_one_does() -> None:
    whole = judged(transcript(stage()))
    for files in ((of(REGISTRY), of(SALE)), (of(SALE), of(REGISTRY))):
        report = judged(*files)
        assert report.holds
        assert (report.facts, report.phase) == (whole.facts, whole.phase)
        assert report.roots == whole.roots


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(4))
def test_interleaving_changes_nothing(seed: int) -> None:
    """Each log in its own order, and the two in any order between each other."""
    left = {kind: list(records) for kind, records in parts().items()}
    source, mixed = SeededRandomness(bytes([seed]) * 32), list[Record]()
    while left[REGISTRY] or left[SALE]:
        kind = REGISTRY if source.take(1)[0] % 2 else SALE
        mixed += left[kind][:1] or []
        del left[kind][:1]
    assert judged(joined(mixed)) == judged(transcript(stage()))


def test_one_by_one_is_an_order_too() -> None:
    pairs = zip_longest(parts()[SALE], parts()[REGISTRY])
    assert judged(joined([*chain(*pairs)])) == judged(transcript(stage()))


def test_a_sale_without_its_registry_is_not_judged() -> None:
    report = judged(of(SALE))
    assert (report.failed, codes(report)) == (("A10",), ["registry.absent"])
    assert "give that log too" in report.findings[0].message


def test_the_registry_of_others_is_none() -> None:
    other = play_with(stage(committee=(4, 1)), until="roll")
    report = judged(of(SALE), other)
    assert codes(report) == ["registry.absent", "log.foreign"]


def test_a_registry_alone_is_audited() -> None:
    assert codes(judged(of(REGISTRY))) == ["sale.incomplete"], "unless it is meant"
    report = judged(of(REGISTRY), alone=True)
    assert report.holds
    assert (report.facts["leaves"], report.facts["rolls"]) == (2, 1)
    assert report.roots.registry_id == stage().registry.registry_id
    assert report.roots.board_key == stage().parts.board.public
    assert report.rehearsal
    holding = {r.check.id for r in report.results if r.holds}
    assert {"A02", "A03", "A10", "A11", "A28", "A30", "A32"} <= holding
    assert {"A05", "A12", "A23", "A31"} <= set(report.unchecked)


def test_a_registry_alone_is_no_sale() -> None:
    report = judged(of(REGISTRY), sale_id=stage().terms.sale_id, alone=True)
    assert codes(report) == ["roots.absent"]
    real = audit_transcript(
        of(REGISTRY), registry_alone=True, curve=GROUP, statements=STATEMENTS
    )
    assert codes(real) == ["audit.rehearsal"]


def test_what_is_wrong_with_a_registry_is_found_without_a_sale() -> None:
    on = stage()
    second = on.roll_entry(replace(on.roll.roll, number=1))
    data = play_with(
        on, before={"terms": lambda b, time: b.batch(time, second)}, until="terms"
    )
    registry = next(
        log for log in take_apart(read_records(data)).logs if log.name.kind is REGISTRY
    )
    report = judged(joined(registry.records), alone=True)
    assert (report.failed, codes(report)) == (("A30",), ["roll.tree"])


def test_a_log_that_is_given_twice_is_named() -> None:
    report = judged(transcript(stage()), of(REGISTRY))
    assert (report.failed, codes(report)) == (("A32",), ["log.twice"])
    assert report.findings[0].offset == len(transcript(stage()))


def test_a_fork_beside_the_log_is_named_too() -> None:
    """Another history of the same registry: fairlot compare tells more."""
    forked = joined(parts()[REGISTRY][:3]) + b""
    report = judged(transcript(stage()), forked)
    assert codes(report) == ["log.twice"]


def test_a_log_twice_in_one_file_is_no_log() -> None:
    report = judged(of(REGISTRY) + transcript(stage()))
    assert not report.holds
    assert {"entry.duplicate", "checkpoint.tree"} <= set(codes(report))


def test_two_histories_of_a_registry_in_one_file_are_found() -> None:
    """One board, two rolls: whichever was shown to whom, the file agrees with neither."""
    on = stage()
    other = replace(on, first_roll=replace(on.roll.roll, expires=on.roll.roll.time + 1))
    forked = play_with(other, until="roll")
    report = judged(of(SALE) + forked + of(REGISTRY))
    assert not report.holds
    assert "checkpoint.tree" in codes(report)


def test_another_sale_beside_it_is_not_judged() -> None:
    on = stage()
    elsewhere = on.with_terms(replace(on.terms, title="Another"))
    other = play_with(elsewhere, until="terms")
    sale = next(
        log for log in take_apart(read_records(other)).logs if log.name.kind is SALE
    )
    report = judged(transcript(on), joined(sale.records))
    assert (report.failed, codes(report)) == (("A32",), ["log.foreign"])


def test_a_torn_end_of_the_first_file_is_a_torn_end() -> None:
    torn = of(REGISTRY) + of(SALE)[:10]
    assert any(isinstance(item, Stop) for item in read_records(torn))
    report = judged(torn, of(SALE))
    assert codes(report) == ["file.tail"]


def test_where_reading_was_given_up_is_told_in_the_second_file_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fairlot.board.files.GIVEN_UP", 3)
    first, noise = of(REGISTRY), bytes(4)
    (given_up,) = [
        finding
        for finding in judged(first, noise + of(SALE)).findings
        if finding.code == "file.given-up"
    ]
    assert given_up.offset == len(first) + 2


def test_a_roll_that_no_quorum_saw_is_found() -> None:
    """Two registries, one for the witnesses and one for a sale, would both pass."""
    on = real(stage(names=()))

    def alone(board: LyingBoard, time: int) -> None:
        board.put(time, on.roll_entry())
        said = board.head(REGISTRY)
        line = sign_checkpoint(said, said.origin, on.parts.board)
        board.raw(as_record(SignedCheckpoint(said, (line,))))

    data = play_with(on, instead={"roll": alone, "deposits": nothing}, until="sealed")
    report = audit_transcript(data, curve=GROUP, statements=STATEMENTS)
    found = [f for f in report.findings if f.code == "witness.quorum"]
    assert [(f.log, f.entry) for f in found] == [(REGISTRY, 2)]


def test_a_board_does_not_go_on_over_an_entry_that_no_head_covers() -> None:
    """Between the logs too: a leaf that nobody has acknowledged, and the sale behind it."""
    on = stage()
    registry, sale = parts()[REGISTRY], parts()[SALE]
    heads = [n for n, r in enumerate(registry) if isinstance(r.item, SignedCheckpoint)]
    late = joined([*registry[: heads[-1]], *sale[:3]])
    with pytest.raises(Rejection) as caught:
        Board.resume(MemoryStorage(late), on.parts.board, on.state())
    assert caught.value.code == "board.damaged"


def relabelled(data: bytes, change: Callable[[Record], bytes]) -> bytes:
    """Return a file with every record changed."""
    records = (item for item in read_records(data) if isinstance(item, Record))
    return b"".join(change(record) for record in records)


def test_another_registry_under_this_ones_name_is_found() -> None:
    """Same board, same issuers, same season: only the registry_id tells them apart."""
    on = stage()
    twin = replace(on.registry, tail=on.registry.tail + 1)
    other = replace(on, parts=replace(on.parts, registry=twin))
    other = other.with_terms(replace(on.terms, registry=twin.registry_id))
    own, theirs = on.registry.registry_id, twin.registry_id
    log = joined(
        next(
            each.records
            for each in take_apart(
                read_records(play_with(other, until="registry"))
            ).logs
            if each.name.kind is REGISTRY
        )
    )
    assert codes(judged(log, of(SALE))) == ["registry.absent", "log.foreign"]

    def change(record: Record) -> bytes:
        value = cbor.decode(record.encoded)
        if isinstance(value, str):
            return cbor.encode(value.replace(theirs.hex(), own.hex()))
        return record.encoded.replace(theirs, own)

    report = judged(relabelled(log, change), of(SALE))
    assert not report.holds
    assert {"entry.signature", "checkpoint.tree"} <= set(codes(report))


def test_a_roll_of_another_registry_is_none_of_this_one() -> None:
    """The same issuers have signed the same numbers, for a registry of another name."""
    on = stage()
    other = replace(on.registry, tail=on.registry.tail + 1).registry_id
    body = signed_roll(other, on.roll.roll, on.parts.issuers)
    entry = on.sign_registry(EntryType.ROLL, body, on.parts.board)
    report = judged(
        play_with(
            on, instead={"roll": lambda b, time: b.batch(time, entry)}, until="roll"
        ),
        alone=True,
    )
    assert (report.failed, codes(report)) == (("A30",), ["roll.signature"])
    theirs = roll_id_of(other, on.roll.roll)
    opened = play_with(
        on,
        before={"open": lambda b, time: b.batch(time, on.open_entry(theirs))},
    )
    report = judged(opened)
    assert (report.failed, codes(report)) == (("A31",), ["open.roll"])


def test_a_head_of_one_log_is_none_of_the_other() -> None:
    """Wherever it lies it speaks of its own log, and under another name of neither."""
    registry, sale = parts()[REGISTRY], list(parts()[SALE])
    place = next(n for n, r in enumerate(sale) if isinstance(r.item, SignedCheckpoint))
    last = [r for r in registry if isinstance(r.item, SignedCheckpoint)][-1]
    without = [record for record in registry if record is not last]
    moved = [*without, *sale[: place + 1], last, *sale[place + 1 :]]
    assert judged(joined(moved)).holds
    text = cbor.decode(last.encoded)
    on = stage()
    assert isinstance(text, str)
    said = text.replace(on.registry.log.origin, on.terms.log.origin)
    forged = replace(sale[place], encoded=cbor.encode(said))
    named = judged(joined([*registry, *sale[: place + 1], forged, *sale[place + 1 :]]))
    assert {"checkpoint.signature", "checkpoint.tree"} <= set(codes(named))


def test_the_board_signs_the_state_of_one_log_in_the_name_of_the_other() -> None:
    on = stage()

    def lie(board: LyingBoard, time: int) -> None:
        said = replace(board.head(REGISTRY), origin=on.terms.log.origin)
        board.raw(as_record(board.signed(said, time)))

    report = judged(play_with(on, before={"close": lie}))
    assert (report.failed, codes(report)) == (("A02",), ["checkpoint.tree"])

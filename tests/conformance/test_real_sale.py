"""A sale in real terms that waits for a round of drand, from its keys to its audit."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from command import Ran, fairlot
from external import external_vectors
from fairlot.audit.auditor import CLOCKS_DIFFER, audit_transcript
from fairlot.audit.trust import terms_policy
from fairlot.board.storage import MemoryStorage
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.terms.named_round import NamedRound
from fairlot_crypto.curve import backend
from fairlot_crypto.errors import CallerError, ProofError
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.judgement import judge_checkpoint
from fairlot_crypto.timelock.chain import QUICKNET, first_round_after
from fairlot_crypto.timelock.drand import verify_round
from kit.real_sale import (
    AMOUNT,
    DELAY,
    NAMED,
    PEOPLE,
    PRICE,
    QUORUM,
    RESULT_TIME,
    ROUND,
    SUPPLY,
    Play,
    RealSale,
    cast_real,
)

CURVE = backend()
LATER = NamedRound(QUICKNET, first_round_after(QUICKNET, 4_102_444_800))
"""A round of 2100, which no clock of an auditor has reached."""


def played(sale: RealSale, watching: int = QUORUM) -> bytes:
    """Return the transcript of a cast's sale; people register once in it."""
    storage = MemoryStorage()
    Play(sale, storage, watching).run()
    return storage.data


@pytest.fixture(scope="module")
def sale() -> RealSale:
    return cast_real(CURVE)


@pytest.fixture(scope="module")
def transcript(sale: RealSale) -> bytes:
    return played(sale)


def audited(sale: RealSale, transcript: bytes, folder: Path) -> Ran:
    """Audit as somebody does who has the trust roots from elsewhere, and kept a head."""
    path, policy = folder / "transcript.fairlot", folder / "policy"
    head = folder / "head"
    path.write_bytes(transcript)
    head.write_text(last_head(transcript).to_text(), encoding="utf-8")
    policy.write_bytes(terms_policy(sale.terms).to_bytes())
    roots = {"--sale-id": sale.terms.sale_id, "--board-key": sale.terms.board.key}
    words = [word for name, root in roots.items() for word in (name, root.hex())]
    files = ("--policy", policy, "--head", head)
    return fairlot("audit", path, *words, *files, "--json")


@pytest.mark.thorough
def test_it_audits_clean(sale: RealSale, transcript: bytes, tmp_path: Path) -> None:
    ran = audited(sale, transcript, tmp_path)
    report = json.loads(ran.out)
    assert (ran.code, report["holds"], report["rehearsal"]) == (0, True, False)
    assert all(check["holds"] for check in report["checks"])
    assert (report["phase"], report["notices"]) == ("locked", [])
    facts = report["facts"]
    assert (facts["beacon_delay"], facts["leaves"]) == (DELAY, len(PEOPLE))
    assert (facts["money_in"], facts["units"]) == (len(PEOPLE) * AMOUNT, SUPPLY)
    assert facts["payments"] == SUPPLY * PRICE
    beacon = report["beacon"]
    assert (beacon["margin"], beacon["rests_on"]) == ("0.000", "round")
    assert beacon["drand"]["round"] == ROUND.round_number
    assert beacon["drand"]["mixed"]
    assert not beacon["recovered"], "nobody withholds, so nobody squares"


def test_without_the_round_it_is_refused_at_its_terms(sale: RealSale) -> None:
    storage = MemoryStorage()
    with pytest.raises(Rejection) as caught:
        Play(sale.unwaiting(), storage)
    assert caught.value.code == "beacon.margin"
    records = [r for r in read_records(storage.data) if isinstance(r, Record)]
    kinds = [r.item.type for r in records if isinstance(r.item, Entry)]
    assert kinds == ["REGISTRY", "TIME"]


def test_its_markers_are_dated_by_the_clock_of_the_machine(
    sale: RealSale, tmp_path: Path
) -> None:
    """Years after it was to open; in a rehearsal the marker would be in time."""
    storage = MemoryStorage()
    Play(sale, storage)
    board, key = tmp_path / "transcript.fairlot", tmp_path / "board.key"
    board.write_bytes(storage.data)
    key.write_text(f"{sale.start.board.seed.hex()}\n", encoding="ascii")
    late = fairlot("beacon", "mark", board, "OPEN", "--key", key)
    assert (late.code, late.out) == (1, "")
    assert "phase.late" in late.err
    assert board.read_bytes() == storage.data


def test_its_last_head_is_believed_under_its_policy(
    sale: RealSale, transcript: bytes
) -> None:
    believed = judge_checkpoint(last_head(transcript), terms_policy(sale.terms))
    assert len(believed.logs) == 1
    dates = [each.time for each in believed.cosigned]
    assert dates == [RESULT_TIME + 1] * QUORUM
    assert believed.unknown == ()


def last_head(transcript: bytes) -> SignedCheckpoint:
    """Return the last head of a transcript."""
    *_, last = read_records(transcript)
    assert isinstance(last, Record)
    assert isinstance(last.item, SignedCheckpoint)
    return last.item


@pytest.mark.thorough
def test_one_witness_of_three_is_no_quorum(tmp_path: Path) -> None:
    sale = cast_real(CURVE)
    transcript = played(sale, watching=QUORUM - 1)
    ran = audited(sale, transcript, tmp_path)
    report = json.loads(ran.out)
    codes = {f["code"] for check in report["checks"] for f in check["findings"]}
    assert (ran.code, codes) == (1, {"witness.quorum", "roots.policy"})
    with pytest.raises(ProofError) as caught:
        judge_checkpoint(last_head(transcript), terms_policy(sale.terms))
    assert caught.value.code == "policy.quorum"


def test_nobody_has_two_roles(sale: RealSale) -> None:
    keys = list(_keys(sale))
    assert len(keys) == len(set(keys)) == 14


def _keys(sale: RealSale) -> Iterator[VerifyKey]:
    terms, registry = sale.terms, sale.committee.credentials.registry
    yield from terms.keys()
    yield from (witness.key for witness in terms.witnesses.named)
    yield from (issuer.key for issuer in registry.issuers)
    yield from registry.attesters


def test_the_round_is_signed_by_quicknet() -> None:
    verify_round(CURVE, QUICKNET, ROUND, NAMED.round_number)


def test_the_round_is_the_published_one() -> None:
    file = external_vectors("drand") / "beacons-quicknet.json"
    rounds = json.loads(file.read_text(encoding="utf-8"))["rounds"]
    signatures = {each["round"]: each["signature"] for each in rounds}
    assert signatures[ROUND.round_number] == ROUND.signature.hex()


# A log whose clock is ahead.


@pytest.mark.thorough
def test_an_end_in_the_future_is_noticed_in_a_real_sale(transcript: bytes) -> None:
    ahead = RESULT_TIME - CLOCKS_DIFFER - 1
    report = audit_transcript(transcript, now=ahead)
    assert report.holds, "no verdict depends on when it is asked for"
    (notice,) = report.notices
    assert f"{RESULT_TIME}, {CLOCKS_DIFFER + 1} s after" in notice
    for clock in (ahead + 1, RESULT_TIME, None):
        assert audit_transcript(transcript, now=clock).notices == ()


@pytest.mark.thorough
def test_the_command_compares_with_the_clock_of_its_machine(tmp_path: Path) -> None:
    sale, storage = cast_real(CURVE, LATER), MemoryStorage()
    Play(sale, storage).run_void()
    ran = audited(sale, storage.data, tmp_path)
    report = json.loads(ran.out)
    assert (ran.code, report["phase"]) == (0, "void")
    (notice,) = report["notices"]
    assert str(sale.terms.times.commit_end) in notice


def test_a_rehearsal_may_play_in_the_future(concert_transcript: bytes) -> None:
    without = audit_transcript(concert_transcript)
    assert audit_transcript(concert_transcript, now=0).notices == without.notices


@pytest.mark.parametrize("now", [-1, 1.5, "0", 2**64])
def test_what_is_no_time_is_refused(now: int) -> None:
    with pytest.raises(CallerError) as caught:
        audit_transcript(b"", now=now)
    assert caught.value.code == "names.time"

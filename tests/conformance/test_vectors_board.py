"""A consumer of the published vectors of board, sale, beacon and audit."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fairlot.audit.auditor import audit_transcript
from fairlot.audit.checks import CHECKS
from fairlot.audit.evidence import encode_evidence, read_evidence
from fairlot.beacon.contributions import (
    Contributions,
    Frozen,
    check_setup,
    make_commitment,
    make_reveal,
)
from fairlot.beacon.recovery import make_recovery
from fairlot.beacon.rounds import Rounds
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import replay
from fairlot.board.sale import SaleState
from fairlot.board.transcript import Stop, read_records
from fairlot.entry import (
    Entry,
    EntryType,
    Role,
    check_signature,
    read_entry,
    sign_entry,
)
from fairlot.errors import FairlotError, InputError, Rejection
from fairlot.logs import BoardIdentity, LogKind
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.curve import backend
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.keys import SigningKey, VerifyKey, check_verify_key
from fairlot_crypto.log.merkle import leaf_hash
from fairlot_crypto.progress import silent
from fairlot_crypto.statements import Statements

VECTORS = Path(__file__).parents[1] / "vectors"
STATEMENTS = Statements()

Case = dict[str, Any]


@cache
def cases(chapter: str) -> list[Case]:
    document: dict[str, Any] = json.loads((VECTORS / f"{chapter}.json").read_text())
    assert document["format"] == "fairlot-vectors/1"
    assert document["chapter"] == chapter
    found: list[Case] = document["cases"]
    assert len({case["name"] for case in found}) == len(found)
    return found


def ids(case: Case) -> str:
    return str(case["name"])


def every(chapter: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases(chapter), ids=ids)


def judge(case: Case, run: Callable[[Case], dict[str, Any]]) -> None:
    """Run a case: its outputs and its trace, or its refusal, are those published."""
    if "refused" in case:
        with pytest.raises((FairlotError, CryptoError)) as caught:
            run(case["input"])
        error = caught.value
        assert isinstance(error, FairlotError | CryptoError)
        assert error.code == case["refused"]["code"]
        return
    found = run(case["input"])
    assert found.keys() >= case["output"].keys() | case.get("trace", {}).keys()
    for name, value in {**case["output"], **case.get("trace", {})}.items():
        assert found[name] == value, name


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def entry_of(encoded: str) -> Entry:
    data = unhex(encoded)
    return read_entry(cbor.decode(data), data)


def fresh() -> SaleState:
    return SaleState(RegistryState(backend(), STATEMENTS))


@pytest.mark.thorough
@every("board")
def test_board(case: Case) -> None:
    operations = {
        "entry": make_entry,
        "read": check_entry,
        "records": split,
        "replay": resume,
    }
    judge(case, operations[case["input"]["op"]])


def make_entry(given: Case) -> dict[str, Any]:
    kind, key = EntryType(given["type"]), SigningKey.from_seed(unhex(given["seed"]))
    body = cbor.decode(unhex(given["body"]))
    assert isinstance(body, dict)
    role = Role(given["role"]) if "role" in given else None
    entry = sign_entry(kind, unhex(given["scope"]), body, key, role=role)
    value = cbor.decode(entry.encoded)
    assert isinstance(value, dict)
    sig = value.pop("sig")
    assert sig == entry.sig
    return {
        "entry": entry.encoded.hex(),
        "entry_hash": entry.hash.hex(),
        "key": entry.key.hex(),
        "role": value["role"],
        "prefix": (b"fairlot-v1/entry\x00" + entry.role.encode() + b"\x00").hex(),
        "unsigned": cbor.encode(value).hex(),
        "sig": entry.sig.hex(),
        "leaf_hash": leaf_hash(entry.encoded).hex(),
    }


def check_entry(given: Case) -> dict[str, Any]:
    check_signature(entry_of(given["entry"]), Statements())
    return {}


def split(given: Case) -> dict[str, Any]:
    data = unhex(given["transcript"])
    items: list[dict[str, Any]] = []
    for record in read_records(data):
        if isinstance(record, Stop):
            items.append({"offset": record.offset, "refused": record.code})
        else:
            kind = "entry" if isinstance(record.item, Entry) else "checkpoint"
            length = len(record.encoded)
            items.append({"offset": record.offset, "length": length, "kind": kind})
    read = replay(data, fresh())
    assert not read.findings
    tree = read.state.tree
    return {
        "items": items,
        "acknowledged": read.covered,
        "size": tree.size,
        "root": tree.root().hex(),
    }


def resume(given: Case) -> dict[str, Any]:
    read = replay(unhex(given["transcript"]), fresh())
    for finding in read.findings:
        raise Rejection(finding.code, finding.message)
    key = check_verify_key(unhex(given["key"]))
    if read.state.terms.board != BoardIdentity(given["name"], key):
        raise Rejection("entry.key", "the terms name another board")
    return {}


@pytest.mark.thorough
@every("sale")
def test_sale(case: Case) -> None:
    judge(case, {"fold": fold, "apply": apply_to_play}[case["input"]["op"]])


def timed_entries(transcript: bytes) -> list[tuple[Entry, int]]:
    read = replay(transcript, fresh())
    assert not read.findings
    both = (*read.registry.entries, *read.entries)
    return [(timed.entry, timed.time) for timed in both]


def log_of(state: SaleState, entry: Entry) -> SaleState | RegistryState:
    return state.registry if entry.log is LogKind.REGISTRY else state


def fold(given: Case) -> dict[str, Any]:
    state, steps = fresh(), list[dict[str, Any]]()
    for entry, time in timed_entries(unhex(given["transcript"])):
        log_of(state, entry).append(entry, time)
        steps.append(
            {
                "log": entry.log.value,
                "type": entry.type.value,
                "time": time,
                "entry_hash": entry.hash.hex(),
                "phase": state.phase.value,
                "leaves": len(state.registry.leaves),
                "rolls": len(state.registry.rolls),
                "nyms": len(state.positions.by_nym),
                "funded": sum(p.funded for p in state.positions.by_nym.values()),
                "money_in": sum(funding.paid for funding in state.fundings()),
                "root": log_of(state, entry).tree.root().hex(),
            }
        )
    return {
        "phase": state.phase.value,
        "void_reason": state.void_reason.value if state.void_reason else None,
        "ledger": ledger_of(state),
        "sale_id": state.sale_id.hex(),
        "steps": steps,
        "draw": draw_of(state),
    }


def ledger_of(state: SaleState) -> list[dict[str, Any]]:
    return [
        {
            "nym": line.nym.hex(),
            "units": line.units,
            "payment": line.payment,
            "refund": line.refund,
            "refund_to": None if line.refund_to is None else line.refund_to.hex(),
        }
        for line in state.ledger
    ]


def draw_of(state: SaleState) -> dict[str, str] | None:
    if state.draw is None:
        return None
    draw = state.draw
    return {
        "b_star": draw.b_star.hex(),
        "omega": draw.omega.hex(),
        "seed": draw.seed.hex(),
    }


def apply_to_play(given: Case) -> dict[str, Any]:
    state = fresh()
    inputs = {case["name"]: case["input"] for case in cases("sale")}
    played = timed_entries(unhex(inputs[given["play"]]["transcript"]))
    for entry, time in played[: given["entries"]]:
        log_of(state, entry).append(entry, time)
    for then in given["then"]:
        log_of(state, entry_of(then["entry"])).append(
            entry_of(then["entry"]), then["time"]
        )
    before = summary(state)
    try:
        entry = entry_of(given["entry"])
        log_of(state, entry).append(entry, given["time"])
    finally:
        assert summary(state) == before
    return {}


def summary(state: SaleState) -> tuple[Any, ...]:
    """Return what an entry could change: a refused one changes none of it."""
    beacon = state.phase.value not in {"empty", "announced", "open", "void"}
    contributions = state.contributions if beacon else None
    return (
        state.tree.root(),
        state.phase,
        state.sale_id,
        state.registry.tree.root(),
        state.registry.registry_id,
        state.registry.clock,
        dict(state.registry.leaves),
        dict(state.registry.rolls),
        state.fundings(),
        {nym: (p.final, p.funded) for nym, p in state.positions.by_nym.items()},
        dict(contributions.commitments) if contributions else None,
        dict(contributions.openings) if contributions else None,
        dict(state.seals.made) if state.seals else None,
        dict(state.markers),
        state.clock,
        state.draw,
        state.ledger,
        state.void_reason,
    )


@pytest.mark.thorough
@every("beacon")
def test_beacon(case: Case) -> None:
    operations = {
        "setup": setup,
        "draw": draw,
        "take": take,
        "seed": seed,
        "recover": recover,
        "round": take_round,
    }
    judge(case, operations[case["input"]["op"]])


def terms_of(given: Case) -> Terms:
    return Terms.from_value(cbor.decode(unhex(given["terms"])))


def setup(given: Case) -> dict[str, Any]:
    check_setup(terms_of(given), Statements())
    return {}


def contributions(given: Case) -> Contributions:
    frozen = Frozen(given["size"], unhex(given["root"]))
    may_commit = [VerifyKey(unhex(key)) for key in given.get("depositors", [])]
    taken = Contributions(terms_of(given).beacon, frozen, may_commit)
    for encoded in given.get("before", []):
        take_in(taken, entry_of(encoded))
    return taken


def take_in(taken: Contributions, entry: Entry) -> None:
    check_signature(entry, STATEMENTS)
    if entry.type is EntryType.COMMIT:
        taken.commit(entry)
    elif entry.type is EntryType.REVEAL:
        taken.reveal(entry, Statements())
    else:
        if taken.unopened is None:
            taken.end_reveals()
        taken.recover(entry, Statements())


def take(given: Case) -> dict[str, Any]:
    take_in(contributions(given), entry_of(given["entry"]))
    return {}


def seed(given: Case) -> dict[str, Any]:
    contributions(given).draw(terms_of(given).sale_id)
    return {}


def take_round(given: Case) -> dict[str, Any]:
    rounds = Rounds(terms_of(given).named_rounds())
    for encoded in given["before"]:
        entry = entry_of(encoded)
        rounds.take(backend(), entry, given["time"], Statements())
    entry = entry_of(given["entry"])
    check_signature(entry, STATEMENTS)
    rounds.take(backend(), entry, given["time"], Statements())
    ((chain_hash, number), signature), *_ = rounds.signatures.items()
    return {
        "signature": signature.hex(),
        "chain_hash": chain_hash.hex(),
        "round": number,
        "due": rounds.named[0].due,
    }


def recover(given: Case) -> dict[str, Any]:
    terms, taken = terms_of(given), contributions(given)
    taken.end_reveals()
    modulus = Modulus.from_bytes(terms.beacon.modulus)
    x = taken.recovery_statement(terms.sale_id)
    key = SigningKey.from_seed(unhex(given["seed"]))
    entry = make_recovery(terms, taken, silent, key)
    take_in(taken, entry)
    drawn = taken.draw(terms.sale_id)
    return {
        "b_star": drawn.b_star.hex(),
        "omega": drawn.omega.hex(),
        "seed": drawn.seed.hex(),
        "x": modulus.encode(x).hex(),
        "entry": entry.encoded.hex(),
    }


def draw(given: Case) -> dict[str, Any]:
    terms, taken = terms_of(given), contributions(given)
    roles = [
        (SigningKey.from_seed(unhex(c["seed"])), os2ip(unhex(c["alpha"])))
        for c in given["contributors"]
    ]
    commits = [make_commitment(terms, taken.frozen, a, key) for key, a in roles]
    reveals = [make_reveal(terms.sale_id, a, key) for key, a in roles]
    for entry in (*commits, *reveals):
        take_in(taken, entry)
    rounds = Rounds(terms.named_rounds())
    for encoded in given.get("rounds", []):
        due = terms.named_rounds()[0].due
        rounds.take(backend(), entry_of(encoded), due, Statements())
    drawn = taken.draw(terms.sale_id, rounds.signatures)
    modulus = Modulus.from_bytes(terms.beacon.modulus)
    points = [taken.commitments[key.public] for key, _ in roles]
    coefficients = [bicorn.coefficient(modulus, c, drawn.b_star) for c in points]
    return {
        "b_star": drawn.b_star.hex(),
        "omega": drawn.omega.hex(),
        "seed": drawn.seed.hex(),
        "sale_id": terms.sale_id.hex(),
        "commitments": [modulus.encode(c).hex() for c in points],
        "coefficients": [b.to_bytes(32, "big").hex() for b in coefficients],
        "entries": [entry.encoded.hex() for entry in (*commits, *reveals)],
    }


@pytest.mark.thorough
@every("audit")
def test_audit(case: Case) -> None:
    given = case["input"]
    if given["op"] == "evidence":
        check_evidence(case)
        return
    roots = {name: unhex(value) for name, value in given["expected"].items()}
    policy = unhex(given["policy"]) if "policy" in given else None
    report = audit_transcript(
        unhex(given["transcript"]),
        sale_id=roots.get("sale_id"),
        board_key=roots.get("board_key"),
        rehearsal=given["rehearsal"],
        heads=given.get("heads", []),
        receipts=map(unhex, given.get("receipts", [])),
        policy=policy,
        statements=STATEMENTS,
    )
    if "refused" in case:
        (finding,) = report.findings
        place = {"offset": finding.offset, "entry": finding.entry}
        assert {"code": finding.code, "place": place} == case["refused"]
        assert report.failed == (case["name"][:3],)
        assert not report.holds
    else:
        assert report.holds
        counts = [len(given.get(name, [])) for name in ("heads", "receipts")]
        assert [report.roots.heads, report.roots.receipts] == counts
        assert report.roots.policy is (policy is not None)
        assert report.phase == case["output"]["phase"]
        assert report.facts == case["output"]["facts"]
        beacon = dict(report.beacon.to_json()) if report.beacon else None
        if beacon is not None:
            assert beacon.pop("withholding")
        assert beacon == case["output"]["beacon"]
        assert list(report.unchecked) == case["output"]["unchecked"]
        assert len(report.notices) == case["output"]["notices"]
        checks = [result.check.id for result in report.results]
        assert checks == case["trace"]["checks"]


def check_evidence(case: Case) -> None:
    """Read and verify evidence, which needs no transcript."""
    data = unhex(case["input"]["data"])
    if "refused" in case:
        with pytest.raises((InputError, Rejection)) as caught:
            read_evidence(data).verify()
        assert caught.value.code == case["refused"]["code"]
        return
    evidence = read_evidence(data)
    evidence.verify()
    assert encode_evidence(evidence) == data
    assert evidence.to_value()["kind"] == case["output"]["kind"]


def test_every_check_has_a_transcript_that_breaks_it() -> None:
    audits = [case for case in cases("audit") if case["input"]["op"] == "audit"]
    broken = {case["name"][:3] for case in audits if "refused" in case}
    assert broken == {check.id for check in CHECKS}


def test_vectors_refuse_more_than_they_accept() -> None:
    for chapter in ("board", "sale", "beacon", "audit"):
        refused = sum("refused" in case for case in cases(chapter))
        assert 2 * refused > len(cases(chapter))

"""Evidence that verifies alone, and what proves nothing; a part of chapter audit."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from fairlot.audit.evidence import (
    Evidence,
    Fork,
    TwoSeals,
    encode_evidence,
    read_evidence,
)
from fairlot.beacon.seals import make_seal
from fairlot.board.replay import Replay, replay
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.log.merkle import consistency_proof
from generators import audit_evidence_tags as tags
from generators import plays
from generators.audit_evidence_deliveries import shown, unproven, wrong_delivery
from generators.audit_evidence_issuers import (
    malformed_parts,
    malformed_shares,
    parts_shown,
    parts_unproven,
    shares_shown,
    shares_unproven,
)
from generators.case import Case, Raw, accept, reject
from generators.sale_registration import tampered
from generators.stage import draw_alpha, publish, stage
from kit.stage import Stage


def evidence_cases() -> Sequence[Case]:
    """Return the cases."""
    return (*_accepted(), *_refused(), *_malformed())


COMMITTED, ENDED = 7, 9
"""Entries of both histories with the commitment, and with COMMIT_END: where heads stand."""


@cache
def _true() -> Replay:
    """Return a history without people, up to COMMIT_END."""
    return replay(publish(plays.lie(plays.NOBODY[:5])), stage().state())


@cache
def _forked() -> Replay:
    """Return one that goes back to CLOSE, for another commitment."""
    time, _ = plays.NOBODY[3]
    scenes = (*plays.NOBODY[:3], (time, _commit_anew), plays.NOBODY[4])
    return replay(publish(plays.lie(scenes)), stage().state())


def _commit_anew(on: Stage, state: SaleState) -> Sequence[Entry]:
    frozen = state.contributions.frozen
    return (on.commit(frozen, alpha=draw_alpha("another")),)


def _fork(earlier: int, later: int) -> Fork:
    true, forked = _true(), _forked()
    tree, key = forked.state.tree, stage().parts.board.public
    proof = () if earlier == later else consistency_proof(tree, earlier, later)
    head, other = true.heads[earlier], forked.heads[later]
    return Fork(key, head, other, tree.root(earlier), proof)


def _seals() -> TwoSeals:
    """Return the seals of both histories by their one contributor."""
    on, key = stage(), stage().parts.contributors[0]
    due = [read.state.seals for read in (_true(), _forked())]
    first, second = (
        make_seal(on.terms.sale_id, seals.due, key)
        for seals in due
        if seals is not None
    )
    return TwoSeals(first, second)


def _accepted() -> Sequence[Case]:
    rows: tuple[tuple[str, str, Evidence], ...] = (
        ("fork", "Two heads of one size.", _fork(COMMITTED, COMMITTED)),
        ("fork-later", "A head and a larger one.", _fork(COMMITTED, ENDED)),
        ("seals", "Two seals of one contributor.", _seals()),
        *shown(),
        *parts_shown(),
        *shares_shown(),
        *tags.tags_shown(),
        *tags.boxes_shown(),
    )
    return [_accept(*row) for row in rows]


def _accept(name: str, comment: str, evidence: Evidence) -> Case:
    data = encode_evidence(evidence)
    evidence.verify()
    kind = str(evidence.to_value()["kind"])
    inputs: dict[str, Raw] = {"op": "evidence", "data": data}
    return accept(f"evidence-{name}", comment, inputs, {"kind": kind})


def _refused() -> Sequence[Case]:
    fork, later, seals = _fork(COMMITTED, COMMITTED), _fork(COMMITTED, ENDED), _seals()
    on, (path, *others) = stage(), later.proof
    elsewhere = replace(fork.later.checkpoint, origin="rehearsal.example/other")
    by_seller = on.sign(EntryType.SEAL, seals.second.body, on.parts.seller)
    revealed = on.reveal()
    rows: tuple[tuple[str, str, str, Evidence], ...] = (
        (
            "two-logs",
            "Heads of two logs contradict nothing.",
            "evidence.origin",
            replace(fork, later=replace(fork.later, checkpoint=elsewhere)),
        ),
        (
            "other-key",
            "The board's key has signed both heads; anybody could be accused.",
            "evidence.signature",
            replace(fork, key=on.parts.seller.public),
        ),
        (
            "one-history",
            "A head and its continuation contradict nothing.",
            "evidence.consistent",
            replace(later, root=later.earlier.checkpoint.root),
        ),
        (
            "other-root",
            "That the later tree had another root is shown; it would be made up.",
            "evidence.proof",
            replace(later, root=bytes(32)),
        ),
        (
            "cut-proof",
            "The proof is whole.",
            "evidence.proof",
            replace(later, proof=tuple(others)),
        ),
        (
            "long-proof",
            "The proof has no more than it needs.",
            "evidence.proof",
            replace(later, proof=(path, *later.proof)),
        ),
        (
            "proof-of-equals",
            "Heads of one size need no proof.",
            "evidence.proof",
            replace(fork, proof=(path,)),
        ),
        (
            "two-contributors",
            "Both seals are of one key.",
            "evidence.seal",
            TwoSeals(seals.first, by_seller),
        ),
        (
            "no-seals",
            "A contributor who reveals twice has not sealed.",
            "evidence.seal",
            TwoSeals(revealed, revealed),
        ),
        (
            "forged-seal",
            "The contributor has signed both seals.",
            "evidence.signature",
            TwoSeals(seals.first, tampered(seals.second)),
        ),
        (
            "one-seal",
            "A seal that is sent again contradicts nothing.",
            "evidence.consistent",
            TwoSeals(seals.first, seals.first),
        ),
        *unproven(),
        *parts_unproven(),
        *shares_unproven(),
        *tags.tags_unproven(),
        *tags.boxes_unproven(),
    )
    return [_refuse(*row) for row in rows]


def _malformed() -> Sequence[Case]:
    fork, seals = _fork(COMMITTED, COMMITTED).to_value(), _seals().to_value()
    wrong = wrong_delivery().to_value()
    empty: Value = b"\xa0"
    rows: tuple[tuple[str, str, dict[str, Value]], ...] = (
        ("version", "The version is 1.", {**fork, "v": 2}),
        ("kind", "The kind is known.", {**fork, "kind": "rumour"}),
        ("one-head", "There are two heads.", {**fork, "heads": ["x"]}),
        ("no-note", "Heads are signed notes.", {**fork, "heads": ["x", "y"]}),
        ("short-key", "A key has 32 bytes.", {**fork, "key": bytes(31)}),
        ("short-root", "A root has 32 bytes.", {**fork, "root": bytes(31)}),
        ("with-note", "There is nothing else.", {**fork, "note": "hello"}),
        (
            "three-seals",
            "There are two seals.",
            {**seals, "entries": [empty, empty, empty]},
        ),
        ("no-entry", "Seals are entries.", {**seals, "entries": [empty, empty]}),
        (
            "no-entries",
            "Four entries show a wrong delivery.",
            {**wrong, "entries": [empty, empty, empty]},
        ),
        ("short-secret", "A key has 32 bytes.", {**wrong, "secret": bytes(31)}),
        ("with-heads", "There is nothing else.", {**wrong, "heads": ["x", "y"]}),
        *malformed_parts(),
        *malformed_shares(),
        *tags.malformed_tags(),
        *tags.malformed_boxes(),
    )
    return [
        _refuse_bytes(n, rule, "evidence.form", cbor.encode(v)) for n, rule, v in rows
    ]


def _refuse(name: str, rule: str, code: str, evidence: Evidence) -> Case:
    return _refuse_bytes(name, rule, code, encode_evidence(evidence))


def _refuse_bytes(name: str, rule: str, code: str, data: bytes) -> Case:
    inputs: dict[str, Raw] = {"op": "evidence", "data": data}
    return reject(
        f"evidence-{name}", rule, code, inputs, lambda: read_evidence(data).verify()
    )

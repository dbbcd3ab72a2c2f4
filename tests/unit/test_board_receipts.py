"""Receipts that a board makes of its answers: each stands alone, and is of one board."""

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.kept import Kept
from fairlot.audit.trust import terms_policy
from fairlot.board.storage import MemoryStorage
from fairlot.logs import LogKind
from fairlot.rehearsal.parts import START
from fairlot_crypto.errors import CallerError
from fairlot_crypto.log.proof import LogProof, verify_proof
from kit.sales import GROUP, deposit, play, post, stage, steps
from kit.stage import STATEMENTS
from lies_file import A_REHEARSAL


def test_every_receipt_of_an_honest_board_is_held_by_its_log() -> None:
    on, storage, proofs = stage(), MemoryStorage(), list[LogProof]()
    board = on.board(storage)
    policy = terms_policy(on.terms)
    for step in steps(on):
        entries, answers = step.make(board.state), post(board, on, step)
        for entry, answer in zip(entries, answers, strict=True):
            if entry.log is LogKind.REGISTRY:
                continue
            proofs.append(board.proof_of(answer))
            verify_proof(proofs[-1], entry.encoded, policy, origin=on.terms.origin)
    assert LogProof.parse(proofs[-1].to_bytes()) == proofs[-1]
    kept = Kept((), tuple(proofs))
    report = audit(storage.data, GROUP, A_REHEARSAL, STATEMENTS, kept=kept)
    assert report.holds
    assert report.roots.receipts == len(proofs)


def test_a_refused_entry_has_no_receipt_that_stands_alone() -> None:
    on = stage()
    board = play(on.board(), on, until="open")
    (answer,) = board.append([on.reveal()], START + 1)
    with pytest.raises(CallerError) as caught:
        board.proof_of(answer)
    assert caught.value.code == "board.receipt"


def test_a_receipt_is_of_one_board() -> None:
    on = stage()
    board = play(on.board(), on, until="open")
    (answer,) = board.append([deposit(on, 0)], START + 60)
    other = play(on.board(), on, until="open")
    other.append([deposit(on, 1)], START + 60)
    with pytest.raises(CallerError, match=r"proof\.tree"):
        other.proof_of(answer)

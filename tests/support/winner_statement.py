"""What a winner's answer must show, out of the file of a sale, for provers who cheat."""

from pathlib import Path

from fairlot.board.replay import replay_file
from fairlot.identity.winner_audit import WinnerProof
from fairlot.names import nym_context
from fairlot_crypto.bbs.winner import AuditKey, Owned
from fairlot_crypto.curve import backend
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.statements import Statements


def statement_of(transcript: Path, about: WinnerProof, key: AuditKey) -> Owned:
    """Return what an answer about a leaf and a nym must show to an auditor."""
    curve = backend()
    read = replay_file(transcript.read_bytes(), curve, Statements())
    registry = read.state.registry
    return Owned(
        schema=registry.registry.schema,
        about=about.registry_id + i2osp(about.index, 8),
        commitment=registry.leaves[about.index].commitment,
        ctx=nym_context(about.sale_id),
        nym=about.nym,
        verifier=key.public(curve),
    )

"""Boards that are not those of which somebody kept something, or whom nobody trusts."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from fairlot.audit.expected import Expected
from fairlot.audit.kept import NOTHING, Kept
from fairlot.audit.trust import terms_policy
from fairlot.board.replay import Replay, replay
from fairlot.entry import EntryType
from fairlot.logs import log_origin
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.policy import Policy
from fairlot_crypto.log.proof import LogProof, make_proof
from kit.board import signed
from kit.lying_board import play_with
from kit.sales import DEPOSIT_TIME, PRICE, deposit, nym_of, stage, transcript
from lies_file import A_REHEARSAL, STRANGER, Make, Row
from lies_watch import shown, watched


@cache
def without_bob() -> bytes:
    """Return a whole sale that bob is not in."""
    on, ann = stage(), deposit(stage(), 0)
    return transcript(on, (ann, on.payment(nym_of(ann), PRICE)))


@cache
def with_bob() -> Replay:
    """Return what the same board showed to bob: his deposit came first."""
    on = stage()
    made = (deposit(on, 1), deposit(on, 0))
    return replay(play_with(on, until="deposits", deposits=made), on.state())


def last_head(read: Replay) -> SignedCheckpoint:
    """Return the last head of a log."""
    return read.heads[max(read.heads)]


def receipt(read: Replay, kind: EntryType) -> LogProof:
    """Return the receipt of the first entry of a type, under the last head."""
    index = next(t.index for t in read.entries if t.entry.type is kind)
    return make_proof(read.state.tree, index, last_head(read))


def read_again(data: bytes) -> Replay:
    """Return the log of a transcript of the small sale."""
    return replay(data, stage().state())


def trusting(policy: Policy) -> Expected:
    """Return what an auditor of a rehearsal expects who has a policy."""
    return Expected(rehearsal=True, policy=policy)


def _head(root: bytes | None = None, more: int = 0, sale: bytes = b"") -> Kept:
    """Return the last head of the sale without bob, changed, signed by the board."""
    on, said = stage(), last_head(read_again(without_bob())).checkpoint
    changed = replace(
        said,
        origin=log_origin(on.terms.board.name, sale) if sale else said.origin,
        size=said.size + more,
        root=root or said.root,
    )
    return Kept((signed(on, changed, DEPOSIT_TIME),))


def _by_a_stranger() -> Kept:
    said = last_head(read_again(without_bob())).checkpoint
    return Kept((signed(stage(), said, DEPOSIT_TIME, STRANGER),))


def _all_of_them() -> Policy:
    """Return a policy for which every witness must have seen the last head."""
    policy = terms_policy(watched().terms)
    (group,) = policy.groups
    return replace(policy, groups=(replace(group, threshold=len(group.members)),))


def _another_board() -> Policy:
    policy = terms_policy(stage().terms)
    (log,) = policy.logs
    return replace(policy, logs=(replace(log, key=STRANGER.public),))


def _row(code: str, sentence: str, kept: Kept) -> Row:
    return Row("A29", code, sentence, without_bob, A_REHEARSAL, kept)


def _distrusted(sentence: str, make: Make, policy: Policy) -> Row:
    return Row("A06", "roots.policy", sentence, make, trusting(policy), NOTHING)


KEPT: Sequence[Row] = (
    _row("heads.fork", "not what bob saw", Kept((last_head(with_bob()),))),
    _row("heads.fork", "not the entries of its own last head", _head(root=bytes(32))),
    _row("heads.fork", "not as long as somebody saw it", _head(more=1)),
    _row("heads.origin", "not the sale of the head", _head(sale=bytes(32))),
    _row("heads.signature", "a head that a stranger made up", _by_a_stranger()),
    _row(
        "heads.receipt",
        "not the deposit for which bob has a receipt",
        Kept((), (receipt(with_bob(), EntryType.DEPOSIT),)),
    ),
    _distrusted("another board in its name", without_bob, _another_board()),
    _distrusted(
        "one witness has not seen the end, and the auditor wants all",
        shown("result", 0, (0, 1)),
        _all_of_them(),
    ),
)

"""A contributor's part on their own machine (specs/beacon.md, section 7).

Every step first reads the whole board, and makes nothing that the board would refuse.
"""

import json
from dataclasses import dataclass, field

from fairlot.beacon.contributions import Frozen, make_commitment, make_reveal
from fairlot.beacon.recovery import recovery_entry
from fairlot.beacon.rounds import make_round
from fairlot.beacon.seals import Seal, make_seal, read_seal
from fairlot.board.ahead import Ahead
from fairlot.board.duties import check_clock, check_in_time, own_clock
from fairlot.board.recalling import States
from fairlot.board.replay import Replay, replay_file
from fairlot.entry import Entry, EntryType
from fairlot.errors import InputError, Rejection
from fairlot.names import SaleId
from fairlot_crypto.curve import Backend
from fairlot_crypto.delay import bicorn, wesolowski
from fairlot_crypto.delay.checkpoints import Store
from fairlot_crypto.hashing import i2osp, os2ip
from fairlot_crypto.json_object import read_json_object
from fairlot_crypto.keys import SigningKey, VerifyKey
from fairlot_crypto.progress import Progress
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.drand import Beacon

_SECRET = ("sale", "size", "root", "key", "alpha")
"""The fields of a secret's file."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What a contributor keeps from COMMIT to REVEAL; nobody may learn it earlier."""

    sale_id: SaleId
    frozen: Frozen
    """n_d and root_d, for which the commitment is made."""
    key: VerifyKey
    """Who commits."""
    alpha: int = field(repr=False)
    """α, drawn for this sale only."""

    @classmethod
    def draw(cls, view: Replay, key: VerifyKey, randomness: Randomness) -> "Secret":
        """Draw α for the sale on a board.

        Raises:
            Rejection: ``phase.wrong`` before CLOSE.
        """
        frozen = view.state.contributions.frozen
        return cls(view.state.sale_id, frozen, key, bicorn.draw_alpha(randomness))

    def to_bytes(self) -> bytes:
        """Return the file of a secret."""
        fields = {
            "sale": self.sale_id.hex(),
            "size": self.frozen.size,
            "root": self.frozen.root.hex(),
            "key": self.key.hex(),
            "alpha": i2osp(self.alpha, bicorn.ALPHA_LENGTH).hex(),
        }
        return json.dumps(fields, indent=2).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> "Secret":
        """Read the file of a secret.

        Raises:
            ValueError: if it is none, to the byte.
        """
        fields = read_json_object(data, _SECRET, (), ValueError)
        secret = cls(
            SaleId(fields.octets("sale")),
            Frozen(fields.integer("size"), fields.octets("root")),
            VerifyKey(fields.octets("key")),
            os2ip(fields.octets("alpha")),
        )
        if secret.to_bytes() != data:
            raise ValueError("it must be as this program writes it, to the byte")
        return secret


def read_view(
    data: bytes,
    curve: Backend,
    statements: Statements | None = None,
    ahead: Ahead | None = None,
    states: States | None = None,
) -> Replay:
    """Return the sale on a board, checked as an auditor does.

    Args:
        data: the bytes of its transcript.
        curve: the back-end.
        statements: what this user has verified before; ``None`` for nothing.
        ahead: verifies presentations together; ``None`` verifies them one by one.
        states: what this user has folded before; ``None`` for nothing.

    Raises:
        Rejection: the first rule that the transcript breaks; nobody should contribute to
            such a sale.
    """
    known = Statements() if statements is None else statements
    view = replay_file(data, curve, known, ahead=ahead, states=states)
    view.check()
    return view


def commit(view: Replay, key: SigningKey, secret: Secret, clock: int) -> Entry:
    """Return the COMMIT entry of a secret (specs/beacon.md, steps 2 and 3).

    Args:
        view: the board, which extends the head that was kept.
        key: whose.
        secret: of this sale and key.
        clock: the contributor's own, Unix seconds.

    Raises:
        Rejection: as the board would refuse it; ``head.clock``, ``witness.quorum``.
    """
    state = view.state
    frozen = state.contributions.frozen
    entry = _taken(view, make_commitment(state.terms, frozen, secret.alpha, key))
    check_clock(view, clock)
    check_in_time(view, EntryType.CLOSE)
    return entry


def seal(view: Replay, key: SigningKey, secret: Secret, clock: int) -> Entry:
    """Return the SEAL entry of a contributor who has not sealed (specs/beacon.md, section 7).

    Args:
        view: the board, which extends the head that was kept.
        key: whose.
        secret: of this sale and key.
        clock: the contributor's own, Unix seconds.

    Raises:
        Rejection: as the board would refuse it; ``head.clock``, ``witness.quorum``,
            ``sealing.late``.
        InputError: ``contribution.secret`` where the commitment on the board is another.
    """
    state = view.state
    entry = _taken(view, make_seal(state.sale_id, state.due_seals().due, key))
    check_clock(view, clock)
    check_in_time(view, EntryType.COMMIT_END)
    # Step 5.
    made = state.contributions
    if made.commitments[key.public] != bicorn.commit(made.modulus, secret.alpha):
        problem = "this key has committed with another secret than this one"
        raise InputError("contribution.secret", problem)
    # Step 6.
    ends = state.terms.times.seal_end
    if own_clock(view, clock) >= ends:
        problem = f"the time of sealing has ended at {ends} by your clock: do not seal"
        raise Rejection("sealing.late", problem)
    return entry


def check_sealed(view: Replay, made: Entry) -> None:
    """Check that a board asks for the seal that its contributor has made.

    Raises:
        Rejection: ``sealing.other``, with both, as evidence.
    """
    seals, first = view.state.seals, read_seal(made)
    # Step 4.
    if seals is not None and seals.due != first:
        problem = "this board asks for another seal than the one that you have made"
        both = f"yours is over {_described(first)}; it asks for {_described(seals.due)}"
        raise Rejection("sealing.other", f"{problem}: keep both files. {both}")


def reveal(view: Replay, key: SigningKey, secret: Secret, clock: int) -> Entry:
    """Return the REVEAL entry of a secret (specs/beacon.md, step 9).

    Args:
        view: the board, which extends the head that was kept.
        key: whose.
        secret: of this sale and key.
        clock: the contributor's own, Unix seconds.

    Raises:
        Rejection: as the board would refuse it: ``phase.wrong`` before SEALED;
            ``head.clock``, ``witness.quorum``.
    """
    entry = _taken(view, make_reveal(view.state.sale_id, secret.alpha, key))
    check_clock(view, clock)
    check_in_time(view, EntryType.SEALED)
    return entry


def recover(
    view: Replay, key: SigningKey, progress: Progress, store: Store | None = None
) -> Entry:
    """Return the RECOVER entry, after the T squarings that it takes.

    Args:
        view: the board, after REVEAL_END.
        key: any key.
        progress: called with the progress of the work.
        store: where checkpoints are kept, so that a killed recovery can continue.

    Raises:
        Rejection: ``recover.not-needed`` if nothing is withheld, ``phase.wrong``.
        EncodingError: ``evaluation.foreign``, ``evaluation.false``.
    """
    state = view.state
    contributions = state.contributions
    if not contributions.withheld or contributions.recovered is not None:
        raise Rejection("recover.not-needed", "no reveal is missing on this board")
    x = contributions.recovery_statement(state.sale_id)
    delay = state.terms.beacon.delay
    y, proof = wesolowski.prove(contributions.modulus, x, delay, progress, store)
    return _taken(view, recovery_entry(state.terms, (x, y, proof), key))


def publish(view: Replay, key: SigningKey, beacon: Beacon) -> Entry:
    """Return the ROUND entry of a round (specs/beacon.md, step 13).

    Args:
        view: the board, after SEALED.
        key: any key.
        beacon: the round that a relay gives.

    Raises:
        Rejection: ``round.unnamed``, ``round.signature`` if it is none of the terms';
            otherwise as the board would refuse it when the round is due.
    """
    state = view.state
    named = state.rounds.identify(state.curve, beacon, state.statements)
    entry = make_round(state.sale_id, named.chain, beacon, key)
    return _taken(view, entry, max(view.time, named.due))


def check_secret(view: Replay, key: VerifyKey, secret: Secret) -> None:
    """Check that a secret belongs to this sale and key.

    Raises:
        InputError: ``contribution.secret``.
        Rejection: ``phase.wrong`` before CLOSE.
    """
    state = view.state
    expected = (state.sale_id, state.contributions.frozen, key)
    if (secret.sale_id, secret.frozen, secret.key) != expected:
        problem = "the secret is of another sale, board or key"
        raise InputError("contribution.secret", problem)


def _taken(view: Replay, entry: Entry, time: int | None = None) -> Entry:
    """Return an entry that the board in its present state would accept, now or at ``time``.

    One that it has is sent again: whoever was killed before they heard so gets a receipt.
    """
    there = {
        each.entry.hash for each in view.entries.of(entry.type) if not each.refusal
    }
    if entry.hash not in there:
        view.state.apply(entry, view.time if time is None else time)
    return entry


def _described(seal: Seal) -> str:
    head = seal.head
    return f"b* {seal.b_star.hex()}, {head.size} entries, root {head.root.hex()}"

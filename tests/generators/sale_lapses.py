"""Entries about collecting that the fold must refuse; a part of chapter sale."""

from collections.abc import Sequence

from fairlot.claim.collect import make_collect
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.names import Nym
from fairlot.rehearsal.parts import TIMES
from fairlot_crypto.cbor import Value
from generators import plays_collected as plays
from generators.plays import nym_of
from generators.sale_refusal import Refusal
from generators.stage import FIRST
from kit.board import Batch
from kit.collecting import collect, settle_key

_SEALED, _KNOWN = 24, 30
"""Entries of these plays up to SEALED, and up to RESULT; of both logs."""


def refusals() -> Sequence[Refusal]:
    """Return the refusals."""
    return (*_collects(), *_ends(), *_second_draws())


def _collects() -> Sequence[Refusal]:
    on = plays.collecting_stage()
    nym = nym_of(on.deposit("ann", FIRST))
    other = settle_key(on, 1)
    noted: dict[str, Value] = {"nym": nym, "note": 1}
    own = settle_key(on, 0)
    after = _count(plays.lapsed(), EntryType.COLLECT_END)
    rows: tuple[tuple[str, str, str, int, Entry, int], ...] = (
        (
            "collect-early",
            "Who cannot know the draw cannot come for a seat.",
            "collect.early",
            _SEALED,
            collect(on, nym),
            TIMES.seal_end + 5,
        ),
        (
            "collect-nobody",
            "Who has not deposited has nothing to collect.",
            "collect.nym",
            _KNOWN,
            make_collect(on.terms.sale_id, Nym(bytes(48)), other),
            TIMES.reveal_end + 60,
        ),
        (
            "collect-other-key",
            "A seat is collected by a key of its position, not by another's.",
            "collect.key",
            _KNOWN,
            collect(on, nym, other),
            TIMES.reveal_end + 60,
        ),
        (
            "collect-note",
            "A body has its fields and no other.",
            "entry.field",
            _KNOWN,
            sign_entry(EntryType.COLLECT, on.terms.sale_id, noted, own),
            TIMES.reveal_end + 60,
        ),
        (
            "collect-late",
            "Who has collected is fixed at COLLECT_END.",
            "phase.wrong",
            after,
            collect(on, nym),
            plays.ends(),
        ),
    )
    return [Refusal(*row, play="lapsed") for row in rows]


def _ends() -> Sequence[Refusal]:
    on = plays.collecting_stage()
    end, unlock = on.sign(EntryType.COLLECT_END), on.sign(EntryType.UNLOCK)
    noted = on.sign(EntryType.COLLECT_END, {"note": 1})
    rows: tuple[tuple[str, str, str, Entry, int], ...] = (
        (
            "collect-end-early",
            "People can collect until t_collect.",
            "phase.early",
            end,
            plays.ends() - 1,
        ),
        (
            "collect-end-late",
            "A later end would be one of the board's choosing.",
            "phase.late",
            end,
            plays.late(),
        ),
        (
            "collect-end-note",
            "A marker has an empty body.",
            "entry.field",
            noted,
            plays.ends(),
        ),
        (
            "unlock-collecting",
            "Nothing is released before the second draw.",
            "phase.wrong",
            unlock,
            on.terms.times.unlock,
        ),
    )
    return [
        Refusal(name, rule, code, _KNOWN, entry, time, play="lapsed")
        for name, rule, code, entry, time in rows
    ]


def _second_draws() -> Sequence[Refusal]:
    on, due = plays.collecting_stage(), plays.second().due
    fixed = _count(plays.lapsed(), EntryType.COLLECT_END)
    known = _count(plays.lapsed(), EntryType.ROUND)
    right = next(
        e for b in plays.lapsed() for e in b.entries if e.type is EntryType.REDRAWN
    )
    bare = on.sign(EntryType.REDRAWN, {"outcome": right.body["outcome"]})
    changed = {**right.body, "outcome": bytes(32)}
    rows: tuple[tuple[str, str, str, int, Entry, int], ...] = (
        (
            "redrawn-early",
            "COLLECT_END may still come.",
            "redraw.early",
            _KNOWN,
            bare,
            plays.late() - 1,
        ),
        (
            "redrawn-without-round",
            "The second draw waits for its round.",
            "redraw.round",
            fixed,
            right,
            due,
        ),
        (
            "redrawn-without-seed",
            "With the round there is a second seed.",
            "redraw.seed",
            known,
            bare,
            due,
        ),
        (
            "redrawn-other-outcome",
            "The second draw gives what it gives.",
            "redraw.outcome",
            known,
            on.sign(EntryType.REDRAWN, changed),
            due,
        ),
        (
            "redrawn-first-outcome",
            "Nobody who has lapsed keeps the seat.",
            "redraw.outcome",
            known,
            _first_outcome(right),
            due,
        ),
    )
    return [Refusal(*row, play="lapsed") for row in rows]


def _first_outcome(right: Entry) -> Entry:
    """Announce the outcome of the first draw once more."""
    on = plays.collecting_stage()
    result = next(
        e for b in plays.lapsed() for e in b.entries if e.type is EntryType.RESULT
    )
    body = {**right.body, "outcome": result.body["outcome"]}
    return on.sign(EntryType.REDRAWN, body)


def _count(batches: Sequence[Batch], last: EntryType) -> int:
    """Return how many entries there are up to the last of a type."""
    kinds = [entry.type for batch in batches for entry in batch.entries]
    return len(kinds) - kinds[::-1].index(last)

"""Rounds of drand that must be refused, and draws without them; a part of chapter sale."""

from collections.abc import Sequence

from fairlot.entry import Entry, EntryType
from fairlot_crypto.delay import bicorn
from generators import plays
from generators.sale_refusal import Refusal
from generators.stage import fold

_OPENED, _SEALED, _REVEALED, _KNOWN, _DONE = 9, 17, 20, 21, 22
"""Entries of the play ``waited`` before CLOSE, REVEAL_END, ROUND, RESULT, and all."""


def refusals() -> Sequence[Refusal]:
    """Return the refusals."""
    on = plays.waiting_stage()
    (named,) = on.terms.named_rounds()
    right, later = on.round(), on.round(step=1)
    by_seller = on.sign(EntryType.ROUND, right.body, on.parts.seller)
    result = plays.waited()[-1].entries[0]
    rows: tuple[tuple[str, str, str, int, Entry, int], ...] = (
        (
            "round-before-sealed",
            "Rounds follow SEALED; the set could be chosen to fit them.",
            "phase.wrong",
            _OPENED,
            right,
            named.due,
        ),
        (
            "round-early",
            "A round is not known before it is due; if it is, a clock is wrong.",
            "round.early",
            _SEALED,
            right,
            named.due - 1,
        ),
        (
            "round-other",
            "The terms fix the round; whoever posts one would choose the draw.",
            "round.unnamed",
            _REVEALED,
            later,
            plays.DRAWN_BY,
        ),
        (
            "round-relabelled",
            "The chain signs the number; another round would pass for the one named.",
            "round.signature",
            _REVEALED,
            on.round(step=1, round=named.round_number),
            plays.DRAWN_BY,
        ),
        (
            "round-twice",
            "A round is taken once.",
            "round.twice",
            _KNOWN,
            by_seller,
            plays.DRAWN_BY,
        ),
        (
            "round-after-result",
            "After RESULT nothing is legal.",
            "phase.wrong",
            _DONE,
            by_seller,
            plays.DRAWN_BY,
        ),
        (
            "result-without-round",
            "The draw waits for the round that the terms name.",
            "result.round",
            _REVEALED,
            result,
            plays.DRAWN_BY,
        ),
        (
            "result-other-round",
            "The seed mixes in the round that the terms name and no other.",
            "result.draw",
            _KNOWN,
            _result_with(later),
            plays.DRAWN_BY,
        ),
    )
    return [Refusal(*row, play="waited") for row in rows]


def _result_with(entry: Entry) -> Entry:
    """Return the RESULT whose seed mixes in the signature of another round."""
    on, state = plays.waiting_stage(), fold(plays.waited()[:-1])
    draw, _, _ = state.result()
    made, signature = state.contributions, entry.body["signature"]
    seed = bicorn.seed(
        state.sale_id,
        made.frozen.root,
        made.frozen.size,
        draw.b_star,
        made.modulus,
        made.modulus.decode(draw.omega),
        signature if isinstance(signature, bytes) else b"",
    )
    return on.result(state, seed=seed)

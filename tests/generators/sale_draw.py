"""Entries after CLOSE that must be refused; a part of chapter sale."""

from collections.abc import Sequence

from fairlot.beacon.contributions import Frozen, make_commitment
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType
from fairlot.rehearsal.parts import TIMES
from fairlot_crypto.keys import SigningKey
from generators.plays import DRAWN_BY, PAID
from generators.sale_refusal import (
    CLOSED,
    COMMIT_ENDED,
    COMMITTED,
    DONE,
    FUNDED,
    REVEAL_ENDED,
    REVEALED,
    SEALED,
    SEALING,
    Refusal,
    entry_at,
    state_after,
    until,
)
from generators.stage import draw_alpha, fold, stage
from kit.board import Batch

_COMMIT_LATE = TIMES.commit_end + TIMES.slack + 1
_SEAL_LATE = TIMES.seal_end + TIMES.slack + 1


def refusals() -> Sequence[Refusal]:
    """Return the refusals."""
    return (
        *_commitments(),
        *_commit_ends(),
        *_seals(),
        *_sealed(),
        *_reveals(),
        *_reveal_ends(),
        *_recoveries(),
        *_results(),
        *_ends(),
    )


def _frozen() -> Frozen:
    """Return what was frozen when deposits were closed."""
    return state_after(CLOSED).contributions.frozen


def _commitments() -> Sequence[Refusal]:
    on = stage()
    commit = entry_at(CLOSED)
    frozen = _frozen()
    key, alpha = on.parts.contributors[0], on.alpha()
    by_seller = make_commitment(on.terms, frozen, alpha, on.parts.seller)
    elsewhere = make_commitment(on.terms, Frozen(1, frozen.root), alpha, key)
    one = {**commit.body, "c": bytes(255) + b"\x01"}
    rows: tuple[tuple[str, str, str, int, Entry], ...] = (
        (
            "commit-before-close",
            "Commitments follow CLOSE; deposits could be chosen to fit them.",
            "phase.wrong",
            FUNDED,
            commit,
        ),
        (
            "commit-by-outsider",
            "Contributors are of the roster, or have a funded deposit.",
            "commit.roster",
            CLOSED,
            by_seller,
        ),
        (
            "commit-twice",
            "A contributor has one commitment; otherwise they could choose between two.",
            "commit.twice",
            COMMITTED,
            on.commit(_frozen(), alpha=draw_alpha("another")),
        ),
        (
            "commit-for-other-deposits",
            "A commitment is made for the board at CLOSE.",
            "commit.frozen",
            CLOSED,
            elsewhere,
        ),
        (
            "commit-one",
            "A commitment is an element other than 1; it would add nothing.",
            "commit.value",
            CLOSED,
            on.sign(EntryType.COMMIT, one, key),
        ),
        (
            "commit-short",
            "c has as many bytes as N: another length is a wrong field, not a value.",
            "entry.field",
            CLOSED,
            on.sign(EntryType.COMMIT, {**commit.body, "c": bytes(255)}, key),
        ),
    )
    by_place = [Refusal(*row, TIMES.close + 10) for row in rows]
    return [*by_place, _commitment_for_nothing()]


def _commitment_for_nothing() -> Refusal:
    """Return a commitment by a final deposit that counts and pays nothing."""
    on, wish = stage(), Wish(seq=1, wants=1, amount=0)
    free = on.deposit("bob", wish)
    settle = SigningKey.generate(on.member("bob").holder.randomness.derive("deposit/1"))
    state = fold([*until(FUNDED), Batch(PAID, (free,))])
    close = on.close(state, state.clock)
    state.append(close, TIMES.close)
    frozen = state.contributions.frozen
    return Refusal(
        "commit-for-nothing",
        "Depositors who contribute have paid; a free key could withhold at no cost.",
        "commit.roster",
        FUNDED,
        make_commitment(on.terms, frozen, on.alpha(), settle),
        TIMES.close + 10,
        ((free, PAID), (close, TIMES.close)),
    )


def _commit_ends() -> Sequence[Refusal]:
    on = stage()
    marker = on.sign(EntryType.COMMIT_END)
    void = on.sign(EntryType.VOID, {"reason": "commits-missing"})
    missed = on.sign(EntryType.VOID, {"reason": "commit-end-missed"})
    rows: tuple[tuple[str, str, str, int, Entry, int], ...] = (
        (
            "commit-end-early",
            "COMMIT_END is not early; contributors would be shut out.",
            "phase.early",
            COMMITTED,
            marker,
            TIMES.commit_end - 1,
        ),
        (
            "commit-end-late",
            "COMMIT_END is at most the slack late; Ω might be known by then.",
            "phase.late",
            COMMITTED,
            marker,
            _COMMIT_LATE,
        ),
        (
            "void-with-all-commitments",
            "With all commitments there is no reason; the board would re-roll.",
            "void.reason",
            COMMITTED,
            void,
            TIMES.commit_end,
        ),
        (
            "void-before-commit-end",
            "A contributor may commit until t_commit_end.",
            "void.reason",
            CLOSED,
            void,
            TIMES.commit_end - 1,
        ),
        (
            "commit-end-not-missed",
            "COMMIT_END is missed only after the slack.",
            "void.reason",
            COMMITTED,
            missed,
            _COMMIT_LATE - 1,
        ),
    )
    return [Refusal(*row) for row in rows]


def _seals() -> Sequence[Refusal]:
    on = stage()
    seal = entry_at(COMMIT_ENDED)
    key = on.parts.contributors[0]
    other = {**seal.body, "b_star": bytes(32)}
    rows: tuple[tuple[str, str, str, int, Entry, int], ...] = (
        (
            "seal-before-commit-end",
            "What is sealed is fixed; a commitment could still be added.",
            "phase.wrong",
            COMMITTED,
            seal,
            TIMES.close + 20,
        ),
        (
            "seal-by-outsider",
            "Whoever seals has committed.",
            "seal.commitment",
            COMMIT_ENDED,
            on.sign(EntryType.SEAL, seal.body, on.parts.seller),
            TIMES.commit_end + 10,
        ),
        (
            "seal-twice",
            "A contributor seals once; two sets could be sealed.",
            "seal.twice",
            SEALING,
            on.sign(EntryType.SEAL, other, key),
            TIMES.commit_end + 10,
        ),
        (
            "seal-other-set",
            "A seal is over the set of this log; the board would have another one.",
            "seal.set",
            COMMIT_ENDED,
            on.sign(EntryType.SEAL, other, key),
            TIMES.commit_end + 10,
        ),
        (
            "seal-other-root",
            "A seal is over the checkpoint of COMMIT_END; the history would be another.",
            "seal.head",
            COMMIT_ENDED,
            on.sign(EntryType.SEAL, {**seal.body, "root": bytes(32)}, key),
            TIMES.commit_end + 10,
        ),
        (
            "seal-other-size",
            "A seal is over the first checkpoint that covers COMMIT_END.",
            "seal.head",
            COMMIT_ENDED,
            on.sign(EntryType.SEAL, {**seal.body, "size": COMMIT_ENDED - 1}, key),
            TIMES.commit_end + 10,
        ),
        (
            "seal-after-sealed",
            "SEALED ends the seals.",
            "phase.wrong",
            SEALED,
            on.sign(EntryType.SEAL, other, key),
            TIMES.seal_end + 10,
        ),
    )
    return [Refusal(*row) for row in rows]


def _sealed() -> Sequence[Refusal]:
    on = stage()
    marker = on.sign(EntryType.SEALED)
    missed = on.sign(EntryType.VOID, {"reason": "sealed-missed"})
    rows: tuple[tuple[str, str, str, int, Entry, int], ...] = (
        (
            "sealed-early",
            "SEALED is not early; contributors would be shut out.",
            "phase.early",
            SEALING,
            marker,
            TIMES.seal_end - 1,
        ),
        (
            "sealed-late",
            "SEALED is at most the slack late; Ω might be known by then.",
            "phase.late",
            SEALING,
            marker,
            _SEAL_LATE,
        ),
        (
            "sealed-without-seals",
            "As many seal as must commit; the set would be the board's choice.",
            "seal.missing",
            COMMIT_ENDED,
            marker,
            TIMES.seal_end,
        ),
        (
            "sealed-not-missed",
            "SEALED is missed only after the slack.",
            "void.reason",
            SEALING,
            missed,
            _SEAL_LATE - 1,
        ),
    )
    return [Refusal(*row) for row in rows]


def _reveals() -> Sequence[Refusal]:
    on = stage()
    after = TIMES.seal_end + 10
    rows: tuple[tuple[str, str, str, int, Entry, int], ...] = (
        (
            "reveal-before-sealed",
            "Openings follow SEALED; a board could go back and add a commitment.",
            "phase.wrong",
            SEALING,
            on.reveal(),
            TIMES.commit_end + 20,
        ),
        (
            "reveal-by-outsider",
            "Whoever opens has committed.",
            "reveal.commitment",
            SEALED,
            on.reveal(key=on.parts.seller),
            after,
        ),
        (
            "reveal-other",
            "An opening opens the commitment; the seed would be chosen now.",
            "reveal.opening",
            SEALED,
            on.reveal(alpha=draw_alpha("another")),
            after,
        ),
        (
            "reveal-twice",
            "A contributor has one opening.",
            "reveal.twice",
            REVEALED,
            on.reveal(alpha=draw_alpha("another")),
            after,
        ),
        (
            "commit-after-commit-end",
            "Nothing logged after COMMIT_END enters the seed.",
            "phase.wrong",
            COMMIT_ENDED,
            on.commit(_frozen(), alpha=draw_alpha("another")),
            TIMES.commit_end + 10,
        ),
        (
            "void-after-sealed",
            "After SEALED nobody voids; a bad draw would be thrown away.",
            "void.reason",
            SEALED,
            on.sign(EntryType.VOID, {"reason": "sealed-missed"}),
            _SEAL_LATE,
        ),
    )
    return [Refusal(*row) for row in rows]


def _reveal_ends() -> Sequence[Refusal]:
    on = stage()
    marker, result = on.sign(EntryType.REVEAL_END), entry_at(REVEAL_ENDED)
    return (
        Refusal(
            "reveal-end-early",
            "REVEAL_END is not early.",
            "phase.early",
            REVEALED,
            marker,
            TIMES.reveal_end - 1,
        ),
        Refusal(
            "result-before-reveal-end",
            "RESULT follows REVEAL_END.",
            "phase.wrong",
            REVEALED,
            result,
            TIMES.reveal_end,
        ),
        Refusal(
            "result-without-opening",
            "Every commitment is opened or recovered; the board would leave one out.",
            "result.withheld",
            SEALED,
            result,
            TIMES.reveal_end + 10,
            [(marker, TIMES.reveal_end)],
        ),
    )


def _recoveries() -> Sequence[Refusal]:
    on, time = stage(), TIMES.reveal_end + 10
    marker = on.sign(EntryType.REVEAL_END)
    ended = [(marker, TIMES.reveal_end)]
    recovery = on.recovery(state_after(SEALED).contributions)
    forged = on.recovery(state_after(SEALED).contributions, y=bytes(255) + b"\x04")
    return (
        Refusal(
            "recovery-before-reveal-end",
            "Recovery follows REVEAL_END; it would shut out those who still reveal.",
            "phase.wrong",
            SEALED,
            recovery,
            TIMES.seal_end + 10,
        ),
        Refusal(
            "recovery-of-what-is-revealed",
            "What is revealed needs no recovery.",
            "recover.not-needed",
            REVEAL_ENDED,
            recovery,
            time,
        ),
        Refusal(
            "recovery-made-up",
            "A recovery is proved; the seed would be anybody's.",
            "recover.proof",
            SEALED,
            forged,
            time,
            ended,
        ),
        Refusal(
            "reveal-after-recovery",
            "With a recovery Ω is fixed.",
            "reveal.fixed",
            SEALED,
            on.reveal(),
            time,
            [*ended, (recovery, time)],
        ),
    )


def _results() -> Sequence[Refusal]:
    on, state = stage(), state_after(REVEAL_ENDED)
    rows = (
        (
            "result-other-seed",
            "The seed is the beacon's; the board would choose the winners.",
            "result.draw",
            on.result(state, seed=bytes(32)),
        ),
        (
            "result-other-omega",
            "Ω is what the openings give.",
            "result.draw",
            on.result(state, omega=bytes(255) + b"\x02"),
        ),
        (
            "result-other-bstar",
            "b* is the hash of the commitments.",
            "result.draw",
            on.result(state, b_star=bytes(32)),
        ),
        (
            "result-other-outcome",
            "The outcome follows from the seed; money would go elsewhere.",
            "result.outcome",
            on.result(state, outcome=bytes(32)),
        ),
    )
    time = TIMES.reveal_end + 10
    return [
        Refusal(name, rule, code, REVEAL_ENDED, entry, time)
        for name, rule, code, entry in rows
    ]


def _ends() -> Sequence[Refusal]:
    on, time = stage(), DRAWN_BY
    reason = {"reason": "commits-missing"}
    return (
        Refusal(
            "void-after-result",
            "A sale that is done stays done.",
            "phase.wrong",
            DONE,
            on.sign(EntryType.VOID, reason),
            time,
        ),
        Refusal(
            "reveal-after-result",
            "After RESULT there is nothing to open.",
            "phase.wrong",
            DONE,
            on.reveal(alpha=draw_alpha("another")),
            time,
        ),
        Refusal(
            "commit-after-void",
            "A void sale stays void; there is no second draw.",
            "phase.wrong",
            COMMITTED,
            on.commit(_frozen()),
            time,
            play="commits-missing",
        ),
    )

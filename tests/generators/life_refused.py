"""What the life of a leaf refuses; a part of chapter life."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.acts import (
    Contest,
    Decision,
    Freeze,
    Guardian,
    Ruling,
)
from fairlot.identity.attestation import (
    ENROLMENT,
    Attestation,
    Purpose,
    Subject,
)
from fairlot.identity.life import Outcome
from fairlot.identity.recovering import complete_change
from fairlot.identity.registry import DAY
from fairlot_crypto.cbor import Value
from generators.case import Case, Raw, reject
from generators.edits import edited
from generators.life_log import (
    Log,
    asking,
    attested,
    by,
    closed,
    cooled,
    disputed,
    disputed_long,
    frozen,
    hashed,
    kept,
    made,
    of_issuer,
    overdue,
    pending,
    recovered,
    recovery,
    signed,
    sigs,
    switch,
    thawed,
)
from generators.life_setting import (
    ARBITER,
    ATTESTERS,
    attest_all,
    keys_of,
)


def cases() -> Sequence[Case]:
    """Return the cases."""
    return (
        *(_refused(*row) for row in _refusals()),
        *(_not_begun(*row) for row in _unasked()),
        *_not_completed(),
    )


def _refusals() -> Sequence[tuple[str, str, str, Log, Callable[[Log], Entry]]]:
    ann, bob = keys_of("ann")[0], keys_of("bob")[0]
    thief = "Anybody could stop a person."
    once = "A thief could freeze a person for good."
    state = "life.status"
    consent = "Consent to one thing would count for another."
    few = "n - t issuers decide: fewer would let t take a leaf."
    body = "A body has one form."
    replay = "What was ruled out would begin again with the same signatures."
    freeze = Freeze(0, 1, Guardian.HOLDER)
    contest = Contest(0, 1, 1)
    keep = Ruling(0, 1, 1, Outcome.KEEP)
    by_attester = Freeze(0, 1, Guardian.ATTESTER)
    begun = pending().entries[0][1]
    completing = Decision(EntryType.CLOSED, 0, 1, 1, None)
    moved = replace(recovery(), index=1)
    return (
        ("field-unknown", body, "entry.field", cooled(), lambda _: _edited("note", 1)),
        (
            "attempt-zero",
            body,
            "entry.field",
            cooled(),
            lambda _: _edited("attempt", 0),
        ),
        (
            "version-zero",
            body,
            "entry.field",
            cooled(),
            lambda _: _edited("version", 0),
        ),
        (
            "holder-short",
            body,
            "entry.field",
            cooled(),
            lambda _: _edited("holder", b"1"),
        ),
        (
            "closed-holder",
            body,
            "entry.field",
            cooled(),
            lambda _: _edited("attempt", 1, EntryType.CLOSED),
        ),
        (
            "freeze-by",
            body,
            "entry.field",
            Log(),
            lambda _: _edited("by", "thief", EntryType.FREEZE),
        ),
        (
            "leaf",
            "There is no such leaf.",
            "life.leaf",
            Log(),
            lambda log: by(log, replace(freeze, index=2), ann),
        ),
        (
            "freeze-version",
            "An old key would freeze the leaf.",
            "life.version",
            recovered(),
            lambda log: by(log, freeze, ann),
        ),
        ("freeze-stranger", thief, "life.key", Log(), lambda log: by(log, freeze, bob)),
        (
            "freeze-attester",
            thief,
            "life.key",
            Log(),
            lambda log: by(log, by_attester, ann),
        ),
        (
            "freeze-as-holder",
            "It says by whom.",
            "life.key",
            Log(),
            lambda log: by(log, freeze, ATTESTERS[0]),
        ),
        (
            "freeze-again",
            once,
            "life.again",
            thawed(),
            lambda log: by(log, freeze, ann),
        ),
        (
            "freeze-frozen",
            once,
            state,
            frozen(),
            lambda log: by(log, by_attester, ATTESTERS[0]),
        ),
        (
            "freeze-pending",
            "A recovery is under way.",
            state,
            pending(),
            lambda log: by(log, freeze, ann),
        ),
        (
            "begin-again",
            "One at a time.",
            state,
            pending(),
            lambda log: signed(log, recovery("ann third", 2)),
        ),
        ("begin-replayed", replay, "life.attempt", kept(), lambda _: begun),
        (
            "begin-attempt",
            replay,
            "life.attempt",
            Log(),
            lambda log: signed(log, recovery(attempt=2)),
        ),
        (
            "begin-same-key",
            "Nothing would move.",
            "life.holder",
            Log(),
            lambda log: signed(log, recovery("ann")),
        ),
        (
            "begin-former-key",
            "An old key would come back.",
            "life.holder",
            recovered(),
            lambda log: signed(log, replace(recovery("ann", 2), version=2)),
        ),
        (
            "begin-closed",
            "A closed leaf stays closed.",
            state,
            closed(),
            lambda log: signed(
                log, Decision(EntryType.RECOVERY, 1, 1, 2, hashed("bob again"))
            ),
        ),
        (
            "begin-few",
            few,
            "life.issuers",
            Log(),
            lambda log: signed(log, recovery(), (0, 1)),
        ),
        (
            "begin-repeated",
            few,
            "life.issuers",
            Log(),
            lambda log: signed(log, recovery(), (0, 1, 1)),
        ),
        (
            "begin-unsorted",
            few,
            "life.issuers",
            Log(),
            lambda log: signed(log, recovery(), (1, 0, 2)),
        ),
        (
            "begin-unsigned",
            few,
            "life.issuers",
            Log(),
            lambda log: made(log, recovery()),
        ),
        (
            "begin-another-leaf",
            consent,
            "life.signature",
            Log(),
            lambda log: made(log, replace(moved, sigs=sigs(log, recovery()))),
        ),
        (
            "begin-another-key",
            consent,
            "life.signature",
            Log(),
            lambda log: made(
                log, replace(recovery("thief"), sigs=sigs(log, recovery()))
            ),
        ),
        (
            "switch-by-recovery",
            consent,
            "life.signature",
            cooled(),
            lambda log: made(log, replace(switch(), sigs=sigs(log, recovery()))),
        ),
        (
            "contest-stranger",
            "Anybody could stop a recovery.",
            "life.key",
            pending(),
            lambda log: by(log, contest, bob),
        ),
        (
            "contest-nothing",
            "Nothing is under way.",
            "life.attempt",
            Log(),
            lambda log: by(log, contest, ann),
        ),
        (
            "contest-again",
            "A thief would contest for ever.",
            "life.again",
            disputed(),
            lambda log: by(log, contest, ann),
        ),
        (
            "contest-late",
            "The cooling period is over.",
            "life.late",
            cooled(),
            lambda log: by(log, contest, ann),
        ),
        (
            "ruling-holder",
            "The holder would decide.",
            "life.key",
            disputed(),
            lambda log: by(log, keep, ann),
        ),
        (
            "ruling-undisputed",
            "Nobody contested.",
            state,
            pending(),
            lambda log: by(log, keep, ARBITER),
        ),
        (
            "ruling-close",
            "A recovery would end as a closing.",
            "life.outcome",
            disputed(),
            lambda log: by(log, replace(keep, outcome=Outcome.CLOSE), ARBITER),
        ),
        (
            "ruling-attempt",
            "An old ruling would decide.",
            "life.attempt",
            disputed(),
            lambda log: by(log, replace(keep, attempt=2), ARBITER),
        ),
        (
            "ruling-late",
            "The time to decide is over: the body wins.",
            state,
            overdue(),
            lambda log: by(log, keep, ARBITER),
        ),
        (
            "switch-early",
            "A thief could not be stopped.",
            "life.early",
            pending(),
            lambda log: signed(log, switch()),
        ),
        (
            "switch-disputed",
            "A contest pauses.",
            "life.early",
            disputed_long(),
            lambda log: signed(log, switch()),
        ),
        (
            "switch-other-key",
            "Attested was another key.",
            "life.holder",
            cooled(),
            lambda log: signed(log, switch("thief")),
        ),
        (
            "switch-as-closed",
            "A person would lose their leaf.",
            "life.purpose",
            cooled(),
            lambda log: signed(log, completing),
        ),
        (
            "switch-again",
            "It is complete.",
            "life.version",
            recovered(),
            lambda log: signed(log, switch()),
        ),
        (
            "switch-few",
            few,
            "life.issuers",
            cooled(),
            lambda log: signed(log, switch(), (2, 3)),
        ),
        (
            "switch-kept",
            "The arbiter kept the old key.",
            state,
            kept(),
            lambda log: signed(log, switch()),
        ),
    )


def _edited(path: str, new: Value, kind: EntryType = EntryType.SWITCH) -> Entry:
    log = cooled()
    act = Freeze(0, 1, Guardian.HOLDER) if kind is EntryType.FREEZE else switch()
    body = edited(act.to_value(), path, new)
    if not isinstance(body, Mapping):
        raise TypeError(path)
    return sign_entry(kind, log.town.registry.registry_id, body, log.town.issuer_key)


def _refused(
    name: str, rule: str, code: str, log: Log, make: Callable[[Log], Entry]
) -> Case:
    entry = make(log)
    before = log.inputs()
    last: Raw = {"time": log.town.clock, "entry": entry.encoded}
    rows = [*_rows(before), last]
    inputs = {"op": "log", **before, "entries": rows, "at": log.town.clock}
    return reject(f"log-{name}", rule, code, inputs, lambda: log.town.log(entry))


def _rows(inputs: dict[str, Raw]) -> list[Raw]:
    rows = inputs["entries"]
    return list(rows) if isinstance(rows, list) else []


def _unasked() -> Sequence[tuple[str, str, str, Log, list[Attestation], int]]:
    log = Log()
    one, two = attested(log)
    _, thief = attested(log, label="thief")
    _, bob = attested(log, "bob")
    event = "attestation.subject"
    once = "An attestation is good for one event."
    ask = {
        name: attest_all(
            log.town.registry, "ann", keys_of("ann again"), subject, log.town.clock
        )
        for name, subject in (
            ("enrolment", ENROLMENT),
            ("closing", Subject(Purpose.CLOSE, 1, 1)),
            ("next", Subject(Purpose.RECOVER, 1, 2)),
            ("version", Subject(Purpose.RECOVER, 2, 1)),
        )
    }
    alone = "One attester could take every leaf."
    return (
        ("one-attester", alone, "recovery.quorum", log, [one], 0),
        ("one-attester-twice", alone, "recovery.quorum", log, [one, one], 0),
        ("no-attester", alone, "recovery.quorum", log, [], 0),
        (
            "other-keys",
            "One of them was deceived.",
            "recovery.agree",
            log,
            [one, thief],
            0,
        ),
        (
            "other-person",
            "One of them was deceived.",
            "recovery.agree",
            log,
            [one, bob],
            0,
        ),
        (
            "other-leaf",
            "A person would take another's.",
            "recovery.person",
            log,
            attested(log, "bob"),
            0,
        ),
        (
            "unknown-person",
            "They have no leaf.",
            "recovery.person",
            log,
            attested(log, "eve"),
            0,
        ),
        (
            "late",
            "For a day.",
            "attestation.time",
            log,
            [one, two],
            DAY,
        ),
        ("pending", "One at a time.", "life.status", pending(), attested(pending()), 0),
        (
            "same-key",
            "A recovery brings a new key.",
            "life.holder",
            log,
            attested(log, label="ann"),
            0,
        ),
        *((f"by-{name}", once, event, log, made, 0) for name, made in ask.items()),
    )


def _not_begun(
    name: str, rule: str, code: str, log: Log, asked: list[Attestation], wait: int
) -> Case:
    inputs = {**asking(log, asked), "now": log.town.clock + wait}

    def attempt() -> None:
        log.town.clock += wait
        try:
            log.town.begin(0, asked)
        finally:
            log.town.clock -= wait

    return reject(f"begin-{name}", rule, code, inputs, attempt)


def _not_completed() -> Sequence[Case]:
    rows = (
        ("nothing", "Nothing has begun.", "life.status", Log()),
        ("early", "The old key may contest.", "life.early", pending()),
        ("disputed", "The arbiter may decide.", "life.early", disputed_long()),
    )
    return [_not_complete(*row) for row in rows]


def _not_complete(name: str, rule: str, code: str, log: Log) -> Case:
    at = log.town
    issuer = at.base.issuers[0]
    return reject(
        f"complete-{name}",
        rule,
        code,
        of_issuer(log, "complete"),
        lambda: complete_change(at.registry, issuer, 0, at.life(), at.clock),
    )

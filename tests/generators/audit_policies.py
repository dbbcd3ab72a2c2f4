"""Policies by which an auditor judges; a part of chapter audit."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.audit.expected import Expected
from fairlot.audit.kept import NOTHING, Kept
from fairlot.audit.trust import terms_policy
from fairlot.logs import log_origin
from fairlot_crypto.log.policy import NO_QUORUM, Group, Log, Policy, Witness
from generators.audit_kept import STRANGER, Row, missed, seen
from generators.audit_lies import Lie
from generators.audit_watch import unseen, watched, watched_stage
from generators.stage import publish, stage


def policy_rows() -> Sequence[Row]:
    """Return audits that hold by a policy."""
    named = _trusting(terms_policy(watched_stage().terms))
    return (
        (
            "policy",
            "The log is that of the policy, which asks for no witness.",
            publish(missed()),
            _trusting(terms_policy(stage().terms)),
            NOTHING,
        ),
        (
            "policy-clock",
            "The policy takes the board for the witness of its own heads.",
            publish(missed()),
            _trusting(_of_witnesses(_board_as_witness())),
            NOTHING,
        ),
        (
            "policy-witnesses",
            "The policy trusts the witnesses that the terms name.",
            watched(),
            named,
            NOTHING,
        ),
        (
            "policy-fewer",
            "The policy trusts one witness, and does not know the others.",
            watched(),
            _trusting(_of_witnesses(_witness(2))),
            NOTHING,
        ),
        (
            "policy-supplied",
            "What is handed over counts for the policy too.",
            unseen(),
            named,
            Kept((seen((0,)),)),
        ),
    )


def policy_lies() -> Sequence[Lie]:
    """Return logs that a policy does not trust."""
    on = stage()
    other_log = log_origin(on.terms.board.name, bytes(32))
    impostor = replace(_witness(0), key=STRANGER.public)
    rows = (
        (
            "policy-key",
            "The policy names the board's key; another board may use its name.",
            _naming(Log(on.terms.origin, STRANGER.public)),
            NOTHING,
        ),
        (
            "policy-log",
            "The policy names this log; the board may keep another one.",
            _naming(Log(other_log, on.parts.board.public)),
            NOTHING,
        ),
        ("policy-no-log", "The policy names a log.", _naming(), NOTHING),
    )
    watching = (
        (
            "policy-quorum",
            "The quorum of the policy saw the last head; its witness 1 did not.",
            _of_witnesses(_witness(0), _witness(1), _witness(2)),
            NOTHING,
        ),
        (
            "policy-impostor",
            "A witness is a key; another one of the same name co-signs in vain.",
            _of_witnesses(impostor),
            NOTHING,
        ),
        (
            "policy-earlier",
            "The quorum saw the last head; what witness 1 saw before is not enough.",
            _of_witnesses(_witness(1)),
            Kept((seen((1,), 0, 1),)),
        ),
    )
    data = publish(missed())
    lies = [(data, row) for row in rows] + [(watched(), row) for row in watching]
    return [
        Lie(f"A06-{name}", rule, "roots.policy", data, _trusting(policy), kept)
        for data, (name, rule, policy, kept) in lies
    ]


def _trusting(policy: Policy) -> Expected:
    return Expected(rehearsal=True, policy=policy)


def _naming(*logs: Log) -> Policy:
    return Policy(logs, (), (), NO_QUORUM)


def _witness(number: int) -> Witness:
    named = watched_stage().terms.witnesses.named[number]
    return Witness(f"w{number}", named.name, named.key)


def _board_as_witness() -> Witness:
    terms = stage().terms
    return Witness("clock", terms.origin, terms.board.key)


def _of_witnesses(*witnesses: Witness) -> Policy:
    """Return a policy that wants all of some witnesses."""
    on = stage() if witnesses[0].name == "clock" else watched_stage()
    log = Log(on.terms.origin, on.terms.board.key)
    members = tuple(witness.name for witness in witnesses)
    return Policy((log,), witnesses, (Group("all", len(members), members),), "all")

"""Logs of lives from fixed seeds, and what is put on them (specs/life.md)."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.entry import Entry, EntryType
from fairlot.identity.acts import (
    Contest,
    Decision,
    Freeze,
    Guardian,
    Ruling,
    make_act,
    sign_decision,
)
from fairlot.identity.attestation import (
    ENROLMENT,
    Attestation,
    Purpose,
)
from fairlot.identity.leaf import holder_hash
from fairlot.identity.life import Outcome
from fairlot.identity.quorum import IssuerSignature
from fairlot_crypto.keys import SigningKey
from generators.case import Raw
from generators.identity_setting import (
    NOW,
    attestation_inputs,
    leaf_octets,
    registry_octets,
)
from generators.life_setting import (
    ARBITER,
    ATTESTERS,
    DISPUTES,
    RECOVERY,
    Town,
    attest_all,
    keys_of,
    town,
)


class Log:
    """A town, and what was put on its log at which time."""

    def __init__(self, members: int = 4, degree: int = 1) -> None:
        """Enrol two people."""
        self.town: Town = town(members, degree)
        for person in ("ann", "bob"):
            self.town.enrol(person)
        self.entries: list[tuple[int, Entry]] = []

    def put(self, entry: Entry, seconds: int = 0) -> "Log":
        """Say that ``entry`` was put there, and let time pass."""
        self.entries.append((self.town.clock, entry))
        self.town.clock += seconds
        return self

    def recovering(self, label: str = "ann again", seconds: int = 0) -> "Log":
        """Begin a recovery of the first leaf."""
        return self.put(self.town.recover("ann", label), seconds)

    def inputs(self) -> dict[str, Raw]:
        """Return what was put."""
        rows: list[Raw] = [
            {"time": time, "entry": entry.encoded} for time, entry in self.entries
        ]
        return {
            "registry": registry_octets(self.town.registry),
            "leaves": [leaf_octets(leaf) for leaf in self.town.leaves],
            "entries": rows,
        }


def frozen() -> Log:
    """Let the holder freeze a leaf."""
    log = Log()
    return log.put(log.town.freeze("ann"))


def frozen_by_attester() -> Log:
    """Let an attester freeze the other one."""
    log = Log()
    act = Freeze(1, 1, Guardian.ATTESTER)
    return log.put(log.town.post(act, ATTESTERS[0]))


def thawed() -> Log:
    """Let a freeze end."""
    log = Log()
    return log.put(log.town.freeze("ann"), RECOVERY.freeze)


def pending() -> Log:
    """Begin a recovery."""
    return Log().recovering()


def recovered(members: int = 4, degree: int = 1) -> Log:
    """Recover a leaf."""
    log = Log(members, degree).recovering(seconds=RECOVERY.cooling)
    return log.put(log.town.complete())


def alone() -> Log:
    """Recover a leaf of the only issuer."""
    return recovered(1, 0)


def disputed() -> Log:
    """Contest a recovery."""
    log = pending()
    return log.put(log.town.contest("ann"))


def ruled(outcome: Outcome) -> Log:
    """Rule on it."""
    log = disputed()
    return log.put(log.town.post(Ruling(0, 1, 1, outcome), ARBITER))


def kept() -> Log:
    """Rule for the old key."""
    return ruled(Outcome.KEEP)


def ruled_for() -> Log:
    """Rule for the recovery, and complete it."""
    log = ruled(Outcome.RECOVER)
    return log.put(log.town.complete())


def silent() -> Log:
    """Wait for a ruling in vain."""
    log = disputed()
    log.town.clock += DISPUTES.within
    return log.put(log.town.complete())


def closed() -> Log:
    """Close the other leaf."""
    log = Log()
    log.put(log.town.close("bob", 1), RECOVERY.cooling)
    return log.put(log.town.complete(1))


def twice() -> Log:
    """Recover a leaf twice."""
    log = recovered()
    log.put(log.town.recover("ann", "ann third"), RECOVERY.cooling)
    return log.put(log.town.complete())


def frozen_then_recovered() -> Log:
    """Begin to recover what is frozen."""
    log = frozen()
    return log.put(log.town.recover("ann", "ann again"))


def cooled() -> Log:
    """Let a recovery cool."""
    return Log().recovering(seconds=RECOVERY.cooling)


def overdue() -> Log:
    """Wait for a ruling until it is too late."""
    log = disputed()
    log.town.clock += DISPUTES.within
    return log


def disputed_long() -> Log:
    """Contest, and let the cooling period pass."""
    log = disputed()
    log.town.clock += RECOVERY.cooling
    return log


def signed(log: Log, decision: Decision, who: Sequence[int] = (0, 1, 2)) -> Entry:
    """Let issuers sign a decision, whatever it is."""
    issuers = [log.town.base.issuers[i] for i in who]
    sigs = tuple(
        sign_decision(log.town.registry, decision, i.index, i.key) for i in issuers
    )
    return made(log, replace(decision, sigs=sigs))


def made(log: Log, act: Decision | Freeze | Contest | Ruling) -> Entry:
    """Make an entry of an issuer."""
    return by(log, act, log.town.issuer_key)


def by(log: Log, act: Decision | Freeze | Contest | Ruling, key: SigningKey) -> Entry:
    """Make an entry of whoever has ``key``."""
    return make_act(log.town.registry.registry_id, act, key)


def hashed(label: str) -> bytes:
    """Return the holder_hash of a label's key."""
    return holder_hash(keys_of(label)[0].public)


def recovery(label: str = "ann again", attempt: int = 1) -> Decision:
    """Return a recovery of the first leaf."""
    return Decision(EntryType.RECOVERY, 0, 1, attempt, hashed(label))


def switch(label: str = "ann again", attempt: int = 1) -> Decision:
    """Return what completes it."""
    return replace(recovery(label, attempt), type=EntryType.SWITCH)


def sigs(log: Log, decision: Decision) -> tuple[IssuerSignature, ...]:
    """Return the signatures of all issuers."""
    issuers = log.town.base.issuers
    return tuple(
        sign_decision(log.town.registry, decision, i.index, i.key) for i in issuers
    )


def of_issuer(log: Log, op: str) -> dict[str, Raw]:
    """Return what one issuer has and sees."""
    registry = log.town.registry
    people = [
        each
        for who in ("ann", "bob")
        for each in attest_all(
            registry, who, keys_of(who), ENROLMENT, NOW, ATTESTERS[:1]
        )
    ]
    return {
        "op": op,
        **log.inputs(),
        "admitted": [attestation_inputs(each) for each in people],
        "issuer": 1,
        "key_seed": log.town.issuer_key.seed,
        "now": log.town.clock,
        "index": 0,
    }


def asking(
    log: Log, asked: Sequence[Attestation], purpose: Purpose = Purpose.RECOVER
) -> dict[str, Raw]:
    """Return what it is asked."""
    return {
        **of_issuer(log, "begin"),
        "purpose": purpose.value,
        "attestations": [attestation_inputs(each) for each in asked],
    }


def attested(
    log: Log,
    who: str = "ann",
    label: str = "ann again",
    purpose: Purpose = Purpose.RECOVER,
) -> list[Attestation]:
    """Let two attesters attest a person for the next event."""
    subject = log.town.life().subject(purpose)
    return attest_all(log.town.registry, who, keys_of(label), subject, log.town.clock)

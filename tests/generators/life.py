"""Vectors of the life of leaves (specs/life.md)."""

from collections.abc import Sequence

from fairlot.identity.attestation import (
    Purpose,
)
from fairlot_crypto import cbor
from generators import life_refused
from generators.case import Case, Chapter, Raw, accept
from generators.life_log import (
    Log,
    alone,
    asking,
    attested,
    closed,
    cooled,
    disputed,
    frozen,
    frozen_by_attester,
    frozen_then_recovered,
    kept,
    of_issuer,
    pending,
    recovered,
    ruled_for,
    silent,
    thawed,
    twice,
)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "life",
        "`op` names what is done. `log`: enrol `leaves`, fold `entries` at their `time`, and "
        "give the state of each leaf at the time `at`. `begin` and `complete`: what the "
        "issuer of number `issuer`, whose key has the seed `key_seed`, checks and signs at "
        "the time `now`, after such a log; it admitted the people of `admitted`, one a leaf. "
        "`registry` and `leaves` are as in chapter identity, `body` is the CBOR of the "
        "body of the entry, with this issuer's signature alone.",
        (
            *(_story(*row) for row in _stories()),
            *_begun(),
            *_completed(),
            *life_refused.cases(),
        ),
    )


def _stories() -> Sequence[tuple[str, str, Log]]:
    return (
        ("enrolled", "Two leaves, to which nothing has happened.", Log()),
        ("frozen", "By the holder.", frozen()),
        ("frozen-by-attester", "By an attester.", frozen_by_attester()),
        ("thawed", "A freeze ends by itself.", thawed()),
        ("pending", "A recovery has begun.", pending()),
        ("frozen-pending", "What is frozen can be recovered.", frozen_then_recovered()),
        ("recovered", "The new key holds the leaf.", recovered()),
        ("recovered-one-issuer", "One issuer, t = 0.", alone()),
        ("recovered-twice", "Two in a row.", twice()),
        ("disputed", "The old key contests.", disputed()),
        ("kept", "The arbiter decides for the old key.", kept()),
        ("ruled", "The arbiter decides for the recovery, which goes on at once.", ruled_for()),
        ("silent", "Nobody decides: the body wins.", silent()),
        ("closed", "For good.", closed()),
    )  # fmt: skip


def _story(name: str, comment: str, log: Log) -> Case:
    at = log.town
    states: list[Raw] = []
    for index in range(len(at.leaves)):
        life = at.life(index)
        states.append(
            {
                "version": life.version,
                "holder": life.holder,
                "attempt": life.attempt,
                "status": life.status(at.clock).value,
            }
        )
    inputs = {"op": "log", **log.inputs(), "at": at.clock}
    return accept(f"log-{name}", comment, inputs, {"states": states})


def _begun() -> Sequence[Case]:
    rows = (
        ("recovery", "Two attesters, one person, one pair of keys.", Log(), Purpose.RECOVER),
        ("closure", "The keys that they name get nothing.", Log(), Purpose.CLOSE),
        ("second-attempt", "The first one was ruled out.", kept(), Purpose.RECOVER),
    )  # fmt: skip
    return [_begin(*row) for row in rows]


def _begin(name: str, comment: str, log: Log, purpose: Purpose) -> Case:
    asked = attested(log, purpose=purpose)
    body = log.town.begin(0, asked, purpose)
    return accept(
        f"begin-{name}",
        comment,
        asking(log, asked, purpose),
        {"body": cbor.encode(body.to_value())},
        {"message": body.message(log.town.registry.registry_id)},
    )


def _completed() -> Sequence[Case]:
    log = cooled()
    body = log.town.completion(issuers=(0,))
    return (
        accept(
            "complete",
            "The cooling period is over.",
            of_issuer(log, "complete"),
            {"body": cbor.encode(body.to_value())},
            {"message": body.message(log.town.registry.registry_id)},
        ),
    )

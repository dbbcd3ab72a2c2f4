"""The terms that the vectors of chapter terms start from, and how they are changed."""

import hashlib
from collections.abc import Callable
from copy import deepcopy
from typing import Any, cast

from fairlot.logs import NOBODY, BoardIdentity
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.pool import Mechanism, Pool
from fairlot.terms.roll import RollTerms
from fairlot.terms.terms import Terms
from fairlot.terms.times import Times
from fairlot_crypto.cbor import Value, decode, encode
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.keys import SigningKey, VerifyKey
from generators.case import Case, accept, reject

MODULUS = 2**2047 + 1
"""Odd and of 2048 bits, which is all that this chapter asks of N."""

OPEN = 1_893_456_000
"""2030-01-01T00:00:00Z."""


def sample_key(label: str) -> VerifyKey:
    """Return the Ed25519 key whose seed is SHA-256 of ``label``."""
    return SigningKey.from_seed(hashlib.sha256(label.encode()).digest()).public


def sample_terms() -> Terms:
    """Return the terms that the cases of this chapter start from."""
    return Terms(
        rehearsal=True,
        title="Club concert",
        asset="seat",
        season=2030,
        pools=(Pool("main", Mechanism.EQUAL_SHARE, 120, 4500, 1),),
        times=Times(
            open=OPEN,
            close=OPEN + 3600,
            commit_end=OPEN + 3660,
            seal_end=OPEN + 3720,
            reveal_end=OPEN + 3780,
            unlock=OPEN + 1_127_010,
            slack=30,
        ),
        registry=hashlib.sha256(b"registry").digest(),
        roll=RollTerms(smallest=100, window=(OPEN - 86_400, OPEN)),
        board=BoardIdentity("board.example/sale", sample_key("board")),
        witnesses=NOBODY,
        seller=sample_key("seller"),
        escrow=sample_key("escrow"),
        beacon=BeaconTerms(
            modulus=i2osp(MODULUS, 256),
            delay=65536,
            h=i2osp(4, 256),
            proof=i2osp(1, 256),
            roster=tuple(sample_key(f"contributor {i}") for i in range(3)),
        ),
        refund="at-once",
    )


def accept_terms(name: str, comment: str, terms: Terms) -> Case:
    """Read terms and output their sale_id."""
    data = encode(terms.to_value())
    read = Terms.from_value(decode(data))
    return accept(name, comment, {"cbor": data}, {"sale_id": read.sale_id})


def refuse_terms(
    terms: Terms,
    name: str,
    rule: str,
    code: str,
    path: str,
    change: Callable[[Any], Any],
) -> Case:
    """Change the value at ``path`` of legal terms and expect a refusal."""
    root: dict[str, Any] = {"terms": deepcopy(terms.to_value())}
    *parents, last = path.split("/")
    place: Any = root
    for parent in parents:
        place = place[int(parent) if parent.isdigit() else parent]
    key = int(last) if last.isdigit() else last
    place[key] = change(place[key])
    data = encode(cast("Value", root["terms"]))
    return reject(
        name, rule, code, {"cbor": data}, lambda: Terms.from_value(decode(data))
    )

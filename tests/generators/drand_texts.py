"""Texts of relays, and numbers, that must be refused (specs/drand.md)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from fairlot_crypto.curve import Backend
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.timelock.chain import (
    DEFAULT_CHAIN,
    QUICKNET,
    read_chain_info,
    time_of_round,
)
from fairlot_crypto.timelock.drand import read_beacon
from fairlot_crypto.timelock.scheme import CHAINED
from generators.case import Case, reject
from generators.drand_setting import chain_fields, clock, described, relayed, rounds

_STRICT = "A relay's text has one reading, else two readers see two chains or rounds"
_BOUND = "The hash binds every field but the scheme"
_RANGE = "Values have the ranges of the specification"


def cases(curve: Backend) -> Sequence[Case]:
    """Return the cases."""
    return (
        *_other_chains(),
        *_illegal_chains(),
        *_misread_chains(),
        *_chain_texts(),
        *_beacons(curve),
        *_times(),
    )


def _other_chains() -> Sequence[Case]:
    fields = described(QUICKNET)
    rows: tuple[tuple[str, str, str, object], ...] = (
        ("key", f"{_BOUND}; here the key.", "public_key", "00" * 96),
        ("period", f"{_BOUND}; here the period.", "period", 4),
        ("genesis", f"{_BOUND}; here the time.", "genesis_time", 1692803368),
        ("seed", f"{_BOUND}; here the seed.", "groupHash", "00" * 32),
        ("id", f"{_BOUND}; here the id.", "metadata", {"beaconID": "other"}),
        ("hash", "The hash is that of the fields.", "hash", "00" * 32),
        ("hash-short", "The hash has 32 bytes.", "hash", fields["hash"][:-2]),
        (
            "hash-of-default",
            "The hash is that of the fields; a known one is no excuse.",
            *("hash", DEFAULT_CHAIN.chain_hash().hex()),
        ),
    )
    return [
        _chain(name, rule, "drand.chain-hash", json.dumps({**fields, field: value}))
        for name, rule, field, value in rows
    ]


def _illegal_chains() -> Sequence[Case]:
    rows: tuple[tuple[str, str, str, object], ...] = (
        ("period-zero", "a period of 0", "period", 0),
        ("period-wide", "a period of 2^32", "period", 2**32),
        ("genesis-negative", "before 1970", "genesis_time", -1),
        ("genesis-wide", "from 2^63", "genesis_time", 2**63),
        ("key-short", "95 bytes", "public_key", "00" * 95),
        ("key-of-g1", "48 bytes", "public_key", DEFAULT_CHAIN.public_key.hex()),
        ("seed-short", "31 bytes", "groupHash", "00" * 31),
        ("seed-long", "33 bytes", "groupHash", "00" * 33),
        ("id-empty", "no id", "metadata", {"beaconID": ""}),
        ("id-space", "an invisible character", "metadata", {"beaconID": "a b"}),
        ("id-accent", "a character beyond ASCII", "metadata", {"beaconID": "é"}),
        ("id-long", "65 characters", "metadata", {"beaconID": "q" * 65}),
    )
    return [
        _chain(name, f"{_RANGE}: {what}.", "drand.chain-info", _rehashed(field, value))
        for name, what, field, value in rows
    ]


def _misread_chains() -> Sequence[Case]:
    rows: tuple[tuple[str, str, str, str, object], ...] = (
        (
            "scheme",
            "A scheme is one of the table; this one is of another curve.",
            *("scheme", "schemeID", "bls-bn254-unchained-on-g1"),
        ),
        (
            "upper-case",
            f"{_STRICT}: hexadecimal is lower-case.",
            *("json", "public_key", QUICKNET.public_key.hex().upper()),
        ),
        ("fraction", f"{_STRICT}: periods are integers.", "json", "period", 3.0),
        (
            "truth",
            f"{_STRICT}: a truth value is not an integer.",
            "json",
            "period",
            True,
        ),
        ("quoted", f"{_STRICT}: a text is not a number.", "json", "period", "3"),
        ("unknown", f"{_STRICT}: no other field.", "json", "more", 1),
        ("no-object", f"{_STRICT}: an object.", "json", "metadata", "quicknet"),
        (
            "unknown-inside",
            f"{_STRICT}: no other field.",
            *("json", "metadata", {"beaconID": "quicknet", "more": 1}),
        ),
    )
    return [
        _chain(name, rule, f"drand.{code}", _rehashed(field, value))
        for name, rule, code, field, value in rows
    ]


def _rehashed(field: str, value: object) -> str:
    """Return a description with another value and the hash that a lax reader finds."""
    fields: dict[str, Any] = {**described(QUICKNET), field: value}
    metadata = fields["metadata"]
    name = metadata if isinstance(metadata, str) else metadata["beaconID"]
    hashed = (
        i2osp(int(fields["period"]) % 2**32, 4)
        + i2osp(fields["genesis_time"] % 2**64, 8)
        + bytes.fromhex(fields["public_key"] + fields["groupHash"])
        + name.encode()
    )
    return json.dumps({**fields, "hash": hashlib.sha256(hashed).hexdigest()})


def _chain_texts() -> Sequence[Case]:
    fields = described(QUICKNET)
    text = json.dumps(fields)
    missing = json.dumps({k: v for k, v in fields.items() if k != "groupHash"})
    rows = (
        ("missing", f"{_STRICT}: every field.", missing),
        ("twice", f"{_STRICT}: no field twice.", text[:-1] + ', "period": 3}'),
        ("behind", f"{_STRICT}: nothing after it.", text + "{}"),
        ("array", f"{_STRICT}: an object.", f"[{text}]"),
        ("empty", f"{_STRICT}: an object.", ""),
        ("long", "A text has at most 4096 bytes, padding included.", text.ljust(4097)),
        (
            "deep",
            "A text has at most 100 brackets, else a reader runs out of stack.",
            text[:-1] + f', "more": {"[" * 101}{"]" * 101}}}',
        ),
        ("mark", f"{_STRICT}: no byte order mark.", "\ufeff" + text),
    )
    return [_chain(name, rule, "drand.json", given) for name, rule, given in rows]


def _chain(name: str, rule: str, code: str, text: str) -> Case:
    inputs = {"op": "chain", "json": text}
    return reject(
        f"chain-{name}", rule, code, inputs, lambda: read_chain_info(text.encode())
    )


def _beacons(curve: Backend) -> Sequence[Case]:
    fields = relayed(rounds(curve, clock(curve, CHAINED), 2)[1])
    upper = str(fields["signature"]).upper()
    rows = (
        ("zero", f"{_RANGE}: there is no round 0.", "round", {"round": 0}),
        ("wide", f"{_RANGE}: rounds have 64 bits.", "round", {"round": 2**64}),
        (
            "randomness",
            "The random value is the hash of the signature; a relay has no choice.",
            *("randomness", {"randomness": "00" * 32}),
        ),
        ("quoted", f"{_STRICT}: rounds are numbers.", "json", {"round": "2"}),
        ("upper-case", f"{_STRICT}: lower-case.", "json", {"signature": upper}),
        ("null", f"{_STRICT}: absent is absent.", "json", {"previous_signature": None}),
        ("unknown", f"{_STRICT}: no other field.", "json", {"time": 1}),
    )
    return [
        _beacon(name, rule, f"drand.{code}", {**fields, **change})
        for name, rule, code, change in rows
    ]


def _beacon(name: str, rule: str, code: str, fields: Mapping[str, object]) -> Case:
    text = json.dumps(fields)
    inputs = {"op": "beacon", "json": text}
    return reject(
        f"beacon-{name}", rule, code, inputs, lambda: read_beacon(text.encode())
    )


def _times() -> Sequence[Case]:
    rows = (("zero", 0), ("wide", 2**64))
    return [_time(name, number) for name, number in rows]


def _time(name: str, number: int) -> Case:
    return reject(
        f"time-{name}",
        "Rounds lie in [1, 2^64 - 1]; no other one has a message.",
        "drand.round",
        {"op": "time", "chain": chain_fields(DEFAULT_CHAIN), "round": number},
        lambda: time_of_round(DEFAULT_CHAIN, number),
    )

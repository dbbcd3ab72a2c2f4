"""Vectors of chains and rounds of a threshold clock (specs/drand.md)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairlot_crypto.curve import Backend, backend
from fairlot_crypto.timelock.chain import (
    DEFAULT_CHAIN,
    GREATEST_ROUND,
    QUICKNET,
    ChainInfo,
    first_round_after,
    round_at,
    time_of_round,
)
from fairlot_crypto.timelock.drand import Beacon, round_message, verify_round
from fairlot_crypto.timelock.scheme import (
    CHAINED,
    UNCHAINED,
    UNCHAINED_G1,
    UNCHAINED_G1_LEGACY,
)
from generators import drand_refused, drand_texts
from generators.case import Case, Chapter, Raw, accept
from generators.drand_setting import (
    chain_fields,
    clock,
    described,
    relayed,
    rounds,
    verify_inputs,
)


def chapter() -> Chapter:
    """Return the chapter; both back-ends give the same."""
    curve = backend()
    return Chapter(
        "drand",
        "`op` names the operation. chain: read `json`, which is a text, as a description of "
        "a chain. beacon: read `json` as a round. time: the time of `round`, in a "
        "decimal string where it is large. rounds: the latest round due at `time`, 0 "
        "where there is none, and the first one after it. verify: check round, "
        "signature and previous_signature (null where there is none) as round `named` "
        "of a chain; trace holds the message and its point on the curve. The clocks "
        "have the secret scalar h2s('drand clock') under fairlot-v1/vectors_H2S_; the "
        "first two chains are drand's own.",
        (
            *_chains(curve),
            *_beacons(curve),
            *_times(),
            *_verified(curve),
            *drand_texts.cases(curve),
            *drand_refused.cases(curve),
        ),
    )


def _chains(curve: Backend) -> Sequence[Case]:
    own = clock(curve, UNCHAINED)
    rows = (
        ("default", "The id default is not part of the hash.", DEFAULT_CHAIN),
        ("quicknet", "Any other id is hashed after the rest.", QUICKNET),
        ("clock", "A clock of one's own.", own),
        (
            "greatest",
            "Period, genesis time and id have their greatest values.",
            replace(own, period=2**32 - 1, genesis_time=2**63 - 1, beacon_id="~!" * 32),
        ),
        (
            "least",
            "Period, genesis time and id have their least values.",
            replace(own, period=1, genesis_time=0, beacon_id="!"),
        ),
    )
    return [_chain(*row) for row in rows]


def _chain(name: str, comment: str, chain: ChainInfo) -> Case:
    return accept(
        f"chain-{name}",
        comment,
        {"op": "chain", "json": json.dumps(described(chain))},
        {**chain_fields(chain), "chain_hash": chain.chain_hash()},
    )


def _beacons(curve: Backend) -> Sequence[Case]:
    chained = rounds(curve, clock(curve, CHAINED), 2)[1]
    single = rounds(curve, clock(curve, UNCHAINED_G1), 1)[0]
    without = {k: v for k, v in relayed(single).items() if k != "randomness"}
    rows = (
        ("chained", "A round with the signature before it.", chained, relayed(chained)),
        ("unchained", "A round that stands alone.", single, relayed(single)),
        ("without-randomness", "The random value may be left out.", single, without),
    )
    return [_beacon(*row) for row in rows]


def _beacon(
    name: str, comment: str, beacon: Beacon, fields: Mapping[str, object]
) -> Case:
    return accept(
        f"beacon-{name}",
        comment,
        {"op": "beacon", "json": json.dumps(fields)},
        {
            "round": beacon.round_number,
            "signature": beacon.signature,
            "previous_signature": beacon.previous_signature,
            "randomness": beacon.randomness(),
        },
    )


def _times() -> Sequence[Case]:
    genesis, period = DEFAULT_CHAIN.genesis_time, DEFAULT_CHAIN.period
    moments = (
        ("at-zero", "No round is due before the genesis time.", 0),
        ("before-genesis", "The last second before round 1.", genesis - 1),
        ("genesis", "Round 1 is due at the genesis time.", genesis),
        ("last-second", "Round 1 lasts for the whole period.", genesis + period - 1),
        ("second-round", "A round begins with its second.", genesis + period),
        ("later", "In the middle of a round.", genesis + 1_000_000 * period + 7),
    )
    numbers = (
        ("first", "Round 1 is due at the genesis time.", 1),
        ("second", "One period later.", 2),
        ("greatest", "Times are exact whatever their size.", GREATEST_ROUND),
    )
    return [
        *(_rounds_at(*moment) for moment in moments),
        *(_time_of(*number) for number in numbers),
    ]


def _rounds_at(name: str, comment: str, time: int) -> Case:
    return accept(
        f"rounds-{name}",
        comment,
        {"op": "rounds", "chain": chain_fields(DEFAULT_CHAIN), "time": time},
        {
            "latest": round_at(DEFAULT_CHAIN, time),
            "first_after": first_round_after(DEFAULT_CHAIN, time),
        },
    )


def _time_of(name: str, comment: str, number: int) -> Case:
    return accept(
        f"time-{name}",
        comment,
        {"op": "time", "chain": chain_fields(DEFAULT_CHAIN), "round": number},
        {"time": time_of_round(DEFAULT_CHAIN, number)},
    )


def _verified(curve: Backend) -> Sequence[Case]:
    chained = clock(curve, CHAINED)
    first, second = rounds(curve, chained, 2)
    rows = [
        ("chained-first", "Round 1 follows the genesis seed.", chained, first),
        ("chained-second", "Round 2 follows the signature of 1.", chained, second),
    ]
    unchained = (
        ("unchained", "Signatures in G2, without a past.", UNCHAINED),
        ("unchained-g1", "Signatures in G1.", UNCHAINED_G1),
        ("unchained-g1-legacy", "G1 under the tag of G2.", UNCHAINED_G1_LEGACY),
    )
    for name, comment, scheme in unchained:
        chain = clock(curve, scheme)
        rows.append((name, comment, chain, rounds(curve, chain, 1)[0]))
    return [_verify(curve, *row) for row in rows]


def _verify(
    curve: Backend, name: str, comment: str, chain: ChainInfo, beacon: Beacon
) -> Case:
    number = beacon.round_number
    verify_round(curve, chain, beacon, number)
    message = round_message(chain, number, beacon.previous_signature)
    scheme = chain.scheme
    hash_to_curve = curve.hash_to_g1 if scheme.signs_in_g1 else curve.hash_to_g2
    point = hash_to_curve(message, scheme.dst)
    trace: dict[str, Raw] = {"message": message, "point": point.to_bytes()}
    return accept(
        f"verify-{name}",
        comment,
        verify_inputs(chain, beacon, number),
        {"randomness": beacon.randomness()},
        trace,
    )

"""Vectors of encryption to a round, and of what is sealed by it (specs/tlock.md)."""

import hashlib
from collections.abc import Sequence
from itertools import count

from fairlot_crypto.curve import G1, G2, Backend, backend, scalar_to_bytes
from fairlot_crypto.hashing import GROUP_ORDER, os2ip
from fairlot_crypto.timelock.chain import QUICKNET, ChainInfo
from fairlot_crypto.timelock.ibe import (
    Ciphertext,
    ciphertext_length,
    decrypt,
    encrypt,
    exponent,
    mask_of_pairing,
    mask_of_sigma,
    read_ciphertext,
    round_point,
)
from fairlot_crypto.timelock.scheme import (
    UNCHAINED,
    UNCHAINED_G1,
    UNCHAINED_G1_LEGACY,
)
from fairlot_crypto.timelock.sealed import binding, box_key, seal
from generators import tlock_refused
from generators.case import Case, Chapter, Raw, accept
from generators.drand_setting import SECRET, chain_fields, clock, rounds
from generators.tlock_setting import (
    CONTEXT,
    DRAWN,
    MESSAGE,
    NAMED,
    PLAINTEXT,
    SIGMA,
    Given,
    Opening,
    sealing,
)

_SCHEMES = (
    ("g1", "Signatures in G1, keys and U in G2.", UNCHAINED_G1),
    ("g2", "Signatures in G2, keys and U in G1.", UNCHAINED),
    ("g1-legacy", "G1 under the tag of G2.", UNCHAINED_G1_LEGACY),
)


def chapter() -> Chapter:
    """Return the chapter; both back-ends give the same."""
    curve = backend()
    return Chapter(
        "tlock",
        "`op` names the operation. pairing: the bytes of e(p, q) (groups.md, section 2.4). "
        "exponent: H3 of sigma and message; trace says which candidate it is. encrypt: "
        "encrypt message to a round, with randomness as σ. decrypt: with the signature "
        "of the round. seal: with randomness as K || σ. open: what seals length bytes, "
        "for chain, round and context, with a signature that nobody verifies here. "
        "trace holds intermediate values; pairing_hash is SHA-256 of the 576 bytes. "
        "Chains are the clocks of chapter drand, and drand's own quicknet.",
        (
            *_pairings(curve),
            *_exponents(),
            *_ciphertexts(curve),
            *_sealed(curve),
            *tlock_refused.cases(curve),
        ),
    )


def _pairings(curve: Backend) -> Sequence[Case]:
    p, q = curve.g1_generator(), curve.g2_generator()
    rows: tuple[tuple[str, str, G1, G2], ...] = (
        ("generators", "The generators.", p, q),
        ("multiples", "Any points.", p * SECRET, q * (GROUP_ORDER - 2)),
        (
            "swapped",
            "A factor moves: the same value.",
            p * (GROUP_ORDER - 2),
            q * SECRET,
        ),
        ("negative", "The inverse of the first: odd powers of w change sign.", -p, q),
        ("identity-g1", "Of an identity: one.", curve.g1_identity(), q),
        ("identity-g2", "Of an identity: one.", p, q - q),
    )
    return [
        accept(
            f"pairing-{name}",
            comment,
            {"op": "pairing", "p": left.to_bytes(), "q": right.to_bytes()},
            {"bytes": curve.pairing_bytes(left, right)},
        )
        for name, comment, left, right in rows
    ]


def _candidates(sigma: bytes, message: bytes) -> int:
    """Return how many candidates H3 looks at, by its own words in section 2."""
    seed = hashlib.sha256(b"IBE-H3" + sigma + message).digest()
    number = 1
    while _candidate(number, seed) >= GROUP_ORDER:
        number += 1
    return number


def _candidate(number: int, seed: bytes) -> int:
    digest = hashlib.sha256(number.to_bytes(2, "little") + seed).digest()
    return os2ip(bytes([digest[0] // 2]) + digest[1:])


def _exponents() -> Sequence[Case]:
    """One case for each number of candidates from one to three."""
    found: dict[int, bytes] = {}
    for number in count():
        message = number.to_bytes(16, "big")
        found.setdefault(_candidates(SIGMA, message), message)
        if {1, 2, 3} <= found.keys():
            break
    return [
        accept(
            f"exponent-{candidates}",
            f"Candidate {candidates} is the first below the order of the groups.",
            {"op": "exponent", "sigma": SIGMA, "message": found[candidates]},
            {"r": scalar_to_bytes(exponent(SIGMA, found[candidates]))},
            {"candidates": candidates},
        )
        for candidates in (1, 2, 3)
    ]


def _ciphertexts(curve: Backend) -> Sequence[Case]:
    chains = [
        (name, comment, clock(curve, scheme)) for name, comment, scheme in _SCHEMES
    ]
    quicknet = ("quicknet", "The chain of the League of Entropy.", QUICKNET)
    return [
        *(_encrypt(curve, *row) for row in (*chains, quicknet)),
        *(_decrypt(curve, *row) for row in chains),
    ]


def _trace(curve: Backend, chain: ChainInfo, ciphertext: Ciphertext) -> dict[str, Raw]:
    """Return what lies between (σ, M) = (SIGMA, MESSAGE) and their ciphertext."""
    Q, r = round_point(curve, chain, NAMED), exponent(SIGMA, MESSAGE)
    if isinstance(Q, G1):
        value = curve.pairing_bytes(Q * r, curve.g2_from_bytes(chain.public_key))
    else:
        value = curve.pairing_bytes(curve.g1_from_bytes(chain.public_key), Q * r)
    return {
        "Q": Q.to_bytes(),
        "sigma": SIGMA,
        "r": scalar_to_bytes(r),
        "pairing_hash": hashlib.sha256(value).digest(),
        "H2": mask_of_pairing(value),
        "H4": mask_of_sigma(SIGMA),
        "U": ciphertext.U.to_bytes(),
        "V": ciphertext.V,
        "W": ciphertext.W,
    }


def _encrypt(curve: Backend, name: str, comment: str, chain: ChainInfo) -> Case:
    ciphertext = encrypt(curve, chain, NAMED, MESSAGE, Given(SIGMA))
    return accept(
        f"encrypt-{name}",
        comment,
        {
            "op": "encrypt",
            "chain": chain_fields(chain),
            "round": NAMED,
            "message": MESSAGE,
            "randomness": SIGMA,
        },
        {"ciphertext": ciphertext.to_bytes()},
        _trace(curve, chain, ciphertext),
    )


def _decrypt(curve: Backend, name: str, comment: str, chain: ChainInfo) -> Case:
    ciphertext = encrypt(curve, chain, NAMED, MESSAGE, Given(SIGMA))
    signature = rounds(curve, chain, NAMED)[-1].signature
    return accept(
        f"decrypt-{name}",
        comment,
        {
            "op": "decrypt",
            "chain": chain_fields(chain),
            "ciphertext": ciphertext.to_bytes(),
            "signature": signature,
        },
        {"message": decrypt(curve, chain, ciphertext, signature)},
    )


def _sealed(curve: Backend) -> Sequence[Case]:
    rows = [
        *(
            (name, comment, clock(curve, scheme), PLAINTEXT, CONTEXT)
            for name, comment, scheme in _SCHEMES
        ),
        ("empty", "Both may be empty.", clock(curve, UNCHAINED_G1), b"", b""),
        ("long", "Or long.", clock(curve, UNCHAINED_G1), b"p" * 100, b"c" * 300),
    ]
    return [case for row in rows for case in _seal_and_open(curve, *row)]


def _seal_and_open(
    curve: Backend,
    name: str,
    comment: str,
    chain: ChainInfo,
    plaintext: bytes,
    context: bytes,
) -> Sequence[Case]:
    sealed = seal(curve, chain, NAMED, plaintext, context, Given(DRAWN))
    end = ciphertext_length(chain.scheme)
    ciphertext = read_ciphertext(curve, chain.scheme, sealed[:end])
    bound = binding(chain, NAMED, context, ciphertext)
    signature = rounds(curve, chain, NAMED)[-1].signature
    opening = Opening(
        *(chain, sealed, signature), context=context, length=len(plaintext)
    )
    trace: dict[str, Raw] = {
        **_trace(curve, chain, ciphertext),
        "chain_hash": chain.chain_hash(),
        "K": MESSAGE,
        "binding": bound,
        "key": box_key(MESSAGE, bound),
        "box": sealed[end:],
    }
    return (
        accept(
            f"seal-{name}",
            comment,
            sealing(chain, plaintext, context),
            {"sealed": sealed},
            trace,
        ),
        accept(
            f"open-{name}", comment, opening.inputs(), {"plaintext": opening.run(curve)}
        ),
    )

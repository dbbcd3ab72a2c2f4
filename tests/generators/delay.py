"""Vectors of the delay group, its proofs and the beacon (specs/delay.md)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fairlot_crypto.delay import wesolowski
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048, SHIPPED, Setup, make_setup
from fairlot_crypto.delay.primes import hash_to_prime
from fairlot_crypto.hashing import expand_message_xmd, i2osp, os2ip, tag, tagged_hash
from generators import bicorn
from generators.bicorn import TOY, shipped
from generators.case import Case, Chapter, Raw, accept, reject


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "delay",
        "`op` names the operation. generator: g of a modulus. prove: y and π from x and T; "
        "trace holds the challenge l and its counter. verify: check π. element: decode. "
        "commitment: check c. beacon: from openings (each below 2^2176) to the seed, "
        "everything revealed; omega is also what recovery must give. open: check alpha "
        "against c. recover: from commitments and the openings that are not null to X, "
        "its proof and the seed; the order of commitments and openings is the same. "
        "Elements, moduli and openings are big-endian; an element has as many "
        "bytes as its modulus.",
        (
            *_generators(),
            *_proofs(),
            *bicorn.cases(),
            *_refused_elements(),
            *_refused_proofs(),
            *_long_proofs(),
            *_refused_long_proofs(),
            *bicorn.recoveries(),
        ),
    )


def _generators() -> Sequence[Case]:
    rows = (
        ("rsa-2048", "The modulus of every sale.", RSA_2048),
        ("toy", "A modulus of 19 bytes.", TOY),
    )
    return [
        accept(
            f"generator-{name}",
            comment,
            {"op": "generator", "modulus": modulus.to_bytes()},
            {"g": modulus.encode(modulus.generator())},
            {"uniform": _uniform(modulus)},
        )
        for name, comment, modulus in rows
    ]


def _uniform(modulus: Modulus) -> bytes:
    dst = tag("g").encode() + modulus.to_bytes()
    return expand_message_xmd(b"", dst, modulus.width + 16)


def _proofs() -> Sequence[Case]:
    rows = (
        ("one-squaring", "2^T is below l: the proof is 1.", shipped(1)),
        ("shipped", "The set-up of the default delay.", shipped(65536)),
        ("short", "The exponent of the proof has 45 bits.", make_setup(RSA_2048, 300)),
        ("toy", "A small modulus; l has 256 bits all the same.", make_setup(TOY, 1000)),
    )
    return [_proof(*row) for row in rows]


def _proof(name: str, comment: str, setup: Setup) -> Case:
    modulus, T = setup.modulus, setup.T
    x = modulus.generator()
    prime = hash_to_prime(modulus, x, setup.h, T)
    return accept(
        f"prove-{name}",
        comment,
        {"op": "prove", "modulus": modulus.to_bytes(), "x": modulus.encode(x), "T": T},
        {"y": modulus.encode(setup.h), "proof": modulus.encode(setup.proof)},
        {
            "counter": _counter(setup, prime),
            "l": i2osp(prime, 32),
            "remainder": i2osp(pow(2, T, prime), 32),
        },
    )


def _counter(setup: Setup, prime: int) -> int:
    modulus = setup.modulus
    x, y = modulus.encode(modulus.generator()), modulus.encode(setup.h)
    statement = (modulus.to_bytes(), x, y, i2osp(setup.T, 8))
    counter = 0
    while True:
        digest = os2ip(tagged_hash("h2p", *statement, i2osp(counter, 8)))
        if digest | 1 << 255 | 1 == prime:
            return counter
        counter += 1


def _refused_elements() -> Sequence[Case]:
    n, g = RSA_2048.n, RSA_2048.encode(RSA_2048.generator())
    rows = (
        ("zero", "Elements are at least 1; 0 is not a unit.", bytes(256)),
        (
            "minus-one",
            "Elements are at most floor(N/2); -1 is another name of 1.",
            i2osp(n - 1, 256),
        ),
        (
            "upper-half",
            "Of x and N - x the smaller one stands for both.",
            i2osp(n // 2 + 1, 256),
        ),
        ("modulus", "Elements are reduced.", i2osp(n, 256)),
        ("truncated", "An element has the length of N.", g[1:]),
        ("extended", "An element has the length of N.", b"\0" + g),
        ("empty", "An element has the length of N.", b""),
    )
    return [_refused_element(*row) for row in rows]


def _refused_element(name: str, rule: str, data: bytes) -> Case:
    inputs: dict[str, Raw] = {
        "op": "element",
        "modulus": RSA_2048.to_bytes(),
        "element": data,
    }
    return reject(
        f"element-{name}", rule, "delay.element", inputs, lambda: RSA_2048.decode(data)
    )


@dataclass(frozen=True, slots=True)
class _Claim:
    x: int
    y: int
    T: int
    proof: int
    modulus: Modulus = RSA_2048


def _refused_proofs() -> Sequence[Case]:
    setup = shipped(65536)
    n, g, h, proof = RSA_2048.n, RSA_2048.generator(), setup.h, setup.proof
    equation, element = "wesolowski.equation", "wesolowski.element"
    rows = (
        (
            "fewer",
            "T is proved; work could be spared.",
            equation,
            _Claim(g, h, 65535, proof),
        ),
        ("more", "T is proved.", equation, _Claim(g, h, 65537, proof)),
        ("input", "x is proved.", equation, _Claim(4, h, 65536, proof)),
        (
            "output",
            "y is proved; any seed could be made.",
            equation,
            _Claim(g, 4, 65536, proof),
        ),
        ("proof", "π fits.", equation, _Claim(g, h, 65536, h)),
        ("proof-one", "π fits.", equation, _Claim(g, h, 65536, 1)),
        (
            "minus-y",
            "y is canonical; (-y, -π) satisfies the equation mod N.",
            element,
            _Claim(g, n - h, 65536, n - proof),
        ),
        ("minus-proof", "π is canonical.", element, _Claim(g, h, 65536, n - proof)),
        ("zero", "0 satisfies the equation.", element, _Claim(g, 0, 65536, 0)),
        (
            "minus-one",
            "-1 is another name of 1.",
            element,
            _Claim(n - 1, n - 1, 65536, 1),
        ),
        ("composite", *_composite_challenge()),
    )
    return [_refused_proof(*row) for row in rows]


def _composite_challenge() -> tuple[str, str, _Claim]:
    """Return a proof made for the candidate of counter 0, which is composite."""
    x, T = 4, 300
    y = RSA_2048.power(x, 1 << T)
    statement = (
        RSA_2048.to_bytes(),
        RSA_2048.encode(x),
        RSA_2048.encode(y),
        i2osp(T, 8),
    )
    candidate = os2ip(tagged_hash("h2p", *statement, bytes(8))) | 1 << 255 | 1
    rule = "l is prime; with factors of l a false y has a proof."
    proof = RSA_2048.power(x, (1 << T) // candidate)
    return rule, "wesolowski.equation", _Claim(x, y, T, proof)


def _refused_proof(name: str, rule: str, code: str, claim: _Claim) -> Case:
    modulus = claim.modulus
    return reject(
        f"verify-{name}",
        rule,
        code,
        _statement(claim),
        lambda: wesolowski.verify(modulus, claim.x, claim.y, claim.T, claim.proof),
    )


def _statement(claim: _Claim) -> dict[str, Raw]:
    width = claim.modulus.width
    return {
        "op": "verify",
        "modulus": claim.modulus.to_bytes(),
        "x": i2osp(claim.x, width),
        "y": i2osp(claim.y, width),
        "T": claim.T,
        "proof": i2osp(claim.proof, width),
    }


def _long(T: int) -> _Claim:
    setup = shipped(T)
    return _Claim(RSA_2048.generator(), setup.h, T, setup.proof)


def _long_proofs() -> Sequence[Case]:
    return [
        accept(
            f"verify-T{T}",
            f"The set-up of 2^{T.bit_length() - 1} squarings.",
            _statement(claim),
            {},
            {"l": i2osp(hash_to_prime(RSA_2048, claim.x, claim.y, T), 32)},
        )
        for T in SHIPPED[2:]
        for claim in (_long(T),)
    ]


def _refused_long_proofs() -> Sequence[Case]:
    n, T = RSA_2048.n, 2**28
    claim = _long(T)
    equation, element = "wesolowski.equation", "wesolowski.element"
    rows = (
        (
            "long-fewer",
            "T is proved; work could be spared.",
            equation,
            replace(claim, T=2**24),
        ),
        (
            "long-modulus",
            "N is proved; squarings modulo another one could be passed off.",
            equation,
            replace(claim, modulus=Modulus(n + 2)),
        ),
        ("long-input", "x is proved.", equation, replace(claim, x=_long(2**24).y)),
        (
            "long-output-one",
            "1 is not a power of g.",
            equation,
            replace(claim, y=1, proof=1),
        ),
        (
            "long-minus-y",
            "y is canonical; (-y, -π) satisfies the equation mod N.",
            element,
            replace(claim, y=n - claim.y, proof=n - claim.proof),
        ),
        ("long-proof-zero", "π is at least 1.", element, replace(claim, proof=0)),
        (
            "long-proof-minus-one",
            "-1 is another name of 1.",
            element,
            replace(claim, proof=n - 1),
        ),
        (
            "long-truncated",
            "π fits; here its last byte is missing.",
            equation,
            replace(claim, proof=claim.proof >> 8),
        ),
    )
    return [_refused_proof(*row) for row in rows]

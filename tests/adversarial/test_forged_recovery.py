"""Forged recoveries: each is refused, with the code of the rule that it breaks."""

import hashlib
from collections.abc import Callable, Mapping

import pytest
from nacl import bindings

from fairlot.beacon.contributions import Contributions
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType, check_signature, read_entry, sign_entry
from fairlot.errors import Rejection
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.delay import wesolowski
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.delay.primes import hash_to_prime
from fairlot_crypto.errors import ProofError
from fairlot_crypto.hashing import i2osp, os2ip, tagged_hash
from fairlot_crypto.statements import Statements
from kit.recovering import DELAY, committed, delayed, drawn, element, revealed
from kit.stage import Stage
from lies_file import STRANGER

N = RSA_2048.n
ORDER_TWO = bytes.fromhex("ec" + "ff" * 30 + "7f")
ORDER_25519 = 2**252 + 27742317777372353535851937790883648493


@pytest.fixture
def on() -> Stage:
    """A sale of two contributors, with a delay of some hundred squarings."""
    return delayed(2)


@pytest.fixture
def withheld(on: Stage) -> SaleState:
    """The first contributor has not revealed."""
    return revealed(on, committed(on), [on.reveal(1)])


def proved(x: int, delay: int = DELAY) -> tuple[int, int]:
    return wesolowski.prove(RSA_2048, x, delay)


def other_input(_made: Contributions, x: int) -> Mapping[str, Value]:
    """Prove the square of X: true, and of something else."""
    other = RSA_2048.multiply(x, x)
    y, proof = proved(other)
    return {"x": element(other), "y": element(y), "proof": element(proof)}


def other_delay(_made: Contributions, x: int) -> Mapping[str, Value]:
    """Prove one squaring less: true, and half of nothing that was asked."""
    y, proof = proved(x, DELAY - 1)
    return {"delay": DELAY - 1, "y": element(y), "proof": element(proof)}


def other_delay_untold(_made: Contributions, x: int) -> Mapping[str, Value]:
    """Pass a proof of fewer squarings off as one of T."""
    y, proof = proved(x, DELAY - 1)
    return {"y": element(y), "proof": element(proof)}


def other_group(_made: Contributions, _x: int) -> Mapping[str, Value]:
    return {"modulus": element(N - 2)}


def composite_challenge(_made: Contributions, x: int) -> Mapping[str, Value]:
    """Take an l that is no prime, as a prover does without a primality test."""
    y, _ = proved(x)
    parts = (element(N), element(x), element(y), i2osp(DELAY, 8))
    counters = range(1000)
    candidates = (
        os2ip(tagged_hash("h2p", *parts, i2osp(counter, 8))) | 1 << 255 | 1
        for counter in counters
    )
    prime = hash_to_prime(RSA_2048, x, y, DELAY)
    number = next(n for n in candidates if n != prime)
    proof = RSA_2048.power(x, (1 << DELAY) // number)
    left = RSA_2048.power(proof, number)
    rest = RSA_2048.power(x, pow(2, DELAY, number))
    assert RSA_2048.multiply(left, rest) == y, "the equation holds for that number"
    return {"proof": element(proof)}


def negated(made: Contributions, x: int) -> Mapping[str, Value]:
    """Post N - Y, that is -Ω where nothing is revealed."""
    y, _ = proved(x)
    assert y
    assert made.withheld
    return {"y": element(N - y)}


Forge = Callable[[Contributions, int], Mapping[str, Value]]
FORGERIES: dict[str, tuple[str, Forge]] = {
    "wrong T": ("recover.delay", other_delay),
    "wrong group": ("recover.modulus", other_group),
    "wrong input": ("recover.input", other_input),
    "minus omega": ("recover.sign", negated),
    "zero": ("recover.zero", lambda _m, _x: {"y": element(0)}),
    "one": ("recover.trivial", lambda _m, _x: {"y": element(1)}),
    "minus one": ("recover.minus-one", lambda _m, _x: {"y": element(N - 1)}),
    "composite l": ("recover.proof", composite_challenge),
    "truncated proof": ("recover.length", lambda _m, x: {"proof": element(x)[:-1]}),
}


def forged(on: Stage, state: SaleState, changes: Mapping[str, Value]) -> Entry:
    honest = on.recovery(state.contributions)
    body = {**honest.body, **changes}
    return sign_entry(EntryType.RECOVER, on.terms.sale_id, body, STRANGER)


def refusal(state: SaleState, entry: Entry) -> str:
    root = state.tree.root()
    with pytest.raises(Rejection) as caught:
        state.append(entry, state.terms.times.reveal_end + 1)
    assert state.contributions.recovered is None
    assert state.tree.root() == root
    return caught.value.code


@pytest.mark.thorough
@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_recovery_is_refused(
    on: Stage, withheld: SaleState, what: str
) -> None:
    code, forge = FORGERIES[what]
    made = withheld.contributions
    changes = forge(made, made.recovery_statement(on.terms.sale_id))
    assert refusal(withheld, forged(on, withheld, changes)) == code
    withheld.append(on.recovery(made), on.terms.times.reveal_end + 1)
    assert made.recovered is not None


def test_each_forgery_has_a_code_of_its_own() -> None:
    assert len({code for code, _ in FORGERIES.values()}) == len(FORGERIES)


@pytest.mark.thorough
@pytest.mark.parametrize("field", ["x", "y", "proof"])
@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "recover.length"),
        (bytes(255), "recover.length"),
        (bytes(257), "recover.length"),
        (bytes(256), "recover.zero"),
        (element(N - 1), "recover.minus-one"),
        (element(N // 2 + 1), "recover.sign"),
        (element(N), "recover.sign"),
        (b"\xff" * 256, "recover.sign"),
    ],
)
def test_what_is_no_element_is_refused_in_each_place(
    on: Stage, withheld: SaleState, field: str, value: bytes, code: str
) -> None:
    assert refusal(withheld, forged(on, withheld, {field: value})) == code


@pytest.mark.parametrize("field", ["y", "proof"])
def test_the_element_one_is_no_result_and_no_proof(
    on: Stage, withheld: SaleState, field: str
) -> None:
    entry = forged(on, withheld, {field: element(1)})
    assert refusal(withheld, entry) == "recover.trivial"


@pytest.mark.parametrize("field", ["y", "proof"])
def test_another_element_proves_nothing(
    on: Stage, withheld: SaleState, field: str
) -> None:
    entry = forged(on, withheld, {field: element(4)})
    assert refusal(withheld, entry) == "recover.proof"


def test_a_proof_of_fewer_squarings_does_not_pass_for_one_of_t(
    on: Stage, withheld: SaleState
) -> None:
    x = withheld.contributions.recovery_statement(on.terms.sale_id)
    changes = other_delay_untold(withheld.contributions, x)
    assert refusal(withheld, forged(on, withheld, changes)) == "recover.proof"


def test_a_recovery_of_another_sale_recovers_nothing(
    on: Stage, withheld: SaleState
) -> None:
    """Its commitments are others'; and its signature names the other sale."""
    elsewhere = delayed(3)
    other = revealed(elsewhere, committed(elsewhere), [])
    entry = elsewhere.recovery(other.contributions)
    assert refusal(withheld, entry) == "entry.scope"
    here = sign_entry(EntryType.RECOVER, on.terms.sale_id, entry.body, STRANGER)
    assert refusal(withheld, here) == "recover.input"


def test_a_recovery_of_all_is_none_of_what_is_missing(
    on: Stage, withheld: SaleState
) -> None:
    """X is made of exactly what was not revealed: no other set gives another Ω."""
    state = revealed(on, committed(on), [])
    assert refusal(withheld, on.recovery(state.contributions)) == "recover.input"


@pytest.mark.parametrize("field", ["delay", "modulus", "x", "y", "proof"])
def test_every_field_is_there_and_no_other(
    on: Stage, withheld: SaleState, field: str
) -> None:
    body = dict(on.recovery(withheld.contributions).body)
    more = {**body, "omega": body["y"]}
    del body[field]
    for wrong in (body, {**body, field: "text"}, more):
        entry = sign_entry(EntryType.RECOVER, on.terms.sale_id, wrong, STRANGER)
        assert refusal(withheld, entry) == "entry.field"


def test_a_recovery_is_taken_once(on: Stage, withheld: SaleState) -> None:
    time = on.terms.times.reveal_end + 1
    entry = on.recovery(withheld.contributions)
    withheld.append(entry, time)
    another = sign_entry(
        EntryType.RECOVER, on.terms.sale_id, entry.body, on.parts.seller
    )
    for again, code in ((entry, "entry.duplicate"), (another, "recover.not-needed")):
        with pytest.raises(Rejection) as caught:
            withheld.append(again, time)
        assert caught.value.code == code
    drawn(on, withheld)


def test_a_recovery_before_the_reveals_have_ended_is_refused(on: Stage) -> None:
    state = committed(on)
    assert refusal(state, on.recovery(state.contributions)) == "phase.wrong"


def under_a_mixed_key(on: Stage, honest: Entry) -> Entry:
    """Sign as somebody whose key has a part of order 2, which an even k hides."""
    mixed = bindings.crypto_core_ed25519_add(STRANGER.public, ORDER_TWO)
    unsigned: dict[str, Value] = {
        "v": 1,
        "type": "RECOVER",
        "sale": on.terms.sale_id,
        "body": honest.body,
        "role": "anyone",
        "key": mixed,
    }
    digest = hashlib.sha256(cbor.encode(unsigned)).digest()
    message = b"fairlot-v1/entry\x00anyone\x00" + digest
    secret = bytearray(hashlib.sha512(STRANGER.seed).digest()[:32])
    secret[0] &= 248
    secret[31] = secret[31] & 127 | 64

    def challenge(nonce: int) -> tuple[bytes, int]:
        scalar = nonce.to_bytes(32, "little")
        r = bindings.crypto_scalarmult_ed25519_base_noclamp(scalar)
        digest = hashlib.sha512(r + mixed + message).digest()
        return r, int.from_bytes(digest, "little") % ORDER_25519

    nonce = next(n for n in range(1, 100) if challenge(n)[1] % 2 == 0)
    r, k = challenge(nonce)
    s = (nonce + k * int.from_bytes(secret, "little")) % ORDER_25519
    encoded = cbor.encode({**unsigned, "sig": r + s.to_bytes(32, "little")})
    return read_entry(cbor.decode(encoded), encoded)


def test_a_recovery_is_signed_with_a_key_of_prime_order(
    on: Stage, withheld: SaleState
) -> None:
    entry = under_a_mixed_key(on, on.recovery(withheld.contributions))
    check_signature(entry, Statements())
    assert refusal(withheld, entry) == "entry.key"


def test_the_library_refuses_what_the_fold_refuses(
    on: Stage, withheld: SaleState
) -> None:
    """The composite l fails in the equation itself, not in a rule beside it."""
    x = withheld.contributions.recovery_statement(on.terms.sale_id)
    y, _ = proved(x)
    proof = composite_challenge(withheld.contributions, x)["proof"]
    assert isinstance(proof, bytes)
    with pytest.raises(ProofError):
        wesolowski.verify(RSA_2048, x, y, DELAY, os2ip(proof))

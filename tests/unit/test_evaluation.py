"""Evaluation gives what the definition says, however often it is killed."""

import pytest

from fairlot_crypto.delay import evaluation, wesolowski
from fairlot_crypto.delay import plan as plans
from fairlot_crypto.delay.evaluation import evaluate
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048, make_setup
from fairlot_crypto.delay.plan import MAX_SQUARINGS, Plan
from fairlot_crypto.delay.primes import hash_to_prime
from fairlot_crypto.errors import CallerError, EncodingError
from memory_store import KilledError, MemoryStore

TOY = Modulus((2**61 - 1) * (2**89 - 1))
X = TOY.generator()
T = 12345


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make checkpoints often enough for a small T."""
    monkeypatch.setattr(plans, "_CHECKPOINT", (1000, 1000))
    monkeypatch.setattr(evaluation, "_STEPS_UNTOLD", 100)


def defined(T: int) -> tuple[int, int]:
    """Compute y and π by their definitions."""
    y = TOY.power(X, 1 << T)
    return y, TOY.power(X, (1 << T) // hash_to_prime(TOY, X, y, T))


@pytest.mark.parametrize("T", [1, 2, 39, 40, 41, 255, 256, 300, 999, 1000, 1001, T])
def test_it_is_what_the_definition_says(T: int) -> None:
    assert evaluate(TOY, X, T) == defined(T)


@pytest.mark.thorough
@pytest.mark.parametrize("stored", [1, 2, 16, 100])
@pytest.mark.parametrize("T", [1, 300, 5001])
def test_the_number_of_powers_kept_does_not_matter(
    stored: int, T: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "_STORED_POWERS", stored)
    assert evaluate(TOY, X, T) == defined(T)


@pytest.mark.slow
@pytest.mark.parametrize("bits", range(1, 17))
@pytest.mark.parametrize("stride", [1, 2, 3, 50])
def test_every_width_of_a_digit_gives_the_same(
    bits: int, stride: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(701, bits, stride)

    def of(_T: int) -> Plan:
        return plan

    monkeypatch.setattr(Plan, "of", of)
    assert evaluate(TOY, X, 701) == defined(701)


@pytest.mark.parametrize("power", range(41))
def test_a_plan_keeps_its_bounds(power: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for squarings in {1 << power, (1 << power) - 1 or 1, (1 << power) * 2 // 3 or 1}:
        plan = Plan.of(squarings)
        assert plan.powers <= 400_000
        assert 1 <= plan.bits <= 16
        assert plan.spacing >= 40
        between = plan.powers_a_file * plan.spacing
        assert 2**17 <= between < 2**24 + plan.spacing


@pytest.mark.parametrize("power", range(24, 41))
def test_the_proof_of_a_long_delay_takes_a_twelfth_of_its_squarings(power: int) -> None:
    assert 12 * Plan.of(1 << power).multiplications < 1 << power


def test_2048_bits_give_what_integers_of_python_give() -> None:
    x = RSA_2048.generator()
    y, proof = evaluate(RSA_2048, x, 3000)
    assert y == RSA_2048.reduce(pow(x, 1 << 3000, RSA_2048.n))
    wesolowski.verify(RSA_2048, x, y, 3000, proof)


@pytest.mark.parametrize("bad", [-1, 0, MAX_SQUARINGS + 1])
def test_a_number_of_squarings_out_of_range_is_refused(bad: int) -> None:
    for call in (lambda: evaluate(TOY, X, bad), lambda: Plan.of(bad)):
        with pytest.raises(CallerError) as caught:
            call()
        assert caught.value.code == "wesolowski.squarings"


@pytest.mark.parametrize("x", [-1, 0, TOY.n // 2 + 1, TOY.n])
def test_a_start_that_is_no_element_is_refused_before_the_work(x: int) -> None:
    def told(_done: int, _total: int) -> None:
        pytest.fail("work began")

    with pytest.raises(CallerError) as caught:
        evaluate(TOY, x, T, told)
    assert caught.value.code == "delay.element-range"


# --- Killed and started again ---


class MemoryStoreOf(MemoryStore):
    """The store of a finished evaluation."""

    def __init__(self, squarings: int) -> None:
        super().__init__()
        evaluate(TOY, X, squarings, store=self)


def steps_told(store: MemoryStore) -> list[int]:
    """Return what progress is told of, when the evaluation of a store goes on."""
    steps: list[int] = []

    def told(done: int, total: int) -> None:
        assert total == Plan.of(T).total
        steps.append(done)

    evaluate(TOY, X, T, told, store)
    return steps


def writes() -> int:
    return MemoryStoreOf(T).writes


def test_it_goes_on_from_every_checkpoint() -> None:
    expected = defined(T)
    total = writes()
    assert total >= 12 + 4
    for killed_at in range(total):
        store = MemoryStore(lives=killed_at)
        with pytest.raises(KilledError):
            evaluate(TOY, X, T, store=store)
        store.lives = None
        assert evaluate(TOY, X, T, store=store) == expected
        assert store.writes == total, "nothing was done twice"
        assert store.dropped == []


def test_it_comes_to_an_end_when_it_is_killed_after_each_checkpoint() -> None:
    store = MemoryStore()
    kills = 0
    result: tuple[int, int] | None = None
    while result is None:
        store.lives = 1
        try:
            result = evaluate(TOY, X, T, store=store)
        except KilledError:
            kills += 1
    assert result == defined(T)
    assert kills == writes() - 1


def test_a_finished_one_is_read_without_work() -> None:
    store = MemoryStore()
    first = evaluate(TOY, X, T, store=store)
    store.lives = 0
    assert evaluate(TOY, X, T, store=store) == first
    assert steps_told(store) == [Plan.of(T).total]


def test_progress_begins_where_the_work_begins() -> None:
    plan = Plan.of(T)
    for lives in (0, 3, 9):
        store = MemoryStore(lives)
        with pytest.raises(KilledError):
            evaluate(TOY, X, T, store=store)
        store.lives = None
        told = steps_told(store)
        assert told[0] == lives * plan.powers_a_file * plan.spacing
        assert told == sorted(told)
        assert told[-1] == plan.total


@pytest.mark.parametrize("keep", [0, 31, 40, 63, 64, 65, -1])
def test_a_torn_checkpoint_is_computed_again(keep: int) -> None:
    store = MemoryStore()
    expected = evaluate(TOY, X, T, store=store)
    names = sorted(store.blobs)
    for name in names:
        store.blobs[name] = store.blobs[name][:keep]
    assert evaluate(TOY, X, T, store=store) == expected
    assert sorted(store.dropped) == names


def test_a_checkpoint_in_the_middle_can_be_missing() -> None:
    store = MemoryStore()
    expected = evaluate(TOY, X, T, store=store)
    written = store.writes
    del store.blobs[sorted(store.blobs)[3]]
    assert evaluate(TOY, X, T, store=store) == expected
    assert store.writes == written + 1


def test_checkpoints_of_another_computation_are_refused_and_kept() -> None:
    store = MemoryStore()
    evaluate(TOY, X, T, store=store)
    before = dict(store.blobs)
    other = Modulus(TOY.n - 2)
    for modulus, x, squarings in (
        (TOY, X, T + 1),
        (TOY, X - 1, T),
        (other, other.reduce(X), T),
    ):
        with pytest.raises(EncodingError) as caught:
            evaluate(modulus, x, squarings, store=store)
        assert caught.value.code == "evaluation.foreign"
    assert store.blobs == before


def test_a_false_checkpoint_never_becomes_a_proof() -> None:
    """Whole, of this computation, and wrong: made on purpose, or by bad memory."""
    names = sorted(MemoryStoreOf(T).blobs)
    for name in (names[0], names[5], names[-1]):
        store = MemoryStoreOf(T)
        payload = bytearray(store.blobs[name][64:])
        payload[-1] ^= 1
        store.forge(name, bytes(payload))
        if name != "proof":
            del store.blobs["proof"]
        with pytest.raises(EncodingError) as caught:
            wesolowski.prove(TOY, X, T, store=store)
        assert caught.value.code == "evaluation.false"


def test_a_set_up_can_be_interrupted() -> None:
    store = MemoryStore(lives=7)
    with pytest.raises(KilledError):
        make_setup(TOY, T, store=store)
    store.lives = None
    setup = make_setup(TOY, T, store=store)
    assert (setup.h, setup.proof) == defined(T)
    assert store.writes == writes()

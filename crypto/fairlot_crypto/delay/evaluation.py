"""Computing y = |x^(2^T)| and its proof, over hours if need be (specs/delay.md, 4.5).

After Wesolowski, Efficient Verifiable Delay Functions (Eurocrypt 2019), section 4.1:
the proof costs about T / 12 multiplications, since some powers of x are kept while
squaring. What is done is kept in a store, so that a killed run does not begin again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from gmpy2 import mpz, pack, powmod, unpack

from fairlot_crypto.delay.checkpoints import Checkpoints, NoStore, Store
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.plan import Plan
from fairlot_crypto.delay.primes import hash_to_prime
from fairlot_crypto.hashing import i2osp, os2ip, tagged_hash
from fairlot_crypto.progress import Progress, silent

_EXPANSION = 2**12
"""About how many bits of floor(2^T / l) are computed at once."""
_STEPS_UNTOLD = 2**14
"""About how many steps lie between two calls of progress."""


def evaluate(
    modulus: Modulus,
    x: int,
    T: int,
    progress: Progress = silent,
    store: Store | None = None,
) -> tuple[int, int]:
    """Return y = |x^(2^T)| and its proof π = |x^floor(2^T / l)|.

    If it is called again with the same arguments after a kill, it goes on from the store's
    last checkpoint. A damaged checkpoint is computed anew. An intact checkpoint with false
    content gives a false result, which ``wesolowski.prove`` checks. The steps are those of
    specs/delay.md, section 4.2.

    Args:
        modulus: N, the modulus of the group.
        x: an element of the group.
        T: how many squarings, in [1, 2^40].
        progress: is told first where the work begins, then of squarings, then of digits of
            the proof's exponent.
        store: where checkpoints are kept; by default nothing is kept.

    Raises:
        CallerError: ``wesolowski.squarings``, ``delay.element-range``.
        EncodingError: ``evaluation.foreign`` if the store holds checkpoints of another
            computation.
    """
    plan = Plan.of(T)
    statement = tagged_hash(
        "evaluation",
        modulus.to_bytes(),
        modulus.encode(x),
        *(i2osp(number, 8) for number in (T, plan.bits, plan.stride)),
    )
    work = _Work(modulus, plan, Checkpoints(store or NoStore(), statement), progress)
    # Step 1.
    powers = work.squarings(x)
    y = modulus.power(int(powers[-1]), 1 << T % plan.spacing)
    # Step 2.
    prime = hash_to_prime(modulus, x, y, T)
    # Steps 3 and 4.
    return y, work.proof(powers, prime)


@dataclass(frozen=True, slots=True)
class _Work:
    """One evaluation."""

    modulus: Modulus
    plan: Plan
    checkpoints: Checkpoints
    progress: Progress

    def squarings(self, x: int) -> list[mpz]:
        """Return x^(2^(spacing * i)), i = 0, 1, .., plan.powers."""
        plan, powers = self.plan, [mpz(x)]
        told = False
        while len(powers) <= plan.powers:
            first = len(powers)
            count = min(plan.powers_a_file, plan.powers + 1 - first)
            name = f"powers-{first:06}"
            payload = self.checkpoints.load(name, count * self.modulus.width)
            if payload is not None:
                powers += self._read(payload)
                continue
            if not told:
                self.progress((first - 1) * plan.spacing, plan.total)
                told = True
            self._square(powers, count)
            self.checkpoints.save(name, self._written(powers[first:]))
        return powers

    def _square(self, powers: list[mpz], count: int) -> None:
        """Append ``count`` powers."""
        spacing, n = self.plan.spacing, mpz(self.modulus.n)
        exponent = mpz(1) << spacing
        power = powers[-1]
        told = _STEPS_UNTOLD // spacing + 1
        for done in range(0, count, told):
            for _ in range(done, min(done + told, count)):
                power = powmod(power, exponent, n)
                powers.append(power)
            self.progress((len(powers) - 1) * spacing, self.plan.total)

    def proof(self, powers: Sequence[mpz], prime: int) -> int:
        """Return x^floor(2^T / l), where powers[i] = x^(2^(spacing * i)).

        The result of a round is shifted into place by the squarings of the rounds
        after it. The steps are those of specs/delay.md, section 4.5.
        """
        modulus, plan = self.modulus, self.plan
        # Step 1.
        done, result = self._resumed_proof()
        # Step 2.
        for j in reversed(range(plan.stride - done)):
            # Step 3.
            result = modulus.power(result, 1 << plan.bits)
            # Steps 4 and 5.
            result = modulus.multiply(result, self._round(powers, prime, j))
            payload = i2osp(plan.stride - j, 8) + modulus.encode(result)
            self.checkpoints.save("proof", payload)
        self.progress(plan.total, plan.total)
        # Step 6. Every product is reduced already.
        return result

    def _resumed_proof(self) -> tuple[int, int]:
        """Return how many rounds are done, and their result."""
        payload = self.checkpoints.load("proof", 8 + self.modulus.width)
        if payload is None:
            return 0, 1
        return os2ip(payload[:8]), os2ip(payload[8:])

    def _round(self, powers: Sequence[mpz], prime: int, j: int) -> int:
        """Return the product of powers[i]^digit(stride * i + j)."""
        plan, n = self.plan, mpz(self.modulus.n)
        before = plan.T + (plan.stride - 1 - j) * plan.digits // plan.stride
        buckets = [mpz(1)] * (1 << plan.bits)
        digits = _digits(plan, prime, j)
        todo = iter(reversed(powers[: -(-(plan.digits - j) // plan.stride)]))
        done = 0
        while some := list(islice(todo, _STEPS_UNTOLD)):
            self.progress(before + done, plan.total)
            for power, digit in zip(some, digits, strict=False):
                buckets[digit] = buckets[digit] * power % n
            done += len(some)
        return _weighted_product(buckets, n)

    def _read(self, payload: bytes) -> Iterator[mpz]:
        width = self.modulus.width
        for start in range(0, len(payload), width):
            yield mpz.from_bytes(payload[start : start + width], "big")

    def _written(self, powers: Sequence[mpz]) -> bytes:
        width = self.modulus.width
        return b"".join(power.to_bytes(width, "big") for power in powers)


def _digits(plan: Plan, prime: int, j: int) -> Iterator[mpz]:
    """Yield the digits of floor(2^T / l) with index = j mod stride, highest first.

    One division gives many: with r = 2^(T - bits * (index + 1)) mod l, the digits from
    ``index`` down begin the binary expansion of r / l, ``spacing`` bits apart. The next r
    is one modular multiplication away.
    """
    divisor, spacing = mpz(prime), plan.spacing
    count = max(1, _EXPANSION // spacing)
    width = spacing * (count - 1) + plan.bits
    mask = pack([(1 << plan.bits) - 1] * count, spacing)
    highest = j + (plan.digits - 1 - j) // plan.stride * plan.stride
    r = powmod(2, plan.T - plan.bits * (highest + 1), divisor)
    step = powmod(2, spacing * count, divisor)
    while True:
        digits = unpack((r << width) // divisor & mask, spacing)
        yield from [mpz(0)] * (count - len(digits))
        yield from reversed(digits)
        r = r * step % divisor


def _weighted_product(buckets: Sequence[mpz], n: mpz) -> int:
    """Return the product of buckets[d]^d."""
    above = product = mpz(1)
    for bucket in reversed(buckets[1:]):
        above = above * bucket % n
        product = product * above % n
    return int(product)

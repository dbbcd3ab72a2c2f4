"""Wesolowski's proof that y = x^(2^T) (specs/delay.md, section 4).

After Wesolowski, Efficient Verifiable Delay Functions (Eurocrypt 2019), made
non-interactive over the whole statement, in Z_N^*/{±1}.
"""

from fairlot_crypto.delay.checkpoints import Store
from fairlot_crypto.delay.evaluation import check_squarings, evaluate
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.primes import hash_to_prime
from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.progress import Progress, silent


def prove(
    modulus: Modulus,
    x: int,
    T: int,
    progress: Progress = silent,
    store: Store | None = None,
) -> tuple[int, int]:
    """Return y = |x^(2^T)| and its proof π = |x^floor(2^T / l)|, and check them.

    Args:
        modulus: N.
        x: an element.
        T: squarings, in [1, 2^40].
        progress: see ``evaluate``.
        store: where checkpoints lie, from which a killed call goes on when it is made
            again; by default nothing is kept.

    Raises:
        CallerError: ``wesolowski.squarings``, ``delay.element-range``.
        EncodingError: ``evaluation.foreign`` where the store holds checkpoints of
            another computation, ``evaluation.false`` where those that it holds, or the
            machine, led to a false result.
    """
    y, proof = evaluate(modulus, x, T, progress, store)
    try:
        verify(modulus, x, y, T, proof)
    except ProofError as error:
        raise EncodingError(
            "evaluation.false",
            "the checkpoints are false: remove them, and start again",
        ) from error
    return y, proof


def verify(modulus: Modulus, x: int, y: int, T: int, proof: int) -> None:
    """Check that y = |x^(2^T)|.

    Args:
        modulus: N.
        x: start.
        y: claimed result.
        T: squarings, in [1, 2^40].
        proof: π.

    Raises:
        CallerError: ``wesolowski.squarings``.
        ProofError: ``wesolowski.element`` where x, y or π is not in [1, floor(N/2)],
            ``wesolowski.equation`` where π does not fit.
    """
    check_squarings(T)
    # Step 1.
    if not all(modulus.contains(element) for element in (x, y, proof)):
        raise ProofError("wesolowski.element", "x, y and π must lie in [1, floor(N/2)]")
    # Step 2.
    prime = hash_to_prime(modulus, x, y, T)
    # Step 3.
    remainder = pow(2, T, prime)
    # Step 4.
    result = modulus.multiply(modulus.power(proof, prime), modulus.power(x, remainder))
    if result != y:
        raise ProofError(
            "wesolowski.equation", "the proof does not show that y is x squared T times"
        )

"""Wesolowski's proof that y = x^(2^T) (specs/delay.md, section 4).

After Wesolowski, Efficient Verifiable Delay Functions (Eurocrypt 2019), made
non-interactive over the whole statement, in Z_N^*/{±1}.
"""

from fairlot_crypto.delay.checkpoints import Store
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.plan import check_squarings
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
        modulus: N, the modulus of the group.
        x: an element of the group.
        T: how many squarings, in [1, 2^40].
        progress: is told of the work; see ``evaluate``.
        store: where checkpoints are kept; if a killed call is made again, it goes on from
            there. By default nothing is kept.

    Raises:
        CallerError: ``wesolowski.squarings``, ``delay.element-range``.
        EncodingError: ``evaluation.foreign`` if the store holds checkpoints of another
            computation, ``evaluation.false`` if false checkpoints, or the machine, led to
            a false result.
    """
    # Only who computes pays for loading what computes.
    from fairlot_crypto.delay.evaluation import evaluate  # noqa: PLC0415

    y, proof = evaluate(modulus, x, T, progress, store)
    try:
        verify(modulus, x, y, T, proof)
    except ProofError as error:
        raise EncodingError(
            "evaluation.false",
            "the result is false, and so must be a checkpoint: remove them and start anew",
        ) from error
    return y, proof


def verify(modulus: Modulus, x: int, y: int, T: int, proof: int) -> None:
    """Check that y = |x^(2^T)| (specs/delay.md, section 4.3).

    Args:
        modulus: N, the modulus of the group.
        x: the element that was squared.
        y: the claimed result.
        T: how many squarings, in [1, 2^40].
        proof: π, the proof.

    Raises:
        CallerError: ``wesolowski.squarings``.
        ProofError: ``wesolowski.element`` if x, y or π is not in [1, floor(N/2)],
            ``wesolowski.equation`` if π does not fit.
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
            "wesolowski.equation", "the proof must show that y is x squared T times"
        )

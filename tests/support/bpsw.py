"""Baillie-PSW in plain Python: the oracle of the library that the product asks."""

from math import gcd, isqrt

_SMALL_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53)


def is_probable_prime(n: int) -> bool:
    """Tell whether ``n`` passes both halves; exact below 2^64."""
    if n < 2:
        return False
    for prime in _SMALL_PRIMES:
        if n % prime == 0:
            return n == prime
    return is_strong_probable_prime(n, 2) and is_strong_lucas_probable_prime(n)


def is_strong_probable_prime(n: int, base: int) -> bool:
    """Tell whether the odd ``n`` above 2 passes Miller-Rabin to one base."""
    twos = _trailing_zeros(n - 1)
    x = pow(base, (n - 1) >> twos, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False


def is_strong_lucas_probable_prime(n: int) -> bool:
    """Tell whether the odd ``n`` above 2 passes the strong Lucas test.

    D is the first of 5, -7, 9, -11, .. with (D/n) = -1, P = 1 and Q = (1 - D) / 4:
    Selfridge's method A (Baillie and Wagstaff, Lucas Pseudoprimes, 1980).
    """
    # For a square no such D exists.
    if isqrt(n) ** 2 == n:
        return False
    d = 5
    while (symbol := jacobi(d, n)) == 1:
        d = -(d + 2) if d > 0 else 2 - d
    # (D/n) = 0: a common factor, and n is prime only if it is that factor.
    if symbol == 0:
        return gcd(d, n) == n
    twos = _trailing_zeros(n + 1)
    u, v, q_power = _lucas(n, d, (n + 1) >> twos)
    if 0 in (u, v):
        return True
    for _ in range(twos - 1):
        v = (v * v - 2 * q_power) % n
        q_power = q_power * q_power % n
        if v == 0:
            return True
    return False


def jacobi(a: int, n: int) -> int:
    """Return the Jacobi symbol (a/n) for an odd positive ``n``."""
    a %= n
    sign = 1
    while a:
        twos = _trailing_zeros(a)
        a >>= twos
        if twos % 2 == 1 and n % 8 in (3, 5):
            sign = -sign
        if a % 4 == 3 and n % 4 == 3:
            sign = -sign
        a, n = n % a, a
    return sign if n == 1 else 0


def _lucas(n: int, d: int, k: int) -> tuple[int, int, int]:
    """Return U_k, V_k and Q^k mod n of the Lucas sequences with P = 1."""
    q = (1 - d) // 4
    half = (n + 1) // 2
    u, v, q_power = 1, 1, q % n
    for bit in f"{k:b}"[1:]:
        u, v = u * v % n, (v * v - 2 * q_power) % n
        q_power = q_power * q_power % n
        if bit == "1":
            u, v = (u + v) * half % n, (d * u + v) * half % n
            q_power = q_power * q % n
    return u, v, q_power


def _trailing_zeros(value: int) -> int:
    return (value & -value).bit_length() - 1

"""A key that n members share (specs/uniqueness-tag.md, section 3).

Member i multiplies by its share k_i and proves it under K_i. Any t + 1 answers whose proofs
verify interpolate to what the whole key would have given; an answer whose proof does not
verify names its sender.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fairlot_crypto.committee import shamir
from fairlot_crypto.curve import G1, Backend, Scalar, random_scalar
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.voprf.dleq import verify_proof
from fairlot_crypto.voprf.oprf import Evaluated, blind_evaluate


@dataclass(frozen=True, slots=True)
class KeyShare:
    """What one member holds."""

    index: int
    """i, the member's number, from 1."""
    secret: Scalar = field(repr=False)
    """k_i, the member's share of the key."""


@dataclass(frozen=True, slots=True)
class PublicShares:
    """What everybody knows of the shared key."""

    degree: int
    """t, the degree of the sharing: t + 1 members determine the key."""
    shares: tuple[G1, ...]
    """K_i = BP1·k_i for the members 1..n."""

    def public_key(self) -> G1:
        """Return K = BP1·k.

        Raises:
            EncodingError: ``voprf.sharing`` if the shares lie on no polynomial of degree t,
                are too few, hold the identity, or share the zero key.
        """
        by_index = dict(enumerate(self.shares, 1))
        if len(by_index) <= self.degree or any(K.is_identity() for K in self.shares):
            problem = f"there must be {self.degree + 1} shares, none of them of 0"
            raise EncodingError("voprf.sharing", problem)
        off = shamir.first_off_polynomial(by_index, self.degree)
        if off is not None:
            problem = (
                f"the share of member {off} must fit those of the members before it"
            )
            raise EncodingError("voprf.sharing", problem)
        first = {i: by_index[i] for i in range(1, self.degree + 2)}
        K = shamir.interpolate_points(first)
        if K.is_identity():
            problem = "the shared key must not be 0, which makes all tags guessable"
            raise EncodingError("voprf.sharing", problem)
        return K


@dataclass(frozen=True, slots=True)
class Combined:
    """What the members that told the truth determine, and who did not."""

    elements: tuple[G1, ...]
    """C_i·k, in the order of the C_i."""
    liars: tuple[int, ...]
    """Members whose proof does not verify, ascending."""


def deal_tag_key(
    curve: Backend, members: int, degree: int, randomness: Randomness
) -> tuple[PublicShares, tuple[KeyShare, ...]]:
    """Deal a fresh key, as a trusted dealer does in a rehearsal (section 3.1).

    Raises:
        CallerError: ``shamir.degree`` unless 0 <= degree < members.
    """
    shares = shamir.split(random_scalar(randomness), members, degree, randomness)
    points = tuple(curve.g1_generator() * k for k in shares.values())
    held = tuple(KeyShare(i, k) for i, k in shares.items())
    return PublicShares(degree, points), held


def evaluate_share(
    curve: Backend, share: KeyShare, elements: Sequence[G1], randomness: Randomness
) -> Evaluated:
    """Return member i's part of the evaluation (section 3.2).

    Raises:
        CallerError: ``voprf.batch``.
    """
    # Step 16.
    return blind_evaluate(curve, share.secret, elements, randomness)


def verify_share(
    curve: Backend,
    public: PublicShares,
    index: int,
    elements: Sequence[G1],
    answer: Evaluated,
) -> None:
    """Check what member ``index`` answered for blinded elements.

    Raises:
        CallerError: ``voprf.member`` for an index that no member has.
        ProofError: ``voprf.proof`` if the proof does not verify under K_i, or is of another
            number of elements.
    """
    # Step 17.
    if not 1 <= index <= len(public.shares):
        raise CallerError("voprf.member", f"there is no member {index}")
    if len(answer.elements) != len(elements):
        problem = "there must be one evaluated element for each that was sent"
        raise ProofError("voprf.proof", problem)
    K_i = public.shares[index - 1]
    verify_proof(curve, K_i, elements, answer.elements, answer.proof)


def combine(
    curve: Backend,
    public: PublicShares,
    elements: Sequence[G1],
    answers: Mapping[int, Evaluated],
) -> Combined:
    """Combine the answers whose proofs verify, and name the senders of the others.

    Args:
        curve: the back-end.
        public: the shared key.
        elements: the blinded elements that were sent.
        answers: by the number of the member.

    Raises:
        CallerError: ``voprf.member``; ``voprf.batch`` for no elements.
        ProofError: ``voprf.too-few`` if fewer than t + 1 proofs verify; it names the liars.
    """
    good: dict[int, tuple[G1, ...]] = {}
    liars: list[int] = []
    for i in sorted(answers):
        try:
            verify_share(curve, public, i, elements, answers[i])
        except ProofError:
            liars.append(i)
        else:
            good[i] = answers[i].elements
    # Step 18.
    needed = public.degree + 1
    if len(good) < needed:
        named = f"; the proofs of {liars} do not verify" if liars else ""
        problem = f"{needed} members must answer truly, and {len(good)} did{named}"
        raise ProofError("voprf.too-few", problem)
    # Step 19.
    used = {i: good[i] for i in sorted(good)[:needed]}
    combined = (
        shamir.interpolate_points({i: D[m] for i, D in used.items()})
        for m in range(len(elements))
    )
    return Combined(tuple(combined), tuple(liars))

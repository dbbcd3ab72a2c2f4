"""A shared key and blinded inputs from fixed seeds (specs/uniqueness-tag.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fairlot_crypto.curve import G1, Scalar, scalar_to_bytes
from fairlot_crypto.hashing import scalar_for
from fairlot_crypto.voprf.dleq import Proof
from fairlot_crypto.voprf.oprf import Blinded, Evaluated, blind
from fairlot_crypto.voprf.suite import elements_from_bytes
from fairlot_crypto.voprf.threshold import (
    KeyShare,
    PublicShares,
    deal_tag_key,
    evaluate_share,
)
from generators.case import Raw
from generators.committee_setting import GROUP, stream

KEY = Scalar(scalar_for("vectors", b"tag key"))
INPUTS = (b"Ann", b"Ben", b"")
IDENTITY = b"\xc0" + bytes(47)
OFF_SUBGROUP = b"\x80" + bytes(47)
"""(0, 2), a point of order 3."""


@dataclass(frozen=True, slots=True)
class TagDeal:
    """A shared key, blinded inputs, and what every member answers."""

    size: int
    public: PublicShares
    held: tuple[KeyShare, ...]
    blinded: tuple[Blinded, ...]
    answers: Mapping[int, Evaluated]

    @property
    def elements(self) -> tuple[G1, ...]:
        """The blinded elements."""
        return tuple(each.element for each in self.blinded)


@cache
def tag_deal(members: int, degree: int, count: int = 2, label: str = "tag") -> TagDeal:
    """Deal a key and let every member evaluate; ``label`` names the sharing."""
    public, held = deal_tag_key(GROUP, members, degree, stream(f"{label} {members}"))
    blinded = tuple(blind(GROUP, INPUTS[i], stream(f"blind {i}")) for i in range(count))
    elements = tuple(each.element for each in blinded)
    answers = {
        share.index: evaluate_share(
            GROUP, share, elements, stream(f"fresh {share.index}")
        )
        for share in held
    }
    return TagDeal(members, public, held, blinded, answers)


def points(elements: Sequence[G1]) -> list[Raw]:
    """Return points in 48 bytes each."""
    return [element.to_bytes() for element in elements]


def answer_octets(answer: Evaluated) -> dict[str, Raw]:
    """Return an answer."""
    return {
        "elements": points(answer.elements),
        "proof": answer.proof.to_bytes(),
    }


def answers_of(answers: Mapping[int, Evaluated]) -> dict[str, Raw]:
    """Return answers by the number of the member."""
    return {str(i): answer_octets(answer) for i, answer in answers.items()}


def decoded(elements: Sequence[bytes], proof: bytes) -> Evaluated:
    """Return the answer that bytes are."""
    return Evaluated(elements_from_bytes(GROUP, elements), Proof.from_bytes(proof))


def indexed(shares: Sequence[KeyShare]) -> dict[str, Raw]:
    """Return shares of a key by the number of the member."""
    return {str(share.index): scalar_to_bytes(share.secret) for share in shares}

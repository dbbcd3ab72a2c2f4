"""A sale small enough for vectors: two people, one contributor, one squaring.

Everything is drawn from one fixed seed as in a rehearsal (specs/rehearsal.md).
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache

from fairlot.board.sale import SaleState
from fairlot.deposit.wish import Wish
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.curve import backend
from fairlot_crypto.delay import bicorn
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.randomness import Randomness, SeededRandomness
from kit import board
from kit.board import Batch
from kit.stage import Stage, cast_sale

GROUP = backend()
SEED = hashlib.sha256(b"fairlot-vectors/1").digest()
PEOPLE = ("ann", "bob")
PRICE = 5_000
FIRST = Wish(seq=0, wants=1, amount=PRICE)

_FILE = TermsFile(
    title="Club concert",
    asset="seat",
    pools=(Pool("main", Mechanism.EQUAL_SHARE, supply=1, price=PRICE, cap=1),),
    issuers=1,
    threshold=0,
    contributors=1,
    delay=1,
)


def randomness() -> Randomness:
    """Return the stream of which all others are children."""
    return SeededRandomness(SEED)


def draw_alpha(label: str) -> int:
    """Return an opening that is not the contributor's own."""
    return bicorn.draw_alpha(randomness().derive(label))


@cache
def stage() -> Stage:
    """Set the stage: keys, terms, leaves, credentials."""
    people = [Person(name, 1, PRICE) for name in PEOPLE]
    return cast_sale(GROUP, _FILE, people, randomness())


def fold(batches: Iterable[Batch]) -> SaleState:
    """Return the state after ``batches``.

    Raises:
        Rejection: the first refusal.
    """
    return board.fold(stage(), batches)


def publish(batches: Sequence[Batch], name: str | None = None) -> bytes:
    """Return the transcript of ``batches``, legal or not, signed by the board.

    Args:
        batches: of any sale on the stage; the first entry says of which.
        name: the origin of the sale's heads, by default what its entries name.
    """
    return board.publish(stage(), batches, name)


def signed_head(tree: Tree, time: int, name: str | None = None) -> SignedCheckpoint:
    """Return the board's checkpoint over a tree."""
    return board.signed(stage(), board.head(stage(), tree, name), time)

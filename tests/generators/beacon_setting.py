"""What the vectors of the beacon are made from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from fairlot.beacon.contributions import (
    Contributions,
    Frozen,
    make_commitment,
    make_reveal,
)
from fairlot.entry import Entry, EntryType
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.parameters import RSA_2048, Setup, make_setup, shipped_setup
from fairlot_crypto.keys import SigningKey, VerifyKey
from fairlot_crypto.statements import Statements
from generators.case import Raw
from generators.stage import randomness, stage

FROZEN = Frozen(17, bytes(range(32)))
ELEMENT = 256


@dataclass(frozen=True, slots=True)
class Contributor:
    """A key and an opening."""

    key: SigningKey
    alpha: int

    def commit(self, terms: Terms, frozen: Frozen = FROZEN) -> Entry:
        """Return the COMMIT entry."""
        return make_commitment(terms, frozen, self.alpha, self.key)

    def reveal(self, terms: Terms) -> Entry:
        """Return the REVEAL entry."""
        return make_reveal(terms.sale_id, self.alpha, self.key)


@cache
def contributors() -> tuple[Contributor, ...]:
    """Return three contributors."""
    return tuple(
        Contributor(
            SigningKey.generate(randomness().derive(f"beacon/key/{i}")),
            bicorn.draw_alpha(randomness().derive(f"beacon/alpha/{i}")),
        )
        for i in range(3)
    )


def beacon_terms(count: int, T: int = 1) -> Terms:
    """Return terms with the first ``count`` of them as roster."""
    setup = _setup(T)
    beacon = BeaconTerms(
        modulus=RSA_2048.to_bytes(),
        delay=T,
        h=RSA_2048.encode(setup.h),
        proof=RSA_2048.encode(setup.proof),
        roster=tuple(c.key.public for c in contributors()[:count]),
    )
    return replace(stage().terms, beacon=beacon)


def real(terms: Terms) -> Terms:
    """Return terms of a real sale, which has witnesses."""
    watched = stage().watched().terms.witnesses
    return replace(terms, rehearsal=False, witnesses=watched)


@cache
def _setup(T: int) -> Setup:
    shipped = shipped_setup(T)
    return shipped or make_setup(RSA_2048, T)


def board(terms: Terms) -> dict[str, Raw]:
    """Return what the board says: the inputs of most cases."""
    return {
        "terms": cbor.encode(terms.to_value()),
        "size": FROZEN.size,
        "root": FROZEN.root,
    }


def depositors(*who: Contributor) -> tuple[VerifyKey, ...]:
    """Return the settlement keys of final, funded deposits."""
    return tuple(each.key.public for each in who)


def take(taken: Contributions, entry: Entry) -> None:
    """Take an entry in; REVEAL_END lies before the first RECOVER."""
    if entry.type is EntryType.COMMIT:
        taken.commit(entry)
    elif entry.type is EntryType.REVEAL:
        taken.reveal(entry, Statements())
    else:
        if taken.unopened is None:
            taken.end_reveals()
        taken.recover(entry, Statements())


def take_all(
    terms: Terms,
    entries: Sequence[Entry],
    may_commit: Sequence[VerifyKey] = (),
) -> Contributions:
    """Return the contributions after ``entries``, which are accepted."""
    taken = Contributions(terms.beacon, FROZEN, may_commit)
    for entry in entries:
        take(taken, entry)
    return taken

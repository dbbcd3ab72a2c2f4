"""A cast for a sale on one machine, in one call, and its draw in another.

For programs that play a sale step by step; ``play`` plays a whole one from two files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairlot.allocation.settlement import LedgerLine
from fairlot.board.keeper import Board, StartKeys, start_board
from fairlot.board.registry_keeper import RegistryBoard, start_registry
from fairlot.board.storage import MemoryStorage, OneWriter, Storage
from fairlot.fields import uint_problem
from fairlot.identity.committee import Committee
from fairlot.identity.registry import Credentials
from fairlot.identity.roll import PostedRoll
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import (
    DEFAULT_CONTRIBUTORS,
    DEFAULT_DELAY,
    OWN_CLOCK,
    BidsFile,
    TermsFile,
)
from fairlot.rehearsal.announcing import write_terms
from fairlot.rehearsal.draw import (
    Contributing,
    Drawing,
    NobodyWatches,
    Poster,
    draw_alphas,
    find_setup,
)
from fairlot.rehearsal.parts import START, Parts, cast_parts
from fairlot.same_name import compared_name, repeated
from fairlot.terms.beacon import MAX_CONTRIBUTORS
from fairlot.terms.made_pools import check_made_pools
from fairlot.terms.pool import Pool
from fairlot.terms.terms import Terms
from fairlot_crypto.curve import Backend, backend
from fairlot_crypto.errors import CallerError
from fairlot_crypto.randomness import Randomness

_NOTHING: Mapping[str, Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who plays in a sale on one machine, and the terms that name them."""

    parts: Parts
    """Registry, attester, and the keys of seller, escrow, board and contributors."""
    terms: Terms
    """Of a rehearsal: they say so, and so does every audit."""
    committee: Committee
    """The issuers, who register people and issue credentials."""

    @property
    def credentials(self) -> Credentials:
        """What making and verifying presentations needs."""
        return self.committee.credentials

    def start_boards(
        self, storage: Storage | None = None
    ) -> tuple[RegistryBoard, Board]:
        """Return the registry's log with REGISTRY and the sale's with TERMS.

        Both are at the time the sale opens, and append to one file.

        Args:
            storage: where their bytes go, empty; ``None`` for memory.

        Raises:
            OSError: as the storage raises it.
        """
        kept = OneWriter.of(MemoryStorage() if storage is None else storage)
        parts = self.parts
        issuer, keys = parts.issuers[0].key, StartKeys(parts.board, parts.seller)
        registry = start_registry(kept, self.credentials, parts.board, issuer, START)
        board = start_board(kept, self.terms, registry.state, keys, START)
        return registry, board

    def open_sale(self, registry: RegistryBoard, board: Board) -> PostedRoll:
        """Post a roll of all people registered so far, and open the sale with it.

        Args:
            registry: its log, which stands at the time the sale opens.
            board: the log of the sale.

        Raises:
            Rejection: ``open.leaves`` unless everybody on the list is registered;
                ``phase.wrong`` for a sale that is open already.
        """
        roll = registry.roll_due(START, self.parts.registry.closes)
        registry.append_roll(self.committee.sign_roll(roll), START)
        posted = list(registry.state.rolls.values())[-1]
        board.append_open(posted.roll_id, self.terms.times.open)
        return posted


def cast_rehearsal(
    title: str,
    asset: str,
    pools: Sequence[Pool],
    people: Sequence[str],
    randomness: Randomness,
    *,
    attributes: Mapping[str, Mapping[str, str]] = _NOTHING,
    deposits: Sequence[int] = (),
    contributors: int = DEFAULT_CONTRIBUTORS,
    issuers: int = 1,
    threshold: int = 0,
    delay: int = DEFAULT_DELAY,
    own_clock: bool = False,
    curve: Backend | None = None,
) -> Cast:
    """Draw the keys of every role, define a registry, and write terms (specs/rehearsal.md).

    The terms have the times of a rehearsal, from 2030-01-01T00:00:00Z; nothing waits for
    them: time is an argument wherever it matters. Where a pool takes bids, a round of the
    rehearsal's own clock opens them.

    Args:
        title: of the sale.
        asset: what a unit is, e.g. ``seat``.
        pools: in the order in which they run.
        people: names on the attester's list, each a different person.
        randomness: each role takes from a child of it; of a ``SeededRandomness`` the same
            cast comes again.
        attributes: by name of the person: names and values of what is attested of them.
        deposits: the ladder of deposits, ascending, smallest unit; none for any amount.
        contributors: how many take part in the beacon, 1 to 64.
        issuers: n of the committee.
        threshold: t, at most (n - 1) / 3.
        delay: T, sequential squarings; 1, 2^16, 2^20, 2^24 and 2^28 need no set-up to be
            computed.
        own_clock: whether a round of the rehearsal's own clock is mixed into the seed.
        curve: the back-end; ``None`` for the default one.

    Raises:
        CallerError: ``cast.people`` for a name that is empty or there twice, or
            attributes of somebody else; ``cast.contributors``; ``pools.type``,
            ``pools.range``, ``pools.rule``; ``threshold.members``;
            ``wesolowski.squarings``.
        TermsError: ``terms.*`` where the terms would be illegal.
    """
    check_made_pools(pools)
    problem = uint_problem(contributors, 1, MAX_CONTRIBUTORS)
    if problem:
        raise CallerError("cast.contributors", f"the number of contributors {problem}")
    chosen = backend() if curve is None else curve
    file = TermsFile(
        title=title,
        asset=asset,
        pools=tuple(pools),
        issuers=issuers,
        threshold=threshold,
        contributors=contributors,
        delay=delay,
        deposits=tuple(deposits),
        bids=_bids(pools),
        own_clock=own_clock,
    )
    parts = cast_parts(chosen, file, _listed(people, attributes), randomness)
    terms = write_terms(file, parts, find_setup(delay, NobodyWatches()))
    credentials = Credentials(chosen, parts.registry)
    return Cast(parts, terms, Committee(credentials, parts.issuers))


def draw_sale(
    cast: Cast, board: Board, randomness: Randomness
) -> tuple[LedgerLine, ...]:
    """Play the draw of an open sale, and return the ledger, sorted by nym.

    CLOSE; every contributor of the cast commits; COMMIT_END; every one seals; SEALED;
    every one reveals; REVEAL_END; the rounds that the draw waits for; RESULT: each at its
    time of the terms. Where winners must collect, the ledger is that of the first draw.

    Args:
        cast: of the sale.
        board: after OPEN, with the deposits and payments that count.
        randomness: for the contributors' openings and the keys of who posts rounds.

    Raises:
        Rejection: naming why the board takes an entry or a marker not: above all
            ``phase.wrong`` where the sale is not open.
        CallerError: ``cast.board`` for the board of another sale.
    """
    if board.state.sale_id != cast.terms.sale_id:
        raise CallerError("cast.board", "the board is another sale's")
    contributors = draw_alphas(cast.parts.contributors, randomness)
    poster = Poster(board, NobodyWatches())
    everybody = Contributing.all(contributors)
    Drawing(poster, cast.parts.clock, randomness).run(everybody)
    return board.state.ledger


def _bids(pools: Sequence[Pool]) -> BidsFile | None:
    if any(pool.takes_bids for pool in pools):
        return BidsFile(OWN_CLOCK, None)
    return None


def _listed(
    people: Sequence[str], attributes: Mapping[str, Mapping[str, str]]
) -> list[Person]:
    if isinstance(people, str):
        raise CallerError("cast.people", "people are a list of names, not one name")
    if not all(map(compared_name, people)) or any(repeated(people)):
        problem = "each person has one name, which compares equal to no other's"
        raise CallerError("cast.people", problem)
    strangers = sorted(attributes.keys() - set(people))
    if strangers:
        raise CallerError("cast.people", f"attributes of {strangers[0]!r}: not listed")
    return [
        Person(name, 0, 0, attributes=tuple(sorted(attributes.get(name, {}).items())))
        for name in people
    ]

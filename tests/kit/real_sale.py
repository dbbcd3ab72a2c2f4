"""A sale in real terms, played by a script on a clock that never waits.

Everybody has a key of their own from the system's entropy. The sale is dated around a round
of quicknet, for which its draw waits: one that is known by now, unless nobody is to draw.
Two of three witnesses co-sign each head.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fairlot.beacon.contributions import make_commitment, make_reveal
from fairlot.beacon.rounds import make_round
from fairlot.beacon.seals import make_seal
from fairlot.board.keeper import Board, StartKeys, start_board
from fairlot.board.registry_keeper import RegistryBoard, start_registry
from fairlot.board.storage import OneWriter, Storage
from fairlot.deposit.make import make_deposit
from fairlot.deposit.payment import make_payment
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType
from fairlot.identity.attestation import TAG_KEY_LENGTH, ListAttester
from fairlot.identity.committee import Committee, Holder
from fairlot.identity.enrolment import Identity, IssuerSecrets
from fairlot.identity.registry import (
    Attribute,
    Credentials,
    Disputes,
    Issuer,
    Recovering,
    Registry,
    RollId,
    epoch_at,
)
from fairlot.logs import BoardIdentity, Witness, Witnesses
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from fairlot.terms.roll import RollTerms
from fairlot.terms.terms import REFUND_AT_ONCE, Terms
from fairlot.terms.times import EXPIRY_DELAY, Times
from fairlot_crypto.committee import prss, threshold
from fairlot_crypto.curve import Backend
from fairlot_crypto.delay.bicorn import draw_alpha
from fairlot_crypto.delay.parameters import shipped_setup
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint, cosign_checkpoint
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.timelock.chain import QUICKNET
from fairlot_crypto.timelock.drand import read_beacon

ROUND = read_beacon(
    b'{"round": 1000, "signature": "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f'
    b'93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"}'
)
"""Round 1000 of quicknet, of 2023-08-23T15:59:24Z, as any relay of drand gives it."""
NAMED = NamedRound(QUICKNET, ROUND.round_number)
DELAY = 2**24
PEOPLE: Sequence[str] = ("ann", "bob", "eve")
PRICE, AMOUNT = 500, 800
SUPPLY = 2
ISSUERS, CORRUPT = 4, 1
CONTRIBUTORS = 3
WITNESSES, QUORUM = 3, 2
DAY = 86_400

RESULT_TIME = NAMED.due + 30
SYSTEM = SystemRandomness()


@dataclass(frozen=True, slots=True, eq=False)
class RealSale:
    """Everybody who plays, and the terms that name them."""

    terms: Terms
    committee: Committee
    attester: ListAttester
    start: StartKeys
    """The keys of seller and board."""
    issuer: SigningKey
    escrow: SigningKey
    contributors: tuple[SigningKey, ...]
    witnesses: tuple[SigningKey, ...]

    def with_terms(self, terms: Terms) -> "RealSale":
        """Return the same cast under other terms."""
        return replace(self, terms=terms)

    def unwaiting(self) -> "RealSale":
        """Return the sale without its round."""
        times = replace(self.terms.times, expiry=None)
        beacon = replace(self.terms.beacon, drand=None)
        return self.with_terms(replace(self.terms, times=times, beacon=beacon))


def times_around(due: int) -> Times:
    """Return times of a sale whose round is due at ``due``."""
    return Times(
        open=due - 7_200,
        close=due - 1_800,
        commit_end=due - 1_200,
        seal_end=due - 600,
        reveal_end=due - 60,
        unlock=due + 13 * DAY,
        slack=300,
        expiry=due + EXPIRY_DELAY,
    )


def cast_real(curve: Backend, named: NamedRound = NAMED) -> RealSale:
    """Draw a key for every role, and write the registry and the terms."""
    attester, seller, escrow, board, disputes = (_key() for _ in range(5))
    contributors = tuple(_key() for _ in range(CONTRIBUTORS))
    witnesses = tuple(_key() for _ in range(WITNESSES))
    keeping = BoardIdentity("board.example", board.public)
    watching = Witnesses(
        tuple(
            Witness(f"witness.example/{number}", key.public)
            for number, key in enumerate(witnesses)
        ),
        QUORUM,
    )
    issuers, shares = _issuers(curve)
    registry = Registry(
        rehearsal=False,
        season=2023,
        starts=named.due - 30 * DAY,
        ends=named.due + 30 * DAY,
        attributes=(Attribute("assurance", ("listed",)),),
        nym_secrets=1,
        threshold=CORRUPT,
        issuers=shares,
        attesters=(attester.public,),
        board=keeping,
        witnesses=watching,
        recovery=Recovering(1, 3 * DAY, 7 * DAY, 7 * DAY),
        disputes=Disputes(disputes.public, 14 * DAY),
    )
    terms = Terms(
        rehearsal=False,
        title="Club concert",
        asset="seat",
        season=registry.season,
        pools=(Pool(MAIN_POOL, Mechanism.LOTTERY, SUPPLY, PRICE),),
        times=times_around(named.due),
        registry=registry.registry_id,
        roll=RollTerms(smallest=len(PEOPLE), window=(named.due - 30 * DAY, named.due)),
        board=keeping,
        witnesses=watching,
        seller=seller.public,
        escrow=escrow.public,
        beacon=_beacon(contributors, named),
        refund=REFUND_AT_ONCE,
    )
    listed = dict.fromkeys(PEOPLE, ("listed",))
    tag_key = SYSTEM.take(TAG_KEY_LENGTH)
    return RealSale(
        terms=Terms.from_value(terms.to_value()),
        committee=Committee(Credentials(curve, registry), issuers),
        attester=ListAttester(registry, attester, tag_key, listed),
        start=StartKeys(board, seller),
        issuer=issuers[0].key,
        escrow=escrow,
        contributors=contributors,
        witnesses=witnesses,
    )


def _key() -> SigningKey:
    return SigningKey.generate(SYSTEM)


def _issuers(curve: Backend) -> tuple[tuple[IssuerSecrets, ...], tuple[Issuer, ...]]:
    public, shares = threshold.deal_key(curve, ISSUERS, CORRUPT, SYSTEM)
    season = prss.deal(ISSUERS, CORRUPT, SYSTEM)
    secrets = tuple(
        IssuerSecrets(share.index, _key(), season[share.index - 1], share)
        for share in shares
    )
    named = tuple(
        Issuer(issuer.key.public, W.to_bytes())
        for issuer, W in zip(secrets, public.shares, strict=True)
    )
    return secrets, named


def _beacon(contributors: Sequence[SigningKey], named: NamedRound) -> BeaconTerms:
    setup = shipped_setup(DELAY)
    if setup is None:
        raise AssertionError("the package ships this set-up")
    encode = setup.modulus.encode
    return BeaconTerms(
        modulus=setup.modulus.to_bytes(),
        delay=DELAY,
        h=encode(setup.h),
        proof=encode(setup.proof),
        roster=tuple(key.public for key in contributors),
        drand=named,
    )


class Play:
    """The board of a real sale, its witnesses, and what everybody does when."""

    def __init__(
        self, sale: RealSale, storage: Storage, watching: int = QUORUM
    ) -> None:
        """Post REGISTRY and TERMS, each on its log.

        Args:
            sale: the cast.
            storage: of the board, empty.
            watching: how many witnesses co-sign each head.

        Raises:
            Rejection: where the fold refuses the terms.
        """
        self._sale = sale
        self._watching = watching
        now = sale.terms.times.open - 600
        credentials, file = sale.committee.credentials, OneWriter.of(storage)
        self.registry: RegistryBoard = start_registry(
            file, credentials, sale.start.board, sale.issuer, now
        )
        self.board: Board = start_board(
            file, sale.terms, self.registry.state, sale.start, now
        )

    def run_void(self) -> None:
        """Play the sale to its COMMIT_END, without any commitment."""
        times = self._sale.terms.times
        self._enrol_and_deposit([Holder.generate(SYSTEM) for _ in PEOPLE])
        self._mark(EntryType.CLOSE, times.close)
        self._mark(EntryType.COMMIT_END, times.commit_end)

    def run(self) -> None:
        """Play the sale to its RESULT, of the round that is known."""
        times = self._sale.terms.times
        self._enrol_and_deposit([Holder.generate(SYSTEM) for _ in PEOPLE])
        self._mark(EntryType.CLOSE, times.close)
        alphas = [draw_alpha(SYSTEM) for _ in self._sale.contributors]
        self._contribute(alphas)
        self._mark(EntryType.REVEAL_END, times.reveal_end)
        relay = _key()
        sale_id = self._sale.terms.sale_id
        self._post([make_round(sale_id, QUICKNET, ROUND, relay)], NAMED.due)
        self._mark(EntryType.RESULT, RESULT_TIME)

    def _enrol_and_deposit(self, holders: Sequence[Holder]) -> None:
        sale, opened = self._sale, self._sale.terms.times.open
        committee, terms = sale.committee, sale.terms
        identities = [
            committee.register(sale.attester, person, holder, opened - 300)
            for person, holder in zip(PEOPLE, holders, strict=True)
        ]
        roll = self._register(identities, opened - 300)
        opening = self.board.append_open(roll, opened)
        self._watch(self.board, opening.checkpoint, opened)
        now = opened + 1_800
        credentials = committee.credentials
        for identity, holder in zip(identities, holders, strict=True):
            state = self.registry.state
            rolls, leaf = (
                list(state.rolls.values()),
                state.leaf_at(identity.leaf.index, now),
            )
            issued = committee.issue(identity, holder, leaf, rolls, now)
            wish = Wish(seq=0, wants=1, amount=AMOUNT)
            epoch = epoch_at(credentials.registry, now)
            made = make_deposit(
                credentials, issued[roll], terms, roll, wish, epoch, SYSTEM
            )
            paid = make_payment(terms.sale_id, made.nym, AMOUNT, sale.escrow, SYSTEM)
            self._post([made.entry, paid], now)
            now += 60

    def _register(self, identities: Sequence[Identity], time: int) -> RollId:
        """Post the leaves on the registry's log and a roll of them, and return its name."""
        committee, board = self._sale.committee, self.registry
        leaves = [committee.leaf_entry(each) for each in identities]
        for receipt in board.append(leaves, time):
            if receipt.refusal is not None:
                raise receipt.refusal
        roll = board.roll_due(time, committee.credentials.registry.closes)
        head = board.append_roll(committee.sign_roll(roll), time).checkpoint
        self._watch(board, head, time)
        (roll_id,) = board.state.rolls
        return roll_id

    def _contribute(self, alphas: Sequence[int]) -> None:
        """Commit, seal and reveal, each by all contributors."""
        sale, times, state = self._sale, self._sale.terms.times, self.board.state
        sale_id = sale.terms.sale_id
        who = list(zip(alphas, sale.contributors, strict=True))
        frozen = state.contributions.frozen
        commits = [make_commitment(sale.terms, frozen, *each) for each in who]
        self._post(commits, times.close + 60)
        self._mark(EntryType.COMMIT_END, times.commit_end)
        if state.seals is None:
            raise AssertionError("everybody has committed")
        due = state.seals.due
        seals = [make_seal(sale_id, due, key) for key in sale.contributors]
        self._post(seals, times.commit_end + 60)
        self._mark(EntryType.SEALED, times.seal_end)
        reveals = [make_reveal(sale_id, *each) for each in who]
        self._post(reveals, times.seal_end + 60)

    def _post(self, entries: Sequence[Entry], time: int) -> None:
        receipts = self.board.append(entries, time)
        for receipt in receipts:
            if receipt.refusal is not None:
                raise receipt.refusal
        self._watch(self.board, receipts[-1].checkpoint, time)

    def _mark(self, kind: EntryType, time: int) -> None:
        head = self.board.append_marker(kind, time).checkpoint
        self._watch(self.board, head, time)

    def _watch(
        self, board: Board | RegistryBoard, head: SignedCheckpoint | None, time: int
    ) -> None:
        """Let witnesses co-sign a head a second after it was posted."""
        if head is None:
            raise AssertionError("every batch has a head")
        named = self._sale.terms.witnesses.named
        watching = list(zip(named, self._sale.witnesses, strict=True))[: self._watching]
        lines = [
            cosign_checkpoint(head.checkpoint, witness.name, key, time + 1)
            for witness, key in watching
        ]
        board.attach(SignedCheckpoint(head.checkpoint, (*head.lines, *lines)))

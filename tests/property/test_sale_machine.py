"""A small sale under random deposits, replacements, cancellations and payments."""

from collections import defaultdict
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
)

from examples import examples
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import settle
from fairlot.board.phase import Phase, VoidReason
from fairlot.board.sale import SaleState
from fairlot.deposit.deposit import Deposit, read_deposit
from fairlot.deposit.payment import read_payment
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.names import Nym
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.randomness import SeededRandomness, shuffled
from kit.board import extend
from kit.sales import DEPOSIT_TIME, PRICE, cancel, deposit, nym_of, play, stage
from lies_people import void_entry

ON = stage(names=("ann", "bob", "cat"), supply=3, cap=2)
PEOPLE = range(len(ON.members))
NYMS = [nym_of(deposit(ON, number)) for number in PEOPLE]
SEQS = range(3)
AMOUNTS = (0, PRICE - 1, PRICE, 3 * PRICE)
PAYMENTS = (1, PRICE - 1, PRICE, 2 * PRICE)


class SaleMachine(RuleBasedStateMachine):
    """Keeps books of its own, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.state: SaleState = play(ON.board(), ON, until="open").state
        self.taken: list[Entry] = []
        self.deposits: dict[Nym, list[Deposit]] = defaultdict(list)
        self.paid: dict[Nym, int] = defaultdict(int)
        self.payments = 0
        self.now = self.state.clock

    def _give(self, entry: Entry) -> str | None:
        try:
            self.state.append(entry, self.now)
        except Rejection as refusal:
            return refusal.code
        self.taken.append(entry)
        return None

    def _place(self, entry: Entry) -> None:
        known = entry.hash in {each.hash for each in self.taken}
        code = self._give(entry)
        assert code == ("entry.duplicate" if known else None)
        if code is None:
            made = read_deposit(entry)
            self.deposits[made.nym].append(made)

    @rule(
        number=st.sampled_from(PEOPLE),
        seq=st.sampled_from(SEQS),
        wants=st.integers(0, 3),
        amount=st.sampled_from(AMOUNTS),
    )
    def place(self, number: int, seq: int, wants: int, amount: int) -> None:
        self._place(deposit(ON, number, seq, wants, amount))

    @rule(number=st.sampled_from(PEOPLE), seq=st.sampled_from(SEQS))
    def call_off(self, number: int, seq: int) -> None:
        self._place(cancel(ON, number, seq))

    @rule(number=st.sampled_from(PEOPLE), amount=st.sampled_from(PAYMENTS))
    def pay(self, number: int, amount: int) -> None:
        nym = NYMS[number]
        entry = ON.payment(nym, amount, str(self.payments))
        self.payments += 1
        code = self._give(entry)
        assert code == (None if self.deposits[nym] else "paid.unknown-nym")
        if code is None:
            self.paid[nym] += amount

    @rule(seconds=st.integers(1, 60))
    def time_passes(self, seconds: int) -> None:
        """The clock goes on, and never back."""
        self.now += seconds
        assert self._give(ON.time_entry(self.now)) is None

    @rule(seconds=st.integers(0, 3_600))
    def time_runs_back(self, seconds: int) -> None:
        entry = ON.time_entry(self.now - seconds)
        assert self._give(entry) in {"time.back", "entry.duplicate"}

    @invariant()
    def the_clock_is_the_last_time(self) -> None:
        assert self.state.clock == self.now

    @rule(number=st.sampled_from(PEOPLE))
    def pay_again(self, number: int) -> None:
        """Book the last payment of a person once more."""
        mine = [e for e in self.taken if e.type is EntryType.PAID]
        mine = [e for e in mine if read_payment(e)[0] == NYMS[number]]
        if mine:
            assert self._give(mine[-1]) == "entry.duplicate"

    @invariant()
    def finals_follow_the_rule(self) -> None:
        positions = self.state.positions.by_nym
        known = {nym: made for nym, made in self.deposits.items() if made}
        assert set(positions) == set(known)
        for nym, made in known.items():
            greatest = max(made, key=lambda d: (d.epoch, d.binding.seq, d.entry_hash))
            # A position has no need of the proof any more.
            assert positions[nym].final == replace(greatest, proof=b"")
            assert positions[nym].paid == self.paid[nym]

    @invariant()
    def a_person_is_one_entrant_at_most(self) -> None:
        entrants = [entrant.nym for entrant in self.state.entrants()]
        assert len(entrants) == len(set(entrants)) <= len(PEOPLE)
        for entrant in self.state.entrants():
            final = self.state.positions.by_nym[Nym(entrant.nym)].final
            assert final.binding.type is EntryType.DEPOSIT
            assert self.paid[Nym(entrant.nym)] >= entrant.amount

    @invariant()
    def money_is_conserved_whatever_is_drawn(self) -> None:
        seed = tagged_hash("seed", len(self.taken).to_bytes(8, "big"))
        outcome = allocate(
            ON.terms.pools, self.state.entrants(), seed, ON.terms.sale_id
        )
        ledger = settle(outcome, self.state.fundings())
        for line in ledger:
            assert line.payment + line.refund == self.paid[Nym(line.nym)]
            assert line.payment == PRICE * line.units
        assert sum(line.units for line in ledger) <= ON.terms.pools[0].supply

    @rule(seed=st.binary(min_size=32, max_size=32))
    def the_order_of_arrival_does_not_matter(self, seed: bytes) -> None:
        """Same entries in another order: same entrants, same money.

        Payments stay behind the deposits: before them there is nobody to pay for.
        """
        taken = [entry for entry in self.taken if entry.type is not EntryType.TIME]
        order = shuffled(taken, SeededRandomness(seed))
        order.sort(key=lambda entry: entry.type is EntryType.PAID)
        other = play(ON.board(), ON, until="open").state
        for entry in order:
            other.append(entry, DEPOSIT_TIME)
        assert set(other.entrants()) == set(self.state.entrants())
        mine, theirs = (
            {(f.nym, f.paid, f.final) for f in state.fundings()}
            for state in (self.state, other)
        )
        assert mine == theirs

    def teardown(self) -> None:
        """End the sale, in one of the ways there are: nothing is lost."""
        (self._draw, self._miss_close, self._miss_commits, self._miss_seals)[
            len(self.taken) % 4
        ]()
        money = sum(line.payment + line.refund for line in self.state.ledger)
        assert money == sum(self.paid.values())

    def _draw(self) -> None:
        times, state = ON.terms.times, self.state
        self._close()
        self._go_on(times.close, ON.commit(state.contributions.frozen))
        self._go_on(times.commit_end, ON.sign(EntryType.COMMIT_END))
        self._go_on(times.commit_end, ON.seal(state))
        self._go_on(times.seal_end, ON.sign(EntryType.SEALED))
        self._go_on(times.seal_end, ON.reveal())
        self._go_on(times.reveal_end, ON.sign(EntryType.REVEAL_END))
        self._go_on(times.reveal_end, ON.result(state))
        assert state.phase is Phase.LOCKED

    def _miss_close(self) -> None:
        late = ON.terms.times.close + ON.terms.times.slack + 1
        self._go_on(late, void_entry(ON, VoidReason.CLOSE_MISSED))
        self._check_void(VoidReason.CLOSE_MISSED)

    def _miss_commits(self) -> None:
        self._close()
        self._go_on(ON.terms.times.commit_end, ON.sign(EntryType.COMMIT_END))
        self._check_void(VoidReason.COMMITS_MISSING)

    def _miss_seals(self) -> None:
        times, state = ON.terms.times, self.state
        self._close()
        self._go_on(times.close, ON.commit(state.contributions.frozen))
        self._go_on(times.commit_end, ON.sign(EntryType.COMMIT_END))
        late = times.seal_end + times.slack + 1
        self._go_on(late, void_entry(ON, VoidReason.SEALED_MISSED))
        self._check_void(VoidReason.SEALED_MISSED)

    def _close(self) -> None:
        close = ON.terms.times.close
        self._go_on(close)
        self._go_on(close, ON.close(self.state))

    def _go_on(self, time: int, *entries: Entry) -> None:
        extend(ON, self.state, time, entries)

    def _check_void(self, reason: VoidReason) -> None:
        assert self.state.phase is Phase.VOID
        assert self.state.void_reason is reason
        assert {line.payment for line in self.state.ledger} <= {0}


SaleMachine.TestCase.settings = settings(examples(40), stateful_step_count=15)
TestSaleMachine = SaleMachine.TestCase

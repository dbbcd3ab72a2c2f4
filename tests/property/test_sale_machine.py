"""A small sale under random deposits, replacements, cancellations and payments."""

from collections import defaultdict

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
from fairlot.board.phase import Phase
from fairlot.board.sale import SaleState, VoidReason
from fairlot.deposit.deposit import Deposit, read_deposit
from fairlot.deposit.payment import read_payment
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.names import Nym
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.randomness import SeededRandomness, shuffled
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

    def _give(self, entry: Entry) -> str | None:
        try:
            self.state.append(entry, DEPOSIT_TIME)
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
            assert positions[nym].final == greatest
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
        order = shuffled(self.taken, SeededRandomness(seed))
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
        """End the sale, one way or the other: nothing is lost."""
        times = ON.terms.times
        if len(self.taken) % 2:
            late = times.close + times.slack + 1
            self.state.append(void_entry(ON, VoidReason.CLOSE_MISSED), late)
            assert {line.payment for line in self.state.ledger} <= {0}
        else:
            self._draw()
            assert self.state.phase is Phase.DONE
        money = sum(line.payment + line.refund for line in self.state.ledger)
        assert money == sum(self.paid.values())

    def _draw(self) -> None:
        times, state = ON.terms.times, self.state
        close = ON.close(state)
        state.append(close, times.close)
        state.append(ON.commit(state.contributions.frozen), times.close)
        state.append(ON.sign(EntryType.COMMIT_END), times.commit_end)
        state.append(ON.reveal(), times.commit_end)
        state.append(ON.sign(EntryType.REVEAL_END), times.reveal_end)
        state.append(ON.result(state), times.reveal_end)


SaleMachine.TestCase.settings = settings(examples(40), stateful_step_count=15)
TestSaleMachine = SaleMachine.TestCase

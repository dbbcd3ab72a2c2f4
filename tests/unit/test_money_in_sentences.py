"""Sentences about a sale write amounts in its currency, wherever there are any."""

import re
from collections.abc import Iterator

import pytest

from fairlot.allocation.entering import Entrant
from fairlot.allocation.explain import explain
from fairlot.allocation.outcome import Outcome
from fairlot.allocation.run_pools import allocate
from fairlot.audit.inspection import entry_facts, nym_facts
from fairlot.board.replay import replay_file
from fairlot.cli.closing import show_closing
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.money import Currency, Money
from fairlot.names import NYM_LENGTH, Nym
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool, Tier
from fairlot_crypto.statements import Statements
from kit.sales import GROUP, PRICE, staged, transcript

RICH = 9_000
SALES = {
    "tiers": Pool("t", Mechanism.TIERS, 2, tiers=(Tier("gold", RICH, 2),)),
    "certain": Pool("c", Mechanism.LOTTERY, 3, 1_000, certain=1),
    "tied": Pool("c", Mechanism.LOTTERY, 3, 1_000, certain=2),
    "plenty": Pool("c", Mechanism.LOTTERY, 9, 1_000, certain=1),
    "auction": Pool("a", Mechanism.AUCTION, 2, 1_000),
    "no-loser": Pool("a", Mechanism.AUCTION, 9, 1_000),
    "share": Pool("s", Mechanism.EQUAL_SHARE, 4, 1_000, 3),
    "quadratic": Pool("q", Mechanism.QUADRATIC, 4, 1_000, 3),
}
EUR = Currency("EUR", 2)


def drawn(pool: Pool) -> Outcome:
    tiered = pool.mechanism is Mechanism.TIERS
    people = [
        Entrant(
            Nym(bytes([number]) * NYM_LENGTH),
            wants=number % 3,
            amount=RICH,
            bid=bid if pool.takes_bids else None,
            tier="gold" if tiered and number else None,
        )
        for number, bid in enumerate((8_000, 7_000, 7_000, 7_000, 1_500, None))
    ]
    return allocate([pool], people, bytes(32), bytes(32))


def told(outcome: Outcome, money: Money) -> Iterator[str]:
    for result in outcome.pools:
        yield from result.facts.lines(money)
        for award in result.awards:
            yield explain(result, award.nym, money)


@pytest.mark.parametrize("name", SALES)
def test_no_amount_is_left_bare(name: str) -> None:
    """All numbers of a thousand and more are amounts; marked, they say so."""
    outcome = drawn(SALES[name])
    bare, marked = list(told(outcome, str)), list(told(outcome, "<{}>".format))
    assert [text.replace("<", "").replace(">", "") for text in marked] == bare
    assert "<" in "".join(marked)
    for text in marked:
        assert not re.search(r"\d{4}", re.sub(r"<\d+>", "", text)), text


@pytest.fixture(scope="module")
def board() -> bytes:
    pool = Pool(MAIN_POOL, Mechanism.EQUAL_SHARE, 1, PRICE - 1, 1)
    file = TermsFile("Concert", "seat", (pool,), 1, 0, 1, 1, currency=EUR)
    on = staged(file, [Person(name, 1, PRICE) for name in ("ann", "bob")])
    return transcript(on)


def test_the_board_is_shown_in_the_currency(
    board: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    read = replay_file(board, GROUP, Statements())
    said = " ".join(entry.sentence for entry in entry_facts(read))
    price, paid, nothing = (EUR.show(amount) for amount in (PRICE - 1, PRICE, 0))
    assert f"at {price} each" in said
    assert f"promises {paid}" in said
    assert f"has received {paid} for" in said
    facts = [nym_facts(read.state, nym) for nym in read.state.positions.by_nym]
    told = {fact.sentence.partition(" deposited ")[2] for fact in facts if fact}
    assert all(text.startswith(f"{paid} for up to 1 unit") for text in told)
    assert any(f"pays {price} and gets {EUR.show(1)} back" in text for text in told)
    assert any(f"pays {nothing} and gets {paid} back" in text for text in told)
    show_closing(read.state)
    assert EUR.show(2 * PRICE) in capsys.readouterr().out

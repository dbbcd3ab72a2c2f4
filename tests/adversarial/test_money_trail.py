"""Who tries to learn or to take something by the money (specs/money.md, section 6)."""

from collections import Counter
from dataclasses import replace

import pytest

from fairlot.deposit.destination import account_of, destination_salt
from fairlot.deposit.escrow_book import Paid, payment_of
from fairlot.deposit.payment import read_payment
from fairlot.escrow.notice import (
    Opening,
    check_signer,
    notice_of,
    open_notice,
    seal_notice,
)
from fairlot.escrow.reference import bank_reference
from fairlot.names import Nym, SaleId
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SeededRandomness
from refusal import refusal

SALE = SaleId(bytes([7]) * 32)
ESCROW, ANN, MALLORY = (SigningKey.from_seed(bytes([n]) * 32) for n in (1, 2, 3))
NYM, OTHER = Nym(bytes(range(48))), Nym(bytes(range(1, 49)))
KEYS = {NYM: {ANN.public}, OTHER: {MALLORY.public}}
THEIRS = account_of("DE89370400440532013000", "Mallory")
PEOPLE = 1_000


def drawn() -> list[tuple[Nym, str]]:
    """Return a thousand nyms with their references."""
    source = SeededRandomness(bytes([9]) * 32)
    nyms = (Nym(source.take(48)) for _ in range(PEOPLE))
    return [(nym, bank_reference(SALE, nym, source.take(32))) for nym in nyms]


def test_references_share_nothing_with_nyms() -> None:
    """Neither places nor order nor frequencies tell which reference is whose."""
    pairs = drawn()
    assert len({reference for _, reference in pairs}) == PEOPLE
    nyms = sorted(nym for nym, _ in pairs)
    written = sorted(reference[4:] for _, reference in pairs)
    ranks = [(nyms.index(n), written.index(r[4:])) for n, r in pairs]
    # Spearman's coefficient: its deviation is 1 / sqrt(999), 0.032.
    square = sum((one - other) ** 2 for one, other in ranks)
    correlation = 1 - 6 * square / (PEOPLE * (PEOPLE**2 - 1))
    assert abs(correlation) < 0.13
    # Characters of a reference and of the nym at a place agree as often as by chance.
    agree = sum(
        int(n.hex()[place], 16) == "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(r) % 16
        for n, reference in pairs
        for place, r in enumerate(reference[4:])
    )
    expected = PEOPLE * 21 / 16
    assert abs(agree - expected) < 4 * (expected * 15 / 16) ** 0.5
    # And every character is as frequent as another: 31 degrees of freedom.
    counts = Counter(c for _, reference in pairs for c in reference[4:])
    mean = PEOPLE * 21 / 32
    assert len(counts) == 32
    assert sum((n - mean) ** 2 / mean for n in counts.values()) < 75


def test_whoever_has_all_nyms_finds_none_without_the_salt() -> None:
    """The structure: all that joins the two is a salt, which is on no log."""
    pairs = drawn()[:50]
    public = {bank_reference(SALE, nym, bytes(32)) for nym, _ in pairs}
    assert public.isdisjoint(reference for _, reference in pairs)
    salt = bytes([5]) * 32
    same = {bank_reference(SALE, nym, salt) for nym, _ in pairs}
    assert len(same) == len(pairs)
    assert bank_reference(SaleId(bytes(32)), NYM, salt) != bank_reference(
        SALE, NYM, salt
    )


def test_nobody_claims_the_payment_of_another_nym() -> None:
    honest = notice_of(SALE, NYM, ANN)
    # With the reference seen at the bank, but without salt: another reference.
    assert notice_of(SALE, OTHER, MALLORY).reference != honest.reference
    # Even the salt makes it no reference of another nym.
    stolen = replace(honest, nym=OTHER, key=MALLORY.public)
    assert stolen.reference != honest.reference
    # For the other's nym they have no key.
    theirs = notice_of(SALE, NYM, MALLORY)
    opened = open_notice(seal_notice(theirs, MALLORY, ESCROW.public), ESCROW)
    assert refusal(check_signer, opened, SALE, KEYS) == "notice.key"
    # And a name that is not theirs they cannot sign for.
    forged = replace(honest, refund=Opening(THEIRS, destination_salt(MALLORY)))
    sealed = seal_notice(forged, MALLORY, ESCROW.public)
    assert refusal(open_notice, sealed, ESCROW) == "notice.signature"


def test_a_notice_for_another_account_opens_no_refund() -> None:
    """Whoever had the key of an entry still could not move the refund of the first."""
    mine = notice_of(SALE, NYM, ANN, account_of("AT611904300234573201", "Ann"))
    other = notice_of(SALE, NYM, ANN, THEIRS)
    assert mine.refund is not None
    assert other.refund is not None
    assert other.refund.destination != mine.refund.destination


def test_whoever_carries_a_notice_learns_nothing_from_its_length() -> None:
    accounts = (None, account_of("AT611904300234573201", "A"), THEIRS)
    long = account_of("AT611904300234573201", "é" * 70)
    sealed = [
        seal_notice(notice_of(SALE, NYM, ANN, each), ANN, ESCROW.public)
        for each in (*accounts, long)
    ]
    assert {len(each) for each in sealed} == {1024 + 48}
    # No two boxes have one ephemeral key, or both would be open to whoever has them.
    assert len({each[:32] for each in sealed}) == len(sealed)
    assert refusal(open_notice, sealed[0], MALLORY) == "notice.box"


@pytest.mark.parametrize("number", ["2030-05-02/17", "E2E-1"])
def test_the_bank_does_not_find_its_payment_on_the_log(number: str) -> None:
    """It knows id, amount, payer; ref depends on a key that it has not."""
    _, _, ref = read_payment(payment_of(SALE, number, Paid(NYM, 800), ESCROW))
    _, _, guess = read_payment(payment_of(SALE, number, Paid(NYM, 800), MALLORY))
    _, _, other = read_payment(payment_of(SALE, f"{number}8", Paid(NYM, 800), ESCROW))
    assert len({ref, guess, other}) == 3

"""The beacon's entries: set-up, commitments, openings, seed."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import permutations

import pytest

from fairlot.beacon.contributions import (
    Contributions,
    Draw,
    Frozen,
    check_setup,
    make_commitment,
    make_reveal,
    read_setup,
)
from fairlot.beacon.margin import Margin
from fairlot.beacon.recovery import make_recovery
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.errors import Rejection
from fairlot.names import Nym, SaleId
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.named_round import NamedRound
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048, make_setup
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.progress import silent
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.chain import QUICKNET
from kit.sales import alpha, stage
from kit.stage import STATEMENTS, Stage, setup_of_one
from lies_file import STRANGER

FROZEN = Frozen(7, bytes(32))


@pytest.fixture
def on() -> Stage:
    """A sale with three contributors."""
    return stage(contributors=3)


def fresh(on: Stage) -> Contributions:
    return Contributions(on.terms.beacon, FROZEN)


def complete(on: Stage, order: tuple[int, ...] = (0, 1, 2)) -> Contributions:
    made = fresh(on)
    for number in order:
        made.commit(on.commit(FROZEN, number))
    for number in reversed(order):
        made.reveal(on.reveal(number), STATEMENTS)
    return made


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Rejection) as caught:
        act()
    return caught.value.code


# The set-up.


def test_the_set_up_of_the_terms_is_that_of_the_package(on: Stage) -> None:
    assert read_setup(on.terms.beacon) == setup_of_one()
    check_setup(on.terms, Statements())


CHANGES: dict[str, Callable[[BeaconTerms], BeaconTerms]] = {
    "another delay": lambda b: replace(b, delay=2),
    "another h": lambda b: replace(b, h=b.proof),
    "another proof": lambda b: replace(b, proof=b.h),
    "no proof": lambda b: replace(b, proof=bytes(256)),
    "h of 255 bytes": lambda b: replace(b, h=b.h[1:]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_set_up_without_its_proof_is_refused(on: Stage, what: str) -> None:
    terms = replace(on.terms, beacon=CHANGES[what](on.terms.beacon))
    assert refusal(lambda: check_setup(terms, Statements())) == "beacon.setup"


def test_a_real_sale_uses_the_modulus_that_nobody_made_for_it(on: Stage) -> None:
    """It names a round: no test computes a delay that is long enough without one."""
    named = replace(on.terms.beacon, drand=NamedRound(QUICKNET, 1))
    check_setup(replace(on.terms, rehearsal=False, beacon=named), Statements())
    modulus = (RSA_2048.n - 2).to_bytes(256, "big")
    beacon = replace(named, modulus=modulus)
    real = replace(on.terms, rehearsal=False, beacon=beacon)
    assert refusal(lambda: check_setup(real, Statements())) == "beacon.modulus"


@pytest.mark.parametrize("rehearsal", [True, False])
@pytest.mark.parametrize("short", [0, 1])
def test_the_delay_of_a_real_sale_without_a_round_has_margin_1(
    on: Stage, rehearsal: bool, short: int
) -> None:
    """By the times of the terms. One that is long enough is still to be proved."""
    delay = Margin.of(on.terms).required - short
    beacon = replace(on.terms.beacon, delay=delay)
    terms = replace(on.terms, rehearsal=rehearsal, beacon=beacon)
    code = "beacon.margin" if short and not rehearsal else "beacon.setup"
    assert refusal(lambda: check_setup(terms, Statements())) == code


def test_the_margin_counts_until_sealed_may_come(on: Stage) -> None:
    """R is a million squarings a second, A is 60, and both are doubled once."""
    times = on.terms.times
    window = times.seal_end + times.slack - times.close
    assert Margin.of(on.terms) == Margin(on.terms.beacon.delay, window)
    assert Margin(1, window).required == 2 * 60 * 1_000_000 * window


def test_an_element_beyond_half_is_none(on: Stage) -> None:
    h = (RSA_2048.n - setup_of_one().h).to_bytes(256, "big")
    with pytest.raises(EncodingError):
        read_setup(replace(on.terms.beacon, h=h))


# Commitments.


def test_a_commitment_is_kept_under_its_key(on: Stage) -> None:
    made = fresh(on)
    made.commit(on.commit(FROZEN, 1))
    key = on.parts.contributors[1].public
    assert made.commitments == {key: bicorn.commit(RSA_2048, alpha(1))}
    assert made.missing == tuple(on.parts.contributors[i].public for i in (0, 2))
    assert made.withheld == (key,)


def test_a_commitment_says_for_which_deposits_it_is(on: Stage) -> None:
    body = on.commit(FROZEN).body
    assert (body["size"], body["root"]) == (FROZEN.size, FROZEN.root)


@pytest.mark.parametrize(
    "frozen", [Frozen(8, bytes(32)), Frozen(7, b"\x01" + bytes(31))]
)
def test_a_commitment_for_other_deposits_is_refused(on: Stage, frozen: Frozen) -> None:
    assert refusal(lambda: fresh(on).commit(on.commit(frozen))) == "commit.frozen"


def test_a_stranger_does_not_commit(on: Stage) -> None:
    entry = make_commitment(on.terms, FROZEN, alpha(0), STRANGER)
    assert refusal(lambda: fresh(on).commit(entry)) == "commit.roster"


def test_a_contributor_commits_once(on: Stage) -> None:
    made = fresh(on)
    made.commit(on.commit(FROZEN))
    again = make_commitment(on.terms, FROZEN, alpha(5), on.parts.contributors[0])
    assert refusal(lambda: made.commit(again)) == "commit.twice"
    assert made.commitments[again.key] == bicorn.commit(RSA_2048, alpha(0))


def commit_of(on: Stage, c: bytes) -> Entry:
    body: dict[str, Value] = {"c": c, **FROZEN.to_value()}
    return sign_entry(
        EntryType.COMMIT, on.terms.sale_id, body, on.parts.contributors[0]
    )


@pytest.mark.parametrize(
    "c",
    [0, 1, RSA_2048.n // 2 + 1, RSA_2048.n - 1, RSA_2048.n, 2**2048 - 1],
)
def test_a_commitment_is_a_unit_in_the_canonical_half(on: Stage, c: int) -> None:
    entry = commit_of(on, c.to_bytes(256, "big"))
    assert refusal(lambda: fresh(on).commit(entry)) == "commit.value"


def test_a_depositor_commits_and_does_not_count_for_the_roster(on: Stage) -> None:
    made = Contributions(on.terms.beacon, FROZEN, {STRANGER.public: Nym(bytes(48))})
    made.commit(make_commitment(on.terms, FROZEN, alpha(4), STRANGER))
    assert made.missing == on.terms.beacon.roster
    enough: list[bool] = []
    for number in range(3):
        enough.append(made.enough)
        made.commit(on.commit(FROZEN, number))
    assert [*enough, made.enough] == [False, False, False, True]
    assert len(made.commitments) == 4


@pytest.mark.parametrize("needed", [1, 2, 3, None])
def test_enough_is_what_the_terms_say(on: Stage, needed: int | None) -> None:
    beacon = replace(on.terms.beacon, min_commits=needed)
    made = Contributions(beacon, FROZEN)
    for number in range(3):
        assert made.enough is (number >= (needed or 3))
        made.commit(on.commit(FROZEN, number))
    assert made.enough


@pytest.mark.parametrize("length", [0, 255, 257])
def test_a_commitment_has_256_bytes(on: Stage, length: int) -> None:
    entry = commit_of(on, bytes(length))
    assert refusal(lambda: fresh(on).commit(entry)) == "entry.field"


def test_nobody_can_commit_to_nothing(on: Stage) -> None:
    with pytest.raises(ProofError) as caught:
        make_commitment(on.terms, FROZEN, 0, on.parts.contributors[0])
    assert caught.value.code == "bicorn.commitment-range"


# Openings.


def test_an_opening_must_fit(on: Stage) -> None:
    made = fresh(on)
    made.commit(on.commit(FROZEN))
    key = on.parts.contributors[0]
    for wrong in (alpha(1), alpha(0) + 1, 0):
        entry = make_reveal(on.terms.sale_id, wrong, key)
        assert refusal(partial(made.reveal, entry, STATEMENTS)) == "reveal.opening"
    made.reveal(on.reveal(), STATEMENTS)
    assert made.withheld == ()


def test_only_who_committed_reveals(on: Stage) -> None:
    made = fresh(on)
    made.commit(on.commit(FROZEN))
    assert refusal(lambda: made.reveal(on.reveal(1), STATEMENTS)) == "reveal.commitment"


def test_a_contributor_reveals_once(on: Stage) -> None:
    made = fresh(on)
    made.commit(on.commit(FROZEN))
    made.reveal(on.reveal(), STATEMENTS)
    assert refusal(lambda: made.reveal(on.reveal(), STATEMENTS)) == "reveal.twice"


def test_an_opening_has_272_bytes(on: Stage) -> None:
    made = fresh(on)
    made.commit(on.commit(FROZEN))
    body: dict[str, Value] = {"alpha": bytes(271)}
    key = on.parts.contributors[0]
    entry = sign_entry(EntryType.REVEAL, on.terms.sale_id, body, key)
    assert refusal(lambda: made.reveal(entry, STATEMENTS)) == "entry.field"
    with pytest.raises(CallerError):
        make_reveal(on.terms.sale_id, 2**2176, key)


# The draw.


def test_the_order_of_entries_does_not_change_the_seed(on: Stage) -> None:
    sale_id = on.terms.sale_id
    draws = {complete(on, order).draw(sale_id) for order in permutations(range(3))}
    assert len(draws) == 1


def test_omega_is_what_the_delay_would_give(on: Stage) -> None:
    """Recovered: X = Π c_i^(b_i), Ω = |X^(2^T)| with T = 1, without any opening."""
    made = complete(on)
    draw = made.draw(on.terms.sale_id)
    base = 1
    for c in made.commitments.values():
        b = bicorn.coefficient(RSA_2048, c, draw.b_star)
        base = RSA_2048.multiply(base, RSA_2048.power(c, b))
    assert draw.omega == RSA_2048.encode(RSA_2048.power(base, 2))


def test_the_seed_is_the_hash_of_all_of_it(on: Stage) -> None:
    sale_id = on.terms.sale_id
    draw = complete(on).draw(sale_id)
    parts = (sale_id, FROZEN.root, FROZEN.size.to_bytes(8, "big"))
    assert draw.seed == tagged_hash("seed", *parts, draw.b_star, draw.omega, b"")


def test_the_seed_depends_on_sale_deposits_and_contributors(on: Stage) -> None:
    base = complete(on)
    sale_id = on.terms.sale_id
    draws: set[Draw] = {
        base.draw(sale_id),
        base.draw(SaleId(bytes(32))),
        replace(base, frozen=Frozen(8, FROZEN.root)).draw(sale_id),
        replace(base, frozen=Frozen(7, b"\x01" * 32)).draw(sale_id),
    }
    fewer = replace(
        base,
        beacon=replace(base.beacon, roster=base.beacon.roster[:2]),
        commitments=dict(list(base.commitments.items())[:2]),
    )
    draws.add(fewer.draw(sale_id))
    assert len({draw.seed for draw in draws}) == 5


def test_without_all_openings_there_is_no_draw(on: Stage) -> None:
    sale_id = on.terms.sale_id
    for number in range(3):
        made = complete(on)
        del made.openings[on.parts.contributors[number].public]
        assert refusal(partial(made.draw, sale_id)) == "result.withheld"
    empty = fresh(on)
    assert refusal(lambda: empty.draw(sale_id)) == "result.withheld"


# Recovery.


def test_x_is_made_of_what_is_not_opened(on: Stage) -> None:
    made, sale_id = complete(on), on.terms.sale_id
    assert made.recovery_statement(sale_id) == 1
    keys = [on.parts.contributors[number].public for number in (0, 2)]
    for key in keys:
        del made.openings[key]
    x = 1
    for key in keys:
        c = made.commitments[key]
        b = bicorn.coefficient(RSA_2048, c, made.b_star(sale_id))
        x = RSA_2048.multiply(x, RSA_2048.power(c, b))
    assert made.recovery_statement(sale_id) == x


@pytest.mark.parametrize("revealing", [(), (1,), (0, 2), (2, 1)])
def test_recovered_and_revealed_are_one(on: Stage, revealing: tuple[int, ...]) -> None:
    made, sale_id = complete(on), on.terms.sale_id
    everything = made.draw(sale_id)
    made.openings.clear()
    for number in revealing:
        made.reveal(on.reveal(number), STATEMENTS)
    made.end_reveals()
    entry = make_recovery(on.terms, made, silent, STRANGER)
    made.recover(entry, Statements())
    assert made.draw(sale_id) == everything
    late = next(number for number in range(3) if number not in revealing)
    code = refusal(lambda: made.reveal(on.reveal(late), STATEMENTS))
    assert code == "reveal.fixed"
    assert refusal(lambda: made.recover(entry, STATEMENTS)) == "recover.not-needed"


def test_nothing_is_recovered_where_nothing_is_withheld(on: Stage) -> None:
    made = fresh(on)
    made.commit(on.commit(FROZEN))
    entry = make_recovery(on.terms, made, silent, STRANGER)
    made.reveal(on.reveal(), STATEMENTS)
    made.end_reveals()
    assert refusal(lambda: made.recover(entry, Statements())) == "recover.not-needed"


def test_progress_is_told_of(on: Stage) -> None:
    made = fresh(on)
    made.commit(on.commit(FROZEN))
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        told.append((done, total))

    make_recovery(on.terms, made, progress, STRANGER)
    assert told[-1][0] == told[-1][1] > 0


# Other groups, in rehearsals.


def in_group(on: Stage, n: int) -> Terms:
    """Return terms with a modulus of another width, and a set-up that is proved."""
    setup = make_setup(Modulus(n), 1)
    beacon = replace(
        on.terms.beacon,
        modulus=setup.modulus.to_bytes(),
        delay=1,
        h=setup.modulus.encode(setup.h),
        proof=setup.modulus.encode(setup.proof),
    )
    return Terms.from_value(replace(on.terms, beacon=beacon).to_value())


@pytest.mark.parametrize("bits", [1024, 1031, 2048, 4096])
def test_a_rehearsal_may_use_another_group(on: Stage, bits: int) -> None:
    """Elements have the width of N, from the commitment to the seed."""
    terms = in_group(on, (RSA_2048.n * RSA_2048.n >> 4096 - bits) | 1)
    check_setup(terms, Statements())
    real = replace(terms, rehearsal=False)
    assert refusal(lambda: check_setup(real, Statements())) == "beacon.modulus"
    keys = on.parts.contributors[:2]
    made = Contributions(
        replace(terms.beacon, roster=on.terms.beacon.roster[:2]), FROZEN
    )
    for number, key in enumerate(keys):
        made.commit(make_commitment(terms, FROZEN, alpha(number), key))
    made.end_reveals()
    recovered = replace(made, openings={})
    recovered.recover(make_recovery(terms, made, silent, STRANGER), Statements())
    for number, key in enumerate(keys):
        made.reveal(make_reveal(terms.sale_id, alpha(number), key), Statements())
    draw = made.draw(terms.sale_id)
    assert recovered.draw(terms.sale_id) == draw
    assert len(draw.omega) == (bits + 7) // 8

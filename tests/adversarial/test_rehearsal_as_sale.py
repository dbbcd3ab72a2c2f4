"""A rehearsal is shown as a sale: its maker knows the factors of N and holds every key.

Nothing in such a file breaks another rule, so that an audit which took it for a sale would
end with exit code 0. Said to be no rehearsal, it breaks a rule for each thing that is wrong.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from command import fairlot
from fairlot import audit_transcript
from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.audit.report import Report
from fairlot.board.phase import VoidReason
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import Setup, make_setup, verify_setup
from fairlot_crypto.delay.primes import hash_to_prime
from fairlot_crypto.errors import ProofError
from kit.lying_board import LyingBoard, play_with
from kit.roles import ROLES, held, real
from kit.sales import GROUP, stage
from kit.stage import STATEMENTS, Stage
from lies_draw import nothing
from lies_file import A_REHEARSAL, STRANGER
from lies_people import void_entry

P, Q = 2**521 - 1, 2**607 - 1
FACTORED = Modulus(P * Q)
ORDER = (P - 1) * (Q - 1)
LONG = 2**40
"""The longest delay that terms may name: 152 minutes with a margin of 1."""


def false_setup(modulus: Modulus, order: int) -> Setup:
    """Square g once, and prove that it was squared ``LONG`` times."""
    g = modulus.generator()
    h = modulus.power(g, 2)
    prime = hash_to_prime(modulus, g, h, LONG)
    root = pow(prime, -1, order)
    exponent = (2 - pow(2, LONG, prime)) * root % order
    return Setup(modulus, LONG, h, modulus.power(g, exponent))


def of_setup(on: Stage, setup: Setup) -> Stage:
    """Return the sale with the beacon of a set-up."""
    beacon = replace(
        on.terms.beacon,
        modulus=setup.modulus.to_bytes(),
        delay=setup.T,
        h=setup.modulus.encode(setup.h),
        proof=setup.modulus.encode(setup.proof),
    )
    return on.with_terms(replace(on.terms, beacon=beacon))


@cache
def made_up() -> Stage:
    """N factored, T = 1, one key in all roles."""
    return held(of_setup(stage(names=()), make_setup(FACTORED, 1)), STRANGER, *ROLES)


def shown(on: Stage) -> bytes:
    """Return the whole transcript of a sale without people."""
    return play_with(on, instead={"leaves": nothing, "deposits": nothing})


def judged(on: Stage, expected: Expected) -> Report:
    return audit(shown(on), GROUP, expected, STATEMENTS)


def voided(on: Stage) -> bytes:
    """Return the transcript of a sale that is void, since CLOSE does not come."""
    lies = {"leaves": nothing, "deposits": nothing, "close": missed}
    return play_with(on, instead=lies, until="close")


def missed(board: LyingBoard, time: int) -> None:
    late = time + board.on.terms.times.slack + 1
    board.batch(late, void_entry(board.on, VoidReason.CLOSE_MISSED))


def codes(report: Report) -> Sequence[str]:
    return [finding.code for finding in report.findings]


def test_it_does_not_pass_for_a_sale() -> None:
    report = judged(made_up(), Expected())
    assert not report.holds
    assert report.failed == ("A25",)
    (finding,) = report.findings
    assert finding.code == "audit.rehearsal"
    assert (finding.offset, finding.entry) == (None, None)
    assert "one machine played every role" in finding.message
    assert "--rehearsal accepts it" in finding.message
    assert not audit_transcript(shown(made_up())).holds


def test_its_own_roots_do_not_make_it_a_sale() -> None:
    """The seller publishes them, as one does."""
    on = made_up()
    roots = Expected(on.terms.sale_id, on.terms.board.key)
    report = judged(on, roots)
    assert (report.failed, report.unchecked) == (("A25",), ("A29",))


def test_the_command_says_rehearsal_first_and_ends_with_1(tmp_path: Path) -> None:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(shown(made_up()))
    ran = fairlot("audit", path)
    assert ran.code == 1
    first, second, *_, last = ran.out.splitlines()
    assert all("REHEARSAL" in line for line in (first, second, last))
    accepted = fairlot("audit", path, "--rehearsal")
    assert accepted.code == 0
    first, second, *_, last = accepted.out.splitlines()
    assert all("REHEARSAL" in line for line in (first, second, last))


def test_whoever_accepts_it_is_told_everything_that_is_wrong() -> None:
    report = judged(made_up(), A_REHEARSAL)
    assert report.holds
    assert all("a real sale would" in notice for notice in report.notices)
    warning, margin, *shared = report.notices
    assert "not RSA-2048" in warning
    assert "the delay of 1 squarings has the margin 0.000" in margin
    others = (
        *("the escrow", "the board", "a contributor", "an issuer", "an attester"),
        "who decides disputes",
    )
    assert len(shared) == len(others)
    for other, notice in zip(others, shared, strict=True):
        assert notice.startswith(f"the seller and {other} have one key")
        assert STRANGER.public.hex() in notice


def test_no_title_claims_what_holds_of_real_sales_only() -> None:
    """It was "its delay long enough" beside a notice that it is too short."""
    titles = {r.check.id: r.check.title for r in judged(made_up(), A_REHEARSAL).results}
    assert "a real sale's delay" in titles["A17"]
    assert "of a real sale" in titles["A26"]


def test_said_to_be_a_sale_it_has_the_wrong_modulus() -> None:
    data = play_with(real(made_up()), until="terms")
    report = audit(data, GROUP, A_REHEARSAL, STATEMENTS)
    assert (report.failed, codes(report)) == (("A17",), ["beacon.modulus"])
    assert not report.holds


def test_said_to_be_a_sale_with_the_right_modulus_the_rest_is_found() -> None:
    on = held(real(stage(names=())), STRANGER, *ROLES)
    report = audit(voided(on), GROUP, A_REHEARSAL, STATEMENTS)
    assert report.failed == ("A26",)
    assert codes(report) == ["roles.shared"] * (len(ROLES) - 1)
    assert not report.notices


def test_said_to_be_a_sale_with_its_own_delay_it_has_none() -> None:
    on = real(stage(names=()))
    short = on.with_terms(
        replace(on.terms, beacon=replace(on.terms.beacon, drand=None))
    )
    report = audit(play_with(short, until="terms"), GROUP, A_REHEARSAL, STATEMENTS)
    assert (report.failed, codes(report)) == (("A17",), ["beacon.margin"])


@pytest.mark.parametrize("expected", [Expected(), A_REHEARSAL])
def test_accepting_a_rehearsal_changes_nothing_of_a_sale(expected: Expected) -> None:
    report = audit(voided(real(stage(names=()))), GROUP, expected, STATEMENTS)
    assert (report.holds, report.phase) == (True, "void")


def test_a_registry_of_a_rehearsal_serves_no_sale() -> None:
    """Its credentials verify: the keys are right, and only the registry says what it is."""
    on = real(stage(names=()))
    rehearsed = replace(on.registry, rehearsal=True)
    terms = replace(on.terms, registry=rehearsed.registry_id)
    parts = replace(on.parts, registry=rehearsed)
    data = play_with(replace(on, parts=parts, terms=terms), until="terms")
    report = audit(data, GROUP, A_REHEARSAL, STATEMENTS)
    assert "registry.terms" in codes(report)
    assert "A10" in report.failed


def test_a_long_delay_over_known_factors_is_no_delay() -> None:
    """The margin is great, the proof holds, and both are worth nothing."""
    setup = false_setup(FACTORED, ORDER)
    verify_setup(setup)
    report = judged(of_setup(stage(names=()), setup), A_REHEARSAL)
    assert report.holds
    (warning,) = report.notices
    assert "prove what is not so" in warning
    assert judged(of_setup(stage(names=()), setup), Expected()).failed == ("A25",)
    guessed = false_setup(FACTORED, ORDER + 2)
    with pytest.raises(ProofError):
        verify_setup(guessed)

"""Round arithmetic of any chain, and verification of any round of a clock."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Scalar
from fairlot_crypto.errors import ProofError
from fairlot_crypto.timelock.chain import (
    QUICKNET,
    ChainInfo,
    first_round_after,
    round_at,
    time_of_round,
)
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.drand import verify_round
from fairlot_crypto.timelock.scheme import UNCHAINED_G1

ROUNDS = st.integers(1, 2**64 - 1)
NATIVE = groups.backend("native")
SECRET = Scalar(77)
CLOCK = ChainInfo(
    UNCHAINED_G1, clock_key(NATIVE, UNCHAINED_G1, SECRET), 1, 0, bytes(32), "own"
)


@st.composite
def chains(draw: st.DrawFn) -> ChainInfo:
    period = draw(st.integers(1, 2**32 - 1))
    return replace(
        QUICKNET, period=period, genesis_time=draw(st.integers(0, 2**63 - 1))
    )


@given(chains(), ROUNDS)
def test_a_round_is_the_latest_one_from_its_time_to_the_next(
    chain: ChainInfo, number: int
) -> None:
    time = time_of_round(chain, number)
    assert round_at(chain, time) == number
    assert round_at(chain, time - 1) == number - 1
    assert round_at(chain, time + chain.period - 1) == number
    assert round_at(chain, time + chain.period) == number + 1


@given(chains(), st.integers(0, 2**63 - 1))
def test_the_first_round_after_a_time_is_the_first_one_later(
    chain: ChainInfo, time: int
) -> None:
    number = first_round_after(chain, time)
    assert time_of_round(chain, number) > time
    assert number == 1 or time_of_round(chain, number - 1) <= time


@given(ROUNDS, ROUNDS)
def test_a_round_verifies_as_itself_only(number: int, other: int) -> None:
    beacon = sign_round(NATIVE, CLOCK, SECRET, number)
    verify_round(NATIVE, CLOCK, beacon, number)
    if other != number:
        with pytest.raises(ProofError, match=r"drand\.signature"):
            verify_round(NATIVE, CLOCK, replace(beacon, round_number=other), other)

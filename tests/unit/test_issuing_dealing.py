"""Steps of one issuer until there are keys (specs/issuer.md, section 4.2)."""

import pytest

from fairlot.issuing.dealing import Advanced, advance
from fairlot.issuing.letter import messages_of
from fairlot.issuing.seat import Refused, Without
from fairlot.issuing.tag_share import make_tag_share
from fairlot_crypto.curve import Scalar
from generators.issuer_setting import CURVE, committee, keys, plan, steps


def last_step(ceremony: str, more: int) -> Advanced:
    """Return what issuer 1 comes to if issuer 4 signs another share of the key of tags.

    Args:
        ceremony: that the share of issuer 4 is said to be of.
        more: how much its share is off.
    """
    whole, (*_, before, after) = plan(4, 1), steps(4, 1)
    letters = [letter for each in before for letter in each.state.letters]
    (true,) = before[3].state.letters[-1].messages
    made = after[3].made
    assert made is not None
    signing = made.held["tags"].signing
    assert signing is not None
    k_4 = Scalar(signing.secret + more)
    told = make_tag_share(CURVE, whole.ceremony(ceremony), 4, k_4, keys(4)[3])
    there = {*messages_of(whole, letters)} - {true} | {told}
    return advance(CURVE, whole, keys(4)[0], before[0].state, there, Without())


@pytest.mark.slow
def test_a_false_share_of_the_key_of_tags_names_its_sender_and_stops_nobody() -> None:
    reached = last_step("tags", 1)
    assert reached.refused == (("tags", Refused(4, "issuer.tag-share")),)
    assert reached.made is not None
    assert reached.made.committee == committee(4, 1)


@pytest.mark.slow
def test_a_share_of_another_ceremony_names_nobody() -> None:
    """Anybody can put it among the letters again."""
    assert last_step("signing", 1).refused == ()


@pytest.mark.slow
def test_a_true_share_names_nobody() -> None:
    assert last_step("tags", 0).refused == ()

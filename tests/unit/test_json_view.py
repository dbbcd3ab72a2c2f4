"""The JSON view: what everything that is shown to machines looks like."""

import json
from typing import Any, cast

from fairlot.allocation.mechanisms.equal_share import equal_share
from fairlot.allocation.shape import Order
from fairlot.fields import UINT_MAX
from fairlot.terms.pool import Mechanism, Pool
from fairlot.text import Viewed, json_view
from generators.mechanism import GivenLots


def viewed(value: Viewed) -> Any:  # noqa: ANN401 (whatever JSON holds)
    view = json_view({"value": value})
    return cast("dict[str, Any]", json.loads(json.dumps(view)))["value"]


def test_large_integers_are_texts() -> None:
    assert viewed(2**53 - 1) == 2**53 - 1
    assert viewed(1 - 2**53) == 1 - 2**53
    assert viewed(2**53) == "9007199254740992"
    assert viewed(-(2**53)) == "-9007199254740992"
    assert viewed(UINT_MAX) == "18446744073709551615"


def test_bytes_are_digits_and_the_rest_is_itself() -> None:
    assert viewed(b"\x00\xff") == "00ff"
    assert viewed([True, False, None, "ü", 0]) == [True, False, None, "ü", 0]
    assert viewed({"a": ({"b": b"\x01"}, 2**64)}) == {
        "a": [{"b": "01"}, "18446744073709551616"]
    }


def test_a_view_of_a_view_is_the_same() -> None:
    value = json_view({"money": UINT_MAX, "nym": b"\x01", "units": 3})
    assert json_view(value) == value


def test_facts_of_a_mechanism_are_viewed() -> None:
    pool = Pool("main", Mechanism.EQUAL_SHARE, UINT_MAX, 1, UINT_MAX)
    shares = equal_share(pool, [Order(2, 2)], GivenLots([0]))
    facts = shares.facts.to_json()
    assert (facts["supply"], facts["demand"]) == (str(UINT_MAX), 2)

"""The files that the vectors of chapter terms-file change."""

HEAD = 'title = "Conference"\nasset = "seat"\n'
EUROS = f'{HEAD}currency = "EUR"\ndecimals = 2\n'
PUZZLE = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
"""The public key of RFC 8032, section 7.1, test 1."""

_LINES = {
    "title": 'title = "Club concert"',
    "asset": 'asset = "seat"',
    "supply": "supply = 120",
    "mechanism": 'mechanism = "equal-share"',
    "price": "price = 4500",
    "cap": "cap = 1",
}

CONFERENCE = f"""{HEAD}deposits = [50, 500, 1_000]

[[pool]]
name = "sponsors"
mechanism = "tiers"
unsold = "guests"
tiers = [
  {{name = "gold", price = 500, supply = 2}},
  {{name = "silver", price = 200, supply = 3}},
]

[[pool]]
name = "guests"
mechanism = "lottery"
supply = 8
price = 50
certain = 2
[pool.requires]
region = ["FR", "DE"]
cohort_a = ["2029"]

[[pool]]
name = "crowd"
mechanism = "lottery"
supply = 16
price = 50
group_max = 4
again = true
puzzle = "{PUZZLE}"

[[pool]]
name = "tokens"
mechanism = "quadratic"
supply = 20
price = 1

[beacon]
delay = 1
"""
"""A sale with four pools of four kinds."""


def toml(extra: str = "", **changed: str) -> str:
    """Return a sale with one pool, with some lines changed and others behind them."""
    return "\n".join({**_LINES, **changed}.values()) + "\n" + extra


def without(key: str) -> str:
    """Return that sale with a comment in place of one line."""
    return toml(**{key: "# left out"})

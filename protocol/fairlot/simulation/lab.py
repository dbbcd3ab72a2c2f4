"""All attacks of the lab, in its order (specs/simulation.md, section 13)."""

from fairlot.simulation.attacks_on_draw import ON_DRAW
from fairlot.simulation.attacks_on_people import ON_PEOPLE
from fairlot.simulation.attacks_on_registry import ON_REGISTRY
from fairlot.simulation.attacks_on_rules import ON_RULES

LAB = (*ON_PEOPLE, *ON_REGISTRY, *ON_RULES, *ON_DRAW)
"""Every attack."""

"""Where people stand between the pools, by kinds (specs/odds.md, section 5).

A unit is a single, or a group as long as it may be drawn as one. Units that are alike have one
number, under which somebody stands for all of them.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fairlot.allocation.alike import Kinds, Player, Unit
from fairlot.allocation.entering import Entrant, Groups, Standing, entering
from fairlot.allocation.fall import Gain
from fairlot.allocation.shape import Order
from fairlot.terms.pool import Pool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands before a pool."""

    unit: int
    """The number of their unit."""
    player: int
    """Which of its players they are."""


After: TypeAlias = tuple[tuple[int, Place | None], ...]
"""For each player of a unit the units that they gain, and their place then; ``None`` for
whoever can get no more."""


class Journeys:
    """Numbers the units of a sale."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self._pools = pools
        self._kinds = Kinds(pools)
        self._units: list[tuple[int, Unit]] = []
        """The pool before which a unit stands, and one of its kind."""
        self._numbers: dict[Hashable, int] = {}
        self._orders: dict[int, tuple[Order | None, ...]] = {}
        self._after: dict[Hashable, After] = {}

    def begin(
        self, entrants: Sequence[Entrant], groups: Groups
    ) -> Sequence[Place | None]:
        """Return where each entrant stands before the first pool."""
        together = [
            members
            for members in groups.values()
            if self._kinds.may_be_drawn(0, len(members))
        ]
        grouped = {i for members in together for i in members}
        places: list[Place | None] = [None] * len(entrants)
        alone: dict[Hashable, Place | None] = {}
        for i, entrant in enumerate(entrants):
            if i not in grouped:
                asks = _asks(entrant)
                if asks not in alone:
                    (alone[asks],) = self._places(0, [Player(entrant)], grouped=False)
                places[i] = alone[asks]
        in_groups: dict[Hashable, list[Place | None]] = {}
        for members in together:
            asked = tuple(_asks(entrants[i]) for i in members)
            if asked not in in_groups:
                players = [Player(entrants[i]) for i in members]
                in_groups[asked] = self._places(0, players, grouped=True)
            for i, place in zip(members, in_groups[asked], strict=True):
                places[i] = place
        return places

    def alike(self, number: int) -> Sequence[Sequence[int]]:
        """Return the players of a unit, those who are alike together."""
        wishes = self._units[number][1].kind[1]
        found: dict[Hashable, list[int]] = {}
        for player, wish in enumerate(wishes):
            found.setdefault(wish, []).append(player)
        return list(found.values())

    def orders(self, number: int) -> tuple[Order | None, ...]:
        """Return the orders of a unit's players; ``None`` for whoever does not enter."""
        known = self._orders.get(number)
        if known is None:
            at, unit = self._units[number]
            gid = unit.players[0].entrant.group
            members = tuple(range(len(unit.players)))
            grouped = unit.kind[0] and gid is not None
            entered = dict(
                entering(
                    self._pools[at],
                    [player.entrant for player in unit.players],
                    [player.standing for player in unit.players],
                    {gid: members} if grouped and gid is not None else {},
                )
            )
            known = tuple(entered.get(i) for i in members)
            self._orders[number] = known
        return known

    def after(self, number: int, gains: tuple[Gain, ...]) -> After:
        """Return what becomes of a unit whose players get something from their pool."""
        known = self._after.get((number, gains))
        if known is None:
            at, unit = self._units[number]
            players = [
                Player(player.entrant, _added(player.standing, gain))
                for player, gain in zip(unit.players, gains, strict=True)
            ]
            may = self._kinds.may_be_drawn(at + 1, len(players))
            grouped = unit.kind[0] and may
            places = self._places(at + 1, players, grouped=grouped)
            units = [gain.units for gain in gains]
            known = tuple(zip(units, places, strict=True))
            self._after[number, gains] = known
        return known

    def _places(
        self, at: int, players: Sequence[Player], *, grouped: bool
    ) -> list[Place | None]:
        if grouped:
            return self._together(at, players)
        return [self._alone(at, player) for player in players]

    def _alone(self, at: int, player: Player) -> Place | None:
        unit = self._kinds.single(at, player)
        return None if unit is None else Place(self._number(at, unit), 0)

    def _together(self, at: int, players: Sequence[Player]) -> list[Place | None]:
        unit = self._kinds.group(at, players)
        if unit is None:
            return [None] * len(players)
        number = self._number(at, unit)
        return [Place(number, unit.players.index(player)) for player in players]

    def _number(self, at: int, unit: Unit) -> int:
        number = self._numbers.setdefault((at, unit.kind), len(self._units))
        if number == len(self._units):
            self._units.append((at, unit))
        return number


def _asks(entrant: Entrant) -> Hashable:
    return (
        entrant.wants,
        entrant.amount,
        entrant.bid,
        entrant.tier,
        entrant.choices,
        entrant.attributes,
        entrant.solved,
    )


def _added(standing: Standing, gain: Gain) -> Standing:
    return Standing(standing.units + gain.units, standing.spent + gain.payment)

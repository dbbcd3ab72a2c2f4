"""Values that cross processes often: a fraction of the time that dataclasses take."""


class Packed:
    """A frozen dataclass that is packed by its fields, in their order."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Return how to make this value again."""
        names: tuple[str, ...] = type(self).__slots__
        return type(self), tuple(getattr(self, name) for name in names)

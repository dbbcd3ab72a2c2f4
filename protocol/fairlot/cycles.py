"""How often the interpreter looks for objects that only hold one another."""

import gc

_NEW, _TIMES, _TIMES_MORE = 10_000, 20, 10


def look_seldom() -> None:
    """Look for such objects seldom: what is read of a long log stays, and has no cycles.

    By default it looks whenever there are 700 objects more, which takes a thirtieth of an
    audit's time.
    """
    gc.set_threshold(_NEW, _TIMES, _TIMES_MORE)

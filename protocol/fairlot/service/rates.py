"""How often one address may send (specs/service.md, section 5.3). No address is kept."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.service.problems import RefusedError
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket."""

    a_second: float = 5.0
    """Requests that an address may send in the long run."""
    burst: int = 50
    """Requests that it may send at once."""
    most: int = 20_000
    """Buckets that are kept; the one that was used longest ago goes first."""


class Buckets:
    """The buckets of addresses, by a hash under a key that ends with the process."""

    def __init__(
        self, rate: Rate, now: Callable[[], float], randomness: Randomness
    ) -> None:
        """Start with full buckets.

        Args:
            rate: of each address.
            now: a clock that never runs back, seconds.
            randomness: of which the key is drawn.
        """
        self._rate, self._now = rate, now
        self._key = randomness.take(32)
        self._levels: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many buckets are kept."""
        return len(self._levels)

    def check(self, address: str, advice: str | None = None) -> None:
        """Take a token of an address (specs/service.md, step 5).

        Args:
            address: of whoever asks.
            advice: what they should do; ``None`` for what senders of entries should.

        Raises:
            RefusedError: ``service.rate`` where there was none.
        """
        wait = self.wait(address)
        if wait:
            problem = "too many requests came from where this one comes from"
            raise RefusedError(429, Rejection("service.rate", problem), wait, advice)

    def wait(self, address: str) -> int:
        """Take a token of an address.

        Returns:
            0 where there was one, else after how many seconds there is one.
        """
        rate, now = self._rate, self._now()
        name = hashlib.blake2b(address.encode(), key=self._key, digest_size=16).digest()
        level, since = self._levels.pop(name, (float(rate.burst), now))
        level = min(rate.burst, level + (now - since) * rate.a_second)
        taken = level >= 1
        self._levels[name] = (level - taken, now)
        while len(self._levels) > rate.most:
            self._levels.popitem(last=False)
        return 0 if taken else int((1 - level) / rate.a_second) + 1

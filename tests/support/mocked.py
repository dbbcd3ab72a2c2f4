"""The seeded scalars of the BBS drafts as a source of randomness."""

from fairlot_crypto.hashing import EXPAND_LENGTH, expand_message_xmd

SEED = b"3.141592653589793238462643383279"


class MockedRandomness:
    """``expand_message(seed, dst, 48 * count)`` as a stream (section 8.1)."""

    def __init__(self, seed: bytes, dst: bytes, count: int) -> None:
        self._stream = expand_message_xmd(seed, dst, EXPAND_LENGTH * count)

    def take(self, length: int) -> bytes:
        """Return the next bytes; the drafts fix how many there are."""
        taken, self._stream = self._stream[:length], self._stream[length:]
        if len(taken) != length:
            raise AssertionError("more randomness drawn than the draft says")
        return taken

    def derive(self, label: str) -> "MockedRandomness":
        """Refuse: the stream of the drafts has no children."""
        raise AssertionError(f"child {label} of a mocked stream")

    def exhausted(self) -> bool:
        """Tell whether all of it was drawn."""
        return not self._stream

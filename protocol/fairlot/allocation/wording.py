"""Words for the certificates that people read."""


def counted(number: int, one: str, many: str) -> str:
    """Return ``1 unit`` or ``2 units``."""
    return f"{number} {one if number == 1 else many}"

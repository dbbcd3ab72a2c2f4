"""What only those have who have installed an extra, imported where it is needed."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from fairlot.errors import InputError


@contextmanager
def extra(name: str, fail: Callable[[str], InputError]) -> Generator[None]:
    """Let what an extra brings be imported.

    Args:
        name: of the extra.
        fail: makes the error from the sentence.

    Raises:
        InputError: as ``fail`` makes it, where it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        problem = f"{error.name} is not installed: pip install 'fairlot[{name}]'"
        raise fail(problem) from error

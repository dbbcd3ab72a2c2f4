"""Lies to the page, and the check that finds each: without it the lie passes."""

import re
from collections.abc import Generator, Iterable

import pytest
from playwright.sync_api import Page

from browser import needs_browser
from page_browser import called, chromium, empty_page, modules
from page_sale import LIES, Lie, shown

pytestmark = [needs_browser, pytest.mark.slow]

Found = list[int | str] | None


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Generator[Page]:
    home = tmp_path_factory.mktemp("lies")
    with chromium() as started, empty_page(started, home) as opened:
        yield opened


def found(page: Page, lies: Iterable[Lie], program: str | None = None) -> list[Found]:
    given = [lie.make().to_json() for lie in lies]
    results: list[Found] = called(page, "judge", given, program)
    return results


def without(check: tuple[str, str, str]) -> str:
    """Return the modules without a check."""
    name, old, new = check
    before, begin, rest = modules().partition(f"// {name}.js\n")
    at = rest.index(old)
    following = re.search(r"^// [a-z0-9]+\.js$", rest, re.MULTILINE)
    assert following is None or at < following.start(), old
    return "".join((before, begin, rest[:at], new, rest[at + len(old) :]))


def test_what_is_right_passes(page: Page) -> None:
    given = [shown(number).to_json() for number in range(3)]
    assert called(page, "judge", given) == [None, None, None]


def test_each_lie_is_found_at_its_step(page: Page) -> None:
    for lie, result in zip(LIES, found(page, LIES), strict=True):
        assert result == [lie.step, lie.code], lie.sentence


def test_each_check_is_what_finds_its_lies(page: Page) -> None:
    """A defence counts once it was taken out and its attack passed."""
    for check in dict.fromkeys(lie.check for lie in LIES):
        lies = [lie for lie in LIES if lie.check == check]
        for lie, result in zip(lies, found(page, lies, without(check)), strict=True):
            assert result != [lie.step, lie.code], lie.sentence

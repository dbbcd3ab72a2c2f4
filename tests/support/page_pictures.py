"""Pictures of the page for the guide: ``python tests/support/page_pictures.py [FOLDER]``."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "support")]

from fairlot.page.assembly import page as assembled  # noqa: E402
from page_browser import NARROW, WIDE, chromium  # noqa: E402
from page_sale import LIES, Shown, shown  # noqa: E402

FOLDER = ROOT / "specs" / "site" / "guides" / "pictures"


def _opened(
    browser: Browser, home: Path, has: Shown, width: int, *, dark: bool
) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
        offline=True,
    )
    page = context.new_page()
    file = home / "page.html"
    file.write_bytes(assembled().content)
    page.goto(file.as_uri())
    page.wait_for_selector("body[data-ready=yes]")
    (home / "log").write_bytes(has.transcript)
    (home / "receipt").write_bytes(has.receipt)
    page.set_input_files("#transcript", home / "log")
    page.wait_for_selector("#log .verdict")
    page.set_input_files("#ticket-files", home / "receipt")
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_selector("#ticket-verdict .verdict")
    return page


def _take(page: Page, path: Path, selector: str) -> None:
    page.locator(selector).first.scroll_into_view_if_needed()
    page.locator(selector).first.screenshot(path=path)


def main(folder: Path = FOLDER) -> None:
    """Write the pictures."""
    lie = next(each for each in LIES if each.step == 11)
    with TemporaryDirectory() as home, chromium() as browser:
        place = Path(home)
        page = _opened(browser, place, shown(1), WIDE, dark=False)
        _take(page, folder / "page-sale.png", "#sale")
        _take(page, folder / "page-draw.png", "#draw")
        page = _opened(browser, place, shown(1), NARROW, dark=True)
        _take(page, folder / "page-ticket.png", "#ticket-verdict")
        page = _opened(browser, place, lie.make(), NARROW, dark=False)
        _take(page, folder / "page-fails.png", "#ticket-verdict")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

"""A receipt comes to the page as a code, before a camera or in a picture."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser import needs_browser
from club import until
from code_reader import film, picture, reads_codes
from fairlot.page.assembly import page as assembled
from page_browser import chromium, serious
from page_sale import shown

pytestmark = [needs_browser, pytest.mark.slow]

CAMERA = "Scan it with the camera"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the page, a log, and what a camera would see."""
    folder = tmp_path_factory.mktemp("scan")
    (folder / "page.html").write_bytes(assembled().content)
    (folder / "log").write_bytes(shown(0).transcript)
    return folder


@pytest.fixture(scope="module")
def browser(home: Path) -> Generator[Browser]:
    with chromium(*film(home / "film.y4m", picture(shown(0).receipt))) as started:
        yield started


@contextmanager
def opened(
    browser: Browser, home: Path, formats: str | None = '["qr_code"]', script: str = ""
) -> Generator[Page]:
    """Open the page without a network, with a log.

    Args:
        browser: with a camera.
        home: the folder.
        formats: of codes that it reads; ``None`` where it reads none.
        script: runs before the page's own.
    """
    context = browser.new_context(offline=True)
    if formats is not None:
        reads_codes(context, formats)
    if script:
        context.add_init_script(script)
    page = context.new_page()
    page.goto((home / "page.html").as_uri())
    page.wait_for_selector("body[data-ready=yes]")
    page.set_input_files("#transcript", home / "log")
    page.wait_for_selector("#log .verdict")
    yield page
    context.close()


def camera(page: Page) -> Locator:
    return page.get_by_role("button", name=CAMERA)


def tracks(page: Page) -> int:
    """Return how many cameras the page still holds."""
    found: int = page.evaluate(
        "window.held.filter(t => t.readyState === 'live').length"
    )
    return found


HOLDING = """
window.held = [];
const ask = MediaDevices.prototype.getUserMedia;
MediaDevices.prototype.getUserMedia = async function (...words) {
  const stream = await ask.apply(this, words);
  window.held.push(...stream.getTracks());
  return stream;
};
"""


def test_a_code_before_the_camera_is_checked_at_once(
    browser: Browser, home: Path
) -> None:
    with opened(browser, home, script=HOLDING) as page:
        camera(page).click()
        verdict = page.locator("#ticket-verdict .verdict")
        expect(verdict).to_have_attribute("data-state", "holds")
        assert page.input_value("#receipt").encode() == shown(0).receipt
        expect(page.locator("video")).to_be_hidden()
        expect(camera(page)).to_be_visible()
        assert (page.evaluate("window.held.length"), tracks(page)) == (1, 0)


def test_a_camera_that_sees_no_code_is_given_back(browser: Browser, home: Path) -> None:
    with opened(browser, home, script=HOLDING) as page:
        page.evaluate("BarcodeDetector.prototype.detect = async () => []")
        camera(page).click()
        expect(page.locator("video")).to_be_visible()
        until(lambda: tracks(page) == 1)
        page.get_by_role("button", name="Stop the camera").click()
        until(lambda: tracks(page) == 0)
        expect(page.locator("video")).to_be_hidden()
        expect(page.locator("#ticket-verdict .verdict")).to_have_count(0)
        assert serious(page) == []


def test_a_picture_holds_one_code(browser: Browser, home: Path) -> None:
    one, two = shown(0).receipt, shown(1).receipt
    picture(one).save(home / "one.png")
    picture(one, two).save(home / "two.png")
    picture(one, one).save(home / "twice.png")
    picture(b"https://board.example/you-have-won").save(home / "other.png")
    (home / "none.png").write_bytes(b"no picture")
    with opened(browser, home) as page:
        verdict = page.locator("#ticket-verdict .verdict")
        for name, sentence in (
            ("two.png", "The picture has no code, or several"),
            ("none.png", "This file is no picture"),
        ):
            page.set_input_files("#scan-picture", home / name)
            expect(verdict).to_have_attribute("data-state", "fails")
            expect(verdict).to_contain_text(sentence)
            assert page.input_value("#receipt") == ""
        for name in ("one.png", "twice.png"):
            page.set_input_files("#scan-picture", home / name)
            expect(verdict).to_have_attribute("data-state", "holds")
            assert page.input_value("#receipt").encode() == one
        page.set_input_files("#scan-picture", home / "other.png")
        expect(verdict).to_have_attribute("data-state", "fails")
        expect(verdict).to_contain_text("This ticket does not check out")


def test_a_browser_that_reads_no_codes_offers_none(
    browser: Browser, home: Path
) -> None:
    """Chromium has no such reader on this system, and another may read other codes only."""
    for formats in (None, '["ean_13"]'):
        with opened(browser, home, formats) as page:
            expect(page.locator(".scanning, #scan-picture, video")).to_have_count(0)
            expect(camera(page)).to_have_count(0)
            expect(page.locator("#receipt, #ticket-files")).to_have_count(2)


def test_a_camera_that_is_refused_says_what_else_to_do(
    browser: Browser, home: Path
) -> None:
    denied = (
        "MediaDevices.prototype.getUserMedia = async () => "
        "{ throw new DOMException('', 'NotAllowedError') };"
    )
    with opened(browser, home, script=denied) as page:
        camera(page).click()
        verdict = page.locator("#ticket-verdict .verdict")
        expect(verdict).to_contain_text("paste the text")
        expect(page.locator("video")).to_be_hidden()

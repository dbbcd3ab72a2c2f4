"""The page at the door as it is used: telephones, a served gate, people with wallets."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from browser import needs_browser
from code_reader import reads_codes
from command import code_of, fairlot
from door_served import asked, next_question, paired, proved, served
from doors import GATE, Sold, sell, winner
from own_ca import own_ca
from page_browser import ELSEWHERE, NARROW, chromium, serious

pytestmark = [needs_browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Sold:
    return sell(tmp_path_factory.mktemp("doors"))


def test_winners_come_in_and_others_do_not(
    browser_in_the_dark: Page, sold: Sold, tmp_path: Path
) -> None:
    """Over HTTPS, from a name that is not this machine's."""
    page, used = browser_in_the_dark, tmp_path / "used"
    certificate, key = own_ca(tmp_path).sign("door")
    words = ("--tls-cert", certificate, "--tls-key", key, "--host", "127.0.0.1")
    requested: list[str] = []

    def note(request: Request) -> None:
        requested.append(request.url)

    page.on("request", note)
    with served(sold, used, *words) as (address, code):
        assert address.startswith("https://127.0.0.1:")
        page.goto(address.replace("127.0.0.1", ELSEWHERE))
        paired(page, code)
        _comes_in_once(page, sold, tmp_path)
        # No code and no answer in an address, and nobody else is asked.
        ends = {url.rpartition("/")[2] for url in requested}
        assert ends == {"", "state", "ask", "admit"}
    assert used.read_bytes().count(b"\n") == 2


def _comes_in_once(page: Page, sold: Sold, home: Path) -> None:
    expect(page.locator("#facts")).to_contain_text("0 of 4")
    scanned, _ = proved(sold, next_question(page), winner(sold, 1), home)
    page.set_input_files("#scan-picture", scanned)
    verdict = page.locator("#verdict .verdict")
    expect(verdict).to_have_attribute("data-state", "holds")
    expect(verdict.locator("h2")).to_have_text("LET THEM IN")
    expect(page.locator("#facts")).to_contain_text("1 of 4")
    expect(page.locator("#entered li")).to_have_count(1)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    # A copy of the picture: another attempt with the same answer.
    page.set_input_files("#scan-picture", [])
    page.set_input_files("#scan-picture", scanned)
    expect(verdict).to_have_attribute("data-state", "fails")
    expect(verdict.locator("h2")).to_have_text("DO NOT LET THEM IN")
    expect(verdict).to_contain_text("door.replayed")
    assert serious(page) == []
    next_question(page)
    expect(verdict).to_have_count(0)
    page.fill("#answer", "FAIRLOT-DOOR:AB")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(verdict).to_contain_text("This is no answer of a wallet")


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def browser_in_the_dark(browser: Browser) -> Generator[Page]:
    """Yield a page of a narrow telephone that reads codes, in dark surroundings."""
    context = browser.new_context(
        viewport={"width": NARROW, "height": 800},
        color_scheme="dark",
        ignore_https_errors=True,
    )
    reads_codes(context)
    yield context.new_page()
    context.close()


def lost(route: Route) -> None:
    """Let a request arrive, and nothing come back."""
    route.fetch()
    route.abort()


def test_a_door_that_does_not_answer_lets_nobody_in(
    browser_in_the_dark: Page, sold: Sold, tmp_path: Path
) -> None:
    """The answer to the telephone is lost, and it counts once when asked for again."""
    page, used = browser_in_the_dark, tmp_path / "used"
    with served(sold, used) as (address, code):
        page.goto(address)
        paired(page, code)
        scanned, _ = proved(sold, next_question(page), winner(sold, 1), tmp_path)
        page.route("**/admit", lost)
        page.set_input_files("#scan-picture", scanned)
        verdict = page.locator("#verdict .verdict")
        expect(verdict).to_have_attribute("data-state", "open")
        expect(verdict.locator("h2")).to_have_text("NOT DECIDED")
        assert used.read_bytes().count(b"\n") == 2
        page.unroute("**/admit")
        page.get_by_role("button", name="Ask again").click()
        expect(verdict).to_have_attribute("data-state", "holds")
        assert used.read_bytes().count(b"\n") == 2


def test_a_telephone_is_paired_until_it_forgets(
    browser: Browser, sold: Sold, tmp_path: Path
) -> None:
    """It is one that reads no codes: it takes texts."""
    with served(sold, tmp_path / "used") as (address, code):
        page = browser.new_page()
        page.goto(address)
        page.fill("#code", "AAAA-AAAA-AAAA-AAAA")
        page.get_by_role("button", name="Use this telephone").click()
        expect(page.get_by_role("alert")).to_contain_text("This is not the code")
        assert serious(page) == []
        paired(page, code)
        expect(page.locator("#facts")).to_contain_text("REHEARSAL")
        expect(page.locator(".scanning, #scan-picture, video")).to_have_count(0)
        expect(page.locator("#answer")).to_be_visible()
        page.reload()
        page.wait_for_selector("body[data-ready=work]")
        page.get_by_role("button", name="Forget the code").click()
        page.reload()
        page.wait_for_selector("body[data-ready=pair]")
        page.close()


@pytest.mark.long
def test_two_doors_share_a_list(sold: Sold, tmp_path: Path) -> None:
    """Two processes, one person with one place, at both doors in the same moment."""
    used = tmp_path / "used"
    with served(sold, used) as one, served(sold, used) as two:
        shown: list[tuple[tuple[str, str], bytes]] = []
        for number, (address, code) in enumerate((one, two)):
            home = tmp_path / str(number)
            home.mkdir()
            text = asked(address, code, "ask")["text"]
            _, answer = proved(sold, str(text), winner(sold, 1), home)
            shown.append(((address, code), answer))
        barrier = Barrier(2)

        def admit(at: tuple[tuple[str, str], bytes]) -> str:
            (address, code), answer = at
            barrier.wait()
            found = asked(address, code, "admit", answer)
            return "in" if found["admitted"] else str(found["code"])

        with ThreadPoolExecutor(2) as both:
            told = sorted(both.map(admit, shown))
    assert told == ["door.used", "in"]


def test_a_door_is_not_served_where_others_read_the_line(
    sold: Sold, tmp_path: Path
) -> None:
    words = ("doors", "serve", sold.gate, "--gate", GATE, "--port", "0", "--used")
    ran = fairlot(*words, tmp_path / "used", "--host", "0.0.0.0")  # noqa: S104
    assert (*code_of(ran), ran.out) == (2, "door.bare", "")
    (tmp_path / "mine").write_text("mine")
    assert code_of(fairlot(*words, tmp_path / "mine")) == (2, "door.used-list")
    assert (tmp_path / "mine").read_text() == "mine"
    with patch.dict("os.environ", {"FAIRLOT_DOOR_PORT": "door"}):
        ran = fairlot(*words[:-3], "--used", tmp_path / "used")
    assert code_of(ran) == (2, "door.port")

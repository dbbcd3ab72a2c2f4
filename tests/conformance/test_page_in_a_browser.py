"""The page as people use it: from files without a network, and from a board."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from browser import needs_browser
from command import SEED, fairlot
from fairlot.allocation.lots import pool_seed, rank
from fairlot.page.assembly import page as assembled
from fairlot.rehearsal.examples import load_example
from fairlot.terms.pool import MAIN_POOL
from fairlot_crypto.log.checkpoint import Checkpoint
from kit.board import as_record, signed
from kit.lying_board import played
from kit.sales import deposit, nym_of
from own_ca import own_ca
from page_browser import ELSEWHERE, NARROW, WIDE, chromium, serious
from page_sale import DATE, LIES, NAMES, SUPPLY, Lie, Shown, cast, shown, tree_of
from page_served import served

pytestmark = [needs_browser, pytest.mark.slow]

SHOWN_WRONG = (
    "the root of the head is another",
    "the path leads elsewhere",
    "the seed is another",
    "the outcome is another",
)


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    with served() as found:
        yield found


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_bytes(assembled().content)
    return path


@contextmanager
def offline(browser: Browser, file: Path, width: int = NARROW) -> Generator[Page]:
    """Open the file as somebody without a network does."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, offline=True
    )
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("body[data-ready=yes]")
    yield page
    context.close()


def give(page: Page, has: Shown, home: Path) -> None:
    """Open the files that somebody has, and check."""
    files = {"transcript.fairlot": has.transcript, "mine.tlog-proof": has.receipt}
    if has.entry is not None:
        files["entry"] = has.entry
    for name, data in files.items():
        (home / name).write_bytes(data)
    page.set_input_files("#transcript", home / "transcript.fairlot")
    page.wait_for_selector("#log .verdict")
    more = [home / name for name in files if name != "transcript.fairlot"]
    page.set_input_files("#ticket-files", more)
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_selector("#ticket-verdict .verdict")


def winners() -> list[str]:
    """Return the nyms that win, the smallest rank first, as the allocation has them."""
    draw, outcome, _ = played(cast(), "reveal-end").state.result()
    lot = pool_seed(draw.seed, cast().terms.sale_id, MAIN_POOL)
    nyms = [nym_of(deposit(cast(), number)) for number in range(len(NAMES))]
    first = sorted(nyms, key=lambda nym: (rank(lot, nym), nym))[:SUPPLY]
    assert {total.nym for total in outcome.totals if total.units} == {*first}
    return [nym.hex() for nym in first]


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_a_ticket_checks_without_a_network(
    browser: Browser, file: Path, tmp_path: Path, width: int
) -> None:
    won = winners()
    chosen = nym_of(deposit(cast(), 0)).hex()
    with offline(browser, file, width) as page:
        give(page, shown(0), tmp_path)
        verdict = page.locator("#ticket-verdict .verdict")
        expect(verdict).to_have_attribute("data-state", "holds")
        wanted = "You got 1 × seat" if chosen in won else "You got nothing this time"
        expect(verdict).to_contain_text(wanted)
        expect(page.locator("#ticket-verdict figure svg[role=img]")).to_be_visible()
        expect(page.locator("#ticket-verdict")).to_contain_text(chosen)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, "nothing is cut off at the side"


def test_everybody_is_told_what_the_allocation_gave(
    browser: Browser, file: Path, tmp_path: Path
) -> None:
    won = winners()
    with offline(browser, file) as page:
        give(page, shown(0), tmp_path)
        for number in range(len(NAMES) // 2):
            page.fill("#receipt", shown(number).receipt.decode())
            page.evaluate("document.getElementById('ticket-verdict').replaceChildren()")
            page.set_input_files("#ticket-files", [])
            (tmp_path / "other").write_bytes(shown(number).entry or b"")
            page.set_input_files("#ticket-files", tmp_path / "other")
            page.get_by_role("button", name="Check", exact=True).click()
            verdict = page.locator("#ticket-verdict .verdict")
            expect(verdict).to_have_attribute("data-state", "holds")
            nym = nym_of(deposit(cast(), number)).hex()
            wanted = "You got 1 × seat" if nym in won else "You got nothing this time"
            expect(verdict).to_contain_text(wanted)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_a_board_shows_the_sale_and_the_draw(
    browser: Browser, address: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page, asked = context.new_page(), list[str]()

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.goto(f"{address}/page")
    page.wait_for_selector(".draw-start")
    expect(page.locator("#log .verdict")).to_have_attribute("data-state", "holds")
    expect(page.locator("#sale")).to_contain_text("Concert")
    expect(page.locator("#sale .phase")).to_contain_text("Drawn")
    facts = page.locator("#sale dl").first.inner_text()
    assert str(len(NAMES)) in facts
    # Nobody else is asked, and of the log nothing but whole bundles.
    assert all(url.startswith(address) for url in asked)
    tiles = [url for url in asked if "/tile/" in url]
    assert tiles
    assert all("/tile/entries/" in url for url in tiles)
    page.fill("#receipt", shown(0).receipt.decode())
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Check", exact=True).press("Enter")
    verdict = page.locator("#ticket-verdict .verdict")
    expect(verdict).to_have_attribute("data-state", "holds")
    page.locator(".draw-start").press("Enter")
    expect(page.locator(".player [role=status]")).to_contain_text("Number 1")
    page.locator(".draw-skip").press("Enter")
    called = page.locator(".player li code").evaluate_all(
        "all => all.map(n => n.title)"
    )
    assert called == winners()
    expect(page.locator(".player [role=status]")).to_contain_text("All 3 are drawn")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if "/tile/" in url] == tiles, (
        "a ticket asks for nothing"
    )
    context.close()


def test_before_the_draw_it_says_when(browser: Browser) -> None:
    with served("deposits") as address:
        page = browser.new_page()
        page.goto(f"{address}/page")
        page.wait_for_selector("#sale .phase")
        expect(page.locator("#sale .phase")).to_contain_text("Deposits are open")
        expect(page.locator("#draw-body")).to_contain_text("There is no result yet")
        page.fill("#receipt", shown(2).receipt.decode())
        page.get_by_role("button", name="Check", exact=True).click()
        verdict = page.locator("#ticket-verdict .verdict")
        expect(verdict).to_contain_text("Your DEPOSIT is on the log")
        page.close()


def sentence_of(lie: Lie) -> str:
    return lie.sentence


@pytest.mark.parametrize(
    "lie", [each for each in LIES if each.sentence in SHOWN_WRONG], ids=sentence_of
)
def test_a_lie_is_shown_as_one(
    browser: Browser, file: Path, tmp_path: Path, lie: Lie
) -> None:
    with offline(browser, file) as page:
        has = lie.make()
        (tmp_path / "log").write_bytes(has.transcript)
        (tmp_path / "receipt").write_bytes(has.receipt)
        page.set_input_files("#transcript", tmp_path / "log")
        page.wait_for_selector("#log .verdict")
        page.set_input_files("#ticket-files", tmp_path / "receipt")
        page.get_by_role("button", name="Check", exact=True).click()
        page.wait_for_selector("#ticket-verdict .verdict")
        where = "#log" if lie.step < 9 else "#ticket-verdict"
        verdict = page.locator(f"{where} .verdict")
        expect(verdict).to_have_attribute("data-state", "fails")
        expect(page.locator("#ticket-verdict .verdict.holds")).to_have_count(0)
        step = page.locator(f"li[data-step='{lie.step}']").first
        expect(step).to_have_attribute("data-state", "fails")
        expect(step).to_contain_text("DOES NOT HOLD")
        if lie.step == 11:
            assert serious(page) == []
        if lie.step not in {11, 12}:
            expect(page.locator(".player")).to_have_count(0)


UNABLE = {
    "no Ed25519": "SubtleCrypto.prototype.importKey = async () => { throw new Error() }",
    "gives wrong answers": "SubtleCrypto.prototype.verify = async () => true",
}


@pytest.mark.parametrize("sentence", UNABLE)
def test_a_browser_that_cannot_check_says_so(
    browser: Browser, file: Path, sentence: str
) -> None:
    page = browser.new_page()
    page.add_init_script(UNABLE[sentence])
    page.goto(file.as_uri())
    verdict = page.locator(".verdict")
    expect(verdict).to_have_attribute("data-state", "fails")
    expect(verdict).to_contain_text("cannot check anything")
    expect(verdict).to_contain_text(sentence)
    expect(page.locator("input, button, .verdict.holds")).to_have_count(0)
    page.close()


def test_who_asks_for_less_motion_sees_the_draw_at_once(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/page")
    page.wait_for_selector(".player")
    assert page.locator(".player li").count() == SUPPLY
    expect(page.locator(".draw-start, .draw-skip")).to_have_count(0)
    expect(page.locator(".player")).to_contain_text("less motion")
    context.close()


def test_no_other_script_runs(browser: Browser, address: str) -> None:
    page = browser.new_page()
    answer = page.goto(f"{address}/page")
    assert answer is not None
    assert answer.header_value("content-security-policy") == assembled().policy
    assert answer.body() == assembled().content
    script = (
        "const s=document.createElement('script');s.text='document.body.id=1';"
        "document.body.append(s)"
    )
    page.evaluate(script)
    assert page.evaluate("document.body.id") == ""
    # The policy is what stopped it.
    other = browser.new_context(bypass_csp=True).new_page()
    other.goto(f"{address}/page")
    other.evaluate(script)
    assert other.evaluate("document.body.id") == "1"
    other.context.close()
    page.close()


CONFERENCE = load_example("conference")
TWO_POOLS = """\
title = "Two pools"
asset = "seat"
[[pool]]
name = "front"
mechanism = "lottery"
supply = 2
price = 90
[[pool]]
name = "back"
mechanism = "equal-share"
supply = 3
price = 10
cap = 2
"""


def rehearsed(home: Path, terms: str, people: str) -> Path:
    """Play a sale, and return the folder with its transcript and tables."""
    (home / "terms.toml").write_text(terms, encoding="utf-8")
    (home / "people.csv").write_text(people, encoding="utf-8")
    out = home / "out"
    words = (home / "terms.toml", home / "people.csv", "--out", out, "--seed", SEED)
    assert fairlot("run", *words).code == 0
    return out


def test_pools_in_a_row_are_computed(
    browser: Browser, file: Path, tmp_path: Path
) -> None:
    rows = "".join(f"person {i},2,100\n" for i in range(6))
    out = rehearsed(tmp_path, TWO_POOLS, f"person,wants,deposit\n{rows}")
    with offline(browser, file) as page:
        page.set_input_files("#transcript", out / "transcript.fairlot")
        page.wait_for_selector("#draw-result")
        expect(page.locator("li[data-step='16']")).to_have_attribute(
            "data-state", "holds"
        )
        expect(page.locator("#draw-result")).to_contain_text("5 units in all")
        expect(page.locator(".draw-start")).to_have_count(2)


def test_tables_are_compared_where_nothing_is_computed(
    browser: Browser, file: Path, tmp_path: Path
) -> None:
    people = CONFERENCE.people.decode().splitlines(keepends=True)[:11]
    out = rehearsed(tmp_path, CONFERENCE.terms.decode(), "".join(people))
    tables = [out / "allocation.csv", out / "pools.csv"]
    step = "li[data-step='17']"
    with offline(browser, file) as page:
        page.set_input_files("#transcript", out / "transcript.fairlot")
        page.wait_for_selector("#tables")
        expect(page.locator("#draw .verdict, #draw-result")).to_have_count(0)
        expect(page.locator(step)).to_have_attribute("data-state", "open")
        page.set_input_files("#tables", tables)
        page.wait_for_selector("#draw-result")
        expect(page.locator(step)).to_have_attribute("data-state", "holds")
        text = tables[0].read_text(encoding="utf-8")
        first, *rest = text.splitlines(keepends=True)
        (tmp_path / "allocation.csv").write_text(first + "".join(rest[1:]), "utf-8")
        page.set_input_files("#tables", [tmp_path / "allocation.csv", tables[1]])
        page.wait_for_selector("#draw .verdict")
        expect(page.locator(step)).to_have_attribute("data-state", "fails")
        expect(page.locator("#draw-result")).to_have_count(0)


def test_the_draw_calls_one_after_another(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(f"{address}/page")
    page.wait_for_selector(".draw-start")
    page.locator(".draw-start").click()
    called = page.locator(".player li")
    counts = [called.count()]
    for _ in range(SUPPLY + 1):
        page.clock.run_for(1_200)
        counts.append(called.count())
    assert counts == [1, 2, 3, 3, 3]
    titles = called.locator("code").evaluate_all("all => all.map(n => n.title)")
    assert titles == winners()
    page.close()


def test_the_words_of_a_sale_stay_words(
    browser: Browser, file: Path, tmp_path: Path
) -> None:
    title = "</script><img src=x onerror=document.body.id='ran'>"
    on = cast().with_terms(replace(cast().terms, title=title))
    leaf = on.terms_entry().encoded
    tree = tree_of([leaf])
    head = signed(on, Checkpoint(on.terms.log.origin, 1, tree.root()), DATE)
    (tmp_path / "log").write_bytes(leaf + as_record(head))
    with offline(browser, file) as page:
        page.set_input_files("#transcript", tmp_path / "log")
        expect(page.locator("#sale h2")).to_have_text(title)
        assert page.evaluate("document.body.id") == ""
        expect(page.locator("img")).to_have_count(0)


def test_over_a_bare_network_it_says_that_it_cannot_check(
    browser: Browser, address: str
) -> None:
    """Chromium withholds its cryptography from http: away from this machine."""
    page = browser.new_page()
    page.goto(f"{address.replace('127.0.0.1', ELSEWHERE)}/page")
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("cannot check anything")
    expect(verdict).to_contain_text("not loaded over HTTPS")
    assert serious(page) == []
    expect(page.locator("input, button, .verdict.holds")).to_have_count(0)
    page.close()


def test_over_https_it_checks_wherever_it_comes_from(
    browser: Browser, tmp_path: Path
) -> None:
    """From the same name as above; that the browser does not know the CA is its own matter."""
    with served("terms", own_ca(tmp_path).sign("board")) as address:
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.goto(f"{address.replace('127.0.0.1', ELSEWHERE)}/page")
        page.wait_for_selector("body[data-ready=yes]")
        expect(page.locator("#log .verdict")).to_have_attribute("data-state", "holds")
        context.close()


@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "dark"), (WIDE, "light")])
def test_axe_finds_nothing_serious(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{address}/page")
    page.wait_for_selector(".player")
    page.fill("#receipt", shown(0).receipt.decode())
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_selector("#ticket-verdict .verdict")
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert serious(page) == []
    context.close()

"""Chromium with a page open in it, driven by playwright: for what has to be clicked."""

from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from browser import CHROMIUM
from fairlot.page.assembly import MODULES, script

NARROW, WIDE = 390, 1280
AXE = files("axe_playwright_python") / "axe.min.js"
"""Deque's axe-core."""
ELSEWHERE = "board.example"
"""A name of this machine that the browser takes for another one."""
expect.set_options(timeout=60_000)  # However busy the machine is.
_QUIET = ("--disable-gpu", "--disable-dev-shm-usage")
_HARNESS = Path(__file__).parent / "page_vectors.js"
_CALL = """([program, name, given]) => {
  const does = new Function(`${program}\\nreturn ${name};`)();
  return Promise.all(given.map(does));
}"""


@contextmanager
def chromium(*more: str) -> Generator[Browser]:
    """Start the browser that is installed, without a window.

    Args:
        more: options of its own.
    """
    assert CHROMIUM is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                *_QUIET,
                *more,
                f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
            ],
        )
        try:
            yield browser
        finally:
            browser.close()


def modules() -> str:
    """Return all modules of the page but the one that starts it."""
    return script(MODULES[:-1])


def called(page: Page, name: str, given: list[Any], program: str | None = None) -> Any:  # noqa: ANN401 (JSON)
    """Call a function of the modules, or of the tests' own beside them, for each value.

    Args:
        page: any page that allows it, such as an empty one.
        name: of the function.
        given: its arguments, one a call.
        program: the modules, by default as they are.
    """
    text = program or modules()
    whole = f"{text}\n{_HARNESS.read_text(encoding='utf-8')}"
    return page.evaluate(_CALL, [whole, name, given])


@contextmanager
def empty_page(browser: Browser, home: Path) -> Generator[Page]:
    """Open an empty file: there, a browser's cryptography works."""
    empty = home / "empty.html"
    empty.write_text("<!doctype html><title>empty</title>", encoding="utf-8")
    page = browser.new_page()
    page.goto(empty.as_uri())
    yield page
    page.close()


def serious(page: Page) -> list[str]:
    """Return the rules of which axe finds a serious or critical violation."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, list[dict[str, Any]]] = page.evaluate("axe.run()")
    assert len(found["passes"]) > 5, "it looked at the page"
    grave = ("serious", "critical")
    return [str(v["id"]) for v in found["violations"] if v["impact"] in grave]

"""A gate that is served, as a process, and people who answer it."""

import json
import re
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from command import FAIRLOT, fairlot
from doors import GATE, Sold
from fairlot.cli.over_http import Answer, BoardAddress, ask


@contextmanager
def served(on: Sold, used: Path, *more: str | Path) -> Generator[tuple[str, str]]:
    """Serve the gate of a sale; yield the address and the code that it shows."""
    words = ("doors", "serve", on.gate, "--gate", GATE, "--used", used, "--port", "0")
    with subprocess.Popen(
        [FAIRLOT, *map(str, (*words, *more))], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            code = process.stdout.readline().strip().removeprefix("Code: ")
            assert re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code), code
            yield address, code
        finally:
            process.terminate()
            process.wait(timeout=60)


def proved(on: Sold, text: str, person: str, home: Path) -> tuple[Path, bytes]:
    """Answer as a person; return the picture of a code and the answer."""
    (home / "question").write_text(text)
    out, code = home / "answer", home / "answer.png"
    for path in (out, code):
        path.unlink(missing_ok=True)
    ran = fairlot(
        *("prove", home / "question", "--gate", GATE, "--registry", on.kept),
        *("--person", person, "--transcript", on.transcript, "--out", out),
        *("--code", code),
    )
    assert (ran.code, ran.err) == (0, "")
    return code, out.read_bytes()


def paired(page: Page, code: str) -> None:
    """Type the code, in small letters as telephones do."""
    page.fill("#code", code.lower())
    page.get_by_role("button", name="Use this telephone").click()
    page.wait_for_selector("body[data-ready=work]")


def next_question(page: Page) -> str:
    """Ask for somebody, and return the question's text."""
    page.locator("#question").evaluate("node => node.replaceChildren()")
    page.get_by_role("button", name="Next person").click()
    page.wait_for_selector("#question svg.qr")
    return page.input_value("#question-text")


def asked(
    address: str, code: str, path: str, body: bytes | None = None
) -> dict[str, object]:
    """Ask a door as a telephone does, and return what it says."""
    board = BoardAddress.parse(address)
    headers = {
        "authorization": f"Bearer {code.replace('-', '')}",
        "idempotency-key": code.encode().hex()[:32],
    }
    answer: Answer = ask(board.url, "POST", f"/{path}", 1 << 16, body, headers)
    assert answer.status == 200, answer
    found: dict[str, object] = json.loads(answer.content)
    return found

"""A browser without a window and without network: Chromium, where it is installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: .ci/run installs it from Debian"
)
"""For a test that opens a page."""
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def opened(page: Path, home: Path) -> str:
    """Open a file as somebody offline does, and return what is there after its scripts.

    Args:
        page: the file.
        home: a folder for what the browser keeps.
    """
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            CHROMIUM,
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            # No proxy listens there, and no name is found.
            *("--proxy-server=127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND"),
            *(f"--user-data-dir={home / 'browser'}", "--dump-dom", page.as_uri()),
        ],
        capture_output=True,
        check=True,
        timeout=300,
    )
    return done.stdout.decode()


def without_policy(page: str) -> str:
    """Return a page that lets a test's own scripts run."""
    return _POLICY.sub("", page)

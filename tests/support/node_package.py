"""Packages of Node.js that tests run, of the versions of a lock file."""

import shutil
import subprocess
from pathlib import Path

import pytest

OLDEST_NODE = 20


def installed(source: Path, folder: Path, *files: str) -> Path:
    """Install the packages of a lock file beside some files; skip where there is no Node.

    ``npm ci`` asks whichever registry is configured: this needs a network or a filled cache.

    Args:
        source: has the lock file.
        folder: gets copies, and the packages.
        files: what is copied besides.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed")
    said = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=True
    )
    version = said.stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < OLDEST_NODE:
        pytest.skip(f"node {version} is older than {OLDEST_NODE}")
    for name in ("package.json", "package-lock.json", ".npmrc", *files):
        shutil.copy(source / name, folder / name)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        capture_output=True,
        check=True,
    )
    return folder

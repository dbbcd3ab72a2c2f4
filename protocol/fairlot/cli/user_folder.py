"""The user's folder of the program, by the habits of the system (specs/verdicts.md, 2)."""

import os
import sys
from pathlib import Path


def user_folder() -> Path:
    """Return where a user's own files of the program lie, whether or not it is there.

    Raises:
        RuntimeError: where the user has no home.
    """
    if sys.platform == "win32":
        return Path.home() / "AppData" / "Local" / "fairlot"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "fairlot"
    config = os.environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else Path.home() / ".config") / "fairlot"

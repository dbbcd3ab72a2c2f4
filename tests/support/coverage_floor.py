"""Prints how much of each package the tests run through; ends with 1 below the floor.

CI measures the default run and the thorough tests (pyproject.toml says what that leaves out).
Usage: ``coverage json -o FILE && python tests/support/coverage_floor.py FILE``. What counts
is statements and branches together, as coverage counts them.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

FLOOR = 95.0
"""Per cent of ``crypto`` and of ``protocol``, each on its own."""


def counted(files: Mapping[str, Mapping[str, Mapping[str, int]]]) -> dict[str, float]:
    """Return per cent by package, where a part of the repository is one as well."""
    run, there = Counter[str](), Counter[str]()
    for name, file in files.items():
        path, summary = PurePosixPath(name), file["summary"]
        for package in (path.parts[0], str(path.parent)):
            run[package] += summary["covered_lines"] + summary["covered_branches"]
            there[package] += summary["num_statements"] + summary["num_branches"]
    return {p: 100 * run[p] / count if count else 100.0 for p, count in there.items()}


def main(path: str) -> int:
    """Print and judge a report of ``coverage json``."""
    shares = counted(json.loads(Path(path).read_text(encoding="utf-8"))["files"])
    for package in sorted(shares):
        print(f"{shares[package]:6.1f} %  {package}")
    low = [p for p in ("crypto", "protocol") if shares.get(p, 0.0) < FLOOR]
    for part in low:
        print(f"{part} is below the floor of {FLOOR} %")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

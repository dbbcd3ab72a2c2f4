"""Print how much of each folder the tests reach, and compare both packages with a floor.

Run as ``coverage json -q -o FILE && python tests/support/coverage_by_folder.py FILE FLOOR``.
Lines and branches count alike. Exits with 1 where a package is below the floor, in percent.
"""

import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGES = ("crypto/fairlot_crypto", "protocol/fairlot")


@dataclass(slots=True)
class Reached:
    """Lines and branches."""

    of: int = 0
    reached: int = 0

    def add(self, summary: dict[str, int]) -> None:
        """Count a file."""
        self.of += summary["num_statements"] + summary["num_branches"]
        self.reached += summary["covered_lines"] + summary["covered_branches"]

    @property
    def percent(self) -> float:
        """The share that is reached; nothing is reached in full."""
        return 100 * self.reached / self.of if self.of else 100.0


def by_folder(report: dict[str, Any]) -> dict[str, Reached]:
    """Return what is reached of each folder, and of each package with all its folders."""
    found: defaultdict[str, Reached] = defaultdict(Reached)
    for name, file in sorted(report["files"].items()):
        folder = Path(name).parent.as_posix()
        (package,) = (each for each in PACKAGES if name.startswith(f"{each}/"))
        found[f"{package} in all"].add(file["summary"])
        found[folder].add(file["summary"])
    return dict(found)


def main(file: str, floor: float) -> int:
    """Print a row a folder."""
    found = by_folder(json.loads(Path(file).read_text(encoding="utf-8")))
    for folder, each in sorted(found.items()):
        print(f"{folder:<40} {each.percent:6.1f} %  {each.reached:>6} of {each.of}")
    low = [p for p in PACKAGES if found[f"{p} in all"].percent < floor]
    for package in low:
        print(f"{package} is below {floor} %")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2])))

"""Write fairlot's test vectors, or compare a folder with them.

Run from the project's root as ``PYTHONPATH=tests python -m generators write|check DIR``.
Exits with 0 where all is well, 1 where something differs, 2 where the folder is refused.
"""

import argparse
import sys
from pathlib import Path

from generators.write import check_vectors, write_vectors


def main() -> int:
    """Write or check, with the back-end that the environment chooses."""
    parser = argparse.ArgumentParser(prog="generators", description=__doc__)
    parser.add_argument("action", choices=("write", "check"))
    parser.add_argument("folder", metavar="DIR", type=Path, help="one file a chapter")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    try:
        if arguments.action == "write":
            for path in write_vectors(folder):
                print(path)
            return 0
        differences = check_vectors(folder)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        print(f"{folder} cannot be used as a folder: {reason}", file=sys.stderr)
        return 2
    for difference in differences:
        print(difference)
    if not differences:
        print(f"{folder} holds the vectors of this version")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())

"""Evaluates once, to be killed: ``python evaluate_once.py T FOLDER``.

Prints the steps done, a line each time, then y and π on a last line of their own.
"""

import sys
from pathlib import Path

from fairlot_crypto.delay import wesolowski
from fairlot_crypto.delay.checkpoints import FolderStore
from fairlot_crypto.delay.parameters import RSA_2048


def main() -> None:
    """Evaluate."""
    T, folder = int(sys.argv[1]), Path(sys.argv[2])

    def told(done: int, _total: int) -> None:
        print(done, flush=True)

    store = FolderStore(folder, lambda note: print(note, file=sys.stderr))
    y, proof = wesolowski.prove(RSA_2048, RSA_2048.generator(), T, told, store)
    print(f"{y:x} {proof:x}")


if __name__ == "__main__":
    main()

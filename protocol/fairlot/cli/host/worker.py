"""A role's process: it takes the steps that it is told, in a folder of its own.

One JSON array of words comes in a line, one JSON object of ``code``, ``out`` and ``err`` goes
out in a line: what the command line ``fairlot`` answers to these words.
"""

import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper

from fairlot.cli import main


def take(words: list[str]) -> dict[str, str | int]:
    """Take a step, and return what it answered."""
    out, err = (
        TextIOWrapper(BytesIO(), encoding="utf-8", newline="\n") for _ in range(2)
    )
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(words)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return {"code": code, "out": _written(out), "err": _written(err)}


def serve() -> None:
    """Take steps until no more words come."""
    # What a step prints by mistake must not be read as an answer.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        answers.write(f"{json.dumps(take(json.loads(line)))}\n")
        answers.flush()


def _written(pipe: TextIOWrapper) -> str:
    pipe.seek(0)
    return pipe.read()


if __name__ == "__main__":
    serve()

"""What one anonymous entry costs here and in other libraries, all measured in one run.

    PYTHONPATH=tests python -m benchmarks.bench_peers [--rounds N]

Installs the peers into a temporary folder, by pip and npm from the registries that those are
set to, and measures each in a process of its own: medians of CPU time, threads included, in
rounds after one that does not count. Whatever cannot be installed or run has a row that says
so.
The statements are not the same, and the table says how they differ.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.peers_ursa import timed
from fairlot.cli.bench.presenting import CTX, issued
from fairlot_crypto.bbs.profile import present, verify_presentation
from fairlot_crypto.curve import backend
from fairlot_crypto.randomness import SystemRandomness

HERE = Path(__file__).parent
PH = b"presentation header"
SYSTEM = SystemRandomness()
Times = Mapping[str, Sequence[float]]
"""``present`` and ``verify``: milliseconds of CPU, one a round."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another library."""

    title: str
    packages: tuple[str, ...]
    """As pip or npm takes them."""
    name: str
    """In ``peers.mjs``; empty for the one of pip."""
    statement: str


OURS = "one of the roll, with this nym for this sale"
HIDDEN = "a signature on five hidden messages; no nym, so one person may enter twice"
PEERS = (
    Peer(
        "ursa BBS+ 1.0.1",
        ("ursa-bbs-signatures==1.0.1",),
        "",
        f"{HIDDEN}; BBS+, and a sixth message is shown",
    ),
    Peer(
        "@mattrglobal/pairing-crypto 0.4.2",
        ("@mattrglobal/pairing-crypto@0.4.2",),
        "pairingCrypto",
        HIDDEN,
    ),
    Peer(
        "Semaphore 4.14.3",
        (
            "@semaphore-protocol/proof@4.14.3",
            "@semaphore-protocol/identity@4.14.3",
            "@semaphore-protocol/group@4.14.3",
            "@zk-kit/semaphore-artifacts@4.13.0",
        ),
        "semaphore",
        "one of at most 2^20 leaves, with a nullifier; no issuer signs, no attribute, but a "
        "ceremony is trusted",
    ),
    Peer(
        "@digitalbazaar/bbs-signatures 3.0.0",
        ("@digitalbazaar/bbs-signatures@3.0.0",),
        "digitalbazaar",
        f"{HIDDEN}; JavaScript alone",
    ),
)


def ours(rounds: int) -> Times:
    """Measure presentations of the default schema, each verified alone."""
    context, credential = issued(backend("native"), SYSTEM)
    presenting: list[float] = []
    verifying: list[float] = []
    for _ in range(rounds + 1):
        make = partial(present, context, credential, CTX, PH, (), SYSTEM)
        shown, time = timed(make)
        presenting.append(time)
        check = partial(verify_presentation, context, shown, CTX, PH, {})
        verifying.append(timed(check)[1])
    return {"present": presenting[1:], "verify": verifying[1:]}


def theirs(peer: Peer, folder: Path, rounds: int) -> Times:
    """Install a peer into a new folder and measure it.

    Raises:
        subprocess.CalledProcessError, OSError: if it cannot be installed, or fails.
    """
    folder.mkdir()
    if not peer.name:
        pip = (sys.executable, "-m", "pip", "install", "--no-deps", "--quiet")
        _run((*pip, "--target", ".", *peer.packages), folder)
        script: tuple[str, ...] = (
            sys.executable,
            str(HERE / "peers_ursa.py"),
            str(rounds),
        )
    else:
        npm = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund")
        _run((*npm, "--prefix", ".", *peer.packages), folder)
        shutil.copy(HERE / "peers.mjs", folder)
        script = ("node", "peers.mjs", peer.name, str(rounds))
    times: Times = json.loads(_run(script, folder))
    return times


def _run(words: Sequence[str], folder: Path) -> str:
    # The interpreter of a peer sees its own packages only.
    env = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        words, cwd=folder, env=env, capture_output=True, text=True, check=True
    )
    return done.stdout


def rows(rounds: int) -> Iterator[str]:
    """Yield the lines of the table, each peer's as soon as it is measured."""
    yield "| library | present | verify | verify / ours | what an entry shows |"
    yield "|---|---:|---:|---:|---|"
    base = ours(rounds)
    yield _row("fairlot", base, base, OURS)
    with TemporaryDirectory(prefix="peers-") as name:
        for number, peer in enumerate(PEERS):
            try:
                times = theirs(peer, Path(name) / str(number), rounds)
            except (OSError, subprocess.CalledProcessError) as error:
                why = f"could not be installed or run here: {type(error).__name__}"
                yield f"| {peer.title} | – | – | – | {why} |"
            else:
                yield _row(peer.title, times, base, peer.statement)


def _row(title: str, times: Times, base: Times, statement: str) -> str:
    present_ms, verify_ms = map(_median, (times["present"], times["verify"]))
    ratio = verify_ms / _median(base["verify"])
    return (
        f"| {title} | {present_ms:.1f} ms | {verify_ms:.1f} ms | {ratio:.1f} "
        f"| {statement} |"
    )


def _median(times: Sequence[float]) -> float:
    return statistics.median(times)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="rounds (default 15)")
    rounds: int = parser.parse_args().rounds
    for line in rows(rounds):
        print(line, flush=True)
    print(
        f"\n{rounds} rounds, {platform.machine()}, Python {platform.python_version()}"
    )


if __name__ == "__main__":
    main()

"""Measures ursa's BBS+: ``peers_ursa.py ROUNDS`` prints what ``peers.mjs`` prints.

Its package is on the path of the process that ``bench_peers`` starts.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TypeVar

T = TypeVar("T")

ATTRIBUTES = ["assurance=high", "region=", "cohort_a=", "cohort_b=", "secret"]
SHOWN = "entry"
"""One message is shown: the library refuses a proof that shows none."""
NONCE = b"presentation header"


def main() -> None:
    """Measure, after one round that does not count."""
    ursa = import_module("ursa_bbs_signatures")
    signed = [SHOWN, *ATTRIBUTES]
    pair = ursa.BlsKeyPair.generate_g2(bytes(32))
    key = pair.get_bbs_key(len(signed))
    signature = ursa.sign(ursa.SignRequest(pair, signed))
    hidden = ursa.ProofMessageType.HiddenProofSpecificBlinding
    messages = [
        ursa.ProofMessage(SHOWN, ursa.ProofMessageType.Revealed),
        *(ursa.ProofMessage(each, hidden) for each in ATTRIBUTES),
    ]
    proving = ursa.CreateProofRequest(key, messages, signature, NONCE)
    times: dict[str, list[float]] = {"present": [], "verify": []}
    for number in range(int(sys.argv[1]) + 1):
        proof, presenting = timed(partial(ursa.create_proof, proving))
        request = ursa.VerifyProofRequest(key, proof, [SHOWN], NONCE)
        holds, verifying = timed(partial(ursa.verify_proof, request))
        if holds is not True:
            raise SystemExit("ursa refuses its own proof")
        if number:
            times["present"].append(presenting)
            times["verify"].append(verifying)
    print(json.dumps(times))


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what work gives, and how long it takes: milliseconds of CPU."""
    before = time.process_time()
    result = work()
    return result, (time.process_time() - before) * 1000


if __name__ == "__main__":
    main()

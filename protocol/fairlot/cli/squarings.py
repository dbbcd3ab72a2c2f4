"""Says how long the squarings take that a command is about to do."""

import time

from fairlot.cli.output import complain
from fairlot.inputs.terms_file import TermsFile
from fairlot.text import lasting
from fairlot_crypto.delay.calibration import coverage, measure_rate
from fairlot_crypto.delay.parameters import RSA_2048, SHIPPED

_SLICES = 4
_MEASURED = _SLICES * 2**14
"""Squarings that measuring takes: to estimate fewer takes longer than to do them."""


def announce_squarings(file: TermsFile, *, setup_given: bool, draws: bool) -> None:
    """Say on stderr how long a rehearsal of these terms squares on this machine.

    Nothing is said where there is little or nothing to square.

    Args:
        file: the terms.
        setup_given: whether a set-up for them is at hand, whether it ships or not.
        draws: whether the rehearsal comes to its draw, and so to a recovery.
    """
    T = file.delay
    computes = not setup_given and T not in SHIPPED
    recovers = draws and file.recovers
    if T <= _MEASURED or not (computes or recovers):
        return
    rate = measure_rate(RSA_2048, time.perf_counter, _SLICES)
    here = f"takes about {lasting(coverage(T, rate).recovery)} on this machine"
    if computes:
        complain(
            f"no set-up ships for T = {T}: computing it {here}; "
            f"fairlot beacon setup {T} makes a file of it, for --setup"
        )
    if recovers:
        complain(f"a reveal is withheld, with T = {T}: recovering it {here}")

"""The modulus and its set-ups h = |g^(2^T)| (specs/delay.md, sections 3 and 5)."""

import json
from dataclasses import dataclass
from importlib.resources import files

from fairlot_crypto.delay import wesolowski
from fairlot_crypto.delay.checkpoints import Store
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.json_object import read_json_object
from fairlot_crypto.progress import Progress, silent

RSA_2048 = Modulus(
    int(
        "251959084756578934940271832400483985714292821262040320277771"
        "378360436620207075955562640185258807844069182906412495150821"
        "892985591491761845028084891200728449926873928072877767359714"
        "183472702618963750149718246911650776133798590957000973304597"
        "488084284017974291006424586918171951187461215151726546322822"
        "168699875491824224336372590851418654620435767984233871847744"
        "479207399342365848238242811981638150106748104516603773060562"
        "016196762561338441436038339044149526344321901146575444541784"
        "240209246165157233507787077498171257724679629263863563732899"
        "121548314381678998850404453640235273819513786365643912120103"
        "97122822120720357"
    )
)
"""RSA-2048 of the RSA Factoring Challenge (RSA Laboratories, published 2001).

617 decimal digits. RSA Laboratories stated that the disk of the machine which made the
challenge numbers was destroyed; no factor is publicly known. Whoever has one computes
x^(2^T) at once and can bias every draw: specs/delay.md, section 7.
"""
RSA_2048_NAME = "RSA-2048"
"""The name of this modulus in files."""

SHIPPED = (1, 2**16, 2**20, 2**24, 2**28)
"""T of each set-up that comes with the package, all of RSA-2048."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A result that a beacon of T squarings computes once and uses for every sale."""

    modulus: Modulus
    """N, the modulus of the group."""
    T: int
    """T, how many squarings lie between g and h."""
    h: int
    """h = |g^(2^T)|, the generator after T squarings."""
    proof: int
    """π, Wesolowski's proof that h is right."""


def make_setup(
    modulus: Modulus,
    T: int,
    progress: Progress = silent,
    store: Store | None = None,
) -> Setup:
    """Compute the set-up of ``T`` squarings, in the time that they take.

    Progress and store are used as by ``wesolowski.prove``.

    Raises:
        CallerError: ``wesolowski.squarings``.
        EncodingError: ``evaluation.foreign``, ``evaluation.false``.
    """
    h, proof = wesolowski.prove(modulus, modulus.generator(), T, progress, store)
    return Setup(modulus, T, h, proof)


def verify_setup(setup: Setup) -> None:
    """Check a set-up, in milliseconds.

    Raises:
        CallerError: ``wesolowski.squarings``.
        ProofError: ``wesolowski.element``, ``wesolowski.equation``.
    """
    g = setup.modulus.generator()
    wesolowski.verify(setup.modulus, g, setup.h, setup.T, setup.proof)


def shipped_setup(T: int) -> Setup | None:
    """Return the set-up of T squarings that comes with the package, or ``None``."""
    if T not in SHIPPED:
        return None
    file = files("fairlot_crypto.delay") / "data" / f"rsa-2048-T{T}.json"
    return read_setup(file.read_bytes()).setup()


@dataclass(frozen=True, slots=True)
class SetupFile:
    """The claims of a set-up file; nothing of it is verified."""

    modulus: str
    """The name of the modulus; RSA-2048 in every file that this package writes."""
    T: int
    """T, how many squarings lie between g and h."""
    h: bytes
    """h, the generator after T squarings, as wide as the modulus."""
    proof: bytes
    """π, the proof of h, as wide as the modulus."""

    def setup(self) -> Setup:
        """Return the set-up that the file claims.

        Raises:
            EncodingError: ``delay.setup-file`` for another modulus than RSA-2048,
                ``delay.element``.
        """
        if self.modulus != RSA_2048_NAME:
            raise _malformed(f"the modulus must be {RSA_2048_NAME}")
        return Setup(
            RSA_2048, self.T, RSA_2048.decode(self.h), RSA_2048.decode(self.proof)
        )


def read_setup(data: bytes) -> SetupFile:
    """Read a file as ``setup_file`` makes it.

    Raises:
        EncodingError: ``delay.setup-file``.
    """
    fields = read_json_object(data, ("modulus", "T", "h", "proof"), (), _malformed)
    h, proof = fields.octets("h"), fields.octets("proof")
    return SetupFile(fields.text("modulus"), fields.integer("T"), h, proof)


def _malformed(problem: str) -> EncodingError:
    return EncodingError("delay.setup-file", problem)


def setup_file(setup: Setup) -> str:
    """Return the file of a set-up of RSA-2048."""
    fields = {
        "modulus": RSA_2048_NAME,
        "T": setup.T,
        "h": setup.modulus.encode(setup.h).hex(),
        "proof": setup.modulus.encode(setup.proof).hex(),
    }
    return json.dumps(fields, indent=2) + "\n"

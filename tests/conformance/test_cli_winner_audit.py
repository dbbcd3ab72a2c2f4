"""``fairlot winner-audit``: an auditor, winners, and credentials without a leaf."""

import csv
import json
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from command import FAIRLOT, SEED, TERMS, code_of, fairlot, run_program
from fairlot.identity.winner_audit import read_winner_proof
from fairlot.names import Nym
from fairlot_crypto.bbs.winner import AuditKey
from fairlot_crypto.curve import backend, scalar_from_bytes
from fairlot_crypto.randomness import SeededRandomness
from generators.winner_audit_setting import simulate
from winner_statement import statement_of

PEOPLE = "person,wants,deposit\nAnn,1,100\nBob,1,100\nPoor,1,99\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """A sale that two have won, and an auditor who asks."""

    folder: Path
    sale_id: str
    verifier: str

    @property
    def transcript(self) -> Path:
        return self.folder / "out" / "transcript.fairlot"

    def nym(self, person: str) -> str:
        with (self.folder / "out" / "nyms.csv").open(encoding="utf-8") as file:
            return {row["person"]: row["nym"] for row in csv.DictReader(file)}[person]

    def words(self, person: str, out: Path) -> Sequence[str | Path]:
        """Return the command with which a person answers."""
        return (
            *("winner-audit", "answer", self.folder / "cert"),
            *("--auditor", self.verifier, "--registry", self.folder / "kept"),
            *("--person", person, "--transcript", self.transcript, "--out", out),
        )

    def answer(self, person: str, out: Path) -> Path:
        ran = fairlot(*self.words(person, out), "--json")
        assert (ran.code, ran.err) == (0, "")
        assert json.loads(ran.out)["nym"] == self.nym(person)
        return out

    def check(self, *words: str | Path) -> tuple[int, Any]:
        """Return the exit code, and the codes of the answers in their order."""
        own = ("--key", self.folder / "key", "--sale-id", self.sale_id, "--json")
        ran = fairlot("winner-audit", "check", self.transcript, *words, *own)
        return ran.code, [each["code"] for each in json.loads(ran.out)["answers"]]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder = tmp_path_factory.mktemp("asked")
    files = folder / "terms.toml", folder / "people.csv"
    files[0].write_text(TERMS)
    files[1].write_text(PEOPLE)
    words = ("--out", folder / "out", "--keep-registry", folder / "kept")
    assert fairlot("run", *files, *words, "--seed", SEED, "--jobs", "1").code == 0
    board = folder / "out" / "transcript.fairlot"
    sale_id = json.loads(fairlot("inspect", board, "--json").out)["sale_id"]
    key = ("--out", folder / "key", "--certificate", folder / "cert")
    drawn = fairlot("winner-audit", "key", *key)
    assert (drawn.code, drawn.err) == (0, "")
    return Asked(folder, sale_id, drawn.out.strip())


@pytest.mark.thorough
def test_winners_answer_and_the_auditor_is_convinced(
    asked: Asked, tmp_path: Path
) -> None:
    ann, bob = (asked.answer(who, tmp_path / who) for who in ("Ann", "Bob"))
    both = ("--nym", asked.nym("Ann"), "--nym", asked.nym("Bob"))
    assert asked.check(ann, bob, *both) == (0, [None, None])
    assert asked.check(ann, ann) == (0, [None, None])
    assert asked.check() == (0, [])


@pytest.mark.thorough
def test_what_people_read(asked: Asked, tmp_path: Path) -> None:
    ran = fairlot(*asked.words("Ann", tmp_path / "ann"))
    assert (ran.code, asked.nym("Ann") in ran.out) == (0, True)
    own = ("--key", asked.folder / "key", "--sale-id", asked.sale_id)
    nym = ("--nym", asked.nym("Bob"))
    words = ("winner-audit", "check", asked.transcript, tmp_path / "ann")
    ran = fairlot(*words, *nym, *own)
    assert ran.code == 1
    assert ran.out.splitlines()[-2:] == [
        f"{asked.nym('Bob')} has given no answer that holds.",
        "1 answer holds, of 2 winners.",
    ]


@pytest.mark.thorough
def test_who_is_asked_and_does_not_answer_is_named(
    asked: Asked, tmp_path: Path
) -> None:
    ann = asked.answer("Ann", tmp_path / "ann")
    found = asked.check(ann, "--nym", asked.nym("Bob"))
    assert found == (1, [None])


def test_a_loser_cannot_answer(asked: Asked, tmp_path: Path) -> None:
    poor = asked.answer("Poor", tmp_path / "poor")
    assert asked.check(poor) == (1, ["winner.loser"])


@pytest.mark.thorough
def test_answers_that_do_not_hold(asked: Asked, tmp_path: Path) -> None:
    """Of another's nym or leaf, flipped, cut, and nothing at all."""
    ann = read_winner_proof(asked.answer("Ann", tmp_path / "ann").read_bytes())
    nym = Nym(bytes.fromhex(asked.nym("Bob")))
    flipped = ann.proof[:-1] + bytes([ann.proof[-1] ^ 1])
    other = next(i for i in range(3) if i != ann.index)
    rows = {
        "winner.proof": replace(ann, nym=nym).encode(),
        "winner.roll": replace(ann, index=9).encode(),
        "winner.malformed": ann.encode()[:-1],
        "winner.length": replace(ann, proof=ann.proof[:-32]).encode(),
        "winner.verifier": replace(ann, verifier=bytes(48)).encode(),
    }
    for code, data in rows.items():
        path = tmp_path / code
        path.write_bytes(data)
        assert asked.check(path) == (1, [code])
    for data in (
        replace(ann, proof=flipped).encode(),
        replace(ann, index=other).encode(),
    ):
        path = tmp_path / "forged"
        path.write_bytes(data)
        assert asked.check(path) == (1, ["winner.proof"])


def test_one_leaf_for_two_winners_is_found(asked: Asked, tmp_path: Path) -> None:
    """Somebody who has stolen the auditor's key answers for a nym with Ann's leaf."""
    path = asked.answer("Ann", tmp_path / "ann")
    ann, nym = read_winner_proof(path.read_bytes()), asked.nym("Bob")
    stolen = scalar_from_bytes(bytes.fromhex((asked.folder / "key").read_text()))
    taken = replace(ann, nym=Nym(bytes.fromhex(nym)))
    about = statement_of(asked.transcript, taken, AuditKey(stolen))
    proof = simulate(about, stolen, SeededRandomness(bytes(32)))
    second = tmp_path / "second"
    second.write_bytes(replace(taken, proof=proof).encode())
    assert asked.check(second) == (0, [None])
    assert asked.check(path, second) == (1, [None, "winner.twice"])


def test_an_answer_is_for_the_auditor_who_was_named(
    asked: Asked, tmp_path: Path
) -> None:
    key, cert = tmp_path / "key", tmp_path / "cert"
    drawn = fairlot("winner-audit", "key", "--out", key, "--certificate", cert)
    words = [*asked.words("Ann", tmp_path / "ann")]
    words[2] = cert
    ran = fairlot(*words)
    assert (ran.code, "winner.auditor" in ran.err) == (1, True)
    words[words.index("--auditor") + 1] = drawn.out.strip()
    assert fairlot(*words).code == 0
    assert asked.check(tmp_path / "ann") == (1, ["winner.verifier"])


def test_a_certificate_of_a_key_that_nobody_has_gets_no_answer(
    asked: Asked, tmp_path: Path
) -> None:
    """It would convince everybody: a receipt that can be sold."""
    nobody = backend().hash_to_g1(b"nobody", b"fairlot-v1/vectors").to_bytes()
    own = (asked.folder / "cert").read_bytes()
    words = [*asked.words("Ann", tmp_path / "ann")]
    words[words.index("--auditor") + 1] = nobody.hex()
    for data, code in ((nobody, "winner.key"), (nobody + own[48:], "winner.key-proof")):
        words[2] = certificate = tmp_path / "cert"
        certificate.write_bytes(data)
        ran = fairlot(*words)
        assert (ran.code, code in ran.err) == (1, True)
    assert not (tmp_path / "ann").exists()


def test_the_secret_is_private_and_never_replaced(asked: Asked) -> None:
    path = asked.folder / "key"
    before = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = ("--out", path, "--certificate", asked.folder / "cert")
    ran = fairlot("winner-audit", "key", *again)
    assert code_of(ran) == (2, "door.exists")
    assert path.read_bytes() == before


def test_a_key_that_a_kill_left_alone_gets_its_certificate(tmp_path: Path) -> None:
    key, cert = tmp_path / "key", tmp_path / "cert"
    words = ("winner-audit", "key", "--out", key, "--certificate", cert)
    drawn = fairlot(*words)
    secret = key.read_bytes()
    # Of a certificate that is there no key is drawn.
    key.unlink()
    assert code_of(fairlot(*words)) == (2, "door.exists")
    assert not key.exists()
    cert.unlink()
    key.write_bytes(secret)
    ran = fairlot(*words)
    assert (ran.code, ran.out) == (0, drawn.out)
    assert (key.read_bytes(), cert.exists()) == (secret, True)
    cert.unlink()
    key.write_text("a diary")
    assert code_of(fairlot(*words)) == (2, "door.exists")
    assert (key.read_text(), cert.exists()) == ("a diary", False)


def test_files_that_are_none_are_refused(asked: Asked, tmp_path: Path) -> None:
    ann = asked.answer("Ann", tmp_path / "ann")
    for key, answer, code in (
        (ann, ann, "winner.key-file"),
        (asked.folder / "cert", ann, "winner.key-file"),
        (tmp_path / "missing", ann, "door.unreadable"),
        (asked.folder / "key", tmp_path / "missing", "door.unreadable"),
    ):
        own = ("--key", key, "--sale-id", asked.sale_id)
        ran = fairlot("winner-audit", "check", asked.transcript, answer, *own)
        assert (ran.code, ran.err.split(": ")[1]) == (2, code)
    other = ("--key", asked.folder / "key", "--sale-id", "00" * 32)
    ran = fairlot("winner-audit", "check", asked.transcript, ann, *other)
    assert (ran.code, "winners.sale" in ran.err) == (1, True)


@pytest.mark.slow
def test_the_help_has_an_example_of_each_step() -> None:
    for step in ("key", "answer", "check"):
        ran = fairlot("winner-audit", step, "--help")
        assert (ran.code, f"fairlot winner-audit {step}" in ran.out) == (0, True)
        assert "Exit code: 0" in ran.out
    assert run_program(FAIRLOT, "winner-audit", "--help").code == 0

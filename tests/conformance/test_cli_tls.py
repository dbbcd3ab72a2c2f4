"""Commands that serve over HTTPS: processes over loopback, under a CA of the test's own."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from club import NAMED, make_club, serving, until
from command import FAIRLOT, code_of, fairlot
from fairlot.cli.over_http import BoardAddress, ask
from fairlot.service.mailbox import Mailbox
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from own_ca import OwnCa, own_ca


@contextmanager
def running(*words: str | Path) -> Generator[str]:
    """Run a command that serves; yield its first line; end it in any case."""
    with subprocess.Popen(
        [FAIRLOT, *map(str, words)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(timeout=60)


def secured(ca: OwnCa, name: str) -> tuple[str | Path, ...]:
    certificate, key = ca.sign(name)
    return "--host", "localhost", "--tls-cert", certificate, "--tls-key", key


def cosigners(log: str) -> int:
    board = BoardAddress.parse(log)
    path = log.removeprefix(board.url.geturl())
    answer = ask(board.url, "GET", f"{path}/checkpoint", 1 << 14)
    head = SignedCheckpoint.parse(answer.content.decode())
    return len({line.name for line in head.lines[1:]})


@pytest.mark.slow
def test_a_board_and_its_witness_are_trusted_by_their_ca(tmp_path: Path) -> None:
    club, ca, copy = make_club(tmp_path), own_ca(tmp_path), tmp_path / "copy"
    trusting = {"SSL_CERT_FILE": str(ca.file)}
    with running(*serving(tmp_path, 0), *secured(ca, "witness")) as witness:
        assert witness.startswith("https://localhost:")
        words = ("board", "serve", club, "--port", "0", "--witness", witness)
        with (
            patch.dict("os.environ", trusting),
            running(*words, *secured(ca, "board")) as address,
        ):
            assert address.startswith("https://localhost:")
            until(lambda: cosigners(address) == 1)
            fetched = fairlot("board", "fetch", address, "--out", copy)
            assert (fetched.code, fetched.err) == (0, "")
            audited = fairlot("audit", address, "--rehearsal", "--json")
            assert audited == fairlot("audit", copy, "--rehearsal", "--json")
            assert NAMED[0].name.encode() in copy.read_bytes()
            # Nobody else's word counts, and the answer is not read without it.
            none = {"SSL_CERT_FILE": str(tmp_path / "none")}
            other = tmp_path / "other"
            for step in (
                ("board", "fetch", address, "--out", other),
                ("audit", address),
            ):
                assert code_of(fairlot(*step, env=none)) == (2, "http.certificate")
            assert not other.exists()


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    Mailbox.create(tmp_path / "box", [])
    certificate, key = own_ca(tmp_path).sign("mail")
    _, other = own_ca(tmp_path).sign("other")
    words = ("mail", "serve", tmp_path / "box", "--port", "0", "--tls-cert")
    ran = fairlot(*words, certificate)
    assert (*code_of(ran), ran.out) == (2, "tls.usage", "")
    ran = fairlot(*words, certificate, "--tls-key", other)
    assert (*code_of(ran), ran.out) == (2, "tls.form", "")
    key.chmod(0o644)
    ran = fairlot(*words, certificate, "--tls-key", key)
    assert (*code_of(ran), ran.out) == (2, "tls.open", "")

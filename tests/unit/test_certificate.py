"""Certificates of whoever serves, for whoever asks (specs/service.md, section 9.2)."""

import os
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import chdir, contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from command import TERMS
from fairlot.cli.certificate import context_of
from fairlot.cli.fetching import fetch
from fairlot.cli.host.options import asked_of, configure_hosting
from fairlot.cli.over_http import BoardAddress
from own_ca import OwnCa, own_ca
from refusal import refusal


def named(certificate: Path | None, key: Path | None) -> Namespace:
    return Namespace(tls_cert=certificate, tls_key=key)


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> OwnCa:
    return own_ca(tmp_path_factory.mktemp("ca"))


def test_without_a_certificate_http_is_spoken() -> None:
    assert context_of(named(None, None)) is None


def refused(certificate: Path | None, key: Path | None) -> str:
    return refusal(context_of, named(certificate, key))


def test_what_does_not_serve_is_refused_before_anybody_connects(
    ca: OwnCa, tmp_path: Path
) -> None:
    (own, key), (other, _) = ca.sign("own"), ca.sign("other")
    assert refused(own, None) == refused(None, key) == "tls.usage"
    assert refused(own, tmp_path / "none") == "tls.unreadable"
    assert refused(tmp_path / "none", key) == "tls.unreadable"
    (tmp_path / "text").write_text("no certificate")
    assert refused(other, key) == "tls.form"
    assert refused(tmp_path / "text", key) == "tls.form"
    assert refused(*ca.sign("sealed", passphrase=b"guess")) == "tls.form"


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_key_that_everybody_may_read_is_refused(ca: OwnCa) -> None:
    own, key = ca.sign("open")
    for mode, code in ((0o644, "tls.open"), (0o602, "tls.open"), (0o640, "")):
        key.chmod(mode)
        found = refused(own, key) if code else ""
        assert found == code
    assert context_of(named(own, key)) is not None


@pytest.mark.parametrize("ends", [timedelta(minutes=-1), timedelta(days=-20)])
def test_an_expired_certificate_is_refused(ca: OwnCa, ends: timedelta) -> None:
    assert refused(*ca.sign("old", ends=ends)) == "tls.dates"


def test_a_certificate_that_no_client_takes_is_refused(ca: OwnCa) -> None:
    assert (
        refused(*ca.sign("mail", usage=ExtendedKeyUsageOID.EMAIL_PROTECTION))
        == "tls.certificate"
    )


def test_a_host_hands_its_certificate_to_those_who_serve(
    ca: OwnCa, tmp_path: Path
) -> None:
    """Checked at once, and named by a path that holds in every folder."""
    (tmp_path / "members.csv").write_text("person\nAnn\n")
    (tmp_path / "terms.toml").write_text(TERMS)
    own, key = ca.sign("host")
    parser = ArgumentParser()
    configure_hosting(parser)
    files = str(tmp_path / "terms.toml"), "--people", str(tmp_path / "members.csv")
    trusting = patch.dict("os.environ", SSL_CERT_FILE=str(ca.file))
    with chdir(ca.folder):
        times = ("--open", "in 1 day", "--close", "1 day")
        words = (*files, *times, "--tls-cert", own.name, "--tls-key", key.name)
        given = parser.parse_args([*words, "--host", "localhost"])
        # Its roles ask the board as buyers do, and would not get an answer.
        assert refusal(asked_of, given) == "http.certificate"
        with trusting:
            asked = asked_of(given)
            elsewhere = parser.parse_args([*words, "--host", "sale.example"])
            assert refusal(asked_of, elsewhere) == "http.certificate"
        half = parser.parse_args(words[:-2])
    told = ("--tls-cert", str(own), "--tls-key", str(key))
    assert asked.listening.words == ("--host", "localhost", *told)
    assert refusal(asked_of, half) == "tls.usage"


@contextmanager
def answering(ca: OwnCa, place: str) -> Generator[str]:
    """Answer everything over HTTPS with what begins no transcript; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    context = context_of(named(*ca.sign(f"server-{place}", place=place)))
    assert context is not None
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_clients_verify_who_answers(ca: OwnCa, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    with answering(ca, "127.0.0.1") as address:
        board = BoardAddress.parse(address)
        assert refusal(board.transcript) == "http.certificate"
        assert refusal(fetch, f"{address}/sale/x", copy) == "http.certificate"
        # With the authority that somebody was given, it is what a server says that counts.
        with patch.dict("os.environ", {"SSL_CERT_FILE": str(ca.file)}):
            assert refusal(board.transcript) == "http.answer"
            assert refusal(fetch, f"{address}/sale/x", copy) == "transcript.none"
    assert not copy.exists()


def test_a_certificate_for_another_place_is_refused(ca: OwnCa) -> None:
    trusting = patch.dict("os.environ", {"SSL_CERT_FILE": str(ca.file)})
    with answering(ca, "127.0.0.2") as address, trusting:
        board = BoardAddress.parse(address)
        assert refusal(board.transcript) == "http.certificate"

"""fairlot host over HTTPS: board, mailbox and all who ask them, to the audit."""

import os
from pathlib import Path
from unittest.mock import patch

import pytest

from command import code_of, fairlot
from hosted import TIMES, Buyer, check_ended, hosting
from own_ca import self_signed


def refusals(buyer: Buyer, other: Path) -> None:
    """Ask under another certificate, and without one: nothing is taken or changed."""
    before = buyer.path("wallet").read_bytes(), buyer.path("log").read_bytes()
    board = str(buyer.about["board"])
    copy = ("--out", buyer.path("copy"))
    told = ("--expect-registry", buyer.about["registry"], *buyer.own)
    request = ("--out", buyer.path("request"))
    for link, code, trusted in (
        (board, "http.certificate", {"SSL_CERT_FILE": str(other)}),
        (board.replace("https", "http"), "http.unreachable", {}),
    ):
        ran = fairlot("board", "fetch", link, *copy, env=trusted)
        assert code_of(ran) == (2, code), ran
        wallet = ("wallet", "renew", buyer.path("wallet"), link, *told, *request)
        ran = fairlot(*wallet, env=trusted)
        read = code.replace("http.unreachable", "transcript.unreadable")
        assert code_of(ran) == (2, read), ran
    assert not buyer.path("copy").exists()
    assert not buyer.path("request").exists()
    assert before == (
        buyer.path("wallet").read_bytes(),
        buyer.path("log").read_bytes(),
    )


@pytest.mark.long
def test_a_sale_over_https_ends_audited(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path, "told")
    other, _ = self_signed(tmp_path, "other")
    https = ("--host", "localhost", "--tls-cert", certificate, "--tls-key", key)
    with (
        patch.dict(os.environ, SSL_CERT_FILE=str(certificate)),
        hosting(tmp_path, TIMES, *https, "--storage", "file") as host,
    ):
        host.begin()
        host.until("payments.csv")
        sale, link, codes = tmp_path / "sale", host.link, host.codes
        assert link.startswith("https://localhost:")
        buyers = [Buyer(link, code, tmp_path / name) for name, code in [*codes.items()]]
        for each in buyers:
            assert str(each.about["board"]).startswith("https://localhost:")
            each.join()
        refusals(buyers[0], other)
        for each in buyers:
            each.renew()
        host.pay(*(each.deposit() for each in buyers))
        kept = fairlot("backup", sale, "--out", tmp_path / "kept")
        assert (kept.code, kept.err) == (0, "")
        read = fairlot("audit", str(buyers[0].about["board"]), "--rehearsal")
        assert (read.code, "Verdict on this REHEARSAL" in read.out) == (1, True)
        out = host.ended()
    check_ended(out, sale, (buyers[0], buyers[1]))
    # What was kept in the middle comes back, and goes on to what people have seen since.
    copy = sale / "auditor" / "transcript.fairlot"
    words = ("restore", tmp_path / "kept", "--dir", tmp_path / "back", "--log", copy)
    assert fairlot(*words).code == 0
    logs = tmp_path / "back" / "board" / "folder" / "transcript.fairlot"
    assert logs.read_bytes() == copy.read_bytes()

"""A wallet writes what belongs on paper (specs/wallet.md, section 12)."""

import base64
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import zxingcpp
from PIL import Image

from command import Ran, code_of, fairlot, in_process
from fairlot.cli.heads import read_receipt
from fairlot.wallet.content import Content
from fairlot.wallet.paper import CODE_MOST
from fairlot.wallet.sealed import COST_MIN
from fairlot.wallet.store import create_wallet
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.log.proof import LogProof
from fairlot_crypto.randomness import SystemRandomness
from generators.wallet_content import full
from json_formats import check_document

PASSWORD = "a lake in May"  # noqa: S105
PICTURE = re.compile(r'src="data:image/png;base64,([^"]+)"')


def written(content: Content, folder: Path) -> Path:
    path = folder / "mine"
    create_wallet(path, content, PASSWORD, SystemRandomness(), COST_MIN)
    (folder / "password").write_text(PASSWORD)
    return path


def printed(wallet: Path, out: Path) -> Ran:
    own = ("--password-file", wallet.parent / "password", "--json")
    return fairlot("wallet", "paper", wallet, "--out", out, *own)


def scanned(page: str) -> list[str]:
    """Return what a reader of codes says that is none of ours."""
    pictures = [base64.b64decode(each) for each in PICTURE.findall(page)]
    read = [zxingcpp.read_barcodes(Image.open(BytesIO(each))) for each in pictures]
    return [code.text for (code,) in read]


def test_each_code_is_the_text_of_a_receipt(tmp_path: Path) -> None:
    content = full()
    (taking,) = content.takings
    out = tmp_path / "paper.html"
    ran = printed(written(content, tmp_path), out)
    said = check_document(ran.out)
    assert (said["step"], said["receipts"], said["uncoded"]) == ("paper", 1, 0)
    page = out.read_text()
    (text,) = scanned(page)
    assert (text.encode(),) == taking.receipts
    # A file of the text is what `fairlot wallet receipt` reads.
    pasted = tmp_path / "pasted"
    pasted.write_text(text)
    assert read_receipt(pasted).to_bytes() == taking.receipts[0]
    (held,) = content.memberships
    assert held.identity is not None
    assert f"<code>{held.identity.leaf.index}</code>" in page
    for told in (held.registry_id, taking.sale_id, taking.sent[0].entry.hash):
        assert told.hex() in page
    assert out.stat().st_mode & 0o077 == 0


def test_no_secret_is_on_paper(tmp_path: Path) -> None:
    content, out = full(), tmp_path / "paper.html"
    assert printed(written(content, tmp_path), out).code == 0
    page = out.read_bytes()
    (held,), (taking,) = content.memberships, content.takings
    assert held.identity is not None
    scalars = (held.identity.rho, *held.identity.nym_secrets)
    secrets = [content.seed, *map(scalar_to_bytes, scalars)]
    secrets += [each.settle.seed for each in taking.sent]
    secrets += [each.signature for each in held.credentials]
    for secret in secrets:
        for form in (secret, secret.hex().encode(), base64.b64encode(secret)):
            assert form not in page


def test_a_receipt_that_fills_no_code_is_said_to_have_none(tmp_path: Path) -> None:
    content = full()
    (taking,) = content.takings
    proof = LogProof.parse(taking.receipts[0])
    hashes = tuple(bytes([i]) * 32 for i in range(62))
    long = LogProof(2**62 - 1, hashes, proof.signed).to_bytes()
    assert len(long) > CODE_MOST
    titled = replace(taking, receipts=(long,), title="<b>&\u202e")
    out = tmp_path / "paper.html"
    ran = printed(written(replace(content, takings=(titled,)), tmp_path), out)
    assert check_document(ran.out)["uncoded"] == 1
    page = out.read_text()
    assert scanned(page) == []
    assert f"it has {len(long)} bytes, more than a code holds" in page
    assert "&lt;b&gt;&amp;\\u202e" in page
    assert "<script" not in page


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    out = tmp_path / "paper.html"
    with in_process(), patch.dict("sys.modules", {"segno": None}):
        ran = printed(tmp_path / "none", out)
    assert code_of(ran) == (2, "wallet.extra")
    assert "fairlot[paper]" in ran.err
    assert not out.exists()

"""What of a wallet belongs on paper (specs/wallet.md, section 12).

Nothing on it is secret, and nothing on it opens or signs anything: whoever has lost the file
recovers, and needs to know of what.
"""

from collections.abc import Callable, Sequence
from html import escape

from fairlot.text import printable
from fairlot.wallet.content import Content, Membership, Taking
from fairlot_crypto.log.proof import LogProof

CODE_MOST = 2953
"""Bytes that a QR code holds: version 40, correction level L, byte mode."""

_STYLE = """\
body { font: 11pt/1.4 sans-serif; max-width: 44em; margin: 2em auto; padding: 0 1em; }
code { font: 9pt monospace; overflow-wrap: anywhere; }
img { width: 9cm; height: 9cm; max-width: 100%; image-rendering: pixelated; }
section { break-inside: avoid; }"""
_BEGINNING = """\
Nothing on this paper is secret, and nobody can sign or enter with it; but it shows which leaf
and which entries are yours. Keep it apart from your device."""
_LOST = """\
If you lose the wallet: make a new one (fairlot wallet new), and take your leaf to it (fairlot
wallet recover). Attesters check again who you are; then a time passes in which whoever holds
the leaf can object. Everything that it has won comes back with it. A copy of the file spares
you that as long as nobody has stolen it; it is no second key."""


def paper(content: Content, draw: Callable[[bytes], str]) -> str:
    """Return the page, in HTML (steps 57 and 58).

    Args:
        content: of the wallet.
        draw: returns the address of a picture of a QR code that holds the bytes given, of
            which there are ``CODE_MOST`` at most.
    """
    # Steps 57 and 58.
    parts = [
        "<!doctype html>",
        '<html lang="en"><meta charset="utf-8"><title>Wallet</title>',
        f"<style>{_STYLE}</style>",
        "<h1>What you need if you lose your wallet</h1>",
        f"<p>{_BEGINNING}</p>",
        f"<p>{_LOST}</p>",
        *map(_registry, content.memberships),
        *(_sale(each, draw) for each in content.takings),
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def without_code(content: Content) -> int:
    """Return how many receipts are too long for a code."""
    return sum(len(r) > CODE_MOST for each in content.takings for r in each.receipts)


def _registry(held: Membership) -> str:
    rows = [("registry (--expect-registry)", held.registry_id.hex())]
    if held.identity is not None:
        rows.append(("your leaf (--leaf)", str(held.identity.leaf.index)))
        own = ", ".join(value for value in held.identity.attributes if value)
        rows.append(("attested when you enrolled", own or "nothing"))
    return f"<section><h2>Registry</h2>{_table(rows)}</section>"


def _sale(held: Taking, draw: Callable[[bytes], str]) -> str:
    rows = [
        ("sale (--expect-sale)", held.sale_id.hex()),
        ("of the registry", held.registry_id.hex()),
        *((each.entry.type.value, each.entry.hash.hex()) for each in held.sent),
    ]
    title = escape(printable(held.title))
    receipts = "\n".join(_receipt(each, draw) for each in held.receipts)
    return f"<section><h2>{title}</h2>{_table(rows)}</section>\n{receipts}"


def _receipt(receipt: bytes, draw: Callable[[bytes], str]) -> str:
    index = LogProof.parse(receipt).index
    what = f"Receipt of entry {index}"
    if len(receipt) > CODE_MOST:
        why = f"it has {len(receipt)} bytes, more than a code holds: keep the file"
        return f"<section><h3>{what}</h3><p>{why}.</p></section>"
    picture = f'<img alt="{what}" src="{escape(draw(receipt))}">'
    how = "Its text is the receipt: paste it on the page of the board, or into a file."
    return f"<section><h3>{what}</h3>{picture}<p>{how}</p></section>"


def _table(rows: Sequence[tuple[str, str]]) -> str:
    lines = (
        f"<dt>{escape(name)}</dt><dd><code>{escape(printable(value))}</code></dd>"
        for name, value in rows
    )
    return f"<dl>{''.join(lines)}</dl>"

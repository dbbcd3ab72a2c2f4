"""Hashes: each against a second computation from its definition."""

import hashlib
import hmac

import pytest

from fairlot_crypto import hashing
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import GROUP_ORDER, Hmac


def test_i2osp_and_os2ip_invert_each_other() -> None:
    for value, length in [(0, 0), (0, 3), (255, 1), (256, 2), (2**64 - 1, 8)]:
        data = hashing.i2osp(value, length)
        assert len(data) == length
        assert hashing.os2ip(data) == value
    assert hashing.i2osp(258, 4) == b"\x00\x00\x01\x02"


@pytest.mark.parametrize(("value", "length"), [(-1, 4), (256, 1), (1, 0), (2**64, 8)])
def test_i2osp_refuses_what_does_not_fit(value: int, length: int) -> None:
    with pytest.raises(CallerError, match=r"hashing\.i2osp-range"):
        hashing.i2osp(value, length)


def test_tagged_hash_follows_its_definition() -> None:
    prefix = hashlib.sha256(b"fairlot-v1/sale").digest()
    message = prefix + prefix + b"\0\0\0\0\0\0\0\2ab" + b"\0\0\0\0\0\0\0\0"
    assert hashing.tagged_hash("sale", b"ab", b"") == hashlib.sha256(message).digest()


def test_tagged_hash_separates_parts_and_tags() -> None:
    hashes = {
        hashing.tagged_hash("sale"),
        hashing.tagged_hash("sale", b""),
        hashing.tagged_hash("sale", b"", b""),
        hashing.tagged_hash("sale", b"ab"),
        hashing.tagged_hash("sale", b"a", b"b"),
        hashing.tagged_hash("sale", b"", b"ab"),
        hashing.tagged_hash("entry", b"ab"),
    }
    assert len(hashes) == 7


def test_tag_carries_the_version() -> None:
    assert hashing.tag("nym") == "fairlot-v1/nym"


@pytest.mark.parametrize("length", [0, -1, 255 * 32 + 1])
def test_expansion_length_is_bounded(length: int) -> None:
    with pytest.raises(CallerError, match=r"hashing\.expand-length"):
        hashing.expand_message_xmd(b"", b"dst", length)


def test_expansion_reaches_its_greatest_length() -> None:
    assert len(hashing.expand_message_xmd(b"", b"dst", 255 * 32)) == 255 * 32


def test_expansion_needs_a_tag() -> None:
    with pytest.raises(CallerError, match=r"hashing\.dst-empty"):
        hashing.expand_message_xmd(b"message", b"", 32)


def test_tag_of_256_bytes_is_hashed_and_of_255_is_not() -> None:
    longest, oversize = b"t" * 255, b"t" * 256
    assert hashing.usable_dst(longest) == longest
    hashed = hashlib.sha256(b"H2C-OVERSIZE-DST-" + oversize).digest()
    assert hashing.usable_dst(oversize) == hashed
    assert hashing.expand_message_xmd(b"m", oversize, 48) == (
        hashing.expand_message_xmd(b"m", hashed, 48)
    )


def test_scalar_is_the_expansion_mod_r() -> None:
    expanded = hashing.expand_message_xmd(b"message", b"dst", 48)
    scalar = hashing.hash_to_scalar(b"message", b"dst")
    assert scalar == int.from_bytes(expanded, "big") % GROUP_ORDER
    assert hashing.scalar_for("rho", b"a", b"b") == (
        hashing.hash_to_scalar(b"ab", b"fairlot-v1/rho_H2S_")
    )


def test_group_order_is_the_polynomial_of_its_seed() -> None:
    # BLS12 curves: r(z) = z^4 - z^2 + 1, z = -0xd201000000010000.
    z = -0xD201000000010000
    assert z**4 - z**2 + 1 == GROUP_ORDER


@pytest.mark.parametrize("length", [0, 1, 32, 64, 65, 130])
def test_the_code_of_many_messages_is_hmac(length: int) -> None:
    key, prefix = bytes(range(length)), b"fairlot-v1/rank"
    many = Hmac(key, prefix)
    messages = (b"", b"nym", bytes(200))
    known = [hmac.digest(key, prefix + message, "sha256") for message in messages]
    assert list(many.of(messages)) == list(many.of(iter(messages))) == known

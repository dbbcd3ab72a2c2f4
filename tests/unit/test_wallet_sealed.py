"""Seals of wallets: what no vector can say (specs/wallet.md)."""

import pytest

from fairlot.errors import InputError
from fairlot.wallet import sealed
from fairlot.wallet.sealed import CONTENT_MAX, COST_MAX, COST_MIN, seal, unseal
from fairlot_crypto import cbor
from fairlot_crypto.errors import CallerError
from fairlot_crypto.randomness import SeededRandomness

PASSWORD = "a lake in May"  # noqa: S105


def test_each_writing_has_a_key_of_its_own() -> None:
    source = SeededRandomness(bytes(32))
    files = {seal(b"the same", PASSWORD, source, COST_MIN) for _ in range(2)}
    salts = {str(cbor.decode(file)) for file in files}
    assert len(files) == len(salts) == 2
    assert {unseal(file, PASSWORD) for file in files} == {b"the same"}


def test_a_content_beyond_the_bound_is_refused() -> None:
    with pytest.raises(CallerError) as caught:
        seal(bytes(CONTENT_MAX + 1), PASSWORD, SeededRandomness(bytes(32)))
    assert caught.value.code == "wallet.content"


def test_no_key_is_derived_for_a_file_out_of_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def derive(*_: object) -> bytes:
        pytest.fail("scrypt was asked")

    good = seal(b"", PASSWORD, SeededRandomness(bytes(32)), COST_MIN)
    value = cbor.decode(good)
    assert isinstance(value, dict)
    monkeypatch.setattr(sealed, "_key", derive)
    for change in ({"cost": COST_MAX + 1}, {"sealed": bytes(17)}):
        with pytest.raises(InputError) as caught:
            unseal(cbor.encode({**value, **change}), PASSWORD)
        assert caught.value.code == "wallet.file"

"""The file of a set-up: read strictly, and believed only with its proof."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from fairlot.cli.beacon.setup_file import read_setup_file
from fairlot.errors import InputError
from fairlot_crypto.delay.parameters import (
    RSA_2048,
    make_setup,
    setup_file,
    shipped_setup,
)

T = 5
TRUE = setup_file(make_setup(RSA_2048, T))
FIELDS: Mapping[str, object] = json.loads(TRUE)


def write(folder: Path, text: str) -> Path:
    path = folder / "setup.json"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path, delay: int = T) -> InputError:
    with pytest.raises(InputError) as caught:
        read_setup_file(path, delay)
    assert str(path) in caught.value.message
    return caught.value


def changed(**fields: object) -> str:
    return json.dumps({**FIELDS, **fields})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert read_setup_file(write(tmp_path, TRUE), T) == make_setup(RSA_2048, T)


def test_one_that_ships_is_no_exception(tmp_path: Path) -> None:
    shipped = shipped_setup(65536)
    assert shipped is not None
    assert read_setup_file(write(tmp_path, setup_file(shipped)), 65536) == shipped


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.json").code == "setup-file.unreadable"
    assert refusal(tmp_path).code == "setup-file.unreadable"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        TRUE[:-3],
        TRUE + TRUE,
        TRUE.replace("{", '{"T": 5,', 1),
        changed(more=1),
        changed(T="5"),
        changed(T=5.0),
        changed(T=True),
        changed(h=7),
        changed(h=str(FIELDS["h"]).upper()),
        changed(proof=str(FIELDS["proof"])[1:]),
        changed(modulus=2048),
        " " * 4096 + TRUE,
    ],
)
def test_what_is_no_set_up_is_refused(tmp_path: Path, text: str) -> None:
    assert refusal(write(tmp_path, text)).code == "setup-file.json"


def test_another_modulus_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, changed(modulus="RSA-1024"))
    assert refusal(path).code == "setup-file.modulus"


def test_another_delay_is_refused_with_what_makes_it(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, TRUE), 6)
    assert error.code == "setup-file.delay"
    assert "fairlot beacon setup 6 " in error.message


@pytest.mark.parametrize(
    "text",
    [
        changed(h=FIELDS["proof"]),
        changed(proof=FIELDS["h"]),
        changed(h="00" * 256),
        changed(h="ff" * 256),
        changed(h=str(FIELDS["h"])[2:]),
        changed(h="00" * 255 + "01", proof="00" * 255 + "01"),
    ],
)
def test_a_false_proof_is_refused(tmp_path: Path, text: str) -> None:
    assert refusal(write(tmp_path, text)).code == "setup-file.proof"


def test_the_set_up_of_another_delay_under_this_ones_name(tmp_path: Path) -> None:
    other = json.loads(setup_file(make_setup(RSA_2048, T + 1)))
    path = write(tmp_path, json.dumps({**other, "T": T}))
    assert refusal(path).code == "setup-file.proof"

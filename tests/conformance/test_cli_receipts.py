"""``fairlot beacon post --receipts``: what a board gives to the senders of entries."""

from pathlib import Path

import pytest

from command import Ran, fairlot
from desk import Desk
from fairlot.audit.trust import terms_policy
from fairlot.board.storage import create_transcript
from fairlot.entry import Entry
from fairlot_crypto.log.merkle import leaf_hash
from fairlot_crypto.log.proof import LogProof, verify_proof
from kit.sales import DEPOSIT_TIME, PRICE, deposit, nym_of, play, stage, transcript
from lies_kept import last_head


@pytest.fixture
def keeper(tmp_path: Path) -> Desk:
    """Return a board on which deposits are open, with the board's key and two deposits."""
    desk = Desk(stage(), tmp_path)
    storage = create_transcript(desk.file)
    play(desk.on.board(storage), desk.on, until="open")
    storage.close()
    desk.write("board.key", f"{desk.on.parts.board.seed.hex()}\n")
    for name, entry in (
        ("ann", _deposit(0)),
        ("bob", _deposit(1)),
        ("early", _early()),
    ):
        desk.write(name, entry.encoded)
    return desk


def _deposit(number: int) -> Entry:
    return deposit(stage(), number)


def _early() -> Entry:
    """Return an entry that a board refuses while deposits are open."""
    return stage().reveal()


def post(desk: Desk, *names: str, more: tuple[str | Path, ...] = ()) -> Ran:
    entries = [desk.folder / name for name in names]
    key = ("--key", desk.folder / "board.key", "--time", str(DEPOSIT_TIME))
    return fairlot("beacon", "post", desk.file, *entries, *key, *more)


def test_the_board_gives_receipts_that_stand_alone(keeper: Desk) -> None:
    folder = keeper.folder / "new" / "receipts"
    ran = post(keeper, "ann", "early", "bob", more=("--receipts", folder))
    assert ran.code == 1, "one entry was refused"
    wanted = {f"{_deposit(n).hash.hex()}.tlog-proof": _deposit(n) for n in (0, 1)}
    assert {path.name for path in folder.iterdir()} == set(wanted)
    acks = [line.split()[1:3] for line in ran.out.splitlines()]
    policy = terms_policy(keeper.on.terms)
    for name, entry in wanted.items():
        proof = LogProof.parse((folder / name).read_bytes())
        assert [entry.hash.hex(), str(proof.index)] in acks
        verify_proof(proof, entry.encoded, policy, origin=keeper.on.terms.origin)
        assert proof.signed == last_head(keeper.read)
        tree = keeper.read.state.tree
        assert tree.subtree(proof.index, proof.index + 1) == leaf_hash(entry.encoded)
        assert keeper.found("--receipt", folder / name) == ["sale.incomplete"]


def test_receipts_are_added_to_a_folder(keeper: Desk) -> None:
    folder = keeper.folder / "receipts"
    for name in ("ann", "bob"):
        assert post(keeper, name, more=("--receipts", folder)).code == 0
    assert len(list(folder.iterdir())) == 2


def test_without_the_option_no_receipt_is_written(keeper: Desk) -> None:
    before = {path.name for path in keeper.folder.iterdir()}
    assert post(keeper, "ann").code == 0
    assert {path.name for path in keeper.folder.iterdir()} == before


def test_nothing_is_posted_where_receipts_cannot_go(keeper: Desk) -> None:
    before = keeper.file.read_bytes()
    ran = post(keeper, "ann", more=("--receipts", keeper.folder / "bob"))
    assert (ran.code, ran.out) == (2, "")
    assert "out-dir.unusable" in ran.err
    assert keeper.file.read_bytes() == before


def test_a_kept_receipt_shows_that_the_board_went_back(keeper: Desk) -> None:
    """From the post of a deposit to the audit of the board that left it out."""
    folder = keeper.folder / "receipts"
    assert post(keeper, "bob", more=("--receipts", folder)).code == 0
    (mine,) = folder.iterdir()
    ann = _deposit(0)
    paid = keeper.on.payment(nym_of(ann), PRICE)
    keeper.file.write_bytes(transcript(keeper.on, (ann, paid)))
    assert keeper.found() == []
    assert keeper.found("--receipt", mine) == ["heads.receipt"]

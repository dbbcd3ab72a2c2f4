"""A winner answers a gate with their wallet (specs/wallet.md, section 11)."""

from pathlib import Path

import pytest

from command import Ran, code_of, fairlot
from doors import GATE, Sold, admit, ask, sell, winner
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import replay_files
from fairlot.board.sale import SaleState
from fairlot.cli.registry_folder import read_kept_folder
from fairlot.identity.registry import epoch_at
from fairlot.rehearsal.wallet import open_wallet
from fairlot.wallet.content import Content, HeldCredential, Membership
from fairlot.wallet.sealed import COST_MIN
from fairlot.wallet.store import create_wallet, look_into
from fairlot_crypto.curve import backend, scalar_to_bytes
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.statements import Statements
from json_formats import check_document

PASSWORD = "a lake in May"  # noqa: S105
CURVE = backend()

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Sold:
    return sell(tmp_path_factory.mktemp("wallet-doors"))


def wallet_of(on: Sold, person: str, folder: Path) -> Path:
    """Write a wallet that holds what a person of the rehearsal has at t_unlock."""
    source = SystemRandomness()
    state = SaleState(RegistryState(CURVE, Statements()))
    replay_files([on.transcript.read_bytes()], state)
    earlier = read_kept_folder(on.kept, CURVE)
    held = open_wallet(earlier, person, CURVE)
    now, log, roll = state.terms.times.unlock, state.registry, state.roll.roll_id
    got = held.credential(log, roll, now, source)
    kept = HeldCredential(
        epoch_at(log.registry, now),
        roll,
        got.signature.to_bytes(),
        scalar_to_bytes(got.blind),
    )
    of = log.registry_id
    membership = Membership(of, None, held.identity, None, (kept,))
    path = folder / person
    content = Content.draw(source).with_membership(membership)
    create_wallet(path, content, PASSWORD, source, COST_MIN)
    (folder / "password").write_text(PASSWORD)
    return path


def prove(
    on: Sold, wallet: Path, question: Path, to: Path, gate: str = GATE, sale: str = ""
) -> Ran:
    return fairlot(
        *(
            "wallet",
            "prove",
            wallet,
            on.transcript,
            "--expect-sale",
            sale or on.sale_id,
        ),
        *("--question", question, "--gate", gate, "--out", to),
        *("--password-file", wallet.parent / "password", "--json"),
    )


def test_a_winner_enters_with_their_wallet_and_a_loser_does_not(
    sold: Sold, tmp_path: Path
) -> None:
    mine = wallet_of(sold, winner(sold, 1), tmp_path)
    question, used = ask(sold, tmp_path / "question"), tmp_path / "used"
    ran = prove(sold, mine, question, tmp_path / "answer")
    said = check_document(ran.out)
    assert (said["gate"], said["sale_id"]) == (GATE, sold.sale_id)
    # The head of the log is kept, and nothing of the answer.
    content = look_into(mine, PASSWORD)
    assert content.heads
    assert content.takings == ()
    assert admit(sold, question, tmp_path / "answer", used) == (0, 0)
    again = ask(sold, tmp_path / "again")
    assert code_of(prove(sold, mine, again, tmp_path / "answer")) == (2, "door.exists")
    assert prove(sold, mine, again, tmp_path / "more").code == 0
    assert admit(sold, again, tmp_path / "more", used) == (1, "door.used")
    poor = wallet_of(sold, "Poor", tmp_path)
    assert prove(sold, poor, question, tmp_path / "poor").code == 0
    assert admit(sold, question, tmp_path / "poor", used) == (1, "door.loser")


def test_a_wallet_answers_for_no_other_gate_sale_or_day(
    sold: Sold, tmp_path: Path
) -> None:
    mine, out = wallet_of(sold, winner(sold, 2), tmp_path), tmp_path / "answer"
    before = mine.read_bytes()
    question = ask(sold, tmp_path / "question")
    ran = prove(sold, mine, question, out, gate="South gate")
    assert code_of(ran) == (1, "door.gate")
    ran = prove(sold, mine, question, out, sale="00" * 32)
    assert code_of(ran) == (2, "wallet.sale")
    other = tmp_path / "other"
    data, sale_id = question.read_bytes(), bytes.fromhex(sold.sale_id)
    other.write_bytes(data.replace(sale_id, bytes(32)))
    assert code_of(prove(sold, mine, other, out)) == (1, "door.sale")
    later = ask(sold, tmp_path / "later", "--time", "1900000000")
    assert code_of(prove(sold, mine, later, out)) == (2, "wallet.no-credential")
    other.write_bytes(b"")
    assert code_of(prove(sold, mine, other, out)) == (2, "door.file")
    assert mine.read_bytes() == before
    assert not out.exists()

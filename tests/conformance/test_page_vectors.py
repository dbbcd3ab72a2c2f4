"""The modules of the page in a browser, against the published vectors (specs/page.md)."""

import json
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from browser import needs_browser
from fairlot.board.storage import MemoryStorage
from fairlot_crypto.cbor import decode
from fairlot_crypto.curve import backend
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.log.tiles import (
    WIDTH,
    bundles_of,
    hash_tile,
    tiles_of,
    write_bundle,
)
from kit.real_sale import Play, cast_real
from page_browser import called, chromium, empty_page

pytestmark = [needs_browser, pytest.mark.slow]

VECTORS = Path(__file__).parents[1] / "vectors"
OTHERS = {"policy.log", "policy.quorum", "proof.origin", "signature.invalid"}
"""What a reader with a policy file refuses; the page has the terms instead."""
Case = dict[str, Any]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Generator[Page]:
    home = tmp_path_factory.mktemp("vectors")
    with chromium() as browser, empty_page(browser, home) as opened:
        yield opened


def cases(chapter: str, op: str) -> Iterator[Case]:
    text = (VECTORS / f"{chapter}.json").read_text(encoding="utf-8")
    for case in json.loads(text)["cases"]:
        if op == case["input"].get("op", case["input"].get("function")):
            yield case


def play(page: Page, name: str, inputs: list[Case]) -> list[Case]:
    """Play all of one operation at once, and return what each gives."""
    found: list[Case] = called(page, "playVector", [[name, each] for each in inputs])
    return found


def code_of(case: Case) -> str | None:
    code: str | None = case.get("refused", {}).get("code")
    return code


@pytest.mark.parametrize(
    "name",
    [
        "notation/H",
        "notation/expand_message",
        "notation/cbor-decode",
        "notation/check-key",
        "notation/verify",
        "log/tree",
        "log/verify",
        "log/verify-receipt",
        "tiles/path",
        "tiles/read-bundle",
        "allocation/fill",
    ],
)
def test_a_browser_finds_what_the_vectors_say(page: Page, name: str) -> None:
    chosen = [*cases(*name.split("/"))]
    if name == "log/verify-receipt":
        chosen = [case for case in chosen if code_of(case) not in OTHERS]
    found = play(page, name, [case["input"] for case in chosen])
    assert chosen
    for case, got in zip(chosen, found, strict=True):
        assert got.get("code") == code_of(case), case["name"]
        wanted = {**case.get("trace", {}), **case.get("output", {})}
        output: Case = got.get("output") or {}
        for key, value in output.items():
            assert value == wanted[key], (case["name"], key)


def test_inclusion_is_that_of_the_vectors(page: Page) -> None:
    chosen = [*cases("log", "inclusion")]
    inputs: list[Case] = []
    for case in chosen:
        given = case["input"]
        if "leaves" in given:
            size = len(given["leaves"])
            given = {"index": given["index"], "size": size, **case["output"]}
        inputs.append(given)
    found = play(page, "log/inclusion", inputs)
    for case, got in zip(chosen, found, strict=True):
        assert got.get("code") == code_of(case), case["name"]


def test_ranks_are_those_of_the_vectors(page: Page) -> None:
    chosen = [case for case in cases("allocation", "allocate") if "trace" in case]
    inputs: list[Case] = []
    for case in chosen:
        given = case["input"]
        nyms = sorted(each["nym"] for each in given["entrants"])
        drawn = {"seed": given["seed"], "sale_id": given["sale_id"]}
        inputs.append({**drawn, "pool": given["pool"]["name"], "nyms": nyms})
    found = play(page, "allocation/ranks", inputs)
    assert chosen
    for case, given, got in zip(chosen, inputs, found, strict=True):
        ranks = dict(zip(given["nyms"], case["trace"]["ranks"], strict=True))
        assert got["output"]["lot"] == case["trace"]["seed_L"]
        assert got["output"]["ranks"] == ranks
        assert got["output"]["order"] == sorted(
            ranks, key=lambda nym: (ranks[nym], nym)
        )


def test_plain_pools_are_run_as_the_vectors_say(page: Page) -> None:
    """Fares, requirements, puzzles, pools in a row; others are left to the tables."""
    chosen = [case for case in cases("allocation", "sale") if code_of(case) is None]
    found = play(page, "allocation/sale", [case["input"] for case in chosen])
    run: list[str] = []
    for case, got in zip(chosen, found, strict=True):
        said, wanted = got["output"], case["output"]
        pools = case["input"]["pools"]
        if "why" in said:
            kinds = {pool["mechanism"] for pool in pools}
            others = kinds - {"equal-share", "lottery"}
            named = [
                key for pool in pools for key in ("certain", "points") if key in pool
            ]
            assert others or named or said["why"] == "groups", case["name"]
            continue
        run.append(case["name"])
        of_pool, of_person = (
            ("pool", "supply", "unsold"),
            ("nym", "units", "payment", "gains"),
        )
        assert said["pools"] == [{n: p[n] for n in of_pool} for p in wanted["pools"]]
        assert said["totals"] == [
            {n: t[n] for n in of_person} for t in wanted["totals"]
        ]
    several = [
        "fares-of-shares",
        "fares-twice",
        "qualified",
        "roll-over",
        "sale-limits",
    ]
    assert {*several, "excluded", "again", "without-again"} <= {*run}, run


OF_THE_FOLD = {
    *("phase.wrong", "phase.early", "phase.late", "time.back", "void.reason"),
    *("entry.field", "entry.key", "entry.scope", "entry.signature"),
    *("deposit.sale", "deposit.settle-key", "deposit.not-after", "deposit.cancel"),
    *("paid.unknown-nym", "paid.ref", "paid.total", "close.tree"),
    *("commit.roster", "commit.twice", "commit.frozen", "commit.value"),
    *("seal.commitment", "seal.twice", "seal.set", "seal.head", "seal.missing"),
    *("reveal.commitment", "reveal.twice", "reveal.fixed", "recover.not-needed"),
    *("round.unnamed", "round.twice", "round.early"),
}
"""What the page's fold refuses as that of sale.md does; the rest is the audit's."""


def test_entries_are_refused_as_the_vectors_say(page: Page) -> None:
    transcripts = {
        case["name"]: case["input"]["transcript"] for case in cases("sale", "fold")
    }
    chosen: list[Case] = []
    for case in cases("sale", "apply"):
        entry = decode(bytes.fromhex(case["input"]["entry"]))
        begun = case["input"]["play"] in transcripts
        own = isinstance(entry, dict) and "sale" in entry and entry["type"] != "TERMS"
        if begun and own and code_of(case) in OF_THE_FOLD:
            chosen.append(case)
    inputs = [
        {**case["input"], "transcript": transcripts[case["input"]["play"]]}
        for case in chosen
    ]
    found = play(page, "sale/apply", inputs)
    for case, got in zip(chosen, found, strict=True):
        assert got["output"]["code"] == code_of(case), case["name"]
    assert {code_of(case) for case in chosen} == OF_THE_FOLD


def test_whole_sales_end_as_the_vectors_say(page: Page) -> None:
    """Phase and draw of each; of one plain pool the ledger too, hence the outcome hash."""
    chosen = [*cases("sale", "fold")]
    found = play(page, "sale/fold", [case["input"] for case in chosen])
    computed = 0
    for case, got in zip(chosen, found, strict=True):
        said, wanted = got["output"], case["output"]
        assert set(said["states"].values()) <= {"holds", "open"}, case["name"]
        assert said["phase"] == wanted["phase"], case["name"]
        if said["draw"] is None:
            assert said["phase"] == "void", case["name"]
            continue
        assert said["draw"][0]["state"] == "holds", case["name"]
        assert (said["why"] == "pools") == (said["rows"] is None), case["name"]
        if said["rows"] is not None:
            names = ("nym", "units", "payment", "refund")
            ledger = [[line[name] for name in names] for line in wanted["ledger"]]
            assert said["rows"] == ledger, case["name"]
            computed += len(ledger)
    assert computed > 5


def test_a_sale_in_real_terms_is_computed_to_the_seed(page: Page) -> None:
    """With the public modulus, openings of 272 bytes, witnesses and a round of quicknet."""
    storage = MemoryStorage()
    Play(cast_real(backend()), storage).run()
    (got,) = play(page, "sale/fold", [{"transcript": storage.data.hex()}])
    said = got["output"]
    assert set(said["states"].values()) == {"holds", "open"}
    assert [each["state"] for each in said["draw"]] == ["holds", "holds"]
    assert sorted(row[1] for row in said["rows"]) == [0, 1, 1]


def test_tables_of_other_sales_are_those_of_the_vectors(page: Page) -> None:
    """Auctions and seats that were drawn twice: as they are, and with a unit moved."""
    folds = {case["name"]: case for case in cases("sale", "fold")}
    names = (
        "auctioned",
        "collected",
        "lapsed",
        "collect-end-missed",
        "round-stayed-out",
    )
    for name in names:
        ledger = folds[name]["output"]["ledger"]
        columns = ("nym", "units", "payment", "refund")
        rows = [[str(line[column]) for column in columns] for line in ledger]
        moved = [[nym, "1", *others] for nym, _, *others in rows]
        given = folds[name]["input"]["transcript"]
        inputs: list[Case] = [
            {
                "transcript": given,
                "allocation": "".join(
                    f"{','.join(row)}\n" for row in [columns, *table]
                ),
            }
            for table in (rows, moved)
        ]
        good, bad = play(page, "sale/tables", inputs)
        assert good["output"]["states"] == [[14, "holds"], [17, "holds"]], name
        assert bad["output"]["states"] == [[14, "holds"], [17, "fails"]], name


@pytest.mark.parametrize(
    ("size", "most"),
    [(5, 78), (WIDTH, 78), (3 * WIDTH + 10, 2), (4 * WIDTH, 2), (66_000, 2)],
)
def test_a_board_is_read_by_whole_bundles(page: Page, size: int, most: int) -> None:
    """A large log has its root from the tiles of what was not read."""
    leaves = [i.to_bytes(3, "big") for i in range(size)]
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    files = {tile.path: hash_tile(tree, tile).hex() for tile in tiles_of(size)}
    for bundle in bundles_of(size):
        first = bundle.index * WIDTH
        data = write_bundle(leaves[first : first + bundle.width])
        files[bundle.path] = data.hex()
    given = {"files": files, "size": size, "root": tree.root().hex(), "most": most}
    (got,) = play(page, "log/board", [given])
    said = got["output"]
    assert said["root"] == tree.root().hex()
    assert said["read"] == min(size, most * WIDTH)
    entries = [path for path in said["asked"] if "/entries/" in path]
    assert len(entries) == min(most, -(-size // WIDTH))
    assert len(said["asked"]) <= most + 5

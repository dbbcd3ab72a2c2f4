"""The generators: vectors written, compared byte for byte, differences named."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from command import Ran, run_program
from generators.case import FORMAT

TESTS = Path(__file__).parents[1]


def generators(*words: str | Path) -> Ran:
    words = ("-m", "generators", *words)
    return run_program(sys.executable, *words, env={"PYTHONPATH": str(TESTS)})


@pytest.mark.long
def test_the_published_vectors_are_what_the_generators_make() -> None:
    published = TESTS / "vectors"
    ran = generators("check", published)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{published} holds the vectors of this version\n"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vectors") / "new" / "below"
    ran = generators("write", folder)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        str(folder / line.rpartition("/")[2]) for line in ran.out.splitlines()
    ]
    assert sorted(folder.iterdir()) == sorted(map(Path, ran.out.splitlines()))
    return folder


@pytest.mark.long
def test_each_file_is_one_chapter(written: Path) -> None:
    for path in written.iterdir():
        document = json.loads(path.read_bytes())
        assert document["format"] == FORMAT
        assert document["chapter"] == path.stem
        assert path.read_bytes().endswith(b"}\n")
        assert [case["tcId"] for case in document["cases"]] == list(
            range(1, len(document["cases"]) + 1)
        )


@pytest.mark.long
def test_what_was_written_holds(written: Path) -> None:
    ran = generators("check", written)
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.long
def test_every_difference_is_named_and_repaired(written: Path, tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(written, folder)
    (folder / "groups.json").unlink()
    (folder / "surplus.json").write_text("{}\n", encoding="utf-8")
    (folder / "README.md").write_text("no vectors\n", encoding="utf-8")
    notation = folder / "notation.json"
    document = json.loads(notation.read_bytes())
    document["cases"][2]["comment"] += "!"
    changed = f"case 3 ({document['cases'][2]['name']}) differs"
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    notation.write_text(text, encoding="utf-8")
    log = folder / "log.json"
    log.write_bytes(log.read_bytes() + b"\n")
    delay = folder / "delay.json"
    size = delay.stat().st_size
    delay.write_bytes(delay.read_bytes()[:-2])
    ran = generators("check", folder)
    assert ran.code == 1
    length = (written / "log.json").stat().st_size
    assert sorted(ran.out.splitlines()) == sorted(
        [
            f"notation.json: {changed}",
            "groups.json is missing",
            "surplus.json belongs to no chapter",
            f"log.json: byte {length} differs",
            "delay.json: case 1 (" + _first_name(written / "delay.json") + ") differs",
        ]
    ), size
    assert generators("write", folder).code == 0
    assert (folder / "README.md").read_text(encoding="utf-8") == "no vectors\n"
    for path in written.iterdir():
        assert (folder / path.name).read_bytes() == path.read_bytes()


def _first_name(path: Path) -> str:
    name = json.loads(path.read_bytes())["cases"][0]["name"]
    assert isinstance(name, str)
    return name


@pytest.mark.thorough
def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for path in (file, tmp_path / "missing"):
        ran = generators("check", path)
        assert (ran.code, ran.out) == (2, "")
        assert "cannot be used as a folder" in ran.err
    ran = generators("write", file)
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be used as a folder" in ran.err

"""The source distribution holds what a second implementer needs; the wheel the product."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISED = (
    *("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE"),
    *("specs/notation.md", "specs/adr/README.md", "specs/vectors.schema.json"),
    *("specs/site/conf.py", "specs/site/guides/seller.md"),
    *(
        "tests/vectors/notation.json",
        "tests/vectors/README.md",
        "tests/vectors/LICENSE",
    ),
    *("tests/generators/notation.py", "tests/support/check_specs.py", ".ci/run"),
    *("crypto/fairlot_crypto/hashing.py", "protocol/fairlot/entry.py"),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.slow
def test_the_source_distribution_holds_what_is_promised(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert set(PROMISED) - names == set()
    for folder in ("specs", "tests/vectors", "tests/generators"):
        here = (ROOT / folder).rglob("*")
        files = {p.relative_to(ROOT).as_posix() for p in here if p.is_file()}
        assert {f for f in files if "__pycache__" not in f} - names == set()


@pytest.mark.slow
def test_the_wheel_holds_the_two_packages_and_nothing_else(built: Path) -> None:
    (archive,) = built.glob("*.whl")
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(archive).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "fairlot",
        "fairlot_crypto",
    }

"""``fairlot run`` with issuers who are silent or lie."""

from pathlib import Path

import pytest

from command import SEED, Ran, fairlot

TERMS = """\
title = "Concert"
asset = "seat"
mechanism = "lottery"
supply = 2
price = 10
[issuers]
n = {n}
t = {t}
silent = {silent}
lying = {lying}
[beacon]
delay = 1000
"""
PEOPLE = "person,wants,deposit\nAnn,1,10\nBob,1,10\nEve,1,10\n"


def ran(home: Path, n: int, t: int, silent: int, lying: int) -> tuple[Ran, Path]:
    terms, people, out = home / "t.toml", home / "p.csv", home / f"{silent}-{lying}"
    terms.write_text(TERMS.format(n=n, t=t, silent=silent, lying=lying))
    people.write_text(PEOPLE)
    return fairlot("run", terms, people, "--out", out, "--seed", SEED), out


def winners(out: Path) -> str:
    return (out / "winners.csv").read_text()


def evidence(out: Path) -> list[Path]:
    return sorted((out / "evidence").glob("*"))


def check_complete(home: Path, n: int, t: int, silent: int, lying: int) -> None:
    """Check that the sale ends, audits clean, and names every liar and nobody else."""
    done, out = ran(home, n, t, silent, lying)
    assert done.code == 0, done.err
    audit = fairlot("audit", "--rehearsal", out / "transcript.fairlot")
    assert audit.code == 0, audit.out
    shown = evidence(out)
    kinds = [path.name.split("-", 2)[2] for path in shown]
    expected = ("wrong-part", "wrong-share", "wrong-tag")
    assert sorted(kinds) == [kind for kind in expected for _ in range(lying)]
    assert len({path.name.split("-")[1] for path in shown}) == lying
    for path in shown:
        assert str(path) in done.out
    check_shown(shown)


def check_shown(paths: list[Path]) -> None:
    """Check that each file names an issuer, to whoever has nothing else."""
    for path in paths:
        verified = fairlot("compare", "--evidence", path)
        assert verified.code == 1
        assert verified.out.startswith("EVIDENCE: issuer ")


@pytest.mark.thorough
@pytest.mark.parametrize(("silent", "lying"), [(0, 1), (1, 0)])
def test_one_of_four_stops_nothing(tmp_path: Path, silent: int, lying: int) -> None:
    check_complete(tmp_path, 4, 1, silent, lying)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "t", "silent", "lying"),
    [
        (4, 1, 0, 0),
        (7, 2, 0, 2),
        (7, 2, 1, 1),
        (7, 2, 2, 0),
        (10, 3, 0, 3),
        (10, 3, 2, 1),
        (10, 3, 3, 0),
    ],
)
def test_up_to_t_stop_nothing(
    tmp_path: Path, n: int, t: int, silent: int, lying: int
) -> None:
    check_complete(tmp_path, n, t, silent, lying)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("n", "t", "silent", "lying", "code"),
    [
        (4, 1, 2, 0, "enrolment.issuers"),
        (4, 1, 0, 2, "enrolment.issuers"),
        (4, 1, 1, 1, "enrolment.issuers"),
        (4, 1, 3, 0, "tag.too-few"),
        (4, 1, 0, 3, "tag.too-few"),
        (4, 1, 2, 1, "tag.too-few"),
        (1, 0, 0, 1, "tag.too-few"),
        (1, 0, 1, 0, "tag.too-few"),
    ],
)
def test_more_than_t_stop_it_with_a_code_and_lose_nothing(
    tmp_path: Path, n: int, t: int, silent: int, lying: int, code: str
) -> None:
    done, out = ran(tmp_path, n, t, silent, lying)
    assert done.code == 1
    assert code in done.err
    shown = evidence(out)
    assert [path.name.split("-", 2)[2] for path in shown] == ["wrong-tag"] * lying
    for path in shown:
        assert str(path) in done.err
    check_shown(shown)
    log = fairlot("inspect", out / "transcript.fairlot")
    assert log.code == 0, log.err

"""Keys that have two roles, of sales as they come: without a registry, with lists."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.audit.report import Report
from fairlot.audit.roles import Role, registry_keys, role_keys, shared_keys
from fairlot_crypto.keys import VerifyKey
from kit.lying_board import play_with
from kit.roles import ROLES, held, real
from kit.sales import GROUP, stage
from kit.stage import STATEMENTS, Stage
from lies_draw import nothing
from lies_file import A_REHEARSAL, STRANGER

KEYS = [VerifyKey(bytes([number]) * 32) for number in range(4)]
OF_REGISTRY = ("board", "issuer", "attester", "disputes")
NAMES = ("the seller", "the escrow", "a contributor", "an issuer")


def committee() -> Stage:
    """Return a sale with three contributors and four issuers."""
    return stage(names=(), contributors=3, committee=(4, 1))


def test_every_key_of_terms_and_registry_has_a_role() -> None:
    on = committee()
    keys = role_keys(on.terms, on.registry)
    assert [role for role, _ in keys] == [
        "the seller",
        "the escrow",
        "the board",
        *["a contributor"] * 3,
        *["an issuer"] * 4,
        "an attester",
        "who decides disputes",
    ]
    assert [key for _, key in keys[:3]] == [
        on.terms.seller,
        on.terms.escrow,
        on.terms.board.key,
    ]
    assert len({key for _, key in keys}) == len(keys)
    assert not shared_keys(keys)


def test_the_last_of_a_list_counts_as_the_first_does() -> None:
    on = committee()
    roster = on.terms.beacon.roster
    issuers = (
        *on.registry.issuers[:-1],
        replace(on.registry.issuers[-1], key=roster[2]),
    )
    registry = replace(on.registry, issuers=issuers)
    shared = shared_keys(role_keys(on.terms, registry))
    assert shared == {("a contributor", "an issuer"): roster[2]}


def test_a_pair_is_named_once_with_its_first_key() -> None:
    one, two, *_ = KEYS
    keys = [("the board", one), ("the escrow", two)]
    roster = [("a contributor", key) for key in (two, one, two)]
    assert shared_keys([*keys, *roster]) == {
        ("the escrow", "a contributor"): two,
        ("the board", "a contributor"): one,
    }


def test_the_seller_who_is_the_board_is_found_before_the_sale_opens() -> None:
    on = held(real(stage(names=())), STRANGER, "seller", "board")
    report = audit(play_with(on, until="terms"), GROUP, A_REHEARSAL, STATEMENTS)
    assert report.failed == ("A23", "A26")
    (found,) = [f for f in report.findings if f.code == "roles.shared"]
    assert found.message == (
        f"the seller and the board have one key, {STRANGER.public.hex()}, and are one party"
    )
    assert (found.offset, found.entry) == (None, None)


def test_a_registry_that_is_not_on_the_board_has_no_roles() -> None:
    on = held(real(stage(names=())), STRANGER, "attester", "issuer")
    data = play_with(on, instead={"registry": nothing}, until="registry")
    report = audit(data, GROUP, A_REHEARSAL, STATEMENTS)
    assert report.failed == ("A23",)


def alone(*roles: str, rehearsal: bool = False) -> Report:
    """Return the audit of the log of a registry in which one key has some roles."""
    on = stage(names=())
    on = held(on if rehearsal else real(on), STRANGER, *roles)
    data = play_with(on, until="registry")
    expected = Expected(rehearsal=rehearsal, registry_alone=True)
    return audit(data, GROUP, expected, STATEMENTS)


@pytest.mark.parametrize("roles", [*combinations(OF_REGISTRY, 2)])
def test_the_roles_of_a_registry_alone_are_told_apart(roles: tuple[str, str]) -> None:
    report = alone(*roles)
    assert report.failed == ("A26",)
    (found,) = report.findings
    assert (found.code, found.offset, found.entry) == ("roles.shared", None, None)
    assert STRANGER.public.hex() in found.message


def test_a_registry_alone_whose_keys_differ_passes() -> None:
    report = alone("issuer")
    assert report.holds
    assert "A26" not in report.unchecked


def test_a_rehearsed_registry_alone_is_only_noticed() -> None:
    report = alone("attester", "issuer", rehearsal=True)
    assert report.holds
    assert [n for n in report.notices if "an issuer and an attester have one key" in n]


def test_a_witness_of_a_registry_alone_issues_nothing() -> None:
    on = real(stage(names=()))
    watching = on.registry.witnesses.named[0].key
    (issuer,) = on.registry.issuers
    registry = replace(on.registry, issuers=(replace(issuer, key=watching),))
    assert shared_keys(registry_keys(registry)) == {
        ("a witness", "an issuer"): watching
    }


def test_no_role_is_forgotten() -> None:
    """Each role that a cast can give a key to is one of the report."""
    on = held(stage(names=()), STRANGER, *ROLES)
    keys = role_keys(on.terms, on.registry)
    assert len({role for role, _ in keys}) == len(ROLES)
    assert {key for _, key in keys} == {STRANGER.public}


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(KEYS))))
def test_a_key_is_shared_iff_it_stands_under_two_roles(
    keys: list[tuple[Role, VerifyKey]],
) -> None:
    roles = {key: {role for role, other in keys if other == key} for _, key in keys}
    shared = shared_keys(keys)
    assert set(shared.values()) <= {key for key in roles if len(roles[key]) > 1}
    assert bool(shared) == any(len(under) > 1 for under in roles.values())
    for (owner, role), key in shared.items():
        assert owner != role
        assert {owner, role} <= roles[key]

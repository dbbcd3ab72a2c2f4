"""What a deposit says beyond units: made, read back, checked against the terms."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from fairlot.deposit.deposit import check_binding, check_presentation, read_deposit
from fairlot.deposit.nym import nym_of
from fairlot.deposit.puzzle import answer_key, solution_message
from fairlot.deposit.rules import check_order, check_required
from fairlot.deposit.sealed_bid import BID_LENGTH, open_bid, seal_bid, sealed_bid_length
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.identity.registry import Attribute
from fairlot.names import nym_context
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import Exclusion, Requirement
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import verify_signature
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.clock import sign_round
from fairlot_crypto.timelock.sealed import seal
from kit.gala import ANN, ANSWER, BOB, CAT, FRIENDS, WISH, gala, nyms, says, together
from kit.sales import DEPOSIT_TIME, GROUP, deposit, forced, source
from kit.stage import Stage
from lies_people import as_map, changed

EVERYTHING = replace(
    WISH, members=(), tier="gold", bid=250, answers=(ANSWER,), amount=1_000
)


def the_round() -> NamedRound:
    named = gala().terms.bids
    if named is None:
        raise AssertionError("the gala takes bids")
    return named


def signature() -> bytes:
    named, secret = the_round(), gala().parts.clock.secret
    return sign_round(GROUP, named.chain, secret, named.round_number).signature


def refusal(number: int, wish: Wish, terms: Terms | None = None) -> str:
    on = gala()
    made = read_deposit(forced(on, number, wish))
    with pytest.raises(Rejection) as caught:
        check_order(terms or on.terms, on.registry, made, Statements())
    return caught.value.code


@pytest.mark.parametrize(
    ("number", "wish"),
    [
        *((number, wish) for number in (ANN, BOB, CAT) for wish in (WISH, EVERYTHING)),
        (CAT, replace(WISH, amount=0, wants=0)),
        (ANN, together(ANN, BOB)),
        (BOB, together(ANN, BOB)),
    ],
)
def test_what_wallets_make_checks(number: int, wish: Wish) -> None:
    on, entry = gala(), says(number, wish)
    made = read_deposit(entry)
    check_binding(on.terms, on.registry, entry, made, DEPOSIT_TIME)
    check_order(on.terms, on.registry, made, Statements())
    check_presentation(on.credentials, on.roll_id, made, Statements())


def test_an_order_says_everything_that_was_wished() -> None:
    binding = read_deposit(
        says(ANN, replace(EVERYTHING, members=nyms(BOB, ANN)))
    ).binding
    assert binding.members == tuple(sorted(nyms(ANN, BOB)))
    assert (binding.tier, set(binding.solutions)) == ("gold", {"solvers"})
    assert binding.group is not None
    assert binding.bid is not None
    assert len(binding.bid) == sealed_bid_length(the_round()) == 153


def test_a_deposit_that_only_wants_has_the_bytes_of_one_that_cannot_more(
    concert: Stage,
) -> None:
    value = read_deposit(deposit(concert, 0)).binding.to_value()
    assert value["order"] == {"wants": 1}
    assert value["group"] is None


def test_a_nym_is_known_before_there_is_a_credential() -> None:
    assert read_deposit(says(ANN, WISH)).nym == nyms(ANN)[0]
    other = nym_of(
        GROUP, gala().members[ANN].identity, type(gala().terms.sale_id)(bytes(32))
    )
    assert other != nyms(ANN)[0]
    assert nym_context(gala().terms.sale_id).endswith(gala().terms.sale_id)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (ANN, {"cohort": "2029", "region": "north"}),
        (BOB, {"cohort": "2028", "region": ""}),
        (CAT, {"cohort": "", "region": ""}),
    ],
)
def test_everybody_shows_the_same_attributes(
    number: int, shown: Mapping[str, str]
) -> None:
    for kind in (EntryType.DEPOSIT, EntryType.CANCEL):
        wish = WISH if kind is EntryType.DEPOSIT else Wish(1, 0, 0)
        assert read_deposit(says(number, wish, kind)).disclosed == shown


def test_a_solution_is_made_for_the_right_answers_only() -> None:
    right = read_deposit(says(ANN, replace(WISH, answers=("hawk", ANSWER))))
    wrong = read_deposit(says(ANN, replace(WISH, answers=("hawk",))))
    assert not wrong.binding.solutions
    message = solution_message(gala().terms.sale_id, right.nym, right.binding.settle_pk)
    key = answer_key(ANSWER).public
    verify_signature(key, message, right.binding.solutions["solvers"])


@pytest.mark.parametrize("amount", [1, 101, 999, 2**64 - 1])
def test_an_amount_off_the_ladder_is_refused(amount: int) -> None:
    assert refusal(ANN, replace(WISH, amount=amount)) == "deposit.ladder"


def test_a_tier_is_one_of_the_terms(concert: Stage) -> None:
    assert refusal(ANN, replace(WISH, tier="bronze")) == "deposit.tier"
    made = read_deposit(says(ANN, WISH))
    nameless = replace(made, binding=replace(made.binding, tier=""))
    with pytest.raises(Rejection, match=r"^deposit\.tier"):
        check_order(gala().terms, gala().registry, nameless, Statements())
    without = replace(concert.terms, bids=the_round(), deposits=())
    assert refusal(ANN, replace(WISH, tier="gold"), without) == "deposit.tier"


def test_bids_are_there_exactly_where_they_are_taken(concert: Stage) -> None:
    assert refusal(ANN, WISH, concert.terms) == "deposit.bid"
    made = read_deposit(deposit(concert, 0))
    terms = replace(concert.terms, bids=the_round())
    with pytest.raises(Rejection) as caught:
        check_order(terms, concert.registry, made, Statements())
    assert caught.value.code == "deposit.bid"


def test_a_cancellation_has_no_bid() -> None:
    entry = says(ANN, Wish(1, 0, 0), EntryType.CANCEL)
    made = read_deposit(entry)
    assert made.binding.bid is None
    check_order(gala().terms, gala().registry, made, Statements())


@pytest.mark.parametrize(
    "extra", [{"tier": "gold"}, {"solutions": {"solvers": bytes(64)}}]
)
def test_a_cancellation_orders_nothing(extra: dict[str, object]) -> None:
    entry = says(ANN, Wish(1, 0, 0), EntryType.CANCEL)
    made = read_deposit(entry)
    binding = replace(made.binding, **extra)  # type: ignore[arg-type]
    other, on = replace(made, binding=binding), gala()
    with pytest.raises(Rejection) as caught:
        check_binding(on.terms, on.registry, entry, other, DEPOSIT_TIME)
    assert caught.value.code == "deposit.cancel"


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("ph.group", bytes(31)),
        ("ph.group", ""),
        ("ph.order.members", []),
        ("ph.order.members", [bytes(47)]),
        ("ph.order.members", [bytes(48), "nym"]),
        ("ph.order.members", bytes(48)),
        ("ph.order.tier", None),
        ("ph.order.tier", b"gold"),
        ("ph.order.solutions", {}),
        ("ph.order.solutions", {"solvers": bytes(63)}),
        ("ph.order.solutions", [bytes(64)]),
        ("ph.order.bid", None),
        ("ph.order.bid", "sealed"),
        ("disclosed", {"region": b"north"}),
        ("disclosed", {"region": None}),
    ],
)
def test_each_part_of_an_order_has_one_form(path: str, new: Value) -> None:
    start = says(ANN, EVERYTHING)
    entry = replace(start, body=as_map(changed(dict(start.body), path, new)))
    with pytest.raises(Rejection) as caught:
        read_deposit(entry)
    assert caught.value.code == "entry.field"


def test_an_order_reads_back_from_its_bytes() -> None:
    entry = says(BOB, replace(EVERYTHING, members=nyms(ANN, BOB)))
    binding = read_deposit(entry).binding
    assert cbor.encode(binding.to_value()) == cbor.encode(entry.body["ph"])


def test_the_registry_must_have_what_pools_require() -> None:
    on = gala()
    check_required(on.terms, on.registry)
    for requirement in (
        Requirement("cohort", ("2028", "2030")),
        Requirement("height", ("tall",)),
    ):
        exclusion = Exclusion(requirement.attribute, requirement.values)
        for pool in (
            replace(FRIENDS, requires=(requirement,)),
            replace(FRIENDS, requires=(), excludes=(exclusion,)),
        ):
            with pytest.raises(Rejection) as caught:
                check_required(replace(on.terms, pools=(pool,)), on.registry)
            assert caught.value.code == "registry.requires"


def test_the_registry_must_have_numbers_of_what_pools_count() -> None:
    on = gala()
    counting = replace(FRIENDS, requires=(), group_max=1, points="years")
    years = Attribute("years", ("2", "three"))
    knowing = replace(on.registry, attributes=(*on.registry.attributes, years))
    check_required(replace(on.terms, pools=(counting,)), knowing)
    for name in ("years", "region", "cohort"):
        pool = replace(counting, points=name)
        with pytest.raises(Rejection) as caught:
            check_required(replace(on.terms, pools=(pool,)), on.registry)
        assert caught.value.code == "registry.requires"


def test_a_deposit_discloses_what_pools_exclude_too() -> None:
    pools = (
        replace(FRIENDS, requires=(), excludes=(Exclusion("region", ("north",)),)),
        replace(FRIENDS, name="others", requires=(Requirement("cohort", ("2028",)),)),
    )
    terms = replace(gala().terms, pools=pools)
    assert terms.attributes_required == ("cohort", "region")


# Bids.


@pytest.mark.parametrize("bid", [None, 0, 1, 250, 2**64 - 1])
def test_a_bid_opens_as_it_was_sealed(bid: int | None) -> None:
    made = read_deposit(says(ANN, replace(WISH, bid=bid)))
    sealed, sale_id = made.binding.bid, gala().terms.sale_id
    assert sealed is not None
    found = open_bid(GROUP, the_round(), sale_id, made.nym, sealed, signature())
    assert found == bid


@pytest.mark.parametrize(
    "plaintext", [b"\x02" + bytes(8), b"\xff" * 9, b"\x00" + b"\x01" * 8]
)
def test_what_opens_as_something_else_is_no_bid(plaintext: bytes) -> None:
    named, sale_id, nym = the_round(), gala().terms.sale_id, nyms(ANN)[0]
    assert len(plaintext) == BID_LENGTH
    chain, number = named.chain, named.round_number
    sealed = seal(GROUP, chain, number, plaintext, sale_id + nym, source("odd bid"))
    assert open_bid(GROUP, named, sale_id, nym, sealed, signature()) is None


def test_a_copied_bid_does_not_open_under_another_nym() -> None:
    made = read_deposit(says(ANN, replace(WISH, bid=250)))
    sealed, sale_id = made.binding.bid, gala().terms.sale_id
    assert sealed is not None
    other = nyms(BOB)[0]
    assert open_bid(GROUP, the_round(), sale_id, other, sealed, signature()) is None
    elsewhere = type(sale_id)(bytes(32))
    assert (
        open_bid(GROUP, the_round(), elsewhere, made.nym, sealed, signature()) is None
    )


@pytest.mark.parametrize("position", [0, 20, 95, 100, 120, 140, 152])
def test_a_changed_bid_is_none(position: int) -> None:
    made = read_deposit(says(ANN, replace(WISH, bid=250)))
    sealed, sale_id = bytearray(made.binding.bid or b""), gala().terms.sale_id
    sealed[position] ^= 1
    found = open_bid(GROUP, the_round(), sale_id, made.nym, bytes(sealed), signature())
    assert found is None


def test_bid_and_no_bid_look_alike() -> None:
    named, sale_id, nym = the_round(), gala().terms.sale_id, nyms(ANN)[0]
    lengths = {
        len(seal_bid(GROUP, named, sale_id, nym, bid, source("lengths")))
        for bid in (None, 0, 2**64 - 1)
    }
    assert lengths == {sealed_bid_length(named)}

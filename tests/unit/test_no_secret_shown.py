"""No ``repr`` shows a secret: it would end in a log, a traceback, a bug report."""

import pkgutil
import re
from dataclasses import fields, is_dataclass
from importlib import import_module
from inspect import getmembers, isclass

import pytest

import fairlot
from fairlot.beacon.contributions import Frozen
from fairlot.cli.beacon.contributor import Secret
from fairlot.deposit.make import SettlementKeys, make_deposit
from fairlot.deposit.wish import Wish
from fairlot.identity.credential import request_credential
from fairlot_crypto.keys import OpeningKey, SigningKey
from kit.sales import GROUP, alpha, source
from kit.stage import EPOCH, Stage

OF_TYPE = r"\b(Scalar|PrssKeys|SigningShare)\b"
CALLED = r"alpha|secret|seed|answers?|bid|nym_secrets|rho|blind|handles?"
PUBLIC = {
    ("CredentialRequest", "challenge"),
    ("CredentialRequest", "response"),
    ("Draw", "seed"),
    ("SaidOfIt", "seed"),
    ("SecondDraw", "seed"),
    ("WrongTag", "answer"),
    ("SeededLots", "seed"),
    ("Leaf", "handle"),
    ("Binding", "bid"),
    ("Entrant", "bid"),
    ("Order", "bid"),
    ("Registry", "nym_secrets"),
    ("Asked", "seed"),
    ("Plan", "seed"),
    ("_Said", "domain"),
    ("_ToSign", "domain"),
}
"""On the board, of the allocation or a simulation, of blinded tags, of a proof; domains."""


def dataclasses() -> list[type]:
    """Return every dataclass of the package."""
    modules = pkgutil.walk_packages(fairlot.__path__, "fairlot.")
    found = {
        each
        for module in modules
        for _, each in getmembers(import_module(module.name), isclass)
        if each.__module__ == module.name and is_dataclass(each)
    }
    return sorted(found, key=lambda each: each.__qualname__)


@pytest.mark.thorough
@pytest.mark.parametrize("each", dataclasses(), ids=lambda each: each.__qualname__)
def test_no_dataclass_shows_a_secret(each: type) -> None:
    shown = {
        field.name
        for field in fields(each)
        if field.repr
        and (re.search(OF_TYPE, str(field.type)) or re.fullmatch(CALLED, field.name))
        and (each.__name__, field.name) not in PUBLIC
    }
    assert shown == set()


def test_what_is_public_is_there() -> None:
    """Else the list above would let pass whatever gets the name later."""
    there = {(each.__name__, f.name) for each in dataclasses() for f in fields(each)}
    assert there >= PUBLIC


def test_a_repr_holds_no_number_of_a_secret(concert: Stage) -> None:
    member, randomness = concert.members[0], source("shown")
    identity, issuer = member.identity, concert.parts.issuers[0]
    pending = request_credential(
        GROUP,
        concert.registry,
        identity,
        member.holder.signing,
        EPOCH,
        [concert.roll_id],
        randomness,
    )
    made = make_deposit(
        concert.credentials,
        member.credential,
        concert.terms,
        concert.roll_id,
        Wish(0, 1, 5_000),
        EPOCH,
        randomness,
    )
    keys = [member.holder.signing, issuer.key, concert.parts.seller, made.keys.settle]
    secrets = [
        identity.rho,
        *identity.nym_secrets,
        pending.blind,
        issuer.signing.secret,
        alpha(0),
        concert.parts.clock.secret,
        *(key.seed for key in keys),
        member.holder.device.secret,
        made.keys.enc.secret,
        pending.reply.secret,
        member.enrolment.handle,
        *issuer.season_keys.keys.values(),
    ]
    contributor = Secret(
        concert.terms.sale_id,
        Frozen(0, bytes(32)),
        concert.parts.contributors[0].public,
        alpha(0),
    )
    holders = (identity, pending, issuer, concert.parts, member.holder, made)
    shown = repr((*holders, member.enrolment, contributor))
    for secret in secrets:
        assert repr(secret) not in shown
        if isinstance(secret, bytes):
            assert secret.hex() not in shown


def test_keys_show_their_public_half() -> None:
    keys = SettlementKeys(
        SigningKey.generate(source("settle")), OpeningKey.generate(source("enc"))
    )
    assert repr(keys.settle.public) in repr(keys)
    assert repr(keys.enc.public) in repr(keys)


def test_a_wish_does_not_show_what_is_sealed() -> None:
    shown = repr(Wish(0, 1, 5_000, bid=4_321, answers=("xyzzy",)))
    assert "4321" not in shown
    assert "xyzzy" not in shown

"""Whose account a token shows (specs/attesters.md, section 2.3)."""

from pathlib import Path

from fairlot.cli.attester_codes import Codes
from fairlot.cli.command import chosen_curve
from fairlot.cli.extras import extra
from fairlot.cli.issuer.folder import read_as
from fairlot.errors import InputError, Rejection
from fairlot.identity.account_token import (
    AccountToken,
    CheckSignature,
    judge_token,
    read_account_token,
)
from fairlot.identity.member_book import Given
from fairlot.identity.provider_keys import ProviderKey
from fairlot.identity.registry import Registry
from fairlot.identity.requests import AttestRequest
from fairlot.issuing.view import View, read_view
from fairlot_crypto.statements import Statements


def check_way(registry: Registry, *, by_account: bool) -> None:
    """Check that somebody comes by what the registry tells people apart by.

    Args:
        registry: for which an attester attests.
        by_account: whether they have brought a token.

    Raises:
        InputError: ``attester.usage``.
    """
    if (registry.uniqueness.provider is not None) == by_account:
        return
    if by_account:
        problem = "the registry does not tell people apart by accounts"
        raise InputError("attester.usage", f"{problem}: leave --token out")
    problem = "the registry tells people apart by accounts, and by nothing else"
    raise InputError("attester.usage", f"{problem}: they bring a token, --token")


def shown_account(
    file: Path,
    log: Path | None,
    registry: Registry,
    request: AttestRequest,
    codes: Codes,
    now: int,
) -> Given:
    """Return the row of whoever has brought a token: it is theirs durably (steps 25 to 27).

    Args:
        file: the token's.
        log: of the registry.
        registry: for which the attester attests, by accounts.
        request: that the person has brought.
        codes: the attester's book.
        now: the attester's clock, Unix seconds.

    Raises:
        InputError: ``issuer.unreadable``, ``issuer.request``, ``issuer.log``,
            ``attester.usage`` without a log, ``attester.extra``.
        Rejection: ``attestation.registry``, ``issuer.view``, ``provider.none``,
            ``account-token.*``, ``identifier.account``.
    """
    account = read_as(file, read_account_token)
    if account.registry_id != registry.registry_id:
        problem = "the token is for another registry than the one that was named"
        raise Rejection("attestation.registry", problem)
    return codes.show(
        account, request, lambda: _judged(log, registry, request, account, now)
    )


def _judged(
    log: Path | None,
    registry: Registry,
    request: AttestRequest,
    account: AccountToken,
    now: int,
) -> str:
    provider = registry.uniqueness.provider
    if log is None or provider is None:
        problem = "name the log of the registry, which has the provider's keys: --log"
        raise InputError("attester.usage", problem)
    check_signature = _verifier()
    pinned = _pinned(read_as(log, _read_log), registry, now)
    return judge_token(provider, pinned, request, account, now, check_signature)


def _read_log(data: bytes) -> View:
    return read_view(chosen_curve(), data, Statements())


def _pinned(view: View, registry: Registry, now: int) -> tuple[ProviderKey, ...]:
    """Return the keys that count, from a copy of the log that is current (step 25)."""
    # Step 25.
    if view.state.registry_id != registry.registry_id:
        problem = "the log is of another registry than the one that was named"
        raise Rejection("attestation.registry", problem)
    view.check_current(now)
    if not view.state.provided:
        problem = "no keys of the provider are on the log"
        remedy = "issuers pin them first, fairlot issuer provider"
        raise Rejection("provider.none", f"{problem}: {remedy}")
    return view.state.provided[-1].listed


def check_tokens() -> None:
    """Check that tokens can be judged.

    Raises:
        InputError: ``attester.extra`` where what verifies them is not installed.
    """
    _verifier()


def _verifier() -> CheckSignature:
    """Return what verifies signatures: only who judges a token loads it.

    Raises:
        InputError: ``attester.extra`` where it is not installed.
    """
    with extra("oidc", lambda problem: InputError("attester.extra", problem)):
        from fairlot.identity.token_signature import (  # noqa: PLC0415
            check_token_signature,
        )
    return check_token_signature

"""The certificate of a command that serves over TLS (specs/service.md, section 9.2).

Whatever is wrong with it is found before anybody connects, and not by those who do.
"""

import argparse
import os
import ssl
from pathlib import Path

from fairlot.errors import InputError, reason_of

_OTHERS = 0o007
"""Permissions of everybody; those of a group are its own matter."""
_NOT_YET, _EXPIRED = 9, 10
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL."""
_TURNS = 8
"""More than a handshake between two ends in one memory takes."""


def add_certificate(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a certificate and its key."""
    parser.add_argument(
        "--tls-cert",
        metavar="FILE",
        type=Path,
        help="serve over HTTPS: the certificate, and those between it and its root (PEM)",
    )
    parser.add_argument(
        "--tls-key",
        metavar="FILE",
        type=Path,
        help="its private key (PEM, without a passphrase; not readable by everybody)",
    )


def context_of(arguments: argparse.Namespace) -> ssl.SSLContext | None:
    """Read the certificate and key that are named, and try them.

    Returns:
        What a server needs; ``None`` where neither is named.

    Raises:
        InputError: ``tls.usage``, ``tls.unreadable``, ``tls.open``, ``tls.form``,
            ``tls.dates``, ``tls.certificate``.
    """
    certificate, key = arguments.tls_cert, arguments.tls_key
    # Step 10.
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise InputError("tls.usage", "--tls-cert and --tls-key go together: name both")
    _check_files(certificate, key)
    # Step 12.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=_refuse_passphrase)
    except OSError as error:
        problem = f"{certificate} and {key} are no certificate and its key"
        why = reason_of(error)
        raise InputError("tls.form", f"{problem}: {why}") from error
    # Step 13.
    _try(context, certificate)
    return context


def check_trusted(context: ssl.SSLContext, host: str) -> None:
    """Check that this machine trusts a certificate for a name, as clients on it will.

    Args:
        context: of the server, as ``context_of`` returns it.
        host: the name, or the number, at which it is asked.

    Raises:
        InputError: ``http.certificate``.
    """
    asking = ssl.create_default_context()
    try:
        _shake_hands(context, asking, host)
    except ssl.SSLCertVerificationError as error:
        raise _unverified(f"https://{host}", error) from error


def _check_files(certificate: Path, key: Path) -> None:
    """Check that both can be read, and the key not by everybody."""
    for path in (certificate, key):
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
        except OSError as error:
            problem = f"{path} cannot be read: {reason_of(error)}"
            raise InputError("tls.unreadable", problem) from error
        # Step 11.
        if path == key and os.name == "posix" and mode & _OTHERS:
            problem = (
                f"everybody on this machine may use {path}, which is a private key"
            )
            raise InputError("tls.open", f"{problem}: chmod o= {path}")


def _refuse_passphrase() -> str:
    problem = "the private key has a passphrase, and nobody is there to type it"
    raise InputError("tls.form", f"{problem}: name a key without one")


def _try(context: ssl.SSLContext, path: Path) -> None:
    """Connect to the certificate as somebody who trusts it, in memory."""
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = False
    # Whether its issuer is known, only those who connect can say.
    trusting.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    trusting.load_verify_locations(path)
    try:
        _shake_hands(context, trusting)
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in {_NOT_YET, _EXPIRED}:
            problem = f"{path} is not valid now: {error.verify_message}"
            raise InputError("tls.dates", f"{problem}: renew it") from error
        problem = f"{path} is refused by those who connect: {error.verify_message}"
        raise InputError("tls.certificate", problem) from error
    except ssl.SSLError as error:
        problem = f"nobody can connect with {path}: {error.reason}"
        raise InputError("tls.certificate", problem) from error


def _shake_hands(
    serving: ssl.SSLContext, asking: ssl.SSLContext, host: str | None = None
) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        asking.wrap_bio(to_client, to_server, server_hostname=host),
        serving.wrap_bio(to_server, to_client, server_side=True),
    )
    for _ in range(_TURNS):
        for end in ends:
            _go_on(end)


def _go_on(end: ssl.SSLObject) -> None:
    """Take a handshake as far as it goes with what has arrived."""
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return


def unverified(address: str, error: BaseException) -> InputError | None:
    """Return the error for a server whose certificate does not verify (step 14).

    Args:
        address: that was asked.
        error: with which that ended.
    """
    if not isinstance(error, ssl.SSLCertVerificationError):
        return None
    return _unverified(address, error)


def _unverified(address: str, error: ssl.SSLCertVerificationError) -> InputError:
    problem = f"the certificate of {address} does not verify: {error.verify_message}"
    given = "the certificate, or the CA, that you were given"
    remedy = f"compare the address, or set SSL_CERT_FILE to {given}"
    return InputError("http.certificate", f"{problem}: {remedy}")

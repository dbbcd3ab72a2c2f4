"""A certificate authority of a test's own, and what it signs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwnCa:
    """Signs certificates; ``file`` is what whoever trusts it names."""

    folder: Path
    key: EllipticCurvePrivateKey
    name: x509.Name

    @property
    def file(self) -> Path:
        return self.folder / "ca.pem"

    def sign(
        self,
        named: str,
        *,
        place: str = "127.0.0.1",
        ends: timedelta = DAY,
        passphrase: bytes = b"",
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    ) -> tuple[Path, Path]:
        """Make a certificate for localhost and a place; return its file and its key's."""
        key = generate_private_key(SECP256R1())
        names = x509.DNSName("localhost"), x509.IPAddress(ip_address(place))
        made = (
            _certificate(self.name, key, _name(named), ends)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
            .add_extension(x509.ExtendedKeyUsage([usage]), False)
            .add_extension(_identifier(self.key), False)
            .sign(self.key, hashes.SHA256())
        )
        return _written(self.folder / named, made, key, passphrase)


def own_ca(folder: Path) -> OwnCa:
    """Draw an authority, and write its certificate."""
    key, name = generate_private_key(SECP256R1()), _name("a CA of a test")
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment"),
            *("data_encipherment", "key_agreement", "encipher_only", "decipher_only"),
        ),
        False,
    )
    made = (
        _certificate(name, key, name, DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True), True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
        )
        .sign(key, hashes.SHA256())
    )
    found = OwnCa(folder, key, name)
    found.file.write_bytes(made.public_bytes(Encoding.PEM))
    return found


def self_signed(folder: Path, named: str) -> tuple[Path, Path]:
    """Make a certificate for localhost that nobody else has signed, and its key's file."""
    key, name = generate_private_key(SECP256R1()), _name(named)
    made = (
        _certificate(name, key, name, DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    return _written(folder / named, made, key)


def _written(
    path: Path,
    made: x509.Certificate,
    key: EllipticCurvePrivateKey,
    passphrase: bytes = b"",
) -> tuple[Path, Path]:
    files = path.with_suffix(".pem"), path.with_suffix(".key")
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    sealed = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    files[1].touch(mode=0o600)
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))
    return files


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _identifier(key: EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _certificate(
    issuer: x509.Name, key: EllipticCurvePrivateKey, name: x509.Name, ends: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + min(ends - DAY, timedelta()) - timedelta(hours=1))
        .not_valid_after(now + ends)
    )

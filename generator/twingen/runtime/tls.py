"""Certificates for `--tls`: a local authority made once, and one for the server signed by it."""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from twingen.errors import UsageError

_AUTHORITY_DAYS = 3650
_SERVER_DAYS = 397  # more is refused by some clients
_RENEW_DAYS = 30
_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """PEM files: the authority that clients are to trust, the server's chain, the server's key."""

    authority: Path
    chain: Path
    key: Path


def certificate(folder: Path, host: str = "localhost") -> Certificate:
    """Return a certificate for loopback names and `host`; files in `folder` are made once.

    Raises UsageError when the folder cannot be written.
    """
    names = list(dict.fromkeys((*_NAMES, host)))
    try:
        authority, signer = _authority(folder)
        server = folder / "server.pem"
        if not _serves(server, authority, names):
            _write(server, _server(authority, signer, names))
    except OSError as error:
        raise UsageError(
            f"cannot keep certificates there: {error.strerror}",
            where=str(folder),
            remedy="set TWINGEN_STATE to a folder that can be written",
        ) from None
    return Certificate(authority=folder / "authority" / "ca.pem", chain=server, key=server)


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    home = folder / "authority"
    found = _load(home / "ca.pem", home / "ca-key.pem")
    if found is not None:
        return found
    shutil.rmtree(home, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=folder))
    made, key = _make_authority()
    _write(staging / "ca.pem", made.public_bytes(serialization.Encoding.PEM))
    _write(staging / "ca-key.pem", _key_bytes(key))
    try:
        staging.rename(home)
    except OSError:  # another run was faster
        shutil.rmtree(staging, ignore_errors=True)
        found = _load(home / "ca.pem", home / "ca-key.pem")
        if found is None:
            raise
        return found
    return made, key


def _load(chain: Path, key: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
    """Return what is kept, or None when it is absent, damaged or about to expire."""
    try:
        found = x509.load_pem_x509_certificate(chain.read_bytes())
        signer = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        return None
    if not isinstance(signer, ec.EllipticCurvePrivateKey) or _expiring(found):
        return None
    return found, signer


def _expiring(found: x509.Certificate) -> bool:
    return found.not_valid_after_utc < _now() + datetime.timedelta(days=_RENEW_DAYS)


def _serves(server: Path, authority: x509.Certificate, names: Iterable[str]) -> bool:
    """Return whether the kept certificate is by this authority, long valid, and for these names."""
    loaded = _load(server, server)
    if loaded is None:
        return False
    found = loaded[0]
    try:
        found.verify_directly_issued_by(authority)
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:  # whatever is wrong with it, a new one is made
        return False
    return {_general(name) for name in names} <= set(alternatives)


def _make_authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("twingen local authority")
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        _builder(name, name, key, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(identifier, critical=False)
    )
    return builder.sign(key, hashes.SHA256()), key


def _server(
    authority: x509.Certificate, signer: ec.EllipticCurvePrivateKey, names: Iterable[str]
) -> bytes:
    """Return key and chain of a server certificate as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = x509.SubjectAlternativeName([_general(name) for name in names])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    made = (
        _builder(_name("twingen"), authority.subject, key, _SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(alternatives, critical=False)
        .add_extension(issuer, critical=False)
        .sign(signer, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    return made.public_bytes(encoding) + authority.public_bytes(encoding) + _key_bytes(key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - datetime.timedelta(days=1))
        .not_valid_after(_now() + datetime.timedelta(days=days))
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(file: Path, content: bytes) -> None:
    """Write a file that only its owner reads, in one step."""
    handle, name = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(name, file)
    except OSError:
        os.unlink(name)
        raise


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


__all__ = ["Certificate", "certificate"]

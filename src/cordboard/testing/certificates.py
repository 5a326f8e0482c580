"""Certificates for tests: an authority of one's own, and what it signs, good and bad."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Flaw = Literal["", "expired", "not-yet-valid", "wrong-host", "untrusted"]
"""What is wrong with a certificate; nothing, if empty. `untrusted`: it has signed itself."""

_OTHER_HOST = "somewhere.else.invalid"
_DAY = dt.timedelta(days=1)


class Authority:
    """A certificate authority whose files are in a folder. `ca_file`: what whoever is to trust it is given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("A test's certificate authority")
        self._files = 0
        made = _signed(self._name, self._name, self._key, self._key, (), days=(-30, 30), authority=True)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def issue(self, *names: str, flaw: Flaw = "", days: float = 10) -> Path:
        """A file with a key and a certificate for these hosts or addresses (or, for a client, its name), valid for so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(names[0])
        hosts = (_OTHER_HOST,) if flaw == "wrong-host" else names
        since, until = {"expired": (-20.0, -1.0), "not-yet-valid": (1.0, 20.0)}.get(flaw, (-1.0, days))
        alone = flaw == "untrusted"
        made = _signed(
            subject,
            subject if alone else self._name,
            key,
            key if alone else self._key,
            hosts,
            days=(since, until),
        )
        self._files += 1
        file = self._folder / f"{self._files}.pem"
        file.touch(mode=0o600)
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return file


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signed(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    hosts: tuple[str, ...],
    *,
    days: tuple[float, float],
    authority: bool = False,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * _DAY)
        .not_valid_after(now + days[1] * _DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if hosts:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_alternative(host) for host in hosts]), critical=False
        )
    return builder.sign(signer, hashes.SHA256())


def _usage(*, authority: bool) -> x509.KeyUsage:
    """What the key is for; Python 3.13 trusts no authority that does not say it."""
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)

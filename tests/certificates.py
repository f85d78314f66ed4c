"""A certificate for 127.0.0.1 and the authority that signed it, made anew."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


def certificates(folder: Path) -> tuple[Path, Path, Path]:
    """Write and return the authority's certificate, the server's, and its key."""
    now = datetime.now(UTC)
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    names = {authority: _name("authority"), server: _name("server")}

    def certificate(key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType, *, critical: bool) -> bytes:
        builder = x509.CertificateBuilder(
            issuer_name=names[authority],
            subject_name=names[key],
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=now - _DAY,
            not_valid_after=now + _DAY,
        )
        for one, strict in (
            (extension, critical),
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), False),
        ):
            builder = builder.add_extension(one, critical=strict)
        return builder.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    paths = (folder / "authority.pem", folder / "server.pem", folder / "key.pem")
    paths[0].write_bytes(certificate(authority, x509.BasicConstraints(ca=True, path_length=None), critical=True))
    address = x509.SubjectAlternativeName(
        [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("registry.example.test")]
    )
    paths[1].write_bytes(certificate(server, address, critical=False))
    paths[2].write_bytes(
        server.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

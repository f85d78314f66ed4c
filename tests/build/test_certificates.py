import base64
import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from prill.build.certificates import (
    NotACertificate,
    ca_bundle,
    certificate_files,
    certificates_in,
    read_certificate_file,
)
from prill.build.tree_paths import FileTooLarge
from trees import DictTree, Link, by_path

KEY = ec.generate_private_key(ec.SECP256R1())


def pem(common_name: str) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    start = dt.datetime(2020, 1, 2, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3650))
        .sign(KEY, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


A, B, C, LOCAL = (pem(name) for name in ("A", "B", "C", "Local"))
PACKAGED = {
    "usr/share/ca-certificates/mozilla/b.crt": B,
    "usr/share/ca-certificates/mozilla/a.crt": A.rstrip(b"\n"),
    "usr/share/ca-certificates/extra/deep/c.crt": C,
    "usr/share/ca-certificates/mozilla/README": b"no certificate",
}


def test_the_bundle_is_every_file_in_order_and_then_the_local_ones() -> None:
    tree = DictTree({**PACKAGED, "usr/local/share/ca-certificates/0.crt": LOCAL})
    bundle = by_path(ca_bundle(tree))["etc/ssl/certs/ca-certificates.crt"]
    assert bundle.content == C + A + B + LOCAL
    assert (bundle.stat.mode, bundle.stat.size, bundle.rule) == (0o644, len(bundle.content), "ca-bundle")


def test_a_deselected_authority_is_left_out() -> None:
    conf = "# chosen by hand\nmozilla/b.crt\n!mozilla/a.crt\n\nmozilla/gone.crt\nextra/deep/c.crt\n"
    tree = DictTree({**PACKAGED, "etc/ca-certificates.conf": conf})
    assert ca_bundle(tree)[0].content == B + C


def test_a_certificate_behind_a_link_counts() -> None:
    tree = DictTree({"srv/own.pem": A, "usr/local/share/ca-certificates/own.crt": Link("/srv/own.pem")})
    assert ca_bundle(tree)[0].content == A


def test_an_image_without_authorities_has_no_bundle() -> None:
    assert ca_bundle(DictTree({"usr/lib/x86_64-linux-gnu/libssl.so.3": b""})) == ()


def test_a_bundle_that_is_there_stays() -> None:
    assert ca_bundle(DictTree({**PACKAGED, "etc/ssl/certs/ca-certificates.crt": b"mine"})) == ()


def test_openssl_finds_the_bundle_without_an_environment_variable() -> None:
    tree = DictTree({**PACKAGED, "usr/lib/x86_64-linux-gnu/libssl.so.3": b""})
    assert by_path(ca_bundle(tree))["usr/lib/ssl/cert.pem"].stat.link == "/etc/ssl/certs/ca-certificates.crt"


def test_certificates_are_counted_once() -> None:
    tree = DictTree({**PACKAGED, "usr/local/share/ca-certificates/chain.crt": A + b"# a comment\n" + LOCAL})
    assert len(certificates_in(certificate_files(tree))) == 4


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain text",
        base64.b64decode(b"".join(A.splitlines()[1:-1])),
        A[:-20],
        A.replace(b"MII", b"M!I", 1),
        A[:60] + A[200:],
        A + b"-----BEGIN CERTIFICATE-----\n",
        A.replace(b" CERTIFICATE", b" TRUSTED CERTIFICATE"),
    ],
    ids=["empty", "text", "der", "cut", "base64", "damaged", "open", "trusted"],
)
def test_what_is_no_certificate_is_refused(content: bytes) -> None:
    with pytest.raises(NotACertificate, match=r"x\.crt"):
        read_certificate_file(content, "x.crt")


def test_a_private_key_never_gets_into_the_bundle() -> None:
    secret = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    tree = DictTree({"usr/local/share/ca-certificates/oops.crt": A + secret})
    with pytest.raises(NotACertificate, match="PRIVATE KEY"):
        ca_bundle(tree)


def test_a_file_without_end_is_refused() -> None:
    tree = DictTree({"usr/local/share/ca-certificates/big.crt": bytes((4 << 20) + 1)})
    with pytest.raises(FileTooLarge):
        ca_bundle(tree)

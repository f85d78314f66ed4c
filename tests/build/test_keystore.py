import datetime as dt
import hashlib
import struct
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from prill.build.keystore import java_keystore, keystore_entries
from prill.formats.x509 import InvalidCertificate, read_certificate
from trees import DictTree, Link

KEY = ec.generate_private_key(ec.SECP256R1())
LETTERS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=30)


def certificate(attributes: list[tuple[x509.ObjectIdentifier, str]], year: int = 2020, serial: int = 7) -> bytes:
    name = x509.Name([x509.NameAttribute(oid, text) for oid, text in attributes])
    start = dt.datetime(year, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=10))
        .sign(KEY, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


def entries_of(store: bytes) -> list[tuple[str, int, bytes]]:
    """Read a keystore back, checking its digest."""
    data, digest = store[:-20], store[-20:]
    assert hashlib.sha1("changeit".encode("utf-16-be") + b"Mighty Aphrodite" + data).digest() == digest
    magic, version, count = struct.unpack_from(">III", data)
    assert (magic, version) == (0xFEEDFEED, 2)
    position, found = 12, []
    for _ in range(count):
        tag, length = struct.unpack_from(">IH", data, position)
        alias = data[position + 6 : position + 6 + length].decode()
        position += 6 + length
        date, kind_length = struct.unpack_from(">qH", data, position)
        kind = data[position + 10 : position + 10 + kind_length]
        position += 10 + kind_length
        (size,) = struct.unpack_from(">I", data, position)
        found.append((alias, date, data[position + 4 : position + 4 + size]))
        position += 4 + size
        assert (tag, kind) == (2, b"X.509")
    assert position == len(data)
    return found


@given(
    st.lists(
        st.tuples(
            st.sampled_from([NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.LOCALITY_NAME]),
            LETTERS.filter(lambda text: len(text.encode()) <= 60),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([1950, 1999, 2049, 2050, 2200]),
)
def test_subject_and_date_are_those_that_cryptography_reads(
    attributes: list[tuple[x509.ObjectIdentifier, str]], year: int
) -> None:
    der = certificate(attributes, year)
    oracle = x509.load_der_x509_certificate(der)
    info = read_certificate(der)
    assert info.subject == oracle.subject.rfc4514_string()
    assert info.not_before == int(oracle.not_valid_before_utc.timestamp())


def test_an_attribute_without_a_short_name_is_written_in_hexadecimal() -> None:
    subject = read_certificate(certificate([(NameOID.COMMON_NAME, "x"), (NameOID.EMAIL_ADDRESS, "a@b")])).subject
    assert subject == "1.2.840.113549.1.9.1=#1603614062,CN=x"


def test_entries_are_sorted_and_have_aliases_of_their_own() -> None:
    first = certificate([(NameOID.COMMON_NAME, "Zeta")])
    again = certificate([(NameOID.COMMON_NAME, "ZETA")], serial=8)
    alpha = certificate([(NameOID.COMMON_NAME, "Álpha, Inc.")], year=2001)
    store = java_keystore([first, alpha, again, first])
    found = entries_of(store)
    assert [alias for alias, _, _ in found] == ["cn=zeta", "cn=zeta-2", "cn=álpha\\, inc."]
    assert {der for _, _, der in found} == {first, again, alpha}
    assert found[2][1] == 1000 * int(dt.datetime(2001, 3, 4, 5, 6, 7, tzinfo=dt.UTC).timestamp())
    assert store == java_keystore([again, first, alpha])


def test_a_keystore_lies_where_the_runtimes_look() -> None:
    der = certificate([(NameOID.COMMON_NAME, "x")])
    tree = DictTree({"usr/lib/jvm/java-21-openjdk-amd64/lib/security/cacerts": Link("/etc/ssl/certs/java/cacerts")})
    (entry,) = keystore_entries(tree, (der,))
    assert (entry.stat.path, entry.stat.mode, entry.rule) == ("etc/ssl/certs/java/cacerts", 0o644, "java-keystore")
    assert entry.content == java_keystore([der])


def test_without_a_runtime_or_certificates_there_is_none() -> None:
    der = certificate([(NameOID.COMMON_NAME, "x")])
    link = {"usr/lib/jvm/j/lib/security/cacerts": Link("/etc/ssl/certs/java/cacerts")}
    assert keystore_entries(DictTree({"usr/bin/x": b""}), (der,)) == ()
    assert keystore_entries(DictTree(link), ()) == ()
    assert keystore_entries(DictTree({"usr/lib/jvm/j/lib/security/cacerts": b"its own"}), (der,)) == ()
    assert keystore_entries(DictTree({**link, "etc/ssl/certs/java/cacerts": b"mine"}), (der,)) == ()


DER = certificate([(NameOID.COMMON_NAME, "x")])


@pytest.mark.parametrize("length", [0, 1, 5, 100, -1])
def test_a_cut_certificate_is_invalid(length: int) -> None:
    with pytest.raises(InvalidCertificate):
        read_certificate(DER[:length])


@given(st.lists(st.tuples(st.integers(0, len(DER) - 1), st.integers(0, 255)), max_size=6))
def test_a_damaged_certificate_is_a_value_or_invalid(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(DER)
    for place, byte in changes:
        damaged[place] = byte
    with suppress(InvalidCertificate):
        assert entries_of(java_keystore([bytes(damaged)]))[0][2] == bytes(damaged)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_certificate_or_invalid(data: bytes) -> None:
    with suppress(InvalidCertificate):
        assert read_certificate(data).subject is not None

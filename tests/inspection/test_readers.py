"""What readers say of single files."""

import subprocess
import time
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.archive.bounds import FileTooLarge
from prill.inspection.facts.capabilities import parse_capabilities
from prill.inspection.facts.certificates import CERTIFICATES as FACT
from prill.inspection.readers import BUILTIN
from prill.inspection.readers.certificates import CERTIFICATES
from prill.inspection.readers.openssl import OPENSSL
from prill.inspection.readers.releases import RELEASES
from prill.model import FileKind, FileStat

CNF = """\
openssl_conf = init
[init]
providers = provider_sect  # which
alg_section = algorithm_sect
[provider_sect]
fips = fips_sect
base = base_sect
[algorithm_sect]
default_properties = fips = yes
"""


class Found:
    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.stat = FileStat(path=path, kind=FileKind.FILE, mode=0o755, size=len(data))

    def open(self) -> BytesIO:
        return BytesIO(self.data)


@pytest.mark.parametrize(
    ("text", "fips"),
    [
        (CNF, True),
        (CNF.replace("fips = fips_sect", "# fips = fips_sect"), False),
        (CNF.replace("default_properties = fips = yes", ""), False),
        ("", False),
    ],
)
def test_openssl(text: str, *, fips: bool):
    assert OPENSSL.read(Found("etc/ssl/openssl.cnf", text.encode())).fips is fips


def test_a_system_that_is_switched_over():
    assert OPENSSL.read(Found("etc/crypto-policies/config", b"FIPS:OSPP\n")).fips
    assert not OPENSSL.read(Found("etc/crypto-policies/config", b"DEFAULT\n")).fips
    assert OPENSSL.read(Found("etc/system-fips", b"# installed\n")).fips


def test_a_hostile_configuration_does_not_take_long():
    began = time.thread_time()
    OPENSSL.read(Found("etc/ssl/openssl.cnf", b"a = " + b" " * 200_000 + b"x"))
    OPENSSL.read(Found("etc/ssl/openssl.cnf", b"[" + b" " * 200_000))
    assert time.thread_time() - began < 5


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("opt/jdk/release", 'JAVA_VERSION="17.0.9"\n', ("openjdk", "17.0.9")),
        ("usr/local/go/VERSION", "go1.22.1\ntime 2024\n", ("go", "1.22.1")),
        ("usr/include/python3.12/patchlevel.h", '#define PY_VERSION  "3.12.4"\n', ("python", "3.12.4")),
        ("etc/release", "nothing of the kind", None),
        ("usr/include/node/node_version.h", "#define NODE_MAJOR_VERSION 20\n", None),
    ],
)
def test_releases(path: str, text: str, expected: tuple[str, str] | None):
    found = RELEASES.read(Found(path, text.encode()))
    assert (found and (found.name, found.version)) == expected


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder: Path = tmp_path_factory.mktemp("ca")
    command = ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "k", "-out", "c", "-days", "30"]
    subprocess.run([*command, "-subj", "/O=Test, Inc/CN=Test authority"], cwd=folder, check=True, capture_output=True)
    return (folder / "c").read_bytes()


def test_certificates(certificate: bytes):
    damaged = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    found = CERTIFICATES.read(Found("etc/ssl/cert.pem", b"# a comment\n" + certificate + damaged + certificate))
    assert [one.name for one in found.trusted] == ["Test authority"] * 2
    assert found.unreadable == 1
    assert found.trusted[0].ends - found.trusted[0].begins == 30 * 86_400
    assert FACT.id == "certificates"


def test_a_bundle_beyond_the_bound_is_refused():
    with pytest.raises(FileTooLarge):
        CERTIFICATES.read(Found("etc/ssl/cert.pem", b"x" * ((8 << 20) + 1)))


@pytest.mark.parametrize(
    ("data", "names", "effective"),
    [
        ("0100000200040000000000000000000000000000", ("cap_net_bind_service",), True),
        ("0000000200200000000000000000000000000000", ("cap_net_raw",), False),
        ("010000030000000000000000010000000000000000000000", ("cap_mac_override",), True),
        ("0100000101000000" + "00000000", ("cap_chown",), True),
    ],
)
def test_capabilities(data: str, names: tuple[str, ...], *, effective: bool):
    assert parse_capabilities(bytes.fromhex(data)) == (names, effective)


@given(st.binary(max_size=40))
def test_any_capability_attribute_is_read_or_told(data: bytes):
    names, _ = parse_capabilities(data)
    assert isinstance(names, tuple)


@given(
    data=st.binary(max_size=400),
    start=st.sampled_from([b"", b"\x7fELF", b"#!/bin/sh\n", b"-----BEGIN CERTIFICATE-----\n"]),
)
@pytest.mark.parametrize("reader", BUILTIN, ids=lambda one: one.id)
def test_no_content_makes_a_reader_fail(reader, data: bytes, start: bytes):  # noqa: ANN001
    paths = ("etc/ssl/openssl.cnf", "opt/jdk/release", "usr/local/go/VERSION", "usr/include/node/node_version.h")
    for path in paths[1:] if reader is RELEASES else paths[:1]:
        reader.read(Found(path, start + data))

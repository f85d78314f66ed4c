"""What is remembered is what would have been made."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from prill._io.cache import ContentCache
from prill.build.declare import _CERTIFICATES, _certificates
from prill.build.entries import regular_file
from prill.build.generated import GeneratedEntry
from prill.build.memo import Memo
from prill.build.placed import Placed
from prill.build.plan import listed_of
from prill.build.rootfs import Rootfs
from prill.build.tree import RootfsTree

KEY = ec.generate_private_key(ec.SECP256R1())


def pem(common_name: str) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    start = dt.datetime(2020, 1, 2, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 7, start, start + dt.timedelta(days=3650))
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


AUTHORITY = {"usr/share/ca-certificates/a.crt": pem("A")}
OTHERS = {
    "another authority": {"usr/share/ca-certificates/b.crt": pem("B")},
    "a local authority": {"usr/local/share/ca-certificates/b.crt": pem("B")},
    "a selection": {"etc/ca-certificates.conf": b"gone.crt\n"},
    "OpenSSL": {"usr/lib/x86_64-linux-gnu/libssl.so.3": b"\x7fELF"},
    "a bundle of the spec's": {"etc/ssl/certs/ca-certificates.crt": pem("C")},
}


def tree_of(files: dict[str, bytes]) -> RootfsTree:
    made: dict[str, GeneratedEntry] = {}
    root = Rootfs()
    for path, content in files.items():
        made[path] = regular_file(path, content, "test")
        listed = listed_of(made[path], sha256=hashlib.sha256(content).hexdigest())
        root.placed[path] = Placed(listed, "test")
    root.complete_parents()
    return RootfsTree(root, lambda _: memoryview(b""), made, None)


def certificates(files: dict[str, bytes], cache: ContentCache | None) -> tuple[GeneratedEntry, ...]:
    tree = tree_of(files)
    return Memo(cache).recall("certificates", tree, _CERTIFICATES, lambda: _certificates(tree))


@pytest.mark.parametrize("more", OTHERS)
def test_another_image_gets_its_own_certificates(more: str, tmp_path: Path):
    cache = ContentCache(tmp_path / "cache")
    files = AUTHORITY | OTHERS[more]
    assert certificates(AUTHORITY, cache) == certificates(AUTHORITY, None)
    assert certificates(files, cache) == certificates(files, None) != certificates(AUTHORITY, None)
    assert certificates(files, cache) == certificates(files, None)


def test_what_was_made_before_is_not_made_again(tmp_path: Path):
    cache = ContentCache(tmp_path / "cache")
    first = certificates(AUTHORITY, cache)
    tree = tree_of(AUTHORITY)
    assert Memo(cache).recall("certificates", tree, _CERTIFICATES, tuple) == first
    assert Memo(cache).recall("other", tree, _CERTIFICATES, tuple) == ()

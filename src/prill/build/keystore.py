"""The Java keystore of certificate authorities: version 2 of JKS, the same bytes from the same certificates.

The format has no specification of its own; what is written here follows the description in OpenJDK's
``sun.security.provider.JavaKeyStore``: a header, entries, and SHA-1 over the password, a salt phrase and all of that.
The digest only guards against damage: everybody knows the password.
"""

import hashlib
import struct
from collections.abc import Iterable
from typing import Final

from prill.build.entries import regular_file
from prill.build.generated import GeneratedEntry
from prill.build.tree_paths import resolve
from prill.formats.x509 import InvalidCertificate, read_certificate
from prill.model import FileKind, FileTree

__all__ = ["PASSWORD", "java_keystore", "keystore_entries"]

PASSWORD: Final = "changeit"  # noqa: S105 - the one that every Java runtime expects
_RULE: Final = "java-keystore"
_PATH: Final = "etc/ssl/certs/java/cacerts"
_MAGIC, _VERSION, _TRUSTED_CERTIFICATE = 0xFEEDFEED, 2, 2
_MAX_UTF: Final = 0xFFFF
_SALT: Final = b"Mighty Aphrodite"


def java_keystore(certificates: Iterable[bytes], *, password: str = PASSWORD) -> bytes:
    """Write DER certificates as a keystore of trusted certificates, sorted by alias.

    An alias is the certificate's subject in lower case, with ``-2``, ``-3`` and so on where several share it; an
    entry's date is when its certificate begins to be valid. Raise `InvalidCertificate` for what is none.
    """
    entries = sorted(_with_aliases(certificates))
    out = [struct.pack(">III", _MAGIC, _VERSION, len(entries))]
    for alias, not_before, der in entries:
        out.append(struct.pack(">I", _TRUSTED_CERTIFICATE) + _java_utf(alias) + struct.pack(">q", 1000 * not_before))
        out.append(_java_utf("X.509") + struct.pack(">I", len(der)) + der)
    data = b"".join(out)
    digest = hashlib.sha1(password.encode("utf-16-be") + _SALT + data, usedforsecurity=False).digest()
    return data + digest


def keystore_entries(tree: FileTree, certificates: tuple[bytes, ...]) -> tuple[GeneratedEntry, ...]:
    """Make the keystore where the image's Java runtimes look for it; nothing without a runtime or certificates.

    Debian's runtimes have a link at ``lib/security/cacerts``. A runtime with a file there brought its own.
    """
    wanted: set[str] = set()
    for path in tree.glob("usr/lib/jvm/*/lib/security/cacerts"):
        stat = tree.stat(path)
        if stat is not None and stat.kind is FileKind.SYMLINK and resolve(tree, path) is None:
            wanted.add(stat.link.lstrip("/") if stat.link.startswith("/") else _PATH)
    if not certificates or not wanted:
        return ()
    content = java_keystore(certificates)
    return tuple(regular_file(path, content, _RULE) for path in sorted(wanted))


def _with_aliases(certificates: Iterable[bytes]) -> Iterable[tuple[str, int, bytes]]:
    seen: dict[str, int] = {}
    for der in sorted(set(certificates)):
        info = read_certificate(der)
        alias = info.subject.lower()
        seen[alias] = seen.get(alias, 0) + 1
        yield alias if seen[alias] == 1 else f"{alias}-{seen[alias]}", info.not_before, der


def _java_utf(text: str) -> bytes:
    """Write a string as ``java.io.DataOutput.writeUTF`` does: its length, then "modified UTF-8"."""
    out = bytearray()
    units = text.encode("utf-16-be", "surrogatepass")
    for (unit,) in struct.iter_unpack(">H", units):
        if 0 < unit < 0x80:  # noqa: PLR2004
            out.append(unit)
        elif unit < 0x800:  # noqa: PLR2004
            out += bytes((0xC0 | unit >> 6, 0x80 | unit & 0x3F))
        else:
            out += bytes((0xE0 | unit >> 12, 0x80 | unit >> 6 & 0x3F, 0x80 | unit & 0x3F))
    if len(out) > _MAX_UTF:
        raise InvalidCertificate(f"a subject of {len(out)} bytes", hint=f"a keystore's alias has at most {_MAX_UTF}")
    return struct.pack(">H", len(out)) + bytes(out)

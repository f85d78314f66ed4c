"""The bundle of certificate authorities, as ``update-ca-certificates`` makes it.

The rule, read in that program and in the postinst of ca-certificates: every file of /usr/share/ca-certificates,
sorted by path, but for those that /etc/ca-certificates.conf deselects; then those of /usr/local/share/ca-certificates;
each verbatim, with a newline at its end if it lacks one.
"""

import base64
import binascii
import re
from typing import Final

from prill.build.entries import regular_file, symlink
from prill.build.generated import GeneratedEntry
from prill.build.spec_subject import subject
from prill.build.tree_paths import read_bounded, resolve
from prill.errors import PrillError
from prill.formats.x509 import InvalidCertificate, read_certificate
from prill.model import FileKind, FileTree
from prill.model.value import dataclass

__all__ = [
    "CertificateFile",
    "NotACertificate",
    "ca_bundle",
    "certificate_files",
    "certificates_in",
    "read_certificate_file",
]

BUNDLE: Final = "etc/ssl/certs/ca-certificates.crt"
_RULE: Final = "ca-bundle"
_PACKAGED: Final = "usr/share/ca-certificates"
_LOCAL: Final = "usr/local/share/ca-certificates"
_SELECTION: Final = "etc/ca-certificates.conf"
_OPENSSL_DEFAULT: Final = "usr/lib/ssl/cert.pem"
_MAX_FILE: Final = 4 << 20
_MAX_FILES: Final = 4096
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)


class NotACertificate(PrillError):
    """A file among the certificate authorities holds none, or something that must not be public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFile:
    """One file of the bundle: its bytes as they stand, and its certificates in DER."""

    path: str
    content: bytes
    certificates: tuple[bytes, ...]


def read_certificate_file(content: bytes, path: str) -> CertificateFile:
    """Check that ``content`` holds PEM certificates and nothing else in PEM (RFC 7468, section 5).

    Raise `NotACertificate` otherwise.
    """
    found: list[bytes] = []
    for match in _BLOCK.finditer(content):
        label = match[1].decode("ascii")
        if label != "CERTIFICATE":
            raise NotACertificate(
                f"{path} holds a {label}, which is no certificate", hint="keep only the BEGIN CERTIFICATE blocks"
            )
        try:
            der = base64.b64decode(b"".join(match[2].split()), validate=True)
            read_certificate(der)
        except (binascii.Error, InvalidCertificate) as error:
            raise NotACertificate(f"{path} holds a damaged certificate: {error}") from error
        found.append(der)
    if not found or content.count(b"-----BEGIN ") != len(found):
        raise NotACertificate(
            f"{path} holds no whole PEM certificate", hint="openssl x509 -inform der -in FILE turns DER into PEM"
        )
    return CertificateFile(path=path, content=content, certificates=tuple(found))


def certificate_files(tree: FileTree) -> tuple[CertificateFile, ...]:
    """Read the files that make the bundle, in the bundle's order; an error's subject is the path of its file."""
    packaged = _selected(tree)
    if packaged is None:
        packaged = _certificates_below(tree, _PACKAGED)
    paths = [*packaged, *_certificates_below(tree, _LOCAL)]
    if len(paths) > _MAX_FILES:
        raise NotACertificate(f"{len(paths)} files of certificate authorities", hint=f"at most {_MAX_FILES} are read")
    return tuple(_read(tree, path) for path in paths)


def _read(tree: FileTree, path: str) -> CertificateFile:
    with subject(path):
        return read_certificate_file(read_bounded(tree, path, _MAX_FILE), path)


def certificates_in(files: tuple[CertificateFile, ...]) -> tuple[bytes, ...]:
    """Return the certificates of all files in DER, each once, in the bundle's order."""
    return tuple(dict.fromkeys(der for one in files for der in one.certificates))


def ca_bundle(tree: FileTree, files: tuple[CertificateFile, ...] | None = None) -> tuple[GeneratedEntry, ...]:
    """Make the bundle, and the link through which OpenSSL finds it without an environment variable.

    Nothing where the image has no certificate authorities; a bundle that a file of the spec put there stays.
    """
    files = certificate_files(tree) if files is None else files
    if not files or tree.stat(BUNDLE) is not None:
        return ()
    content = b"".join(one.content if one.content.endswith(b"\n") else one.content + b"\n" for one in files)
    entries = [regular_file(BUNDLE, content, _RULE)]
    if tree.stat(_OPENSSL_DEFAULT) is None and any(tree.glob("usr/lib/*/libssl.so.*")):
        entries.append(symlink(_OPENSSL_DEFAULT, f"/{BUNDLE}", _RULE))
    return tuple(entries)


def _selected(tree: FileTree) -> list[str] | None:
    """Return what /etc/ca-certificates.conf selects, in its order; None where there is no such file."""
    if resolve(tree, _SELECTION) is None:
        return None
    lines = read_bounded(tree, _SELECTION, _MAX_FILE).decode("utf-8", "surrogateescape").split("\n")
    names = [line for line in lines if line and not line.startswith(("#", "!"))]
    return [f"{_PACKAGED}/{name}" for name in names if _is_file(tree, f"{_PACKAGED}/{name}")]


def _certificates_below(tree: FileTree, folder: str) -> list[str]:
    """Return the .crt files of a folder and those below it, sorted as ``sort`` does in the C locale."""
    found = [path for path in tree.glob(f"{folder}/**") if path.endswith(".crt") and _is_file(tree, path)]
    return sorted(found, key=lambda path: path.encode("utf-8", "surrogateescape"))


def _is_file(tree: FileTree, path: str) -> bool:
    resolved = resolve(tree, path)
    stat = None if resolved is None else tree.stat(resolved)
    return stat is not None and stat.kind in (FileKind.FILE, FileKind.HARDLINK)

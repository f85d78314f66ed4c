"""The C library, and its version, by its own file."""

import re

from prill.model.regex import regex
from prill.oci.evidence import Evidence, FoundFile, read_bounded

__all__ = ["LIBC", "LibcEvidence", "LibcReader"]

_MAX_BYTES = 16 << 20
_GLIBC = regex(rb"GNU C Library \([^)\0]{0,80}\) (?:stable|development) release version ([0-9]+\.[0-9]+(?:\.[0-9]+)?)")
_MUSL = regex(rb"\0([01]\.[0-9]{1,2}\.[0-9]{1,2})(?:-git[0-9a-z-]*)?\0")
_UCLIBC = regex(rb"uClibc(?:-ng)? (?:release; )?(?:version )?([0-9]+\.[0-9]+\.[0-9]+)")


class LibcEvidence(Evidence, frozen=True):
    """A C library."""

    name: str
    version: str = ""


class LibcReader:
    """Reads glibc's, musl's and uClibc's."""

    id = "libc"
    version = 1
    patterns = ("**/libc.so.6", "**/ld-musl-*.so.1", "**/*-linux-musl*/libc.so", "**/libuClibc-*.so", "**/libc-2.*.so")
    programs = False
    evidence = LibcEvidence

    def read(self, file: FoundFile) -> LibcEvidence | None:
        """Read one file; raise `FileTooLarge`."""
        data = read_bounded(file, _MAX_BYTES)
        if not data.startswith(b"\x7fELF"):
            return None
        if b"GNU C Library" in data:
            return _found("glibc", _GLIBC.search(data))
        if b"musl libc" in data:
            return _found("musl", _MUSL.search(data))
        if b"uClibc" in data:
            return _found("uClibc", _UCLIBC.search(data))
        return None


def _found(name: str, version: re.Match[bytes] | None) -> LibcEvidence:
    return LibcEvidence(name=name, version=version[1].decode() if version else "")


LIBC = LibcReader()

"""Language runtimes that came without a package, by the files in which they say their version."""

import re

from prill.model.regex import regex
from prill.oci.evidence import Evidence, FoundFile, read_bounded

__all__ = ["RELEASES", "ReleaseEvidence", "ReleaseReader"]

_MAX_BYTES = 256 << 10
_JAVA = regex(rb'^JAVA_VERSION="?([0-9][0-9A-Za-z._+-]{0,40})"?', re.MULTILINE)
_GO = regex(rb"go([0-9]+\.[0-9]+(?:\.[0-9]+)?)")
_NODE = regex(rb"#define NODE_(MAJOR|MINOR|PATCH)_VERSION (\d{1,4})")
_PYTHON = regex(rb'#define PY_VERSION\s+"([0-9][0-9a-z.+]{0,20})"')


class ReleaseEvidence(Evidence, frozen=True):
    """A runtime, by its name in the catalogue of ends of life."""

    name: str
    version: str


class ReleaseReader:
    """Reads Java's ``release``, Go's ``VERSION``, and the headers of Node.js and Python."""

    id = "releases"
    version = 1
    patterns = ("**/release", "**/go/VERSION", "**/include/node/node_version.h", "**/include/python3*/patchlevel.h")
    programs = False
    evidence = ReleaseEvidence

    def read(self, file: FoundFile) -> ReleaseEvidence | None:
        """Read one file; what is larger is something else."""
        if file.stat.size > _MAX_BYTES:
            return None
        data = read_bounded(file, _MAX_BYTES)
        name, _, version = _version(file.path[file.path.rfind("/") + 1 :], data).partition(" ")
        return ReleaseEvidence(name=name, version=version) if version else None


def _version(name: str, data: bytes) -> str:
    if name == "node_version.h":
        parts = {part.decode(): number.decode() for part, number in _NODE.findall(data)}
        return f"nodejs {'.'.join(parts[part] for part in ('MAJOR', 'MINOR', 'PATCH'))}" if len(parts) == 3 else ""  # noqa: PLR2004
    product, pattern = {"release": ("openjdk", _JAVA), "VERSION": ("go", _GO), "patchlevel.h": ("python", _PYTHON)}[
        name
    ]
    found = pattern.search(data)
    return f"{product} {found[1].decode()}" if found else ""


RELEASES = ReleaseReader()

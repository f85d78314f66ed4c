"""``Gemfile.lock`` (bundler.io): the gems that a Ruby application runs with."""

import re

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, text_of

__all__ = ["parse_gemfile_lock"]

_SPEC = re.compile(r"    (\S+) \(([^()\s]+)\)")
_NEED = re.compile(r"      (\S+?)!?(?: \(.*\))?")
_CHECKSUM = re.compile(r"  (\S+) \(([^()\s]+)\) sha256=([0-9a-f]{64})")
_VERSION = re.compile(r"([0-9][0-9A-Za-z.]*)(?:-[a-z0-9_].*)?")
_SECTIONS = frozenset({"GEM", "GIT", "PLUGIN SOURCE"})


def parse_gemfile_lock(data: bytes) -> LockFile:
    """Read ``Gemfile.lock``; gems of a folder beside it (``PATH``) are left out. Raise `InvalidLockFile`."""
    text = text_of(data, "Gemfile.lock")
    if not re.search(r"^(?:GEM|GIT|PATH|DEPENDENCIES)$", text, re.MULTILINE):
        raise InvalidLockFile(f"a Gemfile.lock without any section: {text[:80]!r}")
    section = ""
    found: dict[tuple[str, str], set[str]] = {}
    needs: set[str] = set()
    digests: dict[tuple[str, str], str] = {}
    for line in text.splitlines():
        if line[:1] not in ("", " "):
            section = line.strip()
        elif section == "CHECKSUMS" and (match := _CHECKSUM.match(line)):
            digests[match[1], match[2]] = f"sha256:{match[3]}"
        elif section not in _SECTIONS:
            continue
        elif (match := _SPEC.fullmatch(line)) and (version := _VERSION.fullmatch(match[2])):
            needs = found.setdefault((match[1], version[1]), set())
        elif match := _NEED.fullmatch(line):
            needs.add(match[1])
    return LockFile(
        packages=tuple(
            Locked(name=name, version=version, digest=digests.get((name, version), ""), requires=tuple(sorted(needs)))
            for (name, version), needs in sorted(found.items())
        )
    )

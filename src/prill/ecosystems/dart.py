"""``pubspec.lock`` (dart.dev): the packages that a Dart or Flutter application is built from.

It is YAML in the one form in which pub writes it, and read line by line.
"""

import re

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, text_of

__all__ = ["parse_pubspec_lock"]

_NAME = re.compile(r"  ([a-z0-9_]+):\s*")
_FIELD = re.compile(r"""(?:    |      )(dependency|sha256|source|version): ["']?([^"'\s](?:[^"']*[^"'\s])?)["']?\s*""")

_OWN = ("sdk", "path")


def parse_pubspec_lock(data: bytes) -> LockFile:
    """Read ``pubspec.lock``, without what is for development alone, or in a folder beside; raise `InvalidLockFile`.

    A package from Git has the version that it states itself.
    """
    lines = text_of(data, "pubspec.lock").splitlines()
    if "packages:" not in [line.rstrip() for line in lines]:
        raise InvalidLockFile("a pubspec.lock without packages")
    found: dict[str, dict[str, str]] = {}
    fields: dict[str, str] = {}
    section = ""
    for line in lines:
        if line[:1] not in ("", " ", "#"):
            section = line.partition(":")[0]
        elif section == "packages" and (match := _NAME.fullmatch(line)):
            fields = found.setdefault(match[1], {})
        elif section == "packages" and (match := _FIELD.fullmatch(line)):
            fields[match[1]] = match[2]
    wanted = {name: one for name, one in found.items() if one.get("dependency") != "direct dev"}
    stated = {
        name: one for name, one in wanted.items() if one.get("source") in ("hosted", "git") and one.get("version")
    }
    return LockFile(
        packages=tuple(
            Locked(name=name, version=one["version"], digest=f"sha256:{one['sha256']}" if "sha256" in one else "")
            for name, one in sorted(stated.items())
        ),
        unclear=tuple(
            sorted(name for name, one in wanted.items() if name not in stated and one.get("source") not in _OWN)
        ),
    )

"""How Go names versions (go.dev/ref/mod): pseudo-versions, and the standard library as OSV knows it."""

import re
from collections.abc import Mapping

__all__ = ["STDLIB", "TOOLCHAIN", "development_version", "is_folder", "stdlib_version"]

STDLIB = "stdlib"
"""OSV's name for Go's standard library."""

TOOLCHAIN = "toolchain"
"""OSV's name for Go's own programs, such as ``go`` and the compiler."""

_VERSION = re.compile(r"go(\d+(?:\.\d+)*(?:(?:rc|beta)\d+)?)")
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z")
_COMMIT = re.compile(r"[0-9a-f]{12,}")


def is_folder(replacement: str) -> bool:
    """Say whether what replaces a module is a folder beside it (go.mod reference, "replace"), and no other module."""
    return replacement.startswith(("./", "../", "/")) or replacement in (".", "..")


def stdlib_version(go_version: str) -> str:
    """Return the standard library's version, ``1.22.5``, of what a program says; nothing for a development version."""
    match = _VERSION.match(go_version)
    return match[1] if match else ""


def development_version(version: str, settings: Mapping[str, str]) -> str:
    """Return a version that says something for ``(devel)``: the pseudo-version of the commit that was built, or none.

    The linker knows no tag, so the pseudo-version is one without (``v0.0.0-20230227080510-44384b6d1a74``).
    """
    if version not in ("", "(devel)"):
        return version
    time = _TIME.fullmatch(settings.get("vcs.time", ""))
    commit = settings.get("vcs.revision", "")
    if settings.get("vcs") != "git" or time is None or not _COMMIT.match(commit):
        return ""
    return f"v0.0.0-{''.join(time.groups())}-{commit[:12]}"

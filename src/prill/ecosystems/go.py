"""How Go names versions (go.dev/ref/mod): pseudo-versions, and the standard library as OSV knows it."""

from collections.abc import Mapping

from prill.model.regex import regex

__all__ = ["STDLIB", "TOOLCHAIN", "development_version", "is_folder", "stated_version", "stdlib_version"]

STDLIB = "stdlib"
"""OSV's name for Go's standard library."""

TOOLCHAIN = "toolchain"
"""OSV's name for Go's own programs, such as ``go`` and the compiler."""

_VERSION = regex(r"go(\d+(?:\.\d+)*(?:(?:rc|beta)\d+)?)")
_TIME = regex(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z")
_COMMIT = regex(r"[0-9a-f]{12,}")
_MAJOR = regex(r"(?:/|^gopkg\.in/.*\.)v([1-9]\d{0,8})$")
_VARIABLE = regex(
    r"""-X[ =]\\?["']?([^\s"'=]{1,300})\.(\w{1,60})=v?"""
    r"""(\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][0-9A-Za-z.+-]{1,100})?)(?=\\?(?:["']|\s|$))"""
)
_VERSION_VARIABLES = frozenset({"version", "ver", "gitversion", "buildversion", "appversion"})


def is_folder(replacement: str) -> bool:
    """Say whether what replaces a module is a folder beside it (go.mod reference, "replace"), and no other module."""
    return replacement.startswith(("./", "../", "/")) or replacement in (".", "..")


def stdlib_version(go_version: str) -> str:
    """Return the standard library's version, ``1.22.5``, of what a program says; nothing for a development version."""
    match = _VERSION.match(go_version)
    return match[1] if match else ""


def development_version(module: str, version: str, settings: Mapping[str, str]) -> str:
    """Return a version that says something for ``(devel)``: the pseudo-version of the commit that was built, or none.

    The linker knows no tag, so the pseudo-version is one without (``v0.0.0-20230227080510-44384b6d1a74``). Its major
    version is the one that the module's path ends in.
    """
    if version not in ("", "(devel)"):
        return version
    time = _TIME.fullmatch(settings.get("vcs.time", ""))
    commit = settings.get("vcs.revision", "")
    if settings.get("vcs") != "git" or time is None or not _COMMIT.match(commit):
        return ""
    major = _MAJOR.search(module)
    return f"v{major[1] if major else 0}.0.0-{''.join(time.groups())}-{commit[:12]}"


def stated_version(module: str, settings: Mapping[str, str]) -> str:
    """Return the version that a build wrote into the program's own variables (``-ldflags "-X main.version=1.2.3"``).

    Nothing where there is none, or where several differ. Variables of other modules' packages do not count.
    """
    found = {
        match[3]
        for match in _VARIABLE.finditer(settings.get("-ldflags", ""))
        if match[2].lower() in _VERSION_VARIABLES and (match[1] == "main" or f"{match[1]}/".startswith(f"{module}/"))
    }
    return f"v{found.pop()}" if len(found) == 1 else ""

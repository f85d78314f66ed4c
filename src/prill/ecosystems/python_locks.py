"""Lock files of Python's tools: pinned requirements, poetry, Pipenv, uv, PDM, and the common form (PEP 751).

What they mark as needed for development alone is left out, and what lies in a folder beside the project: that is its
author's own, and a package of its name at PyPI would be another's.
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, decode_toml, text_of
from prill.ecosystems.python import requirement_name
from prill.model.typed_json import decode_json

__all__ = ["parse_pdm", "parse_pipfile_lock", "parse_poetry", "parse_pylock", "parse_requirements"]

_PINNED = re.compile(r"===?\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)\s*$")
_HASH = re.compile(r"--hash[= ]sha256:([0-9a-f]{64})")
_INCLUDE = re.compile(r"(?:-r|--requirement)[ =]?\s*(\S+)")
_EXTRAS = re.compile(r"\[[^\[\]]*\]")
_EDITABLE = re.compile(r"(?:-e|--editable)[ =]\s*")
_ADDRESS = re.compile(r"([A-Za-z+]{1,20}://[^\s#]*)(?:#(?:[^&\s]*&)*?egg=([A-Za-z0-9._-]+))?")
_LOGIN = re.compile(r"//[^/\s]*@")
"""Who logs in where, and by which password or token: none of a report's business."""
_ARCHIVES = (".whl", ".egg", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz")
_COMMENT = re.compile(r"(?:^|\s)#.*")


def parse_requirements(data: bytes) -> LockFile:
    """Read a requirements file (pip's "Requirements File Format"); what is not pinned with ``==`` is unclear.

    An address is known by its ``#egg=`` alone. A path, such as ``-e .``, is the project itself.
    """
    packages: list[Locked] = []
    unclear: list[str] = []
    includes: list[str] = []
    for line in _joined(text_of(data, "requirements file")):
        if match := _INCLUDE.match(line):
            includes.append(_LOGIN.sub("//", match[1].strip("\"'")))
            continue
        wanted, _, options = line.partition(" --")
        wanted = _EXTRAS.sub("", _EDITABLE.sub("", wanted.partition(";")[0].strip()))
        if match := _ADDRESS.match(wanted):
            unclear.append(match[2] or _LOGIN.sub("//", match[1]))
            continue
        name = requirement_name(wanted)
        if not name or wanted.startswith("-"):
            continue
        if (match := _PINNED.search(wanted)) and "," not in wanted:
            hashes = _HASH.findall(f"--{options}")
            digest = f"sha256:{hashes[0]}" if len(hashes) == 1 else ""  # of several files any may be installed
            packages.append(Locked(name=name, version=match[1], digest=digest))
        else:
            unclear.append(name)
    return LockFile(packages=tuple(packages), unclear=tuple(sorted(set(unclear))), includes=tuple(includes))


def _joined(text: str) -> Iterable[str]:
    """Yield logical lines: a backslash at the end goes on with the next."""
    waiting = ""
    for line in text.splitlines():
        plain = _COMMENT.sub("", line).rstrip()
        if plain.endswith("\\"):
            waiting += plain[:-1] + " "
        elif waiting or plain:
            yield (waiting + plain).strip()
            waiting = ""
    if waiting:
        yield waiting.strip()


class _Package(msgspec.Struct):
    name: str
    version: str = ""
    category: str = "main"
    groups: list[str] | None = None
    dependencies: Any = None
    source: dict[str, Any] | None = None
    directory: dict[str, Any] | None = None
    path: str | None = None

    @property
    def own(self) -> bool:
        """Say whether it is a folder, which poetry (``source``), PEP 751 (``directory``) and PDM (``path``) tell."""
        kind = (self.source or {}).get("type")
        return kind == "directory" or self.directory is not None or _is_folder(self.path)


class _Lock(msgspec.Struct):
    package: list[_Package] = []


class _Pylock(msgspec.Struct):
    version: str = msgspec.field(name="lock-version")
    packages: list[_Package] = []


class _Pipfile(msgspec.Struct):
    default: dict[str, dict[str, Any]]


def parse_poetry(data: bytes) -> LockFile:
    """Read ``poetry.lock``; raise `InvalidLockFile`."""
    found = decode_toml(data, _Lock, "poetry.lock").package
    return _packages(one for one in found if one.category == "main" and (one.groups is None or "main" in one.groups))


def parse_pdm(data: bytes) -> LockFile:
    """Read ``pdm.lock``; raise `InvalidLockFile`."""
    found = decode_toml(data, _Lock, "pdm.lock").package
    return _packages(one for one in found if one.groups is None or "default" in one.groups)


def parse_pylock(data: bytes) -> LockFile:
    """Read ``pylock.toml`` (PEP 751); raise `InvalidLockFile`."""
    return _packages(decode_toml(data, _Pylock, "pylock.toml").packages)


def parse_pipfile_lock(data: bytes) -> LockFile:
    """Read ``Pipfile.lock``; raise `InvalidLockFile`."""
    default = decode_json(data, _Pipfile, InvalidLockFile, "not a Pipfile.lock").default
    listed = {name: one for name, one in default.items() if not _is_folder(one.get("path"))}
    versions = {name: str(one.get("version", "")) for name, one in listed.items()}
    return LockFile(
        packages=tuple(
            Locked(name=name, version=text.removeprefix("=="))
            for name, text in sorted(versions.items())
            if text.startswith("==")
        ),
        unclear=tuple(sorted(name for name, text in versions.items() if not text.startswith("=="))),
    )


def _packages(found: Iterable[_Package]) -> LockFile:
    listed = [one for one in found if not one.own]
    return LockFile(
        packages=tuple(
            Locked(name=one.name, version=one.version, requires=_requires(one.dependencies))
            for one in listed
            if one.version
        ),
        unclear=tuple(sorted({one.name for one in listed if not one.version})),
    )


def _is_folder(path: object) -> bool:
    return isinstance(path, str) and not path.endswith(_ARCHIVES)


def _requires(dependencies: object) -> tuple[str, ...]:
    """Return the names: poetry has a table, PDM requirements, uv and PEP 751 tables with a name."""
    if isinstance(dependencies, dict):
        return tuple(sorted(str(name) for name in dependencies))
    if not isinstance(dependencies, list):
        return ()
    names = {str(one.get("name", "")) if isinstance(one, dict) else requirement_name(str(one)) for one in dependencies}
    return tuple(sorted(names - {""}))

"""``pnpm-lock.yaml``, versions 5 to 9, in the one form in which pnpm writes it (pnpm/spec, lockfile).

Up to version 8 each package says whether it is for development alone. Since version 9 that follows from who needs it:
``importers`` are the projects, ``snapshots`` what each package needs. A workspace's own projects are not listed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from prill.ecosystems.integrity import integrity_digest
from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, reached, text_of

__all__ = ["parse_pnpm_lock"]

_LINE = re.compile(r"""( *)(?:'([^']*)'|"([^"]*)"|([^\s'"#][^\s]*?)):(?: +(\S.*))?""")
_LONG_KEY = re.compile(r"( *)\? (\S.*)")
_LONG_VALUE = re.compile(r"( *):( \S.*)")
_REGISTRY = re.compile(r"/?((?:@[^/@]+/)?[^/@]+)[@/]([^(_/:@]+)(?:[(_].*)?")
_INTEGRITY = re.compile(r"\bintegrity: ([^,}\s]+)")
_USED = ("dependencies", "optionalDependencies")
_DEVELOPMENT = ("devDependencies",)

_Fields = dict[str, dict[str, str]]
_Wanted = tuple[str, str]
"""A package as it is wanted: by a name, and a version that may lead elsewhere."""


def parse_pnpm_lock(data: bytes) -> LockFile:
    """Read a file; raise `InvalidLockFile`. What only development needs is left out; what has no version is unclear."""
    packages: _Fields = {}
    needs: dict[str, set[_Wanted]] = {}
    used: set[_Wanted] = set()
    developing: set[_Wanted] = set()
    versioned = False
    for path, value in _fields(text_of(data, "pnpm-lock.yaml").splitlines()):
        match path:
            case ("lockfileVersion",):
                versioned = True
            case ("packages", key):
                packages.setdefault(_plain(key), {})
            case ("packages", key, field):
                packages.setdefault(_plain(key), {}).setdefault(field, value)
            case ("packages" | "snapshots", key, kind, name) if kind in _USED:
                needs.setdefault(_plain(key), set()).add((name, value))
            case ("importers", _, kind, name, "version"):
                if kind in _USED:
                    used.add((name, value))
                elif kind in _DEVELOPMENT:
                    developing.add((name, value))
    if not versioned:
        raise InvalidLockFile("pnpm-lock.yaml does not name its lockfileVersion")
    targets = {key: frozenset(_found(wanted, packages)) for key, wanted in needs.items()}
    names = {key: fields.get("name", _named(key)[0]) for key, fields in packages.items()}
    unused = reached(_found(developing, packages), targets) - reached(_found(used, packages), targets)
    locked = [
        _locked(key, fields, {names[other] for other in targets.get(key, ())})
        for key, fields in packages.items()
        if key not in unused and fields.get("dev") != "true"
    ]
    return LockFile(
        packages=tuple(one for one in locked if one.version),
        unclear=tuple(one.name for one in locked if not one.version),
    )


def _fields(lines: Iterable[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every key with those above it, and what stands beside it."""
    above: list[tuple[int, str]] = []
    for text in lines:
        line = text.rstrip()
        if long := _LONG_KEY.fullmatch(line):
            line = f"{long[1]}{long[2]}:"
        elif long := _LONG_VALUE.fullmatch(line):
            line = f"{long[1]} {long[2]}"
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        indent = len(match[1])
        while above and above[-1][0] >= indent:
            above.pop()
        above.append((indent, match[2] or match[3] or match[4] or ""))
        yield tuple(key for _, key in above), (match[5] or "").strip("'\"")


def _plain(key: str) -> str:
    """Return a package's key without the peers that it was resolved with."""
    return key.partition("(")[0]


def _found(wanted: Iterable[_Wanted], packages: Mapping[str, object]) -> Iterator[str]:
    """Yield the keys of what is wanted: ``a: 1.0.0`` is ``a@1.0.0``, an alias names the other package itself."""
    for name, text in wanted:
        version = _plain(text)
        keys = (f"{name}@{version}", version, f"/{name}@{version}", f"/{name}/{version}")
        yield from [key for key in keys if key in packages][:1]


def _locked(key: str, fields: Mapping[str, str], needed: Iterable[str]) -> Locked:
    """Return a package; one that comes from elsewhere than a registry says its version beside the key, or has none."""
    name, version = _named(key)
    integrity = _INTEGRITY.search(fields.get("resolution", ""))
    return Locked(
        name=fields.get("name", name),
        version=fields.get("version", version),
        digest=str(integrity_digest(integrity[1]) or "") if integrity else "",
        requires=tuple(sorted(needed)),
    )


def _named(key: str) -> tuple[str, str]:
    if match := _REGISTRY.fullmatch(key):
        return match[1], match[2]
    name, at, _ = key.removeprefix("/")[1:].partition("@")
    return (key.removeprefix("/")[0] + name if at else key), ""

"""What a Haskell project is built from: ``stack.yaml.lock`` (docs.haskellstack.org) and ``cabal.project.freeze``.

Both are read line by line, in the one form in which Stack and Cabal write them. Stack's names what a project adds to
its snapshot, and the snapshot itself only by name, so that what that holds is not known.
"""

import re
from collections.abc import Iterable

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, text_of
from prill.model.regex import regex

__all__ = ["parse_cabal_freeze", "parse_stack_lock"]

_ITEM = regex(r"- *(?:completed|original): *")
_HACKAGE = regex(r" +hackage: *([A-Za-z0-9-]+)-([0-9]+(?:\.[0-9]+)*)(?:@(?:sha256|rev):\S*)? *")
_NAMED = regex(r" +name: *([A-Za-z0-9-]+) *")
_SNAPSHOT = regex(r"[- ] *(original|url): *(\S.*)")
_LOGIN = regex(r"//[^/\s]*@")
_REMARK = regex(r"^[ \t]*--.*", re.MULTILINE)
_PINNED = regex(r"any\.([A-Za-z0-9-]++)(?: *== *([0-9]++(?:\.[0-9]++)*+)[ \t\r]*(?=,|$))?", re.MULTILINE)


def parse_stack_lock(data: bytes) -> LockFile:
    """Read ``stack.yaml.lock``; what is not Hackage's is unclear, and snapshots are what it goes on in.

    Raise `InvalidLockFile`.
    """
    lines = text_of(data, "stack.yaml.lock").splitlines()
    if not any(line.startswith(("packages:", "snapshots:")) for line in lines):
        raise InvalidLockFile("a stack.yaml.lock without packages")
    found: set[tuple[str, str]] = set()
    unclear: set[str] = set()
    section = part = ""
    for line in lines:
        if line[:1] not in ("", " ", "#", "-"):
            section, part = line.partition(":")[0], ""
        elif _ITEM.fullmatch(line):
            part = line.strip("- ")
        elif line.startswith("  ") and not line.startswith("   "):
            part = line.strip()
        elif section == "packages" and part == "completed:":
            if match := _HACKAGE.fullmatch(line):
                found.add((match[1], match[2]))
            elif match := _NAMED.fullmatch(line):
                unclear.add(match[1])
    return LockFile(
        packages=tuple(Locked(name=name, version=version) for name, version in sorted(found)),
        unclear=tuple(sorted(unclear)),
        includes=tuple(f"snapshot {name}" for name in sorted(_snapshots(lines))),
    )


def _snapshots(lines: Iterable[str]) -> set[str]:
    """Return what each snapshot is called by the project, or else where it lies."""
    found: list[dict[str, str]] = []
    section = ""
    for line in lines:
        if line[:1] not in ("", " ", "#", "-"):
            section = line.partition(":")[0]
        elif section == "snapshots":
            if line.startswith("-"):
                found.append({})
            if found and (match := _SNAPSHOT.fullmatch(line)):
                found[-1][match[1]] = _LOGIN.sub("//", match[2].rstrip())
    return {one.get("original") or one.get("url") or "that is not named" for one in found}


def parse_cabal_freeze(data: bytes) -> LockFile:
    """Read ``cabal.project.freeze``: constraints of the form ``any.NAME ==VERSION``; what has any other is unclear.

    Raise `InvalidLockFile`.
    """
    text = _REMARK.sub("", text_of(data, "cabal.project.freeze"))
    if "constraints:" not in text:
        raise InvalidLockFile("a cabal.project.freeze without constraints")
    pinned = sorted(set(_PINNED.findall(text)))
    return LockFile(
        packages=tuple(Locked(name=name, version=version) for name, version in pinned if version),
        unclear=tuple(name for name, version in pinned if not version),
    )

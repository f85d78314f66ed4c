"""``Podfile.lock`` (guides.cocoapods.org): the pods that an application of Apple's systems is built from.

It is YAML in the one form in which CocoaPods writes it, and read line by line. Parts of a pod (``Pod/Part``) have its
version.
"""

import re

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, text_of

__all__ = ["parse_podfile_lock"]

_POD = re.compile(r"""  - ["']?([^\s"'/()]+)(?:/[^\s"'()]+)? \(([^()\s]+)\)["']?:?\s*""")
_NEED = re.compile(r"""    - ["']?([^\s"'/()]+).*""")
_OUTSIDE = re.compile(r"""  ["']?([^\s"'/]+?)(?:/[^\s"']+)?["']?:\s*""")
_FOLDER = re.compile(r"    :path: .*")


def parse_podfile_lock(data: bytes) -> LockFile:
    """Read ``Podfile.lock``; pods of a folder beside it are left out. Raise `InvalidLockFile`."""
    lines = text_of(data, "Podfile.lock").splitlines()
    if "PODS:" not in [line.rstrip() for line in lines] and not any(
        line.startswith("PODFILE CHECKSUM:") for line in lines
    ):
        raise InvalidLockFile("a Podfile.lock without pods")
    section = outside = ""
    needs: dict[tuple[str, str], set[str]] = {}
    own: set[str] = set()
    current: set[str] = set()
    unclear: set[str] = set()
    for line in lines:
        if line[:1] not in ("", " ", "#"):
            section, colon, _ = line.partition(":")
            if not colon:  # as where two branches were merged by halves
                raise InvalidLockFile(f"Podfile.lock has the line {line[:80]!r}")
        elif section == "PODS" and (match := _POD.fullmatch(line)):
            current = needs.setdefault((match[1], match[2]), set())
        elif section == "PODS" and (match := _NEED.fullmatch(line)):
            current.add(match[1])
        elif section == "PODS" and line.strip():
            unclear.add(line.strip()[:160])
        elif section == "EXTERNAL SOURCES" and (match := _OUTSIDE.fullmatch(line)):
            outside = match[1]
        elif section == "EXTERNAL SOURCES" and _FOLDER.fullmatch(line):
            own.add(outside)
    return LockFile(
        packages=tuple(
            Locked(name=name, version=version, requires=tuple(sorted(wanted - {name})))
            for (name, version), wanted in sorted(needs.items())
            if name not in own
        ),
        unclear=tuple(sorted(unclear)),
    )

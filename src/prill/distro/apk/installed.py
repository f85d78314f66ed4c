"""apk's database of installed packages, ``lib/apk/db/installed``: paragraphs of ``letter:value`` (apk-v2 format).

``F:`` opens a folder, ``R:`` names a file in it, ``Z:`` has its checksum. The letters are apk-tools' own.
"""

import re
from collections.abc import Iterator

from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["InstalledApk", "InvalidApkDatabase", "parse_installed"]

_MAX_PACKAGES = 100_000
_MAX_FAULTS = 20
_MAX_VALUE = 64 << 10
_MAX_IDENTIFYING = 1000
_NAME = re.compile(r"[._]?[A-Za-z0-9][A-Za-z0-9+._-]*")  # apk add --virtual makes .php-rundeps
_DEPENDENCY = re.compile(r"!?([^\s=<>~]+)")


class InvalidApkDatabase(PrillError):
    """Bytes that should have been apk's database are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledApk:
    """One package. ``paths`` are its files from the root; ``provides`` and ``depends`` are names without versions."""

    name: str
    version: str
    architecture: str
    origin: str = ""
    license: str = ""
    maintainer: str = ""
    homepage: str = ""
    summary: str = ""
    depends: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def parse_installed(data: bytes) -> tuple[tuple[InstalledApk, ...], tuple[str, ...]]:
    """Return the packages, and what is wrong with paragraphs that are none; those hide no others.

    Raise `InvalidApkDatabase` where no paragraph is a package, and for more packages than anybody has.
    """
    found: list[InstalledApk] = []
    faults: list[str] = []
    for count, paragraph in enumerate(_paragraphs(data)):
        if count == _MAX_PACKAGES:
            raise InvalidApkDatabase(f"more than {_MAX_PACKAGES} packages")
        try:
            found.append(_parse(paragraph))
        except InvalidApkDatabase as error:
            faults.append(str(error))
    if faults and not found:
        raise InvalidApkDatabase(faults[0])
    more = (f"{len(faults) - _MAX_FAULTS} more paragraphs are no packages",) if len(faults) > _MAX_FAULTS else ()
    return tuple(found), (*faults[:_MAX_FAULTS], *more)


def _paragraphs(data: bytes) -> Iterator[bytes]:
    begin = 0
    while begin < len(data):
        end = data.find(b"\n\n", begin)
        end = len(data) if end < 0 else end
        if paragraph := data[begin:end].strip(b"\n"):
            yield paragraph
        begin = end + 2


def _parse(paragraph: bytes) -> InstalledApk:
    fields: dict[str, str] = {}
    paths: list[str] = []
    folder = ""
    for line in paragraph.decode("utf-8", "surrogateescape").split("\n"):
        if len(line) > 1 and line[1] != ":":
            raise InvalidApkDatabase(f"no line of apk's database: {line[:160]!r}")
        letter, value = line[:1], line[2 : 2 + _MAX_VALUE]
        if letter == "F":
            folder = f"{value.strip('/')}/" if value.strip("/") else ""
        elif letter == "R":
            paths.append(folder + value)
        else:
            fields.setdefault(letter, value.strip())
    name, version = fields.get("P", ""), fields.get("V", "")
    if not _NAME.fullmatch(name) or not version or any(len(fields.get(one, "")) > _MAX_IDENTIFYING for one in "PVAo"):
        raise InvalidApkDatabase(f"a package of apk's database has the name {name[:80]!r} and version {version[:80]!r}")
    return InstalledApk(
        name=name,
        version=version,
        architecture=fields.get("A", ""),
        origin=fields.get("o", ""),
        license=fields.get("L", ""),
        maintainer=fields.get("m", ""),
        homepage=fields.get("U", ""),
        summary=fields.get("T", ""),
        depends=_names(fields.get("D", "")),
        provides=_names(fields.get("p", "")),
        paths=tuple(paths),
    )


def _names(text: str) -> tuple[str, ...]:
    """Return what is wanted, or given, by name; ``!name`` is a conflict."""
    found = (_DEPENDENCY.match(word) for word in text.split() if not word.startswith("!"))
    return tuple(sorted({match[1] for match in found if match}))

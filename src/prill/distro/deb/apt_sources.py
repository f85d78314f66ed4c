"""The mirrors of the machine's own apt: its one-line and deb822 sources (sources.list(5)).

Only addresses are taken, with the suites as a hint at what lies there; which suites are read is the spec's to say, and
whether a source is Debian's is decided by its signed Release, later. What is not taken is named, with the reason.
Neither apt's configuration nor its login files (``auth.conf``) are read.
"""

from collections.abc import Iterator
from pathlib import Path

from prill._io.urls import redact
from prill.distro.deb.control import InvalidControlFile, parse_paragraphs
from prill.model import Gap
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = ["AptMirror", "AptSources", "read_apt_sources"]

_MAX_FILE = 1 << 20
# apt ignores files whose names have other characters (sources.list(5), "sources.list.d").
_NAME = regex(r"[A-Za-z0-9_.-]+\.(?:list|sources)")
_ONE_LINE = regex(
    r"(?P<type>deb|deb-src)\s+(?:\[[^\]]*\]\s+)?(?P<uri>(?:[^\s\[]|\[[^\]]*\])+)\s+(?P<suite>\S+)(?:\s+.*)?"
)
_LIST_PREFIXES = ("mirror+file:", "mirror:file:")
_YES = frozenset({"yes", "true", "with", "on", "enable", "1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AptMirror:
    """An address that apt uses, the suites it uses it for, and where that stands."""

    url: str
    suites: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AptSources:
    """What apt's sources say: addresses in their order, each once, and what was not taken."""

    mirrors: tuple[AptMirror, ...]
    ignored: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    where: str
    uri: str
    suites: tuple[str, ...]


def read_apt_sources(root: Path = Path("/")) -> AptSources:
    """Read ``etc/apt/sources.list`` and ``etc/apt/sources.list.d`` under ``root``; what is not there is no source."""
    suites: dict[str, dict[str, None]] = {}
    places: dict[str, str] = {}
    ignored: list[Gap] = []
    for path in _source_files(root / "etc/apt"):
        where = f"/{path.relative_to(root)}"
        for source in _read_file(path, where, ignored):
            for url in _addresses(source, root, ignored):
                suites.setdefault(url, {}).update(dict.fromkeys(source.suites))
                places.setdefault(url, source.where)
    mirrors = tuple(AptMirror(url=url, suites=tuple(names), where=places[url]) for url, names in suites.items())
    return AptSources(mirrors=mirrors, ignored=tuple(ignored))


def _source_files(folder: Path) -> list[Path]:
    parts = sorted((folder / "sources.list.d").glob("*"), key=lambda path: path.name)
    files = [folder / "sources.list", *(path for path in parts if _NAME.fullmatch(path.name))]
    return [path for path in files if path.is_file()]


def _read_file(path: Path, where: str, ignored: list[Gap]) -> Iterator[_Source]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE + 1)
        if len(data) > _MAX_FILE:
            ignored.append(Gap(where, f"longer than {_MAX_FILE} bytes"))
            return
        read = _deb822 if path.suffix == ".sources" else _one_line
        yield from read(data, where, ignored)
    except (OSError, InvalidControlFile) as error:
        ignored.append(Gap(where, f"cannot be read: {error}"))


def _one_line(data: bytes, where: str, ignored: list[Gap]) -> Iterator[_Source]:
    for number, raw in enumerate(data.decode(errors="replace").splitlines(), 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        place = f"{where}:{number}"
        match = _ONE_LINE.fullmatch(line)
        if not match:
            ignored.append(Gap(place, "not a line that apt would read"))
        elif match["type"] == "deb-src":
            ignored.append(Gap(place, "source packages only"))
        else:
            yield _Source(where=place, uri=match["uri"], suites=(match["suite"],))


def _deb822(data: bytes, where: str, ignored: list[Gap]) -> Iterator[_Source]:
    for number, paragraph in enumerate(parse_paragraphs(data, comments=True), 1):
        fields = {name.lower(): value for name, value in paragraph.items()}
        place = f"{where}#{number}"
        if fields.get("enabled", "yes").lower() not in _YES:
            ignored.append(Gap(place, "disabled"))
        elif "deb" not in fields.get("types", "").split():
            ignored.append(Gap(place, "source packages only"))
        else:
            for uri in fields.get("uris", "").split():
                yield _Source(where=place, uri=uri, suites=tuple(fields.get("suites", "").split()))


def _addresses(source: _Source, root: Path, ignored: list[Gap]) -> Iterator[str]:
    """Yield the addresses that a source stands for; a ``mirror+file`` list has several."""
    for prefix in _LIST_PREFIXES:
        if source.uri.startswith(prefix):
            for uri in _mirror_list(source, root / source.uri.removeprefix(prefix).lstrip("/"), ignored):
                yield from _address(_Source(where=source.where, uri=uri, suites=source.suites), ignored)
            return
    yield from _address(source, ignored)


def _address(source: _Source, ignored: list[Gap]) -> Iterator[str]:
    scheme, _, rest = source.uri.partition(":")
    if scheme not in {"http", "https", "file"}:
        ignored.append(Gap(source.where, f"{scheme[:20]}: addresses are not fetched from"))
    elif not rest.strip("/"):
        ignored.append(Gap(source.where, f"{scheme}: address without a host or path"))
    elif "$(" in source.uri:
        ignored.append(Gap(source.where, f"{redact(source.uri)} has a variable"))
    elif source.suites and all(suite.endswith("/") for suite in source.suites):
        ignored.append(Gap(source.where, f"{redact(source.uri)} has no dists/ folder"))
    elif scheme == "file":
        yield f"file:///{rest.lstrip('/')}".rstrip("/")
    else:
        yield source.uri.rstrip("/")


def _mirror_list(source: _Source, path: Path, ignored: list[Gap]) -> list[str]:
    """Read a list of mirrors: an address a line, then tab-separated facts about it (apt-transport-mirror(1))."""
    try:
        with path.open("rb") as file:
            lines = file.read(_MAX_FILE).decode(errors="replace").splitlines()
    except OSError as error:
        ignored.append(Gap(source.where, f"its list of mirrors cannot be read: {error.strerror}"))
        return []
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]

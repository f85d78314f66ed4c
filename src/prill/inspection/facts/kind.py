"""How much of a system the image is, in the words of the usual tables, with the reasons."""

from collections.abc import Iterator, Sequence
from typing import Literal

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.programs import Found, find_programs
from prill.inspection.readers.libc import LIBC
from prill.inspection.readers.programs import PROGRAMS
from prill.model.fact_values import ImageKind
from prill.model.facts import Fact
from prill.model.value import dataclass
from prill.views.sizes import human_size

__all__ = ["KIND"]

Kind = Literal["scratch", "distroless", "chiselled", "alpine-like", "slim", "standard"]

_CHISEL = "var/lib/chisel/manifest.wall"
_SYSTEM = ("pkg:deb/", "pkg:apk/", "pkg:rpm/", "pkg:alpm/")
_SYSTEM_MANAGERS = frozenset({"apt", "dpkg", "apk", "dnf", "rpm", "zypper", "pacman", "opkg", "nix"})
_SMALL_MANAGERS = frozenset({"microdnf", "tdnf"})
_SLIM_PACKAGES, _SLIM_BYTES = 150, 200_000_000
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What the judgement rests on."""

    distro: str
    packages: int
    shells: Sequence[Found]
    managers: Sequence[Found]
    compilers: Sequence[Found]
    calls: tuple[str, ...]
    libcs: tuple[str, ...]
    size: int


def _find(image: Inspected) -> Iterator[Fact]:
    parts = _parts(image)
    kind, reasons = _judge(parts, chiselled=_CHISEL in image.by_path)
    places = [found[0] for found in (*parts.shells[:_SHOWN], *parts.managers[:_SHOWN])]
    if kind == "chiselled":
        places.append(image.at(_CHISEL))
    yield Fact(id="kind", value=ImageKind(kind=kind, reasons=tuple(reasons)), evidence=tuple(places))


def _parts(image: Inspected) -> _Parts:
    managers = [
        (place, program)
        for place, program in find_programs(image, "package-manager")
        if program.name in _SYSTEM_MANAGERS and program.how != "applet"  # BusyBox's dpkg and rpm only unpack
    ]
    calls = {one.name for seen in image.seen(PROGRAMS) for one in seen.evidence.found if one.kind == "multi-call"}
    return _Parts(
        distro=image.sbom.distro.name or image.sbom.distro.id if image.sbom.distro else "",
        packages=sum(one.purl.startswith(_SYSTEM) for one in image.sbom.packages),
        shells=find_programs(image, "shell"),
        managers=managers,
        compilers=find_programs(image, "compiler"),
        calls=tuple(sorted(calls)),
        libcs=tuple(sorted({seen.evidence.name for seen in image.seen(LIBC)})),
        size=sum(stat.size for stat in image.files),
    )


def _judge(parts: _Parts, *, chiselled: bool) -> tuple[Kind, list[str]]:
    """Return the kind and the reasons, the weightiest first."""
    if chiselled:
        return "chiselled", ["it has a manifest of chisel's slices", _shells(parts), _managers(parts)]
    if parts.shells or parts.managers:
        return _judge_system(parts)
    if parts.distro or parts.packages:
        packages = f"{_count(parts.packages, 'package')} of {parts.distro or 'a distribution'}"
        return "distroless", [_shells(parts), _managers(parts), packages]
    return "scratch", ["no distribution and no package of one", _shells(parts), _libcs(parts)]


def _judge_system(parts: _Parts) -> tuple[Kind, list[str]]:
    """Judge an image that somebody can work in."""
    apk = any(found.name == "apk" for _, found in parts.managers)
    if "busybox" in parts.calls and (apk or not parts.managers):
        basis = "apk" if apk else "no package manager"
        return "alpine-like", [f"BusyBox in place of the usual tools, {basis}", _libcs(parts), _shells(parts)]
    small = all(
        found.how == "link" or path.path.rpartition("/")[2] in _SMALL_MANAGERS or found.name == "rpm"
        for path, found in parts.managers
    )
    reasons = [_managers(parts), _shells(parts), f"{_count(parts.packages, 'package')} of the distribution"]
    tools = f"compilers and build tools: {_names(parts.compilers)}" if parts.compilers else "no compiler"
    few = parts.packages <= _SLIM_PACKAGES and parts.size <= _SLIM_BYTES
    slim = not parts.managers or small or (few and not parts.compilers)
    return "slim" if slim else "standard", [*reasons, tools, f"{human_size(parts.size)} unpacked"]


def _shells(parts: _Parts) -> str:
    return f"shells: {_names(parts.shells)}" if parts.shells else "no shell"


def _managers(parts: _Parts) -> str:
    return f"package managers: {_names(parts.managers)}" if parts.managers else "no package manager of a distribution"


def _libcs(parts: _Parts) -> str:
    return f"C library: {', '.join(parts.libcs)}" if parts.libcs else "no C library"


def _names(found: Sequence[Found]) -> str:
    names = sorted({program.name for _, program in found})
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


KIND = FactPlugin(id="kind", find=_find)

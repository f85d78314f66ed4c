"""Packages inside other packages: which are their owner under another name, and which are copies in it.

Decided by file ownership: package managers say whose the evidence is. A package that goes by the name of the
distribution's package that owns it (``requests`` in ``python3-requests``) is its owner, seen twice. Any other, such as
what pip vendors, is a copy inside it, which advisories about the owner do not name; it stays visible.
"""

from collections.abc import Iterable, Mapping, Sequence

from prill.model import FileKind, FileTree, Package, Relationship, RelationshipKind
from prill.model.regex import regex
from prill.model.value import replace

__all__ = ["SYSTEM_PURLS", "goes_by", "owners_among", "owners_of_paths", "relate"]

SYSTEM_PURLS = ("pkg:deb/", "pkg:apk/", "pkg:rpm/", "pkg:alpm/")
"""How the purls of packages begin that a distribution's package manager installed."""

_NOISE = regex(
    r"^(?:python3?(?:\.\d+)?|py3(?:\.\d+)?|node|ruby|php\d*|rust|golang|r-cran|r-bioc|lib)-?|-(?:java|perl|dev|bin)$"
)
_NUMBERED = regex(r"-?\d+(?:-(?:jre|jdk)(?:-headless)?)?$")
_OWN = (("pkg:cran/", regex(r"r-base.*|r-core.*|r")), ("pkg:otp/", regex(r"(?:erlang|elixir).*")))
"""Which packages of a language are parts of it, where a distribution's package of such a name has them."""
_REGISTERED = "usr/share/maven-repo/"
"""Where Debian's packages register the Maven projects that they are built from, under the projects' own names."""

_PLAIN = regex(r"[^a-z0-9]+")


def relate(
    packages: Sequence[Package], owned: Mapping[str, Iterable[str]], tree: FileTree
) -> tuple[tuple[Package, ...], tuple[Relationship, ...]]:
    """Return the packages, those that are their owner marked so, and how each relates to what owns its evidence."""
    system = owners_of_paths({purl: paths for purl, paths in owned.items() if purl.startswith(SYSTEM_PURLS)}, tree)
    others = owners_of_paths({purl: paths for purl, paths in owned.items() if not purl.startswith(SYSTEM_PURLS)}, tree)
    names = {package.purl: package.name for package in packages}
    relationships: list[Relationship] = []
    related: list[Package] = []
    for package in packages:
        owner = "" if package.purl.startswith(SYSTEM_PURLS) else _owner(package, system) or _owner(package, others)
        if owner not in names or owner == package.purl:
            related.append(package)
        elif owner.startswith(SYSTEM_PURLS) and (
            _registered(package) or _is_its_own(package, names[owner]) or goes_by(package.name, names[owner])
        ):
            related.append(replace(package, owner=owner))
            relationships.append(Relationship(package.purl, owner, RelationshipKind.OWNED_BY))
        else:
            related.append(package)
            relationships.append(Relationship(owner, package.purl, RelationshipKind.CONTAINS))
    return tuple(related), tuple(relationships)


def _is_its_own(package: Package, owner: str) -> bool:
    return any(package.purl.startswith(kind) and name.fullmatch(owner.lower()) for kind, name in _OWN)


def owners_of_paths(owned: Mapping[str, Iterable[str]], tree: FileTree) -> dict[str, str]:
    """Return, for each path as the image has it, the purl that owns it.

    A manager may spell a path by way of a link, as ``bin/sh`` where ``bin`` leads to ``usr/bin``. It means a folder
    then by ``bin``, which many have, and nobody's link.
    """
    links = _links(tree)
    owners: dict[str, str] = {}
    folders: set[str] = set()
    for purl, paths in owned.items():
        for path in paths:
            first, slash, rest = path.partition("/")
            if slash and first in links:
                owners[f"{links[first]}/{rest}"] = purl
                folders.add(first)
            else:
                owners[path] = purl
    for folder in folders:
        owners.pop(folder, None)
    return owners


def owners_among(wanted: Sequence[str], owned: Iterable[tuple[str, Iterable[str]]], tree: FileTree) -> dict[str, str]:
    """Return, for those of a few paths that are owned, the first purl that owns them; as `owners_of_paths`."""
    spelled = {path: path for path in wanted}
    for folder, target in _links(tree).items():
        spelled |= {folder + path.removeprefix(target): path for path in wanted if path.startswith(f"{target}/")}
    owners: dict[str, str] = {}
    for purl, paths in owned:
        for spelling in spelled.keys() & paths:
            owners.setdefault(spelled[spelling], purl)
    return owners


def _links(tree: FileTree) -> dict[str, str]:
    """Return where the root's folders of programs and libraries lead, of those that are links."""
    links: dict[str, str] = {}
    for folder in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        stat = tree.stat(folder)
        if stat is not None and stat.kind is FileKind.SYMLINK:
            links[folder] = stat.link.strip("/")
    return links


def goes_by(name: str, owner: str) -> bool:
    """Say whether a language package and the distribution's are one: ``PyYAML`` and ``python3-yaml``.

    Also ``commons-lang3`` and ``libcommons-lang3-java``, ``openjdk`` and ``openjdk-17-jre-headless``.
    """
    plain = _plain(name)
    base = _plain(_NOISE.sub("", _NOISE.sub("", owner.lower())))
    numberless = _plain(_NUMBERED.sub("", owner.lower()))
    return bool(plain) and plain in (base, _plain(owner), f"py{base}", f"python{base}", numberless)


def _registered(package: Package) -> bool:
    return any(location.path.startswith(_REGISTERED) for location in package.locations)


def _owner(package: Package, owners: Mapping[str, str]) -> str:
    """Return what owns all the evidence of a package, or nothing: a copy elsewhere is nobody's.

    What is in an archive, behind ``!/``, is the archive's owner's.
    """
    found = {owners.get(location.path.partition("!/")[0], "") for location in package.locations} - {package.purl}
    return found.pop() if len(found) == 1 else ""


def _plain(name: str) -> str:
    return _PLAIN.sub("", name.lower().rpartition("/")[2])

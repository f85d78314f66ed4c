"""What an image with ``apt-get`` lacks for it to work, as notes that say what to add to the spec.

1. Packages may use what Debian calls essential without saying so (Debian Policy 3.8), and dpkg itself does.
2. apt installs nothing while a dependency of an installed package is not met, as one that ``exclude`` waived.
3. Some trim sets take files from those packages and from apt that maintainer scripts want.
4. Sources on HTTPS want certificates.
"""

from collections.abc import Collection, Iterator, Mapping

from prill.build.assemble import Assembly
from prill.build.package_sources import APT_GET, SOURCES
from prill.distro.deb.control import parse_paragraph
from prill.distro.deb.relations import Group, parse_relations
from prill.distro.debian import release_named

__all__ = ["apt_needs"]

_SETS = ("debconf", "libc-tools", "scripts")
_CA_BUNDLE = "etc/ssl/certs/ca-certificates.crt"


def apt_needs(assembly: Assembly) -> tuple[str, ...]:
    """Return notes on what ``apt-get`` lacks in this image; none where it lacks nothing or is not there."""
    if APT_GET not in assembly.root.placed:
        return ()
    absent = tuple(name for name in _essential(assembly) if name not in assembly.listings)
    sources = assembly.made.get(SOURCES)
    encrypted = sources is not None and b"https:" in sources.content
    lacks = (
        ("untrim" if assembly.image.variant else "do not trim", _trimmed(assembly, absent)),
        ("add the packages", absent),
        ("add packages for what is excluded:", tuple(f"{what} ({who})" for who, what in _unmet(assembly))),
        (
            "add, for its sources on https,",
            () if _CA_BUNDLE in assembly.root.placed or not encrypted else ("ca-certificates",),
        ),
    )
    return tuple(f"for apt-get install to work, {what} {', '.join(names)}" for what, names in lacks if names)


def _trimmed(assembly: Assembly, absent: Collection[str]) -> tuple[str, ...]:
    """Return the trim sets that took files from the packages in question, or would once ``absent`` ones are there."""
    owners = {*_essential(assembly), "apt", "debconf"}
    rules = {one.rule for one in assembly.root.dropped if one.owner in owners}
    return tuple(one for one in _SETS if one in assembly.spec.trim.sets and (absent or f"trim:{one}" in rules))


def _essential(assembly: Assembly) -> tuple[str, ...]:
    return release_named(assembly.spec.contents.distribution).essential


def _unmet(assembly: Assembly) -> Iterator[tuple[str, str]]:
    """Yield who asks for what among the dependencies that the lock waived, unless another package provides it."""
    versions = {one.name: one.version for one in assembly.image.packages}
    provided = _provided(assembly)
    found = dict.fromkeys(
        (reason.wanted_by, reason.relation) for one in assembly.image.excluded for reason in one.wanted_by
    )
    for who, text in found:
        if not all(_met(group, versions, provided) for group in parse_relations(text)):
            yield who, text


def _met(group: Group, versions: Mapping[str, str], provided: frozenset[str]) -> bool:
    return any(
        relation.accepts(versions[relation.name]) if relation.name in versions else relation.name in provided
        for relation in group
    )


def _provided(assembly: Assembly) -> frozenset[str]:
    """Return the names that the image's packages provide besides their own."""
    fields = (parse_paragraph(listing.control).get("Provides", "") for listing in assembly.listings.values())
    return frozenset(relation.name for text in fields for group in parse_relations(text) for relation in group)

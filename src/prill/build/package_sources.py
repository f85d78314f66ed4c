"""Where apt inside an image gets more packages from: the spec's mirrors, or the snapshot that the image was made of."""

from prill.build.entries import regular_file
from prill.build.generated import GeneratedEntry
from prill.build.spec import Spec
from prill.distro.debian import Area, release_named
from prill.model import FileTree

__all__ = ["APT_GET", "SOURCES", "package_sources"]

APT_GET = "usr/bin/apt-get"
SOURCES = "etc/apt/sources.list.d/debian.sources"

_RULE = "apt-sources"
_KEYRING = "usr/share/keyrings/debian-archive-keyring.gpg"


def package_sources(tree: FileTree, spec: Spec, *, released: int) -> tuple[GeneratedEntry, ...]:
    """Write apt's sources in deb822 form (sources.list(5)) for an image that has apt; nothing for any other.

    ``released`` is the newest date among the releases that the lock names; the snapshot is the one that has them all. A
    snapshot's Release has expired when it is used, so its ``Valid-Until`` is not asked for; its signature is. The
    building machine's own mirrors stay out: an image's digest must not depend on them.
    """
    if tree.stat(APT_GET) is None:
        return ()
    from prill.distro.deb.mirrors import (  # noqa: PLC0415 - few images have apt
        MirrorSource,
        named_mirror,
        roots_for,
        snapshot_mirror,
    )
    from prill.distro.deb.snapshot import snapshot_time  # noqa: PLC0415

    release = release_named(spec.contents.distribution)
    snapshot = snapshot_mirror(snapshot_time(released))
    mirrors = [named_mirror(url, MirrorSource.SPEC) for url in spec.contents.mirrors] or [snapshot]
    paragraphs = []
    for area in Area:
        suites = [pocket.name for pocket in release.pockets if pocket.area is area]
        roots = [root for _, root in roots_for(mirrors, area)][:1]
        lines = [
            "Types: deb",
            f"URIs: {' '.join(roots)}",
            f"Suites: {' '.join(suites)}",
            f"Components: {' '.join(spec.contents.components)}",
        ]
        if tree.stat(_KEYRING) is not None:
            lines.append(f"Signed-By: /{_KEYRING}")
        if not spec.contents.mirrors:
            lines.append("Check-Valid-Until: no")
        paragraphs.append("\n".join(lines) + "\n")
    return (regular_file(SOURCES, "\n".join(paragraphs).encode(), _RULE),)

"""Which mirrors are asked, in which order, and where on them a pocket lies.

The first of these that says something decides: the spec, ``--mirror``, the settings file, the machine's own apt
sources; and where none does, or where apt's sources have no Debian, a snapshot. A *root* is an address that holds
``dists/`` and ``pool/``. Where it is looked for:

- A mirror that a person wrote down, ``URL``, is the root of the release and its updates. Its security updates are
  looked for at ``URL-security`` (as ``…/debian`` and ``…/debian-security`` on Debian's own mirrors), then at ``URL``;
  at ``URL`` alone where it names no folder: ``http://host-security`` would be another host.
- An address laid out like a snapshot's, ``…/archive/debian/20250520T000000Z``, has its security archive at
  ``…/archive/debian-security/20250520T000000Z``, and is judged at that time.
- An address from apt's sources is a root as it is. Those whose suites name a security pocket are asked first for
  security updates, and last for the rest.
"""

from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import urlsplit

from prill._io.urls import credentials
from prill.distro.deb.apt_sources import AptSources
from prill.distro.deb.snapshot import SNAPSHOT, snapshot_root, timestamp_of
from prill.distro.debian import Area
from prill.model.value import dataclass

__all__ = ["Mirror", "MirrorSource", "choose_mirrors", "named_mirror", "roots_for", "snapshot_mirror"]


class MirrorSource(StrEnum):
    """Who said that a mirror should be asked."""

    SPEC = "the spec"
    OPTION = "--mirror"
    SETTINGS = "the settings file"
    APT = "apt's sources"
    SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A mirror: the roots it has for each archive, in the order in which they are tried.

    ``timestamp`` is set for a snapshot. ``second_choice`` is the archive for which others are to be asked first.
    """

    url: str
    source: MirrorSource
    archive: tuple[str, ...]
    security: tuple[str, ...]
    timestamp: int | None = None
    second_choice: Area | None = None

    @property
    def explicit(self) -> bool:
        """Return whether a person asked for this mirror, so that what it sends must be good."""
        return self.source in {MirrorSource.SPEC, MirrorSource.OPTION, MirrorSource.SETTINGS}

    def roots(self, area: Area) -> tuple[str, ...]:
        """Return the roots for an archive."""
        return self.security if area is Area.SECURITY else self.archive


def named_mirror(url: str, source: MirrorSource) -> Mirror:
    """Return the mirror that a person wrote down; raise `prill._io.urls.UnsupportedURL`."""
    credentials(url)
    url = url.rstrip("/")
    snapshot = timestamp_of(url)
    if snapshot:
        return snapshot_mirror(snapshot[1], base=snapshot[0], source=source)
    security = (f"{url}-security", url) if urlsplit(url).path else (url,)
    return Mirror(url=url, source=source, archive=(url,), security=security)


def snapshot_mirror(timestamp: int, *, base: str = SNAPSHOT, source: MirrorSource = MirrorSource.SNAPSHOT) -> Mirror:
    """Return the snapshot of ``timestamp``, in seconds since 1970."""
    archive = snapshot_root(base, "debian", timestamp)
    security = snapshot_root(base, "debian-security", timestamp)
    return Mirror(url=archive, source=source, archive=(archive,), security=(security,), timestamp=timestamp)


def choose_mirrors(
    *,
    spec: Sequence[str] = (),
    option: Sequence[str] = (),
    settings: Sequence[str] = (),
    apt: AptSources | None = None,
    timestamp: int | None = None,
    snapshot: str = SNAPSHOT,
) -> tuple[Mirror, ...]:
    """Return the mirrors to ask, in order; raise `prill._io.urls.UnsupportedURL`.

    ``timestamp`` is the snapshot's to fall back to, in seconds since 1970; without it there is none.
    """
    for urls, source in ((spec, MirrorSource.SPEC), (option, MirrorSource.OPTION), (settings, MirrorSource.SETTINGS)):
        if urls:
            return tuple(named_mirror(url, source) for url in urls)
    mirrors = [_apt_mirror(mirror.url, mirror.suites) for mirror in (apt.mirrors if apt else ())]
    if timestamp is not None:
        mirrors.append(snapshot_mirror(timestamp, base=snapshot))
    return tuple(mirrors)


def roots_for(mirrors: Sequence[Mirror], area: Area) -> tuple[tuple[Mirror, str], ...]:
    """Return each root for an archive with its mirror, in the order in which they are asked, none twice."""
    ordered = sorted(mirrors, key=lambda mirror: (mirror.source is MirrorSource.SNAPSHOT, mirror.second_choice is area))
    found: dict[str, Mirror] = {}
    for mirror in ordered:
        for root in mirror.roots(area):
            found.setdefault(root, mirror)
    return tuple((mirror, root) for root, mirror in found.items())


def _apt_mirror(url: str, suites: Sequence[str]) -> Mirror:
    security = bool(suites) and all(suite.partition("/")[0].endswith("-security") for suite in suites)
    snapshot = timestamp_of(url)
    return Mirror(
        url=url,
        source=MirrorSource.APT,
        archive=(url,),
        security=(url,),
        timestamp=snapshot[1] if snapshot else None,
        second_choice=Area.ARCHIVE if security else Area.SECURITY,
    )

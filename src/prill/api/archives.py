"""Brings a spec's distribution together with the mirrors that a person, the settings and the machine offer."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from prill.api.services import Services
from prill.build.lock import Lock, LockedPackage
from prill.build.spec import Spec
from prill.distro.deb.apt_sources import AptSources, read_apt_sources
from prill.distro.deb.archive import Archive, Wanted
from prill.distro.deb.downloads import Progress as Downloaded
from prill.distro.deb.mirrors import choose_mirrors
from prill.distro.debian import release_named

__all__ = ["archive_for", "fetch_packages", "report_download"]


def archive_for(spec: Spec, services: Services, *, snapshot_at: int | None = None) -> Archive:
    """Return the archive of the spec's distribution; ``snapshot_at`` is the snapshot's time to fall back to."""
    choice = services.mirrors
    apt = None
    if choice.apt_root is not None and not (spec.contents.mirrors or choice.option or choice.settings):
        apt = _apt_sources(choice.apt_root, services)
    at = services.clock.now() if snapshot_at is None else snapshot_at
    mirrors = choose_mirrors(
        spec=spec.contents.mirrors,
        option=choice.option,
        settings=choice.settings,
        apt=apt,
        timestamp=at if choice.snapshot else None,
        snapshot=choice.snapshot,
    )
    release = release_named(spec.contents.distribution)
    return Archive(
        release.signed_by(choice.keys) if choice.keys else release,
        mirrors,
        services.fetcher(),
        services.cache,
        clock=services.clock,
        offline=services.offline,
        components=spec.contents.components,
        snapshot=choice.snapshot or None,
    )


def fetch_packages(lock: Lock, spec: Spec, services: Services, packages: Sequence[LockedPackage]) -> dict[str, Path]:
    """Fetch locked packages and return where they lie, by SHA-256; raise what the archive raises."""
    released = {release.pocket: release.date for release in lock.releases}
    wanted = [
        Wanted(
            filename=package.filename,
            size=package.size,
            sha256=package.sha256,
            pocket=package.pocket,
            released=released.get(package.pocket),
        )
        for package in packages
    ]
    return archive_for(spec, services).fetch_all(wanted, progress=partial(report_download, services))


def _apt_sources(root: Path, services: Services) -> AptSources:
    sources = read_apt_sources(root)
    for ignored in sources.ignored:
        services.note(f"apt source ignored: {ignored.subject}: {ignored.reason}")
    return sources


def report_download(services: Services, progress: Downloaded) -> None:
    """Tell the person how far the download is."""
    services.progress.update("fetching packages", progress.bytes, progress.total_bytes)

"""Brings a spec's distribution together with the mirrors that a person, the settings and the machine offer."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from prill.api.release_archive import archive_of, report_download
from prill.api.services import Services
from prill.build.lock import Lock, LockedPackage
from prill.build.spec import Spec
from prill.distro.deb.archive import Archive, Wanted
from prill.distro.debian import release_named

__all__ = ["archive_for", "fetch_packages"]


def archive_for(spec: Spec, services: Services, *, snapshot_at: int | None = None) -> Archive:
    """Return the archive of the spec's distribution; ``snapshot_at`` is the snapshot's time to fall back to."""
    contents = spec.contents
    return archive_of(
        release_named(contents.distribution),
        services,
        components=contents.components,
        mirrors=contents.mirrors,
        snapshot_at=snapshot_at,
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

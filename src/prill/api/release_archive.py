"""The archive of a distribution's release, from the mirrors that a person, the settings and the machine offer."""

from collections.abc import Sequence
from pathlib import Path

from prill.api.services import Services
from prill.distro.deb.apt_sources import AptSources, read_apt_sources
from prill.distro.deb.archive import Archive
from prill.distro.deb.downloads import Progress as Downloaded
from prill.distro.deb.mirrors import choose_mirrors
from prill.distro.debian import DebianRelease

__all__ = ["archive_of", "report_download"]


def archive_of(
    release: DebianRelease,
    services: Services,
    *,
    components: Sequence[str],
    mirrors: Sequence[str] = (),
    snapshot_at: int | None = None,
) -> Archive:
    """Return the archive of ``release``; ``mirrors`` go before all others."""
    choice = services.mirrors
    apt = None
    if choice.apt_root is not None and not (mirrors or choice.option or choice.settings):
        apt = _apt_sources(choice.apt_root, services)
    at = services.clock.now() if snapshot_at is None else snapshot_at
    chosen = choose_mirrors(
        spec=mirrors,
        option=choice.option,
        settings=choice.settings,
        apt=apt,
        timestamp=at if choice.snapshot else None,
        snapshot=choice.snapshot,
    )
    return Archive(
        release.signed_by(choice.keys) if choice.keys else release,
        chosen,
        services.fetcher(),
        services.cache,
        clock=services.clock,
        offline=services.offline,
        components=components,
        snapshot=choice.snapshot or None,
    )


def report_download(services: Services, progress: Downloaded) -> None:
    """Tell the person how far the download is."""
    services.progress.update("fetching packages", progress.bytes, progress.total_bytes)


def _apt_sources(root: Path, services: Services) -> AptSources:
    sources = read_apt_sources(root)
    for ignored in sources.ignored:
        services.note(f"apt source ignored: {ignored.subject}: {ignored.reason}")
    return sources

"""The archive of the image's distribution as a source of advisories, where it has one that can be verified."""

from datetime import UTC, datetime
from functools import partial

from prill.api.release_archive import archive_of, report_download
from prill.api.services import Services
from prill.distro.debian import DebianRelease
from prill.model import DebDetails, Gap, Package, Sbom
from prill.model.value import replace
from prill.vuln.vendor_archive import VendorAnswer, ask_archive

__all__ = ["ask_vendor"]


def ask_vendor(sbom: Sbom, release: DebianRelease, services: Services) -> VendorAnswer:
    """Return what the release's archive knows of the image's packages; raise what verifying and fetching it raises."""
    packages = tuple(package for package in sbom.packages if isinstance(package.details, DebDetails))
    if not packages:
        return VendorAnswer(matches=(), behind=())
    archive = archive_of(release, services, components=("main",))
    answer = ask_archive(
        packages,
        archive,
        services.cache,
        architecture=_architecture(sbom, packages),
        progress=partial(report_download, services),
    )
    now = services.clock.now()
    return replace(
        answer,
        sources=tuple(replace(source, retrieved=services.epoch or now) for source in answer.sources),
        gaps=(*answer.gaps, *_ended(release, now)),
    )


def _ended(release: DebianRelease, now: int) -> tuple[Gap, ...]:
    if datetime.fromtimestamp(now, UTC).date() <= release.lts_ends:
        return ()
    reason = (
        f"its support ended on {release.lts_ends}: what was found since is not fixed there, so it is not known here"
    )
    return (Gap(str(release), reason),)


def _architecture(sbom: Sbom, packages: tuple[Package, ...]) -> str:
    """Return the architecture of the image as Debian names it: that of most of its packages."""
    if not packages and sbom.subject.platform:
        return sbom.subject.platform.architecture
    found: dict[str, int] = {}
    for package in packages:
        if isinstance(package.details, DebDetails) and package.details.architecture != "all":
            found[package.details.architecture] = found.get(package.details.architecture, 0) + 1
    return max(found, key=lambda name: (found[name], name), default="amd64")

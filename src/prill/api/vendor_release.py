"""Which release's archive can be asked about an image, and whether that release is still in its support."""

from datetime import UTC, datetime

from prill.distro.debian import DebianRelease, UnknownRelease, release_named
from prill.model import Sbom

__all__ = ["support_note", "vendor_release"]


def vendor_release(sbom: Sbom) -> DebianRelease | None:
    """Return the release whose archive can be asked about this image, or None."""
    if sbom.distro is None:
        return None
    try:
        return release_named(f"{sbom.distro.id}:{sbom.distro.version.partition('.')[0]}")
    except UnknownRelease:
        return None


def support_note(release: DebianRelease, now: int) -> str:
    """Say that a release is in its long-term support, or nothing."""
    today = datetime.fromtimestamp(now, UTC).date()
    if release.support_ends < today <= release.lts_ends:
        return (
            f"{release} is past its support (since {release.support_ends}); its long-term support, until "
            f"{release.lts_ends}, covers most packages, not all"
        )
    return ""

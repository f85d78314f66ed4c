"""Debian: its releases, where each is published, and whose signatures count.

A release is spread over pockets: the release itself, its updates, and its security updates, which come from another
archive and other keys. The dates of support are those of Debian's own `distro-info-data` (debian.csv).
"""

from datetime import date
from enum import StrEnum
from pathlib import Path

from prill.errors import PrillError
from prill.model.value import dataclass, replace

__all__ = ["RELEASES", "Area", "DebianRelease", "Pocket", "UnknownRelease", "release_named"]

_KEYS = Path(__file__).parent / "keys"


class UnknownRelease(PrillError):
    """A text names no release that is known here."""


class Area(StrEnum):
    """Which of Debian's two archives a pocket is published in."""

    ARCHIVE = "archive"
    SECURITY = "security"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pocket:
    """One part of a release: ``name`` is its folder under ``dists/`` and the codename its Release must state.

    ``keys`` are files with the OpenPGP keys that may vouch for it; one good signature by any of them suffices.
    """

    name: str
    area: Area
    label: str
    keys: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DebianRelease:
    """A release, such as Debian 13 "trixie".

    ``support_ends`` is the day Debian's own teams stop, ``lts_ends`` the day the long-term support team does.
    ``essential`` names the packages that others may use without saying so (Debian Policy 3.8).
    """

    version: str
    codename: str
    pockets: tuple[Pocket, ...]
    support_ends: date
    lts_ends: date
    essential: tuple[str, ...]
    id: str = "debian"
    origin: str = "Debian"

    def __str__(self) -> str:
        return f"{self.id}:{self.version}"

    def pocket(self, name: str) -> Pocket:
        """Return the pocket called ``name``; raise `UnknownRelease`."""
        for pocket in self.pockets:
            if pocket.name == name:
                return pocket
        known = ", ".join(pocket.name for pocket in self.pockets)
        raise UnknownRelease(f"{self} has no pocket {name!r}", hint=f"it has {known}")

    def signed_by(self, keys: tuple[Path, ...]) -> "DebianRelease":
        """Return the release with ``keys`` in place of those that are trusted for its pockets."""
        return replace(self, pockets=tuple(replace(pocket, keys=keys) for pocket in self.pockets))


def _release(
    version: str,
    codename: str,
    *,
    support_ends: date,
    lts_ends: date,
    signers: tuple[str, ...],
    essential: tuple[str, ...],
) -> DebianRelease:
    """Put a release together; ``signers`` are the Debian versions whose automatic keys sign it."""
    archive = tuple(_KEYS / f"debian-{signer}-automatic.asc" for signer in signers)
    archive += (_KEYS / f"debian-{version}-stable.asc",)
    security = tuple(_KEYS / f"debian-{signer}-security-automatic.asc" for signer in signers)
    return DebianRelease(
        version=version,
        codename=codename,
        pockets=(
            Pocket(name=codename, area=Area.ARCHIVE, label="Debian", keys=archive),
            Pocket(name=f"{codename}-updates", area=Area.ARCHIVE, label="Debian", keys=archive),
            Pocket(name=f"{codename}-security", area=Area.SECURITY, label="Debian-Security", keys=security),
        ),
        support_ends=support_ends,
        lts_ends=lts_ends,
        essential=essential,
    )


_ESSENTIAL = (
    "base-files",
    "base-passwd",
    "bash",
    "bsdutils",
    "coreutils",
    "dash",
    "debianutils",
    "diffutils",
    "dpkg",
    "findutils",
    "grep",
    "gzip",
    "hostname",
    "init-system-helpers",
    "libc-bin",
    "ncurses-base",
    "ncurses-bin",
    "perl-base",
    "sed",
    "sysvinit-utils",
    "tar",
    "util-linux",
)

RELEASES = (
    _release(
        "12",
        "bookworm",
        support_ends=date(2026, 7, 11),
        lts_ends=date(2028, 6, 30),
        signers=("12", "13"),
        essential=(*_ESSENTIAL, "login"),
    ),
    _release(
        "13",
        "trixie",
        support_ends=date(2028, 8, 9),
        lts_ends=date(2030, 6, 30),
        signers=("12", "13"),
        essential=_ESSENTIAL,
    ),
)
"""The releases that can be built from, oldest first."""


def release_named(text: str) -> DebianRelease:
    """Return the release that ``debian:13`` or ``debian:trixie`` names; raise `UnknownRelease`."""
    for release in RELEASES:
        if text in {f"{release.id}:{release.version}", f"{release.id}:{release.codename}"}:
            return release
    known = ", ".join(f"{release} ({release.codename})" for release in RELEASES)
    raise UnknownRelease(f"unknown distribution {text[:80]!r}", hint=f"known are {known}")

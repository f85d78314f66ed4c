"""What a report must not leave out."""

from prill.model.value import dataclass

__all__ = ["LICENCE_GAPS", "NO_ALPM_LICENCE", "NO_APK_LICENCE", "NO_DEB_LICENCE", "Gap"]

NO_DEB_LICENCE = "no licence could be read from its copyright file"
NO_APK_LICENCE = "apk's database names no licence"
NO_ALPM_LICENCE = "pacman's database names no licence"
LICENCE_GAPS = frozenset({NO_DEB_LICENCE, NO_APK_LICENCE, NO_ALPM_LICENCE})
"""The reasons that are about licences alone. A document carries a gap as text, so its reason is what tells."""


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Something that was skipped, failed or is not known, and why."""

    subject: str
    reason: str

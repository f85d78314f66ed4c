"""Whose the files of an image are."""

from collections.abc import Mapping

from prill.model.value import dataclass, field

__all__ = ["Ownership"]


@dataclass(frozen=True, slots=True)
class Ownership:
    """The purl of the package that a path belongs to, by the package managers' own records.

    Paths have no leading slash and are as the image has them: where a manager says ``bin/sh`` and ``bin`` leads to
    ``usr/bin``, it is ``usr/bin/sh``.
    """

    owners: Mapping[str, str] = field(default_factory=dict, repr=False)

    def of(self, path: str) -> str:
        """Return the owner's purl, or nothing."""
        return self.owners.get(path, "")

    def __contains__(self, path: object) -> bool:
        return path in self.owners

    def __len__(self) -> int:
        return len(self.owners)

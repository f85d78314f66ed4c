"""What distinguishes two images: files, packages, configuration."""

from enum import StrEnum

from prill.model.files import FileKind
from prill.model.image_files import ListedFile
from prill.model.report import Gap
from prill.model.sbom import Subject
from prill.model.sbom_diff import PackageChange
from prill.model.value import dataclass

__all__ = ["ConfigChange", "Direction", "FileAspect", "FileChange", "ImageDiff", "PackageMove", "aspects_of"]


class FileAspect(StrEnum):
    """What of a file is another one. Times are not looked at: they differ in every image that was built anew."""

    KIND = "kind"
    CONTENT = "content"
    MODE = "mode"
    OWNER = "owner"
    LINK = "link"
    DEVICE = "device"
    XATTRS = "xattrs"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One path. Without ``old`` it is new, without ``new`` it is gone; of both, ``aspects`` says what changed."""

    path: str
    old: ListedFile | None = None
    new: ListedFile | None = None
    aspects: tuple[FileAspect, ...] = ()

    @property
    def is_file(self) -> bool:
        """Whether it is, or was, a regular file, as the number of an image's files counts them."""
        there = self.new or self.old
        return there is not None and there.stat.kind is FileKind.FILE

    @property
    def became(self) -> str:
        """What became of it: ``added``, ``removed`` or ``changed``."""
        return "added" if self.old is None else "removed" if self.new is None else "changed"


class Direction(StrEnum):
    """What became of a package."""

    ADDED = "added"
    REMOVED = "removed"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    CHANGED = "changed"
    """Another version, or other licences, and nobody says which is the newer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageMove:
    """A package's change, and where it leads."""

    change: PackageChange
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ConfigChange:
    """One setting of the images' configs, such as ``user`` or ``env PATH``; None where an image does not have it."""

    name: str
    old: str | None = None
    new: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDiff:
    """The changes, each kind sorted by its name; and how many files, other entries and packages are the same.

    ``layers`` are the diff IDs of both, the lowest first.
    """

    old: Subject
    new: Subject
    layers: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    files: tuple[FileChange, ...] = ()
    packages: tuple[PackageMove, ...] = ()
    config: tuple[ConfigChange, ...] = ()
    same_files: int = 0
    same_others: int = 0
    """How many folders, links and devices are the same."""
    same_packages: int = 0
    gaps: tuple[Gap, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything is another thing."""
        return bool(self.files or self.packages or self.config)


def aspects_of(old: ListedFile, new: ListedFile) -> tuple[FileAspect, ...]:
    """Return what distinguishes two entries; contents by their digests where both are known, else by their sizes.

    A symlink's mode is no aspect: Linux has none, and programs that write layers make it up.
    """
    before, after = old.stat, new.stat
    if before.kind is not after.kind:
        return (FileAspect.KIND,)
    same_content = old.digest == new.digest if old.digest and new.digest else before.size == after.size
    differs = {
        FileAspect.CONTENT: not same_content,
        FileAspect.MODE: before.mode != after.mode and before.kind is not FileKind.SYMLINK,
        FileAspect.OWNER: (before.uid, before.gid) != (after.uid, after.gid),
        FileAspect.LINK: before.link != after.link,
        FileAspect.DEVICE: before.device != after.device,
        FileAspect.XATTRS: before.xattrs != after.xattrs,
    }
    return tuple(aspect for aspect, yes in differs.items() if yes)

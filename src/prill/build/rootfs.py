"""The merged root file system, in memory, with a reason for every path."""

from collections.abc import Callable, Iterable, Sequence

from prill.build.entry_names import UnfitName, is_reserved, reserved
from prill.build.hard_links import rescue_hard_links
from prill.build.listing import Listed
from prill.build.parents import parents
from prill.build.placed import Dropped, Placed
from prill.build.symlinks import behind, check_links, is_link, resolve_link
from prill.build.trim import Trimmer
from prill.errors import PrillError
from prill.model import FileKind
from prill.model.value import dataclass, field

__all__ = ["FileConflict", "Package", "Rootfs"]


class FileConflict(PrillError):
    """Two packages want different things at one path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What the merge asks of a package; ``replaces(other)`` says whether it may take over files of the other."""

    name: str
    entries: Sequence[Listed]
    trimmer: Trimmer
    diversions: Sequence[tuple[str, str]] = ()
    replaces: Callable[[str], bool] = lambda _other: False


@dataclass(slots=True)
class Rootfs:
    """The merged tree: path to entry, what was left out, and what was changed on the way."""

    placed: dict[str, Placed] = field(default_factory=dict)
    dropped: list[Dropped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    setuid: list[tuple[str, str, int, bool]] = field(default_factory=list)
    """Path, owner, mode and whether it was kept, of each regular file that came with a setuid or setgid bit."""
    packages: dict[str, Package] = field(default_factory=dict)
    """What was merged, by name."""

    def drop(self, path: str, owner: str, rule: str) -> None:
        """Record that ``owner``'s entry at ``path`` is left out by ``rule``."""
        self.dropped.append(Dropped(path, owner, rule))

    def cover(self, new: Placed, rule: str) -> None:
        """Put ``new`` where another entry may be; ``rule`` is recorded for what it takes the place of.

        Raise `FileConflict` where one of the two is a folder and the other is not.
        """
        path = new.entry.path
        old = self.placed.get(path)
        if old is not None:
            if (old.entry.kind is FileKind.DIRECTORY) is not (new.entry.kind is FileKind.DIRECTORY):
                if any(other.startswith(f"{path}/") for other in self.placed):
                    raise FileConflict(
                        f"{new.owner} would put a {new.entry.kind} over the {old.entry.kind} /{path} of {old.owner}",
                        hint="trim what is below it, or choose another path",
                    )
                self.drop(path, old.owner, rule)
            elif old.entry.kind is not FileKind.DIRECTORY and old.owner != new.owner:
                self.drop(path, old.owner, rule)
        self.placed[path] = new
        self.complete_parents((path,))

    def settle(self, path: str, kind: FileKind, owner: str) -> str:
        """Return where an entry for ``path`` goes: behind the symlinks above it; a folder behind its own as well.

        Raise `CircularLinks` for a circle of symlinks, `LinkLeavesRoot` for one that leads out.
        """
        place = behind(path, self.placed, owner)
        if kind is FileKind.DIRECTORY and is_link(place, self.placed):
            target = behind(resolve_link(place, self.placed[place].entry.link), self.placed, owner)
            found = self.placed.get(target)
            return target if found is not None and found.entry.kind is FileKind.DIRECTORY else place
        return place

    def finish(self) -> None:
        """Bring hard links and the record in order once everything is placed.

        Raise `UnfitName` for a name that a layer gives another meaning, `LinkLeavesRoot` for a symlink that leads out.
        """
        rescue_hard_links(self.placed)
        check_links(self.placed)
        for path in filter(is_reserved, self.placed):
            one = self.placed[path]
            raise UnfitName(
                f"{reserved(path)}; it comes from {one.owner} ({one.rule})",
                hint="trim it in the spec, or exclude the package",
            )
        self.dropped.sort()

    def complete_parents(self, paths: Iterable[str] | None = None) -> None:
        """Give ``paths``, or everything, their folders; a folder that nobody ships is root's, mode 0755."""
        placed = self.placed
        for path in list(placed) if paths is None else paths:
            for parent in parents(path):
                above = placed.get(parent)
                if above is None:
                    below = placed[path]
                    folder = Listed(parent, FileKind.DIRECTORY, 0o755, 0, 0, 0, below.entry.mtime)
                    placed[parent] = Placed(folder, below.owner, "parent")
                elif above.entry.kind is not FileKind.DIRECTORY:
                    raise FileConflict(
                        f"/{path} of {placed[path].owner} lies below /{parent},"
                        f" which is a {above.entry.kind} of {above.owner}"
                    )

    def by_owner(self) -> dict[str, list[Listed]]:
        """Return each owner's entries but directories, sorted by path."""
        result: dict[str, list[Listed]] = {}
        for placed in self.placed.values():
            if placed.entry.kind is not FileKind.DIRECTORY:
                result.setdefault(placed.owner, []).append(placed.entry)
        for entries in result.values():
            entries.sort(key=_hard_links_last)
        return result


def _hard_links_last(entry: Listed) -> tuple[bool, str]:
    return (entry.kind is FileKind.HARDLINK, entry.path)

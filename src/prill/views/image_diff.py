"""What distinguishes two images, on a terminal: settings, packages, files."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from prill.model import FileKind
from prill.model.image_diff import ConfigChange, Direction, FileAspect, FileChange, ImageDiff, PackageMove
from prill.model.image_files import ListedFile
from prill.views.columns import printable
from prill.views.sbom_table import gap_lines
from prill.views.sizes import count, human_size

__all__ = ["image_diff"]

_PRIVILEGED = 0o6000
"""Setuid and setgid."""
_SIGNS = {
    Direction.ADDED: "+",
    Direction.REMOVED: "-",
    Direction.UPGRADED: "↑",
    Direction.DOWNGRADED: "↓",
    Direction.CHANGED: "~",
}
_BECAME = ("added", "removed", "changed")
_MAX_NAME = 40


def image_diff(diff: ImageDiff, *, width: int, every_file: bool = False) -> str:
    """Return the report. A folder that came or went is one line, with ``every_file`` all that is in it, too."""
    parts = [
        _part("configuration", _counted(diff.config), (_setting(one) for one in diff.config)),
        _part("packages", _packages_counted(diff), _packages(diff.packages)),
        _part("files", _files_counted(diff), _files(diff.files, every_file=every_file)),
    ]
    if diff.gaps:
        parts.append("\n".join(gap_lines(diff.gaps, width=width)))
    return "\n\n".join(parts)


def _part(title: str, counted: str, lines: Iterable[str]) -> str:
    return "\n".join((f"{title}: {counted}", *(f"  {line}" for line in lines)))


def _counted(changes: Sequence[ConfigChange]) -> str:
    return f"{len(changes)} changed" if changes else "the same"


def _packages_counted(diff: ImageDiff) -> str:
    counts = Counter(one.direction for one in diff.packages)
    words = [f"{counts[one]} {one}" for one in Direction if counts[one]]
    return ", ".join((*words, f"{diff.same_packages} the same"))


def _files_counted(diff: ImageDiff) -> str:
    counts = Counter((one.is_file, one.became) for one in diff.files)
    files, others = (
        ", ".join((*(f"{counts[kind, one]} {one}" for one in _BECAME if counts[kind, one]), f"{same} the same"))
        for kind, same in ((True, diff.same_files), (False, diff.same_others))
    )
    return f"{files}; other entries: {others}"


def _setting(one: ConfigChange) -> str:
    name = printable(one.name)
    if one.old is None:
        return f"+ {name}: {printable(one.new or '')}"
    if one.new is None:
        return f"- {name}: {printable(one.old)}"
    return f"~ {name}: {printable(one.old)} → {printable(one.new)}"


def _packages(moves: Sequence[PackageMove]) -> Iterator[str]:
    width = min(_MAX_NAME, max((len(printable(one.change.name)) for one in moves), default=0))
    for one in moves:
        change = one.change
        old, new = ", ".join(change.old), ", ".join(change.new)
        versions = " → ".join(filter(None, (old, new)))
        if change.old_licenses or change.new_licenses:
            versions = f"{new}, licence {change.old_licenses or 'none'} → {change.new_licenses or 'none'}"
        yield printable(f"{_SIGNS[one.direction]} {printable(change.name):<{width}}  {versions}  ({change.ecosystem})")


def _files(changes: Sequence[FileChange], *, every_file: bool) -> Iterator[str]:
    at = 0
    while at < len(changes):
        one = changes[at]
        entry = one.old or one.new
        at += 1
        if entry is None:
            continue
        if entry.stat.kind is not FileKind.DIRECTORY or (one.old and one.new) or every_file:
            yield _file(one, entry)
            continue
        prefix, begin = f"{one.path}/", at
        while at < len(changes) and changes[at].path.startswith(prefix):
            at += 1
        inside = [each for change in changes[begin:at] if (each := change.old or change.new)]
        size = sum(each.stat.size for each in inside if each.stat.kind is FileKind.FILE)
        yield f"{_sign(one)} {printable(f'/{one.path}/')}  {count(len(inside), 'entry', 'entries')}, {human_size(size)}"


def _file(one: FileChange, entry: ListedFile) -> str:
    path = printable(f"/{one.path}")
    if one.old and one.new:
        return f"~ {path}  {', '.join(_aspect(aspect, one.old, one.new) for aspect in one.aspects)}"
    stat = entry.stat
    size = f"  {human_size(stat.size)}" if stat.kind is FileKind.FILE else ""
    mode = f", mode {stat.mode:04o}" if size and stat.mode & _PRIVILEGED else ""
    return f"{_sign(one)} {path}{f' -> {printable(stat.link)}' if stat.link else ''}{size}{mode}"


def _aspect(aspect: FileAspect, old: ListedFile, new: ListedFile) -> str:
    was, now = old.stat, new.stat
    match aspect:
        case FileAspect.MODE:
            return f"mode {was.mode:04o} → {now.mode:04o}"
        case FileAspect.OWNER:
            return f"owner {was.uid}:{was.gid} → {now.uid}:{now.gid}"
        case FileAspect.LINK:
            return f"link {printable(was.link) or 'none'} → {printable(now.link) or 'none'}"
        case FileAspect.KIND:
            return f"{was.kind} → {now.kind}"
        case FileAspect.CONTENT if was.size != now.size:
            return f"content, {human_size(was.size)} → {human_size(now.size)}"
        case _:
            return str(aspect)


def _sign(one: FileChange) -> str:
    if one.old and one.new:
        return "~"
    return "+" if one.new else "-"

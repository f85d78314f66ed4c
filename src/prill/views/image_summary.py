"""What a built image is, on one screen: printed after ``prill build`` and by ``prill show``."""

from prill.model.value import dataclass
from prill.views.columns import WIDTH, cut, folded, printable, table
from prill.views.sizes import count, human_size

__all__ = ["ImageSummary", "LayerLine", "PackageLine", "image_summary"]

_MAX_NOTES = 5
_MAX_LINES = 4
_INDENT = 12
"""How many columns stand before a row's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLine:
    """A package; ``size`` is what its regular files take up in the image, in bytes."""

    name: str
    version: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerLine:
    """A layer: what is in it, its digest, and its compressed and unpacked size in bytes."""

    name: str
    digest: str
    size: int
    unpacked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSummary:
    """Everything that the summary shows; sizes in bytes, ``seconds`` None where nobody measured."""

    name: str
    place: str
    digest: str
    platform: str
    packages: tuple[PackageLine, ...]
    layers: tuple[LayerLine, ...]
    files: int
    shells: tuple[str, ...]
    setuid_dropped: int
    setuid_kept: tuple[str, ...]
    scripts: int
    user: str
    command: tuple[str, ...]
    created: str
    index: str = ""
    """The digest of the index that the image was built into, the one to pin; empty for an image by itself."""
    seconds: float | None = None
    notes: tuple[str, ...] = ()


def image_summary(summary: ImageSummary, *, packages: bool = False, layers: bool = False) -> str:
    """Return the summary; with ``packages`` and ``layers`` also what is in it, line by line."""
    parts = [_head(summary)]
    if packages and summary.packages:
        rows = [(one.name, one.version, human_size(one.size)) for one in summary.packages]
        parts.append(table(("PACKAGE", "VERSION", "SIZE"), rows, texts=2))
    if layers and summary.layers:
        lines = [(one.name, one.digest[:19], human_size(one.size), human_size(one.unpacked)) for one in summary.layers]
        parts.append(table(("LAYER", "DIGEST", "COMPRESSED", "UNPACKED"), lines, texts=2))
    return "\n\n".join(parts)


def _head(summary: ImageSummary) -> str:
    compressed = sum(layer.size for layer in summary.layers)
    unpacked = sum(layer.unpacked for layer in summary.layers)
    setuid = f"none ({count(summary.setuid_dropped, 'bit')} dropped)" if summary.setuid_dropped else "none"
    files, scripts = count(summary.files, "file"), count(summary.scripts, "maintainer script")
    layers = count(len(summary.layers), "layer")
    rows = [
        ("digest", summary.digest),
        *([("index", summary.index)] if summary.index else []),
        ("packages", f"{len(summary.packages)} ({files}, {scripts} not run)"),
        ("size", f"{human_size(compressed)} compressed, {human_size(unpacked)} unpacked, {layers}"),
        ("shell", ", ".join(f"/{path}" for path in summary.shells) or "none"),
        ("setuid", ", ".join(f"/{path}" for path in summary.setuid_kept) or setuid),
        ("user", summary.user),
        ("runs", " ".join(summary.command) or "nothing by itself"),
        ("created", summary.created),
    ]
    if summary.seconds is not None:
        rows.append(("built in", f"{summary.seconds:.2f} s"))
    for note in summary.notes[:_MAX_NOTES]:
        first, *more = folded(printable(note), WIDTH - _INDENT, lines=_MAX_LINES)
        rows += [("note", first), *(("", line) for line in more)]
    if len(summary.notes) > _MAX_NOTES:
        rows.append(("", f"and {count(len(summary.notes) - _MAX_NOTES, 'more note')} in the build record"))
    title = f"{summary.name}  {summary.platform}  {summary.place}".rstrip()
    return "\n".join([cut(printable(title)), *(cut(printable(f"  {label:<9} {value}")) for label, value in rows)])

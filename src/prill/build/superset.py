"""What becomes of a production image's paths in a variant of it: the same, made anew, moved, left out."""

from collections.abc import Iterator

from prill.build.assemble import MADE, Assembly
from prill.build.metadata import STATUS_D, dpkg_place
from prill.build.record import DroppedFile
from prill.model.value import dataclass

__all__ = ["LEFT_OUT", "MOVED", "Inherited", "inherit"]

MOVED = "moved-to"
"""The rule, before a colon and a path, of a file whose content the variant has in that other file."""
LEFT_OUT = "not-in-variant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """What a variant does not have as its production image has it; paths are sorted.

    ``changed`` are those of packages and ``files`` sources, missing ones too. ``rewritten`` are those that the builder
    makes for each image anew, as they describe the image they are in: accounts, the loader's cache, package metadata.
    ``dropped`` are the ones that the variant lacks and that no rule of its merge took away.
    """

    changed: tuple[str, ...]
    rewritten: tuple[str, ...]
    dropped: tuple[DroppedFile, ...]


def inherit(assembly: Assembly, base: Assembly) -> Inherited:
    """Compare every path of ``base`` with the one of its variant ``assembly``: kind, content, mode and owner."""
    old, new = {**base.root.placed, **base.metadata}, {**assembly.root.placed, **assembly.metadata}
    differing = sorted(path for path in old if path not in new or not old[path].entry.same_but_time(new[path].entry))
    made = {path for path in differing if old[path].owner == MADE or path in base.metadata}
    return Inherited(
        changed=tuple(path for path in differing if path not in made),
        rewritten=tuple(path for path in differing if path in new and path in made),
        dropped=tuple(_dropped(assembly, base, [path for path in differing if path not in new])),
    )


def _dropped(assembly: Assembly, base: Assembly, gone: list[str]) -> Iterator[DroppedFile]:
    explained = {one.path for one in assembly.root.dropped}
    moved = base.metadata if "dpkg" in assembly.listings else {}
    if moved:
        yield DroppedFile(STATUS_D, MADE, f"{MOVED}:var/lib/dpkg/status")
    for path in gone:
        if path in moved:
            owner = moved[path].owner
            yield DroppedFile(path, owner, f"{MOVED}:{dpkg_place(path, owner, assembly.listings[owner])}")
        elif path not in explained:
            yield DroppedFile(path, base.root.placed[path].owner, LEFT_OUT)

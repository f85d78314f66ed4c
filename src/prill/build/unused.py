"""What a spec asks for and nothing comes of: a glob that matches no file, a name that is not there.

It may be a slip of the pen, or what a package had before its last update. It is no error, since a spec may be written
for several architectures and variants; so it is noted.
"""

import re
from collections.abc import Container, Iterable, Iterator

from prill.build.assemble import Assembly
from prill.build.spec import Spec
from prill.build.trim import glob_pattern
from prill.distro.deb.control import parse_paragraph
from prill.distro.deb.relations import parse_relations

__all__ = ["unused"]

_FIELDS = ("Depends", "Pre-Depends")


def unused(assembly: Assembly, base: Assembly | None = None, excluded: Container[str] = frozenset()) -> tuple[str, ...]:
    """Return a note for each field of the spec with something that had no effect on this image.

    For a variant of ``base`` only what it says itself is looked at. ``excluded`` are names that an image of the
    spec for another architecture, or a variant, asks for.
    """
    said = _said(assembly.spec)
    if base is not None:
        known = _said(base.spec)
        said = {field: [one for one in values if one not in known[field]] for field, values in said.items()}
    return tuple(
        f"{field} {names}"
        for field, names in (
            ("trim.paths matches no file of a package:", _unmatched(said["trim.paths"], assembly)),
            ("trim.keep matches no file of a package:", _unmatched(said["trim.keep"], assembly)),
            ("contents.exclude: no package asks for", _not_asked_for(said["contents.exclude"], assembly, excluded)),
            ("keep-setuid names no program with such a bit:", _without_bits(said["keep-setuid"], assembly)),
        )
        if names
    )


def _said(spec: Spec) -> dict[str, list[str]]:
    return {
        "trim.paths": list(spec.trim.paths),
        "trim.keep": list(spec.trim.keep),
        # Whoever gave a reason meant it, as a file does that several specs include.
        "contents.exclude": [one.name for one in spec.contents.exclude if not one.reason],
        "keep-setuid": list(spec.keep_setuid),
    }


def _unmatched(globs: Iterable[str], assembly: Assembly) -> str:
    paths = [one.path for one in assembly.root.dropped]
    paths += [path for path, one in assembly.root.placed.items() if one.owner in assembly.listings]
    patterns = ((glob, re.compile(glob_pattern(glob.lstrip("/"))).fullmatch) for glob in globs)
    return ", ".join(glob for glob, matches in patterns if not any(map(matches, paths)))


def _not_asked_for(names: Iterable[str], assembly: Assembly, excluded: Container[str]) -> str:
    left = [name for name in names if name not in excluded]
    wanted = set(_dependencies(assembly)) if left else set()
    return ", ".join(name for name in left if name not in wanted)


def _dependencies(assembly: Assembly) -> Iterator[str]:
    """Yield every name that a package of the image depends on, also as an alternative."""
    for listing in assembly.listings.values():
        fields = parse_paragraph(listing.control)
        for group in (one for field in _FIELDS for one in parse_relations(fields.get(field, ""))):
            yield from (relation.name for relation in group)


def _without_bits(paths: Iterable[str], assembly: Assembly) -> str:
    kept = {f"/{path}" for path, _, _, keep in assembly.root.setuid if keep}
    return ", ".join(path for path in paths if path not in kept)

"""Two images beside each other: the files, packages and settings that only one of them has."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import chain
from typing import Any

from prill.api.files import TreeFiles
from prill.api.opening import Looked, OpenOptions, look_at
from prill.api.version_order import direction_of
from prill.model import Gap
from prill.model.image_diff import ConfigChange, FileChange, ImageDiff, PackageMove, aspects_of
from prill.model.sbom_diff import diff_sboms
from prill.model.value import replace
from prill.oci.config_diff import HIDDEN, config_changes
from prill.oci.tree_pairs import pair_trees

__all__ = ["PACKAGES_HAVE_GAPS", "diff_images"]

PACKAGES_HAVE_GAPS = "what is known of its packages has gaps"
"""How the reason begins that stands for those of an SBOM."""

_NAMED = ("env", "label")


def diff_images(old: str, new: str, options: OpenOptions | None = None) -> tuple[ImageDiff, tuple[str, ...]]:
    """Compare what two texts name, images or folders; return the difference, and notes for the person.

    Raise as `look_at` does. A content is read only where both have the path and no layer in common says that it is the
    same.
    """
    with ExitStack() as stack:
        before, after = (stack.enter_context(look_at(text, options)) for text in (old, new))
        was, now = TreeFiles(before), TreeFiles(after)
        pairs = pair_trees(before.tree, after.tree)
        changed, unchanged = _compared(was, now, pairs.both)
        same = [*pairs.same, *unchanged]
        same_files = sum(map(before.tree.merged.is_file, same))
        files = chain(
            changed,
            (FileChange(path=one.stat.path, old=one) for one in map(was.at, pairs.gone)),
            (FileChange(path=one.stat.path, new=one) for one in map(now.at, pairs.come)),
        )
        packages = diff_sboms(was.sbom, now.sbom)
        diff = ImageDiff(
            old=before.subject,
            new=after.subject,
            layers=(was.layers, now.layers),
            files=tuple(sorted(files, key=lambda one: one.path.split("/"))),
            packages=tuple(PackageMove(change=one, direction=direction_of(one)) for one in packages.changes),
            config=tuple(map(_without_secrets, config_changes(before.config, after.config))),
            same_files=same_files,
            same_others=len(same) - same_files,
            same_packages=packages.same,
            gaps=(*_gaps(old, before, was), *_gaps(new, after, now)),
        )
        return diff, (*before.notes, *after.notes)


def _without_secrets(change: ConfigChange) -> ConfigChange:
    """Return a change in which nothing is shown that looks like a secret, as `prill inspect` tells them."""
    return replace(change, old=_shown(change.name, change.old), new=_shown(change.name, change.new))


def _shown(name: str, value: str | None) -> str | None:
    from prill.inspection.secret_scan import MASK, looks_like_a_secret, mask  # noqa: PLC0415 - only what changed

    kind, _, variable = name.partition(" ")
    if not value or value == HIDDEN:
        return value
    if kind in _NAMED and looks_like_a_secret(variable, value):
        return HIDDEN
    if kind not in _NAMED and value.startswith(("[", "{")):
        with suppress(ValueError, RecursionError):
            return json.dumps(_masked(json.loads(value)), ensure_ascii=False)
    return HIDDEN if (masked := mask(value)) == MASK else masked


def _masked(value: Any) -> Any:  # noqa: ANN401 - it is JSON's
    """Return what was JSON with its texts masked, a list of them as the command that it is."""
    from prill.inspection.secret_scan import mask, mask_words  # noqa: PLC0415 - only what changed

    match value:
        case str():
            return mask(value)
        case dict():
            return {name: _masked(one) for name, one in value.items()}
        case list() if all(isinstance(one, str) for one in value):
            return mask_words(value)
        case list():
            return [_masked(one) for one in value]
    return value


def _compared(
    was: TreeFiles, now: TreeFiles, both: Sequence[tuple[int, int]]
) -> tuple[list[FileChange], Sequence[int]]:
    """Compare entries of both trees; return what changed, and the rows of the old tree that did not."""
    was.read([pair[0] for pair in both])
    now.read([pair[1] for pair in both])
    changed: list[FileChange] = []
    same: list[int] = []
    for pair in both:
        old, new = was.at(pair[0]), now.at(pair[1])
        if aspects := aspects_of(old, new):
            changed.append(FileChange(path=old.stat.path, old=old, new=new, aspects=aspects))
        else:
            same.append(pair[0])
    return changed, same


def _gaps(name: str, looked: Looked, files: TreeFiles) -> Iterator[Gap]:
    of_the_tree = {*looked.gaps, *looked.tree.gaps}
    for gap in sorted(of_the_tree):
        yield Gap(f"{name}: {gap.subject}", gap.reason)
    if others := {*files.sbom.gaps} - of_the_tree:
        yield Gap(name, f"{PACKAGES_HAVE_GAPS} ({len(others)}); prill sbom lists them")

"""What a new lock changes, package by package, like a changelog."""

from collections import Counter
from collections.abc import Iterable

from prill.model.value import dataclass
from prill.views.columns import printable

__all__ = ["ChangeLine", "lock_diff"]

_MAX_NAME = 40
_KINDS = ("changed", "added", "removed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One package in one image; an empty version means it is not there. ``pocket`` is where the new one is from."""

    image: str
    name: str
    old: str
    new: str
    pocket: str = ""


def lock_diff(changes: Iterable[ChangeLine]) -> str:
    """Return the changes, those that are the same for several images once, under one heading; "" where there are none.

    Versions are never shortened: people copy them.
    """
    images_of: dict[ChangeLine, set[str]] = {}
    for one in changes:
        same = ChangeLine(image="", name=one.name, old=one.old, new=one.new, pocket=one.pocket)
        images_of.setdefault(same, set()).add(one.image)
    groups: dict[tuple[str, ...], list[ChangeLine]] = {}
    for change, places in images_of.items():
        groups.setdefault(tuple(sorted(places)), []).append(change)
    lines: list[str] = []
    # What is the same everywhere comes first.
    for images, found in sorted(groups.items(), key=lambda group: (-len(group[0]), group[0])):
        lines.append(f"{printable(', '.join(images))}:")
        width = min(_MAX_NAME, max(len(one.name) for one in found))
        lines += [f"  {_line(one, width)}" for one in sorted(found, key=lambda one: (one.name, one.new, one.old))]
    if images_of:
        counts = Counter(_kind(one) for one in {(one.name, one.old, one.new): one for one in images_of}.values())
        lines.append(", ".join(f"{counts[kind]} {kind}" for kind in _KINDS if counts[kind]))
    return "\n".join(lines)


def _kind(one: ChangeLine) -> str:
    if not one.old:
        return "added"
    return "changed" if one.new else "removed"


def _line(one: ChangeLine, width: int) -> str:
    name = f"{printable(one.name):<{width}}"
    where = f"  ({one.pocket})" if one.pocket and one.new else ""
    if not one.old:
        return printable(f"+ {name}  {one.new}{where}")
    if not one.new:
        return printable(f"- {name}  {one.old}")
    return printable(f"  {name}  {one.old} → {one.new}{where}")

"""What a new lock changes, package by package, like a changelog."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["ChangeLine", "lock_diff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One package in one image; an empty version means that it is not there. ``pocket`` has the new version."""

    image: str
    name: str
    old: str
    new: str
    pocket: str = ""


def lock_diff(changes: Iterable[ChangeLine]) -> str:
    """Return the changes, those that are the same for several images under one heading."""
    by_change: dict[tuple[str, str, str, str], list[str]] = {}
    for one in changes:
        by_change.setdefault((one.name, one.old, one.new, one.pocket), []).append(one.image)
    by_images: dict[str, list[tuple[str, str, str, str]]] = {}
    for change, images in by_change.items():
        by_images.setdefault(", ".join(images), []).append(change)
    lines: list[str] = []
    for heading in sorted(by_images):
        lines.append(f"{heading}:")
        width = max(len(name) for name, *_ in by_images[heading])
        lines += [f"  {_line(change, width)}" for change in sorted(by_images[heading])]
    return "\n".join(lines)


def _line(change: tuple[str, str, str, str], width: int) -> str:
    name, old, new, pocket = change
    where = f"  ({pocket})" if pocket else ""
    if not old:
        return f"+ {name:<{width}}  {new}{where}"
    if not new:
        return f"- {name:<{width}}  {old}"
    return f"  {name:<{width}}  {old} → {new}{where}"

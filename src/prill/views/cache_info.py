"""``prill cache info`` for people."""

from collections.abc import Sequence

from prill.views.sizes import count, human_size

__all__ = ["cache_info"]

_DAY = 86_400
_NARROWEST = 12


def cache_info(place: str, kinds: Sequence[tuple[str, int, int, int | None]], *, now: int) -> str:
    """Return a table of kinds (name, entries, bytes, time of the oldest use or None) and a total."""
    width = max(_NARROWEST, *(len(name) for name, *_ in kinds)) if kinds else _NARROWEST
    lines = [place, f"  {'KIND':<{width}} {'ENTRIES':>8} {'SIZE':>10}  OLDEST USE"]
    for name, entries, size, oldest in kinds:
        age = "" if oldest is None else f"{count(max(0, now - oldest) // _DAY, 'day')} ago"
        lines.append(f"  {name:<{width}} {entries:>8,} {human_size(size):>10}  {age}".rstrip())
    total = sum(size for _, _, size, _ in kinds)
    lines.append(f"  {'all':<{width}} {sum(entries for _, entries, _, _ in kinds):>8,} {human_size(total):>10}")
    return "\n".join(lines)

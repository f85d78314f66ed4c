"""Sizes and numbers of things as people read them."""

__all__ = ["count", "human_size"]

_STEP = 1000
_UNITS = ("B", "kB", "MB", "GB", "TB")


def human_size(size: int) -> str:
    """Return ``size`` in bytes with one decimal and an SI unit: ``48.0 MB``."""
    if size < _STEP:
        return f"{size} B"
    value = float(size)
    for unit in _UNITS[:-1]:
        if round(value, 1) < _STEP:
            return f"{value:.1f} {unit}"
        value /= _STEP
    return f"{value:.1f} {_UNITS[-1]}"


def count(number: int, one: str, many: str = "") -> str:
    """Count something: ``1 file``, ``2,000 files``."""
    return f"{number} {one}" if number == 1 else f"{number:,} {many or one + 's'}"

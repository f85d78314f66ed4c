"""Sizes as people read them."""

__all__ = ["human_size"]

_STEP = 1000
_UNITS = ("B", "kB", "MB", "GB", "TB")


def human_size(size: int) -> str:
    """Return ``size`` in bytes with three digits and an SI unit: ``48.0 MB``."""
    value = float(size)
    for unit in _UNITS:
        if value < _STEP or unit == _UNITS[-1]:
            return f"{size} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= _STEP
    raise AssertionError("the last unit returns")

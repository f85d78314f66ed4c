"""How long ago something was, in words."""

__all__ = ["age"]

_HOUR, _DAY = 3600, 86_400


def age(seconds: int) -> str:
    """Return ``3 days old``; a time in the future says that a clock is wrong."""
    if seconds < -_HOUR:
        return "dated in the future: a clock is wrong"
    days, hours = max(0, seconds) // _DAY, max(0, seconds) % _DAY // _HOUR
    if days:
        return "1 day old" if days == 1 else f"{days} days old"
    return f"{hours} hours old" if hours > 1 else "less than 2 hours old"

"""What is wrong with a file that only begins like ELF, for all who read such files."""

from prill.errors import PrillError

__all__ = ["InvalidElf"]


class InvalidElf(PrillError):
    """A file begins like ELF, but points outside itself or contradicts itself."""

"""What is wrong with a VEX document, in whichever format."""

from prill.errors import PrillError

__all__ = ["InvalidVex"]


class InvalidVex(PrillError):
    """A document that should have held VEX statements does not."""

"""The one base class of everything Prill raises on purpose.

Specific errors live beside the code that raises them; do not add more here.
"""

__all__ = ["PrillError"]


class PrillError(Exception):
    """Something went wrong that a person can do something about.

    ``message`` says what was seen; ``hint``, where there is one, says what to do next.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message

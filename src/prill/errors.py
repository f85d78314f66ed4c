"""The one base class of everything Prill raises on purpose.

Specific errors live beside the code that raises them; do not add more here.
"""

__all__ = ["PrillError"]


class PrillError(Exception):
    """Something went wrong that a person can do something about.

    ``message`` says what was seen; ``hint``, where there is one, says what to do next. ``subject`` is the value of a
    spec that it is about, where those who raise it know one, and ``place`` is where that value stands, once somebody
    has looked (`prill.build.spec_places`).
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.subject: object = None
        self.place = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message

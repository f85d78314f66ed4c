"""What is wrong with single entries of a layer: told, but not without end."""

from prill.errors import PrillError
from prill.model import Gap

__all__ = ["FaultLog"]

_KEPT = 100
_SHOWN = 400


class FaultLog:
    """Collects gaps; after a hundred it only counts."""

    def __init__(self) -> None:
        self._gaps: list[Gap] = []
        self._more = 0

    def __call__(self, path: str, error: PrillError) -> None:
        """Note what is wrong with the entry at ``path``."""
        self.add(path, str(error))

    def add(self, path: str, reason: str) -> None:
        """Note a reason in words."""
        if len(self._gaps) < _KEPT:
            self._gaps.append(Gap(f"/{path.removeprefix('./').lstrip('/')}"[:_SHOWN], reason[:_SHOWN]))
        else:
            self._more += 1

    def gaps(self, subject: str) -> tuple[Gap, ...]:
        """Return what was noted; how much more there was is said of ``subject``."""
        more = (Gap(subject, f"{self._more} more entries are not as they should be"),) if self._more else ()
        return (*self._gaps, *more)

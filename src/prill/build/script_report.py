"""What is said about a maintainer script that was not run."""

from prill.model.value import dataclass

__all__ = ["ScriptReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptReport:
    """One script that was not run. ``does`` holds sorted kinds of work, such as ``alternatives`` or ``own-code``."""

    package: str
    script: str
    size: int
    sha256: str
    does: tuple[str, ...]

"""What a journey needs from the world; the command line makes it, tests make their own."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from prill._io.cache import ContentCache
from prill._io.clock import Clock
from prill.api.progress import Progress, SilentProgress
from prill.distro.deb.snapshot import SNAPSHOT
from prill.model.value import dataclass, field

if TYPE_CHECKING:
    from prill._io.http import Fetcher

__all__ = ["MirrorChoice", "Services"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorChoice:
    """Mirrors in order of precedence, after the spec's own: the command line's, the settings', the machine's."""

    option: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    apt_root: Path | None = None
    """The root under which apt's sources are read; None leaves them aside."""
    keys: tuple[Path, ...] = ()
    """OpenPGP keys that may sign the archive in place of Debian's own, for a mirror that signs anew."""
    snapshot: str = SNAPSHOT
    """Where packages are looked for that left the mirrors; ``""`` for nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The world as a journey may use it."""

    cache: ContentCache
    clock: Clock
    fetcher: "Callable[[], Fetcher]"
    """Returns what fetches over HTTP; a build from cached packages never asks."""
    mirrors: MirrorChoice = field(default_factory=MirrorChoice)
    npm_registry: Callable[[], str | None] = lambda: None
    offline: bool = False
    epoch: int | None = None
    """``SOURCE_DATE_EPOCH``, where the environment sets it."""
    progress: Progress = field(default_factory=SilentProgress)
    note: Callable[[str], None] = lambda _text: None
    """Is told, in a sentence, what a person should know and no report holds, such as an ignored apt source."""

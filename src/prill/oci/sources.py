"""From what a person writes to an image: ``oci-dir:PATH[:TAG]``, ``oci-archive:``, ``docker-archive:``, ``registry:``.

A path that exists needs no prefix; nor does a name that begins with a registry's host.
"""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from prill._io.regular import read_regular
from prill.model import InvalidPlatform, Platform
from prill.model.value import dataclass, field
from prill.oci.choice import choose
from prill.oci.descriptor import Descriptor
from prill.oci.image import Image, select_image
from prill.oci.index import Index
from prill.oci.layout import INDEX_FILE, LAYOUT_FILE
from prill.oci.places import PREFIXES, SourceNotFound, UnknownSource, exists, open_place
from prill.oci.registry_access import RegistryAccess
from prill.oci.store import BlobSource

__all__ = [
    "OpenedImage",
    "RegistryAccess",
    "SourceNotFound",
    "UnknownSource",
    "folder_of",
    "host_platform",
    "open_image",
]


_SKOPEOS = b"Directory Transport Version"
"""How the file ``version`` begins in an image of skopeo's ``dir:`` transport."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedImage:
    """An image that was found, under the name it was asked for. ``notes`` are for the person: what was decided.

    It holds files or connections open; use it as a context manager, or `close` it.
    """

    name: str
    image: Image
    target: Descriptor
    """What the name stands for: the image, or the index that it was chosen from."""
    remote: bool = False
    """Whether it lies in a registry."""
    notes: tuple[str, ...] = ()
    _close: Callable[[], None] = field(repr=False, compare=False)

    def close(self) -> None:
        """Let go of what is held open."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_image(text: str, *, platform: Platform | None = None, access: RegistryAccess | None = None) -> OpenedImage:
    """Open the image that ``text`` names; raise `UnknownSource`, `SourceNotFound`, or what reading the place raises.

    Of an index without ``platform``, the host's image is taken, and a note says so.
    """
    host = host_platform()

    def choose_entry(store: BlobSource, entries: tuple[Descriptor, ...]) -> tuple[Descriptor, tuple[str, ...]]:
        return choose(store, Index(manifests=entries), platform=platform, host=host)

    place = open_place(text, access=access, choose=choose_entry)
    try:
        image, notes = select_image(place.store, place.target, platform=platform, host=host)
    except BaseException:
        place.close()
        raise
    return OpenedImage(
        name=place.name,
        image=image,
        target=place.target,
        remote=place.reference is not None,
        notes=(*place.notes, *notes),
        _close=place.close,
    )


def folder_of(text: str) -> Path | None:
    """Return the folder with a root file system that ``text`` names: ``dir:PATH``, or a folder that is no layout.

    Raise `UnknownSource` for one that is an image of skopeo's ``dir:`` transport (``podman save --format docker-dir``).
    """
    if text.startswith("dir:") and len(text) > len("dir:"):
        return Path(text.removeprefix("dir:"))
    path = Path(text)
    if not text or text.startswith(PREFIXES) or not exists(path) or not path.is_dir():
        return None
    if (path / LAYOUT_FILE).exists() or (path / INDEX_FILE).exists():
        return None
    if _is_skopeos(path):
        raise UnknownSource(
            f"{text[:160]!r} is an image as skopeo's dir: transport writes it, which is not read",
            hint=f"skopeo copy dir:{text[:80]} oci:LAYOUT, or dir:{text[:80]} to look at it as a folder",
        )
    return path


def _is_skopeos(folder: Path) -> bool:
    try:
        return read_regular(folder / "version", 64).startswith(_SKOPEOS)
    except OSError:
        return False


def host_platform() -> Platform:
    """Return this machine's platform, as images for Linux name it."""
    try:
        return Platform.parse(os.uname().machine)
    except InvalidPlatform:
        return Platform("linux", "unknown")

"""From what a person writes to an image: ``oci-dir:PATH[:TAG]``, ``oci-archive:``, ``docker-archive:``, ``registry:``.

A path that exists needs no prefix; nor does a name that begins with a registry's host.
"""

import platform as machine
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from prill.errors import PrillError
from prill.model import ImageReference, InvalidPlatform, InvalidReference, Platform
from prill.oci.archive import open_archive
from prill.oci.credentials import read_credentials
from prill.oci.descriptor import Descriptor
from prill.oci.docker_archive import DockerArchive
from prill.oci.image import Image, select_image
from prill.oci.layout import Layout, open_layout
from prill.oci.registry_access import RegistryAccess

__all__ = ["OpenedImage", "RegistryAccess", "SourceNotFound", "UnknownSource", "host_platform", "open_image"]

_PREFIX = re.compile(r"(oci-dir|oci-archive|docker-archive|registry|dir|docker-daemon):(.*)", re.DOTALL)
_HOST_FIRST = re.compile(r"(?:localhost|[^/]*[.:][^/]*)/.+")


class SourceNotFound(PrillError):
    """There is nothing where an image was looked for."""


class UnknownSource(PrillError):
    """A text names no kind of place that images are read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedImage:
    """An image that was found, under the name it was asked for. ``notes`` are for the person: what was decided.

    It holds files or connections open; use it as a context manager, or `close` it.
    """

    name: str
    image: Image
    target: Descriptor
    """What the name stands for: the image, or the index that it was chosen from."""
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
    kind, rest = _recognise(text)
    if kind == "registry":
        return _open_registry(text, rest, platform, access or RegistryAccess())
    path, tag = _split_tag(Path(rest), rest)
    place = open_layout(path) if kind == "oci-dir" else open_archive(path)
    return _select(text, place, tag, platform)


def host_platform() -> Platform:
    """Return this machine's platform, as images for Linux name it."""
    try:
        return Platform.parse(machine.machine())
    except InvalidPlatform:
        return Platform("linux", "unknown")


def _recognise(text: str) -> tuple[str, str]:
    """Return the kind of place and what follows its prefix."""
    prefix = _PREFIX.fullmatch(text)
    if prefix and prefix[1] in ("dir", "docker-daemon"):
        raise UnknownSource(f"no image can be read from {text[:160]!r} yet", hint="save it to an archive or a layout")
    if prefix:
        return prefix[1], prefix[2]
    path, _ = _split_tag(Path(text), text)
    if text and path.exists():
        return "oci-dir" if path.is_dir() else "archive", text
    if _HOST_FIRST.fullmatch(text) and not text.startswith((".", "/")):
        return "registry", text
    raise SourceNotFound(
        f"there is no image at {text[:160]!r}",
        hint=f"name a layout or an archive; for a registry's image write registry:{text[:80]}",
    )


def _split_tag(path: Path, text: str) -> tuple[Path, str]:
    """Split ``PATH:TAG`` or ``PATH:NAME:TAG``; a path that exists as it is has no tag."""
    if path.exists():
        return path, ""
    for colon in re.finditer(":", text):
        if Path(text[: colon.start()]).exists():
            return Path(text[: colon.start()]), text[colon.end() :]
    return path, ""


def _open_registry(text: str, name: str, platform: Platform | None, access: RegistryAccess) -> OpenedImage:
    from prill.oci.registry import connect  # noqa: PLC0415 - layouts need no HTTP

    try:
        reference = ImageReference.parse(name)
    except InvalidReference as error:
        raise SourceNotFound(f"there is no image at {text[:160]!r}: {error}", hint=error.hint) from error
    credentials = read_credentials(access.credentials, reference.registry) if access.credentials else None
    repository = connect(reference, credentials=credentials, plain_http=access.plain_http)
    try:
        target = repository.resolve()
        image, notes = select_image(repository, target, platform=platform, host=host_platform())
    except BaseException:
        repository.close()
        raise
    return OpenedImage(name=str(reference), image=image, target=target, notes=notes, _close=repository.close)


def _select(text: str, place: Layout | DockerArchive, tag: str, platform: Platform | None) -> OpenedImage:
    try:
        target = place.resolve(tag)
        image, notes = select_image(place, target, platform=platform, host=host_platform())
    except BaseException:
        place.close()
        raise
    return OpenedImage(name=text, image=image, target=target, notes=notes, _close=place.close)

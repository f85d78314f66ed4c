"""From what a person writes to a place for an image: ``PATH``, ``oci-archive:PATH``, ``registry:NAME``, ….

The prefixes are `DestinationKind`; without one, a path is a layout's folder.
"""

import errno
import re
import stat
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol

from prill.errors import PrillError
from prill.model import Digest, ImageReference
from prill.model.regex import regex
from prill.model.value import dataclass
from prill.oci.descriptor import Descriptor
from prill.oci.layout_writer import write_layout
from prill.oci.registry_access import RegistryAccess
from prill.oci.store import BlobSource

__all__ = ["Destination", "DestinationKind", "InvalidDestination", "write_image"]

_REGISTRY = regex(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?P<port>:\d{1,5})?/(?P<rest>[^:].*)")
_PREFIXED = regex(r"([a-z][a-z-]+):(.*)", re.DOTALL)


class InvalidDestination(PrillError):
    """A text names no place that images can be written to."""


class DestinationKind(StrEnum):
    """The kinds of places, by their prefixes."""

    LAYOUT = "oci-dir"
    OCI_ARCHIVE = "oci-archive"
    DOCKER_ARCHIVE = "docker-archive"
    DOCKER_DAEMON = "docker-daemon"
    REGISTRY = "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A place for an image: a path, for a registry a reference, or the name that a Docker daemon gives it."""

    kind: DestinationKind
    path: Path | None = None
    reference: ImageReference | None = None
    in_docker: ImageReference | None = None

    @classmethod
    def parse(cls, text: str) -> "Destination":
        """Read a destination, a layout's folder being the default; raise `InvalidDestination` or `InvalidReference`.

        A name that begins with a registry's host and port, or its host and ends with a tag, needs no prefix.
        """
        if _names_registry(text):
            return cls(kind=DestinationKind.REGISTRY, reference=_tagged(text))
        prefixed = _PREFIXED.fullmatch(text)
        kind, rest = prefixed.groups() if prefixed else (DestinationKind.LAYOUT, text)
        known = ", ".join(f"{one}:" for one in DestinationKind)
        if kind not in set(DestinationKind):
            raise InvalidDestination(
                f"cannot write to {text[:160]!r}", hint=f"write a path, or one of {known} before it"
            )
        if not rest or "\0" in rest:
            raise InvalidDestination(f"{text[:160]!r} names no place", hint=f"a path or a name follows {kind}:")
        if rest == "-":
            raise InvalidDestination(
                f"{text[:160]!r} names no place: images are not written to standard output",
                hint="write a path; ./- is a file or folder of that name",
            )
        if kind == DestinationKind.REGISTRY:
            return cls(kind=DestinationKind.REGISTRY, reference=_tagged(rest))
        if kind == DestinationKind.DOCKER_DAEMON:
            return cls(kind=DestinationKind.DOCKER_DAEMON, in_docker=_tagged(rest))
        return cls(kind=DestinationKind(kind), path=Path(rest))

    def check(self, access: RegistryAccess | None = None) -> None:
        """Raise `InvalidDestination` where the path is something else, or below a file; nothing is written.

        With ``access`` also raise `NoDockerDaemon` where the image would go into a Docker daemon and none listens.
        """
        if self.in_docker is not None and access is not None:
            from prill.oci.docker_daemon import check_daemon  # noqa: PLC0415 - layouts are usual

            check_daemon(access.docker_host)
        if self.path is None:
            return
        for path in (self.path, *self.path.parents):
            mode = _mode(path)
            if mode is None:
                continue
            if path != self.path:
                _check_parent(path, mode)
            elif self.kind is DestinationKind.LAYOUT:
                _check_layout(path, mode)
            else:
                _check_archive(path, mode, self.kind)
            return

    def __str__(self) -> str:
        return f"{self.kind}:{self.reference or self.in_docker or self.path}"

    @property
    def holds_referrers(self) -> bool:
        """Whether what is attached to an image finds a place there."""
        return self.kind not in (DestinationKind.DOCKER_ARCHIVE, DestinationKind.DOCKER_DAEMON)

    @property
    def holds_several(self) -> bool:
        """Whether images of several platforms find a place there, under one name."""
        return self.holds_referrers

    def place_of(self, digest: Digest) -> str:
        """Return where an image of that digest is once it was written, as a person may use it."""
        if self.reference is not None:
            return str(self.reference.pinned(digest))
        return str(self) if self.path is None else str(self.path)


def write_image(
    destination: Destination,
    *,
    blobs: BlobSource,
    entries: Sequence[Descriptor],
    name: ImageReference,
    access: RegistryAccess | None = None,
    listed: bool = True,
    named: Sequence[tuple[str, Descriptor]] = (),
) -> None:
    """Write the image that is the first of ``entries``, and the artifacts about it that follow.

    Its tag, and its name in a Docker archive, come from ``name``, in a registry and in Docker from the destination.
    ``listed`` says whether a layout's index lists the artifacts beside the image; ``named`` are artifacts with tags of
    their own, such as cosign's. A Docker archive and a Docker daemon hold no artifacts. Raise `InvalidDestination`, and
    what the writers raise.
    """
    destination.check()
    if destination.in_docker is not None:
        _load(destination.in_docker, blobs, entries[0], access or RegistryAccess())
    elif destination.path is None:
        _publish(destination, blobs, entries, named, access or RegistryAccess())
    elif destination.kind is DestinationKind.DOCKER_ARCHIVE:
        from prill.oci.archive_writer import write_docker_archive  # noqa: PLC0415 - layouts are usual

        write_docker_archive(destination.path, blobs=blobs, image=entries[0], name=name)
    else:
        count = len(entries) if listed else 1
        write = _layout_writer(destination.kind)
        rest = entries[count:]
        write(destination.path, blobs=blobs, entries=entries[:count], tag=name.tag, unlisted=rest, named=named)


def _names_registry(text: str) -> bool:
    """Tell ``host:5000/app`` and ``host.example/app:1`` from paths; what is there already is a path."""
    found = _REGISTRY.fullmatch(text)
    if found is None or _mode(Path(found["host"])) is not None:
        return False
    host = found["host"]
    return found["port"] is not None or (":" in found["rest"] and (host == "localhost" or "." in host.strip(".")))


def _tagged(text: str) -> ImageReference:
    reference = ImageReference.parse(text)
    if reference.digest is not None:
        raise InvalidDestination(
            f"{text[:160]!r} has a digest, which is the image's own and known once it is built",
            hint="write a name and a tag",
        )
    return reference


def _mode(path: Path) -> int | None:
    """Return the mode of what is there, a symlink's own if it leads nowhere; None for nothing."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return path.lstat().st_mode if path.is_symlink() else None
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
            raise InvalidDestination(f"{str(path)[:160]!r} is no place to write to: {error.strerror}") from error
        return None  # the writer says what is refused


def _check_parent(path: Path, mode: int) -> None:
    if not stat.S_ISDIR(mode):
        raise InvalidDestination(f"{str(path)!r} is no folder, and nothing can be written below it")


def _check_layout(path: Path, mode: int) -> None:
    if not stat.S_ISDIR(mode):
        raise InvalidDestination(
            f"{str(path)!r} is {'a symlink to nothing' if stat.S_ISLNK(mode) else 'a file'}, "
            "and an OCI layout is a folder",
            hint="name a folder; an archive's name has oci-archive: or docker-archive: before it",
        )


def _check_archive(path: Path, mode: int, kind: DestinationKind) -> None:
    if stat.S_ISDIR(mode):
        raise InvalidDestination(f"{str(path)!r} is a folder, and {kind} makes a file", hint=f"{kind}:{path}/image.tar")
    if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        raise InvalidDestination(
            f"{str(path)!r} is neither a file nor a folder", hint=f"{kind} would put a file in its place"
        )


class _LayoutWriter(Protocol):
    def __call__(
        self,
        path: Path,
        *,
        blobs: BlobSource,
        entries: Sequence[Descriptor],
        tag: str,
        unlisted: Sequence[Descriptor],
        named: Sequence[tuple[str, Descriptor]],
    ) -> None: ...


def _layout_writer(kind: DestinationKind) -> _LayoutWriter:
    if kind is DestinationKind.LAYOUT:
        return write_layout
    from prill.oci.archive_writer import write_oci_archive  # noqa: PLC0415 - layouts are usual

    return write_oci_archive


def _load(name: ImageReference, blobs: BlobSource, image: Descriptor, access: RegistryAccess) -> None:
    from prill.oci.archive_writer import stream_docker_archive  # noqa: PLC0415 - layouts are usual
    from prill.oci.docker_daemon import load_into_daemon  # noqa: PLC0415

    def write(file: BinaryIO) -> None:
        stream_docker_archive(file, blobs=blobs, image=image, name=name)

    load_into_daemon(access.docker_host, str(name), write)


def _publish(
    destination: Destination,
    blobs: BlobSource,
    entries: Sequence[Descriptor],
    named: Sequence[tuple[str, Descriptor]],
    access: RegistryAccess,
) -> Digest:
    from prill.oci.places import connect_to  # noqa: PLC0415 - layouts need no HTTP
    from prill.oci.push import push  # noqa: PLC0415

    reference = destination.reference
    if reference is None:
        raise InvalidDestination(f"{destination} names no place")
    repository = connect_to(reference, access, writing=True)
    try:
        return push(repository, blobs=blobs, entries=entries, named=named)
    finally:
        repository.close()

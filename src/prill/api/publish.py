"""Where a built image goes: a layout, an archive, a registry."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prill.api.build import BuiltSet
from prill.errors import PrillError
from prill.model.reference import ImageReference

__all__ = ["Destination", "InvalidDestination", "parse_destination", "publish"]

_TAG = "latest"
_KINDS = ("oci-dir", "oci-archive", "docker-archive", "registry")


class InvalidDestination(PrillError):
    """A text names no place to which an image can be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """``kind`` is ``oci-dir``, ``oci-archive``, ``docker-archive`` or ``registry``; ``where`` is a path or a name."""

    kind: str
    where: str
    tag: str = _TAG


def parse_destination(text: str) -> Destination:
    """Read ``out/dir``, ``oci-dir:PATH[:TAG]``, ``oci-archive:PATH[:TAG]``, ``docker-archive:PATH``, ``registry:NAME``.

    Raise `InvalidDestination`.
    """
    kind, colon, rest = text.partition(":")
    if not colon or kind not in _KINDS:
        if colon and "/" not in kind and "." not in kind:
            raise InvalidDestination(
                f"no image can be written to {text!r}", hint=f"write a folder's path, or one of {', '.join(_KINDS)}:…"
            )
        kind, rest = "oci-dir", text
    if not rest:
        raise InvalidDestination(f"{text!r} does not say where to")
    if kind in ("registry", "docker-archive"):
        return Destination(kind=kind, where=rest)
    path, colon, tag = rest.rpartition(":")
    if colon and "/" not in tag:
        return Destination(kind=kind, where=path, tag=tag)
    return Destination(kind=kind, where=rest)


def publish(
    built: BuiltSet,
    destination: Destination,
    *,
    plain_http: bool = False,
    docker_config: Path | None = None,
) -> str:
    """Write the images and what is attached to them; return the place as a person may use it.

    Raise what the writers raise: what was there before is still there then.
    """
    return _WRITERS[destination.kind](built, destination, plain_http, docker_config)


def _to_layout(built: BuiltSet, destination: Destination, _plain_http: bool, _config: Path | None) -> str:  # noqa: FBT001
    from prill.oci.layout_writer import write_layout  # noqa: PLC0415 - only one kind is wanted

    write_layout(Path(destination.where), blobs=built.store, entries=built.entries, tag=destination.tag)
    return f"{destination.where}:{destination.tag}"


def _to_oci_archive(built: BuiltSet, destination: Destination, _plain_http: bool, _config: Path | None) -> str:  # noqa: FBT001
    from prill.oci.archive_writer import write_oci_archive  # noqa: PLC0415

    write_oci_archive(Path(destination.where), blobs=built.store, entries=built.entries, tag=destination.tag)
    return f"oci-archive:{destination.where}:{destination.tag}"


def _to_docker_archive(built: BuiltSet, destination: Destination, _plain_http: bool, _config: Path | None) -> str:  # noqa: FBT001
    from prill.oci.archive_writer import write_docker_archive  # noqa: PLC0415

    path, colon, name = destination.where.partition(":")
    reference = ImageReference.parse(name if colon else f"{built.lock.name}:{_TAG}")
    write_docker_archive(Path(path), blobs=built.store, image=built.main, name=reference)
    return f"docker-archive:{path}"


def _to_registry(built: BuiltSet, destination: Destination, plain_http: bool, config: Path | None) -> str:  # noqa: FBT001
    from prill.oci.credentials import read_credentials  # noqa: PLC0415
    from prill.oci.push import push  # noqa: PLC0415
    from prill.oci.registry import connect  # noqa: PLC0415

    reference = ImageReference.parse(destination.where)
    credentials = read_credentials(config, reference.registry) if config else None
    repository = connect(reference, writing=True, credentials=credentials, plain_http=plain_http)
    try:
        digest = push(repository, blobs=built.store, entries=built.entries)
    finally:
        repository.close()
    return str(reference.pinned(digest))


_WRITERS: dict[str, Callable[[BuiltSet, Destination, bool, Path | None], str]] = {
    "oci-dir": _to_layout,
    "oci-archive": _to_oci_archive,
    "docker-archive": _to_docker_archive,
    "registry": _to_registry,
}

"""Where a person's text leads: a registry's repository, a layout, an archive; and what it names there.

`prill.oci.sources` chooses one image of it to look at. Who copies, signs or lists needs the place itself: its
referrers, its tags, and the index as it is.
"""

import errno
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from prill._io.fetch_errors import FetchFailed
from prill.errors import PrillError
from prill.model import ImageReference, InvalidReference
from prill.model.reference import DEFAULT_REGISTRY
from prill.model.value import dataclass, field, replace
from prill.oci.descriptor import Descriptor
from prill.oci.registry_access import RegistryAccess
from prill.oci.store import ImageSource, ImageStore

if TYPE_CHECKING:
    from prill.oci.docker_archive import DockerArchive
    from prill.oci.layout import Layout
    from prill.oci.registry import Repository

__all__ = ["PREFIXES", "Choose", "Place", "SourceNotFound", "UnknownSource", "connect_to", "exists", "open_place"]

PREFIXES = ("oci-dir:", "oci-archive:", "docker-archive:", "registry:", "dir:", "docker-daemon:")
"""What a text may begin with to say which kind of place it names."""

Choose = Callable[[ImageSource, tuple[Descriptor, ...]], tuple[Descriptor, tuple[str, ...]]]
"""Says which of a layout's entries for several platforms is meant, with notes for the person."""


class SourceNotFound(PrillError):
    """There is nothing where an image was looked for."""


class UnknownSource(PrillError):
    """A text names no kind of place that images are read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place that was opened, and what was asked for in it.

    ``target`` is what the text stands for, resolved once: an image, or an index of several. ``reference`` is its
    name in a registry. It holds files or connections open; use it as a context manager, or `close` it.
    """

    name: str
    store: ImageSource
    target: Descriptor
    reference: ImageReference | None = None
    notes: tuple[str, ...] = ()
    """What was decided, for the person: a mirror that was read from."""
    _additions: ImageStore | None = field(default=None, repr=False, compare=False)
    _close: Callable[[], None] = field(repr=False, compare=False)

    def writable(self) -> ImageStore:
        """Return the store as one that is added to; raise `ReadOnlyPlace` where nothing can be, as in an archive."""
        if self._additions is None:
            from prill.oci.layout_store import ReadOnlyPlace  # noqa: PLC0415 - only for an error

            raise ReadOnlyPlace(
                f"nothing can be added to {self.name[:160]!r}", hint="copy it to a layout or to a registry first"
            )
        return self._additions

    def close(self) -> None:
        """Let go of what is held open."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_place(
    text: str, *, access: RegistryAccess | None = None, writing: bool = False, choose: Choose | None = None
) -> Place:
    """Open the place that ``text`` names; raise `UnknownSource`, `SourceNotFound`, or what reading the place raises.

    ``writing`` asks a registry for the right to push as well. ``choose`` is asked which image is meant where a layout's
    own index is that of one image for several platforms; without it that raises `TagNeeded`.
    """
    access = access or RegistryAccess()
    kind, rest = _recognise(text)
    if kind == "registry":
        return _open_registry(text, rest, access, writing=writing)
    if kind == "docker-hub":
        return _open_from_docker_hub(text, access, writing=writing)
    if kind == "docker-daemon":
        from prill.oci.docker_daemon import open_from_daemon  # noqa: PLC0415 - layouts need no HTTP

        return _resolved(text, *open_from_daemon(rest, access.docker_host))
    path, tag = _split_tag(Path(rest), rest)
    if kind == "oci-dir" and writing:
        from prill.oci.layout_store import LayoutStore  # noqa: PLC0415 - a registry needs no layouts

        layout = LayoutStore(path)
        return _resolved(text, layout, tag, additions=layout)
    if kind == "oci-dir":
        from prill.oci.layout import open_layout  # noqa: PLC0415 - a registry needs no layouts

        return _resolved(text, open_layout(path), tag, choose=choose)
    from prill.oci.archive import open_archive  # noqa: PLC0415 - a registry needs no archives

    return _resolved(text, open_archive(path), tag, choose=choose)


def connect_to(reference: ImageReference, access: RegistryAccess, *, writing: bool = False) -> "Repository":
    """Return a registry's repository, with the credentials that ``access`` has for it; nothing is sent yet."""
    from prill.oci.registry import Repository, connect  # noqa: PLC0415 - layouts need no HTTP

    if access.sessions is not None:
        return Repository(reference, access.sessions.session(reference, access), writing=writing, shared=True)
    return connect(
        reference,
        writing=writing,
        credentials=access.credentials_for(reference),
        plain_http=access.plain_http,
        ca_file=access.ca_file,
    )


def _recognise(text: str) -> tuple[str, str]:
    """Return the kind of place and what follows its prefix."""
    if not text.strip():
        raise UnknownSource(
            "no image is named: the text is empty", hint="name a layout, an archive or a registry's image"
        )
    if text == "-":
        raise UnknownSource("no image can be read from standard input", hint="save it to an archive or a layout")
    prefix, _, rest = text.partition(":") if text.startswith(PREFIXES) else ("", "", "")
    if prefix == "dir":
        raise UnknownSource(f"a folder is no image: {text[:160]!r}", hint="prill sbom, inspect and files look at it")
    if prefix and not rest:
        raise UnknownSource(f"{text!r} names no place", hint=f"write {text}PLACE")
    if prefix:
        return prefix, rest
    path, _ = _split_tag(Path(text), text)
    if exists(path):
        return "oci-dir" if path.is_dir() else "archive", text
    if _begins_with_host(text):
        return "registry", text
    if _may_be_docker_hubs(text):
        return "docker-hub", text
    raise SourceNotFound(
        f"there is no image at {text[:160]!r}",
        hint=f"name a layout or an archive; for a registry's image write its tag as well, or registry:{text[:80]}",
    )


def _begins_with_host(text: str) -> bool:
    """Tell whether a text is a registry's name and something in it, and no path that begins here."""
    host, _, rest = text.partition("/")
    is_host = host == "localhost" or "." in host or ":" in host
    return is_host and bool(rest) and "\n" not in rest and not text.startswith(".")


def _may_be_docker_hubs(text: str) -> bool:
    """Tell whether a text is a name as ``docker pull`` takes it, with a tag or a digest, and in no folder that is here.

    Without either it is a path: a mistyped one must not become a stranger's image.
    """
    folder, slash, _ = text.partition("/")
    try:
        bare = ImageReference.parse(text).registry == DEFAULT_REGISTRY
    except InvalidReference:
        return False
    return bare and any(mark in text for mark in ":@") and not (slash and exists(Path(folder)))


def exists(path: Path) -> bool:
    """Say whether there is something at ``path``; a name that no file can have names none."""
    try:
        return path.exists()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        from prill.oci.layout import UnreadableImage  # noqa: PLC0415 - only for an error

        raise UnreadableImage(f"cannot read {str(path)!r}: {error.strerror}") from error


def _split_tag(path: Path, text: str) -> tuple[Path, str]:
    """Split ``PATH:TAG`` or ``PATH:NAME:TAG``; a path that exists as it is has no tag."""
    if exists(path):
        return path, ""
    for at in (number for number, letter in enumerate(text) if letter == ":"):
        if exists(Path(text[:at])):
            return Path(text[:at]), text[at + 1 :]
    return path, ""


def _open_registry(text: str, name: str, access: RegistryAccess, *, writing: bool) -> Place:
    from prill.oci.registry import ManifestNotFound  # noqa: PLC0415 - layouts need no HTTP

    try:
        reference = ImageReference.parse(name)
    except InvalidReference as error:
        if text != name:  # the prefix says that this is meant to be a registry's image
            raise
        raise SourceNotFound(f"there is no image at {text[:160]!r}: {error}", hint=error.hint) from error
    notes: tuple[str, ...] = ()
    for mirror in () if writing else access.mirrors_of(reference):
        with suppress(FetchFailed, ManifestNotFound):
            repository, target = _resolve(mirror, access)
            notes = (f"{reference} was read from the mirror {mirror.name}",)
            break
    else:
        try:
            repository, target = _resolve(reference, access, writing=writing)
        except ManifestNotFound as error:
            raise SourceNotFound(str(error), hint=error.hint) from error
    if repository.login_failure:
        notes = (*notes, f"nobody was logged in: {repository.login_failure}")
    return Place(
        name=str(reference),
        store=repository,
        target=target,
        reference=reference,
        notes=notes,
        _additions=repository if writing else None,
        _close=repository.close,
    )


def _open_from_docker_hub(text: str, access: RegistryAccess, *, writing: bool) -> Place:
    """Open what no prefix and no host says to be a registry's; an error says that it may be a path as well."""
    from prill.oci.registry_errors import AccessRefused  # noqa: PLC0415 - layouts need no HTTP

    both = f"there is no file or folder {text[:160]!r}, and as an image of Docker Hub: "
    try:
        place = _open_registry(text, text, access, writing=writing)
    except (SourceNotFound, AccessRefused) as error:  # Docker Hub refuses access to what it does not have
        also = f"; {error.hint}" if isinstance(error, AccessRefused) and error.hint else ""
        raise SourceNotFound(f"{both}{error}", hint=f"check the path, or the image's name and tag{also}") from error
    except FetchFailed as error:
        error.message = f"{both}{error.message}"
        raise
    return replace(place, notes=(f"{text} was taken for Docker Hub's {place.reference}", *place.notes))


def _resolve(
    reference: ImageReference, access: RegistryAccess, *, writing: bool = False
) -> "tuple[Repository, Descriptor]":
    repository = connect_to(reference, access, writing=writing)
    try:
        return repository, repository.resolve()
    except BaseException:
        repository.close()
        raise


def _resolved(
    text: str,
    opened: "Layout | DockerArchive",
    tag: str,
    additions: ImageStore | None = None,
    choose: Choose | None = None,
) -> Place:
    from prill.oci.layout import TagNeeded  # noqa: PLC0415 - a registry needs no layouts

    notes: tuple[str, ...] = ()
    try:
        try:
            target = opened.resolve(tag)
        except TagNeeded as error:
            if not (choose and error.entries):
                raise
            target, notes = choose(opened, error.entries)
    except BaseException:
        opened.close()
        raise
    return Place(name=text, store=opened, target=target, notes=notes, _additions=additions, _close=opened.close)

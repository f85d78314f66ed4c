"""``files`` sources laid over the packages: what they take the place of is on record, and noted."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import msgspec

from prill.build.files import FileSet, InvalidFileSource, read_source
from prill.build.layers import FILES
from prill.build.lock import LockedFile, LockedPlatform
from prill.build.merged_usr import merged_usr
from prill.build.placed import Placed
from prill.build.plan import FILES_PREFIX, Owner
from prill.build.rootfs import Rootfs
from prill.build.spec import FileSource, Spec
from prill.build.spec_subject import subject
from prill.build.symlinks import behind, crossings, leads_out
from prill.errors import PrillError
from prill.model import FileKind, Platform

__all__ = ["blame_source", "lay_files", "notes_on_kept"]


def lay_files(
    image: LockedPlatform, spec: Spec, root: Rootfs, blobs: Callable[[LockedFile], bytes]
) -> tuple[Owner, ...]:
    """Lay each source over ``root``, in their order, and return them as owners.

    A source takes the place of what a package brought, and of what a source before it did: so a spec that includes
    another replaces its files. It is noted, for nobody may have meant it. Raise `FileConflict` where a file would lie
    over a folder that is not empty, `InvalidFileSource` where a source's own symlink leads what is below it away, and
    what reading a source raises.
    """
    sources = _sources(image, spec)
    owners: list[Owner] = []
    labels: dict[str, str] = {}
    for number, (source, locked) in enumerate(zip(sources, image.files, strict=True), start=1):
        name = f"{FILES_PREFIX}{number}:{source.path}"
        labels[name] = locked.source
        with subject(source):
            files = read_source(source, blobs(locked))
            root.notes += _lay(source, files, name, root, labels)
        owners.append(
            Owner(
                name=name,
                group=FILES,
                identity=locked.digest,
                built=files.built,
                content=lambda data=files.data: data,  # type: ignore[misc]
            )
        )
    return tuple(owners)


def _sources(image: LockedPlatform, spec: Spec) -> list[FileSource]:
    architecture = Platform.parse(image.platform).architecture
    return [one for one in spec.files if not one.archs or architecture in one.archs]


def _index(owner: str) -> int:
    return int(owner.removeprefix(FILES_PREFIX).partition(":")[0]) - 1


@contextmanager
def blame_source(image: LockedPlatform, spec: Spec, root: Rootfs) -> Iterator[None]:
    """Make an error whose subject is the path of a file that a source brought one about that source.

    Raise `InvalidFileSource` in its place.
    """
    try:
        yield
    except PrillError as error:
        placed = root.placed.get(error.subject) if isinstance(error.subject, str) else None
        if placed is None or not placed.owner.startswith(FILES_PREFIX):
            raise
        index = _index(placed.owner)
        with subject(_sources(image, spec)[index]):
            raise InvalidFileSource(f"{image.files[index].source}: {error}", hint=error.hint) from error


def notes_on_kept(kept: Iterable[Placed], image: LockedPlatform) -> list[str]:
    """Return a note for each source of whose entries some are ``kept`` where Prill would have put its own."""
    paths: dict[str, list[str]] = {}
    for placed in kept:
        paths.setdefault(image.files[_index(placed.owner)].source, []).append(placed.entry.path)
    return [_note(source, "what Prill makes", places) for source, places in paths.items()]


def _lay(source: FileSource, files: FileSet, name: str, root: Rootfs, labels: Mapping[str, str]) -> list[str]:
    """Lay one source over ``root``; return notes on whose files it takes the place of, and where."""
    destination = merged_usr(source.path.strip("/"))
    home = behind(f"{destination}/-", root.placed, name)[:-2]
    rule = f"files:{labels[name]}"
    covered: dict[str, list[str]] = {}
    for entry in files.entries:
        if home and entry.path != destination:
            _check_stays(entry.path[len(destination) + 1 :], home, name, root, labels)
        path = root.settle(entry.path, entry.kind, name)
        if entry.kind is FileKind.SYMLINK and leads_out(path, entry.link):
            raise InvalidFileSource(
                f"/{path} of {labels[name]} is a symlink to {entry.link!r}, which leads out of the root",
                hint="leave it out with exclude",
            )
        old = root.placed.get(path)
        if entry.kind is FileKind.DIRECTORY and old is not None:
            continue
        if old is not None and not old.entry.same_thing(entry):
            covered.setdefault(old.owner, []).append(path)
        root.cover(Placed(msgspec.structs.replace(entry, path=path), name, rule), f"replaced-by:{name}")
    others = {owner: labels.get(owner, f"the package {owner}'s file") for owner in covered}
    if name in others:  # through a symlink of its own
        others[name] = "another member of it"
    return [_note(labels[name], others[owner], paths) for owner, paths in covered.items()]


def _check_stays(member: str, home: str, name: str, root: Rootfs, labels: Mapping[str, str]) -> None:
    """Raise `InvalidFileSource` where a symlink that a source brought leads ``member`` out of the folder ``home``.

    The symlinks of packages are the system's own, such as ``/var/run``, and are followed.
    """
    way = list(crossings(f"{home}/{member}", root.placed, name))
    if not way or way[-1][1].startswith(f"{home}/"):
        return
    for link, _ in way:
        found = root.placed[link]
        if found.owner in labels:
            raise InvalidFileSource(
                f"{member!r} of {labels[name]} would leave /{home} for /{way[-1][1]}: /{link} is a symlink"
                f" to {found.entry.link!r} that {labels[found.owner]} brings",
                hint="leave the symlink out with exclude, or give what lies below it a files entry of its own",
            )


def _note(source: str, other: str, paths: list[str]) -> str:
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"files: {source} takes the place of {other} at /{paths[0]}{more}"

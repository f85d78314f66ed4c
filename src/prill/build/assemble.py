"""From locked packages to a root file system and its layers.

1. List every package, from the cache or from the .deb.
2. Merge them into one root, trimmed (`rootfs`).
3. Add what ``files`` brings; it may take the place of a package's file, and the record says so.
4. Make what maintainer scripts would have made (`declare`), then what ``paths`` asks for.
5. Add the package metadata (`metadata`).
6. Plan layers; for a variant only what its production image does not have.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext

import msgspec

from prill._io.cache import ContentCache
from prill.archive.codecs import Codec
from prill.build.account_files import account_files
from prill.build.accounts import resolve_run_as
from prill.build.declare import declare, image_accounts
from prill.build.generated import GeneratedEntry
from prill.build.layers import BuiltLayer, build_layers
from prill.build.listing import PackageListing
from prill.build.lock import LockedFile, LockedPlatform
from prill.build.memo import Memo
from prill.build.merge import merge
from prill.build.metadata import STATUS_D, dpkg_database, status_d
from prill.build.packages import PackageStore
from prill.build.paths import PATHS_RULE, apply_paths, note_on_former
from prill.build.placed import Placed
from prill.build.plan import FILES_PREFIX, Owner, join_layers, listed_of, plan_layers, plan_top
from prill.build.replaces import replaces
from prill.build.rootfs import Package, Rootfs
from prill.build.spec import Spec
from prill.build.start_program import missing_program
from prill.build.tree import RootfsTree
from prill.build.trim import Trimmer
from prill.build.variants import check_variant
from prill.model import FileKind, Platform
from prill.model.value import dataclass, replace

__all__ = ["MADE", "Assembly", "Ingredients", "assemble"]

MADE = "prill"
"""The owner of what the builder makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredients:
    """What an assembly reads from: ``blobs`` returns a ``files`` source's bytes; ``epoch`` is the image's time."""

    packages: PackageStore
    blobs: Callable[[LockedFile], bytes]
    cache: ContentCache | None
    codec: Codec
    epoch: int
    released: int = 0
    """The newest date among the signed releases that the lock names."""
    threads: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """A finished root file system: where everything is, why, and the layers that hold it, the lowest first."""

    image: LockedPlatform
    spec: Spec
    root: Rootfs
    listings: Mapping[str, PackageListing]
    made: Mapping[str, GeneratedEntry]
    layers: tuple[BuiltLayer, ...]
    user: str
    """As whom it runs: ``uid:gid``."""
    metadata: Mapping[str, Placed]
    """The ``status.d`` files, which are not in ``root``, by path."""


def assemble(
    image: LockedPlatform, spec: Spec, ingredients: Ingredients, *, base: "Assembly | None" = None
) -> Assembly:
    """Assemble ``image``, whose ``spec`` has its variant applied; ``base`` is the production image of a variant.

    Raise `FileConflict`, `VariantConflict`, or what the packages' readers raise.
    """
    if base is not None:
        check_variant(image, base.image)
    listings = ingredients.packages.listings(image.packages)
    root = _merge_packages(image, spec, listings)
    owners = {one.name: one for one in (*_package_owners(image, listings, ingredients),)}
    if spec.files:
        from prill.build.overlay import lay_files  # noqa: PLC0415 - most images take their files from packages alone

        owners |= {one.name: one for one in lay_files(image, spec, root, ingredients.blobs)}
    made: dict[str, GeneratedEntry] = {}
    tree = RootfsTree(root, lambda name: owners[name].content(), made, ingredients.cache)
    user = _make(image, spec, root, tree, listings, made, ingredients)
    root.finish()
    root.notes += missing_program(spec, root, tree)
    metadata = {} if "dpkg" in listings else _add_metadata(root, owners, listings, base)
    layers = _layers(image, root, owners, made, ingredients, base, spec.layering.budget)
    for package in image.packages:
        ingredients.packages.forget(package)
    return Assembly(
        image=image,
        spec=spec,
        root=root,
        listings=listings,
        made=made,
        layers=layers,
        user=user,
        metadata=metadata,
    )


def _merge_packages(image: LockedPlatform, spec: Spec, listings: Mapping[str, PackageListing]) -> Rootfs:
    trimmer = Trimmer(spec.trim.sets, paths=_relative(spec.trim.paths), keep=_relative(spec.trim.keep))
    versions = {one.name: one.version for one in image.packages}
    return merge(
        (
            Package(
                name=name,
                entries=listing.entries,
                trimmer=trimmer,
                diversions=listing.diversions,
                replaces=replaces(listing.control, versions),
            )
            for name, listing in listings.items()
        ),
        keep_setuid=spec.keep_setuid,
    )


def _relative(globs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(glob.lstrip("/") for glob in globs)


def _package_owners(
    image: LockedPlatform, listings: Mapping[str, PackageListing], ingredients: Ingredients
) -> tuple[Owner, ...]:
    store = ingredients.packages
    return tuple(
        Owner(
            name=package.name,
            group=package.source,
            identity=package.sha256,
            built=listings[package.name].built,
            content=lambda package=package: store.content(package),  # type: ignore[misc]
        )
        for package in image.packages
    )


def _make(
    image: LockedPlatform,
    spec: Spec,
    root: Rootfs,
    tree: RootfsTree,
    listings: Mapping[str, PackageListing],
    made: dict[str, GeneratedEntry],
    ingredients: Ingredients,
) -> str:
    """Make what nobody ships, and lay it over the root; return as whom the image runs, in numbers."""
    epoch = ingredients.epoch
    accounts = image_accounts(spec, tree)
    kept = _put(root, made, account_files(tree, accounts), epoch)
    memo = Memo(ingredients.cache)
    declared = declare(
        spec, tree, listings, architecture=_architecture(image), memo=memo, released=ingredients.released
    )
    with _blame(image, spec, root):
        for entries in declared:
            kept += _put(root, made, entries, epoch)
    _put(root, made, apply_paths(spec.paths, root, tree, made), epoch)
    if "dpkg" in listings:
        paths = _paths_by_owner(root)
        database = dpkg_database(listings, paths, mtime=epoch, architecture=_architecture(image))
        kept += _put(root, made, database, epoch)
    if kept:
        from prill.build.overlay import notes_on_kept  # noqa: PLC0415 - as above

        root.notes += notes_on_kept(kept, image)
    return resolve_run_as(spec.accounts.run_as, accounts)


def _blame(image: LockedPlatform, spec: Spec, root: Rootfs) -> AbstractContextManager[None]:
    """Return what makes an error about a file that a ``files`` source brought one about that source."""
    if not spec.files:
        return nullcontext()
    from prill.build.overlay import blame_source  # noqa: PLC0415 - as above

    return blame_source(image, spec, root)


def _paths_by_owner(root: Rootfs) -> dict[str, list[str]]:
    paths: dict[str, list[str]] = {}
    for path, placed in root.placed.items():
        paths.setdefault(placed.owner, []).append(path)
    return paths


def _put(root: Rootfs, made: dict[str, GeneratedEntry], entries: Iterable[GeneratedEntry], epoch: int) -> list[Placed]:
    """Lay made entries over the root; what a ``files`` source brought stays, what a package brought gives way.

    Return what stayed and is not the same as what was made.
    """
    kept = []
    for one in entries:
        path = root.settle(one.stat.path, one.stat.kind, MADE)
        old = root.placed.get(path)
        entry = GeneratedEntry(stat=replace(one.stat, path=path, mtime=epoch), rule=one.rule, content=one.content)
        regular = one.stat.kind is FileKind.FILE
        listed = listed_of(
            entry,
            sha256=hashlib.sha256(one.content).hexdigest() if regular else "",
            sha1=hashlib.sha1(one.content, usedforsecurity=False).hexdigest() if regular else "",
        )
        if old is not None and old.owner.startswith(FILES_PREFIX) and one.rule != PATHS_RULE:
            if not old.entry.same_thing(listed):
                kept.append(old)
            continue
        made[path] = entry
        if old is not None and old.rule == one.rule == PATHS_RULE and not old.entry.same_but_time(listed):
            root.notes.append(note_on_former(path, old.entry.kind, listed.kind))
        root.cover(Placed(listed, MADE, one.rule), f"made:{one.rule}")
    return kept


def _add_metadata(
    root: Rootfs, owners: dict[str, Owner], listings: Mapping[str, PackageListing], base: "Assembly | None"
) -> dict[str, Placed]:
    """Give each package its ``status.d`` files but those that ``base`` has; return all of them by path."""
    paths = _paths_by_owner(root)
    below = {placed.entry for placed in base.metadata.values()} if base is not None else set()
    found: dict[str, Placed] = {}
    for name, listing in listings.items():
        pairs = status_d(name, listing, paths.get(name, ()))
        extra = tuple((entry, content) for entry, content in pairs if entry not in below)
        owners[name] = msgspec.structs.replace(owners[name], extra=extra)
        found |= {entry.path: Placed(entry, name, "package-metadata") for entry, _ in pairs}
    return found


def _layers(
    image: LockedPlatform,
    root: Rootfs,
    owners: Mapping[str, Owner],
    made: Mapping[str, GeneratedEntry],
    ingredients: Ingredients,
    base: "Assembly | None",
    budget: int,
) -> tuple[BuiltLayer, ...]:
    groups = (*image.groups,) if base is None else ()
    plans = plan_layers(
        root, owners.values(), groups=groups, epoch=ingredients.epoch, skip=_in_base(root, base), prefix=image.variant
    )
    changed = {path: one for path, one in made.items() if not _in_base(root, base)(path)}
    hidden = _hidden(root, base, has_dpkg="dpkg" in owners)
    top = plan_top(root, image.variant or MADE, changed, whiteouts=hidden, epoch=ingredients.epoch)
    plans = (*plans, *((top,) if top else ()))
    if base is None:
        plans = join_layers(plans, budget)
    built = build_layers(plans, codec=ingredients.codec, cache=ingredients.cache, threads=ingredients.threads)
    return (*(base.layers if base else ()), *built)


def _in_base(root: Rootfs, base: "Assembly | None") -> Callable[[str], bool]:
    """Return whether a path lies in ``base`` already, the same in every respect but its time."""
    if base is None:
        return lambda _path: False
    below = base.root.placed

    def same(path: str) -> bool:
        old, new = below.get(path), root.placed.get(path)
        return old is not None and new is not None and old.entry.same_but_time(new.entry)

    return same


def _hidden(root: Rootfs, base: "Assembly | None", *, has_dpkg: bool) -> list[str]:
    """Return the paths of ``base`` that ``root`` does not have; with dpkg's own database ``status.d`` goes too."""
    if base is None:
        return []
    gone = [path for path in base.root.placed if path not in root.placed]
    gone = [path for path in gone if path.rpartition("/")[0] in root.placed]
    return [*gone, STATUS_D] if has_dpkg and base.metadata else gone


def _architecture(image: LockedPlatform) -> str:
    return Platform.parse(image.platform).architecture

"""Where each package of an image is: which layer brought it, whose that layer is, and whether its code is there at all.

It is small and the same for the same image, so it is remembered: a known image is scanned without looking at it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from prill import __version__
from prill._io.code_stamp import code_stamp
from prill.api.open_options import OpenOptions
from prill.archive.bodies import read_up_to
from prill.archive.bounds import FileTooLarge
from prill.distro.deb.diversions import DIVERSIONS, parse_diversions
from prill.errors import PrillError
from prill.model import DebDetails, Digest, Package, Sbom
from prill.model.typed_json import ready
from prill.model.vulnerability_match import Origin, VulnerabilityMatch
from prill.vuln.absence import absent_code, dismissed_as_absent, present_code

if TYPE_CHECKING:
    from prill.api.left_out import LeftOut
    from prill.oci.config import ImageConfig
    from prill.oci.folder import FolderTree
    from prill.oci.rootfs import ImageTree

__all__ = ["Place", "base_layers", "find_places", "keeping_places", "known_places", "put_in_place"]

_KIND = "places"
_INFO = "var/lib/dpkg/info/"
_MAX_DIVERSIONS = 4 << 20


class Place(msgspec.Struct, frozen=True, array_like=True):
    """One package's: the layer's diff ID, what the history says made it, whose it is.

    ``absent`` is its code, where none of that is there, and ``rules`` are those by which a build left it out; ``code``
    are some of the files that are there and run or are loaded.
    """

    layer: str = ""
    brought_by: str = ""
    origin: Origin = Origin.UNKNOWN
    absent: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    code: tuple[str, ...] = ()


def find_places(
    sbom: Sbom,
    owners: Mapping[str, str],
    tree: "ImageTree | FolderTree",
    config: "ImageConfig | None",
    left_out: "LeftOut | None" = None,
) -> dict[str, Place]:
    """Look for every package's place. A folder has no layers.

    ``owners`` maps paths to purls, ``left_out`` is what the image's build says.
    """
    from prill.oci.rootfs import ImageTree  # noqa: PLC0415 - what is remembered needs nobody who reads

    purls = {one.name: one.purl for one in sbom.packages if isinstance(one.details, DebDetails)}
    rules = left_out.rules if left_out else {}
    dropped = {path: purls[owner] for path, (owner, _) in rules.items() if owner in purls}
    try:
        owners = _with_diverted(owners, tree)
        has = tree.has if isinstance(tree, ImageTree) else None
        absent = absent_code(owners, tree.stat, dropped, has)
    except (PrillError, OSError):  # where files went is not known, so none of them is known not to be there
        absent = {}
    by = {purl: tuple(sorted({rules[path][1] for path in paths if path in rules})) for purl, paths in absent.items()}
    code = present_code(owners, tree.stat)
    if config is None or not isinstance(tree, ImageTree):
        return {purl: Place(absent=absent.get(purl, ()), code=code.get(purl, ())) for purl in {**absent, **code}}
    layers = [str(layer.diff_id) for layer in tree.layers]
    base = frozenset(layers[: base_layers(config, layers, tree.layer_name)])
    commands = _commands(config, layers)
    found = {}
    for package in sbom.packages:
        layer = _layer(package, tree)
        found[package.purl] = Place(
            layer,
            commands.get(layer, ""),
            _origin(layer, base),
            absent.get(package.purl, ()),
            by.get(package.purl, ()),
            code.get(package.purl, ()),
        )
    return found


def _with_diverted(owners: Mapping[str, str], tree: "ImageTree | FolderTree") -> Mapping[str, str]:
    """Return whose the paths are, with those to which dpkg diverted them; raise what reading where that is raises."""
    found = tree.stat(DIVERSIONS)
    if found is None:
        return owners
    if found.size > _MAX_DIVERSIONS:
        raise FileTooLarge(f"{DIVERSIONS!r} has {found.size} bytes, {_MAX_DIVERSIONS} are read at most")
    with tree.open(DIVERSIONS) as stream:
        diverted = parse_diversions(read_up_to(stream, _MAX_DIVERSIONS))
    # A list may name /bin/x where /bin leads to /usr/bin.
    whose = {target: owners.get(source) or owners.get(f"usr/{source}") for source, target in diverted.items()}
    return {**owners, **{target: owner for target, owner in whose.items() if owner and target not in owners}}


def put_in_place(matches: Iterable[VulnerabilityMatch], places: Mapping[str, Place]) -> tuple[VulnerabilityMatch, ...]:
    """Add to each match its package's place, and dismiss it where none of the package's code is there."""
    nowhere = Place()
    placed = []
    for match in matches:
        place = places.get(match.package.purl, nowhere)
        one = replace(match, layer=place.layer, brought_by=place.brought_by, origin=place.origin, code=place.code)
        placed.append(dismissed_as_absent(one, place.absent, place.rules) if place.absent else one)
    return tuple(placed)


def known_places(digest: Digest, options: OpenOptions, left_out: "LeftOut | None" = None) -> dict[str, Place] | None:
    """Return what is remembered of an image, or None."""
    kept = options.cache.derived(_KIND, _key(digest, options, left_out)) if options.cache else None
    try:
        return msgspec.msgpack.decode(kept, type=ready(dict[str, Place])) if kept is not None else None
    except msgspec.MsgspecError:
        return None


def keeping_places(
    places: Mapping[str, Place], digest: Digest, options: OpenOptions, left_out: "LeftOut | None" = None
) -> Callable[[], None]:
    """Return what remembers the places of an image that was read as a whole."""
    if options.cache is None:
        return lambda: None
    return options.cache.keeping(_KIND, _key(digest, options, left_out), lambda: msgspec.msgpack.encode(places))


def _key(digest: Digest, options: OpenOptions, left_out: "LeftOut | None") -> str:
    return f"{__version__} {code_stamp()} {options.limits!r} {digest} {left_out.record if left_out else '-'}"


def base_layers(config: "ImageConfig", layers: Sequence[str], layer_name: Callable[[str], str]) -> int:
    """Return how many of the lowest layers are the base's; 0 where nothing tells them from the rest.

    A base ends with a command that a later instruction comes after, as in every image that is built FROM another one;
    else it is what is there up to the layer with the distribution's ``os-release``.
    """
    if len(layers) < 2:  # noqa: PLR2004 - one layer has no base
        return 0
    seen = found = 0
    for entry in config.history:
        if not entry.empty_layer:
            seen += 1
        elif _ends_a_base(entry.created_by):
            found = seen if seen < len(layers) else found
    if found:
        return found
    release = layer_name("usr/lib/os-release") or layer_name("etc/os-release")
    return layers.index(release) + 1 if release in layers[:-1] else 0


def _commands(config: "ImageConfig", layers: Sequence[str]) -> dict[str, str]:
    """Return what the image's history says made each layer; nothing where it does not say it of all."""
    made = [" ".join(entry.created_by.split()) for entry in config.history if not entry.empty_layer]
    return dict(zip(layers, made, strict=True)) if len(made) == len(layers) else {}


def _ends_a_base(command: str) -> bool:
    return command.removeprefix("/bin/sh -c #(nop)").strip().startswith(("CMD ", "CMD[", "ENTRYPOINT "))


def _layer(package: Package, tree: "ImageTree") -> str:
    """Return the layer that brought a package: dpkg's list of its files is written when it is installed."""
    if isinstance(package.details, DebDetails):
        for name in (package.name, f"{package.name}:{package.details.architecture}"):
            if layer := tree.layer_name(f"{_INFO}{name}.list"):
                return layer
    return package.locations[0].layer if package.locations else ""


def _origin(layer: str, base: frozenset[str]) -> Origin:
    if not layer or not base:
        return Origin.UNKNOWN
    return Origin.BASE if layer in base else Origin.APPLICATION

"""Layers: which package lies in which, and their bytes.

Packages are grouped by source package. As many groups as the budget allows get a layer of their own, the largest first;
the rest share one; what the builder made lies on top. The choice is kept in the lock, so that a new version of one
package never moves another, and layers without a change keep their digest.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from prill._io.cache import ContentCache
from prill.archive.codecs import Codec, compress
from prill.archive.tar_writer import END
from prill.build.listing import Listed
from prill.build.members import Member, MemberStore, entry_tar, layer_codec, member_key
from prill.model import Digest
from prill.model.typed_json import ready
from prill.model.value import dataclass

__all__ = ["FILES", "REST", "BuiltLayer", "LayerPlan", "build_layers", "choose_groups"]

REST = "rest"
FILES = "files"
_KIND = "layer"
_RESERVED = 2  # the layer of the rest, and the builder's own on top


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlan:
    """A layer to build: its name for people, its folders (parents first) and its members in order."""

    name: str
    folders: Sequence[Listed]
    members: Sequence[Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltLayer:
    """A finished layer: ``data`` is what ``digest`` is of; ``unpacked`` is the tar's size in bytes."""

    name: str
    digest: Digest
    diff_id: Digest
    size: int
    unpacked: int
    data: bytes


class _LayerFacts(msgspec.Struct, frozen=True, array_like=True):
    diff_id: str
    unpacked: int


def choose_groups(
    sizes: Mapping[str, int], *, budget: int, previous: Sequence[str] = (), reserved: int = _RESERVED
) -> tuple[str, ...]:
    """Return the source packages that get a layer of their own.

    ``sizes`` maps each source package to its installed size. Those in ``previous`` stay while they exist, so that an
    update moves nothing; free places go to the largest. ``budget`` counts all layers; ``reserved`` are others'.
    """
    places = max(0, budget - reserved)
    if len(sizes) <= places + 1 and places:
        places = len(sizes)
    kept = [name for name in previous if name in sizes][:places]
    others = sorted((name for name in sizes if name not in kept), key=lambda name: (-sizes[name], name))
    return (*kept, *others[: places - len(kept)])


def build_layers(
    plans: Iterable[LayerPlan], *, codec: Codec, cache: ContentCache | None, threads: int = 2
) -> tuple[BuiltLayer, ...]:
    """Write each planned layer; members and finished layers' diff IDs come from ``cache`` where they are known."""
    plans = tuple(plans)
    with MemberStore(cache, codec, threads=threads) as store, ThreadPoolExecutor(max_workers=threads) as pool:
        keyed = [[(member, member_key(member, codec)) for member in plan.members] for plan in plans]
        jobs = [[pool.submit(store.compressed, *pair) for pair in pairs] for pairs in keyed]
        finished = []
        for plan, pairs, waiting in zip(plans, keyed, jobs, strict=True):
            members = [job.result() for job in waiting]
            waiting.clear()
            keys = [key for _, key in pairs]
            finished.append(pool.submit(_finish, plan, keys, members, store, codec, cache))
            del members
        return tuple(job.result() for job in finished)


def _finish(
    plan: LayerPlan,
    keys: Sequence[str],
    members: Sequence[tuple[bytes, bytes | None]],
    store: MemberStore,
    codec: Codec,
    cache: ContentCache | None,
) -> BuiltLayer:
    folders = b"".join(entry_tar(folder) for folder in plan.folders)
    key = hashlib.sha256(msgspec.msgpack.encode((layer_codec(codec), folders, keys))).hexdigest()
    facts = _known(cache, key)
    if facts is None:
        diff = hashlib.sha256(folders)
        unpacked = len(folders) + len(END)
        for packed, plain in members:
            blocks = store.unpacked(packed) if plain is None else plain
            diff.update(blocks)
            unpacked += len(blocks)
        diff.update(END)
        facts = _LayerFacts(diff.hexdigest(), unpacked)
        if cache is not None:
            cache.put_derived(_KIND, key, msgspec.msgpack.encode(facts))
    data = b"".join((compress(folders, codec), *(packed for packed, _ in members), compress(END, codec)))
    return BuiltLayer(
        name=plan.name,
        digest=Digest.of(data),
        diff_id=Digest("sha256", facts.diff_id),
        size=len(data),
        unpacked=facts.unpacked,
        data=data,
    )


def _known(cache: ContentCache | None, key: str) -> _LayerFacts | None:
    found = cache.derived(_KIND, key) if cache is not None else None
    return None if found is None else msgspec.msgpack.decode(found, type=ready(_LayerFacts))

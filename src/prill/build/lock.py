"""The lock: everything a build reads, by digest, so that building needs no index and no decision is taken twice.

A lock is JSON that people can review. Its last field is the SHA-256 of the rest in canonical form, so that an edit by
hand is noticed. It names no mirror: a package is found by its path in the archive and its digest.
"""

from collections.abc import Iterable

from prill.build.spec_terms import ARCHITECTURES
from prill.errors import PrillError
from prill.model import Digest
from prill.model.structs import msgspec
from prill.model.typed_json import ready

__all__ = [
    "LOCK_VERSION",
    "MAX_LOCK_BYTES",
    "Change",
    "ExcludedPackage",
    "InvalidLock",
    "Lock",
    "LockedFile",
    "LockedPackage",
    "LockedPlatform",
    "LockedRelease",
    "Reason",
    "SpecInput",
    "decode_lock",
    "encode_lock",
    "lock_changes",
]

LOCK_VERSION = 1
MAX_LOCK_BYTES = 16 * 1024 * 1024


class InvalidLock(PrillError):
    """A lock cannot be read, was edited, or does not fit what it is used for."""


class _Value(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A part of the lock: camelCase in JSON, unknown fields refused."""


class SpecInput(_Value, frozen=True, kw_only=True):
    """A file the spec was read from: the spec itself first, then what it includes; names are relative to the spec."""

    name: str
    sha256: str


class LockedRelease(_Value, frozen=True, kw_only=True):
    """A signed ``InRelease`` that vouched for packages: who signed it, and the digest of its bytes."""

    pocket: str
    suite: str
    codename: str
    origin: str
    version: str = ""
    date: int
    valid_until: int | None = None
    inrelease_sha256: str
    signers: tuple[str, ...]


class Reason(_Value, frozen=True, kw_only=True):
    """Why a package is here: ``wanted_by`` is a package, or ``""`` for the spec; ``relation`` is what it says."""

    wanted_by: str
    field: str
    relation: str


class LockedPackage(_Value, frozen=True, kw_only=True):
    """One .deb: ``filename`` is its path in the archive; ``built`` and sizes are in seconds since 1970 and bytes."""

    name: str
    version: str
    architecture: str
    source: str
    source_version: str
    pocket: str
    filename: str
    size: int
    sha256: str
    installed_size: int = 0
    built: int = 0
    reasons: tuple[Reason, ...] = ()


class ExcludedPackage(_Value, frozen=True, kw_only=True):
    """A package that was left out on purpose, and who wanted it."""

    name: str
    wanted_by: tuple[Reason, ...] = ()


class LockedFile(_Value, frozen=True, kw_only=True):
    """A ``files`` source. ``source`` says where from (``file:…``, an URL, ``npm:NAME@VERSION``), ``digest`` what of."""

    source: str
    destination: str
    digest: str
    size: int
    version: str = ""


class LockedPlatform(_Value, frozen=True, kw_only=True):
    """What one image is made of; ``variant`` is ``""`` for production; ``groups`` have a layer of their own."""

    platform: str
    variant: str = ""
    packages: tuple[LockedPackage, ...]
    excluded: tuple[ExcludedPackage, ...] = ()
    files: tuple[LockedFile, ...] = ()
    groups: tuple[str, ...] = ()


class Lock(_Value, frozen=True, kw_only=True):
    """The whole lock; ``spec`` is the normalised spec, so that an image can be rebuilt from its lock alone."""

    lock_version: int
    prill: str
    name: str
    inputs: tuple[SpecInput, ...]
    spec: msgspec.Raw
    distribution: str
    source_date_epoch: int
    codec: str
    releases: tuple[LockedRelease, ...]
    images: tuple[LockedPlatform, ...]

    def image(self, platform: str, variant: str = "") -> LockedPlatform:
        """Return what is locked for ``platform`` and ``variant``; raise `InvalidLock` where nothing is."""
        for one in self.images:
            if (one.platform, one.variant) == (platform, variant):
                return one
        have = ", ".join(f"{one.platform}{f' ({one.variant})' if one.variant else ''}" for one in self.images)
        wanted = f"{platform}{f' ({variant})' if variant else ''}"
        known = platform in {f"linux/{architecture}" for architecture in ARCHITECTURES}
        raise InvalidLock(
            f"the lock of {self.name} has nothing for {wanted}; it has {have}",
            hint="add it to the spec's archs or variants and run prill lock"
            if known
            else f"images are built for {' and '.join(ARCHITECTURES)}",
        )


def _canonical(lock: Lock) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(msgspec.json.encode(lock)), order="sorted")


def encode_lock(lock: Lock) -> bytes:
    """Write the lock as indented JSON with its seal, the same bytes for the same lock."""
    body = msgspec.json.format(msgspec.json.encode(lock), indent=1)
    seal = Digest.of(_canonical(lock))
    return body.removesuffix(b"\n}") + b',\n "digest": "' + str(seal).encode() + b'"\n}\n'


def decode_lock(data: bytes, source: str) -> Lock:
    """Read a lock; raise `InvalidLock` where it is malformed, of another version, or was edited by hand."""
    if len(data) > MAX_LOCK_BYTES:
        raise InvalidLock(f"{source}: {len(data)} bytes are too many for a lock")
    try:
        raw = msgspec.json.decode(data)
        if not isinstance(raw, dict):
            raise InvalidLock(f"{source}: a lock is a JSON object")
        seal = raw.pop("digest", None)
        version = raw.get("lockVersion", LOCK_VERSION)
        if version != LOCK_VERSION:
            raise InvalidLock(
                f"{source}: lock version {version!r} is not {LOCK_VERSION}", hint="run prill lock with this Prill"
            )
        body = msgspec.json.encode(raw)
        lock = msgspec.json.decode(body, type=ready(Lock))
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidLock(f"{source}: {error}", hint="run prill lock to write it anew") from error
    expected = str(Digest.of(_canonical(lock)))
    if seal != expected:
        raise InvalidLock(
            f"{source}: the lock was changed by hand: its digest says {seal!r}, its content {expected!r}",
            hint="change the spec instead and run prill lock",
        )
    return lock


class Change(msgspec.Struct, frozen=True):
    """How one package differs between two locks; an empty version means it is not there."""

    image: str
    name: str
    old: str
    new: str
    pocket: str


def lock_changes(old: Lock, new: Lock) -> tuple[Change, ...]:
    """List what differs, sorted by image and package."""
    changes: list[Change] = []
    for label in sorted({_label(one) for lock in (old, new) for one in lock.images}):
        before = _versions(old.images, label)
        after = _versions(new.images, label)
        for name in sorted(before.keys() | after.keys()):
            was, _ = before.get(name, ("", ""))
            now, pocket = after.get(name, ("", ""))
            if was != now:
                changes.append(Change(label, name, was, now, pocket))
    return tuple(changes)


def _label(image: LockedPlatform) -> str:
    return f"{image.platform} {image.variant}".strip()


def _unversioned(file: LockedFile) -> str:
    return file.source.removesuffix(f"@{file.version}") if file.version else file.source


def _versions(images: Iterable[LockedPlatform], label: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for image in images:
        if _label(image) == label:
            found |= {package.name: (package.version, package.pocket) for package in image.packages}
            found |= {_unversioned(file): (file.version or file.digest, "") for file in image.files}
    return found

"""The advisory database as an artifact in a registry, signed as images are.

Pushing:

1. The database is read to its end: a damaged one goes nowhere.
2. The file as it is becomes the one layer of a manifest with an artifact type of its own.
3. The manifest is stored by its digest, then signed; the tag comes last, so that nobody sees one without the other.

Pulling:

1. The name is resolved to a digest, once.
2. The signature over that digest is verified before a byte of the database is fetched. Without anybody whose signature
   is expected nothing is pulled, unless that is asked for in words.
3. The file comes in as many attempts as it takes, and its digest is over all of it.
4. It is opened and read to its end, and takes the old database's place in one step.
"""

import hashlib
from contextlib import ExitStack, suppress
from pathlib import Path

from prill._io.atomic import alone_in, open_atomic
from prill._io.regular import open_regular
from prill.api.sign import Made, SigningRequest, sign_one
from prill.errors import PrillError
from prill.model import Digest, ImageReference
from prill.model.value import dataclass
from prill.oci.config import rfc3339
from prill.oci.descriptor import EMPTY_JSON, Descriptor, map_to_pairs
from prill.oci.graph import read_manifest
from prill.oci.manifest import Manifest
from prill.oci.media_types import EMPTY
from prill.oci.memory import MemoryStore
from prill.oci.places import Place, connect_to, open_place
from prill.oci.registry import Repository
from prill.oci.registry_access import RegistryAccess
from prill.oci.resumed import ResumedRepository
from prill.oci.store import Blob, BlobSource
from prill.signing.images import ImageVerification, VerifiedSubject, verify_subject
from prill.vuln.database import Database, open_database
from prill.vuln.database_file import check_replaceable

__all__ = ["DATABASE_TYPE", "NoDatabaseArtifact", "PulledDatabase", "PushedDatabase", "pull_database", "push_database"]

DATABASE_TYPE = "application/vnd.prill.advisories.v1"
"""The manifest's artifact type; the layer's media type says in addition that it is SQLite."""

_LAYER_TYPE = "application/vnd.prill.advisories.v1+sqlite3"
_TITLE, _CREATED = "org.opencontainers.image.title", "org.opencontainers.image.created"
_MAX_DATABASE = 8 << 30
_CHUNK = 1 << 20


class NoDatabaseArtifact(PrillError):
    """What a name stands for is no advisory database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedDatabase:
    """Where a database is now; ``made`` is its signature, or None where it was to have none."""

    name: str
    digest: Digest
    size: int
    sent: bool
    made: Made | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PulledDatabase:
    """What was pulled. ``verified`` is None where no signature was asked for; ``changed`` tells news from the same.

    ``resumed`` are the bytes that an attempt before had fetched.
    """

    name: str
    digest: Digest
    size: int
    verified: VerifiedSubject | None
    changed: bool
    resumed: int
    notes: tuple[str, ...]


def push_database(
    path: Path, reference: ImageReference, request: SigningRequest | None, *, access: RegistryAccess
) -> PushedDatabase:
    """Bring a database to a registry, signed as ``request`` says; raise what reading it and storing raise."""
    with open_database(path) as database:  # 1
        database.verify()
        created = _newest(database)
    blob = _blob(path)
    manifest = _manifest(blob, created)  # 2
    blobs = MemoryStore([blob, Blob.of(EMPTY_JSON)])
    repository = connect_to(reference, access, writing=True)
    try:
        sent = [_put(repository, one, blobs) for one in manifest.children()]
        stored = repository.put_manifest(manifest.raw, manifest.media_type)  # 3
        made = _sign(reference, stored, request, access)
        if reference.tag:
            repository.upload_manifest(manifest.raw, manifest.media_type, reference.tag)
    finally:
        repository.close()
    return PushedDatabase(
        name=str(reference.pinned(stored.digest)), digest=stored.digest, size=blob.size, sent=sent[-1], made=made
    )


def pull_database(
    name: str,
    target: Path,
    verification: ImageVerification | None,
    *,
    access: RegistryAccess,
    downloads: Path,
    now: int,
) -> PulledDatabase:
    """Bring a database from a registry, layout or archive to ``target``; without ``verification``, an unsigned one.

    Raise `VerificationError`, `NoDatabaseArtifact`, `NotADatabase` where ``target`` is something else, and what
    opening, reading and writing raise: the old database stays.
    """
    check_replaceable(target)
    with open_place(name, access=access) as place:  # 1
        layer = _layer(place)
        verified = verify_subject(place.store, place.target.digest, verification) if verification else None  # 2
        changed, resumed, notes = not _is_at(target, layer), 0, place.notes
        if changed:
            before = _newest_at(target)
            resumed = _fetch(place, layer, target, downloads, now)  # 3, 4
            if before > _newest_at(target):
                notes = (
                    *notes,
                    f"the database that was at {target} had newer sources: is {place.name} still brought up to date?",
                )
        return PulledDatabase(
            name=place.name,
            digest=place.target.digest,
            size=layer.size,
            verified=verified,
            changed=changed,
            resumed=resumed,
            notes=notes,
        )


def _blob(path: Path) -> Blob:
    with open_regular(path) as stream:
        hashed = hashlib.sha256()
        while data := stream.read(_CHUNK):
            hashed.update(data)
        return Blob(digest=Digest("sha256", hashed.hexdigest()), size=stream.tell(), content=path)


def _manifest(blob: Blob, created: int) -> Manifest:
    layer = Descriptor(
        media_type=_LAYER_TYPE, digest=blob.digest, size=blob.size, annotations=((_TITLE, "advisories.db"),)
    )
    return Manifest(
        config=Descriptor.of(EMPTY_JSON, EMPTY),
        layers=(layer,),
        artifact_type=DATABASE_TYPE,
        annotations=map_to_pairs({_CREATED: rfc3339(created)}),
    )


def _put(repository: Repository, descriptor: Descriptor, blobs: BlobSource) -> bool:
    return not repository.has(descriptor) and repository.put(descriptor, blobs)


def _sign(
    reference: ImageReference, stored: Descriptor, request: SigningRequest | None, access: RegistryAccess
) -> Made | None:
    if request is None:
        return None
    (made,) = sign_one(f"registry:{reference.pinned(stored.digest)}", request, access=access)
    return made


def _layer(place: Place) -> Descriptor:
    manifest = read_manifest(place.store, place.target)
    if not isinstance(manifest, Manifest) or manifest.artifact_type != DATABASE_TYPE:
        seen = manifest.artifact_type or manifest.config.media_type if isinstance(manifest, Manifest) else "an index"
        raise NoDatabaseArtifact(
            f"{place.name} is no advisory database, but {seen[:160]!r}", hint="prill db push makes one"
        )
    if len(manifest.layers) != 1 or manifest.layers[0].media_type != _LAYER_TYPE:
        raise NoDatabaseArtifact(f"{place.name} holds its database in a form that this Prill does not know")
    (layer,) = manifest.layers
    if layer.size > _MAX_DATABASE:
        raise NoDatabaseArtifact(f"{place.name} is a database of {layer.size} bytes, more than {_MAX_DATABASE}")
    return layer


def _is_at(target: Path, layer: Descriptor) -> bool:
    try:
        return target.stat().st_size == layer.size and _blob(target).digest == layer.digest
    except OSError:
        return False


def _newest(database: Database) -> int:
    """Return when the newest source was fetched; 0 where nothing is known."""
    return max((source.retrieved or 0 for source in database.sources), default=0)


def _newest_at(target: Path) -> int:
    with suppress(PrillError), open_database(target) as database:
        return _newest(database)
    return 0


def _fetch(place: Place, layer: Descriptor, target: Path, downloads: Path, now: int) -> int:
    """Write the database; return how many bytes of it an attempt before had fetched."""
    kept = ResumedRepository(place.store, downloads) if isinstance(place.store, Repository) else None
    source: BlobSource = kept or place.store
    with ExitStack() as alone, open_atomic(target) as file:
        with source.open(layer) as stream:
            while data := stream.read(_CHUNK):
                file.write(data)
        file.flush()
        # Under the name that it has only for us: it is not the database before it was read.
        with open_database(Path(f"/proc/self/fd/{file.fileno()}")) as database:
            database.verify()
        alone.enter_context(alone_in(target.parent))  # else an import that reads the old one writes it back
    if kept is None:
        return 0
    kept.forget(now=now)
    return kept.resumed

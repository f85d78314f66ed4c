"""One repository of a registry, as an `ImageStore` (OCI distribution-spec 1.1)."""

import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from prill._io.urls import redact
from prill.errors import PrillError
from prill.model import Digest, ImageReference
from prill.oci._wire import MAX_DOCUMENT_BYTES
from prill.oci.descriptor import Descriptor
from prill.oci.graph import parse_manifest, stated_type
from prill.oci.index import Index
from prill.oci.media_types import INDEXES, MANIFESTS
from prill.oci.registry_blob import BlobStream
from prill.oci.registry_lists import list_referrers, list_tags, media_type_of
from prill.oci.registry_session import Call, RegistrySession
from prill.oci.store import BlobNotFound, BlobSource, DigestMismatch, VerifiedReader
from prill.oci.tags import LONGEST_TAG, referrers_tag

if TYPE_CHECKING:
    from prill._io.connections import Transport
    from prill.oci.credentials import Credentials

__all__ = ["ManifestNotFound", "ReferrersLost", "Repository", "connect"]

_OK, _CREATED, _ACCEPTED, _NOT_FOUND = 200, 201, 202, 404
_CHUNK = 1 << 20
_ACCEPT = ", ".join(sorted(MANIFESTS | INDEXES))


class ManifestNotFound(BlobNotFound):
    """A repository has no image with a tag or digest."""


class ReferrersLost(PrillError):
    """The list of an image's referrers cannot be kept: somebody else writes it, or something else has its tag."""


class Repository:
    """Reads anonymously or with credentials; writes what is missing. Everything read is verified."""

    def __init__(
        self, reference: ImageReference, session: RegistrySession, *, writing: bool = False, shared: bool = False
    ) -> None:
        """Use ``session``, which others use too if it is ``shared``; ``writing`` is said when access is asked for."""
        self._shared = shared
        self.reference = reference
        self._session = session
        self._path = f"/v2/{reference.repository}"
        self._scope = f"repository:{reference.repository}:{'pull,push' if writing else 'pull'}"
        self._mount_from = ""
        self._documents: dict[Digest, bytes] = {}

    @property
    def login_failure(self) -> str:
        """Return why nobody is logged in, where somebody should be."""
        return self._session.login_failure

    def close(self) -> None:
        """Close the connections, unless others use them."""
        if not self._shared:
            self._session.close()

    def resolve(self) -> Descriptor:
        """Return what the reference names, by its digest if it has one, else by its tag; raise `ManifestNotFound`."""
        digest = self.reference.digest
        found = self._manifest(str(digest or self.reference.tag), digest)
        if found is None:
            raise ManifestNotFound(f"{self.reference} is not in the registry", hint="check the name and the tag")
        return found

    def open(self, descriptor: Descriptor) -> BinaryIO:
        """Open a blob or manifest; raise `BlobNotFound`. A connection that breaks is taken up where it broke."""
        if descriptor.media_type in MANIFESTS or descriptor.media_type in INDEXES:
            if (
                descriptor.digest not in self._documents
                and self._manifest(str(descriptor.digest), descriptor.digest) is None
            ):
                raise ManifestNotFound(f"{self.reference.name} has no manifest {descriptor.digest}")
            stream: BinaryIO = io.BytesIO(self._documents[descriptor.digest])
        else:
            stream = self.open_from(descriptor, 0)
        return VerifiedReader(stream, digest=descriptor.digest, size=descriptor.size)

    def open_from(self, descriptor: Descriptor, at: int) -> BinaryIO:
        """Open a blob at byte ``at``, and verify nothing: whoever has its beginning does. Raise `BlobNotFound`."""
        url = f"{self._path}/blobs/{descriptor.digest}"
        return io.BufferedReader(BlobStream(self._session, url, self._scope, descriptor.size, at=at), _CHUNK)

    def has(self, descriptor: Descriptor) -> bool:
        """Say whether the registry has the blob or manifest."""
        kind = "manifests" if descriptor.media_type in MANIFESTS | INDEXES else "blobs"
        url = f"{self._path}/{kind}/{descriptor.digest}"
        accept = (("Accept", _ACCEPT),) if kind == "manifests" else ()
        call = Call(method="HEAD", url=url, scope=self._scope, expected=frozenset({_OK, _NOT_FOUND}), headers=accept)
        return self._session.call(call).status == _OK

    def find(self, tag: str) -> Descriptor | None:
        """Return what has the tag, or None; a tag that is too long to be one is not asked for."""
        return self._manifest(tag, None) if len(tag) <= LONGEST_TAG else None

    def tags(self) -> tuple[str, ...]:
        """Return all tags, sorted."""
        return list_tags(self._session, self._path, self._scope)

    def put(self, descriptor: Descriptor, source: BlobSource) -> bool:
        """Upload a blob; return whether it had to be sent, and was not mounted from another repository.

        A connection that breaks is taken up where it broke, if the registry allows it.
        """
        from prill.oci.registry_upload import Upload  # noqa: PLC0415 - who reads uploads nothing

        return Upload(self._session, self._path, self._scope, descriptor, source).run(self._mount_from)

    def mount_from(self, there: ImageReference) -> None:
        """Let blobs be taken over from another repository of the same registry from now on; others are ignored."""
        if there.registry == self.reference.registry and there.repository != self.reference.repository:
            self._mount_from = there.repository
            self._scope += f" repository:{there.repository}:pull"

    def put_manifest(self, raw: bytes, media_type: str, *, tag: str = "") -> Descriptor:
        """Store a manifest or index; where the registry takes no note of its subject, the referrers tag does."""
        manifest = parse_manifest(raw, media_type)
        noticed = self.upload_manifest(raw, media_type, tag)
        if manifest.subject is not None and not noticed:
            self.list_referrers(manifest.subject.digest, (manifest.descriptor(),))
        return manifest.descriptor()

    def list_referrers(self, subject: Digest, referrers: Sequence[Descriptor]) -> None:
        """Add to the list under the referrers tag, unless everything is in it; raise `ReferrersLost`.

        Distribution-spec, "Pushing Manifests with Subject". Two who write the list at the same moment may overwrite
        each other; so it is read again, and what was lost is added again.
        """

        def add() -> bool:
            known = self._tagged_list(subject)
            digests = {descriptor.digest for descriptor in known}
            new = tuple(descriptor for descriptor in referrers if descriptor.digest not in digests)
            if new:
                index = Index(manifests=(*known, *new))
                self.upload_manifest(index.raw, index.media_type, referrers_tag(subject))
            return bool(new)

        if not self._session.settle(add):
            raise ReferrersLost(
                f"{self.reference.name} loses what refers to {subject}: somebody else writes the same list",
                hint="try again",
            )

    def upload_manifest(self, raw: bytes, media_type: str, tag: str = "") -> bool:
        """Store a manifest by its digest, or under ``tag``; return whether the registry took note of its subject."""
        digest = Digest.of(raw)
        answer = self._session.call(
            Call(
                method="PUT",
                url=f"{self._path}/manifests/{tag or digest}",
                scope=self._scope,
                expected=frozenset({_OK, _CREATED, _ACCEPTED}),
                headers=(("Content-Type", media_type), ("Content-Length", str(len(raw)))),
                body=lambda: iter((raw,)),
            )
        )
        stored = answer.headers.get("docker-content-digest")
        if stored not in (None, str(digest)):
            raise DigestMismatch(f"{self.reference.name} stored the manifest {digest} as {stored[:160]!r}")
        return "oci-subject" in answer.headers

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Descriptor, ...]:
        """Return what has ``digest`` as its subject, from the referrers API or, without one, the referrers tag."""
        found = None
        if self._session.lists_referrers:
            found = list_referrers(self._session, self._path, self._scope, digest)
            # Another kind of digest may be all that the registry did not take.
            self._session.lists_referrers = found is not None or digest.algorithm != "sha256"
        if found is None:
            found = self.tagged_referrers(digest)
        return tuple(entry for entry in found if artifact_type in (None, entry.artifact_type))

    def tagged_referrers(self, digest: Digest) -> tuple[Descriptor, ...]:
        """Return what the referrers tag lists (distribution-spec, "Referrers Tag Schema"); nothing without one."""
        descriptor = self._manifest(referrers_tag(digest), None)
        # GitLab's registry reads the tag as the digest: what an index itself lists does not refer to it.
        if descriptor is None or descriptor.media_type not in INDEXES or descriptor.digest == digest:
            return ()
        return Index.parse(self._documents[descriptor.digest], descriptor.media_type).manifests

    def _tagged_list(self, subject: Digest) -> tuple[Descriptor, ...]:
        """Return what the referrers tag lists, to be written anew; raise `ReferrersLost` where it is no list."""
        tag = referrers_tag(subject)
        found = self._manifest(tag, None)
        if found is None:
            return ()
        if found.media_type not in INDEXES or found.digest == subject:
            raise ReferrersLost(
                f"{self.reference.name}:{tag} should list referrers, and is {found.media_type[:160]!r}",
                hint="signatures under tags of their own need no list: --layout legacy",
            )
        return Index.parse(self._documents[found.digest], found.media_type).manifests

    def _manifest(self, name: str, digest: Digest | None) -> Descriptor | None:
        """Fetch a manifest or index by tag or digest, keep it, and describe it; None where there is none."""
        call = Call(
            method="GET",
            url=f"{self._path}/manifests/{name}",
            scope=self._scope,
            expected=frozenset({_OK, _NOT_FOUND}),
            headers=(("Accept", _ACCEPT),),
        )
        answer = self._session.call(call, max_body=MAX_DOCUMENT_BYTES)
        if answer.status == _NOT_FOUND:
            return None
        seen = Digest.of(answer.body, digest.algorithm if digest else "sha256")
        if digest not in (None, seen):
            raise DigestMismatch(f"{redact(answer.url)} gave a manifest with the digest {seen}, not {digest}")
        self._documents[seen] = answer.body
        announced = media_type_of(answer)
        if announced not in MANIFESTS | INDEXES:
            announced = stated_type(answer.body) or announced
        return Descriptor(media_type=announced, digest=seen, size=len(answer.body))


def connect(
    reference: ImageReference,
    *,
    writing: bool = False,
    credentials: "Credentials | None" = None,
    plain_http: bool = False,
    ca_file: Path | None = None,
    transport: "Transport | None" = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Repository:
    """Return the repository of ``reference``; nothing is sent before something is asked of it.

    ``ca_file`` holds certificates (PEM) that are trusted besides the system's.
    """
    session = RegistrySession(
        reference.registry,
        credentials=credentials,
        plain_http=plain_http,
        ca_file=ca_file,
        transport=transport,
        sleep=sleep,
    )
    return Repository(reference, session, writing=writing)

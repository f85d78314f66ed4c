"""One repository of a registry, as a `BlobStore` (OCI distribution-spec 1.1)."""

import io
import re
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlencode, urlsplit

from prill._io.urls import Redirects, follow, redact
from prill.model import Digest, ImageReference
from prill.oci._wire import MAX_DOCUMENT_BYTES
from prill.oci.credentials import Credentials
from prill.oci.descriptor import Descriptor
from prill.oci.index import Index
from prill.oci.media_types import INDEX, INDEXES, MANIFESTS
from prill.oci.registry_blob import BlobStream
from prill.oci.registry_session import Answer, Call, RegistrySession
from prill.oci.store import BlobNotFound, BlobSource, DigestMismatch, VerifiedReader

if TYPE_CHECKING:
    import httpx2

__all__ = ["ManifestNotFound", "Repository", "connect", "referrers_tag"]

_OK, _CREATED, _ACCEPTED, _NO_CONTENT, _PARTIAL, _NOT_FOUND = 200, 201, 202, 204, 206, 404
_CHUNK = 1 << 20
_MAX_PAGES = 50
_ACCEPT = ", ".join(sorted(MANIFESTS | INDEXES))
_NEXT = re.compile(r'<([^>]{1,4000})>\s*;\s*rel="?next"?')


class ManifestNotFound(BlobNotFound):
    """A repository has no image with a tag or digest."""


class Repository:
    """Reads anonymously or with credentials; writes what is missing. Everything read is verified."""

    def __init__(self, reference: ImageReference, session: RegistrySession, *, writing: bool = False) -> None:
        """Use ``session``; ``writing`` is said when access is asked for."""
        self.reference = reference
        self._session = session
        self._path = f"/v2/{reference.repository}"
        self._scope = f"repository:{reference.repository}:{'pull,push' if writing else 'pull'}"
        self._documents: dict[Digest, bytes] = {}

    def close(self) -> None:
        """Close the connections."""
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
            url = f"{self._path}/blobs/{descriptor.digest}"
            stream = io.BufferedReader(BlobStream(self._session, url, self._scope, descriptor.size), _CHUNK)
        return VerifiedReader(stream, digest=descriptor.digest, size=descriptor.size)

    def has(self, descriptor: Descriptor) -> bool:
        """Say whether the registry has the blob or manifest."""
        kind = "manifests" if descriptor.media_type in MANIFESTS | INDEXES else "blobs"
        url = f"{self._path}/{kind}/{descriptor.digest}"
        accept = (("Accept", _ACCEPT),) if kind == "manifests" else ()
        call = Call(method="HEAD", url=url, scope=self._scope, expected=frozenset({_OK, _NOT_FOUND}), headers=accept)
        return self._session.call(call).status == _OK

    def put(self, descriptor: Descriptor, source: BlobSource) -> None:
        """Upload a blob in one piece (POST, then PUT); another attempt begins anew."""
        self._session.patiently(lambda: self._upload(descriptor, source))

    def put_manifest(self, raw: bytes, media_type: str, tag: str = "") -> bool:
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
        query = f"?{urlencode({'artifactType': artifact_type})}" if artifact_type else ""
        listed = self._listed(f"{self._path}/referrers/{digest}{query}")
        found = self.tagged_referrers(digest) if listed is None else listed
        return tuple(entry for entry in found if artifact_type in (None, entry.artifact_type))

    def tagged_referrers(self, digest: Digest) -> tuple[Descriptor, ...]:
        """Return what the referrers tag lists (distribution-spec, "Referrers Tag Schema"); nothing without one."""
        descriptor = self._manifest(referrers_tag(digest), None)
        if descriptor is None or descriptor.media_type not in INDEXES:
            return ()
        return Index.parse(self._documents[descriptor.digest], descriptor.media_type).manifests

    def _listed(self, url: str) -> list[Descriptor] | None:
        """Follow a paged list of referrers; None says that the registry has no such API."""
        found: list[Descriptor] = []
        for _ in range(_MAX_PAGES):
            call = Call(method="GET", url=url, scope=self._scope, expected=frozenset({_OK, _NOT_FOUND}))
            answer = self._session.call(call, max_body=MAX_DOCUMENT_BYTES)
            if answer.status == _NOT_FOUND or _media_type(answer) != INDEX:
                return None
            found += Index.parse(answer.body).manifests
            following = _NEXT.search(answer.headers.get("link", ""))
            if following is None:
                break
            url = follow(answer.url, following.group(1), allowed=Redirects.SAME_HOST)
        return found

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
        return Descriptor(media_type=_media_type(answer), digest=seen, size=len(answer.body))

    def _upload(self, descriptor: Descriptor, source: BlobSource) -> None:
        start = Call(
            method="POST",
            url=f"{self._path}/blobs/uploads/",
            scope=self._scope,
            expected=frozenset({_ACCEPTED}),
            headers=(("Content-Length", "0"),),
        )
        begun = self._session.call(start, attempts=1)
        target = follow(begun.url, begun.headers.get("location", ""), allowed=Redirects.ANY_HOST)
        joint = "&" if urlsplit(target).query else "?"
        finish = Call(
            method="PUT",
            url=f"{target}{joint}{urlencode({'digest': str(descriptor.digest)})}",
            scope=self._scope,
            expected=frozenset({_CREATED, _ACCEPTED, _NO_CONTENT}),
            headers=(("Content-Type", "application/octet-stream"), ("Content-Length", str(descriptor.size))),
            body=lambda: _chunks(source, descriptor),
        )
        self._session.call(finish, attempts=1)


def connect(
    reference: ImageReference,
    *,
    writing: bool = False,
    credentials: Credentials | None = None,
    plain_http: bool = False,
    transport: "httpx2.BaseTransport | None" = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Repository:
    """Return the repository of ``reference``; nothing is sent before something is asked of it."""
    session = RegistrySession(
        reference.registry, credentials=credentials, plain_http=plain_http, transport=transport, sleep=sleep
    )
    return Repository(reference, session, writing=writing)


def referrers_tag(digest: Digest) -> str:
    """Return the tag under which registries without the referrers API keep the list of a subject's referrers."""
    return f"{digest.algorithm}-{digest.hex}"[:128]


def _chunks(source: BlobSource, descriptor: Descriptor) -> Iterator[bytes]:
    with source.open(descriptor) as stream:
        while data := stream.read(_CHUNK):
            yield data


def _media_type(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip()

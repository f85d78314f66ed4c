"""Manifests: taken only whole, with all they point to; given as the bytes that came (distribution-spec 1.1)."""

from prill.errors import PrillError
from prill.model import Digest
from prill.oci.graph import parse_manifest
from prill.oci.index import Index
from prill.oci.manifest import Manifest
from prill.oci.media_types import INDEXES, MANIFESTS
from prill.oci.serving.exchange import Answer, Request, Span
from prill.oci.serving.limits import ServerLimits
from prill.oci.serving.problems import Problem
from prill.oci.serving.storage import RegistryStorage

__all__ = ["ManifestEndpoint"]


class ManifestEndpoint:
    """``/v2/NAME/manifests/TAG-OR-DIGEST``."""

    def __init__(self, storage: RegistryStorage, limits: ServerLimits) -> None:
        self._storage = storage
        self._limits = limits

    def get(self, request: Request, *, name: str, reference: str) -> Answer:  # noqa: ARG002
        """Give a manifest as it came, whatever ``Accept`` says: another form would have another digest."""
        digest, media_type = self._storage.resolve(name, reference)
        file, size = self._storage.open_manifest(digest)
        headers = (("Content-Type", media_type), ("Docker-Content-Digest", str(digest)), ("ETag", f'"{digest}"'))
        return Answer(status=200, headers=headers, file=file, span=Span(0, size))

    def put(self, request: Request, *, name: str, reference: str) -> Answer:
        """Take a manifest; say by ``OCI-Subject`` that it is listed among its subject's referrers."""
        raw = request.read(self._limits.manifest)
        stated = request.headers.get("content-type", "").partition(";")[0].strip()
        manifest = _parse(raw, stated)
        named = Digest.parse(reference) if ":" in reference else None
        digest = Digest.of(raw, named.algorithm if named else "sha256")
        if named not in (None, digest):
            raise Problem(400, "DIGEST_INVALID", f"the manifest has the digest {digest}, not {named}")
        needed = (child for child in manifest.children() if not _is_kept_elsewhere(child.media_type))
        missing = [child.digest for child in needed if not self._storage.has_blob(name, child.digest)]
        if missing:
            raise Problem(404, "MANIFEST_BLOB_UNKNOWN", f"the manifest points to {missing[0]}, which is not here")
        self._storage.add_manifest(name, digest, manifest, "" if named else reference)
        headers = [("Location", f"/v2/{name}/manifests/{digest}"), ("Docker-Content-Digest", str(digest))]
        if manifest.subject is not None:
            headers.append(("OCI-Subject", str(manifest.subject.digest)))
        return Answer(status=201, headers=tuple(headers))

    def delete(self, request: Request, *, name: str, reference: str) -> Answer:  # noqa: ARG002
        """Remove a tag, or by its digest a manifest with all its tags."""
        if ":" in reference:
            self._storage.remove_manifest(name, Digest.parse(reference))
        else:
            self._storage.remove_tag(name, reference)
        return Answer(status=202)


def _is_kept_elsewhere(media_type: str) -> bool:
    """Tell a layer that its vendor alone hands out (image-spec, "Non-Distributable Layers")."""
    return ".foreign." in media_type or ".nondistributable." in media_type


def _parse(raw: bytes, stated: str) -> Manifest | Index:
    if stated not in MANIFESTS | INDEXES:
        raise Problem(415, "MANIFEST_INVALID", f"manifests of the type {stated[:160]!r} are not kept here")
    try:
        return parse_manifest(raw, stated)
    except PrillError as error:
        raise Problem(400, "MANIFEST_INVALID", str(error)) from error

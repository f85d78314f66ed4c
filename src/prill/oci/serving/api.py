"""The distribution API (distribution-spec 1.1): from a request to an answer, over `RegistryStorage`.

All end points of the specification are there, its optional ones too: chunked, single-request and mounted uploads,
`Range`, deletion, tags, referrers; and Docker's ``_catalog``.
"""

import re
from collections.abc import Callable

from prill.errors import PrillError
from prill.model import Digest, InvalidDigest
from prill.oci.serving import blobs, lists, manifests
from prill.oci.serving.exchange import Answer, Request
from prill.oci.serving.limits import ServerLimits
from prill.oci.serving.problems import Problem, unsupported
from prill.oci.serving.storage import RegistryStorage
from prill.oci.serving.uploads import Uploads

__all__ = ["RegistryApi"]

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_NAME = r"(?P<name>[^?#]{1,255}?)"


class RegistryApi:
    """Answers requests, from several threads at once."""

    def __init__(self, storage: RegistryStorage, limits: ServerLimits, *, read_only: bool = False) -> None:
        uploads = Uploads(storage, limits)
        self._uploads = uploads
        self._read_only = read_only
        blob, manifest = blobs.BlobEndpoint(storage), manifests.ManifestEndpoint(storage, limits)
        upload, listing = blobs.UploadEndpoint(storage, uploads), lists.ListEndpoint(storage, limits)
        self._routes: tuple[tuple[re.Pattern[str], dict[str, Callable[..., Answer]]], ...] = (
            (re.compile(r"/v2/?"), {"GET": _version}),
            (re.compile(r"/v2/_catalog"), {"GET": listing.repositories}),
            (re.compile(rf"/v2/{_NAME}/tags/list"), {"GET": listing.tags}),
            (re.compile(rf"/v2/{_NAME}/referrers/(?P<digest>[^/]+)"), {"GET": listing.referrers}),
            (re.compile(rf"/v2/{_NAME}/blobs/uploads/?"), {"POST": upload.begin}),
            (
                re.compile(rf"/v2/{_NAME}/blobs/uploads/(?P<number>[0-9a-f]+)"),
                {"GET": upload.status, "PATCH": upload.append, "PUT": upload.finish, "DELETE": upload.cancel},
            ),
            (re.compile(rf"/v2/{_NAME}/blobs/(?P<digest>[^/]+)"), {"GET": blob.get, "DELETE": blob.delete}),
            (
                re.compile(rf"/v2/{_NAME}/manifests/(?P<reference>[^/]+)"),
                {"GET": manifest.get, "PUT": manifest.put, "DELETE": manifest.delete},
            ),
        )

    def answer(self, request: Request) -> Answer:
        """Answer a request; what is refused is an answer, too."""
        try:
            return self._dispatch(request)
        except Problem as problem:
            return _refusal(problem)
        except InvalidDigest as error:
            return _refusal(Problem(400, "DIGEST_INVALID", str(error)))
        except PrillError as error:  # the disk is full, or the folder was changed by others
            return _refusal(Problem(500, "UNKNOWN", str(error)))

    def close(self) -> None:
        """Remove what is not complete."""
        self._uploads.close()

    def _dispatch(self, request: Request) -> Answer:
        method = "GET" if request.method == "HEAD" else request.method
        for pattern, methods in self._routes:
            found = pattern.fullmatch(request.path)
            if found is None:
                continue
            allowed = set(methods) - (_WRITES if self._read_only else set())
            if method not in allowed:
                known = "this registry is only read from"
                says = known if method in methods else f"{request.method} is not done here"
                raise unsupported(says, allowed | ({"HEAD"} if "GET" in allowed else set()))
            values = found.groupdict()
            if "digest" in values:
                values["digest"] = Digest.parse(values["digest"])
            return methods[method](request, **values)
        raise Problem(404, "NAME_UNKNOWN", "there is nothing at this path")


def _version(request: Request) -> Answer:  # noqa: ARG001 - as every end point is called
    return Answer(status=200, headers=(("Content-Type", "application/json"),), body=b"{}")


def _refusal(problem: Problem) -> Answer:
    headers = (("Content-Type", "application/json"), *problem.headers)
    return Answer(status=problem.status, headers=headers, body=problem.body())

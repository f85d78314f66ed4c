"""Lists, in pages: repositories, tags, referrers (distribution-spec 1.1, "Listing Tags" and "Listing Referrers")."""

import json
from urllib.parse import urlencode

from prill.model import Digest
from prill.oci.descriptor import Descriptor
from prill.oci.index import Index
from prill.oci.media_types import INDEX
from prill.oci.serving.exchange import Answer, Request
from prill.oci.serving.limits import ServerLimits
from prill.oci.serving.storage import RegistryStorage

__all__ = ["ListEndpoint"]

_JSON = ("Content-Type", "application/json")


class ListEndpoint:
    """Everything that is a list."""

    def __init__(self, storage: RegistryStorage, limits: ServerLimits) -> None:
        self._storage = storage
        self._limits = limits

    def repositories(self, request: Request) -> Answer:
        """List the repositories."""
        page, link = self._page(request, self._storage.repositories())
        return Answer(status=200, headers=(_JSON, *link), body=json.dumps({"repositories": page}).encode())

    def tags(self, request: Request, *, name: str) -> Answer:
        """List a repository's tags."""
        page, link = self._page(request, self._storage.tags(name))
        return Answer(status=200, headers=(_JSON, *link), body=json.dumps({"name": name, "tags": page}).encode())

    def referrers(self, request: Request, *, name: str, digest: Digest) -> Answer:
        """List what refers to a digest, whether or not that is here; by artifact type, if the query asks for one."""
        wanted = request.query.get("artifactType")
        page: list[Descriptor] = []
        size, last = 0, ""
        link: tuple[tuple[str, str], ...] = ()
        for place, entry in self._storage.referrers(name, digest, request.query.get("last", "")):
            if page and (len(page) >= self._limits.page_entries or size >= self._limits.page_size):
                query = {"last": last, **({"artifactType": wanted} if wanted else {})}
                link = (_next(request, query),)
                break
            last = place
            if wanted in (None, entry.artifact_type):
                page.append(entry)
                size += sum(len(name) + len(value) for name, value in entry.annotations)
        applied = (("OCI-Filters-Applied", "artifactType"),) if wanted else ()
        return Answer(
            status=200, headers=(("Content-Type", INDEX), *applied, *link), body=Index(manifests=tuple(page)).raw
        )

    def _page(self, request: Request, names: list[str]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
        """Return what follows ``last``, at most ``n``, and the link to what follows that."""
        count = min(request.number("n", self._limits.page_entries), self._limits.page_entries)
        after = request.query.get("last", "")
        rest = [name for name in names if name > after]
        page = rest[:count]
        more = bool(page) and len(rest) > count
        return page, ((_next(request, {"n": str(count), "last": page[-1]}),) if more else ())


def _next(request: Request, query: dict[str, str]) -> tuple[str, str]:
    return "Link", f'<{request.path}?{urlencode(query)}>; rel="next"'

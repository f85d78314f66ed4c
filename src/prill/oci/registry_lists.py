"""What a registry lists: the tags of a repository, and what refers to a digest; page after page, to a bound."""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar
from urllib.parse import urlencode

from prill._io.urls import Redirects, follow, redact
from prill.errors import PrillError
from prill.model import Digest
from prill.oci._wire import MAX_DOCUMENT_BYTES, InvalidDocument, parse
from prill.oci.descriptor import Descriptor
from prill.oci.index import Index
from prill.oci.media_types import INDEX
from prill.oci.registry_session import Answer, Call, RegistrySession

__all__ = ["ListTooLong", "UnreadableList", "list_referrers", "list_tags", "media_type_of"]

_OK, _NOT_FOUND = 200, 404
_NO_API = frozenset({400, 404, 405, 406, 410, 415, 501})
"""What registries without the referrers API have been seen to answer."""
_MAX_PAGES = 2000
_MAX_REFERRERS = 20_000
_MAX_TAGS = 200_000
_TAGS_A_PAGE = 1000
_PARAMETER = r'\s*;\s*(?!rel\b)[\w*-]{1,40}\s*=\s*(?:"[^"]{0,400}"|[^\s;,"]{1,400})'
_NEXT = rf'<([^<>]{{1,4000}})>(?:{_PARAMETER}){{0,9}}\s*;\s*rel\s*=\s*"?next\b'
"""A link with ``rel=next``, whatever parameters come before that (RFC 8288, section 3)."""

Entry = TypeVar("Entry")


class ListTooLong(PrillError):
    """A registry's list is longer than anything honest, or does not end."""


class UnreadableList(PrillError):
    """A registry's list is none."""


def list_referrers(session: RegistrySession, path: str, scope: str, digest: Digest) -> tuple[Descriptor, ...] | None:
    """Return what the referrers API lists for ``digest``; None says that there is no such API. Raise `ListTooLong`."""
    pages = _pages(session, f"{path}/referrers/{digest}", scope, _NO_API)
    first = next(pages)
    if first.status in _NO_API or media_type_of(first) != INDEX:
        return None
    found = _gather(first, pages, lambda page: Index.parse(page.body).manifests, _MAX_REFERRERS)
    return tuple({entry.digest: entry for entry in found}.values())


def list_tags(session: RegistrySession, path: str, scope: str) -> tuple[str, ...]:
    """Return a repository's tags, sorted; none for a repository that is not there. Raise `ListTooLong`."""
    pages = _pages(session, f"{path}/tags/list?{urlencode({'n': _TAGS_A_PAGE})}", scope, frozenset({_NOT_FOUND}))
    first = next(pages)
    if first.status == _NOT_FOUND:
        return ()
    return tuple(sorted(set(_gather(first, pages, _tags, _MAX_TAGS))))


def media_type_of(answer: Answer) -> str:
    """Return an answer's media type in lower case, without parameters (RFC 9110, section 8.3.1)."""
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def _pages(session: RegistrySession, url: str, scope: str, also: frozenset[int]) -> Iterator[Answer]:
    """Follow ``Link`` headers on the same host (RFC 8288, as distribution-spec's "Listing Tags" says)."""
    for _ in range(_MAX_PAGES):
        call = Call(method="GET", url=url, scope=scope, expected=also | {_OK})
        answer = session.call(call, max_body=MAX_DOCUMENT_BYTES)
        yield answer
        link = answer.headers.get("link")
        following = re.search(_NEXT, link) if link else None
        if answer.status != _OK or following is None:
            return
        url = follow(answer.url, following.group(1), allowed=Redirects.SAME_HOST)
    raise ListTooLong(f"{redact(url)} goes on for more than {_MAX_PAGES} pages")


def _gather(
    first: Answer, rest: Iterator[Answer], read: Callable[[Answer], tuple[Entry, ...]], most: int
) -> list[Entry]:
    found = list(read(first))
    for page in rest:
        found += read(page)
        if len(found) > most:
            raise ListTooLong(f"{redact(page.url)} lists more than {most} entries")
    return found


def _tags(page: Answer) -> tuple[str, ...]:
    try:
        return parse(page.body, "list of tags").texts("tags", _MAX_TAGS)
    except InvalidDocument as error:
        raise UnreadableList(f"{redact(page.url)} gives no list of tags: {error}") from error

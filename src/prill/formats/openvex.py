"""OpenVEX 0.2.0, read and written (openvex/spec, OPENVEX-SPEC.md).

OpenVEX has no place for the day on which a statement ends; Prill writes and reads it as ``expires: 2027-01-31`` in
``status_notes``. A document's id follows from its content.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from prill.formats._documents import timestamp
from prill.formats._json import pretty_json
from prill.formats.vex_errors import InvalidVex
from prill.model.days import parse_day
from prill.model.typed_json import decode_json
from prill.model.vex import Justification, VexProduct, VexStatement, VexStatus

__all__ = ["CONTEXT", "append_openvex", "encode_openvex", "faults_of_openvex", "read_openvex"]

CONTEXT = "https://openvex.dev/ns/v0.2.0"
_EXPIRES = re.compile(r"\bexpires: *([^\s,;]+)", re.IGNORECASE)
_TIME = re.compile(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](?:\.[0-9]+)?(?:Z|[+-][0-2][0-9]:[0-5][0-9])",
    re.IGNORECASE,
)
"""A time of RFC 3339, as OpenVEX wants it."""

_MAX_SHOWN = 80
_OWN_IDS = "https://openvex.dev/docs/prill/"


class _Identifiers(msgspec.Struct):
    purl: str = ""


class _Part(msgspec.Struct):
    id: str = msgspec.field(name="@id", default="")
    identifiers: _Identifiers | None = None
    hashes: dict[str, str] = {}


class _Product(_Part):
    subcomponents: list[_Part] = []


class _Named(msgspec.Struct):
    name: str = ""
    id: str = msgspec.field(name="@id", default="")
    aliases: list[str] = []


class _Statement(msgspec.Struct):
    status: str
    vulnerability: _Named | str
    products: list[_Product | str] = []
    subcomponents: list[_Part | str] = []
    justification: str = ""
    impact_statement: str = ""
    action_statement: str = ""
    status_notes: str = ""
    timestamp: str = ""
    last_updated: str = ""


class _Document(msgspec.Struct):
    statements: list[_Statement]
    author: str = ""
    timestamp: str = ""


def read_openvex(data: bytes, source: str) -> tuple[VexStatement, ...]:
    """Return a document's statements in their order; raise `InvalidVex`."""
    document = _document(data, source)
    return tuple(_statement(one, document, source, place) for place, one in enumerate(document.statements, 1))


def faults_of_openvex(data: bytes, source: str) -> tuple[str, ...]:
    """Say which statements can be read and yet lack what OpenVEX wants of them; raise `InvalidVex`.

    OpenVEX specification, "Status Labels" and "Statement Fields": others refuse such a document, or leave them out.
    """
    document = _document(data, source)
    return tuple(
        f"statement {place}, {_statement(one, document, source, place).vulnerabilities[0]}: {fault}"
        for place, one in enumerate(document.statements, 1)
        for fault in _faults(one, document)
    )


def _faults(one: _Statement, document: _Document) -> Iterator[str]:
    if one.status == VexStatus.NOT_AFFECTED and not (one.justification or one.impact_statement):
        yield "not_affected without a justification or an impact_statement"
    if one.status == VexStatus.AFFECTED and not one.action_statement:
        yield "affected without an action_statement"
    if one.justification and one.status != VexStatus.NOT_AFFECTED:
        yield f"a justification goes with not_affected, not with {one.status}"
    if not one.products:
        yield "it names no product"
    for time in filter(None, (one.timestamp, one.last_updated, document.timestamp)):
        if not _is_time(time):
            yield f"{time[:_MAX_SHOWN]!r} is no time such as 2027-01-31T12:00:00Z"


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return _TIME.fullmatch(text) is not None


def _document(data: bytes, source: str) -> _Document:
    return decode_json(data, _Document, InvalidVex, f"{source} is no OpenVEX document")


def _statement(one: _Statement, document: _Document, source: str, place: int) -> VexStatement:
    named = one.vulnerability if isinstance(one.vulnerability, _Named) else _Named(name=one.vulnerability)
    ids = tuple(filter(None, (named.name or named.id.rpartition("/")[2], *named.aliases)))
    if one.status not in tuple(VexStatus) or not ids:
        raise InvalidVex(f"{source}: statement {place} has the status {one.status[:40]!r} about {named.name[:80]!r}")
    if one.justification and one.justification not in tuple(Justification):
        raise InvalidVex(f"{source}: statement {place} has the justification {one.justification[:80]!r}")
    expires, unclear = _expiry(one.status_notes)
    beside = _names(one.subcomponents)
    return VexStatement(
        vulnerabilities=ids,
        products=tuple(product for each in one.products for product in _products(each, beside)),
        status=VexStatus(one.status),
        source=source,
        justification=one.justification,
        reason=one.impact_statement or one.action_statement,
        author=document.author,
        time=one.last_updated or one.timestamp or document.timestamp,
        expires=expires,
        unclear_expiry=unclear,
    )


def _expiry(notes: str) -> tuple[str, str]:
    """Return the day on which a statement ends, or else what stands in its place and is none."""
    found = _EXPIRES.search(notes)
    if found is None:
        return "", ""
    try:
        return parse_day(found[1].rstrip(".")), ""
    except ValueError:
        return "", found[1][:_MAX_SHOWN]


def _products(one: _Product | str, beside: tuple[str, ...] | None) -> Iterator[VexProduct]:
    """Yield what is meant, by each of its names; ``beside`` are the parts that 0.0.1 names once for all products."""
    listed = (None if isinstance(one, str) else _names(one.subcomponents), beside)
    # A part that is named in no way that is read must not become the whole.
    parts = [each for each in listed if each] if any(each is not None for each in listed) else [()]
    yield from (VexProduct(id_, each) for each in parts for id_ in _ids(one))


def _names(parts: Sequence[_Part | str]) -> tuple[str, ...] | None:
    """Return the names of parts; None where there are no parts, and nothing where they are named in no way."""
    return tuple(id_ for each in parts for id_ in _ids(each)) if parts else None


def _ids(part: _Part | str) -> tuple[str, ...]:
    """Return the names of one thing: any of them identifies it (OpenVEX specification, "Product Data Structure")."""
    if isinstance(part, str):  # as version 0.0.1 wrote products and their parts
        return (part,) if part else ()
    purl = part.identifiers.purl if part.identifiers else ""
    sha256 = part.hashes.get("sha-256", "").lower()
    # An address that only says which entry this is concerns nobody where a purl stands beside it.
    own = part.id if not purl or part.id.startswith("pkg:") else ""
    return tuple(dict.fromkeys(filter(None, (purl, own, f"sha256:{sha256}" if sha256 else ""))))


def encode_openvex(statements: Sequence[VexStatement], *, author: str, created: int, tool: str) -> bytes:
    """Write statements, of which there must be one, in their order; ``created`` is in seconds since 1970."""
    written = [_written(one) for one in statements]
    body = {
        "@context": CONTEXT,
        "author": author,
        "timestamp": timestamp(created),
        "version": 1,
        "tooling": tool,
        "statements": written,
    }
    return pretty_json({"@context": CONTEXT, "@id": _own_id(body), **body}, ascii_only=False)


def append_openvex(data: bytes, statement: VexStatement, source: str, *, created: int) -> bytes:
    """Return a document with one statement more, and all else as it stands there; raise `InvalidVex`.

    Its version counts up, and an id of ours follows from the content again.
    """
    read_openvex(data, source)
    try:
        document = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:  # where nobody reads it
        raise InvalidVex(f"{source} is no OpenVEX document: {error}") from error
    context = str(document.get("@context", ""))
    if not context.startswith(CONTEXT.rpartition(".")[0]):
        raise InvalidVex(f"{source} has the context {context[:_MAX_SHOWN]!r}", hint=f"only {CONTEXT} is written")
    document["statements"].append(_written(statement))
    document["last_updated"] = timestamp(created)
    version = document.get("version")
    document["version"] = version + 1 if isinstance(version, int) else 1
    id_ = document.pop("@id", "")
    if str(id_).startswith(_OWN_IDS):
        id_ = _own_id({name: value for name, value in document.items() if name != "@context"})
    return pretty_json({"@context": document.pop("@context"), "@id": id_, **document}, ascii_only=False)


def _own_id(body: dict[str, object]) -> str:
    return _OWN_IDS + hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _written(one: VexStatement) -> dict[str, object]:
    first, *aliases = one.vulnerabilities
    statement: dict[str, object] = {
        "vulnerability": {"name": first, **({"aliases": aliases} if aliases else {})},
        "products": [_written_product(product) for product in one.products],
        "status": str(one.status),
    }
    if one.justification:
        statement["justification"] = one.justification
    if one.reason:
        statement["action_statement" if one.status is VexStatus.AFFECTED else "impact_statement"] = one.reason
    if expires := one.expires or one.unclear_expiry:
        statement["status_notes"] = f"expires: {expires}"
    if one.time:
        statement["timestamp"] = one.time
    return statement


def _written_product(product: VexProduct) -> dict[str, object]:
    found = _identified(product.id)
    if product.parts:
        found["subcomponents"] = [_identified(part) for part in product.parts]
    return found


def _identified(id_: str) -> dict[str, object]:
    return {"@id": id_, **({"identifiers": {"purl": id_}} if id_.startswith("pkg:") else {})}

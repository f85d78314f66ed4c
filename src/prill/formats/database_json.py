"""What is in an advisory database, as Prill's own JSON, described in docs/db.md."""

from collections.abc import Sequence

from prill.formats._json import pretty_json
from prill.formats.scan_json import source_document
from prill.model.advisory import AdvisorySource

__all__ = ["encode_database_status"]

_SCHEMA_VERSION = 1


def encode_database_status(
    path: str, sources: Sequence[AdvisorySource], *, size: int, covered: Sequence[str], others: Sequence[str]
) -> bytes:
    """Return the sources with their times in seconds since 1970; ``covered`` and ``others`` as in `database_status`."""
    document = {
        "schemaVersion": _SCHEMA_VERSION,
        "path": path,
        "size": size,
        "records": sum(one.records for one in sources),
        "sources": [source_document(one) for one in sources],
        "wholeFeeds": list(covered),
        "singleRecords": list(others),
    }
    return pretty_json(document, ascii_only=False)

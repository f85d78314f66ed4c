"""CISA's catalogue of vulnerabilities that are known to be exploited (known_exploited_vulnerabilities.json)."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from prill.model.typed_json import decode_json
from prill.vuln.providers.provider import InvalidAdvisories, SourceFile, read_source
from prill.vuln.records import Exploited, Item, Modified

__all__ = ["PROVIDER", "KevProvider"]

_MAX_BYTES = 64 << 20


class _Entry(msgspec.Struct):
    id: str = msgspec.field(name="cveID")
    added: str = msgspec.field(name="dateAdded", default="")


class _Catalogue(msgspec.Struct):
    vulnerabilities: list[_Entry]
    released: str = msgspec.field(name="dateReleased", default="")


class KevProvider:
    """Reads the catalogue."""

    id = "kev"
    title = "CISA known exploited vulnerabilities"
    license = "CC0-1.0"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Take the object with a catalogue's version."""
        return path.is_file() and b'"catalogVersion"' in head

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Yield what is exploited since when; raise `InvalidAdvisories`."""
        data, what = read_source(source, _MAX_BYTES), f"{source.name} is not CISA's catalogue"
        catalogue = decode_json(data, _Catalogue, InvalidAdvisories, what)
        if catalogue.released:
            yield Modified(_seconds(catalogue.released))
        for entry in catalogue.vulnerabilities:
            yield Exploited(entry.id, entry.added or "an unknown day")


PROVIDER = KevProvider()


def _seconds(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text[:19] + "+00:00").timestamp())
    except ValueError:
        return 0

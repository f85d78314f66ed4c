"""FIRST's EPSS scores: how probably a vulnerability is exploited within 30 days (CSV, or gzip of it)."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from prill.archive.bounds import BoundExceeded, Limits
from prill.archive.codecs import Codec, CorruptStream, decode
from prill.vuln.providers.provider import InvalidAdvisories, SourceFile, read_source
from prill.vuln.records import Item, Modified, Probability, Skipped

__all__ = ["PROVIDER", "EpssProvider"]

_LIMITS = Limits(max_total_size=512 << 20, max_ratio=1100)
_DATE = re.compile(r"score_date:([0-9T:-]{19})")
_HEAD = ["cve", "epss", "percentile"]


class EpssProvider:
    """Reads the day's scores."""

    id = "epss"
    title = "EPSS"
    license = "FIRST: free to use with attribution"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Take the CSV by its first lines, and a gzip file that is called as FIRST calls it."""
        named = head.startswith(b"\x1f\x8b") and path.name.startswith("epss")
        return path.is_file() and (b"cve,epss,percentile" in head or named)

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Yield the scores; raise `InvalidAdvisories`."""
        data = read_source(source)
        try:
            text = (decode(data, Codec.GZIP, limits=_LIMITS) if data.startswith(b"\x1f\x8b") else data).decode("ascii")
        except (BoundExceeded, CorruptStream, UnicodeDecodeError) as error:
            raise InvalidAdvisories(f"{source.name} holds no EPSS scores: {error}") from error
        if date := _DATE.search(text[:200]):
            yield from _dated(date[1])
        rows = csv.reader(line for line in io.StringIO(text) if not line.startswith("#"))
        if next(rows, None) != _HEAD:
            raise InvalidAdvisories(f"{source.name} has other columns than EPSS: {text[:80]!r}")
        for row in rows:
            try:
                id_, epss, percentile = row
                score, rank = float(epss), float(percentile)
            except ValueError:
                yield Skipped(",".join(row)[:80], "not a row of EPSS")
                continue
            wrong = next((number for number in (score, rank) if not 0 <= number <= 1), None)
            if wrong is not None:
                yield Skipped(id_, f"{wrong} is no probability")
                continue
            yield Probability(id_, score, rank)


PROVIDER = EpssProvider()


def _dated(text: str) -> Iterator[Modified]:
    """Yield when the scores were made, where the text is a time."""
    with suppress(ValueError):
        yield Modified(int(datetime.fromisoformat(f"{text}+00:00").timestamp()))

"""Fetching a source of advisories: only what changed, and from where it was cut off the last time.

What came of an address is kept beside the cache, with the version that its server named, until it is in the database.
"""

import fcntl
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from prill._io.atomic import write_atomic
from prill._io.fetch_errors import NotModified
from prill._io.urls import redact
from prill.api.services import Services
from prill.errors import PrillError
from prill.model import Digest
from prill.vuln.feeds import feed_name

__all__ = ["Feed", "FeedBusy"]

_MAX_DOWNLOAD = 8 << 30
_MAX_NAME = 120


class FeedBusy(PrillError):
    """Two processes would write one file."""


class Feed:
    """One address; ``path`` is where its file is, under the name that it has there. Close it."""

    def __init__(self, address: str, services: Services) -> None:
        self._address = address
        self._services = services
        self._folder = services.cache.state / "feeds" / Digest.of(address.encode()).hex[:32]
        self._version = self._folder / "version"
        self.path = self._folder / "file" / _name(address)
        self._file: BinaryIO | None = None

    def fetch(self, known: str) -> str:
        """Fetch the file and return its version; raise `NotModified` where it is ``known``, or what fetching raises."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            begun = self._version.read_text(encoding="utf-8") if self.path.exists() else ""
        except OSError:
            begun = ""
        self._file = self._locked()
        try:
            version = self._services.fetcher().resume(
                self._address,
                self._file,
                max_size=_MAX_DOWNLOAD,
                version=begun,
                known=known,
                on_version=lambda version: write_atomic(self._version, version.encode()),
            )
            self._file.flush()
        except NotModified:
            self.discard()
            raise
        return version

    def discard(self) -> None:
        """Forget the file, and let others fetch it."""
        with suppress(OSError):
            shutil.rmtree(self._folder)
        self.close()

    def close(self) -> None:
        """Let others fetch it, and go on with what is there."""
        if self._file is not None:
            self._file.close()

    def _locked(self) -> BinaryIO:
        """Open the file for this process alone, until it is closed."""
        file = self.path.open("r+b" if self.path.exists() else "w+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise FeedBusy(f"another process is fetching {redact(self._address)}", hint="wait for it") from error
        return file


def _name(address: str) -> str:
    """Return what the file of an address is called."""
    parts = [part for part in unquote(urlsplit(address).path).split("/") if part not in ("", ".", "..")]
    name = feed_name(parts) or "advisories"
    return Path(name.replace("\0", "")[-_MAX_NAME:]).name or "advisories"

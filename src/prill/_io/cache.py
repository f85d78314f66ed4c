"""The content-addressed cache: what was fetched, and what was computed from it.

::

    ROOT/blobs/sha256/ab/ab12…       bytes named by their digest, verified while they were written, synchronised to disk
    ROOT/derived/KIND/cd/cd34…       computed results, each behind its own checksum
    ROOT/partial/                    files that are being written
    ROOT/downloads/                  blobs that are on their way, for the next attempt (see `prill.oci.resumed`)
    ROOT/state/                      what must not be forgotten; never pruned (see `prill.distro.deb.suite_state`)

An entry comes into being by a rename and is never written again, so readers need no lock, and two processes that add
the same entry both win. Only `ContentCache.prune` removes entries; it waits for nobody and refuses to run beside
others. An entry's modification time is when it was last used.
"""

import fcntl
import io
import os
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from prill._io.atomic import CannotWrite, open_atomic, sweep, write_atomic, writing
from prill._io.clock import Clock, SystemClock
from prill._io.verified import DigestMismatch, SizeMismatch, Verifier
from prill.errors import PrillError
from prill.model import Digest
from prill.model.hashes import hasher, sha256

if TYPE_CHECKING:
    from prill._io.cache_entries import CacheInfo, Pruned

__all__ = ["CacheInUse", "ContentCache", "Source", "VerifiedFile"]

_CHUNK = 1 << 20
_TOUCH_AFTER = 3600
_MAGIC = b"prill\0\1\n"
_HEADER = len(_MAGIC) + 32
_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n# A cache of Prill's; see https://bford.info/cachedir/\n"


Source = bytes | memoryview | BinaryIO


class CacheInUse(PrillError):
    """Another process works with the cache that should be pruned."""


class VerifiedFile:
    """A file that is being written into the cache. ``seek(0)`` and ``truncate()`` begin it anew."""

    def __init__(self, file: BinaryIO, what: str, digest: Digest, size: int) -> None:
        self._file = file
        self._promised = (what, digest, size)
        self._verifier = Verifier(what, digest=digest, size=size)

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        """Write the next bytes; raise `SizeMismatch` as soon as there are too many."""
        self._verifier.feed(data)
        return self._file.write(data)

    def seek(self, position: int, /) -> int:
        """Go back to the beginning, the only place to go to."""
        if position:
            raise io.UnsupportedOperation(f"a blob is written from its beginning, not from byte {position!r}")
        return self._file.seek(0)

    def truncate(self) -> int:
        """Forget what was written."""
        what, digest, size = self._promised
        self._verifier = Verifier(what, digest=digest, size=size)
        return self._file.truncate(0)

    def finish(self) -> None:
        """Check the whole; raise `SizeMismatch` or `DigestMismatch`."""
        self._verifier.finish()


class ContentCache:
    """One cache folder, shared by threads and processes."""

    def __init__(self, root: Path, *, clock: Clock | None = None) -> None:
        self.root = root
        self.state = root / "state"
        self._clock = clock or SystemClock()
        self._guard = threading.Lock()
        self._in_use: int | None = None

    def find(self, digest: Digest) -> Path | None:
        """Return where the bytes of ``digest`` lie, or None. They were verified when they were written."""
        path = self._blob(digest)
        return path if self._use(path) else None

    def read(self, digest: Digest, size: int) -> bytes | None:
        """Return the ``size`` bytes of ``digest``, verified again; a damaged entry is removed and counts as absent."""
        data = io.BytesIO()
        return data.getvalue() if self._verified(digest, size, data.write) else None

    def find_good(self, digest: Digest, size: int) -> Path | None:
        """Return where the ``size`` bytes of ``digest`` lie, verified again; a damaged one is removed, and is None."""
        return self._verified(digest, size, len)

    def _verified(self, digest: Digest, size: int, note: Callable[[bytes], object]) -> Path | None:
        """Read an entry to its end, telling ``note`` of its bytes; return where it lies, if it is what it should be."""
        path = self.find(digest)
        if path is None:
            return None
        verifier = Verifier(str(path), digest=digest, size=size)
        try:
            with path.open("rb") as stream:
                verifier.announce(os.fstat(stream.fileno()).st_size)
                while chunk := stream.read(_CHUNK):
                    verifier.feed(chunk)
                    note(chunk)
            verifier.finish()
        except FileNotFoundError:
            return None
        except (SizeMismatch, DigestMismatch):
            self.discard(digest)
            return None
        return path

    def discard(self, digest: Digest) -> None:
        """Remove a blob that was found to be damaged."""
        self._blob(digest).unlink(missing_ok=True)

    @contextmanager
    def adding(self, digest: Digest, size: int, *, what: str = "") -> Iterator[VerifiedFile]:
        """Write a blob: it is there when the block ends well and the bytes are those of ``digest``; else it is not.

        Raise `SizeMismatch`, `DigestMismatch` or `prill._io.atomic.DiskFull`; ``what`` names the bytes in errors.
        """
        path = self._blob(digest)
        self._hold()
        with open_atomic(path, folder=self.root / "partial") as file:
            verified = VerifiedFile(file, what or str(digest), digest, size)
            yield verified
            verified.finish()

    def add(self, source: Source, digest: Digest, size: int, *, what: str = "") -> Path:
        """Store the bytes of ``digest`` and return where they lie; raise as `adding` does."""
        found = self.find(digest)
        if found is not None:
            return found
        with self.adding(digest, size, what=what) as file:
            for chunk in _chunks(source):
                file.write(chunk)
        return self._blob(digest)

    def derived(self, kind: str, key: str) -> bytes | None:
        """Return what was computed for ``key``, or None; a damaged or cut entry counts as absent."""
        path = self._derived(kind, key)
        if not self._use(path):
            return None
        with suppress(FileNotFoundError):
            stored = path.read_bytes()
            data = memoryview(stored)[_HEADER:]
            if stored[:_HEADER] == _MAGIC + _checksum(kind, key, data):
                return bytes(data)
            path.unlink(missing_ok=True)
        return None

    def has_derived(self, kind: str, key: str) -> bool:
        """Say whether there is an entry for ``key``, without reading it: it may turn out to be damaged."""
        return self._derived(kind, key).is_file()

    def put_derived(self, kind: str, key: str, data: bytes | memoryview) -> None:
        """Keep what was computed for ``key``. Not synchronised: the checksum tells a damaged entry."""
        self._hold()
        with open_atomic(self._derived(kind, key), folder=self.root / "partial", durable=False) as file:
            file.write(_MAGIC + _checksum(kind, key, memoryview(data)))
            file.write(data)

    def keeping(self, kind: str, key: str, encode: Callable[[], bytes]) -> Callable[[], None]:
        """Encode what was computed for ``key``, and return what keeps it when that is called.

        What cannot be encoded, such as text that is no Unicode, or cannot be written is not kept.
        """
        try:
            data = encode()
        except (UnicodeEncodeError, OverflowError):
            return _keep_nothing

        def keep() -> None:
            with suppress(CannotWrite):
                self.put_derived(kind, key, data)

        return keep

    def info(self) -> "CacheInfo":
        """Say how much of what kind is in the cache."""
        from prill._io.cache_entries import cache_entries, summarise  # noqa: PLC0415 - builds look at no entries

        return summarise(cache_entries(self.root))

    def prune(
        self, *, max_age: int | None = None, max_bytes: int | None = None, kinds: Iterable[str] | None = None
    ) -> "Pruned":
        """Remove what was not used for long, and what killed processes left behind.

        First go the entries of ``kinds`` (all, if not given) that nobody used for ``max_age`` seconds, then the least
        recently used until at most ``max_bytes`` are left of these kinds. Raise `CacheInUse` while another process
        works with the cache.
        """
        from prill._io.cache_entries import Pruned, cache_entries, choose_victims  # noqa: PLC0415

        now = self._clock.now()
        with self._alone():
            leftovers = sweep(self.root / "partial", now=now, min_age=0) + sweep(self.state, now=now)
            leftovers += sweep(self.root / "downloads", now=now, min_age=0, prefix="")
            victims = choose_victims(
                cache_entries(self.root), now=now, max_age=max_age, max_bytes=max_bytes, kinds=kinds
            )
            for victim in victims:
                with writing(victim.path):
                    victim.path.unlink(missing_ok=True)
        return Pruned(entries=len(victims), bytes=sum(victim.size for victim in victims), leftovers=leftovers)

    def _blob(self, digest: Digest) -> Path:
        return self.root / "blobs" / digest.algorithm / digest.hex[:2] / digest.hex

    def _derived(self, kind: str, key: str) -> Path:
        name = sha256(key.encode()).hex()
        return self.root / "derived" / kind / name[:2] / name

    def _use(self, path: Path) -> bool:
        """Return whether ``path`` is there, and note that it was used."""
        self._hold()
        try:
            used = path.stat().st_mtime
        except (FileNotFoundError, NotADirectoryError):
            return False
        if self._clock.now() - used > _TOUCH_AFTER:
            with suppress(OSError):
                os.utime(path)
        return True

    def _hold(self) -> None:
        """Tell other processes, until this object is gone, that the cache is in use."""
        if self._in_use is not None:
            return
        with self._guard:
            if self._in_use is None:
                self._in_use = self._open_lock()

    def _open_lock(self) -> int:
        try:
            if not self.root.exists():
                with writing(self.root):
                    self.root.mkdir(parents=True, exist_ok=True)
                    write_atomic(self.root / "CACHEDIR.TAG", _TAG, durable=False)
            descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except (OSError, CannotWrite):
            return -1  # a cache that cannot be written cannot be pruned either
        weakref.finalize(self, os.close, descriptor)
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._hold()
        descriptor = self._in_use
        if descriptor is None or descriptor < 0:
            with writing(self.root / "lock"):
                raise PermissionError("the cache folder cannot be written")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            hint = "wait until it is done; nothing was removed"
            raise CacheInUse(f"another process works with the cache {str(self.root)!r}", hint=hint) from error
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_SH)


def _chunks(source: Source) -> Iterator[bytes | memoryview]:
    if isinstance(source, bytes | memoryview):
        yield source
        return
    while chunk := source.read(_CHUNK):
        yield chunk


def _checksum(kind: str, key: str, data: memoryview) -> bytes:
    begin = f"{kind}\0{key}\0".encode()
    checksum = hasher("sha256", len(begin) + len(data))
    checksum.update(begin)
    checksum.update(data)
    return checksum.digest()


def _keep_nothing() -> None:
    """Stand for what cannot be kept."""

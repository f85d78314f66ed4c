"""``prill lock``: resolve a spec, fetch what it names, write its lock."""

from functools import partial
from pathlib import Path

from prill import __version__
from prill._io.atomic import write_atomic
from prill.api.archives import archive_for
from prill.api.release_archive import report_download
from prill.api.services import Services
from prill.api.sources import source_store
from prill.api.specs import NoLock, is_spec_there, load_spec, lock_path, places_of, read_lock
from prill.build.lock import Change, InvalidLock, Lock, encode_lock, lock_changes
from prill.build.locking import LockRequest, make_lock
from prill.model import Gap
from prill.model.structs import msgspec
from prill.model.value import dataclass, replace

__all__ = ["LockOutcome", "check_lock", "lock_spec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOutcome:
    """A lock as it would be now, the one that was there, and what differs."""

    path: Path
    lock: Lock
    former: Lock | None
    changes: tuple[Change, ...]
    gaps: tuple[Gap, ...]
    written: bool

    @property
    def matches(self) -> bool:
        """Whether the former lock would build the same images."""
        return self.former is not None and _substance(self.former) == _substance(self.lock)


def lock_spec(path: Path, services: Services) -> LockOutcome:
    """Resolve the spec at ``path`` and write its lock unless nothing changed; raise what resolving raises.

    A lock that cannot be read is replaced; the person is told.
    """
    is_spec_there(path)
    try:
        former = read_lock(lock_path(path))
    except NoLock:
        former = None
    except InvalidLock as error:
        services.note(f"the former lock is set aside: {error}")
        former = None
    outcome = _compare(path, former, services)
    if outcome.matches:
        return outcome
    write_atomic(outcome.path, encode_lock(outcome.lock))
    return replace(outcome, written=True)


def check_lock(path: Path, services: Services) -> LockOutcome:
    """Resolve the spec at ``path`` and compare with its lock; write nothing but the cache.

    Raise `InvalidLock` for a lock that cannot be read.
    """
    is_spec_there(path)
    try:
        former = read_lock(lock_path(path))
    except NoLock:
        former = None
    return _compare(path, former, services)


def _compare(path: Path, former: Lock | None, services: Services) -> LockOutcome:
    loaded = load_spec(path)
    archive = archive_for(loaded.spec, services)
    services.progress.update("reading the indexes of the archive", 0, 0)
    with places_of(path):
        lock = make_lock(
            LockRequest(
                spec=loaded.spec,
                inputs=loaded.inputs,
                prill=__version__,
                epoch=services.epoch,
                former=former,
                progress=partial(report_download, services),
            ),
            archive,
            source_store(path.parent, services),
        )
    changes = lock_changes(former, lock) if former is not None else ()
    return LockOutcome(
        path=lock_path(path), lock=lock, former=former, changes=changes, gaps=archive.notes, written=False
    )


def _substance(lock: Lock) -> Lock:
    """Return what decides the images: not which signed release said so, nor which Prill wrote it down."""
    return msgspec.structs.replace(lock, releases=(), prill="")

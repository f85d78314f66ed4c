"""A Debian archive, from its mirrors to verified bytes.

1. `Archive.releases` fetches each pocket's InRelease from the first mirror that has a good one (signature, identity,
   time, and not older than the last one seen there).
2. `Archive.packages` fetches the index files those Releases vouch for.
3. `Archive.fetch_all` fetches the packages an index, or a lock, vouches for.

Nothing is handed out before it was verified. With ``offline``, all comes from the cache and the state folder.
"""

import io
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from prill._io.cache import ContentCache
from prill._io.clock import Clock
from prill._io.fetch_errors import FetchFailed
from prill._io.http import Fetcher
from prill._io.parallel import run_parallel
from prill._io.urls import RedirectRefused, redact
from prill._io.verified import SizeMismatch
from prill.distro.deb.downloads import Downloads, Notes, Progress, ProgressMeter
from prill.distro.deb.indexes import cached_index, decode_index, index_choices, packages_paths
from prill.distro.deb.mirrors import Mirror, MirrorSource, roots_for
from prill.distro.deb.openpgp import Keyring
from prill.distro.deb.release import MAX_INRELEASE, IndexFile, SignedRelease, verify_inrelease
from prill.distro.deb.snapshot import SNAPSHOT, snapshot_root, snapshot_time
from prill.distro.deb.suite_state import SuiteState
from prill.distro.debian import Area, DebianRelease, Pocket
from prill.errors import PrillError
from prill.model import Digest, Gap
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = ["Archive", "InvalidPoolPath", "NoUsableMirror", "NotCached", "Wanted"]

_WORKERS = 6
_POOL_PATH = regex(r"(?!.*(?:^|/)\.{0,2}(?:/|$))[A-Za-z0-9_.+~:%@,=/-]{1,1024}")


class NoUsableMirror(PrillError):
    """None of the mirrors serves a pocket of the release."""


class NotCached(PrillError):
    """Without the network, something is needed that the cache does not have."""


class InvalidPoolPath(PrillError):
    """An index or a lock names a package's file in a way that leaves the archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A package's file: its path in the archive, size and SHA-256, and the pocket that vouched for it.

    ``released`` is the date of that pocket's Release; it tells which snapshot has the file when mirrors lost it.
    """

    filename: str
    size: int
    sha256: str
    pocket: str
    released: int | None = None

    def __post_init__(self) -> None:
        if not _POOL_PATH.fullmatch(self.filename):
            raise InvalidPoolPath(f"not a path in the archive: {self.filename[:160]!r}")


class Archive:
    """The archive of one release."""

    def __init__(
        self,
        release: DebianRelease,
        mirrors: Sequence[Mirror],
        fetcher: Fetcher,
        cache: ContentCache,
        *,
        clock: Clock,
        offline: bool = False,
        components: Sequence[str] = ("main",),
        snapshot: str | None = SNAPSHOT,
    ) -> None:
        self.release = release
        self._mirrors = tuple(mirrors)
        self._fetcher = fetcher
        self._cache = cache
        self._state = SuiteState(cache.state / "suites")
        self._clock = clock
        self._offline = offline
        self._components = tuple(components)
        self._snapshot = snapshot
        self._notes = Notes()
        self._downloads = Downloads(fetcher, cache, self._notes)
        self._found: dict[str, tuple[str, SignedRelease]] = {}
        self._judged: dict[tuple[str, str], bool] = {}
        self._judging = threading.Lock()

    @property
    def notes(self) -> tuple[Gap, ...]:
        """Return which mirrors were passed over and why, and how old what was used offline is."""
        return self._notes.all()

    def releases(self) -> tuple[SignedRelease, ...]:
        """Return the verified Release of each pocket, in their order.

        Raise `NoUsableMirror`, `NotCached`, or what `verify_inrelease` and `SuiteState` raise about a mirror that was
        asked for by name.
        """
        missing = [pocket for pocket in self.release.pockets if pocket.name not in self._found]
        find = self._remembered if self._offline else self._fetched
        for pocket, found in zip(missing, run_parallel(find, missing, workers=len(missing)), strict=True):
            self._found[pocket.name] = found
        self._name_unasked()
        return tuple(self._found[pocket.name][1] for pocket in self.release.pockets)

    def packages(self, architecture: str) -> tuple[tuple[SignedRelease, bytes], ...]:
        """Return the uncompressed ``Packages`` of each pocket and component, with the Release that vouches for it.

        Raise `NoSuchIndex` for an architecture or component the release does not have.
        """
        indexes = [
            (release, path)
            for release in self.releases()
            for component in self._components
            for path in packages_paths(release, component, architecture)
        ]
        data = run_parallel(lambda index: self._index(*index), indexes, workers=_WORKERS)
        return tuple((release, content) for (release, _), content in zip(indexes, data, strict=True))

    def fetch_all(
        self, wanted: Sequence[Wanted], *, progress: Callable[[Progress], None] | None = None
    ) -> dict[str, Path]:
        """Return where each wanted file lies, by its SHA-256; fetch those that are not in the cache.

        They are looked for on the mirrors, then in the snapshot of the time their Release was made. ``progress`` is
        called from one thread at a time. Raise `NotCached` with all that is missing, `Gone`, or what was wrong.
        """
        unique = list({item.sha256: item for item in wanted}.values())
        if self._offline:
            self._refuse_missing(unique)
        meter = ProgressMeter(progress, files=len(unique), size=sum(item.size for item in unique))

        def fetch(item: Wanted) -> Path:
            digest = Digest("sha256", item.sha256)
            path = self._downloads.into_cache(self._pool_sources(item), digest, item.size, on_bytes=meter.add)
            meter.add(0, files=1)
            return path

        paths = run_parallel(fetch, unique, workers=_WORKERS, stop=meter.stop)
        return {item.sha256: path for item, path in zip(unique, paths, strict=True)}

    def _fetched(self, pocket: Pocket) -> tuple[str, SignedRelease]:
        """Find the first root whose InRelease is good; raise what is wrong with a mirror asked for by name."""
        keyring = Keyring.read(pocket.keys)
        rejected: list[PrillError] = []
        for mirror, root in roots_for(self._mirrors, pocket.area):
            try:
                return root, self._fetch_release(mirror, root, pocket, keyring)
            except (FetchFailed, RedirectRefused, SizeMismatch) as error:
                self._notes.add(f"{root} ({pocket.name})", error)
            except PrillError as error:
                if mirror.explicit:
                    raise
                self._notes.add(f"{root} ({pocket.name})", error)
                rejected.append(error)
        if rejected:
            raise rejected[0]
        reasons = "".join(
            f"\n  {gap.subject}: {gap.reason}" for gap in self.notes if gap.subject.endswith(f"({pocket.name})")
        )
        raise NoUsableMirror(
            f"no mirror serves {pocket.name} of {self.release}{reasons}",
            hint="name one with --mirror, in the spec, or in the settings",
        )

    def _fetch_release(self, mirror: Mirror, root: str, pocket: Pocket, keyring: Keyring) -> SignedRelease:
        url = f"{root}/dists/{pocket.name}/InRelease"
        data = self._fetcher.fetch_bytes(url, max_size=MAX_INRELEASE)
        now = self._clock.now()
        release = verify_inrelease(
            data,
            pocket=pocket,
            origin=self.release.origin,
            keyring=keyring,
            now=now if mirror.timestamp is None else mirror.timestamp,
            url=redact(url),
        )
        self._state.accept(root, release, data, now=now)
        return release

    def _remembered(self, pocket: Pocket) -> tuple[str, SignedRelease]:
        """Return the newest Release that a mirror served before, judged at the time it was fetched."""
        for mirror, root in roots_for(self._mirrors, pocket.area):
            seen = self._state.last(root, pocket.name)
            if seen is None:
                continue
            release = verify_inrelease(
                seen.data,
                pocket=pocket,
                origin=self.release.origin,
                now=seen.seen if mirror.timestamp is None else mirror.timestamp,
                url=redact(f"{root}/dists/{pocket.name}/InRelease"),
            )
            age = max(0, self._clock.now() - seen.seen)
            self._notes.add(
                f"{root} ({pocket.name})", f"offline: as it was {age // 86_400} days {age % 86_400 // 3600} hours ago"
            )
            return root, release
        raise NotCached(
            f"{pocket.name} of {self.release} was never fetched from these mirrors",
            hint="run it once without --offline",
        )

    def _index(self, release: SignedRelease, path: str) -> bytes:
        whole = release.file(path)
        found = cached_index(self._cache, whole)
        if found is not None:
            return found
        packed = index_choices(release, path)[0]
        if self._offline:
            raise NotCached(f"{release.pocket}'s {path} is not in the cache", hint="run it once without --offline")
        sink = io.BytesIO()
        self._downloads.fetch(self._index_sources(release, packed), sink, Digest("sha256", packed.sha256), packed.size)
        return decode_index(self._cache, sink.getvalue(), packed, whole)

    def _index_sources(self, release: SignedRelease, file: IndexFile) -> Iterator[tuple[str, str]]:
        folder, _, _ = file.path.rpartition("/")
        by_hash = [f"{folder}/by-hash/SHA256/{file.sha256}"] if release.acquire_by_hash else []
        paths = [f"dists/{release.pocket}/{path}" for path in (*by_hash, file.path)]
        return ((root, path) for root in self._roots(release.pocket) for path in paths)

    def _pool_sources(self, item: Wanted) -> Iterator[tuple[str, str]]:
        """Yield where a package may be: on the mirrors, then in the snapshots of its time.

        A Release made at a time is in the snapshot that is taken a few hours later, and the packages it lists stay
        in the pool for longer; the snapshot before it is asked last.
        """
        path = quote(item.filename, safe="/+~:@,=")
        yield from ((root, path) for root in self._roots(item.pocket))
        found = self._found.get(item.pocket)
        released = item.released or (found[1].date if found else None)
        if self._snapshot and released is not None:
            archive = "debian-security" if self.release.pocket(item.pocket).area is Area.SECURITY else "debian"
            for time in dict.fromkeys((snapshot_time(released), released)):
                yield snapshot_root(self._snapshot, archive, time), path

    def _roots(self, pocket: str) -> Iterator[str]:
        """Yield the roots for a pocket, the one that served its Release first; of apt's only Debian's."""
        served = self._found[pocket][0] if pocket in self._found else None
        if served is not None:
            yield served
        for mirror, root in roots_for(self._mirrors, self.release.pocket(pocket).area):
            if root != served and (mirror.source is not MirrorSource.APT or self._is_debians(mirror, root, pocket)):
                yield root

    def _is_debians(self, mirror: Mirror, root: str, name: str) -> bool:
        """Return whether a root of apt's has, or had when it was last asked, a good Release of the pocket."""
        with self._judging:
            if (root, name) not in self._judged:
                self._judged[root, name] = self._state.last(root, name) is not None or self._serves(mirror, root, name)
            return self._judged[root, name]

    def _serves(self, mirror: Mirror, root: str, name: str) -> bool:
        pocket = self.release.pocket(name)
        try:
            self._fetch_release(mirror, root, pocket, Keyring.read(pocket.keys))
        except PrillError as error:
            self._notes.add(f"{root} ({name})", error)
            return False
        return True

    def _name_unasked(self) -> None:
        """Note which of apt's sources nothing was asked of."""
        used = {root for root, _ in self._found.values()} | {gap.subject.partition(" (")[0] for gap in self.notes}
        for mirror in self._mirrors:
            if mirror.source is MirrorSource.APT and mirror.url not in used and redact(mirror.url) not in used:
                self._notes.add(mirror.url, f"not asked: other sources of apt's have all of {self.release}")

    def _refuse_missing(self, wanted: Sequence[Wanted]) -> None:
        missing = [item for item in wanted if self._cache.find_good(Digest("sha256", item.sha256), item.size) is None]
        if missing:
            names = "".join(f"\n  {item.filename}" for item in sorted(missing, key=lambda item: item.filename))
            count = f"{len(missing)} packages are" if len(missing) > 1 else "one package is"
            raise NotCached(f"{count} not in the cache:{names}", hint="run it once without --offline")

"""Where ``files`` sources' bytes come from: the cache, the spec's folder, an address, an npm registry."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prill._io.cache import ContentCache
from prill.build.lock import LockedFile
from prill.build.spec import FileSource
from prill.errors import PrillError
from prill.model import Digest
from prill.model.value import dataclass, field

if TYPE_CHECKING:
    from prill._io.http import Fetcher
    from prill.build.npm import NpmRegistry

__all__ = ["NoNpmRegistry", "SourceChanged", "SourceOutside", "SourceStore", "SourceUnavailable"]

_MAX_DOWNLOAD = 4 << 30


class SourceChanged(PrillError):
    """A local file or folder is not what the lock says."""


class SourceUnavailable(PrillError):
    """A source's bytes cannot be had without the network."""


class NoNpmRegistry(PrillError):
    """Nobody says where npm packages are fetched from."""


class SourceOutside(PrillError):
    """A local source is a symlink that leaves the spec's folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStore:
    """Locks sources and returns their bytes, verified.

    ``folder`` is the spec's, to which local sources are relative, or None where an image is rebuilt from its lock
    alone; ``npm_registry`` says at which address npm packages are, and is asked only when one is wanted.
    """

    cache: ContentCache
    fetcher: "Callable[[], Fetcher]"
    folder: Path | None
    npm_registry: Callable[[], str | None]
    offline: bool = False
    _npm_versions: "dict[str, Any]" = field(default_factory=dict, repr=False)
    _read: set[tuple[FileSource, Digest]] = field(default_factory=set, repr=False)

    def lock(self, source: FileSource, *, architecture: str, architectures: Iterable[str] = ()) -> LockedFile:
        """Resolve a source to its digest; its bytes are in the cache afterwards.

        An npm package gets the newest version that there is for all ``architectures`` of the spec. What a build would
        refuse to take from the source is raised here already.
        """
        from prill.build.files import read_source, source_label  # noqa: PLC0415 - only for locking

        label = source_label(source, architecture=architecture)
        version = ""
        if source.source is not None:
            data = self._packed(label)
            digest = Digest.of(data)
        elif source.npm is not None:
            wanted = {one for one in architectures if not source.archs or one in source.archs}
            labels = sorted({source_label(source, architecture=one) for one in wanted} - {label})
            siblings = [one.removeprefix("npm:") for one in labels]
            release = self._npm(label).pick(label.removeprefix("npm:"), source.version or "", siblings=siblings)
            version, digest = release.version, release.digest
            label = f"{label}@{version}"
            data = self._cached(digest) or self._npm(label).tarball(release.name, version, digest)
        else:
            digest = Digest("sha256", source.sha256) if source.sha256 else Digest("sha512", source.sha512 or "")
            data = self._cached(digest) or self._download(label, digest)
        if (source, digest) not in self._read:
            read_source(source, data)
            self._read.add((source, digest))
        self.cache.add(data, digest, len(data), what=label)
        return LockedFile(source=label, destination=source.path, digest=str(digest), size=len(data), version=version)

    def blob(self, locked: LockedFile) -> bytes:
        """Return the bytes of a locked source; raise `SourceChanged`, `SourceUnavailable` or what fetching raises."""
        digest = Digest.parse(locked.digest)
        kind, _, rest = locked.source.partition(":")
        # A local source is looked at wherever its spec is: what the cache remembers may not be what lies there now.
        local = kind == "file" and self.folder is not None
        data = None if local else self.cache.read(digest, locked.size)
        if data is not None:
            return data
        if kind == "file":
            data = self._packed(locked.source)
            if Digest.of(data) != digest:
                raise SourceChanged(
                    f"{rest} is not what the lock says: its digest is {Digest.of(data)}, not {digest}",
                    hint="run prill lock to take the change over",
                )
        elif kind == "npm":
            name, _, version = rest.rpartition("@")
            data = self._npm(locked.source).tarball(name, version, digest)
        else:
            data = self._download(locked.source, digest)
        self.cache.add(data, digest, len(data), what=locked.source)
        return data

    def _cached(self, digest: Digest) -> bytes | None:
        path = self.cache.find(digest)
        return None if path is None else self.cache.read(digest, path.stat().st_size)

    def _packed(self, label: str) -> bytes:
        from prill.build.files import pack_local  # noqa: PLC0415 - only for local sources

        if self.folder is None:
            raise SourceUnavailable(
                f"{label} is not in the cache, and there is no spec beside which to look for it",
                hint="build from the spec, or keep the cache",
            )
        path = self.folder / label.removeprefix("file:")
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise SourceOutside(
                f"{path} leads to {path.resolve()}, outside the spec's folder",
                hint="copy it beside the spec; what an image is made of should not depend on the machine",
            )
        return pack_local(path)

    def _download(self, url: str, digest: Digest) -> bytes:
        self._need_network(url)
        return self.fetcher().fetch_bytes(url, max_size=_MAX_DOWNLOAD, expected=digest)

    def _npm(self, label: str) -> "NpmRegistry":
        self._need_network(label)
        address = self.npm_registry()
        if address is None:
            raise NoNpmRegistry(
                f"no npm registry is known for {label}",
                hint="set npm_config_registry, registry= in .npmrc, or [npm] registry in prill.toml",
            )
        from prill.build.npm import NpmRegistry  # noqa: PLC0415 - a build from the cache needs no registry

        return NpmRegistry(address=address, fetcher=self.fetcher(), known=self._npm_versions)

    def _need_network(self, label: str) -> None:
        if self.offline:
            raise SourceUnavailable(f"{label} is not in the cache, and --offline forbids fetching it")

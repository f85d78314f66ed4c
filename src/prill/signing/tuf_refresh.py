"""Fetching the newest trusted root by TUF: what is fetched is verified, up from a root that was there before.

The client is python-tuf's; bytes come through our own HTTP, bounded and without redirects to other hosts.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from prill._io.fetch_errors import FetchFailed, NotFound
from prill._io.http import Fetcher
from prill.errors import PrillError
from prill.model.value import dataclass

if TYPE_CHECKING:
    from tuf.ngclient.fetcher import FetcherInterface
    from tuf.ngclient.updater import Updater

__all__ = ["NoTuf", "RefreshFailed", "Refreshed", "refresh"]

_TARGETS = ("trusted_root.json", "signing_config.v0.2.json")
_MAX_BYTES = 8 << 20


class NoTuf(PrillError):
    """python-tuf, which fetches trusted roots, is not installed."""


class RefreshFailed(PrillError):
    """A repository's metadata or target is not what its keys sign, or has expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What the repository has: the trusted root, and the signing configuration where there is one."""

    trusted_root: bytes
    signing_config: bytes | None
    version: int
    """The number of the TUF root by which everything was verified."""


def refresh(url: str, *, root: bytes, state: Path, fetcher: Fetcher) -> Refreshed:
    """Fetch from the TUF repository at ``url``; ``root`` is trusted to begin with, ``state`` remembers what was seen.

    What was seen keeps an older state from being taken later (rollback). Raise `NoTuf`, `RefreshFailed` or a
    `FetchFailed`.
    """
    try:
        from tuf.api.exceptions import DownloadError, RepositoryError  # noqa: PLC0415 - an extra
        from tuf.ngclient.updater import Updater  # noqa: PLC0415
    except ImportError as error:
        raise NoTuf("python-tuf is not installed", hint="pip install 'prill[signing]'") from error
    state.mkdir(parents=True, exist_ok=True)
    base = url.rstrip("/")
    with tempfile.TemporaryDirectory() as folder:
        try:
            updater = Updater(
                metadata_dir=str(state),
                metadata_base_url=f"{base}/",
                target_dir=folder,
                target_base_url=f"{base}/targets/",
                fetcher=_tuf_fetcher(fetcher),
                bootstrap=root,
            )
            updater.refresh()
            found = [_target(updater, name) for name in _TARGETS]
        except DownloadError as error:
            if isinstance(error.__cause__, FetchFailed):
                raise error.__cause__ from error
            raise RefreshFailed(f"{url} cannot be read: {error}") from error
        except (RepositoryError, ValueError, OSError) as error:
            raise RefreshFailed(
                f"{url} is not what its keys sign: {error}", hint="is the clock right, and the address?"
            ) from error
        version = int(updater._trusted_set.root.version)  # noqa: SLF001 - python-tuf says it nowhere else
    if found[0] is None:
        raise RefreshFailed(f"{url} has no {_TARGETS[0]}")
    return Refreshed(trusted_root=found[0], signing_config=found[1], version=version)


def _target(updater: "Updater", name: str) -> bytes | None:
    info = updater.get_targetinfo(name)
    return Path(updater.download_target(info)).read_bytes() if info else None


def _tuf_fetcher(fetcher: Fetcher) -> "FetcherInterface":
    """Return python-tuf's kind of fetcher over ours."""
    from tuf.api.exceptions import DownloadHTTPError  # noqa: PLC0415 - an extra
    from tuf.ngclient.fetcher import FetcherInterface  # noqa: PLC0415

    class OurFetcher(FetcherInterface):
        def _fetch(self, url: str) -> Iterator[bytes]:
            try:
                return iter((fetcher.fetch_bytes(url, max_size=_MAX_BYTES),))
            except NotFound as error:
                raise DownloadHTTPError(str(error), 404) from error

    return OurFetcher()

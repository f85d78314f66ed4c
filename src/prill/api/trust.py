"""Which trusted root counts: one that is named, else the newer of what was fetched and what ships."""

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from prill._io.regular import read_regular
from prill.errors import PrillError
from prill.model import Digest
from prill.signing.trusted_root import TrustedRoot

if TYPE_CHECKING:
    from prill._io.http import Fetcher
    from prill.signing.tuf_refresh import Refreshed

__all__ = ["NoTrustedRoot", "fetched_root_path", "load_trust", "shipped_root", "update_trust"]

_MAX_BYTES = 4 << 20


class NoTrustedRoot(PrillError):
    """The file that should hold a trusted root is not there, or cannot be read."""


def shipped_root() -> bytes:
    """Return the root of Sigstore's public instance that ships with Prill (``signing/roots/README.md``)."""
    return (files("prill.signing") / "roots" / "sigstore.json").read_bytes()


def fetched_root_path(cache: Path) -> Path:
    """Return where `prill trust update` keeps what it fetched; pruning the cache leaves it alone."""
    return cache / "state" / "trust" / "sigstore.json"


def load_trust(path: Path | None, cache: Path | None = None) -> TrustedRoot:
    """Read ``path``; without one, what `prill trust update` fetched last, or what ships. Raise `NoTrustedRoot`."""
    if path is not None:
        return TrustedRoot.parse(_read(path))
    if cache is not None:
        try:
            return TrustedRoot.parse(_read(fetched_root_path(cache)))
        except NoTrustedRoot as error:
            if not isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
                raise
    return TrustedRoot.parse(shipped_root())


def _read(path: Path) -> bytes:
    try:
        data = read_regular(path, _MAX_BYTES)
    except OSError as error:
        raise NoTrustedRoot(f"the trusted root {str(path)[:160]!r} cannot be read: {error.strerror}") from error
    if len(data) > _MAX_BYTES:
        raise NoTrustedRoot(f"the trusted root {str(path)[:160]!r} has more than {_MAX_BYTES} bytes")
    return data


def update_trust(cache: Path, *, url: str, root: Path | None, fetcher: "Fetcher") -> "Refreshed":
    """Fetch the newest trusted root by TUF and keep it; raise `NoTuf`, `RefreshFailed` or a `FetchFailed`.

    Without ``root``, the TUF root that ships is where trust begins. What was kept before stays where this fails.
    """
    from prill._io.atomic import write_atomic  # noqa: PLC0415 - verifying writes nothing
    from prill.signing.tuf_refresh import refresh  # noqa: PLC0415

    begin = (files("prill.signing") / "roots" / "sigstore-tuf-root.json").read_bytes() if root is None else _read(root)
    place = fetched_root_path(cache)
    state = place.parent / f"tuf-{Digest.of(url.encode()).hex[:16]}"
    found = refresh(url, root=begin, state=state, fetcher=fetcher)
    TrustedRoot.parse(found.trusted_root)
    write_atomic(place, found.trusted_root)
    return found

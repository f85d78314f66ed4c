"""``Packages`` files: which form of one to fetch, and what it unpacks to.

The signed Release says size and SHA-256 of each form and of the unpacked file, so both are bounded before they are
read. The unpacked form is kept, as unpacking takes longer than everything else about a lock.
"""

from prill._io.cache import ContentCache
from prill._io.verified import Verifier
from prill.archive.bounds import BoundExceeded, Limits
from prill.archive.codecs import Codec, CorruptStream, decode
from prill.distro.deb.release import IndexFile, InvalidRelease, SignedRelease
from prill.model import Digest

__all__ = ["cached_index", "decode_index", "index_choices", "packages_paths"]

_KIND = "indexes"
_FORMS = ((".xz", Codec.XZ), (".gz", Codec.GZIP), ("", Codec.NONE))


def packages_paths(release: SignedRelease, component: str, architecture: str) -> tuple[str, ...]:
    """Return the ``Packages`` files that list an architecture's packages; raise `NoSuchIndex`.

    Packages for all architectures stand in each architecture's file, unless the Release keeps them apart.
    """
    path = f"{component}/binary-{architecture}/Packages"
    release.file(path)
    apart = f"{component}/binary-all/Packages"
    listed = "all" in release.architectures and release.architecture_all_apart and apart in release.files
    return (path, apart) if listed else (path,)


def index_choices(release: SignedRelease, path: str) -> tuple[IndexFile, ...]:
    """Return the forms in which a file can be fetched, the smallest kind first."""
    names = (path + suffix for suffix, _ in _FORMS)
    return tuple(release.files[name] for name in names if name in release.files)


def cached_index(cache: ContentCache, whole: IndexFile) -> bytes | None:
    """Return the unpacked file if an earlier run left it."""
    if not whole.size:
        return b""
    return cache.derived(_KIND, whole.sha256)


def decode_index(cache: ContentCache, data: bytes, packed: IndexFile, whole: IndexFile) -> bytes:
    """Unpack ``data``, the verified form ``packed``, verify it as ``whole``, and keep it; raise `InvalidRelease`."""
    codec = next(codec for suffix, codec in _FORMS if packed.path == whole.path + suffix)
    limits = Limits(max_total_size=whole.size, max_ratio=10_000)
    try:
        content = decode(data, codec, limits=limits)
    except (BoundExceeded, CorruptStream) as error:
        raise InvalidRelease(f"{packed.path} is not what the Release says: {error}") from error
    verifier = Verifier(whole.path, digest=Digest("sha256", whole.sha256), size=whole.size)
    verifier.feed(content)
    verifier.finish()
    cache.put_derived(_KIND, whole.sha256, content)
    return content

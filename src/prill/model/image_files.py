"""The files of an image, one by one, with where each comes from."""

from prill.model.digest import Digest
from prill.model.files import FileStat
from prill.model.value import dataclass

__all__ = ["ListedFile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """One entry of the merged tree.

    ``layer`` is the place of the layer that brought its name, the lowest being 1, and 0 in a folder. ``package`` is the
    purl of the package that it belongs to, or empty. ``digest`` is that of a regular file's content, where it was read.
    """

    stat: FileStat
    layer: int = 0
    package: str = ""
    digest: Digest | None = None

"""A list of images that may be built on: by registry, repository and, where it is written, tag.

In ``registry/path``, ``*`` stands for whole parts of the path and for everything below where it is the last of them; in
a tag, for any characters. A ``*`` beside other characters of a path would let lookalikes in, and is refused.
"""

from fnmatch import fnmatchcase

from prill.dockerfile.image_names import split_image
from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["AllowedBase", "InvalidAllowedBase"]

_HUB = "docker.io"


class InvalidAllowedBase(PrillError):
    """An entry of the list is no image's name, or would allow more than it seems to."""


@dataclass(frozen=True, slots=True)
class AllowedBase:
    """One entry: ``path`` begins with the registry; ``tag`` is "" for any."""

    path: tuple[str, ...]
    tag: str = ""

    @classmethod
    def parse(cls, text: str) -> "AllowedBase":
        """Read ``gcr.io/distroless/*`` or ``debian:13-slim``; raise `InvalidAllowedBase`."""
        path, tag = _parts(text)
        for part in path:
            if not part or (part != "*" and set(part) & set("*?[]")):
                raise InvalidAllowedBase(
                    f"no image that may be allowed: {text!r}",
                    hint="* stands for a whole part of a path: gcr.io/distroless/*",
                )
        return cls(path, tag)

    def allows(self, image: str) -> bool:
        """Whether an image, as a FROM names it, is meant."""
        path, tag = _parts(image)
        if self.tag and not fnmatchcase(tag, self.tag):
            return False
        below = self.path[-1] == "*" and len(path) >= len(self.path)
        pairs = zip(self.path, path, strict=False)
        return (below or len(path) == len(self.path)) and all(mine in ("*", theirs) for mine, theirs in pairs)


def _parts(text: str) -> tuple[tuple[str, ...], str]:
    """Return the registry and the parts of the repository, Docker Hub's written out, and the tag."""
    name = split_image(text.strip())
    path = tuple(name.repository.split("/"))
    if not name.registry and len(path) == 1 and path != ("*",):
        path = ("library", *path)
    registry = name.registry or ("*" if path == ("*",) else _HUB)
    return (registry, *path), name.tag

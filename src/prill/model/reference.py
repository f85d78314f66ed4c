"""Names of images, as Docker's reference grammar normalises them."""

import re

from prill.errors import PrillError
from prill.model.digest import Digest, InvalidDigest
from prill.model.regex import regex
from prill.model.value import dataclass, replace

__all__ = ["DEFAULT_REGISTRY", "DEFAULT_TAG", "ImageReference", "InvalidReference"]

DEFAULT_REGISTRY = "docker.io"
DEFAULT_TAG = "latest"

_MAX_TEXT = 1024
_MAX_NAME = 255  # registry and repository together, as distribution/reference counts
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_REGISTRY = regex(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:.]+\])(?::[0-9]{{1,5}})?")
_PATH_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = regex(rf"{_PATH_PART}(?:/{_PATH_PART})*")
_TAG = regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_IMAGE_ID = r"[0-9a-f]{64}"


class InvalidReference(PrillError):
    """A text that should have named an image does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReference:
    """``registry/repository[:tag][@digest]``, normalised once.

    A name without a registry belongs to ``docker.io``, one without a namespace there to ``library``. ``tag`` is empty
    only where a digest stands instead.
    """

    registry: str
    repository: str
    tag: str = ""
    digest: Digest | None = None

    def __post_init__(self) -> None:
        if not _REGISTRY.fullmatch(self.registry):
            raise InvalidReference(f"not a registry's name: {self.registry[:160]!r}", hint="write host or host:port")
        if not _REPOSITORY.fullmatch(self.repository):
            raise InvalidReference(
                f"not a repository's name: {self.repository[:160]!r}",
                hint="lower-case letters and digits, separated by '/', '.', '-' or '_'",
            )
        if len(self.registry) + 1 + len(self.repository) > _MAX_NAME:
            raise InvalidReference(f"the name {self.repository[:160]!r} is longer than {_MAX_NAME} characters")
        if self.tag and not _TAG.fullmatch(self.tag):
            raise InvalidReference(f"not a tag: {self.tag[:160]!r}", hint="up to 128 letters, digits, '_', '.' and '-'")
        if not self.tag and self.digest is None:
            raise InvalidReference(f"{self.repository!r} has neither a tag nor a digest")

    @classmethod
    def parse(cls, text: str) -> "ImageReference":
        """Read a reference as ``docker pull`` would; raise `InvalidReference` otherwise.

        The part before the first slash is a registry if it has a dot, a colon or a capital letter, or is
        ``localhost`` (distribution/reference, ``splitDockerDomain``). With neither tag nor digest, ``latest``.
        """
        if not text or len(text) > _MAX_TEXT:
            raise InvalidReference(f"not an image's name: {text[:160]!r}")
        name, at, digest_text = text.partition("@")
        try:
            digest = Digest.parse(digest_text) if at else None
        except InvalidDigest as error:
            raise InvalidReference(f"not an image's name: {text[:160]!r}: {error}", hint=error.hint) from error
        head, slash, rest = name.partition("/")
        if not slash or not _names_registry(head):
            head, rest = DEFAULT_REGISTRY, name
        repository, colon, tag = rest.partition(":")
        if colon and not tag:
            raise InvalidReference(f"not an image's name: {text[:160]!r}", hint="a tag follows the colon")
        if head in {DEFAULT_REGISTRY, "index.docker.io"}:
            head = DEFAULT_REGISTRY
            if re.fullmatch(_IMAGE_ID, repository):
                raise InvalidReference(f"{repository!r} looks like an image ID, not like a name")
            if "/" not in repository:
                repository = f"library/{repository}"
        if not tag and digest is None:
            tag = DEFAULT_TAG
        return cls(registry=head, repository=repository, tag=tag, digest=digest)

    @property
    def name(self) -> str:
        """Return ``registry/repository``."""
        return f"{self.registry}/{self.repository}"

    def pinned(self, digest: Digest) -> "ImageReference":
        """Return the same name with ``digest``; the tag stays, for people to read."""
        return replace(self, digest=digest)

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.name}{tag}@{self.digest}" if self.digest else f"{self.name}{tag}"


def _names_registry(head: str) -> bool:
    return head == "localhost" or "." in head or ":" in head or head != head.lower()

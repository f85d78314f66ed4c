"""The parts of an image's name as it stands in a FROM; for complete names there is `prill.model.ImageReference`."""

import re
from typing import NamedTuple

from prill.model.regex import regex

__all__ = ["ImageName", "is_allowed", "is_image_name", "split_image"]

_PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_NAME = regex(
    rf"(?![0-9a-f]{{64}}\Z)((?:(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?/)?{_PART}(?:/{_PART})*)"
    r"(?::\w[\w.-]{0,127})?(?:@(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}))?",
    re.ASCII,
)
_MAX_NAME = 255


class ImageName(NamedTuple):
    """A name taken apart: ``registry`` is "" where none is written, ``tag`` and ``digest`` where there is none."""

    registry: str
    repository: str
    tag: str
    digest: str


def split_image(text: str) -> ImageName:
    """Take ``registry.example:5000/team/app:1@sha256:…`` apart; nothing is checked, and ``${…}`` is kept whole."""
    name, _, digest = _outside(text).partition("@")
    slash = name.rfind("/")
    colon = name.find(":", slash + 1)
    cut = colon if colon >= 0 else len(name)
    first, separator, _ = name[:cut].partition("/")
    registry = text[: len(first)] if separator and ("." in first or ":" in first or first == "localhost") else ""
    repository = text[len(registry) + 1 if registry else 0 : cut]
    tag = text[cut + 1 : len(name)] if colon >= 0 else ""
    return ImageName(registry, repository, tag, text[len(name) + 1 :] if digest else "")


def _outside(text: str) -> str:
    """Blank out what is between ``${`` and ``}``, so that separators inside do not count."""
    if "${" not in text:
        return text
    out, depth = [], 0
    for place, char in enumerate(text):
        depth += char == "{" and text[place - 1 : place] == "$"
        out.append("_" if depth else char)
        depth -= char == "}" and depth > 0
    return "".join(out)


def is_image_name(text: str) -> bool:
    """Whether BuildKit takes a text without variables for an image's name (distribution/reference)."""
    found = _NAME.fullmatch(text)
    return found is not None and len(found[1]) <= _MAX_NAME


def is_allowed(text: str, registries: tuple[str, ...]) -> bool:
    """Whether an image's registry is on a list; in it, ``*`` is all, ``*.example`` an end, ``example*`` a beginning."""
    written = split_image(text).registry
    registry = written or "docker.io"
    names = {registry, "*"} | (set() if written else {"hub.docker.com"})  # what hadolint takes for one not written
    for pattern in registries:
        if pattern in names:
            return True
        if pattern[:1] == "*" and registry.endswith(pattern[1:]):
            return True
        if pattern[-1:] == "*" and registry.startswith(pattern[:-1]):
            return True
    return False

"""Facts in words: sizes, dates, packages and places as people read them."""

from urllib.parse import unquote

from prill.model import Location
from prill.model.fact_values import Support

__all__ = ["Places", "day", "package_name", "support_words"]

_DAY = 10


class Places:
    """Where evidence is: a path, and the number of its layer, counted from 1."""

    def __init__(self, layers: tuple[str, ...]) -> None:
        self._numbers = {layer: number for number, layer in reversed(list(enumerate(layers, 1)))}

    def path(self, evidence: tuple[Location, ...]) -> str:
        """Return the first path, and how many more there are."""
        if not evidence or not evidence[0].path:
            return ""
        more = f" and {len(evidence) - 1} more" if len(evidence) > 1 else ""
        return f"/{evidence[0].path}{more}"

    def layer(self, evidence: tuple[Location, ...]) -> str:
        """Return the number of the first place's layer, or nothing for a folder."""
        return str(self._numbers.get(evidence[0].layer, "")) if evidence else ""


def package_name(purl: str) -> str:
    """Return the name in a purl: ``bash`` of ``pkg:deb/debian/bash@5.2.15?arch=amd64``."""
    path = purl.partition("?")[0].rpartition("@")[0] or purl.partition("?")[0]
    kind, _, name = path.removeprefix("pkg:").partition("/")
    name = unquote(name)
    return name.rpartition("/")[2] if kind in ("deb", "apk", "rpm", "alpm") else name


def support_words(support: Support | None) -> str:
    """Say until when something is supported; a status always stands there as a word."""
    if support is None:
        return "rolling"
    match support.status:
        case "supported":
            return f"supported until {support.ends}" if support.ends else "supported, no end announced"
        case "extended":
            return f"{support.extended_name} until {support.extended}; ordinary support ended {support.ends}"
        case "ended":
            return f"ENDED {support.extended or support.ends}"
    return "not known"


def day(time: str) -> str:
    """Return the day of a time in ISO 8601."""
    return time[:_DAY]

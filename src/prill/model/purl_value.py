"""A package URL as a value, and its one canonical spelling (purl-spec, "How to parse" and "How to build").

In the canonical text the qualifiers are sorted and everything is percent-encoded but letters, digits, ``.``, ``-``,
``_``, ``~`` and the colon. Bytes that are not UTF-8 survive, as Python's surrogate escapes.
"""

import re
from collections.abc import Mapping

from prill.model.purl_types import InvalidPurl, normalise
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = ["InvalidPurl", "Purl", "build_purl"]

_MAX_LENGTH = 8192
_TYPE = re.compile(r"[a-z][a-z0-9.+-]*")
_KEY = re.compile(r"[a-z][a-z0-9._-]*")
_PLAIN = re.compile(r"[A-Za-z0-9.\-_~:]*")
_BYTES = tuple(chr(byte) if _PLAIN.fullmatch(chr(byte)) and byte < 128 else f"%{byte:02X}" for byte in range(256))  # noqa: PLR2004
_HEX = regex(rb"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purl:
    """One package's name in the world, normalised by the rules of its type; made by `parse` and `of`.

    ``namespace`` has its parts joined by slashes; ``qualifiers`` are sorted by key.
    """

    type: str
    name: str
    namespace: str = ""
    version: str = ""
    qualifiers: tuple[tuple[str, str], ...] = ()
    subpath: str = ""

    @classmethod
    def of(
        cls,
        *,
        type: str,  # noqa: A002 - purl-spec's own word
        name: str,
        namespace: str = "",
        version: str = "",
        qualifiers: Mapping[str, str] | None = None,
        subpath: str = "",
    ) -> "Purl":
        """Normalise and check the parts, which are not percent-encoded; raise `InvalidPurl`.

        Qualifiers without a value are left out.
        """
        kind = type.lower()
        if not _TYPE.fullmatch(kind):
            raise InvalidPurl(f"not a package URL's type: {type[:160]!r}", hint="letters, digits, dot and hyphen")
        found = {key.lower(): value for key, value in (qualifiers or {}).items() if value}
        for key in found:
            if not _KEY.fullmatch(key):
                raise InvalidPurl(f"not a qualifier's key: {key[:160]!r}", hint="letters, digits, '.', '-' and '_'")
        if "/" in namespace:
            namespace = "/".join(part for part in namespace.split("/") if part)
        name = name.strip("/")
        if not name:
            raise InvalidPurl(f"a {kind} package without a name has no package URL")
        namespace, name, version = normalise(kind, namespace, name, version, found)
        if subpath:
            subpath = "/".join(part for part in subpath.split("/") if part not in ("", ".", ".."))
        return cls(
            type=kind,
            name=name,
            namespace=namespace,
            version=version,
            qualifiers=tuple(sorted(found.items())),
            subpath=subpath,
        )

    @classmethod
    def parse(cls, text: str) -> "Purl":
        """Read a package URL in any spelling; raise `InvalidPurl`."""
        if len(text) > _MAX_LENGTH:
            raise InvalidPurl(f"a package URL of {len(text)} characters: {text[:160]!r}…")
        rest, _, subpath = text.rpartition("#") if "#" in text else (text, "", "")
        rest, _, query = rest.rpartition("?") if "?" in rest else (rest, "", "")
        scheme, colon, rest = rest.partition(":")
        if not colon or scheme.lower() != "pkg":
            raise InvalidPurl(f"not a package URL: {text[:160]!r}", hint="pkg:TYPE/NAMESPACE/NAME@VERSION")
        kind, slash, rest = rest.lstrip("/").partition("/")
        if not slash:
            raise InvalidPurl(f"no type or no name in the package URL {text[:160]!r}")
        rest, version = _split_version(rest.strip("/"))
        namespace, _, name = rest.rpartition("/")
        return cls.of(
            type=kind,
            namespace="/".join(_segment(part, text) for part in namespace.split("/")),
            name=_decode(name),
            version=_decode(version),
            qualifiers=_qualifiers(query, text) if query else None,
            subpath="/".join(_segment(part, text) for part in subpath.split("/")),
        )

    def qualifier(self, key: str) -> str:
        """Return the value of a qualifier, empty where there is none."""
        return next((value for name, value in self.qualifiers if name == key), "")

    def __str__(self) -> str:
        path = _encode_path(self.name) if self.type == "git" else _encode(self.name)
        text = f"pkg:{self.type}/{_encode_path(self.namespace)}/{path}" if self.namespace else f"pkg:{self.type}/{path}"
        if self.version:
            text += f"@{_encode(self.version)}"
        if self.qualifiers:
            text += "?" + "&".join([f"{key}={_encode(value)}" for key, value in self.qualifiers])
        if self.subpath:
            text += f"#{_encode_path(self.subpath)}"
        if len(text) > _MAX_LENGTH:
            raise InvalidPurl(f"a package URL of {len(text)} characters: {text[:160]!r}…")
        return text


def build_purl(
    *,
    type: str,  # noqa: A002 - purl-spec's own word
    name: str,
    namespace: str = "",
    version: str = "",
    qualifiers: Mapping[str, str] | None = None,
    subpath: str = "",
) -> str:
    """Return the canonical package URL of the parts, which are not percent-encoded; raise `InvalidPurl`."""
    return str(
        Purl.of(type=type, namespace=namespace, name=name, version=version, qualifiers=qualifiers, subpath=subpath)
    )


def _split_version(rest: str) -> tuple[str, str]:
    """Split at the last ``@``; one that begins a part belongs to a scope such as ``@babel/core``."""
    at = rest.rfind("@")
    if at < 0:
        return rest, ""
    if at == 0 or rest[at - 1] == "/":
        if "/" in rest[at:]:
            return rest, ""
        raise InvalidPurl(f"no name before the version in {rest[:160]!r}")
    return rest[:at], rest[at + 1 :]


def _qualifiers(query: str, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if not value:
            continue
        if key.lower() in found:
            raise InvalidPurl(f"the qualifier {key[:160]!r} stands twice in {text[:160]!r}")
        found[key.lower()] = _decode(value)
    return found


def _segment(part: str, text: str) -> str:
    decoded = _decode(part)
    if decoded is not part and "/" in decoded:
        raise InvalidPurl(f"an encoded slash inside a part of {text[:160]!r}")
    return decoded


def _encode(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return "".join([_BYTES[byte] for byte in text.encode("utf-8", "surrogateescape")])


def _encode_path(text: str) -> str:
    return "/".join([_encode(part) for part in text.split("/")]) if "/" in text else _encode(text)


def _decode(text: str) -> str:
    if "%" not in text:
        return text
    data = _HEX.sub(lambda match: bytes((int(match[1], 16),)), text.encode("utf-8", "surrogateescape"))
    return data.decode("utf-8", "surrogateescape")

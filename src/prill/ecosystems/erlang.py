"""Application resource files (erlang.org, "app"), as Erlang's and Elixir's compilers write them for what they build.

Such a file is an Erlang term; what is wanted of it is recognised, nothing is run.
"""

from prill.ecosystems.locked import text_of
from prill.errors import PrillError
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = ["InvalidApp", "OtpApplication", "parse_app"]

_MAX_VALUE = 400
_COMMENT = regex(r"(?:^|\n)[ \t]*%[^\n]*")
_ATOM = r"(?:'([A-Za-z0-9_@.]+)'|([a-z][A-Za-z0-9_@]*))"
_APPLICATION = regex(rf"\s*\{{\s*application\s*,\s*{_ATOM}\s*,")
_VERSION = regex(r'\{\s*vsn\s*,\s*"([^"\\\n]*)"\s*\}')
_DESCRIPTION = regex(r'\{\s*description\s*,\s*"([^"\\]*)"\s*\}')
_NEEDS = regex(r"\{\s*applications\s*,\s*\[([^\[\]{}]*)\]")
_NEED = regex(_ATOM)
_SPELLED = regex(r"[A-Za-z0-9][A-Za-z0-9_.+~-]*")


class InvalidApp(PrillError):
    """An application resource file names no application, or no version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtpApplication:
    """One application; ``requires`` are the names of those that are started before it."""

    name: str
    version: str
    summary: str = ""
    requires: tuple[str, ...] = ()


def parse_app(data: bytes) -> OtpApplication:
    """Read a file; raise `InvalidApp`, or `InvalidLockFile` for what is no text."""
    text = _COMMENT.sub("", text_of(data, "application resource file"))
    named, version = _APPLICATION.match(text), _VERSION.search(text)
    if named is None or version is None or not _SPELLED.fullmatch(version[1]):
        raise InvalidApp(f"an application resource file that begins with {text[:80]!r}, without a name and a version")
    described, needs = _DESCRIPTION.search(text), _NEEDS.search(text)
    return OtpApplication(
        name=named[1] or named[2],
        version=version[1],
        summary=" ".join(described[1].split())[:_MAX_VALUE] if described else "",
        requires=tuple(sorted({one[0] or one[1] for one in _NEED.findall(needs[1])})) if needs else (),
    )

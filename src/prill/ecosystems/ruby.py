"""Ruby gems as RubyGems installs them: ``specifications/NAME-VERSION.gemspec``.

Such a file is Ruby, but written by RubyGems itself in one fixed form (``Gem::Specification#to_ruby``), of which lines
are recognised; nothing is run. Its ``# stub:`` line has name, version and platform.
"""

import posixpath
import re
import sys

from prill.errors import PrillError
from prill.model.license_expressions import stated_license
from prill.model.value import dataclass

__all__ = ["Gem", "InvalidGemspec", "parse_gemspec"]

_MAX_VALUE = 1000
_STUB = re.compile(r"^# stub: (\S+) (\S+) (\S+)", re.MULTILINE)
_TEXT = r'(?:"((?:[^"\\\n]|\\.)*)"|%q<([^>\n]*)>)(?:\.freeze)?'
_FIELD = re.compile(rf"^\s*s\.(name|version|platform|summary|homepage|license) = {_TEXT}", re.MULTILINE)
_LIST = re.compile(r"^\s*s\.(licenses|authors) = \[([^\]\n]*)\]", re.MULTILINE)
_ITEM = re.compile(_TEXT)
_NEEDS = re.compile(rf"^\s*s\.add_(?:runtime_)?dependency\({_TEXT}", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.-]*")
_FILE = re.compile(r"(.+)-([0-9][0-9A-Za-z.]*)(?:-([a-z0-9_]+(?:-[a-z0-9_]+)*))?\.gemspec")
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|(.))")
_ANY_PLATFORM = "ruby"


class InvalidGemspec(PrillError):
    """A gemspec names no gem, or is not in the form in which RubyGems installs them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gem:
    """One gem; ``platform`` is empty for those that run anywhere. ``requires`` are names, not those for development."""

    name: str
    version: str
    platform: str = ""
    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    author: str = ""
    requires: tuple[str, ...] = ()


def parse_gemspec(data: bytes, path: str) -> Gem:
    """Read an installed gemspec; ``path`` names the gem where the file does so in Ruby. Raise `InvalidGemspec`."""
    text = data.decode("utf-8", "replace")
    fields = {match[1]: _text(match, 2) for match in reversed(list(_FIELD.finditer(text)))}
    lists = {match[1]: [_text(item, 1) for item in _ITEM.finditer(match[2])] for match in _LIST.finditer(text)}
    name, version, platform = fields.get("name", ""), fields.get("version", ""), fields.get("platform", "")
    if stub := _STUB.search(text):
        name, version, platform = stub.groups()
    elif not version and (match := _FILE.fullmatch(posixpath.basename(path))):
        name, version, platform = match[1], match[2], match[3] or ""
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        raise InvalidGemspec(f"a gemspec with the name {name[:80]!r} and the version {version[:80]!r}")
    stated = lists.get("licenses", []) or [fields.get("license", "")]
    return Gem(
        name=name,
        version=version,
        platform="" if platform == _ANY_PLATFORM else platform,
        licenses=stated_license("\n".join(stated)),
        summary=fields.get("summary", ""),
        homepage=fields.get("homepage", ""),
        author=", ".join(lists.get("authors", ())),
        requires=tuple(sorted({_text(match, 1) for match in _NEEDS.finditer(text)})),
    )


def _text(match: re.Match[str], group: int) -> str:
    quoted = match[group]
    text = match[group + 1] if quoted is None else _ESCAPE.sub(_unescaped, quoted)
    return text.strip()[:_MAX_VALUE]


def _unescaped(match: re.Match[str]) -> str:
    """Return the character that Ruby's ``String#dump`` wrote as an escape; ``?`` for what is no character."""
    number = int(match[1] or match[2] or "0", 16)
    if not number:
        return " " if match[3] in tuple("ntr") else match[3] or "?"
    return "?" if number > sys.maxunicode or 0xD800 <= number < 0xE000 else chr(number)  # noqa: PLR2004 - surrogates

"""Rockspecs (luarocks.org, "Rockspec format"), as LuaRocks keeps them of what it installed.

A rockspec is a program in Lua that sets variables; those that are texts are recognised, nothing is run.
"""

from prill.ecosystems.locked import text_of
from prill.errors import PrillError
from prill.model.license_expressions import stated_license
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = ["InvalidRockspec", "Rock", "parse_rockspec"]

_MAX_VALUE = 400
_TEXT = r"""(?:"([^"\\\n]*)"|'([^'\\\n]*)')"""
_FIELD = regex(rf"(?:^|[\n{{,;])[ \t]*(package|version|summary|homepage|license)\s*=\s*{_TEXT}")
_NEEDS = regex(r"(?:^|\n)[ \t]*dependencies\s*=\s*\{([^{}]*)\}")
_NEED = regex(r"""["']\s*([A-Za-z0-9_][A-Za-z0-9_./-]*+)[^"'\n]*+["']""")
_NAME = regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_VERSION = regex(r"[A-Za-z0-9_.+-]+-[0-9]+")
_COMMENT = regex(
    r"""("[^"\n]*"|'[^'\n]*')|--(?:\[\[(?s:.*?)(?:\]\]|\Z)|[^\n]*)"""
)  # or a text, which may look like one


class InvalidRockspec(PrillError):
    """A rockspec names no package, or no version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rock:
    """What LuaRocks installed; ``version`` ends in the rockspec's own revision, ``requires`` are names."""

    name: str
    version: str
    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    requires: tuple[str, ...] = ()


def parse_rockspec(data: bytes) -> Rock:
    """Read a rockspec; raise `InvalidRockspec`, or `InvalidLockFile` for what is no text."""
    text = _COMMENT.sub(r"\1", text_of(data, "rockspec"))
    fields: dict[str, str] = {}
    for name, double, single in _FIELD.findall(text):
        fields.setdefault(name, (double or single)[:_MAX_VALUE])
    name, version = fields.get("package", ""), fields.get("version", "")
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        raise InvalidRockspec(f"a rockspec with the package {name[:80]!r} and the version {version[:80]!r}")
    needs = _NEEDS.search(text)
    return Rock(
        name=name.lower(),
        version=version,
        licenses=stated_license(fields.get("license", "")),
        summary=fields.get("summary", ""),
        homepage=fields.get("homepage", ""),
        requires=tuple(sorted({one.lower() for one in _NEED.findall(needs[1])} - {"lua"})) if needs else (),
    )

"""The ignore rules in Grype's configuration (Grype's README, "Specifying matches to ignore")."""

from collections.abc import Iterator
from typing import Any

from prill.model.vex import Waiver
from prill.vuln.exception_values import InvalidExceptions, text_of

__all__ = ["read_rules"]

_PACKAGE = ("name", "version", "type", "language", "location", "upstream-name")
_KEYS = frozenset({"vulnerability", "include-aliases", "reason", "fix-state", *(f"package.{key}" for key in _PACKAGE)})
_TYPES = {
    "alpm": "alpm",
    "apk": "apk",
    "conda": "conda",
    "dart-pub": "pub",
    "deb": "deb",
    "dotnet": "nuget",
    "gem": "gem",
    "github-action": "githubactions",
    "go-module": "golang",
    "hex": "hex",
    "java-archive": "maven",
    "npm": "npm",
    "php-composer": "composer",
    "python": "pypi",
    "rpm": "rpm",
    "rust-crate": "cargo",
    "swift": "swift",
}
"""What Grype calls types of packages, and what purls do."""
_LANGUAGES = {
    "dart": "pub",
    "dotnet": "nuget",
    "elixir": "hex",
    "erlang": "hex",
    "go": "golang",
    "haskell": "hackage",
    "java": "maven",
    "javascript": "npm",
    "php": "composer",
    "python": "pypi",
    "R": "cran",
    "ruby": "gem",
    "rust": "cargo",
    "swift": "swift",
}
"""What Grype calls languages, and the type of their purls."""
_FIX_STATES = ("fixed", "not-fixed", "wont-fix", "unknown")


def read_rules(rules: object, source: str) -> Iterator[Waiver]:
    """Yield the rules of an ``ignore`` list; raise `InvalidExceptions` for one that says nothing or too much.

    What is not read would narrow a rule, so a rule that has it is refused.
    """
    if not isinstance(rules, list):
        raise InvalidExceptions(f"{source} has no list of ignore rules")
    for place, rule in enumerate(rules, 1):
        where = f"{source}: rule {place}"
        if not isinstance(rule, dict) or not isinstance(rule.get("package", {}), dict):
            raise InvalidExceptions(f"{where} is no mapping")
        yield _rule(rule, rule.get("package", {}), where, source)


def _rule(rule: dict[str, Any], package: dict[str, Any], where: str, source: str) -> Waiver:
    used = {*map(str, rule.keys() - {"package"}), *(f"package.{name}" for name in package)}
    if extra := sorted(used - _KEYS):
        raise InvalidExceptions(
            f"{where} uses {extra[0]}, which is not read", hint=f"read are {', '.join(sorted(_KEYS))}"
        )
    id_, fix = (
        text_of(rule, key, where) if rule.get(key) is not None else "" for key in ("vulnerability", "fix-state")
    )
    name, version, kind, language, location, upstream = (
        text_of(package, key, where) if package.get(key) is not None else "" for key in _PACKAGE
    )
    if not any((id_, fix, name, version, kind, language, location, upstream)) or id_ == "*":
        raise InvalidExceptions(
            f"{where} names neither a vulnerability nor a package", hint="Grype applies such a rule to nothing"
        )
    if fix and fix not in _FIX_STATES:
        raise InvalidExceptions(f"{where} has the fix-state {fix[:80]!r}", hint=f"known are {', '.join(_FIX_STATES)}")
    return Waiver(
        id=id_ or "*",
        source=source,
        kind="grype",
        name=_expression(name, "name", where),
        upstream=_expression(upstream, "upstream-name", where),
        version=version,
        type=_type(kind, language, where),
        fix_state=fix,
        paths=(location,) if location else (),
        reason=str(rule.get("reason", "")),
    )


def _type(kind: str, language: str, where: str) -> str:
    """Return the purl type that a rule's type of package and language mean."""
    for text, known, what in ((kind, _TYPES, "type"), (language, _LANGUAGES, "language")):
        if text and text not in known:
            raise InvalidExceptions(
                f"{where} has the {what} {text[:80]!r}", hint=f"known are {', '.join(sorted(known))}"
            )
    found = {_TYPES.get(kind, ""), _LANGUAGES.get(language, "")} - {""}
    if len(found) > 1:
        raise InvalidExceptions(f"{where}: no package of the type {kind!r} is in the language {language!r}")
    return next(iter(found), "")


def _expression(text: str, key: str, where: str) -> str:
    """Return a name, which is a regular expression to Grype; raise where it is none."""
    from prill.model.go_regex import GoRegex, InvalidRegex  # noqa: PLC0415 - few have such rules

    try:
        return GoRegex.parse(text).text
    except InvalidRegex as error:
        raise InvalidExceptions(
            f"{where}: package.{key}: {error}", hint="Grype takes it for a regular expression: write \\+ for +"
        ) from error

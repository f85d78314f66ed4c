"""Files of exceptions: Prill's own (TOML), Trivy's (lines or YAML), and the ignore rules in Grype's configuration.

::

    [[exceptions]]
    id = "CVE-2026-35189"
    packages = ["libssl3*"]          # globs of names, name@version or purls; without it, any
    images = ["registry.test/app*"]  # globs of names or digests; without it, any
    owner = "security@example.org"
    reason = "the parser is not reachable"
    ticket = "SEC-42"
    expires = 2027-01-31
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import PurePath

from prill.errors import PrillError
from prill.model.days import parse_day
from prill.model.purl import InvalidPurl, Purl
from prill.model.vex import Waiver

__all__ = ["InvalidExceptions", "read_exceptions"]

_MAX_BYTES = 4 << 20
_MOST_NAMED = 6
_TRIVY_PARTS = frozenset({"vulnerabilities", "misconfigurations", "secrets", "licenses"})
_TRIVY_KEYS = frozenset({"id", "purls", "paths", "statement", "expired_at"})
_NEEDED = ("id", "owner", "reason", "expires")
_KNOWN = {*_NEEDED, "packages", "images", "ticket"}
_GRYPE_PACKAGE = ("name", "version", "type", "location")
_GRYPE_KEYS = frozenset({"vulnerability", "include-aliases", "reason", *(f"package.{key}" for key in _GRYPE_PACKAGE)})
_GRYPE_TYPES = {
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
_TRIVY = re.compile(r"(?P<id>[A-Za-z0-9._-]+)(?:\s+exp:\S*)?\s*(?:#(?P<reason>.*))?")
_TRIVY_ENDS = re.compile(r"\sexp:(\S*)")


class InvalidExceptions(PrillError):
    """A file of exceptions says something that is not known, or leaves out who answers for one."""


def read_exceptions(data: bytes, source: str, *, form: str = "") -> tuple[Waiver, ...]:
    """Read a file by its name: ``….toml``, ``….yaml`` (Grype or Trivy) or else Trivy's lines.

    ``form`` says in place of the name what it is: ``settings``, which may have no exceptions, ``yaml`` or ``lines``.
    Raise `InvalidExceptions`.
    """
    if len(data) > _MAX_BYTES:
        raise InvalidExceptions(f"{source}: more than {_MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidExceptions(f"{source} is not UTF-8: {error}") from error
    form = form or {".toml": "toml", ".yaml": "yaml", ".yml": "yaml"}.get(PurePath(source).suffix, "lines")
    read = {"toml": _own, "settings": _of_settings, "yaml": _yaml, "lines": _trivy}[form]
    return tuple(read(text, source))


def _of_settings(text: str, source: str) -> Iterator[Waiver]:
    table = _table(text, source)
    return _exceptions(table, source) if "exceptions" in table else iter(())


def _own(text: str, source: str) -> Iterator[Waiver]:
    table = _table(text, source)
    if "exceptions" not in table:
        there = f"it has {', '.join(sorted(table)[:_MOST_NAMED])}" if table else "it is empty"
        raise InvalidExceptions(f"{source} has no exceptions: {there}", hint="write [[exceptions]]")
    return _exceptions(table, source)


def _table(text: str, source: str) -> dict[str, object]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidExceptions(f"{source}: {error}") from error
    if "exception" in table:
        raise InvalidExceptions(f"{source} has 'exception', which is not known", hint="write [[exceptions]]")
    return table


def _exceptions(table: dict[str, object], source: str) -> Iterator[Waiver]:
    entries = table["exceptions"]
    if not isinstance(entries, list):
        raise InvalidExceptions(f"{source}: exceptions must be tables", hint="write [[exceptions]]")
    for place, entry in enumerate(entries, 1):
        where = f"{source}: exception {place}"
        if not isinstance(entry, dict):
            raise InvalidExceptions(f"{where} is no table", hint="write [[exceptions]]")
        missing = [name for name in _NEEDED if not entry.get(name)]
        if missing:
            raise InvalidExceptions(
                f"{where} has no {', '.join(missing)}", hint="somebody has to answer for it, for a time"
            )
        if unknown := sorted(entry.keys() - _KNOWN):
            raise InvalidExceptions(f"{where} has {unknown[0]!r}", hint=f"known are {', '.join(sorted(_KNOWN))}")
        yield Waiver(
            id=_text(entry, "id", where),
            source=source,
            packages=_texts(entry, "packages", where),
            images=_texts(entry, "images", where),
            owner=_text(entry, "owner", where),
            reason=_text(entry, "reason", where),
            ticket=_text(entry, "ticket", where),
            expires=_day(entry["expires"], where),
        )


def _text(entry: dict[str, object], name: str, where: str) -> str:
    value = entry.get(name, "")
    if not isinstance(value, str):
        raise InvalidExceptions(f"{where}: {name} must be a text, not {value!r}")
    return value


def _texts(entry: dict[str, object], name: str, where: str) -> tuple[str, ...]:
    value = entry.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidExceptions(f"{where}: {name} must be a list of texts, not {value!r}")
    if name in entry and not value:
        raise InvalidExceptions(f"{where}: {name} is empty, which is nothing", hint="leave it out where any is meant")
    return tuple(value)


def _day(value: object, where: str) -> str:
    text = value.isoformat()[:10] if isinstance(value, date) else str(value)
    try:
        return parse_day(text)
    except ValueError as error:
        raise InvalidExceptions(f"{where}: expires must be a day such as 2027-01-31: {error}") from error


def _day_before(value: object, where: str) -> str:
    """Return the last day that counts for Trivy, to whom an exception ends as soon as its day begins."""
    day = _day(value, where)
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat() if day > date.min.isoformat() else day


def _trivy(text: str, source: str) -> Iterator[Waiver]:
    """Yield the ids of a ``.trivyignore``, one a line, with ``exp:`` and comments (Trivy's guide, "Filtering").

    Trivy takes the day from the first word that begins with ``exp:``, in a comment as well.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _TRIVY.fullmatch(line.strip())
        if match is None:
            raise InvalidExceptions(f"{source}: line {number} is no id of a vulnerability: {line[:80]!r}")
        ends = _TRIVY_ENDS.search(line.strip())
        yield Waiver(
            id=match["id"],
            source=source,
            kind="trivyignore",
            reason=(match["reason"] or "").strip(),
            expires=_day_before(ends[1], f"{source}: line {number}") if ends else "",
        )


def _yaml(text: str, source: str) -> Iterator[Waiver]:
    """Yield what Grype's configuration or Trivy's YAML says, told apart by what it holds."""
    import yaml  # noqa: PLC0415 - two formats need it

    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidExceptions(f"{source}: {error}") from error
    if isinstance(document, dict) and "ignore" in document:
        return _grype(document["ignore"], source)
    if isinstance(document, dict) and document and document.keys() <= _TRIVY_PARTS:
        return _trivy_yaml(document.get("vulnerabilities", []), source)
    raise InvalidExceptions(
        f"{source} has neither Grype's list of ignore rules nor Trivy's of vulnerabilities",
        hint="Grype's is called ignore; Trivy's file has vulnerabilities and "
        f"{', '.join(sorted(_TRIVY_PARTS - {'vulnerabilities'}))} alone",
    )


def _trivy_yaml(rules: object, source: str) -> Iterator[Waiver]:
    """Yield the vulnerabilities of a ``.trivyignore.yaml`` (Trivy's guide, "Filtering"); the rest is not about any."""
    if not isinstance(rules, list):
        raise InvalidExceptions(f"{source} has no list of vulnerabilities")
    for place, rule in enumerate(rules, 1):
        where = f"{source}: vulnerability {place}"
        if not isinstance(rule, dict):
            raise InvalidExceptions(f"{where} is no mapping")
        if not _text(rule, "id", where):
            raise InvalidExceptions(f"{where} has no id")
        if extra := sorted(map(str, rule.keys() - _TRIVY_KEYS)):
            raise InvalidExceptions(
                f"{where} uses {extra[0]}, which is not read", hint=f"read are {', '.join(sorted(_TRIVY_KEYS))}"
            )
        yield Waiver(
            id=_text(rule, "id", where),
            source=source,
            kind="trivyignore",
            purls=_purls(rule, where),
            paths=_texts(rule, "paths", where),
            reason=_text(rule, "statement", where),
            expires=_day_before(rule["expired_at"], where) if "expired_at" in rule else "",
        )


def _purls(rule: dict[str, object], where: str) -> tuple[str, ...]:
    purls = _texts(rule, "purls", where)
    try:
        for purl in purls:
            Purl.parse(purl)
    except InvalidPurl as error:
        raise InvalidExceptions(f"{where}: {error}") from error
    return purls


def _grype(rules: object, source: str) -> Iterator[Waiver]:
    """Yield the rules of Grype's ``ignore`` list that name a vulnerability or a package; others are an error."""
    if not isinstance(rules, list):
        raise InvalidExceptions(f"{source} has no list of ignore rules")
    for place, rule in enumerate(rules, 1):
        where = f"{source}: rule {place}"
        if not isinstance(rule, dict) or not isinstance(rule.get("package", {}), dict):
            raise InvalidExceptions(f"{where} is no mapping")
        package = rule.get("package", {})
        used = {*map(str, rule.keys() - {"package"}), *(f"package.{name}" for name in package)}
        if extra := sorted(used - _GRYPE_KEYS):
            raise InvalidExceptions(
                f"{where} uses {extra[0]}, which is not read", hint=f"read are {', '.join(sorted(_GRYPE_KEYS))}"
            )
        id_ = _text(rule, "vulnerability", where) if rule.get("vulnerability") is not None else ""
        name, version, kind, location = (
            _text(package, key, where) if package.get(key) is not None else "" for key in _GRYPE_PACKAGE
        )
        if not any((id_, name, version, kind, location)) or id_ == "*":
            raise InvalidExceptions(
                f"{where} names neither a vulnerability nor a package", hint="Grype applies such a rule to nothing"
            )
        if kind and kind not in _GRYPE_TYPES:
            raise InvalidExceptions(
                f"{where} has the type {kind[:80]!r}", hint=f"known are {', '.join(sorted(_GRYPE_TYPES))}"
            )
        yield Waiver(
            id=id_ or "*",
            source=source,
            kind="grype",
            name=_expression(name, where),
            version=version,
            type=_GRYPE_TYPES.get(kind, ""),
            paths=(location,) if location else (),
            reason=str(rule.get("reason", "")),
        )


def _expression(name: str, where: str) -> str:
    """Return a package's name, which is a regular expression to Grype; raise where it is none."""
    from prill.model.go_regex import GoRegex, InvalidRegex  # noqa: PLC0415 - few have such rules

    try:
        return GoRegex.parse(name).text
    except InvalidRegex as error:
        raise InvalidExceptions(
            f"{where}: package.name: {error}", hint="Grype takes it for a regular expression: write \\+ for +"
        ) from error

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

from prill.model.purl import InvalidPurl, Purl
from prill.model.vex import Waiver
from prill.vuln.exception_values import InvalidExceptions, day_of, text_of, texts_of

__all__ = ["InvalidExceptions", "read_exceptions"]

_MAX_BYTES = 4 << 20
_MOST_NAMED = 6
_TRIVY_PARTS = frozenset({"vulnerabilities", "misconfigurations", "secrets", "licenses"})
_TRIVY_KEYS = frozenset({"id", "purls", "paths", "statement", "expired_at"})
_NEEDED = ("id", "owner", "reason", "expires")
_KNOWN = {*_NEEDED, "packages", "images", "ticket"}
_TRIVY = re.compile(r"(?P<id>[A-Za-z0-9][A-Za-z0-9._:/+-]*)(?:\s+(?P<words>.*))?")
_TRIVY_ANY = re.compile(r"[^\s#]*[0-9-][^\s#]*\s|\S+(?:\s+exp:\S*)?(?:\s+#.*)?$")
_TRIVY_ENDS = re.compile(r"\sexp:(\S*)")


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
            id=text_of(entry, "id", where),
            source=source,
            packages=texts_of(entry, "packages", where),
            images=texts_of(entry, "images", where),
            owner=text_of(entry, "owner", where),
            reason=text_of(entry, "reason", where),
            ticket=text_of(entry, "ticket", where),
            expires=day_of(entry["expires"], where),
        )


def _day_before(value: object, where: str) -> str:
    """Return the last day that counts for Trivy, to whom an exception ends as soon as its day begins."""
    day = day_of(value, where)
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat() if day > date.min.isoformat() else day


def _trivy(text: str, source: str) -> Iterator[Waiver]:
    """Yield the ids of a ``.trivyignore``, one a line, with ``exp:`` and comments (Trivy's guide, "Filtering").

    Trivy takes the first word for the id, and the day from the first one that begins with ``exp:``, in a comment as
    well; what else stands there says nothing. A line that looks like a sentence is none of Trivy's.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _TRIVY.fullmatch(line.strip())
        if match is None or not _TRIVY_ANY.match(line.strip()):
            raise InvalidExceptions(f"{source}: line {number} is no id of a vulnerability: {line[:80]!r}")
        ends = _TRIVY_ENDS.search(line.strip())
        yield Waiver(
            id=match["id"],
            source=source,
            kind="trivyignore",
            reason=_TRIVY_ENDS.sub("", f" {match['words'] or ''}", 1).strip("# "),
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
        from prill.vuln.grype_rules import read_rules  # noqa: PLC0415 - few have such rules

        return read_rules(document["ignore"], source)
    if isinstance(document, dict) and document and document.keys() <= _TRIVY_PARTS:
        return _trivy_yaml(document.get("vulnerabilities") or [], source)
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
        if not text_of(rule, "id", where):
            raise InvalidExceptions(f"{where} has no id")
        if extra := sorted(map(str, rule.keys() - _TRIVY_KEYS)):
            raise InvalidExceptions(
                f"{where} uses {extra[0]}, which is not read", hint=f"read are {', '.join(sorted(_TRIVY_KEYS))}"
            )
        yield Waiver(
            id=text_of(rule, "id", where),
            source=source,
            kind="trivyignore",
            purls=_purls(rule, where),
            paths=texts_of(rule, "paths", where),
            reason=text_of(rule, "statement", where),
            expires=_day_before(rule["expired_at"], where) if "expired_at" in rule else "",
        )


def _purls(rule: dict[str, object], where: str) -> tuple[str, ...]:
    purls = texts_of(rule, "purls", where)
    try:
        for purl in purls:
            Purl.parse(purl)
    except InvalidPurl as error:
        raise InvalidExceptions(f"{where}: {error}") from error
    return purls

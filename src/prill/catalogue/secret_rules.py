"""What looks like a secret, and in which files anybody looks for one."""

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import cache
from typing import Any, Literal

from prill.archive.globs import compile_glob
from prill.catalogue.data_files import InvalidCatalogue, load_data
from prill.model.value import dataclass

__all__ = ["SecretRule", "SecretScope", "rule_of", "secret_rules", "secret_scope"]

Severity = Literal["high", "medium", "low"]
_SEVERITIES: dict[str, Severity] = {"high": "high", "medium": "medium", "low": "low"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRule:
    """One kind of secret. ``paths`` match the files it is looked for in, all where there are none."""

    id: str
    title: str
    severity: Severity
    keywords: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    paths: tuple[re.Pattern[str], ...]

    def holds_in(self, path: str) -> bool:
        """Say whether the rule holds in the file at ``path``, or with an empty one in a text that is no file's."""
        return not self.paths or any(one.fullmatch(path) for one in self.paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretScope:
    """Which files are read at all; ``placeholders`` finds what stands in a secret's place and is none."""

    max_size: int
    placeholders: re.Pattern[str]
    _endings: tuple[str, ...]
    _folders: tuple[str, ...]
    _packages: tuple[str, ...]
    _private: re.Pattern[str]

    def covers(self, path: str) -> bool:
        """Say whether to read a file by its path."""
        if path.startswith(self._folders):
            return False
        if self.is_private(path):
            return True
        return not path.endswith(self._endings) and not any(folder in path for folder in self._packages)

    def is_private(self, path: str) -> bool:
        """Say whether a file is named like something private."""
        return self._private.fullmatch(path[path.rfind("/") + 1 :]) is not None


@cache
def secret_rules() -> tuple[SecretRule, ...]:
    """Return all rules, sorted by their IDs."""
    tables, _, _ = load_data("secret-rules")
    return tuple(_rule(name, fields) for name, fields in sorted(tables["rules"].items()))


def rule_of(name: str) -> SecretRule:
    """Return the rule with an ID."""
    return _by_id()[name]


@cache
def secret_scope() -> SecretScope:
    """Return which files are read."""
    scope = load_data("secret-rules")[0]["scope"]
    return SecretScope(
        max_size=scope["max-size"],
        placeholders=re.compile(scope["placeholders"]),
        _endings=tuple(scope["endings"]),
        _folders=tuple(scope["folders"]),
        _packages=tuple(scope["packages"]),
        _private=re.compile("|".join(translate(name) for name in scope["private-names"])),
    )


@cache
def _by_id() -> dict[str, SecretRule]:
    return {rule.id: rule for rule in secret_rules()}


def _joined(globs: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """Return one pattern for all: a file is held to it once a rule."""
    return (re.compile("|".join(f"(?:{compile_glob(glob).pattern})" for glob in globs), re.DOTALL),) if globs else ()


def _rule(name: str, fields: dict[str, Any]) -> SecretRule:
    severity = _SEVERITIES.get(fields["severity"])
    if severity is None or not fields["keywords"]:
        raise InvalidCatalogue(f"secret-rules: not a rule: {name} = {fields!r}")
    return SecretRule(
        id=name,
        title=fields["title"],
        severity=severity,
        keywords=tuple(one.encode() for one in fields["keywords"]),
        pattern=re.compile(fields["pattern"].encode()),
        paths=_joined(fields.get("paths", ())),
    )

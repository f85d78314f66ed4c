"""What settings say about linting: ``lint`` of prill.toml, ``tool.prill.lint`` of pyproject.toml, ``.hadolint.yaml``.

They are looked for from the file upwards, up to the folder that has ``.git``. The nearest counts, and
``.hadolint.yaml`` besides. Its unknown keys are noted; those of Prill's own table are errors. Where there is a policy
file, the allowed bases are those that it says.
"""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from posixpath import dirname
from types import MappingProxyType

from prill._io.regular import read_regular
from prill.api.policy_bases import POLICY_NAME, allowed_bases, read_policy_bases
from prill.dockerfile.allowed_bases import AllowedBase, InvalidAllowedBase
from prill.dockerfile.rule import LabelRule
from prill.errors import PrillError
from prill.model.finding import Severity
from prill.model.regex import regex
from prill.model.value import dataclass, field, replace

__all__ = ["SECTIONS", "SHELLCHECK_CODE", "InvalidLintSettings", "LintSettings", "SettingsFinder", "read_lint_table"]

MAX_BYTES = 1 << 20
MAX_FOLDERS = 64

SHELLCHECK_CODE = regex(r"sc[0-9]{4}|shellcheck")
"""A code of ShellCheck's, in lower case, or all of them: findings have it as an alias or rule, and no rule does."""

LABEL_KINDS = frozenset({"text", "url", "semver", "hash", "rfc3339", "spdx", "email"})
_LISTS = ("ignore", "enable", "allowed-registries", "allowed-bases")
_KEYS = frozenset({*_LISTS, "severity", "labels", "strict-labels", "pragmas", "per-file"})
SECTIONS = frozenset(
    {"archive", "bases", "cache", "database", "exceptions", "limits", "lint", "npm", "registries", "vex"}
)
"""What a prill.toml may hold, for whatever command."""

_FAIL_ON = {one: one for one in ("error", "warning", "info", "style")} | {"ignore": "style", "none": "style"}
"""What hadolint's thresholds are here: with the last two, all that it finds counts there."""


class InvalidLintSettings(PrillError):
    """A settings file says something that is not known, or not in the way it has to be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LintSettings:
    """What holds for a file. ``notes`` are what was seen in the settings and has no effect."""

    ignore: frozenset[str] = frozenset()
    enable: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    allowed_registries: tuple[str, ...] = ()
    allowed_bases: tuple[AllowedBase, ...] | None = None
    labels: tuple[LabelRule, ...] = ()
    strict_labels: bool = False
    pragmas: bool = True
    fail_on: str = ""
    """A severity, or "never"; "" where nobody says. Of what is written, hadolint's alone."""
    notes: tuple[str, ...] = ()
    per_file: tuple[tuple[tuple[str, ...], "LintSettings"], ...] = ()

    def joined(self, other: "LintSettings") -> "LintSettings":
        """Return both; where they contradict each other, ``other`` counts."""
        return LintSettings(
            ignore=self.ignore | other.ignore,
            enable=self.enable | other.enable,
            severities=MappingProxyType({**self.severities, **other.severities}),
            allowed_registries=other.allowed_registries or self.allowed_registries,
            allowed_bases=self.allowed_bases if other.allowed_bases is None else other.allowed_bases,
            labels=other.labels or self.labels,
            strict_labels=self.strict_labels or other.strict_labels,
            pragmas=self.pragmas and other.pragmas,
            fail_on=other.fail_on or self.fail_on,
            notes=(*self.notes, *other.notes),
            per_file=(*self.per_file, *other.per_file),
        )

    def holding_for(self, path: str) -> "LintSettings":
        """Return what holds for a file by its path from the settings' folder."""
        found = self
        for patterns, settings in self.per_file:
            if any(fnmatch(path, pattern) or fnmatch(path.rpartition("/")[2], pattern) for pattern in patterns):
                found = found.joined(settings)
        return found


class SettingsFinder:
    """Finds the settings of files and remembers them by folder; ``fixed`` is a file that counts for all."""

    def __init__(self, fixed: Path | None = None) -> None:
        self._fixed = fixed
        self._known: dict[str, tuple[Path, LintSettings]] = {}
        self._policies: dict[str, tuple[AllowedBase, ...] | None] = {}

    def settings_for(self, path: Path) -> LintSettings:
        """Return what holds for ``path``; raise `InvalidLintSettings`."""
        key = dirname(path)
        if key not in self._known:
            folder = path.absolute().parent
            self._known[key] = self._find(folder)
            self._policies[key] = next(
                (policy for one in _upwards(folder) if (policy := _policy_of(one)) is not None), None
            )
        root, found = self._known[key]
        if found.per_file:
            try:
                found = found.holding_for(path.absolute().relative_to(root).as_posix())
            except ValueError:
                found = found.holding_for(path.name)
        policy = self._policies[key]
        return found if policy is None else replace(found, allowed_bases=policy)

    def _find(self, folder: Path) -> tuple[Path, LintSettings]:
        if self._fixed is not None:
            found = _read_file(self._fixed)
            if found is None:  # such as the file of a project that says there what other commands want to know
                found = LintSettings(notes=(f"{self._fixed}: no settings for linting",))
            return self._fixed.absolute().parent, found
        own: tuple[Path, LintSettings] | None = None
        theirs: LintSettings | None = None
        for one in _upwards(folder):
            if own is None:
                for name in ("prill.toml", "pyproject.toml"):
                    found = _read_file(one / name) if (one / name).is_file() else None
                    if found is not None and own is None:
                        own = one, found
            for name in (".hadolint.yaml", ".hadolint.yml"):
                if theirs is None and (one / name).is_file():
                    theirs = _read_file(one / name)
        root, settings = own or (folder, LintSettings())
        return root, (theirs or LintSettings()).joined(settings)


def _upwards(folder: Path) -> Iterator[Path]:
    """Yield the folder and those above it, up to the one that has ``.git``."""
    for one in (folder, *list(folder.parents)[:MAX_FOLDERS]):
        yield one
        if (one / ".git").exists():
            return


def _policy_of(folder: Path) -> tuple[AllowedBase, ...] | None:
    path = folder / POLICY_NAME
    return read_policy_bases(path) if path.is_file() else None


def _read_file(path: Path) -> LintSettings | None:
    """Read one file by its name; None where it has nothing about linting."""
    try:
        data = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise InvalidLintSettings(f"{path}: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise InvalidLintSettings(f"{path}: longer than {MAX_BYTES} bytes")
    if path.suffix in {".yaml", ".yml"}:
        return _of_hadolint(path, data)
    import tomllib  # noqa: PLC0415 - only where there is such a file

    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidLintSettings(f"{path}: {error}") from error
    inside: object = table
    _refuse_unknown_sections(path, table)
    for key in ("tool", "prill", "lint") if path.name == "pyproject.toml" else ("lint",):
        inside = inside.get(key) if isinstance(inside, dict) else None
    return None if inside is None else read_lint_table(inside, str(path))


def _refuse_unknown_sections(path: Path, table: dict[str, object]) -> None:
    """Raise `InvalidLintSettings` for a section that no command reads: its settings would hold nowhere."""
    tool = table.get("tool")
    of_prill = tool.get("prill") if isinstance(tool, dict) else None
    sections = of_prill if path.name == "pyproject.toml" else table
    known = {"lint"} if path.name == "pyproject.toml" else SECTIONS
    for name in sections if isinstance(sections, dict) else ():
        if name not in known:
            hint = f"known: {', '.join(sorted(known))}"
            raise InvalidLintSettings(f"{path}: there is no section {name!r}", hint=hint)


def _of_hadolint(path: Path, data: bytes) -> LintSettings:
    from prill.api.hadolint_settings import read_hadolint_settings  # noqa: PLC0415 - only where there is such a file

    found = read_hadolint_settings(data, str(path))
    return LintSettings(
        ignore=found.ignored,
        enable=frozenset(found.overrides),
        severities=MappingProxyType(dict(found.overrides)),
        allowed_registries=found.trusted_registries,
        labels=found.labels,
        strict_labels=found.strict_labels,
        pragmas=not found.disable_ignore_pragma,
        fail_on="never" if found.no_fail else _FAIL_ON.get(found.failure_threshold or "", ""),
        notes=found.notes,
    )


def read_lint_table(table: object, source: str, *, nested: bool = False) -> LintSettings:
    """Read the table ``lint``; ``source`` names the file in errors. Raise `InvalidLintSettings`."""
    if not isinstance(table, dict):
        raise InvalidLintSettings(f"{source}: lint must be a table, not {table!r}")
    known = (_KEYS - {"per-file", "pragmas"}) | {"files"} if nested else _KEYS
    for key in table:
        if key not in known:
            from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
            raise InvalidLintSettings(f"{source}: there is no lint.{key}", hint=hint)
    lists = {key: _texts(table, key, source) for key in _LISTS}
    for key in ("ignore", "enable"):
        _refuse_unknown(lists[key], key, source)
    return LintSettings(
        ignore=frozenset(map(str.lower, lists["ignore"])),
        enable=frozenset(map(str.lower, lists["enable"])),
        severities=_severities(table.get("severity", {}), source),
        allowed_registries=lists["allowed-registries"],
        allowed_bases=_bases(lists["allowed-bases"], source) if "allowed-bases" in table else None,
        labels=_labels(table.get("labels", {}), source),
        strict_labels=_flag(table, "strict-labels", source, default=False),
        pragmas=_flag(table, "pragmas", source, default=True),
        per_file=tuple(
            (_texts(one, "files", source), read_lint_table(one, source, nested=True))
            for one in _tables(table.get("per-file", []), source)
        ),
    )


def _refuse_unknown(rules: Iterable[str], key: str, source: str) -> None:
    """Raise `InvalidLintSettings` for what is no rule, no alias of one, and no code of ShellCheck's."""
    for rule in rules:
        if rule.lower() in _rule_names() or SHELLCHECK_CODE.fullmatch(rule.lower()):
            continue
        from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

        near = get_close_matches(rule.lower(), sorted(_rule_names()), n=1)
        hint = f"did you mean {near[0]}?" if near else "prill rule lists them"
        raise InvalidLintSettings(f"{source}: lint.{key}: there is no rule {rule!r}", hint=hint)


@lru_cache(maxsize=1)
def _rule_names() -> frozenset[str]:
    from prill.dockerfile.engine import rule_names  # noqa: PLC0415 - only where settings name rules
    from prill.dockerfile.rules import BUILTIN  # noqa: PLC0415

    return frozenset(name for rule in BUILTIN for name in rule_names(rule))


def _tables(value: object, source: str) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise InvalidLintSettings(f"{source}: lint.per-file must be tables, written [[lint.per-file]]")
    return value


def _texts(table: Mapping[str, object], key: str, source: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidLintSettings(f"{source}: lint.{key} must be a list of texts, not {value!r}")
    return tuple(value)


def _bases(texts: tuple[str, ...], source: str) -> tuple[AllowedBase, ...]:
    try:
        return allowed_bases(texts)
    except InvalidAllowedBase as error:
        raise InvalidLintSettings(f"{source}: lint.allowed-bases: {error}", hint=error.hint) from error


def _flag(table: Mapping[str, object], key: str, source: str, *, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise InvalidLintSettings(f"{source}: lint.{key} must be true or false, not {value!r}")
    return value


def _severities(value: object, source: str) -> Mapping[str, Severity]:
    known = {one.value for one in Severity}
    if not isinstance(value, dict) or not all(isinstance(one, str) and one in known for one in value.values()):
        raise InvalidLintSettings(f"{source}: lint.severity must map rules to {', '.join(sorted(known))}")
    _refuse_unknown(value, "severity", source)
    return MappingProxyType({rule.lower(): Severity(one) for rule, one in value.items()})


def _labels(value: object, source: str) -> tuple[LabelRule, ...]:
    if not isinstance(value, dict) or not all(isinstance(one, str) and one in LABEL_KINDS for one in value.values()):
        raise InvalidLintSettings(f"{source}: lint.labels must map labels to {', '.join(sorted(LABEL_KINDS))}")
    return tuple(LabelRule(name, kind) for name, kind in value.items())

"""``.hadolint.yaml``: hadolint's configuration, as it is written. Keys that hadolint does not know are noted."""

import re
from collections.abc import Iterable, Mapping

from prill.api.yaml_core import load_core
from prill.dockerfile.rule import LabelRule
from prill.errors import PrillError
from prill.formats.hadolint_documents import HADOLINT_FORMATS
from prill.model.finding import Severity
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = ["THRESHOLDS", "HadolintSettings", "InvalidHadolintSettings", "read_hadolint_settings", "written_codes"]

THRESHOLDS = ("error", "warning", "info", "style", "ignore", "none")

_KEYS = frozenset(
    {
        "disable-ignore-pragma", "failure-threshold", "format", "ignored", "label-schema", "no-color", "no-fail",
        "override", "strict-labels", "trustedRegistries",
    }
)  # fmt: skip
_CODE = regex(r"(?:DL|SC)[0-9]+", re.IGNORECASE)
_KINDS = {"": "text", "text": "text", "url": "url", "semver": "semver", "hash": "hash", "rfc3339": "rfc3339"}
_KINDS |= {"spdx": "spdx", "email": "email"}


class InvalidHadolintSettings(PrillError):
    """The file is no YAML, or a key has a value that hadolint would not take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HadolintSettings:
    """What the file says; codes are in lower case, ``overrides`` from codes to severities."""

    ignored: frozenset[str] = frozenset()
    overrides: Mapping[str, Severity]
    trusted_registries: tuple[str, ...] = ()
    labels: tuple[LabelRule, ...] = ()
    strict_labels: bool = False
    disable_ignore_pragma: bool = False
    failure_threshold: str | None = None
    format: str | None = None
    no_fail: bool = False
    no_color: bool = False
    notes: tuple[str, ...] = ()


def written_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes in lower case, without those like ``dl3006``: hadolint wants upper case, and takes no other."""
    return tuple(code.lower() for code in codes if not _is_miswritten(code))


def _is_miswritten(code: str) -> bool:
    return code != code.upper() and _CODE.fullmatch(code) is not None


def read_hadolint_settings(data: bytes, source: str) -> HadolintSettings:
    """Read the file's bytes; ``source`` names it in notes and errors. Raise `InvalidHadolintSettings`."""
    table = _load(data, source)
    unknown = sorted(str(key) for key in table if key not in _KEYS)
    override = table.get("override") or {}
    if not isinstance(override, dict):
        raise InvalidHadolintSettings(f"{source}: override must be a mapping")
    severities = {one.value: one for one in Severity}
    unknown += sorted(f"override.{key}" for key in override if key not in severities)
    overrides = {
        code: severity
        for name, severity in reversed(severities.items())  # of two, the heavier counts
        for code in written_codes(_texts(override, name, source))
    }
    listed = [
        *_texts(table, "ignored", source),
        *(code for name in severities for code in _texts(override, name, source)),
    ]
    unknown += sorted({code for code in listed if _is_miswritten(code)})
    labels = table.get("label-schema") or {}
    if not isinstance(labels, dict) or not all(str(kind) in _KINDS for kind in labels.values()):
        raise InvalidHadolintSettings(
            f"{source}: label-schema must map labels to {', '.join(sorted(filter(None, _KINDS)))}"
        )
    return HadolintSettings(
        ignored=frozenset(written_codes(_texts(table, "ignored", source))),
        overrides=overrides,
        trusted_registries=_texts(table, "trustedRegistries", source),
        labels=tuple(LabelRule(str(name), _KINDS[str(kind)]) for name, kind in labels.items()),
        strict_labels=_flag(table, "strict-labels", source),
        disable_ignore_pragma=_flag(table, "disable-ignore-pragma", source),
        failure_threshold=_choice(table, "failure-threshold", THRESHOLDS, source),
        format=_choice(table, "format", HADOLINT_FORMATS, source),
        no_fail=_flag(table, "no-fail", source),
        no_color=_flag(table, "no-color", source),
        notes=tuple(f"{source}: hadolint knows no {key}; it has no effect" for key in unknown),
    )


def _load(data: bytes, source: str) -> dict[object, object]:
    import yaml  # noqa: PLC0415 - only where there is such a file

    try:
        table = load_core(data)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidHadolintSettings(f"{source}: {error}") from error
    if table is None:
        return {}
    if not isinstance(table, dict):
        raise InvalidHadolintSettings(f"{source}: must be a mapping, not {str(table)[:80]!r}")
    return table


def _texts(table: Mapping[object, object], key: str, source: str) -> tuple[str, ...]:
    value = table.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidHadolintSettings(f"{source}: {key} must be a list of texts, not {str(value)[:80]!r}")
    return tuple(value)


def _choice(table: Mapping[object, object], key: str, known: tuple[str, ...], source: str) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or value not in known:
        raise InvalidHadolintSettings(f"{source}: {key} must be one of {', '.join(known)}, not {str(value)[:80]!r}")
    return value


def _flag(table: Mapping[object, object], key: str, source: str) -> bool:
    value = table.get(key)
    if value is not None and not isinstance(value, bool):
        raise InvalidHadolintSettings(f"{source}: {key} must be true or false, not {str(value)[:80]!r}")
    return bool(value)

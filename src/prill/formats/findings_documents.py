"""The documents that a report of findings can become, by name."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

from prill.errors import PrillError
from prill.model.finding import Report, RuleInfo

__all__ = ["FINDINGS_FORMATS", "UnknownFindingsFormat", "encode_findings"]

FINDINGS_FORMATS: Final = (
    "json",
    "sarif",
    "junit",
    "checkstyle",
    "codeclimate",
    "gitlab",
    "gnu",
    "github",
    "sonarqube",
    "hadolint",
)


_PLAIN = {
    "json": ("findings_json", "encode_findings_json"),
    "junit": ("findings_xml", "encode_findings_junit"),
    "checkstyle": ("findings_xml", "encode_checkstyle"),
    "codeclimate": ("findings_quality", "encode_codeclimate"),
    "gitlab": ("findings_quality", "encode_gitlab"),
    "gnu": ("findings_lines", "encode_gnu"),
    "github": ("findings_lines", "encode_github"),
    "hadolint": ("findings_lines", "encode_hadolint_json"),
}


class UnknownFindingsFormat(PrillError):
    """There is no format of this name for findings."""


def encode_findings(report: Report, name: str, rules: tuple[RuleInfo, ...] = (), version: str = "") -> bytes:
    """Return the document called ``name``; ``rules`` are described in those that have a place for it.

    Raise `UnknownFindingsFormat`.
    """
    if name not in FINDINGS_FORMATS:
        raise UnknownFindingsFormat(f"there is no format {name!r}", hint=f"known: {', '.join(FINDINGS_FORMATS)}")
    if name == "sarif":
        from prill.formats.sarif import encode_sarif  # noqa: PLC0415 - one format is wanted

        return encode_sarif(report, rules, version)
    if name == "sonarqube":
        from prill.formats.findings_quality import encode_sonarqube  # noqa: PLC0415

        return encode_sonarqube(report, rules)
    module, function = _PLAIN[name]
    encode: Callable[[Report], bytes] = getattr(import_module(f"prill.formats.{module}"), function)
    return encode(report)

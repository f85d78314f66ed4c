"""The documents that a report of findings can become, by name."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

from prill.errors import PrillError
from prill.model.finding import Finding, Report, RuleInfo
from prill.model.report import Gap
from prill.model.value import replace

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

_HALVES = (rb"\udc", rb"\xdc")
"""How half a surrogate pair is written, which stands for a byte that is not UTF-8 (PEP 383); or the half of a whole."""

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

    What is not UTF-8 in a file or its name no document has room for: names are spelled out, and fixes with such a text
    left out. Raise `UnknownFindingsFormat`.
    """
    data = _encode(report, name, rules, version)
    if any(half in data for half in _HALVES):
        data = _encode(_in_utf8(report, names=name != "sarif"), name, rules, version)
    return data


def _encode(report: Report, name: str, rules: tuple[RuleInfo, ...], version: str) -> bytes:
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


def _in_utf8(report: Report, *, names: bool) -> Report:
    """Return the report without halves of characters; ``names`` of files stay where the format has a way for them."""
    from prill.formats._documents import readable  # noqa: PLC0415 - hardly a report has any

    def clean(finding: Finding) -> Finding:
        kept = [fix for fix in finding.fixes if all(readable(edit.text) == edit.text for edit in fix.edits)]
        path = readable(finding.location.path) if names else finding.location.path
        return finding._replace(
            location=finding.location._replace(path=path),
            within=finding.within._replace(path=path) if finding.within else None,
            fixes=tuple(kept),
        )

    return replace(
        report,
        subjects=tuple(map(readable, report.subjects)) if names else report.subjects,
        findings=tuple(map(clean, report.findings)),
        gaps=tuple(Gap(readable(gap.subject), readable(gap.reason)) for gap in report.gaps),
    )

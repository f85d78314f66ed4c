"""Findings as diagnostics; a gap is one, too, at the beginning of the document."""

from lsprotocol import types as lsp

from prill.cli.language_server.look import Looked
from prill.cli.language_server.positions import Lines
from prill.model.finding import Finding, Severity

__all__ = ["diagnostic", "diagnostics"]

_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFO: lsp.DiagnosticSeverity.Information,
    Severity.STYLE: lsp.DiagnosticSeverity.Hint,
}


def diagnostics(looked: Looked, lines: Lines) -> list[lsp.Diagnostic]:
    """Return what an editor shows for a document: what could not be looked at first, then the findings."""
    gaps = [
        lsp.Diagnostic(
            lines.range(0, 0), gap.reason, severity=lsp.DiagnosticSeverity.Warning, code="gap", source="prill"
        )
        for gap in looked.gaps
    ]
    return gaps + [diagnostic(looked, lines, finding) for finding in looked.shown]


def diagnostic(looked: Looked, lines: Lines, finding: Finding) -> lsp.Diagnostic:
    """Return a finding with its place, its rule, and what others call the rule."""
    others = f" ({', '.join(finding.aliases)})" if finding.aliases else ""
    return lsp.Diagnostic(
        lines.range(*looked.span(finding.location)),
        f"{finding.message}{others}",
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=lsp.CodeDescription(finding.help_url) if finding.help_url else None,
        source="prill",
    )

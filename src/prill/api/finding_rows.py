"""Findings of one file as plain rows: what processes hand over and the cache keeps, a fifth as large as the values.

The file's path is left out, because the same text may lie under several.
"""

from typing import Any

from prill.model.finding import Edit, Finding, Fix, Location, Severity, Suppression

__all__ = ["Row", "finding_of", "row_of"]

Row = tuple[Any, ...]
"""Texts, numbers, None, and tuples or, when they were JSON in between, lists of these."""

_SEVERITIES = {one.value: one for one in Severity}


def row_of(finding: Finding) -> Row:
    """Return a finding as a row."""
    suppressed = finding.suppressed_by
    return (
        finding.rule,
        finding.severity.value,
        finding.message,
        finding.location[1:],
        finding.within[1:] if finding.within is not None else None,
        finding.aliases,
        finding.help_url,
        tuple(_fix(one) for one in finding.fixes),
        (suppressed.kind, suppressed.reason) if suppressed is not None else None,
    )


def finding_of(row: Row, path: str) -> Finding:
    """Return the finding of a row, in the file at ``path``; raise `ValueError` for what is no row."""
    try:
        rule, severity, message, place, within, aliases, help_url, fixes, suppressed = row
        return Finding(
            rule=rule,
            severity=_SEVERITIES[severity],
            message=message,
            location=_location(place, path),
            within=_location(within, path) if within is not None else None,
            aliases=tuple(aliases),
            help_url=help_url,
            fixes=tuple(_fixed(one) for one in fixes),
            suppressed_by=Suppression(kind=suppressed[0], reason=suppressed[1]) if suppressed is not None else None,
        )
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError(f"not a finding: {row!r}") from error


def _location(row: Row, path: str) -> Location:
    line, column, end_line, end_column, start_byte, end_byte = row
    return Location(path, line, column, end_line, end_column, start_byte, end_byte)


def _fix(fix: Fix) -> Row:
    return fix.message, fix.safe, tuple(map(tuple, fix.edits))


def _fixed(row: Row) -> Fix:
    message, safe, edits = row
    return Fix(message=message, safe=safe, edits=tuple(Edit(*one) for one in edits))

"""Findings of one file as plain rows: what processes hand over and the cache keeps, a fifth as large as the values.

The file's path is left out, because the same text may lie under several.
"""

from typing import Any

from prill.model.finding import Edit, Finding, Fix, Location, Severity, Suppression

__all__ = ["Row", "finding_of", "row_of"]

Row = tuple[Any, ...]
"""Texts, numbers, None, and tuples or, when they were JSON in between, lists of these."""

_SEVERITIES = {one.value: one for one in Severity}
_VALUES = {one: one.value for one in Severity}
"""Asked for each finding: ``value`` itself takes three times as long."""


def row_of(finding: Finding) -> Row:
    """Return a finding as a row."""
    rule, severity, message, location, within, aliases, help_url, fixes, suppressed = finding
    return (
        rule,
        _VALUES[severity],
        message,
        location[1:],
        within[1:] if within is not None else None,
        aliases,
        help_url,
        tuple(map(_fix, fixes)) if fixes else (),
        tuple(suppressed) if suppressed is not None else None,
    )


def finding_of(row: Row, path: str) -> Finding:
    """Return the finding of a row, in the file at ``path``; raise `ValueError` for what is no row."""
    try:
        rule, severity, message, place, within, aliases, help_url, fixes, suppressed = row
        location = _location(place, path)
        return Finding(  # by position: a named tuple takes twice as long by name
            rule,
            _SEVERITIES[severity],
            message,
            location,
            location if within == place else _location(within, path) if within is not None else None,
            tuple(aliases),
            help_url,
            tuple(map(_fixed, fixes)) if fixes else (),
            Suppression(suppressed[0], suppressed[1]) if suppressed is not None else None,
        )
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError(f"not a finding: {row!r}") from error


def _location(row: Row, path: str) -> Location:
    line, column, end_line, end_column, start_byte, end_byte = row
    return Location(path, line, column, end_line, end_column, start_byte, end_byte)


def _fix(fix: Fix) -> Row:
    message, edits, safe = fix
    return message, safe, tuple(map(tuple, edits))


def _fixed(row: Row) -> Fix:
    message, safe, edits = row
    return Fix(message, tuple([Edit(*one) for one in edits]), safe)

"""A report of findings as JSON: Prill's own form, everything in it, suppressed findings included.

The text is put together here as ``json.dumps`` with an indent of two would write it: a linter writes thousands of
findings, all of one shape, and to lay each of them out as dicts first takes five times as long.
"""

from collections.abc import Iterable
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _text

from prill.model.finding import Finding, Fix, Location, Report, Suppression
from prill.model.report import Gap

__all__ = ["encode_findings_json"]


def encode_findings_json(report: Report) -> bytes:
    """Return the document in ASCII, indented, keys in a fixed order."""
    return f"""{{
  "schema": "prill-findings-1",
  "subjects": {_list(map(_text, report.subjects), "  ")},
  "findings": {_list(map(_finding, report.findings), "  ")},
  "gaps": {_list(map(_gap, report.gaps), "  ")}
}}
""".encode("ascii")


def _finding(finding: Finding) -> str:
    location, within, suppressed = finding.location, finding.within, finding.suppressed_by
    return f"""{{
      "rule": {_text(finding.rule)},
      "aliases": {_aliases(finding.aliases)},
      "severity": {_text(finding.severity)},
      "message": {_text(finding.message)},
      "location": {_location(location)},
      "within": {_location(within) if within else "null"},
      "fixes": {_list(map(_fix, finding.fixes), "      ")},
      "suppressed": {_suppression(suppressed) if suppressed else "null"}
    }}"""


@lru_cache(maxsize=256)
def _aliases(aliases: tuple[str, ...]) -> str:
    """Lay out the aliases of a rule, which all of its findings have."""
    return _list(map(_text, aliases), "      ")


@lru_cache(maxsize=64)
def _location(location: Location) -> str:
    return f"""{{
        "path": {_text(location.path)},
        "start": {{
          "line": {location.line},
          "column": {location.column},
          "byte": {location.start_byte}
        }},
        "end": {{
          "line": {location.end_line},
          "column": {location.end_column},
          "byte": {location.end_byte}
        }}
      }}"""


def _fix(fix: Fix) -> str:
    edits = (
        f"""{{
              "start": {edit.start},
              "end": {edit.end},
              "text": {_text(edit.text)}
            }}"""
        for edit in fix.edits
    )
    return f"""{{
          "message": {_text(fix.message)},
          "safe": {"true" if fix.safe else "false"},
          "edits": {_list(edits, "          ")}
        }}"""


def _suppression(suppressed: Suppression) -> str:
    return f"""{{
        "kind": {_text(suppressed.kind)},
        "reason": {_text(suppressed.reason)}
      }}"""


def _gap(gap: Gap) -> str:
    return f"""{{
      "subject": {_text(gap.subject)},
      "reason": {_text(gap.reason)}
    }}"""


def _list(items: Iterable[str], margin: str) -> str:
    """Lay out a list whose brackets stand in lines that begin with ``margin``."""
    written = f",\n{margin}  ".join(items)
    return f"[\n{margin}  {written}\n{margin}]" if written else "[]"

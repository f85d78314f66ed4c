"""A report of findings as JSON: Prill's own form, everything in it, suppressed findings included.

The text is put together here as ``json.dumps`` with an indent of two would write it: a linter writes thousands of
findings, all of one shape, and to lay each of them out as dicts first takes five times as long.
"""

from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from json.encoder import encode_basestring_ascii as _text

from prill.model.finding import Finding, Fix, Location, Report, Suppression
from prill.model.report import Gap

__all__ = ["encode_findings_json"]

_SOME = 100


def encode_findings_json(report: Report) -> bytes:
    """Return the document in ASCII, indented, keys in a fixed order.

    It grows some findings at a time: as one text that is joined and then encoded it would be in memory four times, and
    to have new memory takes as long as to write into it.
    """
    document = BytesIO()
    document.write(
        f"""{{
  "schema": "prill-findings-1",
  "subjects": {_list(map(_text, report.subjects), "  ")},
  "findings": """.encode("ascii")
    )
    for place in range(0, len(report.findings), _SOME):
        document.write(b",\n    " if place else b"[\n    ")
        document.write(",\n    ".join(map(_finding, report.findings[place : place + _SOME])).encode("ascii"))
    document.write(b"\n  ]" if report.findings else b"[]")
    document.write(
        f""",
  "gaps": {_list(map(_gap, report.gaps), "  ")}
}}
""".encode("ascii")
    )
    return document.getvalue()


def _finding(finding: Finding) -> str:
    rule, severity, message, location, within, aliases, _, fixes, suppressed = finding
    place = _location(location)
    return f"""{{
      "rule": {_text(rule)},
      "aliases": {_aliases(aliases)},
      "severity": {_text(severity)},
      "message": {_text(message)},
      "location": {place},
      "within": {(place if within == location else _location(within)) if within else "null"},
      "fixes": {_list(map(_fix, fixes), "      ") if fixes else "[]"},
      "suppressed": {_suppression(suppressed) if suppressed else "null"}
    }}"""


@lru_cache(maxsize=256)
def _aliases(aliases: tuple[str, ...]) -> str:
    """Lay out the aliases of a rule, which all of its findings have."""
    return _list(map(_text, aliases), "      ")


@lru_cache(maxsize=64)
def _location(location: Location) -> str:
    path, line, column, end_line, end_column, start_byte, end_byte = location
    return f"""{{
        "path": {_text(path)},
        "start": {{
          "line": {line},
          "column": {column},
          "byte": {start_byte}
        }},
        "end": {{
          "line": {end_line},
          "column": {end_column},
          "byte": {end_byte}
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

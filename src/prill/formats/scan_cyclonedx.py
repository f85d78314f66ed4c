"""A scan as CycloneDX 1.6: the image's SBOM with its vulnerabilities, and what is said of them as analyses."""

import json
import re
from collections.abc import Mapping, Sequence

from prill.formats._cyclonedx_components import gap_properties
from prill.formats._json import pretty_json
from prill.formats.sbom_documents import encode_sbom
from prill.model.advisory import Advisory, Level, Rating
from prill.model.scan_report import ScanReport
from prill.model.vulnerability_match import MatchState, VulnerabilityMatch

__all__ = ["encode_scan_cyclonedx"]

_Json = dict[str, object]
_METHODS = (("CVSS:4", "CVSSv4"), ("CVSS:3.1", "CVSSv31"), ("CVSS:3", "CVSSv3"))
_TIME = re.compile(r"(?!0001)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})")
_STATUSES = {"not_affected": "not_affected", "fixed": "resolved", "affected": "exploitable"}
_JUSTIFICATIONS = {
    "component_not_present": "code_not_present",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}
"""OpenVEX's justifications in CycloneDX's words."""


def encode_scan_cyclonedx(report: ScanReport, *, tool: str) -> bytes:
    """Return the SBOM of the report with ``vulnerabilities``, sorted by id.

    The scan's own gaps are beside those of the SBOM; they leave the list of vulnerabilities incomplete, not that of
    components.
    """
    if report.sbom is None:
        raise ValueError("a report without its SBOM cannot be CycloneDX")
    document = json.loads(encode_sbom(report.sbom, "cyclonedx", tool=tool, files=False))
    refs = {
        str(one["purl"]): str(one["bom-ref"]) for one in _components(document.get("components", ())) if "purl" in one
    }
    found: dict[str, list[VulnerabilityMatch]] = {}
    for match in report.matches:
        found.setdefault(match.advisory.id, []).append(match)
    listed = [_vulnerability(group, refs) for id_ in sorted(found) for group in _alike(found[id_])]
    document["vulnerabilities"] = listed
    if report.gaps:
        document["properties"] = gap_properties({*report.sbom.gaps, *report.gaps})
        if listed:
            incomplete = {"aggregate": "incomplete", "vulnerabilities": [one["bom-ref"] for one in listed]}
            document["compositions"].append(incomplete)
    return pretty_json(document, ascii_only=False)


def _components(components: Sequence[_Json]) -> list[_Json]:
    """Return components and those within them."""
    found: list[_Json] = []
    for one in components:
        found.append(one)
        inner = one.get("components")
        found += _components(inner) if isinstance(inner, list) else []
    return found


def _alike(matches: Sequence[VulnerabilityMatch]) -> list[list[VulnerabilityMatch]]:
    """Put those together of which the same is said; an analysis holds for all that a vulnerability affects."""
    groups: dict[object, list[VulnerabilityMatch]] = {}
    for match in matches:
        groups.setdefault((match.state, match.suppressed_by), []).append(match)
    return list(groups.values())


def _vulnerability(matches: Sequence[VulnerabilityMatch], refs: Mapping[str, str]) -> _Json:
    advisory = matches[0].advisory
    source = matches[0].why[0].source if matches[0].why else ""
    vulnerability: _Json = {
        "bom-ref": f"vulnerability-{advisory.id}-{matches[0].package.purl}",
        "id": advisory.id,
        "source": {"name": source},
        "references": [{"id": id_, "source": {"name": id_.partition("-")[0]}} for id_ in advisory.aliases],
        "ratings": [_rating(rating) for rating in advisory.ratings] or [{"severity": "unknown"}],
        "description": advisory.summary or advisory.details,
        "advisories": [{"url": url} for url in advisory.references if url.startswith(("https://", "http://"))],
        "analysis": _analysis(matches[0]),
        "affects": [{"ref": refs.get(match.package.purl, match.package.purl)} for match in matches],
        "properties": _properties(advisory, matches),
    }
    if recommendation := sorted({f"upgrade {one.package.name} to {one.fixed_in}" for one in matches if one.fixed_in}):
        vulnerability["recommendation"] = "; ".join(recommendation)
    for name, text in (("published", advisory.published), ("updated", advisory.modified)):
        if _TIME.fullmatch(text):
            vulnerability[name] = text
    return {name: value for name, value in vulnerability.items() if value not in ("", [], None)}


def _rating(rating: Rating) -> _Json:
    level = "none" if rating.level is Level.NEGLIGIBLE else str(rating.level)
    found: _Json = {"source": {"name": rating.source}, "severity": level}
    if rating.vector and rating.score is not None:
        method = next((name for prefix, name in _METHODS if rating.vector.startswith(prefix)), "CVSSv2")
        found |= {"score": rating.score, "method": method, "vector": rating.vector}
    return found


def _analysis(match: VulnerabilityMatch) -> _Json:
    one = match.suppressed_by
    if one is not None:
        analysis: _Json = {"state": _STATUSES.get(one.status, "in_triage"), "detail": one.reason or one.kind}
        if one.justification in _JUSTIFICATIONS and analysis["state"] == "not_affected":
            analysis["justification"] = _JUSTIFICATIONS[one.justification]
        return analysis
    if match.state is MatchState.NOT_AFFECTED:
        return {"state": "not_affected", "detail": "the vendor says so"}
    if match.state is MatchState.UNDETERMINED:
        return {"state": "in_triage"}
    analysis = {"state": "exploitable" if match.advisory.exploitation.known_since else "in_triage"}
    if match.fixed_in:
        analysis["response"] = ["update"]
    elif match.state is MatchState.WILL_NOT_FIX:
        analysis["response"] = ["will_not_fix"]
    return analysis


def _properties(advisory: Advisory, matches: Sequence[VulnerabilityMatch]) -> list[_Json]:
    used = advisory.exploitation
    values = {
        "prill:state": str(matches[0].state),
        "prill:kev": used.known_since,
        "prill:epss": "" if used.epss is None else f"{used.epss:.5f}",
    }
    return [{"name": name, "value": value} for name, value in values.items() if value]

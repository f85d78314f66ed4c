"""VEX in CycloneDX: vulnerabilities with an analysis, about components of the document or of another one (BOM-Link)."""

from collections.abc import Iterator
from urllib.parse import unquote

import msgspec

from prill.formats.vex_errors import InvalidVex
from prill.model.purl import InvalidPurl, Purl
from prill.model.typed_json import decode_json
from prill.model.value import replace
from prill.model.vex import Justification, VexProduct, VexStatement, VexStatus

__all__ = ["read_cyclonedx_vex"]

_MAX_DEPTH = 50


class _Component(msgspec.Struct, rename={"ref": "bom-ref"}):
    ref: str = ""
    purl: str = ""
    components: list["_Component"] = []


class _Analysis(msgspec.Struct):
    state: str = ""
    justification: str = ""
    detail: str = ""
    last_updated: str = msgspec.field(name="lastUpdated", default="")


class _Version(msgspec.Struct):
    version: str = ""
    status: str = ""


class _Affects(msgspec.Struct):
    ref: str
    versions: list[_Version] = []


class _Reference(msgspec.Struct):
    id: str = ""


class _Vulnerability(msgspec.Struct):
    id: str = ""
    references: list[_Reference] = []
    analysis: _Analysis | None = None
    affects: list[_Affects] = []
    updated: str = ""


class _Metadata(msgspec.Struct):
    timestamp: str = ""
    component: _Component | None = None


class _Bom(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)
    components: list[_Component] = []
    vulnerabilities: list[_Vulnerability] = []


_STATES = {
    "resolved": VexStatus.FIXED,
    "resolved_with_pedigree": VexStatus.FIXED,
    "exploitable": VexStatus.AFFECTED,
    "in_triage": VexStatus.UNDER_INVESTIGATION,
    "false_positive": VexStatus.NOT_AFFECTED,
    "not_affected": VexStatus.NOT_AFFECTED,
}
_JUSTIFICATIONS = {
    "code_not_present": Justification.VULNERABLE_CODE_NOT_PRESENT,
    "code_not_reachable": Justification.NOT_IN_EXECUTE_PATH,
    "requires_configuration": Justification.NOT_CONTROLLED_BY_ADVERSARY,
    "requires_dependency": Justification.COMPONENT_NOT_PRESENT,
    "requires_environment": Justification.NOT_CONTROLLED_BY_ADVERSARY,
    "protected_by_compiler": Justification.MITIGATED,
    "protected_at_runtime": Justification.MITIGATED,
    "protected_at_perimeter": Justification.MITIGATED,
    "protected_by_mitigating_control": Justification.MITIGATED,
}
"""CycloneDX's justifications (1.4 and later, impactAnalysisJustification) in OpenVEX's words."""


def read_cyclonedx_vex(data: bytes, source: str) -> tuple[VexStatement, ...]:
    """Return what is said in the analyses of a document; raise `InvalidVex`."""
    bom = decode_json(data, _Bom, InvalidVex, f"{source} is no CycloneDX document")
    top = [bom.metadata.component] if bom.metadata.component else []
    purls = {one.ref: one.purl for one in _all([*top, *bom.components], 0) if one.ref and one.purl}
    return tuple(filter(None, (_statement(one, purls, bom, source) for one in bom.vulnerabilities)))


def _all(components: list[_Component], depth: int) -> Iterator[_Component]:
    for one in components:
        yield one
        if depth < _MAX_DEPTH:
            yield from _all(one.components, depth + 1)


def _statement(one: _Vulnerability, purls: dict[str, str], bom: _Bom, source: str) -> VexStatement | None:
    analysis = one.analysis
    if analysis is None or not analysis.state or not one.id:
        return None
    status = _STATES.get(analysis.state)
    if status is None:
        raise InvalidVex(f"{source}: {one.id} has the analysis state {analysis.state[:80]!r}")
    if analysis.justification and analysis.justification not in _JUSTIFICATIONS:
        raise InvalidVex(f"{source}: {one.id} has the justification {analysis.justification[:80]!r}")
    products = [product for each in one.affects for product in _products(each, purls, status)]
    return VexStatement(
        vulnerabilities=tuple(dict.fromkeys([one.id, *(each.id for each in one.references if each.id)])),
        products=tuple(dict.fromkeys(products)),
        status=status,
        source=source,
        justification=_JUSTIFICATIONS[analysis.justification] if analysis.justification else "",
        reason=analysis.detail,
        time=analysis.last_updated or one.updated or bom.metadata.timestamp,
    )


def _products(one: _Affects, purls: dict[str, str], status: VexStatus) -> Iterator[VexProduct]:
    """Yield what is meant: a component, or the versions of it that are listed as the status says.

    Ranges of versions (vers) are not read: such an entry names nothing.
    """
    id_ = purls.get(one.ref) or _linked(one.ref)
    others = {"affected", "unknown"} if status in (VexStatus.NOT_AFFECTED, VexStatus.FIXED) else {"unaffected"}
    if not one.versions:
        yield VexProduct(id_)
    for each in one.versions:
        if each.version and each.status not in others and (named := _in_version(id_, each.version)):
            yield VexProduct(named)


def _in_version(id_: str, version: str) -> str:
    """Return a purl with a version; nothing for one that has another, or that is no purl and has none."""
    try:
        purl = Purl.parse(id_)
    except InvalidPurl:
        return ""
    return str(replace(purl, version=version)) if purl.version in ("", version) else ""


def _linked(ref: str) -> str:
    """Return what a BOM-Link names: ``urn:cdx:SERIAL/VERSION#REF``, whose last part is often a purl."""
    return unquote(ref.partition("#")[2]) if ref.startswith("urn:cdx:") and "#" in ref else ref

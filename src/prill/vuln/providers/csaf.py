"""Red Hat's CSAF documents, advisories (RHSA) and VEX (CSAF 2.0, profiles 4 and 5): which rpm fixes what, and where.

A product is a component of a release; the component's purl says name, version, architecture and module stream, the
release's CPE which major version of Red Hat Enterprise Linux it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from prill.formats.csaf import Csaf, CsafVulnerability, InvalidCsaf, products_of, read_csaf
from prill.model.purl import InvalidPurl, Purl
from prill.model.vulnerability_match import MatchState
from prill.vuln.providers.provider import InvalidAdvisories, SourceFile, read_source
from prill.vuln.records import Affected, Item, RatingText, Record, Skipped, VersionRange

__all__ = ["PROVIDER", "CsafProvider"]

_MAX_BYTES = 256 << 20
_RELEASE = re.compile(r"redhat:(?:enterprise_linux|rhel_[a-z0-9_]+):([0-9]+)")
_MODULE = re.compile(r"([^:]+:[^:]+)")
_SOURCE = "Red Hat"
_WILL_NOT_FIX = {"Will not fix", "Out of support scope"}


class CsafProvider:
    """Reads one document."""

    id = "redhat-csaf"
    title = "Red Hat CSAF"
    license = "CC-BY-4.0"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Take an object with CSAF's version of itself."""
        return path.is_file() and b'"csaf_version"' in head

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Yield a record for each vulnerability; raise `InvalidAdvisories` for what is not Red Hat's."""
        try:
            csaf = read_csaf(read_source(source, _MAX_BYTES), source.name)
        except InvalidCsaf as error:
            raise InvalidAdvisories(str(error)) from error
        if not csaf.document.tracking.id:
            raise InvalidAdvisories(f"{source.name} is a CSAF document without an id")
        if not csaf.document.publisher.name.startswith("Red Hat"):
            raise InvalidAdvisories(
                f"{source.name} is published by {csaf.document.publisher.name[:80]!r}, of which no record is known",
                hint="a VEX document is given to the scan: prill scan --vex FILE",
            )
        products = _products(csaf)
        for vulnerability in csaf.vulnerabilities:
            yield _record(csaf, vulnerability, products)


PROVIDER = CsafProvider()


def _products(csaf: Csaf) -> dict[str, tuple[str, Purl]]:
    """Return, for each product that is a component of a release, the ecosystem and the component's purl."""
    found = {}
    for id_, product in products_of(csaf).items():
        release = _RELEASE.search(product.whole.cpe) if product.whole else None
        if release is None or not product.purl:
            continue
        try:
            found[id_] = (f"Red Hat:{release[1]}", Purl.parse(product.purl))
        except InvalidPurl:
            continue
    return found


def _record(csaf: Csaf, one: CsafVulnerability, products: Mapping[str, tuple[str, Purl]]) -> Record | Skipped:
    status = one.product_status
    unfixed = {
        id_
        for remark in one.remediations
        if remark.category in ("no_fix_planned", "none_available") and remark.details in _WILL_NOT_FIX
        for id_ in remark.product_ids
    }
    affected = [
        *_affected(status.get("fixed", ()), products, MatchState.FIXED),
        *_affected(
            (id_ for id_ in status.get("known_affected", ()) if id_ not in unfixed), products, MatchState.AFFECTED
        ),
        *_affected(
            (id_ for id_ in status.get("known_affected", ()) if id_ in unfixed), products, MatchState.WILL_NOT_FIX
        ),
        *_affected(status.get("known_not_affected", ()), products, MatchState.NOT_AFFECTED),
        *_affected(status.get("under_investigation", ()), products, MatchState.UNDETERMINED),
    ]
    advisory = csaf.document.tracking.id
    if not one.cve or not affected:
        return Skipped(f"{advisory} {one.cve}", "it names no package of a release that is known", harmless=True)
    words = [remark.details for remark in one.threats if remark.category == "impact"]
    vectors = [score.cvss_v3.vector_string for score in one.scores if score.cvss_v3 and score.cvss_v3.vector_string]
    return Record(
        id=one.cve,
        affected=tuple(dict.fromkeys(affected)),
        aliases=() if advisory == one.cve else (advisory,),
        summary=one.title[:300],
        ratings=tuple(RatingText(_SOURCE, text) for text in dict.fromkeys([*words[:1], *vectors[:1]])),
        references=(
            f"https://access.redhat.com/errata/{advisory}",
            f"https://access.redhat.com/security/cve/{one.cve}",
        ),
        published=one.release_date,
        modified=csaf.document.tracking.current_release_date,
    )


def _affected(ids: Iterable[str], products: Mapping[str, tuple[str, Purl]], state: MatchState) -> Iterator[Affected]:
    for id_ in ids:
        if id_ not in products:
            continue
        ecosystem, purl = products[id_]
        qualifiers = dict(purl.qualifiers)
        module = _MODULE.match(qualifiers.get("rpmmod", ""))
        epoch = qualifiers.get("epoch", "0")
        version = f"{epoch}:{purl.version}" if purl.version and epoch != "0" else purl.version
        fixed = version if state is MatchState.FIXED else ""
        yield Affected(ecosystem, purl.name, (VersionRange("", fixed),), (), state, module[1] if module else "")

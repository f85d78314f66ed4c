"""What Prill and Trivy say about one image, with databases of the same records, set beside each other."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plain_purls import normal
from prill.model import Sbom
from prill.model.vulnerability_match import MatchState
from prill.vuln.database import open_database
from prill.vuln.database_match import match_database
from prill.vuln.records import Record
from scanners import find_trivy, run_scanner
from trivy_database import write_trivy_database

Pair = tuple[str, str]
"""A vulnerability's id and a package's purl, without what tells only how it was found."""

_OPTIONS = ("--skip-db-update", "--skip-java-db-update", "--offline-scan", "--list-all-pkgs", "--scanners", "vuln")


@dataclass(frozen=True, slots=True)
class Compared:
    """What both say; ``elsewhere`` are pairs about packages that only one of the two lists at all."""

    both: frozenset[Pair]
    only_ours: frozenset[Pair]
    only_theirs: frozenset[Pair]
    elsewhere: frozenset[Pair]

    def counts(self) -> dict[str, tuple[int, int, int]]:
        """Return by purl type how many pairs both have, only Prill, and only Trivy."""
        kinds = sorted({_kind(pair) for pair in (*self.both, *self.only_ours, *self.only_theirs)})
        sets = (self.both, self.only_ours, self.only_theirs)
        return {kind: tuple(sum(_kind(pair) == kind for pair in one) for one in sets) for kind in kinds}  # type: ignore[misc]


def _kind(pair: Pair) -> str:
    return pair[1].removeprefix("pkg:").partition("/")[0]


def compare_findings(
    sbom: Sbom, database: Path, records: Sequence[Record], image: Path, work: Path, *, program: Path
) -> Compared:
    """Ask both. ``image`` is a docker-archive, ``sbom`` Prill's of it, ``database`` Prill's of ``records``.

    ``program`` is where the writer of Trivy's database is built, once. What the vendor denies, Trivy does not know.
    """
    home = write_trivy_database(records, work / "trivy", program=program)
    said = run_scanner(
        find_trivy(), "image", "-q", *_OPTIONS, "--cache-dir", home, "--format", "json", "--input", image, home=work
    )
    results = json.loads(said).get("Results", ())
    theirs = {(one["VulnerabilityID"], _purl(one)) for result in results for one in result.get("Vulnerabilities", ())}
    listed = {_purl(one) for result in results for one in result.get("Packages", ()) if one["Identifier"].get("PURL")}
    with open_database(database) as opened:
        matches = match_database(sbom.packages, sbom.distro, opened).matches
    ours = {
        (match.advisory.id, normal(match.package.purl))
        for match in matches
        if match.state is not MatchState.NOT_AFFECTED
    }
    own = {normal(package.purl) for package in sbom.packages if not package.owner}
    elsewhere = {pair for pair in ours ^ theirs if pair[1] not in listed or pair[1] not in own}
    return Compared(
        both=frozenset(ours & theirs),
        only_ours=frozenset(ours - theirs - elsewhere),
        only_theirs=frozenset(theirs - ours - elsewhere),
        elsewhere=frozenset(elsewhere),
    )


def _purl(one: dict[str, Any]) -> str:
    identifier = one.get("PkgIdentifier") or one["Identifier"]
    return normal(identifier["PURL"])

"""Set Prill's findings in one image beside Trivy's, with the same records: ``tools/compare_findings.py IMAGE.tar``.

IMAGE is a docker-archive. The records are made for it (``tests/oracle_records.py``): for each package, ranges that
begin and end at its version; ``--osv FOLDER`` adds the zips there, ``--archive`` what the release's own changelogs
say, as Debian's tracker would. Trivy's database is written with Debian's Go packages. The exit code is 10 where a
package that both list has a finding of one alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from advisories import built
from oracle_records import records_about
from prill.api.open_options import OpenOptions
from prill.api.opening import look_at
from prill.api.sbom import catalogue_owned
from prill.cli.main import main as run_prill
from prill.model import DebDetails, Sbom
from prill.vuln.providers import debian_tracker, osv
from prill.vuln.providers.provider import Provider, SourceFile
from prill.vuln.records import Record
from trivy_findings import Compared, compare_findings

DIFFERENT = 10
_SHOWN = 40


def main() -> int:
    """Make records and databases, ask both, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path, help="a docker-archive")
    parser.add_argument("--osv", type=Path, metavar="FOLDER", help="zips of OSV whose records are taken, too")
    parser.add_argument("--archive", action="store_true", help="ask the release's archive what its changelogs say")
    arguments = parser.parse_args()
    with look_at(f"docker-archive:{arguments.image}", OpenOptions()) as looked:
        sbom, _ = catalogue_owned(looked)
    with tempfile.TemporaryDirectory(prefix="prill-findings-") as name:
        work = Path(name)
        made = records_about(sbom.packages, sbom.distro)
        zips = sorted(arguments.osv.glob("*.zip")) if arguments.osv else []
        real = [record for path in zips for record in _read(osv.PROVIDER, path)]
        told = _read(debian_tracker.PROVIDER, _tracker(arguments.image, sbom, work)) if arguments.archive else []
        records = [*made, *real, *told]
        print(f"records: {len(made)} about the image's own versions, {len(real)} of OSV, {len(told)} of changelogs")
        database, _ = built(work / "a.db", *records)
        compared = compare_findings(sbom, database, records, arguments.image, work, program=work / "write_bolt")
    _print(compared)
    return DIFFERENT if compared.only_ours or compared.only_theirs else 0


def _read(provider: Provider, path: Path) -> list[Record]:
    return [item for item in provider.read(SourceFile(path, path.name)) if isinstance(item, Record)]


def _tracker(image: Path, sbom: Sbom, work: Path) -> Path:
    """Write what the archive's changelogs say of the image as Debian's tracker would have it."""
    report = work / "report.json"
    words = [f"docker-archive:{image}", "--no-db", "--allow-gaps", "-q", "--format", "json", "-o", str(report)]
    run_prill(["scan", *words])
    sources = {one.purl: one.details.source_name for one in sbom.packages if isinstance(one.details, DebDetails)}
    document: dict[str, dict[str, dict[str, object]]] = {}
    for one in json.loads(report.read_bytes())["findings"]:
        release = {"status": "resolved", "fixed_version": one["fixedIn"], "urgency": "not yet assigned"}
        said = document.setdefault(sources[one["package"]["purl"]], {})
        said[one["id"]] = {"releases": {"bookworm": release}}
    path = work / "tracker.json"
    path.write_text(json.dumps(document))
    return path


def _print(compared: Compared) -> None:
    print(f"{'type':<8} {'both':>8} {'Prill alone':>12} {'Trivy alone':>12}")
    for kind, (both, ours, theirs) in compared.counts().items():
        print(f"{kind:<8} {both:>8} {ours:>12} {theirs:>12}")
    packages = sorted({purl for _, purl in compared.elsewhere})
    print(f"{len(compared.elsewhere)} findings in {len(packages)} packages that only one of the two lists")
    for purl in packages[:_SHOWN]:
        print(f"  {purl}")
    for title, pairs in (("Prill alone", compared.only_ours), ("Trivy alone", compared.only_theirs)):
        for id_, purl in sorted(pairs)[:_SHOWN]:
            print(f"{title}: {id_} in {purl}")


if __name__ == "__main__":
    sys.exit(main())

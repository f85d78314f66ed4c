"""Vulnerabilities: the database made and asked, and scans beside Trivy's with a database of the same records.

Trivy updates nothing and asks nobody, and so does Prill here: only the database speaks.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from measure import PRILL, ROOT, ROUNDS, Run, machine, measure, timed
from scan import _trivy
from scan_image import find_image

sys.path.insert(0, str(ROOT / "src"))
sys.path.insert(0, str(ROOT / "tests"))

from advisories import language
from prill.vuln.database import open_database
from prill.vuln.database_match import match_database
from prill.vuln.providers.osv import PROVIDER
from prill.vuln.providers.provider import SourceFile
from prill.vuln.records import Record
from trivy_database import write_trivy_database

DATA = ROOT.parent / "shared" / "data" / "vuln" / "osv"
PACKAGES = 1000
TRIVY = ("-q", "--skip-db-update", "--skip-java-db-update", "--offline-scan", "--scanners", "vuln", "--format", "json")


def main(folder: Path | None, *, recipe: bool) -> None:
    """Measure and print."""
    if not DATA.is_dir():
        print("no database is measured: the records of other projects are not beside this checkout")
        return
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}, {ROUNDS} rounds, medians")
    with tempfile.TemporaryDirectory(prefix="prill-bench-") as name:
        work = Path(name)
        database = work / "advisories.db"
        files = sorted(DATA.glob("*.zip"))
        built = Run()
        command: list[str | Path] = [PRILL, "db", "import", *files, "--db", database, "--allow-gaps", "-q"]
        for _ in range(min(ROUNDS, 3)):
            database.unlink(missing_ok=True)
            measure(built, lambda: timed(command))
        with open_database(database) as opened:
            records = sum(1 for _ in opened.vulnerabilities())
        size = database.stat().st_size
        busy = f"{built.processor:.1f} s of the processor"
        peak = f"{built.peak / 1e6:.0f} MB peak"
        print(f"database of {records} records: {built.median:.1f} s (wanted: below 15), {busy}, {peak}")
        print(f"its file: {size / 1e6:.1f} MB, {size / records / 1000:.2f} KB a record (wanted: at most 0.7)")
        _in_process(database)
        image = find_image(folder, recipe=recipe)
        if image is not None:
            _scans(work, image.docker, database, files)


def _in_process(database: Path) -> None:
    """Measure opening with a first answer, and a thousand packages."""
    keys = []
    with open_database(database) as opened:
        keys = [key for key, _ in opened.packages() if key.startswith(("PyPI\0", "Go\0"))][:PACKAGES]
    kinds = {"PyPI": "pypi", "Go": "golang"}
    packages = [language(kinds[key.partition("\0")[0]], key.partition("\0")[2], "1.0.0") for key in keys]
    first, many = [], []
    for _ in range(max(ROUNDS, 5)):
        begin = time.process_time()
        with open_database(database) as opened:
            match_database(packages[:1], None, opened)
            first.append(time.process_time() - begin)
            begin = time.process_time()
            found = len(match_database(packages, None, opened).matches)
            many.append(time.process_time() - begin)
    one, all_ = 1000 * statistics.median(first), 1000 * statistics.median(many)
    print(f"opening and the first answer: {one:.0f} ms of the processor (wanted: below 50)")
    print(f"{len(packages)} packages, {found} findings: {all_:.0f} ms of the processor (wanted: 50)")


def _scans(work: Path, image: Path, database: Path, files: list[Path]) -> None:
    """Measure whole scans of the image, cold and warm, ours and Trivy's in turns."""
    command: list[str | Path] = [
        PRILL,
        "scan",
        f"docker-archive:{image}",
        "--db",
        database,
        "--no-archive",
        "--format",
        "json",
    ]
    command += ["--allow-gaps", "-q", "-o", work / "prill.json"]
    runs = {name: Run() for name in ("Prill, cold", "Prill, warm", "Trivy, cold", "Trivy, warm")}
    program = _trivy()
    home = work / "trivy"
    if program:
        records = [
            item for path in files for item in PROVIDER.read(SourceFile(path, path.name)) if isinstance(item, Record)
        ]
        write_trivy_database(records, home, program=work / "write_bolt")
    for _ in range(ROUNDS):
        shutil.rmtree(work / "cache", ignore_errors=True)
        environment = {"XDG_CACHE_HOME": str(work / "cache")}
        for name in ("Prill, cold", "Prill, warm"):
            measure(runs[name], lambda: timed(command, environment))  # noqa: B023 - called at once
        if program:
            shutil.rmtree(home / "fanal", ignore_errors=True)
            peer: list[str | Path] = [
                program,
                "image",
                *TRIVY,
                "--cache-dir",
                home,
                "--input",
                image,
                "-o",
                work / "trivy.json",
            ]
            for name in ("Trivy, cold", "Trivy, warm"):
                measure(runs[name], lambda: timed(peer, {"HOME": str(work)}))  # noqa: B023 - called at once
    for name, run in runs.items():
        if run.seconds:
            print(f"scan, {name}: {run.median:.2f} s, {run.processor:.2f} s of the processor, {run.peak / 1e6:.0f} MB")
    if program:
        for kind, wanted in (("cold", "3"), ("warm", "1")):
            ours, theirs = runs[f"Prill, {kind}"], runs[f"Trivy, {kind}"]
            busy = f"{theirs.processor / ours.processor:.1f} times less processor time"
            print(f"{kind}: {theirs.median / ours.median:.1f} times as fast as Trivy (wanted: {wanted}), {busy}")

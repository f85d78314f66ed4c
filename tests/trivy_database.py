"""Trivy's own database, filled with the records that ours is made of, so that both scan with the same knowledge."""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from prill.model.vulnerability_match import MatchState
from prill.vuln.orders import order_of
from prill.vuln.package_names import normalise_name
from prill.vuln.records import Affected, Record

PROGRAM = Path(__file__).parent / "compat" / "programs" / "write_bolt.go"
BUCKETS = {
    "PyPI": ("pip::GitHub Security Advisory Pip", {"ID": "ghsa", "Name": "pip", "URL": "https://example.test"}),
    "Go": ("go::GitHub Security Advisory Go", {"ID": "ghsa", "Name": "go", "URL": "https://example.test"}),
    "npm": ("npm::GitHub Security Advisory Npm", {"ID": "ghsa", "Name": "npm", "URL": "https://example.test"}),
    "Maven": ("maven::GitHub Security Advisory Maven", {"ID": "ghsa", "Name": "maven", "URL": "https://example.test"}),
    "Debian:12": ("debian 12", {"ID": "debian", "Name": "debian", "URL": "https://example.test"}),
}


def write_trivy_database(records: Iterable[Record], folder: Path, *, program: Path) -> Path:
    """Fill ``folder`` as Trivy's cache; ``program`` is where the writer is built, once. Skip where that cannot be."""
    lines = "".join(json.dumps(line) + "\n" for line in _lines(records))
    for name, version in (("db", 2), ("java-db", 1)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        stamp = "2999-01-01T00:00:00Z"
        metadata = {"Version": version, "NextUpdate": stamp, "UpdatedAt": "2026-01-01T00:00:00Z", "DownloadedAt": stamp}
        (folder / name / "metadata.json").write_text(json.dumps(metadata))
    with closing(sqlite3.connect(folder / "java-db" / "trivy-java.db")) as connection:
        connection.execute("CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT)")
        connection.execute("CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT)")
        connection.commit()
    database = folder / "db" / "trivy.db"
    database.unlink(missing_ok=True)
    subprocess.run([_writer(program), database], input=lines, text=True, check=True, timeout=300)
    return folder


def _writer(program: Path) -> Path:
    """Build the program that writes bolt files, of Debian's Go packages alone."""
    if program.exists():
        return program
    go = shutil.which("go")
    if go is None or not Path("/usr/share/gocode/src/go.etcd.io/bbolt").exists():
        pytest.skip("golang-go and golang-github-coreos-bbolt-dev are not installed")
    program.parent.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(program.parent / "go-cache"),
        "GOFLAGS": "",
    }
    subprocess.run([go, "build", "-o", program, PROGRAM], env=environment, check=True, timeout=600)
    return program


def _lines(records: Iterable[Record]) -> Iterator[dict[str, object]]:
    for name, source in BUCKETS.values():
        yield {"path": ["data-source"], "key": name, "value": source}
    for record in records:
        yield {"path": ["vulnerability"], "key": record.id, "value": {"Title": record.id, "Severity": "HIGH"}}
        packages: dict[tuple[str, str], dict[str, object]] = {}
        for affected in record.affected:
            if affected.ecosystem in BUCKETS:
                bucket, name = BUCKETS[affected.ecosystem][0], normalise_name(affected.ecosystem, affected.package)
                _add(packages.setdefault((bucket, name), {}), _value(affected))
        for (bucket, name), value in packages.items():
            yield {"path": [bucket, name], "key": record.id, "value": value}


def _add(value: dict[str, object], more: dict[str, object]) -> None:
    """Join what a record says of one package in several places."""
    for name, said in more.items():
        former = value.get(name)
        value[name] = [*former, *said] if isinstance(former, list) and isinstance(said, list) else said


def _value(affected: Affected) -> dict[str, object]:
    if affected.ecosystem.startswith("Debian"):
        fixed = affected.ranges[0].fixed
        return {"FixedVersion": fixed} if affected.state is MatchState.FIXED else {}
    ranges = []
    for one in affected.ranges:
        begin = [f">={one.introduced}"] if one.introduced not in ("", "0") else []
        end = [f"<{one.fixed}"] if one.fixed else [f"<={one.last_affected}"] if one.last_affected else []
        # A prerelease of 0.0.0, as Go's pseudo-versions are, is before 0.
        ranges.append(", ".join((*begin, *end)) or (">=0.0.0-0" if affected.ecosystem in ("Go", "npm") else ">=0"))
    # Trivy leaves an advisory out of which it cannot read one version, so it gets those alone that no range has.
    alone = [version for version in affected.versions if not _in_a_range(affected, version)]
    return {
        "VulnerableVersions": [*ranges, *(f"={version}" for version in alone)],
        # What ends one range and begins another is not patched, and Trivy believes this list before the ranges.
        "PatchedVersions": [one.fixed for one in affected.ranges if one.fixed and not _in_a_range(affected, one.fixed)],
    }


def _in_a_range(affected: Affected, version: str) -> bool:
    key = order_of(affected.ecosystem).sort_key
    return any(
        (one.introduced in ("", "0") or key(one.introduced) <= key(version))
        and (not one.fixed or key(version) < key(one.fixed))
        and (not one.last_affected or key(version) <= key(one.last_affected))
        for one in affected.ranges
    )

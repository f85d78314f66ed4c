"""Small advisories, and databases made of them."""

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

from prill.model import ApkDetails, DebDetails, Distro, LanguageDetails, Package, RpmDetails
from prill.model.advisory import AdvisorySource
from prill.vuln.database import Database, open_database
from prill.vuln.database_builder import DatabaseBuilder, Taken
from prill.vuln.records import Covered, Item, Record

DEBIAN = Distro(id="debian", version="12")
HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"


def osv(id_: str, ecosystem: str = "PyPI", name: str = "app", **values: object) -> dict:
    """Return an OSV record: everything before 2.0 is affected."""
    events = values.pop("events", [{"introduced": "0"}, {"fixed": "2.0"}])
    affected = {"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    return {"id": id_, "modified": "2026-01-02T00:00:00Z", "affected": [affected], **values}


def write_zip(path: Path, *records: dict) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, record in enumerate(records):
            archive.writestr(f"{record.get('id', number)}.json", json.dumps(record))
    return path


def write_json(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def built(path: Path, *items: Item, name: str = "records", whole: bool = True) -> tuple[Path, Taken]:
    """Make a database of these records at ``path``; ``whole`` says that they are all that their ecosystems have."""
    builder = DatabaseBuilder()
    named = {one.ecosystem for item in items if isinstance(item, Record) for one in item.affected} if whole else ()
    source = AdvisorySource(id="test", name=name, retrieved=1_700_000_000)
    taken = builder.add(source, [*items, *map(Covered, sorted(named))])
    path.write_bytes(builder.finish(created=1_700_000_000))
    return path, taken


def opened(path: Path, items: Iterable[Item]) -> Database:
    return open_database(built(path, *items)[0])


def deb(name: str, version: str, *, source: str = "", source_version: str = "") -> Package:
    details = DebDetails(architecture="amd64", source_name=source or name, source_version=source_version or version)
    return Package(
        name=name, version=version, purl=f"pkg:deb/debian/{name}@{version}", found_by="dpkg", details=details
    )


def apk(name: str, version: str, origin: str = "") -> Package:
    details = ApkDetails(architecture="x86_64", origin=origin)
    return Package(name=name, version=version, purl=f"pkg:apk/alpine/{name}@{version}", found_by="apk", details=details)


def rpm(name: str, version: str, *, source: str = "", module: str = "") -> Package:
    details = RpmDetails(architecture="x86_64", source_rpm=source, modularity=module)
    return Package(name=name, version=version, purl=f"pkg:rpm/redhat/{name}@{version}", found_by="rpm", details=details)


def language(kind: str, name: str, version: str, **values: object) -> Package:
    purl = f"pkg:{kind}/{name}@{version}"
    return Package(
        name=name,
        version=version,
        purl=purl,
        found_by=kind,
        details=LanguageDetails(),
        **values,  # type: ignore[arg-type]
    )

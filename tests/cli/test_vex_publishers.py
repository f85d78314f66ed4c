"""Publishers of VEX: fetched by prill vex update, kept, and read by scans."""

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from advisories import osv, write_zip
from loopback import Loopback
from prill.cli.exit import Exit
from run_prill import Prill, Ran

LEFT = "pkg:npm/left@1.0.0"


def openvex(product: str = LEFT, vulnerability: str = "CVE-2026-2000") -> bytes:
    said = {"vulnerability": {"name": vulnerability}, "products": [{"@id": product}], "status": "not_affected"}
    document = {"@context": "https://openvex.dev/ns/v0.2.0", "author": "a vendor", "statements": [said]}
    return json.dumps(document).encode()


def csaf(vulnerability: str = "CVE-2026-2000") -> bytes:
    product = {"product_id": "left", "product_identification_helper": {"purl": LEFT}}
    document = {
        "document": {"publisher": {"name": "a vendor"}, "tracking": {"id": "V-1"}},
        "product_tree": {"full_product_names": [product]},
        "vulnerabilities": [{"cve": vulnerability, "product_status": {"known_not_affected": ["left"]}}],
    }
    return json.dumps(document).encode()


def repository(**files: bytes) -> bytes:
    """Return a repository's archive: an index of these documents below a top folder."""
    packages = [{"id": "pkg:npm/left", "location": name, "format": "openvex"} for name in files]
    index = json.dumps({"updated_at": "2026-01-01T00:00:00Z", "packages": packages}).encode()
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in {"index.json": index, **files}.items():
            member = tarfile.TarInfo(f"hub-main/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(stream.getvalue(), mtime=0)


@dataclass
class Shop:
    prill: Prill
    folder: Path
    server: Loopback

    def settings(self, *publishers: str) -> Path:
        path = self.folder / "prill.toml"
        path.write_text(
            f'[cache]\ndirectory = "{self.folder / "cache"}"\n[vex]\npublishers = {json.dumps(list(publishers))}\n'
        )
        return path

    def update(self, *words: object) -> Ran:
        return self.prill("vex", "update", "--plain-http", "--config", self.folder / "prill.toml", *words)

    def scan(self, *words: object) -> dict:
        database, config = self.folder / "a.db", self.folder / "prill.toml"
        common = ("--db", database, "--no-archive", "--format", "json", "--allow-gaps", "--config", config)
        ran = self.prill("scan", f"dir:{self.folder / 'root'}", *common, *words)
        assert ran.code == Exit.GOOD, ran.err
        found: dict = json.loads(ran.out)
        return found

    def dismissed(self, *words: object) -> dict[str, str]:
        found = self.scan(*words)["findings"]
        return {one["id"]: one["suppressedBy"]["source"] for one in found if one["suppressedBy"]}

    def gaps(self, *words: object) -> list[str]:
        return [gap["reason"] for gap in self.scan(*words)["gaps"] if "database of a distribution" not in gap["reason"]]


@pytest.fixture
def shop(prill: Prill, tmp_path: Path) -> Iterator[Shop]:
    package = tmp_path / "root/app/node_modules/left/package.json"
    package.parent.mkdir(parents=True)
    package.write_text('{"name": "left", "version": "1.0.0"}')
    npm = write_zip(tmp_path / "npm.zip", *(osv(f"CVE-2026-200{number}", "npm", "left") for number in (0, 1)))
    assert prill("db", "import", "--complete", npm, "--db", tmp_path / "a.db").code == Exit.GOOD
    with Loopback() as server:
        yield Shop(prill, tmp_path, server)


def serve_provider(shop: Shop, *, changes: str, **documents: bytes) -> str:
    files = shop.server.files
    directory = {"directory_url": f"{shop.server.url}/csaf/"}
    files["/.well-known/csaf/provider-metadata.json"] = json.dumps({"distributions": [directory]}).encode()
    files["/csaf/changes.csv"] = changes.encode()
    files.update({f"/csaf/{name}.json": data for name, data in documents.items()})
    return shop.server.url


def asked(shop: Shop) -> list[str]:
    paths = [path for path, _ in shop.server.requests]
    shop.server.requests.clear()
    return paths


def test_folders_need_no_fetching(shop: Shop):
    shop.settings("statements")
    ran = shop.update()
    assert (ran.code, "nothing to fetch" in ran.out) == (Exit.GOOD, True), ran
    shop.settings()
    ran = shop.update()
    assert (ran.code, "no publisher of VEX is named" in ran.out) == (Exit.NOTHING, True), ran


def test_a_repository_by_its_manifest(shop: Shop):
    location = {"url": f"{shop.server.url}/hub/main.tar.gz"}
    manifest = {"name": "hub", "versions": [{"spec_version": "0.1", "locations": [location]}]}
    shop.server.files["/.well-known/vex-repository.json"] = json.dumps(manifest).encode()
    shop.server.files["/hub/main.tar.gz"] = repository(**{"pkg/left.json": openvex(), "x.json": openvex("pkg:npm/x")})
    shop.settings(shop.server.url)
    assert shop.gaps() == ["what it states was never fetched: prill vex update"]
    ran = shop.update()
    assert ran.code == Exit.GOOD, ran.err
    assert ran.out == f"{shop.server.url}: 2 statements in 2 documents, 2 fetched\n"
    assert shop.dismissed() == {"CVE-2026-2000": f"{shop.server.url}, pkg/left.json"}
    found = shop.scan()
    assert shop.gaps() == []
    assert [(one["id"], one["records"]) for one in found["sources"] if one["id"] == "vex-publisher"] == [
        ("vex-publisher", 2)
    ]
    assert found["notes"] == [f"nothing that was found is concerned by 1 statement of {shop.server.url}"]
    assert shop.dismissed("--no-vex-publishers") == {}


def test_a_provider_of_csaf_is_asked_for_what_changed_alone(shop: Shop):
    first = '"a.json","2026-01-01T00:00:00Z"\n"b.json","2026-01-02T00:00:00Z"\n'
    shop.settings(serve_provider(shop, changes=first, a=csaf(), b=csaf("CVE-1999-1")))
    assert shop.update().code == Exit.GOOD
    assert shop.dismissed() == {"CVE-2026-2000": f"{shop.server.url}, {shop.server.url}/csaf/a.json"}
    asked(shop)
    later = first.replace("01-02", "01-03")
    shop.settings(serve_provider(shop, changes=later, a=csaf(), b=csaf("CVE-2026-2001")))
    assert shop.update().out.endswith("2 statements in 2 documents, 1 fetched\n")
    assert [path for path in asked(shop) if path.endswith(("/a.json", "/b.json"))] == ["/csaf/b.json"]
    assert shop.dismissed().keys() == {"CVE-2026-2000", "CVE-2026-2001"}


def test_a_directory_without_changes_has_an_index(shop: Shop):
    address = serve_provider(shop, changes="", a=csaf())
    del shop.server.files["/csaf/changes.csv"]
    shop.server.files["/csaf/index.txt"] = b"a.json\na.json.asc\n"
    shop.settings(address)
    assert shop.update().code == Exit.GOOD
    assert shop.dismissed().keys() == {"CVE-2026-2000"}


def test_a_feed_of_documents(shop: Shop):
    entry = {"updated": "2026-01-01", "content": {"src": f"{shop.server.url}/a.json"}}
    elsewhere = {"link": [{"rel": "self", "href": "http://127.0.0.2/b.json"}]}
    feed = {"url": f"{shop.server.url}/feed.json", "tlp_label": "WHITE"}
    secret = {"url": f"{shop.server.url}/secret.json", "tlp_label": "AMBER"}
    provider = {"distributions": [{"rolie": {"feeds": [feed, secret]}}]}
    shop.server.files["/provider-metadata.json"] = json.dumps(provider).encode()
    shop.server.files["/feed.json"] = json.dumps({"feed": {"entry": [entry, elsewhere]}}).encode()
    shop.server.files["/a.json"] = csaf()
    shop.settings(f"{shop.server.url}/provider-metadata.json")
    ran = shop.update()
    assert ran.code == Exit.INCOMPLETE
    assert "it lists http://127.0.0.2/b.json, which is elsewhere" in ran.err
    assert shop.dismissed().keys() == {"CVE-2026-2000"}
    assert "/secret.json" not in asked(shop)


def test_one_document(shop: Shop):
    shop.server.files["/left.openvex.json"] = openvex()
    shop.settings(f"{shop.server.url}/left.openvex.json")
    assert shop.update().code == Exit.GOOD
    assert shop.dismissed().keys() == {"CVE-2026-2000"}


def test_folders_are_read_as_they_are(shop: Shop):
    hub = shop.folder / "hub"
    (hub / "pkg").mkdir(parents=True)
    (hub / "pkg/left.json").write_bytes(openvex())
    (hub / "pkg/other.json").write_bytes(openvex(vulnerability="CVE-2026-2001"))
    shop.settings("hub")
    assert shop.dismissed().keys() == {"CVE-2026-2000", "CVE-2026-2001"}
    outside = {"id": "x", "location": "../outside.json"}
    listed = {"packages": [{"id": "pkg:npm/left", "location": "pkg/left.json"}, outside]}
    (hub / "index.json").write_text(json.dumps(listed))
    (shop.folder / "outside.json").write_bytes(openvex(vulnerability="CVE-2026-2001"))
    assert shop.dismissed().keys() == {"CVE-2026-2000"}
    assert shop.gaps() == ["it is not below the publisher's folder"]
    shop.settings("nowhere")
    assert "there is no" in shop.gaps()[0]


def test_what_cannot_be_fetched_leaves_what_was_known(shop: Shop):
    lists = '"a.json","1"\n"b.json","1"\n'
    shop.settings(serve_provider(shop, changes=lists, a=csaf(), b=csaf("CVE-2026-2001")))
    assert shop.update().code == Exit.GOOD
    del shop.server.files["/csaf/a.json"]
    shop.server.files["/csaf/changes.csv"] = lists.replace('"1"', '"2"').encode()
    ran = shop.update()
    assert ran.code == Exit.INCOMPLETE
    assert "/csaf/a.json: it could not be fetched" in ran.err
    assert shop.dismissed().keys() == {"CVE-2026-2000", "CVE-2026-2001"}
    assert "it could not be fetched" in shop.gaps()[0]
    shop.server.files.clear()
    assert shop.update().code == Exit.MISUSED
    assert shop.dismissed().keys() == {"CVE-2026-2000", "CVE-2026-2001"}


def test_one_that_fails_does_not_keep_others_from_being_fetched(shop: Shop):
    shop.server.files["/left.json"] = openvex()
    shop.settings(f"{shop.server.url}/nothing.json", f"{shop.server.url}/left.json")
    ran = shop.update()
    assert ran.code == Exit.INCOMPLETE
    assert "left.json: 1 statement in 1 document, 1 fetched" in ran.out
    assert shop.dismissed().keys() == {"CVE-2026-2000"}


def test_plain_http_is_refused(shop: Shop, prill: Prill):
    shop.server.files["/left.json"] = openvex()
    config = shop.settings(f"{shop.server.url}/left.json")
    ran = prill("vex", "update", "--config", config)
    assert ran.code == Exit.MISUSED
    assert "is not https, so anybody on the way could dismiss what a scan finds" in ran.err
    assert asked(shop) == []


@pytest.mark.parametrize("path", ["../outside.json", "/etc/passwd.json", "http://127.0.0.2/a.json"])
def test_a_directory_lists_nothing_outside(shop: Shop, path: str):
    shop.settings(serve_provider(shop, changes=f'"{path}","1"\n'))
    ran = shop.update()
    assert ran.code == Exit.INCOMPLETE
    assert "which is not below it" in ran.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("/a.tar.gz", b"no gzip", "gzip"),
        ("/a.tar.gz", gzip.compress(bytes(1024)), "has no index.json below its top folder"),
        ("/a.json", b"[]", "is no JSON object"),
        ("/a.json", b'{"versions": [{"spec_version": "9"}]}', "has no location for version 0.1"),
        ("/a.json", b'{"distributions": 1}', "is no metadata of a CSAF provider"),
        ("/a.json", b"{}", "is neither OpenVEX, CSAF nor CycloneDX"),
        ("", b"", "publishes no VEX"),
    ],
    ids=["no-gzip", "no-index", "no-object", "other-version", "no-metadata", "no-vex", "nothing-there"],
)
def test_what_is_no_publication(shop: Shop, name: str, content: bytes, said: str):
    shop.server.files[name] = content
    shop.settings(f"{shop.server.url}{name}")
    ran = shop.update()
    assert ran.code not in (Exit.GOOD, Exit.INCOMPLETE)
    assert said in ran.err
    assert shop.gaps() == ["what it states was never fetched: prill vex update"]


def test_damaged_ones_are_told(shop: Shop):
    shop.server.files["/left.json"] = openvex()
    shop.settings(f"{shop.server.url}/left.json")
    assert shop.update().code == Exit.GOOD
    (kept,) = (shop.folder / "cache/state/vex").glob("*.msgpack")
    kept.write_bytes(kept.read_bytes()[:-5])
    assert "is damaged" in shop.gaps()[0]
    assert shop.update().code == Exit.GOOD
    assert shop.gaps() == []


def test_publishers_are_listed_with_their_age(shop: Shop, prill: Prill):
    config = shop.settings()
    assert prill("vex", "list", "--config", config).code == Exit.NOTHING
    assert shop.update().code == Exit.NOTHING
    shop.server.files["/left.json"] = openvex()
    shop.settings(f"{shop.server.url}/left.json", f"{shop.server.url}/more.json")
    shop.update(f"{shop.server.url}/left.json")
    ran = prill("vex", "list", "--config", config)
    assert ran.code == Exit.INCOMPLETE
    assert [line.split()[:2] for line in ran.out.splitlines()[1:]] == [[f"{shop.server.url}/left.json", "1"]]
    assert "more.json: what it states was never fetched" in ran.err
    document = json.loads(prill("vex", "list", "--config", config, "--format", "json").out)
    (one,) = document["publishers"]
    assert (one["name"], one["statements"]) == (f"{shop.server.url}/left.json", 1)
    assert [gap["subject"] for gap in document["gaps"]] == [f"{shop.server.url}/more.json"]

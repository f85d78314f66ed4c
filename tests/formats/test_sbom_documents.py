"""What is written is read back, in every format; what is no SBOM is refused, with the place of the fault."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prill.formats._sbom_reading import MAX_PACKAGES
from prill.formats.sbom_documents import (
    InvalidSbom,
    UnknownFormat,
    encode_sbom,
    faults_of,
    format_of,
    read_sbom,
    read_to_convert,
)
from prill.model import (
    ApkDetails,
    Digest,
    Gap,
    LanguageDetails,
    Location,
    Package,
    Platform,
    Relationship,
    RelationshipKind,
    RpmDetails,
    Sbom,
    Subject,
)
from prill.model.purl import build_purl

READ_BACK = ["cyclonedx@1.4", "cyclonedx@1.5", "cyclonedx@1.6", "cyclonedx@1.7", "spdx", "spdx-3"]
LAYER = f"sha256:{'ab' * 32}"


def scanned() -> Sbom:
    """An SBOM as a scan gives it: locations, owners, vendored copies, packages of every kind."""
    found = Location("var/lib/db", LAYER)
    apk = Package(
        name="musl",
        version="1.2.4-r2",
        purl=build_purl(type="apk", namespace="alpine", name="musl", version="1.2.4-r2", qualifiers={"arch": "x86_64"}),
        found_by="apk",
        details=ApkDetails(
            architecture="x86_64", origin="musl-src", homepage="https://musl.example.test", summary="libc"
        ),
        licenses="MIT",
        locations=(found,),
    )
    rpm = Package(
        name="curl",
        version="7.76.1-26.el9",
        purl="pkg:rpm/centos/curl@7.76.1-26.el9?arch=x86_64&epoch=1",
        found_by="rpm",
        details=RpmDetails(
            architecture="x86_64", epoch=1, release="26.el9", source_rpm="curl-7.76.1-26.el9.src.rpm", vendor="CentOS"
        ),
        locations=(found,),
    )
    owned = Package(
        name="Requests",
        version="2.31",
        purl="pkg:pypi/requests@2.31",
        found_by="python",
        details=LanguageDetails(author="Kenneth <k@example.test>", summary="HTTP"),
        licenses="Apache-2.0",
        locations=(Location("usr/lib/python3/requests/METADATA", LAYER),),
        owner=apk.purl,
    )
    vendored = Package(
        name="urllib3",
        version="1.26",
        purl="pkg:pypi/urllib3@1.26",
        found_by="python",
        details=LanguageDetails(digest=Digest.of(b"u", "sha512")),
        locations=(Location("a/with space/x"), Location("b", LAYER)),
    )
    packages = (apk, rpm, owned, vendored)
    return Sbom(
        subject=Subject(name="app", digest=Digest.of(b"m"), platform=Platform("linux", "amd64")),
        packages=tuple(sorted(packages, key=lambda one: one.purl)),
        relationships=tuple(
            sorted(
                (
                    Relationship(owned.purl, apk.purl, RelationshipKind.OWNED_BY),
                    Relationship(apk.purl, vendored.purl, RelationshipKind.CONTAINS),
                    Relationship(rpm.purl, apk.purl),
                )
            )
        ),
        gaps=(Gap("opt/tool", "static binary without build info"),),
        created=1_760_000_000,
    )


def plain(sbom: Sbom) -> Sbom:
    """Leave out what a format may say in words of its own."""
    packages = tuple(replace(one, supplier="", details=LanguageDetails(), found_by="") for one in sbom.packages)
    return replace(sbom, packages=packages, creators=())


@pytest.mark.parametrize("name", READ_BACK)
class TestReadBack:
    def test_nothing_of_it_is_lost(self, name: str):
        document = encode_sbom(scanned(), name, tool="prill-1")
        assert read_to_convert(document, "x").gaps == read_sbom(document, "x").gaps

    def test_a_scan(self, name: str):
        sbom = scanned()
        read = read_sbom(encode_sbom(sbom, name, tool="prill-1"), "x")
        assert plain(read) == plain(sbom)
        assert read.creators == ("Tool: prill-1",)
        for ours, theirs in zip(sbom.packages, read.packages, strict=True):
            assert theirs.found_by == ours.found_by
            assert type(theirs.details) is type(ours.details)
            assert theirs.details.digest == ours.details.digest

    @pytest.mark.parametrize("who", ["Person: Jane Doe (jane@example.test)", "Organization: Example"])
    def test_who_supplies_a_package(self, name: str, who: str):
        details = LanguageDetails()
        package = Package(name="a", version="1", purl="pkg:npm/a@1", found_by="node", details=details, supplier=who)
        sbom = Sbom(subject=Subject(name="app"), packages=(package,))
        (read,) = read_sbom(encode_sbom(sbom, name, tool="prill-1"), "x").packages
        assert read.supplier == who

    def test_the_module_stream_of_an_rpm(self, name: str):
        details = RpmDetails(architecture="x86_64", release="1.module_el9", modularity="nodejs:18:901:rhel9")
        purl = "pkg:rpm/almalinux/npm@1-1.module_el9?arch=x86_64"
        package = Package(name="npm", version="1-1.module_el9", purl=purl, found_by="rpm", details=details)
        sbom = Sbom(subject=Subject(name="app"), packages=(package,))
        (read,) = read_sbom(encode_sbom(sbom, name, tool="prill-1"), "x").packages
        assert isinstance(read.details, RpmDetails)
        assert read.details.modularity == "nodejs:18:901:rhel9"

    def test_a_build(self, name: str, sbom: Sbom):
        read = read_sbom(encode_sbom(sbom, name, tool="prill-1"), "x")
        assert [(one.purl, one.version, one.licenses) for one in read.packages] == [
            (one.purl, one.version, one.licenses) for one in sbom.packages
        ]
        assert read.unowned == tuple(sorted(sbom.unowned))
        assert {file for one in read.packages for file in one.files if "udcff" not in repr(file)} >= {
            file for one in sbom.packages for file in one.files if "udcff" not in repr(file)
        }
        assert (read.distro and read.distro.id, read.distro and read.distro.version) == ("debian", "13")
        assert len(read.relationships) == 2

    def test_writing_what_was_read_changes_nothing_more(self, name: str, sbom: Sbom):
        for one in (sbom, scanned(), Sbom(subject=Subject(name="rootfs"), packages=())):
            read = read_sbom(encode_sbom(one, name, tool="prill-1"), "x")
            again = encode_sbom(read, name, tool="prill-1")
            assert read_sbom(again, "x") == read
            assert encode_sbom(read_sbom(again, "x"), name, tool="prill-1") == again

    def test_packages_without_a_purl_keep_their_relationships(self, name: str):
        one = Package(name="a", version="1", purl="", found_by="document", details=LanguageDetails())
        other = Package(name="b", version="2", purl="", found_by="document", details=LanguageDetails())
        sbom = Sbom(
            subject=Subject(name="x"),
            packages=(one, other),
            relationships=(Relationship("package:a@1", "package:b@2"),),
        )
        read = read_sbom(encode_sbom(sbom, name, tool="prill-1"), "x")
        assert read.relationships == sbom.relationships
        assert [package.purl for package in read.packages] == ["", ""]

    def test_a_digest_of_its_own_for_each_serial(self, name: str, sbom: Sbom):
        import uuid  # noqa: PLC0415

        texts = {encode_sbom(sbom, name, tool="prill-1", serial=uuid.UUID(int=number)) for number in (1, 2)}
        assert len(texts) == 2


class TestCyclonedxCorpus:
    """The CycloneDX project's own documents."""

    def documents(self, folder: Path, kind: str) -> list[Path]:
        found = sorted((folder / "specs" / "cyclonedx" / "resources").glob(f"1.*/*{kind}-*.json"))
        return [path for path in found if kind == "invalid" or path.name.startswith(kind)]

    def test_every_valid_document_is_read(self, shared_data: Path):
        paths = self.documents(shared_data, "valid")
        assert len(paths) > 200
        for path in paths:
            read_sbom(path.read_bytes(), path.name)

    def test_every_invalid_document_is_refused_with_the_path_of_the_fault(self, shared_data: Path):
        paths = self.documents(shared_data, "invalid")
        assert len(paths) > 100
        for path in paths:
            document = json.loads(path.read_bytes())
            with pytest.raises(InvalidSbom) as refused:
                read_sbom(path.read_bytes(), path.name)
            assert refused.value.faults
            for fault in refused.value.faults:
                place: Any = document
                for part in fault.path.split("/")[1:]:
                    place = place[int(part)] if isinstance(place, list) else place[part]
                assert "expected" in fault.message or "must not" in fault.message or "not known here" in fault.message

    def test_a_fault_says_what_was_expected(self):
        document = b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"librry","name":"a"}]}'
        with pytest.raises(InvalidSbom, match="/components/0/type: expected one of application, framework, library,"):
            read_sbom(document, "x.json")


class TestOtherPeoplesDocuments:
    def test_what_is_not_carried_over_is_a_gap(self):
        document = {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "services": [{"name": "a"}],
            "components": [{"type": "library", "name": "a", "purl": "nonsense"}],
        }
        read = read_sbom(json.dumps(document).encode(), "x")
        assert [gap.subject for gap in read.gaps] == ["nonsense", "services"]
        assert read.packages[0].purl == "nonsense"

    @pytest.mark.parametrize(
        ("where", "qualifier"),
        [("syft", ""), ("syft:metadata:modularityLabel", ""), ("aquasecurity:trivy:Modularitylabel", ""), ("", "rpmmod"), ("", "modularitylabel")],
    )  # fmt: skip
    def test_an_rpms_module_stream(self, where: str, qualifier: str):
        label = "nodejs:18:9010020221118:rhel9"
        purl = "pkg:rpm/almalinux/npm@1-1.module_el9"
        purl += f"?{qualifier}={label}" if qualifier else ""
        one = {"id": "1", "name": "npm", "version": "1-1.module_el9", "purl": purl}
        if where == "syft":
            artifact = {**one, "metadata": {"modularityLabel": label}}
            document: dict[str, Any] = {"schema": {"version": "16.0.22"}, "artifacts": [artifact], "descriptor": {}}
        else:
            properties = [{"name": where, "value": label}] if where else []
            component = {"type": "library", "bom-ref": "1", "name": "npm", "version": one["version"], "purl": purl}
            component["properties"] = properties
            document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [component]}
        (package,) = read_sbom(json.dumps(document).encode(), "x").packages
        assert isinstance(package.details, RpmDetails)
        assert package.details.modularity == label

    def test_syft(self):
        purl = "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl"
        artifact = {
            "id": "1",
            "name": "libssl3",
            "version": "3.0.11-1",
            "type": "deb",
            "foundBy": "dpkg-db-cataloger",
            "locations": [{"path": "/var/lib/dpkg/status", "layerID": LAYER}],
            "licenses": [{"value": "Apache-2.0", "spdxExpression": "Apache-2.0"}],
            "purl": purl,
            "metadata": {"source": "openssl", "maintainer": "Debian <d@example.test>"},
        }
        python = {"id": "2", "name": "x", "version": "1", "purl": "pkg:pypi/x@1"}
        document = {
            "schema": {"version": "16.0.22"},
            "artifacts": [artifact, python],
            "artifactRelationships": [
                {"parent": "1", "child": "2", "type": "ownership-by-file-overlap"},
                {"parent": "2", "child": "1", "type": "dependency-of"},
            ],
            "source": {
                "metadata": {"userInput": "debian:12", "manifestDigest": LAYER, "os": "linux", "architecture": "amd64"}
            },
            "distro": {"id": "debian", "versionID": "12", "versionCodename": "bookworm"},
            "descriptor": {"name": "syft", "version": "1.18.1"},
        }
        read = read_sbom(json.dumps(document).encode(), "x")
        assert (read.subject.name, str(read.subject.digest), str(read.subject.platform)) == (
            "debian:12",
            LAYER,
            "linux/amd64",
        )
        assert [(one.purl, one.licenses, one.owner) for one in read.packages] == [
            (purl, "Apache-2.0", ""),
            ("pkg:pypi/x@1", "", purl),
        ]
        assert read.packages[0].locations == (Location("var/lib/dpkg/status", LAYER),)
        assert read.creators == ("Tool: syft-1.18.1",)
        assert set(read.relationships) == {
            Relationship("pkg:pypi/x@1", purl, RelationshipKind.OWNED_BY),
            Relationship(purl, "pkg:pypi/x@1"),
        }

    @pytest.mark.parametrize(
        ("about", "digest", "platform"),
        [
            ({"manifestDigest": LAYER, "os": "linux", "architecture": "arm64"}, LAYER, "linux/arm64"),
            ({"manifestDigest": LAYER}, LAYER, "None"),
            ({"os": "linux", "architecture": "arm64"}, "None", "linux/arm64"),
            ({"manifestDigest": "sha256:1", "os": "", "architecture": ""}, "None", "None"),
        ],
    )
    def test_what_syft_says_of_an_image_in_part(self, about: dict[str, str], digest: str, platform: str):
        document = {"schema": {"version": "16.0.22"}, "artifacts": [], "source": {"metadata": about}}
        subject = read_sbom(json.dumps(document | {"descriptor": {"name": "syft"}}).encode(), "x").subject
        assert (str(subject.digest), str(subject.platform)) == (digest, platform)

    def test_a_statement_about_an_sbom(self, sbom: Sbom):
        inside = json.loads(encode_sbom(sbom, "spdx", tool="prill-1"))
        statement = {
            "_type": "https://in-toto.io/Statement/v1",
            "predicateType": "https://spdx.dev/Document",
            "predicate": inside,
        }
        assert read_sbom(json.dumps(statement).encode(), "x").subject == sbom.subject


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "problem"),
        [
            (b"", "not JSON"),
            (b"<bom/>", "not JSON"),
            (b"[]", "a list in place of an object"),
            (b"{}", "no SBOM format is recognised"),
            (b'{"bomFormat":"CycloneDX"}', "/specVersion: expected one of"),
            (b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":5}', "/components: expected array, found 5"),
            (b'{"bomFormat":"CycloneDX","specVersion":["1.6"]}', "/specVersion"),
            (b'{"spdxVersion":"SPDX-2.3"}', "expected dataLicense, SPDXID, name"),
            (b'{"spdxVersion":5,"packages":7}', "expected"),
            (b'{"artifacts":{},"schema":{}}', "/artifacts: expected array"),
            (b'{"artifacts":null,"schema":{}}', "/artifacts: expected array"),
            (b'{"@context":"https://spdx.org/x","@graph":[]}', "/@context: expected text like"),
            (
                b'{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{}]}',
                "/@graph/0: expected type",
            ),
            (b'\xff{"a":1}', "not"),
        ],
    )
    def test_what_is_no_sbom(self, data: bytes, problem: str):
        with pytest.raises(InvalidSbom, match=problem):
            read_sbom(data, "x.json")

    @pytest.mark.parametrize(
        ("data", "hint"),
        [
            (b"\nSPDXVersion: SPDX-2.3\n", "tag-value"),
            (b'<?xml version="1.0"?><bom/>', "cyclonedx convert"),
            (b'{"SchemaVersion":2,"ArtifactName":"x"}', "trivy convert --format cyclonedx"),
            (b"PK", "SBOMs are read in their JSON forms"),
        ],
    )
    def test_other_forms_are_refused_with_what_to_do(self, data: bytes, hint: str):
        with pytest.raises(InvalidSbom) as raised:
            read_sbom(data, "x")
        assert hint in (raised.value.hint or "")

    def test_a_byte_order_mark_is_passed_over(self, sbom: Sbom):
        document = encode_sbom(sbom, "cyclonedx", tool="prill-1")
        assert read_sbom(b"\xef\xbb\xbf" + document, "x") == read_sbom(document, "x")

    def test_a_distribution_with_a_hyphen_in_its_name(self):
        purl = "pkg:rpm/opensuse/x@1-1?distro=opensuse-leap-15.6"
        document = {"bomFormat": "CycloneDX", "specVersion": "1.6"}
        components = [{"type": "library", "name": "x", "version": "1-1", "purl": purl}]
        read = read_sbom(json.dumps(document | {"components": components}).encode(), "x")
        assert (read.distro and read.distro.id, read.distro and read.distro.version) == ("opensuse-leap", "15.6")

    def test_spdx_names_that_are_not_there(self, sbom: Sbom):
        document = json.loads(encode_sbom(sbom, "spdx", tool="prill-1"))
        document["relationships"][2]["relatedSpdxElement"] = "SPDXRef-nowhere"
        title, faults = faults_of(json.dumps(document).encode(), "x")
        assert title == "SPDX 2.3"
        assert [str(one) for one in faults] == [
            "/relationships/2/relatedSpdxElement: expected a name in this document, found 'SPDXRef-nowhere'"
        ]

    def test_a_million_components(self):
        component = b'{"type":"library","name":"a"}'
        data = (
            b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":[' + b",".join([component] * 1_000_000) + b"]}"
        )
        started = time.process_time()
        with pytest.raises(InvalidSbom, match=f"more than {MAX_PACKAGES} components"):
            read_sbom(data, "x")
        assert time.process_time() - started < 10

    @pytest.mark.parametrize("depth", [99, 5_000, 500_000])
    def test_components_inside_components(self, depth: int):
        one = b'{"type":"library","name":"a"'
        data = b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":[' + (one + b',"components":[') * depth
        data += one + b"}" + b"]}" * depth + b"]}"
        with pytest.raises(InvalidSbom, match=r"deep|inside each other"):
            read_sbom(data, "x")

    def test_components_a_little_inside_components(self):
        one = b'{"type":"library","name":"a"'
        data = b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":[' + (one + b',"components":[') * 20
        data += one + b"}" + b"]}" * 20 + b"]}"
        assert len(read_sbom(data, "x").packages) == 21

    def test_lists_without_end(self):
        with pytest.raises(InvalidSbom):
            read_sbom(b'{"bomFormat":' + b"[" * 1_000_000, "x")

    @pytest.mark.parametrize("root", [[], {}, 5, None])
    def test_a_root_that_is_no_reference_names_nothing(self, root: object):
        document = json.loads(encode_sbom(scanned(), "spdx-3", tool="prill-1"))
        for one in document["@graph"]:
            if "rootElement" in one:
                one["rootElement"] = [root]
        assert read_sbom(json.dumps(document).encode(), "x").packages

    @settings(max_examples=60)
    @given(st.data())
    def test_a_damaged_document_is_read_or_refused(self, data: st.DataObject):
        name = data.draw(st.sampled_from(READ_BACK))
        document = json.loads(encode_sbom(scanned(), name, tool="prill-1"))
        place: Any = document
        for _ in range(data.draw(st.integers(1, 6))):
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            inner = place[key]
            if not isinstance(inner, dict | list) or data.draw(st.booleans()):
                place[key] = data.draw(
                    st.one_of(
                        st.none(),
                        st.integers(),
                        st.text(max_size=8),
                        st.just([]),
                        st.just({}),
                        st.just([{}]),
                        st.just([5]),
                    )
                )
                break
            place = inner
        try:
            read = read_sbom(json.dumps(document).encode(), "x")
        except InvalidSbom:
            return
        for each in READ_BACK:
            encode_sbom(read, each, tool="prill-1")


class TestNames:
    def test_formats_and_versions(self):
        assert format_of("cyclonedx")[1] == "1.6"
        assert format_of("cyclonedx@1.4")[1] == "1.4"
        with pytest.raises(UnknownFormat, match=r"not written in version '1\.2'"):
            format_of("cyclonedx@1.2")
        with pytest.raises(UnknownFormat, match="no SBOM format 'xml'"):
            format_of("xml")

    def test_purls_alone(self, sbom: Sbom):
        text = encode_sbom(sbom, "purls", tool="prill-1").decode()
        assert text.splitlines() == [one.purl for one in sbom.packages]

    @pytest.mark.parametrize("version", ["1.4", "1.5", "1.6", "1.7"])
    def test_our_validator_takes_what_is_written(self, version: str, sbom: Sbom):
        for one in (sbom, scanned()):
            assert faults_of(encode_sbom(one, f"cyclonedx@{version}", tool="prill-1"), "x") == (
                f"CycloneDX {version}",
                (),
            )


@pytest.mark.parametrize(
    ("purl", "expected"),
    [
        ("pkg:deb/debian/app@1?distro=bookworm", ("debian", "12")),
        ("pkg:deb/debian/app@1?distro=debian-trixie", ("debian", "13")),
        ("pkg:deb/debian/app@1?distro=jessie", ("debian", "jessie")),
        ("pkg:deb/debian/app@1?distro=debian-12.5", ("debian", "12.5")),
        ("pkg:apk/alpine/app@1?distro=3.18.4", ("alpine", "3.18.4")),
        ("pkg:rpm/opensuse/app@1?distro=opensuse-leap-15.6", ("opensuse-leap", "15.6")),
    ],
)
def test_releases_are_read_as_purls_write_them(purl: str, expected: tuple[str, str]):
    component = {"type": "library", "name": "app", "version": "1", "purl": purl}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [component]}
    distro = read_sbom(json.dumps(document).encode(), "x").distro
    assert distro is not None
    assert (distro.id, distro.version) == expected


@pytest.mark.parametrize("form", READ_BACK)
@pytest.mark.parametrize("version", ["", "2.0"])
def test_a_version_that_stands_in_the_purl_alone_is_one(form: str, version: str):
    purl = "pkg:pypi/app@1.0"
    package = Package(name="app", version=version, purl=purl, found_by="document", details=LanguageDetails())
    document = encode_sbom(Sbom(subject=Subject(name="image"), packages=(package,)), form, tool="prill-1")
    (read,) = read_sbom(document, "x").packages
    assert read.version == (version or "1.0")


def test_10000_packages_are_read_in_seconds():
    packages = tuple(
        Package(
            name=f"a{n}", version="1", purl=f"pkg:npm/a{n}@1", found_by="npm", details=LanguageDetails(), licenses="MIT"
        )
        for n in range(10_000)
    )
    data = encode_sbom(Sbom(subject=Subject(name="x"), packages=packages), "cyclonedx", tool="prill-1")
    assert msgspec.json.decode(data)["components"]
    started = time.process_time()
    assert len(read_sbom(data, "x").packages) == 10_000
    assert time.process_time() - started < 4


@pytest.mark.parametrize("form", READ_BACK)
def test_an_image_keeps_the_repository_in_its_purl(form: str):
    digest = Digest.of(b"m")
    purl = f"pkg:oci/app@{str(digest).replace(':', '%3A')}?arch=amd64&repository_url=registry.test%2Fgold%2Fapp"
    subject = Subject(name="app", digest=digest, platform=Platform("linux", "amd64"), purl=purl)
    read = read_sbom(encode_sbom(Sbom(subject=subject, packages=()), form, tool="prill-1"), "x.json").subject
    assert (read.digest, read.purl.replace(":", "%3A").replace("pkg%3A", "pkg:")) == (digest, purl)
    plain_subject = Subject(name="app", digest=digest, platform=Platform("linux", "amd64"))
    own = encode_sbom(Sbom(subject=plain_subject, packages=()), form, tool="prill-1")
    assert read_sbom(own, "x.json").subject.purl == "", "what follows from the digest is nobody's word"


def test_what_repeats_what_a_document_is_about_is_a_fault_and_read_nevertheless():
    main = {"type": "library", "bom-ref": "a", "name": "a", "version": "1", "purl": "pkg:pypi/a@1"}
    lib = {"type": "library", "bom-ref": "x", "name": "x", "version": "1", "purl": "pkg:rpm/almalinux/x@1"}
    head = {"bomFormat": "CycloneDX", "specVersion": "1.4", "version": 1, "metadata": {"component": main}}
    data = json.dumps(head | {"components": [main, lib]}).encode()
    assert [one.purl for one in read_sbom(data, "x").packages] == ["pkg:rpm/almalinux/x@1"]
    assert [str(one) for one in faults_of(data, "x")[1]]
    other = json.dumps(head | {"components": [main | {"version": "2"}, lib]}).encode()
    with pytest.raises(InvalidSbom):
        read_sbom(other, "x")

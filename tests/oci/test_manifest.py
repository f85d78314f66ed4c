import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from images import AMD64, ARM64, file, image_of, index_of
from prill.errors import PrillError
from prill.model import Digest, InvalidDigest, Platform
from prill.oci._wire import MAX_DOCUMENT_BYTES, DocumentTooLarge, InvalidDocument
from prill.oci.config import HistoryEntry, ImageConfig, rfc3339
from prill.oci.descriptor import EMPTY_JSON, Descriptor
from prill.oci.index import Index, PlatformNotFound
from prill.oci.layer_types import layer_codec
from prill.oci.manifest import Manifest
from prill.oci.media_types import (
    CONFIG,
    DOCKER_CONFIG,
    DOCKER_INDEX,
    DOCKER_LAYER_GZIP,
    DOCKER_MANIFEST,
    EMPTY,
    INDEX,
    LAYER_GZIP,
    MANIFEST,
    UnknownMediaType,
)

SHA = "sha256:" + "ab" * 32
CONFIG_JSON = {"mediaType": CONFIG, "digest": SHA, "size": 2}
LAYER_JSON = {"mediaType": LAYER_GZIP, "digest": SHA, "size": 3}


def manifest_json(**changes: object) -> bytes:
    return json.dumps({"schemaVersion": 2, "config": CONFIG_JSON, "layers": [LAYER_JSON], **changes}).encode()


def index_json(**changes: object) -> bytes:
    return json.dumps({"schemaVersion": 2, "manifests": [], **changes}).encode()


def config_json(**changes: object) -> bytes:
    base = {"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": [SHA]}}
    return json.dumps({**base, **changes}).encode()


def test_the_bytes_that_were_parsed_keep_their_digest():
    raw = manifest_json(future={"unknown": [1, 2]}, annotations={"b": "1", "a": "2"})
    manifest = Manifest.parse(raw)
    assert manifest.raw == manifest.encode() == raw
    assert manifest.digest == Digest.of(raw)
    assert manifest.annotations == (("a", "2"), ("b", "1"))
    assert manifest.layers[0].digest == Digest.parse(SHA)


def test_a_changed_manifest_gets_bytes_of_its_own():
    manifest = Manifest.parse(manifest_json(future=1))
    changed = replace(manifest, annotations=(("a", "b"),))
    assert json.loads(changed.raw)["annotations"] == {"a": "b"}
    assert b"future" not in changed.raw
    assert changed.digest != manifest.digest


def test_a_manifest_is_written_in_the_order_of_the_specification():
    subject = Descriptor.of(b"x", MANIFEST)
    manifest = Manifest(
        config=Descriptor.of(EMPTY_JSON, EMPTY),
        layers=(Descriptor.of(b"{}", "text/plain"),),
        subject=subject,
        artifact_type="a/b",
        annotations=(("z", "1"), ("a", "ä")),
    )
    empty = '"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}'
    assert manifest.raw.decode() == (
        '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"a/b",'
        f'"config":{{"mediaType":"application/vnd.oci.empty.v1+json",{empty},"layers":[{{"mediaType":"text/plain",{empty}],'
        '"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json",'
        '"digest":"sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","size":1},'
        '"annotations":{"a":"ä","z":"1"}}'
    )
    assert Manifest.parse(manifest.raw) == replace(manifest, annotations=(("a", "ä"), ("z", "1")))


def test_a_referrer_is_described_with_its_artifact_type_and_annotations():
    made = image_of([file("a")])
    referrer = made.refer(b"{}", "application/spdx+json", note="x")
    assert referrer.descriptor().artifact_type == "application/spdx+json"
    assert referrer.descriptor().annotations == (("note", "x"),)
    untyped = replace(referrer, artifact_type="")
    assert untyped.descriptor().artifact_type == EMPTY
    assert made.manifest.descriptor().artifact_type == ""


def test_dockers_schema_2_is_read():
    config = {**CONFIG_JSON, "mediaType": DOCKER_CONFIG}
    layer = {**LAYER_JSON, "mediaType": DOCKER_LAYER_GZIP}
    raw = manifest_json(mediaType=DOCKER_MANIFEST, config=config, layers=[layer])
    assert Manifest.parse(raw, DOCKER_MANIFEST).media_type == DOCKER_MANIFEST
    assert layer_codec(DOCKER_LAYER_GZIP) == "gzip"
    assert Index.parse(index_json(mediaType=DOCKER_INDEX), DOCKER_INDEX).media_type == DOCKER_INDEX


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"schemaVersion":2}',
        manifest_json(schemaVersion=1),
        manifest_json(schemaVersion="2"),
        manifest_json(config={"mediaType": CONFIG, "digest": "sha256:12", "size": 1}),
        manifest_json(config={"mediaType": CONFIG, "digest": SHA, "size": -1}),
        manifest_json(config={"mediaType": CONFIG, "digest": SHA, "size": 2**60}),
        manifest_json(config={"mediaType": CONFIG, "digest": SHA, "size": 1.5}),
        manifest_json(config={"mediaType": "", "digest": SHA, "size": 1}),
        manifest_json(config={"mediaType": "a" * 300, "digest": SHA, "size": 1}),
        manifest_json(layers={"a": 1}),
        manifest_json(layers=[LAYER_JSON] * 10_001),
        manifest_json(annotations={"a": 1}),
        b'{"x":' * 100_000,
        b"[" * 1_000_000,
    ],
)
def test_what_is_no_manifest_is_refused(raw: bytes):
    with pytest.raises((InvalidDocument, InvalidDigest)):
        Manifest.parse(raw)


def test_documents_that_could_be_read_as_another_kind_are_refused():
    with pytest.raises(InvalidDocument, match="as an index too"):
        Manifest.parse(manifest_json(manifests=[]))
    with pytest.raises(InvalidDocument, match="as a manifest too"):
        Index.parse(index_json(layers=[]))
    with pytest.raises(InvalidDocument, match="as a manifest too"):
        Index.parse(index_json(config=None))


def test_content_must_be_what_its_descriptor_announced():
    with pytest.raises(InvalidDocument, match="was announced as"):
        Manifest.parse(manifest_json(mediaType=MANIFEST), DOCKER_MANIFEST)
    with pytest.raises(InvalidDocument, match="was announced as"):
        Index.parse(index_json(mediaType=INDEX), DOCKER_INDEX)
    with pytest.raises(UnknownMediaType):
        Manifest.parse(manifest_json(mediaType="text/plain"))
    with pytest.raises(UnknownMediaType):
        Index.parse(index_json(mediaType=MANIFEST))


def test_a_document_larger_than_registries_accept_is_not_parsed():
    with pytest.raises(DocumentTooLarge, match=str(MAX_DOCUMENT_BYTES)):
        Manifest.parse(b" " * (MAX_DOCUMENT_BYTES + 1))


def test_an_index_without_entries_is_one():
    assert Index.parse(index_json(manifests=None)).manifests == ()


def test_the_platform_is_chosen_with_and_without_variants():
    arm = image_of([file("a")], platform=Platform("linux", "arm", "v7"))
    index, _ = index_of(image_of([file("b")]), image_of([file("c")], platform=ARM64), arm)
    parsed = Index.parse(index.raw)
    assert parsed == index
    assert parsed.select(ARM64) == index.manifests[1]
    assert parsed.select(Platform("linux", "arm")) == index.manifests[2]
    assert parsed.platforms() == (AMD64, ARM64, Platform("linux", "arm", "v7"))
    with pytest.raises(PlatformNotFound) as caught:
        parsed.select(Platform("linux", "arm", "v6"))
    assert caught.value.hint == "the index has: linux/amd64, linux/arm64, linux/arm/v7"


def test_arm64_v8_is_arm64():
    entry = {"mediaType": MANIFEST, "digest": SHA, "size": 1}
    platform = {"os": "linux", "architecture": "arm64", "variant": "v8", "os.version": "1"}
    assert Index.parse(index_json(manifests=[{**entry, "platform": platform}])).select(ARM64).platform == ARM64


def test_attestations_of_buildkit_are_no_platform():
    entry = {"mediaType": MANIFEST, "digest": SHA, "size": 1}
    unknown = {**entry, "platform": {"os": "unknown", "architecture": "unknown"}}
    assert Index.parse(index_json(manifests=[unknown])).platforms() == ()


def test_a_config_comes_back_as_it_was_written():
    config = ImageConfig(
        platform=ARM64,
        diff_ids=(Digest.of(b"a"), Digest.of(b"b")),
        created=rfc3339(1_700_000_000),
        author="me",
        user="65532:65532",
        env=("PATH=/bin", "EMPTY=", "A=b=c"),
        entrypoint=("/usr/bin/python3",),
        cmd=("-c", "pass"),
        working_dir="/app",
        exposed_ports=("53/udp", "80/tcp"),
        volumes=("/data",),
        labels=(("a", "b"),),
        stop_signal="SIGTERM",
        history=(HistoryEntry(created=rfc3339(0), created_by="x"), HistoryEntry(empty_layer=True)),
    )
    assert ImageConfig.parse(config.raw) == config
    assert json.loads(config.raw)["config"]["ExposedPorts"] == {"53/udp": {}, "80/tcp": {}}
    assert json.loads(config.raw)["created"] == "2023-11-14T22:13:20Z"
    assert config.environment() == {"PATH": "/bin", "EMPTY": "", "A": "b=c"}


def test_dockers_config_with_nulls_is_read():
    container = {
        "Env": None,
        "Cmd": None,
        "Volumes": None,
        "Labels": None,
        "Healthcheck": {"Test": ["CMD"]},
        "Memory": 0,
    }
    config = ImageConfig.parse(config_json(config=container, created=None, history=None, docker_version="20"))
    assert (config.env, config.cmd, config.volumes, config.history) == ((), (), (), ())
    assert b"Healthcheck" in config.raw


def test_a_config_of_no_platform():
    """As of an image that crane made of an archive alone."""
    config = ImageConfig.parse(config_json(os="", architecture=""))
    assert str(config.platform) == "unknown/unknown"
    assert b'"os": ""' in config.raw


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        config_json(rootfs={"type": "other", "diff_ids": []}),
        config_json(rootfs={"type": "layers", "diff_ids": ["nope"]}),
        config_json(os="../.."),
        config_json(config={"Env": "A=b"}),
        config_json(config={"Entrypoint": [1]}),
    ],
)
def test_what_is_no_config_is_refused(raw: bytes):
    with pytest.raises(PrillError):
        ImageConfig.parse(raw)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_prill_error(raw: bytes):
    for parse in (Manifest.parse, Index.parse, ImageConfig.parse):
        with pytest.raises(PrillError):
            parse(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["schemaVersion", "mediaType", "config", "layers", "manifests", "subject", "annotations", "rootfs", "os"]
)


@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_no_json_raises_anything_but_a_prill_error(document: dict[str, object]):
    raw = json.dumps(document).encode()
    for parse in (Manifest.parse, Index.parse, ImageConfig.parse):
        try:
            parsed = parse(raw)
        except PrillError:
            continue
        assert parsed.raw == raw


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"layers":', '"Layers":[],"layers":'),
        ('"layers":', '"layers":[],"layers":'),
        ('"layers":', '"layer\u017f":[],"layers":'),
        ('"config":', '"CONFIG":{},"config":'),
        ('"digest":', '"Digest":"x","digest":'),
        ('"schemaVersion":', '"SchemaVersion":1,"schemaVersion":'),
        ('"size":', '"\\u0053ize":1,"size":'),
    ],
)
def test_a_field_that_others_take_for_another(old: str, new: str):
    """Programs in Go do not look at a name's case, and believe what comes last: they would run other layers."""
    made = image_of([file("a")])
    assert Manifest.parse(made.manifest.raw)
    raw = made.manifest.raw.decode().replace(old, new, 1).encode()
    with pytest.raises(InvalidDocument, match=r"spelled in another way|stands there twice"):
        Manifest.parse(raw)


def test_an_indexs_field_that_others_take_for_another():
    index, _ = index_of(image_of([file("a")]))
    for old, new in (('"manifests":', '"Manifests":[],"manifests":'), ('"os":', '"OS":"x","os":')):
        with pytest.raises(InvalidDocument, match="spelled in another way"):
            Index.parse(index.raw.decode().replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"User":', '"user":"0","User":'),
        ('"User":', '"User":"0","User":'),
        ('"diff_ids":', '"Diff_IDs":[],"diff_ids":'),
        ('"rootfs":', '"rootFS":{},"rootfs":'),
    ],
)
def test_a_configs_field_that_others_take_for_another(old: str, new: str):
    """It would say that nobody is root, and run as root."""
    made = image_of([file("a")], user="65532", labels=(("user", "x"), ("User", "y")))
    assert ImageConfig.parse(made.config.raw).user == "65532"
    with pytest.raises(InvalidDocument, match=r"spelled in another way|stands there twice"):
        ImageConfig.parse(made.config.raw.decode().replace(old, new, 1).encode())

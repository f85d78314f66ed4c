import json
import os
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from images import AMD64, ARM64, file, image_of, index_of
from prill._io.fetch_errors import FetchFailed
from prill.errors import PrillError
from prill.model import ImageReference, InvalidReference, Platform
from prill.oci.destinations import Destination, DestinationKind, InvalidDestination, write_image
from prill.oci.docker_daemon import NoDockerDaemon
from prill.oci.image import PlatformMismatch, select_image
from prill.oci.index import Index, PlatformNotFound
from prill.oci.layout import NoLayout, TagNotFound
from prill.oci.media_types import UnknownMediaType
from prill.oci.memory import MemoryStore
from prill.oci.push import push
from prill.oci.registry import connect
from prill.oci.sources import RegistryAccess, SourceNotFound, UnknownSource, host_platform, open_image
from prill.oci.store import Blob
from registry_server import RegistryServer

NAME = ImageReference.parse("example.org/app:1.0")
PLAIN = RegistryAccess(plain_http=True)


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer() as running:
        yield running


@pytest.mark.parametrize(
    ("destination", "sources"),
    [
        ("out", ["out", "out:1.0", "oci-dir:out", "oci-dir:out:1.0"]),
        ("oci-dir:out", ["out"]),
        ("oci-archive:x.tar", ["oci-archive:x.tar", "oci-archive:x.tar:1.0", "x.tar", "x.tar:1.0"]),
        ("docker-archive:x.tar", ["docker-archive:x.tar", "docker-archive:x.tar:example.org/app:1.0", "x.tar"]),
    ],
)
def test_what_is_written_is_found_under_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, destination: str, sources: list[str]
):
    monkeypatch.chdir(tmp_path)
    made = image_of([file("a")])
    sbom = made.refer(b"{}", "text/spdx")
    write_image(Destination.parse(destination), blobs=made.store, entries=made.entries, name=NAME)
    for text in sources:
        with open_image(text) as opened:
            assert opened.image.manifest() == made.manifest
            assert opened.name == text
            assert opened.notes == ()
            expected = () if destination.startswith("docker") else (sbom.descriptor(),)
            assert opened.image.referrers() == expected
    with pytest.raises(TagNotFound):
        open_image(f"{sources[0]}:9.9")


def test_a_registry_is_written_to_and_read_from(server: RegistryServer):
    made = image_of([file("a")])
    made.refer(b"{}", "text/spdx")
    destination = Destination.parse(f"registry:{server.host}/app:2.0")
    write_image(destination, blobs=made.store, entries=made.entries, name=NAME, access=PLAIN)
    for text in (
        f"registry:{server.host}/app:2.0",
        f"{server.host}/app:2.0",
        f"{server.host}/app@{made.manifest.digest}",
    ):
        with open_image(text, access=PLAIN, platform=AMD64) as opened:
            assert opened.image.config() == made.config
            assert len(opened.image.referrers("text/spdx")) == 1
    with pytest.raises(PrillError):
        open_image(f"registry:{server.host}/app:gone", access=PLAIN)


def test_a_login_comes_from_the_file_that_is_named(server: RegistryServer, tmp_path: Path):
    made = image_of([file("a")])
    destination = Destination.parse(f"registry:{server.host}/app:1")
    write_image(destination, blobs=made.store, entries=made.entries, name=NAME, access=PLAIN)
    server.want_basic("Basic bWU6eA==")
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"auths": {server.host: {"auth": "bWU6eA=="}}}))
    with open_image(f"{server.host}/app:1", access=RegistryAccess(credentials=(path,), plain_http=True)) as opened:
        assert opened.image.manifest() == made.manifest
    with pytest.raises(FetchFailed):
        open_image(f"{server.host}/app:1", access=PLAIN)


@pytest.mark.parametrize(
    "text",
    [
        "missing",
        "./missing",
        "/missing/x.tar",
        "out/python3",
        "here/python3",
        "here/a:1",
        "localhost",
        "a\0b",
        "x" * 300,
        "a:b:c",
    ],
)
def test_what_is_not_there_is_not_looked_for_elsewhere(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    with pytest.raises(SourceNotFound, match="there is no image at"):
        open_image(text)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("alpine:3", "docker.io/library/alpine:3"),
        ("library/alpine:3", "docker.io/library/alpine:3"),
        ("org/app:1.0", "docker.io/org/app:1.0"),
    ],
)
def test_a_name_without_a_host_is_docker_hubs(
    text: str, reference: str, server: RegistryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    made = image_of([file("a")])
    name = ImageReference.parse(reference)
    into = ImageReference.parse(f"{server.host}/hub/{name.repository}:{name.tag}")
    with closing(connect(into, plain_http=True, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
    access = RegistryAccess(plain_http=True, mirrors=(("docker.io", (f"{server.host}/hub",)),))
    with open_image(text, access=access) as opened:
        assert opened.image.descriptor.digest == made.manifest.digest
        assert opened.notes[0] == f"{text} was taken for Docker Hub's {reference}"


@pytest.mark.parametrize("status", [404, 401, 403, 400])
def test_what_docker_hub_answers_is_said_beside_that_there_is_no_such_file(status: int):
    """A proxy stands in for Docker Hub: it is what a plain request to it gets to see."""
    with RegistryServer() as proxy, pytest.MonkeyPatch.context() as environment:
        environment.setenv("http_proxy", proxy.url)
        proxy.script = [("docker", lambda handler: handler.answer(status))] * 20
        with pytest.raises(
            PrillError, match=r"no file or folder 'org/app:1\.0', and as an image of Docker Hub"
        ) as caught:
            open_image("org/app:1.0", access=PLAIN)
    assert isinstance(caught.value, SourceNotFound) == (status != 400)


@pytest.mark.parametrize("text", ["", " ", "-", "oci-dir:", "registry:"])
def test_what_names_no_place_is_no_source(text: str):
    with pytest.raises(UnknownSource):
        open_image(text)


def test_a_folder_is_no_image():
    with pytest.raises(UnknownSource, match="a folder is no image"):
        open_image("dir:/tmp")


def test_a_docker_daemon_that_is_not_there(tmp_path: Path):
    with pytest.raises(NoDockerDaemon, match="no Docker daemon"):
        open_image("docker-daemon:app:1", access=RegistryAccess(docker_host=f"unix://{tmp_path}/docker.sock"))


def test_a_prefix_must_fit_what_is_there(tmp_path: Path):
    (tmp_path / "text").write_text("hello")
    with pytest.raises(NoLayout):
        open_image(f"oci-dir:{tmp_path}")
    for text in (
        f"oci-dir:{tmp_path}/missing",
        f"oci-archive:{tmp_path}/missing",
        f"oci-archive:{tmp_path}",
        f"{tmp_path}/text",
    ):
        with pytest.raises(PrillError):
            open_image(text)
    with pytest.raises(InvalidReference):
        open_image("registry:UPPER CASE")
    with pytest.raises(SourceNotFound):
        open_image("UPPER.test/CASE x")


def test_a_folder_with_a_colon_in_its_name_is_a_folder(tmp_path: Path):
    made = image_of([file("a")])
    destination = Destination(kind=DestinationKind.LAYOUT, path=tmp_path / "a:b")
    write_image(destination, blobs=made.store, entries=made.entries, name=NAME)
    for text in (f"{tmp_path}/a:b", f"{tmp_path}/a:b:1.0"):
        with open_image(text) as opened:
            assert opened.image.manifest() == made.manifest


def test_of_several_platforms_the_hosts_is_taken_with_a_note():
    amd, arm = image_of([file("a")]), image_of([file("a")], platform=ARM64)
    index, store = index_of(amd, arm)
    for host, made in ((AMD64, amd), (ARM64, arm)):
        image, notes = select_image(store, index.descriptor(), platform=None, host=host)
        assert image.manifest() == made.manifest
        assert notes == (f"the index has images for linux/amd64, linux/arm64; {host} was taken, as on this machine",)
    image, notes = select_image(store, index.descriptor(), platform=ARM64, host=AMD64)
    assert (image.manifest(), notes) == (arm.manifest, ())
    with pytest.raises(PlatformNotFound):
        select_image(store, index.descriptor(), platform=None, host=Platform("linux", "s390x"))


def test_an_index_with_one_platform_needs_no_choice():
    made = image_of([file("a")], platform=ARM64)
    index, store = index_of(made)
    assert select_image(store, index.descriptor(), platform=None, host=AMD64)[1] == ()
    outer = Index(manifests=(index.descriptor(),))
    store.add(Blob.of(outer.raw))
    image, notes = select_image(store, outer.descriptor(), platform=None, host=AMD64)
    assert (image.manifest(), notes) == (made.manifest, ())


def test_an_image_of_another_platform_is_refused():
    made = image_of([file("a")])
    with pytest.raises(PlatformMismatch, match="for linux/amd64, not for linux/arm64"):
        select_image(made.store, made.manifest.descriptor(), platform=ARM64, host=AMD64)


def test_an_empty_index_and_a_nested_one_are_clear_errors():
    store = MemoryStore()
    index = Index(manifests=())
    store.add(Blob.of(index.raw))
    with pytest.raises(PlatformNotFound):
        select_image(store, index.descriptor(), platform=None, host=AMD64)
    for _ in range(10):
        index = Index(manifests=(index.descriptor(),))
        store.add(Blob.of(index.raw))
    with pytest.raises(PrillError, match="indexes deep"):
        select_image(store, index.descriptor(), platform=None, host=AMD64)
    with pytest.raises(PrillError, match="neither an image nor an index"):
        select_image(store, image_of([file("a")]).manifest.layers[0], platform=None, host=AMD64)


def test_an_artifact_has_no_config():
    made = image_of([file("a")])
    referrer = made.refer(b"{}", "text/spdx")
    image, _ = select_image(made.store, referrer.descriptor(), platform=None, host=AMD64)
    for read in (image.config, image.layers):
        with pytest.raises(UnknownMediaType) as caught:
            read()
        assert caught.value.hint == "this is an artifact, not an image"


def test_this_machine_has_a_platform():
    assert host_platform().os == "linux"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("out/python3", DestinationKind.LAYOUT),
        ("/abs/x.tar", DestinationKind.LAYOUT),
        ("oci-dir:a", DestinationKind.LAYOUT),
        ("oci-archive:a.tar", DestinationKind.OCI_ARCHIVE),
        ("docker-archive:a.tar", DestinationKind.DOCKER_ARCHIVE),
        ("registry:host/app:1", DestinationKind.REGISTRY),
    ],
)
def test_destinations_are_recognised(text: str, kind: DestinationKind):
    parsed = Destination.parse(text)
    assert parsed.kind is kind
    assert Destination.parse(str(parsed)) == parsed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "oci-archive:",
        "-",
        "oci-archive:-",
        "docker-daemon:",
        "regsitry:host/app",
        "oci-dir:a\0b",
        "registry:",
        f"registry:host/app@sha256:{'ab' * 32}",
    ],
)
def test_what_is_no_destination_is_refused(text: str):
    with pytest.raises((InvalidDestination, InvalidReference)):
        Destination.parse(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file", "'file' is a file, and an OCI layout is a folder"),
        ("oci-dir:file", "'file' is a file"),
        ("file/below/it", "'file' is no folder"),
        ("nowhere", "'nowhere' is a symlink to nothing"),
        ("nowhere/below/it", "'nowhere' is no folder"),
        ("circle", "'circle'"),
        ("n" * 300, "File name too long"),
        ("pipe", "'pipe' is a file"),
        ("oci-archive:folder", "'folder' is a folder, and oci-archive makes a file"),
        ("docker-archive:folder", "'folder' is a folder, and docker-archive makes a file"),
        ("docker-archive:.", "'.' is a folder"),
        ("oci-archive:file/x.tar", "'file' is no folder"),
        ("oci-archive:pipe", "'pipe' is neither a file nor a folder"),
        ("docker-archive:link-to-pipe", "'link-to-pipe' is neither a file nor a folder"),
    ],
)
def test_a_place_that_cannot_become_what_is_asked_for_is_misuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine")
    Path("folder").mkdir()
    Path("nowhere").symlink_to("missing")
    Path("circle").symlink_to("circle")
    os.mkfifo("pipe")
    Path("link-to-pipe").symlink_to("pipe")
    before = sorted(tmp_path.rglob("*"))
    made = image_of([file("a")])
    with pytest.raises(InvalidDestination, match=re.escape(said)):
        write_image(Destination.parse(text), blobs=made.store, entries=made.entries, name=NAME)
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("file").read_text() == "mine"
    assert Path("pipe").is_fifo()


@pytest.mark.parametrize("text", ["folder", "link", "new/er", "oci-archive:file", "oci-archive:nowhere", "link/new"])
def test_a_place_that_can_become_it_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("replaced")
    Path("folder").mkdir()
    Path("link").symlink_to("folder")
    Path("nowhere").symlink_to("missing")
    made = image_of([file("a")])
    write_image(Destination.parse(text), blobs=made.store, entries=made.entries, name=NAME)
    with open_image(text) as opened:
        assert opened.image.manifest() == made.manifest

"""What other people's programs make of our layouts, archives and pushes, and we of theirs."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from images import ARM64, Entry, MadeImage, file, folder, hardlink, image_of, index_of, symlink
from prill.api.copying import CopyRequest, copy_image
from prill.archive.codecs import Codec
from prill.model import ImageReference
from prill.oci.archive_writer import write_docker_archive, write_oci_archive
from prill.oci.destinations import Destination
from prill.oci.layout_writer import write_layout
from prill.oci.push import push
from prill.oci.registry import connect
from prill.oci.rootfs import ImageTree
from prill.oci.sources import RegistryAccess, open_image
from prill.oci.unpack import unpack
from workshop import Workshop

pytestmark = pytest.mark.compat

NAME = ImageReference.parse("example.org/app:1.0")
LAYERS: tuple[list[Entry], ...] = (
    [folder("etc"), file("etc/old", "old"), folder("usr"), folder("usr/bin"), file("usr/bin/a", "tool", mode=0o755)],
    [folder("etc"), file("etc/.wh.old"), file("etc/new", "new"), file("usr/b", "b"), symlink("bin", "usr/bin")],
    [folder("opt"), file("opt/.wh..wh..opq"), file("opt/x", "x"), hardlink("opt/y", "opt/x"), file("ü" * 60, "long")],
)


def made_image(**values: object) -> MadeImage:
    made = image_of(*LAYERS, user="65532:65532", labels=(("a", "b"),), **values)  # type: ignore[arg-type]
    made.refer(b'{"spdxVersion":"SPDX-2.3"}', "application/spdx+json", note="x")
    return made


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def run(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


@pytest.fixture
def storage() -> Iterator[Path]:
    """A folder for podman, of its own.

    Its path is short, as podman allows its sockets no more than 50 characters.
    """
    needs("podman")
    with tempfile.TemporaryDirectory(prefix="pod", ignore_cleanup_errors=True) as root:
        yield Path(root)


@pytest.fixture
def podman(storage: Path) -> Callable[..., str]:
    """Podman with a storage of its own, which needs neither overlayfs nor the machine's images."""
    return lambda *command: run(*podman_words(storage), *command)


def podman_words(storage: Path) -> tuple[str, ...]:
    return "podman", "--root", f"{storage}/root", "--runroot", f"{storage}/run", "--storage-driver", "vfs"


def tree(folder_: Path) -> dict[str, str]:
    """Describe what was unpacked: kind, mode and content."""
    found = {}
    for path in sorted(folder_.rglob("*")):
        name = path.relative_to(folder_).as_posix()
        if path.is_symlink():
            found[name] = f"link {path.readlink()}"
        elif path.is_dir():
            found[name] = f"folder {path.stat().st_mode & 0o7777:o}"
        else:
            found[name] = f"file {path.stat().st_mode & 0o7777:o} {path.read_text()}"
    return found


EXPECTED = {
    "bin": "link usr/bin",
    "etc": "folder 755",
    "etc/new": "file 644 new",
    "opt": "folder 755",
    "opt/x": "file 644 x",
    "opt/y": "file 644 x",
    "usr": "folder 755",
    "usr/b": "file 644 b",
    "usr/bin": "folder 755",
    "usr/bin/a": "file 755 tool",
    "ü" * 60: "file 644 long",
}


def written(path: Path, **values: object) -> MadeImage:
    made = made_image(**values)
    write_layout(path, blobs=made.store, entries=made.entries, tag="1.0")
    return made


def test_skopeo_reads_a_layout_and_its_config(tmp_path: Path):
    needs("skopeo")
    made = written(tmp_path / "out")
    seen = json.loads(run("skopeo", "inspect", f"oci:{tmp_path}/out:1.0"))
    assert seen["Digest"] == str(made.manifest.digest)
    assert seen["Layers"] == [str(layer.digest) for layer in made.manifest.layers]
    config = json.loads(run("skopeo", "inspect", "--config", f"oci:{tmp_path}/out:1.0"))
    assert config["config"] == {"User": "65532:65532", "Env": ["PATH=/usr/bin"], "Labels": {"a": "b"}}


def test_skopeo_copies_a_layout_without_a_change(tmp_path: Path):
    needs("skopeo")
    made = written(tmp_path / "out")
    run("skopeo", "copy", f"oci:{tmp_path}/out:1.0", f"oci:{tmp_path}/copy:2.0")
    with open_image(f"{tmp_path}/copy:2.0") as opened:
        assert opened.image.manifest() == made.manifest


def test_umoci_unpacks_what_we_unpack(tmp_path: Path):
    needs("umoci")
    written(tmp_path / "out")
    rootless = () if os.geteuid() == 0 else ("--rootless",)
    run("umoci", "unpack", *rootless, "--image", tmp_path / "out:1.0", tmp_path / "bundle")
    with open_image(str(tmp_path / "out")) as opened, ImageTree(opened.image) as merged:
        unpack(merged, tmp_path / "ours")
    assert tree(tmp_path / "ours") == EXPECTED
    assert tree(tmp_path / "bundle/rootfs") == EXPECTED
    assert (tmp_path / "ours/opt/x").stat().st_ino == (tmp_path / "ours/opt/y").stat().st_ino


def test_umoci_lists_one_tag(tmp_path: Path):
    needs("umoci")
    written(tmp_path / "out")
    assert run("umoci", "list", "--layout", tmp_path / "out").split() == ["1.0"]


def test_podman_reads_a_layout(tmp_path: Path, podman: Callable[..., str]):
    made = written(tmp_path / "out")
    podman("pull", "-q", f"oci:{tmp_path}/out:1.0")
    (seen,) = json.loads(podman("images", "--format", "json"))
    assert seen["Id"] == made.config.digest.hex


def test_zstd_layers_and_indexes_are_read_by_skopeo_and_podman(tmp_path: Path, podman: Callable[..., str]):
    needs("skopeo")
    index, store = index_of(image_of(*LAYERS, codec=Codec.ZSTD), image_of(*LAYERS, codec=Codec.ZSTD, platform=ARM64))
    write_layout(tmp_path / "out", blobs=store, entries=[index.descriptor()], tag="1.0")
    run("skopeo", "copy", "--all", f"oci:{tmp_path}/out:1.0", f"oci:{tmp_path}/copy:1.0")
    assert json.loads(run("skopeo", "inspect", "--raw", f"oci:{tmp_path}/copy:1.0")) == json.loads(index.raw)
    podman("pull", "-q", f"oci:{tmp_path}/out:1.0")


def test_skopeo_and_podman_load_a_docker_archive(tmp_path: Path, podman: Callable[..., str]):
    needs("skopeo")
    made = made_image()
    path = tmp_path / "x.tar"
    write_docker_archive(path, blobs=made.store, image=made.entries[0], name=NAME)
    run("skopeo", "copy", f"docker-archive:{path}:example.org/app:1.0", f"oci:{tmp_path}/copy:1.0")
    with open_image(f"{tmp_path}/copy") as opened:
        assert opened.image.config() == made.config
    assert "example.org/app:1.0" in podman("load", "-q", "-i", path)
    (seen,) = json.loads(podman("images", "--format", "json"))
    assert seen["Id"] == made.config.digest.hex


def test_skopeo_reads_an_oci_archive(tmp_path: Path):
    needs("skopeo")
    made = made_image()
    write_oci_archive(tmp_path / "x.tar", blobs=made.store, entries=made.entries, tag="1.0")
    seen = json.loads(run("skopeo", "inspect", f"oci-archive:{tmp_path}/x.tar:1.0"))
    assert seen["Digest"] == str(made.manifest.digest)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop(tmp_path)
    shop.lock()
    return shop


def built(shop: Workshop, kind: str, *words: str) -> tuple[str, str]:
    """Return where an image was written to, with the prefix that skopeo and podman know, and its config's digest."""
    place = f"{kind}:{shop.root}/image"
    shop.good("build", shop.spec_file, "-o", place, "--arch", "amd64", *words)
    with open_image(place) as opened:
        digest = opened.image.manifest().config.digest.hex
    return place.replace("oci-dir:", "oci:"), digest


@pytest.mark.parametrize("kind", ["oci-dir", "oci-archive"])
def test_skopeo_and_podman_need_no_tag(shop: Workshop, podman: Callable[..., str], kind: str):
    needs("skopeo")
    place, digest = built(shop, kind)
    for name in (place, f"{place}:latest"):
        assert json.loads(run("skopeo", "inspect", name))["Os"] == "linux"
        assert podman("pull", "-q", name).strip() == digest
    run("skopeo", "copy", place, f"oci:{shop.root}/copy:latest")
    with open_image(f"{shop.root}/copy") as opened:
        assert opened.image.manifest().config.digest.hex == digest


def signed(shop: Workshop, place: str, layout: str) -> None:
    """Sign a layout, and attest something about it, with a key made for it."""
    key = shop.root / "signer"
    shop.good("keys", "new", "-o", key)
    words = ("--key", f"{key}.key", "--layout", layout)
    shop.good("sign", place, *words)
    predicate = shop.root / "predicate.json"
    predicate.write_text('{"a":1}')
    shop.good("attest", place, *words, "--predicate", predicate, "--type", "https://example.test/p")
    shop.good("verify", place, "--key", f"{key}.pub")
    shop.good("verify-attestation", place, "--key", f"{key}.pub", "--type", "https://example.test/p")


def test_a_signed_layout_still_lists_the_image_alone(
    shop: Workshop, podman: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    needs("skopeo")
    monkeypatch.setenv("PRILL_KEY_PASSWORD", "")
    place, digest = built(shop, "oci-dir")
    index = (shop.root / "image" / "index.json").read_bytes()
    signed(shop, f"oci-dir:{shop.root}/image", "bundle")
    assert json.loads((shop.root / "image" / "index.json").read_bytes())["manifests"] == json.loads(index)["manifests"]
    assert json.loads(run("skopeo", "inspect", place))["Os"] == "linux"
    assert podman("pull", "-q", place).strip() == digest


def test_the_older_layout_takes_tags_in_a_layout_too(
    shop: Workshop, podman: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    """Nothing in such a signature points to the image: its tag alone says what it is about."""
    needs("skopeo")
    monkeypatch.setenv("PRILL_KEY_PASSWORD", "")
    place, digest = built(shop, "oci-dir")
    signed(shop, f"oci-dir:{shop.root}/image", "legacy")
    entries = json.loads((shop.root / "image" / "index.json").read_bytes())["manifests"]
    tags = [entry["annotations"]["org.opencontainers.image.ref.name"] for entry in entries]
    assert [tag[-4:] for tag in tags] == ["test", ".sig", ".att"]
    assert json.loads(run("skopeo", "inspect", f"{place}:latest"))["Os"] == "linux"
    assert podman("pull", "-q", f"{place}:latest").strip() == digest


@pytest.mark.parametrize("kind", ["oci-dir", "oci-archive"])
def test_skopeo_and_podman_need_the_tag_with_listed_referrers(shop: Workshop, podman: Callable[..., str], kind: str):
    needs("skopeo")
    place, digest = built(shop, kind, "--list-referrers")
    assert json.loads(run("skopeo", "inspect", f"{place}:latest"))["Os"] == "linux"
    assert podman("pull", "-q", f"{place}:latest").strip() == digest
    refused = subprocess.run(["skopeo", "inspect", place], capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "more than one image in oci, choose an image" in refused.stderr


def test_skopeo_and_podman_need_no_tag_for_a_docker_archive(shop: Workshop, podman: Callable[..., str]):
    needs("skopeo")
    place, digest = built(shop, "docker-archive")
    assert json.loads(run("skopeo", "inspect", place))["Os"] == "linux"
    assert podman("pull", "-q", place).strip() == digest


@pytest.mark.parametrize("words", [(), ("--list-referrers",), ("--no-referrers",)])
def test_umoci_reads_a_layout_with_and_without_referrers(shop: Workshop, words: tuple[str, ...]):
    needs("umoci")
    built(shop, "oci-dir", *words)
    said = run("umoci", "stat", "--json", "--image", f"{shop.root}/image:latest")
    with open_image(f"{shop.root}/image") as opened:
        layers = [str(layer.digest) for layer in opened.image.manifest().layers]
    assert [one["layer"]["digest"] for one in json.loads(said)["history"]] == layers


@pytest.mark.parametrize("kind", ["docker-archive", "oci-archive"])
def test_archives_of_skopeo_are_read(tmp_path: Path, kind: str):
    needs("skopeo")
    made = written(tmp_path / "out")
    run("skopeo", "copy", f"oci:{tmp_path}/out:1.0", f"{kind}:{tmp_path}/x.tar:example.org/app:1.0")
    with open_image(f"{kind}:{tmp_path}/x.tar") as opened:
        assert opened.image.config() == made.config
        with ImageTree(opened.image) as merged:
            unpack(merged, tmp_path / "root")
    assert tree(tmp_path / "root") == EXPECTED


@pytest.fixture
def dockers_api(storage: Path, tmp_path: Path) -> Iterator[RegistryAccess]:
    """Docker's API, as podman serves it."""
    socket = storage / "sock"
    words = (*podman_words(storage), "system", "service", "--time", "0", f"unix://{socket}")
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(words, stdout=log, stderr=log) as served:
        try:
            until = time.monotonic() + 30
            while not socket.is_socket() and time.monotonic() < until:
                time.sleep(0.05)
            yield RegistryAccess(docker_host=f"unix://{socket}")
        finally:
            served.terminate()


def test_dockers_api_takes_an_image_and_gives_it_back(
    tmp_path: Path, podman: Callable[..., str], dockers_api: RegistryAccess
):
    made = image_of([file("etc/motd", "hello")])
    write_layout(tmp_path / "in", blobs=made.store, entries=made.entries, tag="1.0")
    request = CopyRequest(
        source=str(tmp_path / "in"), destination=Destination.parse(f"docker-daemon:{NAME}"), access=dockers_api
    )
    assert copy_image(request).place == f"docker-daemon:{NAME}"
    (seen,) = json.loads(podman("images", "--format", "json"))
    assert (seen["Id"], seen["Names"]) == (made.manifest.config.digest.hex, [str(NAME)])
    with open_image(f"docker-daemon:{NAME}", access=dockers_api) as opened, ImageTree(opened.image) as found:
        assert found.open("etc/motd").read() == b"hello"


def test_an_archive_of_podman_is_read(tmp_path: Path, podman: Callable[..., str]):
    made = made_image()
    write_docker_archive(tmp_path / "in.tar", blobs=made.store, image=made.entries[0], name=NAME)
    podman("load", "-q", "-i", tmp_path / "in.tar")
    podman("save", "-q", "-o", tmp_path / "out.tar", str(NAME))
    with open_image(str(tmp_path / "out.tar")) as opened, ImageTree(opened.image) as merged:
        assert opened.image.config() == made.config
        assert [entry.path for entry in merged.walk() if "/" not in entry.path] == [
            "bin",
            "etc",
            "opt",
            "usr",
            "ü" * 60,
        ]


def pushed(host: str, made: MadeImage) -> None:
    reference = ImageReference.parse(f"{host}/team/app:1.0")
    with closing(connect(reference, writing=True, plain_http=True)) as repository:
        push(repository, blobs=made.store, entries=made.entries)


def test_debians_registry_takes_and_gives_an_image_with_referrers(tmp_path: Path, registry: str):
    needs("skopeo")
    made = made_image()
    for _ in range(2):
        pushed(registry, made)
    name = f"{registry}/team/app:1.0"
    seen = json.loads(run("skopeo", "inspect", "--tls-verify=false", f"docker://{name}"))
    assert seen["Digest"] == str(made.manifest.digest)
    with open_image(f"registry:{name}", access=RegistryAccess(plain_http=True)) as opened:
        assert opened.image.manifest() == made.manifest
        assert opened.image.referrers("application/spdx+json") == (made.referrers[0].descriptor(),)
        with ImageTree(opened.image) as merged:
            unpack(merged, tmp_path / "root")
    assert tree(tmp_path / "root") == EXPECTED


def test_an_index_goes_to_debians_registry_and_back(registry: str):
    needs("skopeo")
    index, store = index_of(image_of(*LAYERS), image_of(*LAYERS, platform=ARM64))
    reference = ImageReference.parse(f"{registry}/team/app:1.0")
    with closing(connect(reference, writing=True, plain_http=True)) as repository:
        push(repository, blobs=store, entries=[index.descriptor()])
    raw = run("skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{reference}")
    assert json.loads(raw) == json.loads(index.raw)
    with open_image(f"registry:{reference}", platform=ARM64, access=RegistryAccess(plain_http=True)) as opened:
        assert opened.image.config().platform == ARM64

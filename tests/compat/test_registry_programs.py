"""oras, cosign, crane and skopeo against our registry: what one writes the others and we read."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from deb_programs import program
from images import ARM64, MadeImage, file, image_of, index_of
from prill.cli.main import main
from prill.model import ImageReference
from prill.oci.layout_writer import write_layout
from prill.oci.push import push
from prill.oci.referrers import read_referrers
from prill.oci.registry import Repository, connect
from prill.oci.serving.server import RegistryServer
from prill.oci.tags import cosign_tag, referrers_tag

pytestmark = pytest.mark.compat

SIGSTORE = "application/vnd.dev.sigstore.bundle.v0.3+json"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RegistryServer]:
    with RegistryServer(tmp_path / "registry") as running:
        yield running


@dataclass(frozen=True)
class Shell:
    """Runs programs with a home of their own; ``host`` is the registry's."""

    home: Path
    cache: Path
    host: str

    def __call__(self, suite: str, name: str, *arguments: str | Path) -> str:
        path = program(self.cache, suite, name) if suite else Path(name)
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "COSIGN_PASSWORD": "x"}
        done = subprocess.run(
            [path, *arguments], env=environment, cwd=self.home, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"{name} {' '.join(map(str, arguments))}: {done.stderr}{done.stdout}"
        return done.stdout


@pytest.fixture
def shell(server: RegistryServer, tmp_path: Path, test_cache: Path) -> Shell:
    (tmp_path / "home").mkdir()
    return Shell(tmp_path / "home", test_cache, server.host)


def repository(server: RegistryServer, name: str = "app:1.0") -> Repository:
    return connect(ImageReference.parse(f"{server.host}/{name}"), plain_http=True, writing=True)


def published(server: RegistryServer) -> MadeImage:
    made = image_of([file("a", os.urandom(100_000))], [file("b")], user="65532")
    with closing(repository(server)) as target:
        push(target, blobs=made.store, entries=made.entries)
    return made


@pytest.mark.parametrize("suite", ["trixie", "sid"])
def test_oras_attaches_discovers_and_copies(server: RegistryServer, shell: Shell, suite: str):
    made = published(server)
    image = f"{shell.host}/app:1.0"
    (shell.home / "sbom.json").write_text('{"spdxVersion":"SPDX-2.3"}')
    attach = ("attach", "--plain-http", "--artifact-type", "text/spdx", image, "sbom.json:application/spdx+json")
    shell(suite, "oras", *attach)
    listed = json.loads(shell(suite, "oras", "discover", "--plain-http", "--format", "json", image))
    (entry,) = listed.get("referrers") or listed["manifests"]
    with closing(repository(server)) as source:
        (found,) = read_referrers(source, made.manifest.digest).found
        assert entry["digest"] == str(found.descriptor.digest)
        assert found.descriptor.artifact_type == "text/spdx"
        assert referrers_tag(made.manifest.digest) not in source.tags()
    copy = f"{shell.host}/copy/of:2.0"
    shell(suite, "oras", "cp", "-r", "--from-plain-http", "--to-plain-http", image, copy)
    with closing(repository(server, "copy/of:2.0")) as source:
        assert source.resolve().digest == made.manifest.digest
        assert len(source.referrers(made.manifest.digest)) == 1
    assert shell(suite, "oras", "repo", "tags", "--plain-http", f"{shell.host}/app").split() == ["1.0"]
    shell(suite, "oras", "manifest", "delete", "--plain-http", "-f", f"{copy.partition(':2')[0]}@{entry['digest']}")
    with closing(repository(server, "copy/of:2.0")) as source:
        assert source.referrers(made.manifest.digest) == ()


@pytest.mark.parametrize("suite", ["trixie", "sid"])
def test_cosign_signs_and_verifies(server: RegistryServer, shell: Shell, suite: str):
    made = published(server)
    image = f"{shell.host}/app@{made.manifest.digest}"
    shell(suite, "cosign", "generate-key-pair")
    offline = ["--key", "cosign.key", "--tlog-upload=false", "--allow-insecure-registry", "--yes"]
    if suite == "sid":
        offline.insert(0, "--use-signing-config=false")
    shell(suite, "cosign", "sign", *offline, image)
    check = ("--key", "cosign.pub", "--insecure-ignore-tlog=true", "--allow-insecure-registry", image)
    assert str(made.manifest.digest) in shell(suite, "cosign", "verify", *check)
    with closing(repository(server)) as source:
        tagged = source.find(cosign_tag(made.manifest.digest, "sig"))
        kinds = [one.descriptor.artifact_type for one in read_referrers(source, made.manifest.digest).found]
    assert (tagged is not None) == (suite == "trixie")
    assert kinds == ([SIGSTORE] if suite == "sid" else [])


def test_crane_copies_and_lists(server: RegistryServer, shell: Shell):
    index, store = index_of(image_of([file("a")]), image_of([file("b", os.urandom(50_000))], platform=ARM64))
    with closing(repository(server)) as target:
        push(target, blobs=store, entries=[index.descriptor()])
    assert shell("sid", "crane", "digest", "--insecure", f"{shell.host}/app:1.0").strip() == str(index.digest)
    shell("sid", "crane", "copy", "--insecure", f"{shell.host}/app:1.0", f"{shell.host}/b/c:2")
    assert shell("sid", "crane", "catalog", "--insecure", shell.host).split() == ["app", "b/c"]
    assert shell("sid", "crane", "ls", "--insecure", f"{shell.host}/b/c").split() == ["2"]
    shell("sid", "crane", "validate", "--insecure", "--remote", f"{shell.host}/b/c:2")
    shell("sid", "crane", "delete", "--insecure", f"{shell.host}/b/c@{index.digest}")
    with closing(repository(server, "b/c:2")) as source:
        assert source.tags() == ()


def test_skopeo_copies_there_and_back(server: RegistryServer, shell: Shell, tmp_path: Path):
    index, store = index_of(image_of([file("a")]), image_of([file("b", os.urandom(50_000))], platform=ARM64))
    write_layout(tmp_path / "out", blobs=store, entries=[index.descriptor()], tag="1.0")
    plain = ("--src-tls-verify=false", "--dest-tls-verify=false", "--all")
    policy = "--insecure-policy"
    first, second = (f"docker://{shell.host}/{name}" for name in ("app:1.0", "other:1.0"))
    shell("", "skopeo", policy, "copy", *plain, f"oci:{tmp_path}/out:1.0", first)
    shell("", "skopeo", policy, "copy", *plain, first, second)
    shell("", "skopeo", policy, "copy", *plain, second, f"oci:{tmp_path}/back:1.0")
    raw = shell("", "skopeo", "inspect", "--raw", "--tls-verify=false", second)
    assert raw.encode() == index.raw
    layout = json.loads((tmp_path / "back" / "index.json").read_text())
    assert layout["manifests"][0]["digest"] == str(index.digest)
    tags = json.loads(shell("", "skopeo", "list-tags", "--tls-verify=false", f"docker://{shell.host}/app"))
    assert tags["Tags"] == ["1.0"]


@pytest.mark.parametrize("target", ["api", "fallback", "archive"])
def test_what_cosign_signed_verifies_in_a_copy(
    server: RegistryServer, shell: Shell, target: str, tmp_path: Path, request: pytest.FixtureRequest
):
    index, store = index_of(image_of([file("a")]), image_of([file("b")], platform=ARM64))
    with closing(repository(server)) as source:
        push(source, blobs=store, entries=[index.descriptor()])
    image = f"{shell.host}/app@{index.digest}"
    shell("sid", "cosign", "generate-key-pair")
    offline = ("--key", "cosign.key", "--tlog-upload=false", "--allow-insecure-registry", "--yes")
    shell("trixie", "cosign", "sign", "--recursive", *offline, image)
    shell("sid", "cosign", "sign", "--use-signing-config=false", *offline, image)
    host = str(request.getfixturevalue("registry")) if target == "fallback" else shell.host
    copy = f"{host}/mirror/app:1.0"
    options = ("--all-platforms", "--with-referrers", "--plain-http", "--quiet")
    if target == "archive":
        assert main(["copy", image, f"oci-archive:{tmp_path}/app.tar", *options]) == 0
        image = f"oci-archive:{tmp_path}/app.tar"
    assert main(["copy", image, copy, *options]) == 0
    check = ("--key", "cosign.pub", "--insecure-ignore-tlog=true", "--allow-insecure-registry")
    for suite in ("trixie", "sid"):
        assert str(index.digest) in shell(suite, "cosign", "verify", *check, f"{host}/mirror/app@{index.digest}")
    child = index.manifests[1].digest
    assert str(child) in shell("trixie", "cosign", "verify", *check, f"{host}/mirror/app@{child}")


@pytest.mark.parametrize("how", ["attest 2", "attest 3", "attach", "oras"])
def test_sboms_of_others_are_downloaded(
    server: RegistryServer, shell: Shell, how: str, capsysbinary: pytest.CaptureFixture[bytes]
):
    made = published(server)
    image = f"{shell.host}/app@{made.manifest.digest}"
    document = {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": how, "packages": []}
    (shell.home / "sbom.json").write_text(json.dumps(document))
    shell("sid", "cosign", "generate-key-pair")
    if how == "oras":
        words = ("attach", "--plain-http", "--artifact-type", "application/spdx+json", image, "sbom.json")
        shell("sid", "oras", *words)
    elif how == "attach":
        shell("trixie", "cosign", "attach", "sbom", "--allow-insecure-registry", "--sbom", "sbom.json", image)
    else:
        offline = ["--type", "spdxjson", "--predicate", "sbom.json", "--key", "cosign.key", "--tlog-upload=false"]
        suite = "trixie" if how == "attest 2" else "sid"
        if suite == "sid":
            offline.append("--use-signing-config=false")
        shell(suite, "cosign", "attest", *offline, "--allow-insecure-registry", "--yes", image)
    trusted = ["--key", str(shell.home / "cosign.pub")] if how.startswith("attest") else []
    assert main(["download", "sbom", image, "--plain-http", *trusted]) == 0
    said = capsysbinary.readouterr()
    assert json.loads(said.out) == document
    assert (b"; verified: signed by " in said.err) == bool(trusted)

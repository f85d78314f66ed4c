"""``prill push``, ``pull``, ``copy``, ``tree`` and ``registry serve``, as a person runs them."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from attached import AttachedImage, attached_image
from certificates import certificates
from prill.oci.layout_writer import write_layout
from prill.oci.serving.server import RegistryServer, ServerOptions
from registry_server import RegistryServer as HostileServer
from run_prill import Prill


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RegistryServer]:
    with RegistryServer(tmp_path / "registry") as running:
        yield running


@pytest.fixture
def made(tmp_path: Path) -> AttachedImage:
    """An image with everything attached to it, as a layout in ``out``."""
    made = attached_image()
    first, *rest = made.entries
    write_layout(tmp_path / "out", blobs=made.store, entries=[first], tag="1.0", unlisted=rest, named=made.named)
    return made


@pytest.fixture
def out(tmp_path: Path, made: AttachedImage) -> Path:
    return tmp_path / "out"


def test_push_then_pull_then_tree(prill: Prill, server: RegistryServer, made: AttachedImage, out: Path):
    name = f"{server.host}/gold/app:1.0"
    pushed = prill("push", out, name, "--plain-http")
    assert pushed.code == 0, pushed.err
    assert f"{name}@{made.index.digest}" in pushed.out
    assert re.search(r"blobs +\d+ sent, [\d.]+ k?B$", pushed.out, re.MULTILINE)
    assert "2 application/vnd.dev.sigstore.bundle.v0.3+json" in pushed.out
    assert "2 cosign's .sig" in pushed.out
    again = json.loads(prill("push", out, f"registry:{name}", "--plain-http", "--format", "json").out)
    assert again["blobs"]["sent"] == 0
    assert again["digest"] == str(made.index.digest)
    assert len(again["attached"]) == 7
    back = out.with_name("back")
    options = ("--plain-http", "--all-platforms", "--with-referrers")
    assert prill("pull", name, "-o", back, *options).code == 0
    trees = [prill("tree", place, "--plain-http").out.splitlines()[1:] for place in (out, name, back)]
    assert sorted(trees[0]) == sorted(trees[1]) == sorted(trees[2])


def test_the_tree_is_drawn(prill: Prill, made: AttachedImage, out: Path):
    text = prill("tree", out).out
    assert "├─ image linux/amd64" in text
    for manifest in (
        made.index,
        made.amd64,
        made.arm64,
        *made.referrers.values(),
        *(one for _, one in made.tagged.values()),
    ):
        assert text.count(str(manifest.digest)) == 1
    lines = text.splitlines()
    depth = {
        name: next(line for line in lines if str(one.digest) in line).index("sha256")
        for name, one in made.referrers.items()
    }
    assert depth["bundle of the sbom"] > depth["sbom"] > depth["bundle of the index"]
    report = json.loads(prill("tree", out, "--format", "json").out)
    assert report["gaps"] == []
    assert report["root"]["kind"] == "index"
    kinds = [child["kind"] for child in report["root"]["children"]]
    assert kinds == ["image", "image", "referrer", "tag"]


def test_pull_takes_one_platform_and_says_so(prill: Prill, server: RegistryServer, made: AttachedImage, out: Path):
    name = f"{server.host}/gold/app:1.0"
    prill("push", out, name, "--plain-http", "--no-referrers")
    pulled = prill("pull", name, "-o", f"docker-archive:{out}.tar", "--platform", "linux/arm64", "--plain-http")
    assert (pulled.code, str(made.arm64.digest) in pulled.out) == (0, True)
    assert "--all-platforms" in pulled.err
    assert "attached   left out; --with-referrers copies it, too" in pulled.out


def test_pull_goes_to_a_folder_named_as_the_image(
    prill: Prill, server: RegistryServer, out: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    prill("push", out, f"{server.host}/gold/app:1.0", "--plain-http")
    assert prill("pull", f"{server.host}/gold/app:1.0", "--plain-http", "--quiet").out == ""
    assert (tmp_path / "app" / "index.json").is_file()


def test_what_cannot_be_copied_is_a_gap(prill: Prill, out: Path, tmp_path: Path):
    target = f"docker-archive:{tmp_path}/x.tar"
    options = ("--platform", "linux/arm64", "--with-referrers")
    done = prill("copy", out, target, *options)
    assert done.code == 4
    assert "a docker-archive holds none" in done.err
    assert prill("copy", out, target, *options, "--allow-gaps").code == 0


def test_a_referrer_that_cannot_be_read_is_a_gap(prill: Prill, made: AttachedImage, out: Path, tmp_path: Path):
    with HostileServer() as server:
        server.referrers_api = False
        name = f"{server.host}/app:1.0"
        assert prill("push", out, name, "--plain-http").code == 0
        del server.manifests[str(made.referrers["sbom"].digest)]
        for command in (("copy", name, tmp_path / "c", "--all-platforms", "--with-referrers"), ("tree", name)):
            done = prill(*command, "--plain-http")
            assert done.code == 4
            assert str(made.referrers["sbom"].digest) in done.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("push", "OUT", "HOST/app@sha256:" + "0" * 64), 2),
        (("push", "OUT", "HOST/APP:1"), 2),
        (("push", "nowhere", "HOST/app:1"), 3),
        (("pull", "HOST/app:gone"), 3),
        (("copy", "HOST/app:gone", "OUT"), 3),
        (("copy", "OUT", "HOST/app:1", "--all-platforms", "--platform", "linux/arm64"), 2),
        (("copy", "OUT", "HOST/app:1", "--platform", "linux/s390x"), 3),
        (("copy", "OUT", "ftp:x"), 2),
        (("tree", "HOST/app:gone"), 3),
        (("tree", "nowhere"), 3),
    ],
)
def test_misuse_and_nothing_there(prill: Prill, server: RegistryServer, out: Path, words: tuple[str, ...], code: int):
    given = [word.replace("OUT", str(out)).replace("HOST", server.host) for word in words]
    done = prill(*given, "--plain-http")
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("prill: ")


@pytest.mark.parametrize("command", ["push", "copy"])
def test_plain_http_is_spoken_only_when_asked_for(prill: Prill, server: RegistryServer, out: Path, command: str):
    done = prill(command, out, f"{server.host}/app:1.0")
    assert done.code == 1
    assert "http" in done.err


def test_one_side_of_a_copy_speaks_plain_http(prill: Prill, server: RegistryServer, out: Path, tmp_path: Path):
    """What is copied from the world to a registry here is not fetched, and no password sent, in the clear."""
    authority, certificate, key = certificates(tmp_path)
    settings = tmp_path / "prill.toml"
    settings.write_text(f"[registries]\nca = {str(authority)!r}\n")
    options = ServerOptions(certificate=certificate, key=key)
    with RegistryServer(tmp_path / "world", options) as world:
        first, second = f"{world.host}/app:1.0", f"{server.host}/app:1.0"
        assert prill("push", out, first, "--config", settings).code == 0
        copy = ("copy", first, second, "--config", settings, "--all-platforms")
        assert prill(*copy).code == prill(*copy, "--plain-http").code == 1
        done = prill(*copy, "--to-plain-http")
        assert done.code == 0, done.err
        done = prill("copy", second, f"{world.host}/back:1", "--config", settings, "--from-plain-http")
        assert done.code == 0, done.err


def test_a_registry_is_served_until_it_is_told_to_stop(prill: Prill, out: Path, tmp_path: Path):
    command = [sys.executable, "-m", "prill", "registry", "serve", tmp_path / "served", "--listen", "127.0.0.1:0", "-v"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        host = re.search(r"http://(\S+);", process.stdout.readline())
        assert host is not None
        assert prill("push", out, f"{host[1]}/app:1.0", "--plain-http").code == 0
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "PUT /v2/app/manifests/1.0" in log


def test_a_registry_for_everybody_wants_a_login(prill: Prill, tmp_path: Path):
    serve = ("registry", "serve", tmp_path / "served", "--listen", "0.0.0.0:0")
    assert prill(*serve).code == 2
    logins = tmp_path / "logins"
    logins.write_text("me:secret\n")
    logins.chmod(0o644)
    assert "chmod 600" in prill(*serve, "--login", logins).err
    logins.write_text("nobody\n")
    logins.chmod(0o600)
    assert "holds no logins" in prill(*serve, "--login", logins).err
    assert prill("registry", "serve", tmp_path / "served", "--listen", "here").code == 2
    assert prill("registry", "serve", tmp_path / "served", "--key", logins).code == 2
    (tmp_path / "x").touch()
    assert prill("registry", "serve", tmp_path).code == 2
    assert not (tmp_path / "served").exists()


def test_logins_come_from_podmans_file_and_from_helpers(
    prill: Prill, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    helper = tmp_path / "bin" / "docker-credential-vault"
    helper.parent.mkdir()
    helper.write_text('#!/bin/sh\ncat >/dev/null\necho \'{"Username":"me","Secret":"from:helper"}\'\n')
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{helper.parent}:{os.environ['PATH']}")
    with HostileServer() as server:
        server.want_basic("Basic bWU6ZnJvbTpoZWxwZXI=")
        auth = tmp_path / "auth.json"
        monkeypatch.setenv("REGISTRY_AUTH_FILE", str(auth))
        auth.write_text("{}")
        assert prill("push", out, f"{server.host}/app:1", "--plain-http").code == 1
        auth.write_text(json.dumps({"credHelpers": {server.host: "vault"}}))
        done = prill("push", out, f"{server.host}/app:1", "--plain-http")
        assert (done.code, done.err) == (0, "")


def test_plain_http_is_recognised_and_not_spoken(prill: Prill, server: RegistryServer):
    ran = prill("pull", f"{server.host}/app:1")
    assert (ran.code, "--plain-http" in ran.err) == (1, True), ran.err


def test_a_helper_that_fails_and_what_is_public(
    prill: Prill, out: Path, server: RegistryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What everybody may read or write is; a refusal says that nobody was logged in, and why."""
    prill("push", out, f"{server.host}/app:1", "--plain-http")
    auth = tmp_path / "auth.json"
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(auth))
    auth.write_text('{"credsStore":"gone"}')
    pulled = prill("pull", f"{server.host}/app:1", "-o", tmp_path / "mine", "--plain-http")
    assert pulled.code == 0, pulled.err
    assert "nobody was logged in: docker-credential-gone" in pulled.err
    assert prill("push", out, f"{server.host}/app:2", "--plain-http").code == 0
    with HostileServer() as closed:
        closed.want_basic("Basic bWU6ZnJvbTpoZWxwZXI=")
        name = f"{closed.host}/app:1"
        for refused in (prill("pull", name, "--plain-http"), prill("push", out, name, "--plain-http")):
            assert (refused.code, "401" in refused.err) == (1, True)
            assert "nobody was logged in: docker-credential-gone" in refused.err


def test_a_mirror_of_the_settings_is_read_from(prill: Prill, server: RegistryServer, out: Path, tmp_path: Path):
    prill("push", out, f"{server.host}/hub/library/app:1.0", "--plain-http")
    settings = tmp_path / "config" / "prill" / "prill.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'[registries.mirrors]\n"docker.io" = ["{server.host}/hub"]\n')
    done = prill("pull", "app:1.0", "-o", tmp_path / "mine", "--all-platforms", "--plain-http")
    assert done.code == 0, done.err
    assert f"was read from the mirror {server.host}/hub/library/app" in done.err
    settings.write_text('[registries]\nmirrors = ["x"]\n')
    assert prill("pull", "app:1.0").code == 2

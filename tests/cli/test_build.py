"""``prill build`` and ``prill rebuild``: what is in an image, and that it is always the same."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deb_files import BUILT, Deb, File, Folder, HardLink, Link
from prill.archive.codecs import Codec, decode
from workshop import (
    Workshop,
    base_files,
    blob,
    digest_of,
    document,
    entries_of,
    layers_of,
    library,
    manifest_of,
    program,
    tree_of,
)

TINY = Deb("tiny", "1", {"usr/share/tiny": "tiny"}, built=BUILT + 10)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_a_daemon_that_is_not_there_is_told_before_anything_is_built(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    shop.spec()
    monkeypatch.setenv("DOCKER_HOST", f"unix://{shop.root}/docker.sock")
    ran = shop.run("build", shop.spec_file, "-o", "docker-daemon:app:1.0")
    assert "there is no Docker daemon" in ran.err
    assert "prill lock" not in ran.err, "the spec has no lock, which is looked for later"


def test_several_platforms_for_docker_are_refused_before_they_are_built(shop: Workshop):
    shop.publish([base_files(architecture="all"), library(architecture="all"), program(architecture="all")])
    shop.spec(archs=["amd64", "arm64"])
    shop.lock()
    shutil.rmtree(shop.root / "archive")
    shutil.rmtree(shop.root / "cache")
    ran = shop.run("build", shop.spec_file, "--arch", "all", "-o", f"docker-archive:{shop.root}/x.tar")
    assert (ran.code, "linux/amd64, linux/arm64, and docker-archive holds one" in ran.err) == (2, True), ran


class TestImage:
    def test_config_and_annotations(self, shop: Workshop):
        shop.spec(
            name="gold",
            entrypoint={"command": "/usr/bin/app --serve"},
            cmd=["one", "two"],
            environment={"MODE": "fast"},
            ports=[8080],
            volumes=["/data"],
            annotations={"org.opencontainers.image.vendor": "Us"},
            **{"work-dir": "/srv", "stop-signal": "SIGQUIT"},
        )
        out = shop.made()
        manifest = manifest_of(out)
        config = document(out, manifest["config"]["digest"])
        assert config["created"] == "2023-11-14T22:13:20Z"
        assert (config["os"], config["architecture"]) == ("linux", "amd64")
        assert config["config"] == {
            "User": "65532:65532",
            "ExposedPorts": {"8080/tcp": {}},
            "Env": [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "LANG=C.UTF-8",
                "MODE=fast",
            ],
            "Entrypoint": ["/usr/bin/app", "--serve"],
            "Cmd": ["one", "two"],
            "Volumes": {"/data": {}},
            "WorkingDir": "/srv",
            "Labels": manifest["annotations"],
            "StopSignal": "SIGQUIT",
        }
        assert manifest["annotations"]["org.opencontainers.image.title"] == "gold"
        assert manifest["annotations"]["org.opencontainers.image.vendor"] == "Us"

    def test_packages_metadata_and_made_files(self, shop: Workshop):
        tree = tree_of(shop.made())
        assert tree["usr/bin/app"][1] == b"#!/usr/bin/app-run\n2.0\n"
        assert "usr/share/doc/app/README" not in tree
        assert "usr/share/doc/app/copyright" in tree
        assert tree["var/lib/dpkg/status.d/app"][1].startswith(b"Package: app\nVersion: 2.0\n")
        sums = tree["var/lib/dpkg/status.d/app.md5sums"][1].decode()
        assert "usr/bin/app" in sums
        assert "README" not in sums
        assert "var/lib/dpkg/status" not in tree
        assert b"nonroot:x:65532:65532" in tree["etc/passwd"][1]

    def test_the_first_entry_is_tagged_and_the_rest_refers_to_it(self, shop: Workshop):
        first, *rest = entries_of(shop.made("--list-referrers"))
        assert entries_of(shop.build(out="plain")) == [first]
        assert first["annotations"]["org.opencontainers.image.ref.name"] == "latest"
        assert first["platform"] == {"os": "linux", "architecture": "amd64"}
        assert [one["artifactType"].partition("/")[2].partition("+")[0] for one in rest] == [
            "spdx",
            "vnd.cyclonedx",
            "vnd.in-toto",
            "vnd.prill.lock.v1",
            "vnd.prill.build-record.v1",
        ]

    def test_several_architectures(self, shop: Workshop):
        shop.publish([base_files(architecture="all"), library(architecture="all"), program(architecture="all")])
        shop.spec(archs=["arm64", "amd64"])
        shop.lock()
        out = shop.build("--arch", "all")
        index = document(out, digest_of(out))
        assert [one["platform"]["architecture"] for one in index["manifests"]] == ["arm64", "amd64"]
        said = shop.good("build", shop.spec_file, "-o", out, "--arch", "all")
        digests = re.findall(r"^  (digest|index)    +(sha256:[0-9a-f]{64})$", said, re.MULTILINE)
        arm, amd = (one["digest"] for one in index["manifests"])
        assert digests == [("digest", arm), ("index", digest_of(out)), ("digest", amd), ("index", digest_of(out))]
        shown = shop.good("show", out, "--platform", "linux/arm64")
        assert shown.splitlines()[1:3] == [f"  digest    {arm}", f"  index     {digest_of(out)}"]
        assert "exact" in shop.good("rebuild", "--verify", out)
        backwards = shop.build("--arch", "amd64", "--arch", "arm64", out="backwards")
        assert digest_of(backwards) != digest_of(out)
        assert "exact" in shop.good("rebuild", "--verify", backwards)

    @pytest.mark.parametrize("kind", ["oci-archive", "docker-archive"])
    def test_archives(self, shop: Workshop, kind: str):
        shop.lock()
        path = shop.root / "image.tar"
        shop.good("build", shop.spec_file, "-o", f"{kind}:{path}", "--arch", "amd64", "-q")
        again = shop.root / "again.tar"
        shop.good("build", shop.spec_file, "-o", f"{kind}:{again}", "--arch", "amd64", "-q")
        assert path.read_bytes() == again.read_bytes()
        if kind == "oci-archive":
            assert "exact" in shop.good("rebuild", "--verify", f"{kind}:{path}")
        else:
            assert shop.run("rebuild", "--verify", f"{kind}:{path}").code == 3

    def test_a_certificate_bundle_sets_its_variable(self, shop: Workshop):
        shop.spec(files=[{"source": "ca.crt", "path": "/etc/ssl/certs/ca-certificates.crt"}])
        (shop.spec_file.parent / "ca.crt").write_text("PEM")
        out = shop.made()
        config = document(out, manifest_of(out)["config"]["digest"])["config"]
        assert "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt" in config["Env"]

    def test_empty_and_awkward_packages(self, shop: Workshop):
        long = "usr/share/" + "/".join(["d" * 60] * 4) + "/file"
        odd = {"etc/odd": Link("usr/share"), "usr/share/ä": "umlaut", long: "x", "usr/share/void": Folder(0o2755, 1, 2)}
        caps = {"usr/bin/ping": File("p", 0o755, xattrs=(("security.capability", b"\1\0\0\2" + bytes(16)),))}
        links = {"usr/share/one": File("1", mtime=BUILT + 99_999_999), "usr/share/two": HardLink("usr/share/one")}
        shop.publish([base_files(), Deb("odd", "1", odd | caps | links), Deb("nothing", "1", {}, copyright="")])
        shop.packages("base-files", "odd", "nothing")
        out = shop.made()
        tree = tree_of(out)
        assert tree[long][1] == b"x"
        assert tree["usr/share/ä"][1] == b"umlaut"
        assert tree["usr/bin/ping"][0].xattrs == (("security.capability", b"\1\0\0\2" + bytes(16)),)
        void = tree["usr/share/void"][0]
        assert (void.mode, void.uid, void.gid) == (0o2755, 1, 2)
        assert max(stat.mtime for stat, _ in tree.values()) == BUILT
        assert "exact" in shop.good("rebuild", "--verify", out)


class TestSetuid:
    def test_dropped_kept_and_listed(self, shop: Workshop):
        shop.publish(
            [base_files(), Deb("app", "1", {"usr/bin/su": File("s", 0o4755), "usr/bin/wall": File("w", 0o2755)})]
        )
        shop.spec(**{"keep-setuid": ["/usr/bin/su"]})
        out = shop.made()
        tree = tree_of(out)
        assert (tree["usr/bin/su"][0].mode, tree["usr/bin/wall"][0].mode) == (0o4755, 0o755)
        assert "/usr/bin/su" in shop.good("show", out)
        assert "without its setuid and setgid bits" in shop.good("why", out, "/usr/bin/wall")

    def test_what_the_spec_itself_sets_is_listed_too(self, shop: Workshop):
        shop.spec(paths=[{"path": "/usr/bin/app", "type": "permissions", "permissions": "0o4755"}])
        out = shop.made()
        assert tree_of(out)["usr/bin/app"][0].mode == 0o4755
        assert "/usr/bin/app" in shop.good("show", out).partition("setuid")[2].partition("\n")[0]


class TestLayers:
    def test_an_unrelated_package_changes_its_own_layer_and_the_top_one(self, shop: Workshop):
        shop.publish([base_files(), library(), program(), TINY])
        shop.packages("base-files", "app", "tiny", layering={"budget": 5})
        before = layers_of(shop.made())
        assert list(before) == ["app", "base-files", "openssl", "tiny", "prill"]
        newer = Deb("tiny", "2", {"usr/share/tiny": "tiny " * 9999}, built=BUILT + 5_000_000)
        shop.publish([base_files(), library(), program(), newer])
        shop.lock("--update")
        after = layers_of(shop.build(out="after"))
        assert [name for name in before if before[name] != after[name]] == ["tiny", "prill"]

    def test_groups_stay_where_they_are_through_updates(self, shop: Workshop):
        def sized(name: str, size: int, version: str) -> Deb:
            return Deb(name, version, {f"usr/share/{name}": "x" * size}, built=BUILT)

        before = [sized("aa", 50_000, "1"), sized("bb", 40_000, "1"), sized("cc", 3, "1"), sized("dd", 3, "1")]
        shop.publish(before)
        shop.packages("aa", "bb", "cc", "dd", layering={"budget": 4})
        first = layers_of(shop.made())
        assert list(first) == ["aa", "bb", "rest", "prill"]
        shop.publish([*before[:2], sized("cc", 99_999, "2"), before[3]])
        assert "cc" in shop.lock("--update")
        second = layers_of(shop.build(out="second"))
        assert list(second) == ["aa", "bb", "rest", "prill"]
        assert {name for name in first if first[name] != second[name]} <= {"rest", "prill"}
        shop.lock_file.unlink()
        shop.lock()
        assert list(layers_of(shop.build(out="third"))) == ["cc", "aa", "rest", "prill"]

    @pytest.mark.parametrize(("budget", "count"), [(1, 1), (2, 2), (3, 3), (4, 4), (9, 5)])
    def test_the_budget_holds(self, shop: Workshop, budget: int, count: int):
        (shop.spec_file.parent / "f").write_text("f")
        shop.spec(layering={"budget": budget}, files=[{"source": "f", "path": "/f"}])
        out = shop.made()
        assert len(manifest_of(out)["layers"]) == count
        assert tree_of(out)["f"][1] == b"f"
        assert tree_of(out)["usr/bin/app"][1].endswith(b"2.0\n")

    @pytest.mark.parametrize("compression", ["gzip", "zstd"])
    def test_layers_are_what_the_config_says(self, shop: Workshop, compression: str):
        shop.spec(compression=compression)
        out = shop.made()
        manifest = manifest_of(out)
        config = document(out, manifest["config"]["digest"])
        for layer, diff_id in zip(manifest["layers"], config["rootfs"]["diff_ids"], strict=True):
            assert layer["mediaType"].endswith(f"tar+{compression}")
            packed = blob(out, layer["digest"]).read_bytes()
            assert "sha256:" + hashlib.sha256(decode(packed, Codec(compression))).hexdigest() == diff_id
        assert "exact" in shop.good("rebuild", "--verify", out)


class TestTime:
    def test_the_environments_epoch_clamps(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
        out = shop.made()
        assert {stat.mtime for stat, _ in tree_of(out).values()} == {1_000_000_000}
        config = document(out, manifest_of(out)["config"]["digest"])
        assert config["created"] == "2001-09-09T01:46:40Z"
        monkeypatch.delenv("SOURCE_DATE_EPOCH")
        assert "exact" in shop.good("rebuild", "--verify", out)

    def test_the_spec_goes_first(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "5")
        shop.spec(**{"source-date-epoch": 7})
        out = shop.made()
        assert document(out, manifest_of(out)["config"]["digest"])["created"] == "1970-01-01T00:00:07Z"

    def test_nonsense_is_misuse(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
        ran = shop.run("lock", shop.spec_file)
        assert (ran.code, "SOURCE_DATE_EPOCH must be seconds since 1970" in ran.err) == (2, True)


class TestSameBytes:
    def test_with_and_without_caches(self, shop: Workshop):
        first = shop.made()
        digest = digest_of(first)
        assert digest_of(shop.build(out="warm")) == digest
        for path in (shop.root / "cache" / "derived").rglob("*"):
            if path.is_file():
                path.write_bytes(path.read_bytes()[:-1] + b"?")
        assert digest_of(shop.build(out="damaged")) == digest
        shop.use_settings(cache="other-cache")
        assert digest_of(shop.build(out="cold")) == digest

    def test_in_another_world(self, shop: Workshop, tmp_path: Path):
        """Another process, folder, umask, locale, hash seed, TMPDIR and home build the same image."""
        digest = digest_of(shop.made())
        other = tmp_path / "öther place"
        other.mkdir()
        code = "import os, sys; os.umask(0o077); from prill.cli.main import main; sys.exit(main())"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(other),
            "TMPDIR": str(other),
            "LC_ALL": "tr_TR.UTF-8",
            "TZ": "Asia/Kathmandu",
            "PYTHONHASHSEED": "4711",
        }
        spec = os.path.relpath(shop.spec_file, other)
        command = [sys.executable, "-c", code, "build", spec, "-o", "out", "--arch", "amd64"]
        done = subprocess.run(
            [*command, "--config", str(shop.settings)], cwd=other, env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert digest_of(other / "out") == digest
        ours = {path.name: path.read_bytes() for path in (shop.out / "blobs").rglob("*") if path.is_file()}
        assert {path.name: path.read_bytes() for path in (other / "out/blobs").rglob("*") if path.is_file()} == ours


class TestFromTheLockAlone:
    def test_without_spec_index_or_member_cache(self, shop: Workshop):
        (shop.spec_file.parent / "app.conf").write_text("x=1")
        shop.spec(files=[{"source": "app.conf", "path": "/etc/app.conf"}])
        out = shop.made()
        shutil.rmtree(shop.spec_file.parent)
        shutil.rmtree(shop.root / "archive")
        shutil.rmtree(shop.root / "cache" / "derived")
        assert "exact" in shop.good("rebuild", "--verify", out, "--offline")
        again = shop.root / "again"
        shop.good("rebuild", out, "-o", again)
        assert digest_of(again) == digest_of(out)

    def test_packages_come_from_the_archive_by_their_digests(self, shop: Workshop):
        out = shop.made()
        shop.use_settings(cache="empty")
        for index in (shop.root / "archive" / "dists").rglob("*"):
            if index.is_file():
                index.unlink()
        assert "exact" in shop.good("rebuild", "--verify", out)

    def test_a_local_source_that_is_nowhere(self, shop: Workshop):
        (shop.spec_file.parent / "f").write_text("f")
        shop.spec(files=[{"source": "f", "path": "/f"}])
        out = shop.made()
        shop.use_settings(cache="empty")
        ran = shop.run("rebuild", "--verify", out)
        assert ran.code == 1
        assert "file:f is not in the cache" in ran.err

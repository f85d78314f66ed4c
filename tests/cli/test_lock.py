"""``prill lock``: what it writes, when it says no, and what it makes of a lock that is not its own."""

import base64
import hashlib
import json
import os
import shutil
from pathlib import Path

import msgspec
import pytest

from deb_files import BUILT, Deb, tar_of
from loopback import Loopback
from prill.archive.codecs import Codec, compress
from prill.build.lock import InvalidLock, decode_lock, encode_lock
from workshop import Workshop, base_files, digest_of, library, program, tree_of


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def locked(shop: Workshop) -> dict:
    return json.loads(shop.lock_file.read_bytes())


def write(shop: Workshop, name: str, content: str | bytes) -> Path:
    path = shop.spec_file.parent / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


class TestContent:
    def test_every_package_with_where_it_comes_from(self, shop: Workshop):
        shop.lock()
        lock = locked(shop)
        deb = program()
        packed = deb.pack()
        (app,) = [one for one in lock["images"][0]["packages"] if one["name"] == "app"]
        assert app == {
            "name": "app",
            "version": "2.0",
            "architecture": "amd64",
            "source": "app",
            "sourceVersion": "2.0",
            "pocket": "trixie",
            "filename": deb.path,
            "size": len(packed),
            "sha256": hashlib.sha256(packed).hexdigest(),
            "installedSize": 1024,
            "built": BUILT,
            "reasons": [{"wantedBy": "", "field": "", "relation": "app"}],
        }
        assert lock["sourceDateEpoch"] == BUILT
        assert lock["codec"].startswith("gzip")
        assert lock["inputs"] == [
            {"name": "image.yaml", "sha256": hashlib.sha256(shop.spec_file.read_bytes()).hexdigest()}
        ]
        for release in lock["releases"]:
            inrelease = shop.root / "archive" / "dists" / release["pocket"] / "InRelease"
            assert release["inreleaseSha256"] == hashlib.sha256(inrelease.read_bytes()).hexdigest()
            assert release["signers"]
        assert [one["pocket"] for one in lock["releases"]] == ["trixie", "trixie-updates", "trixie-security"]

    def test_no_mirror_and_no_path_of_this_machine(self, shop: Workshop):
        shop.lock()
        assert str(shop.root).encode() not in shop.lock_file.read_bytes()

    def test_it_is_the_same_wherever_it_is_written(self, shop: Workshop, tmp_path: Path):
        shop.lock()
        first = shop.lock_file.read_bytes()
        other = tmp_path / "elsewhere"
        shutil.copytree(shop.spec_file.parent, other)
        (other / "image.lock.json").unlink()
        shop.good("lock", other / "image.yaml")
        assert (other / "image.lock.json").read_bytes() == first

    def test_the_highest_version_among_the_pockets(self, shop: Workshop):
        shop.publish([base_files(), library(), program()], updates=[library("3.5-1+deb13u1")])
        shop.lock()
        versions = {one["name"]: (one["version"], one["pocket"]) for one in locked(shop)["images"][0]["packages"]}
        assert versions["libssl3"] == ("3.5-1+deb13u1", "trixie-security")

    def test_excluded_packages_with_who_wanted_them(self, shop: Workshop):
        contents = {
            "distribution": "debian:13",
            "packages": ["app"],
            "exclude": [{"name": "libssl3", "reason": "static"}],
        }
        shop.spec(contents=contents)
        shop.lock()
        assert locked(shop)["images"][0]["excluded"] == [
            {
                "name": "libssl3",
                "wantedBy": [{"wantedBy": "app", "field": "Depends", "relation": "libssl3 (>= 3)"}],
            }
        ]

    def test_nothing_changes_without_a_reason(self, shop: Workshop):
        assert shop.lock().startswith("wrote ")
        before = shop.lock_file.stat()
        assert "is up to date: 3 packages in 1 image" in shop.lock()
        assert shop.lock_file.stat().st_mtime_ns == before.st_mtime_ns


class TestCheckAndUpdate:
    def test_check_says_no_where_there_is_none(self, shop: Workshop):
        ran = shop.run("lock", "--check", shop.spec_file)
        assert (ran.code, "is missing" in ran.out) == (10, True)
        assert not shop.lock_file.exists()

    def test_check_says_yes(self, shop: Workshop):
        shop.lock()
        assert "is up to date" in shop.good("lock", "--check", shop.spec_file)

    def test_check_names_what_changed_and_writes_nothing(self, shop: Workshop):
        shop.lock()
        before = shop.lock_file.read_bytes()
        shop.publish([base_files(), library("3.6-1"), program()])
        ran = shop.run("lock", "--check", shop.spec_file)
        assert ran.code == 10
        assert "does not match any more" in ran.out
        assert "libssl3" in ran.out
        assert "3.6-1" in ran.out
        assert shop.lock_file.read_bytes() == before

    def test_update_prints_a_changelog(self, shop: Workshop):
        shop.lock()
        shop.publish([base_files(), library("3.6-1"), program(), Deb("extra", "1", {})])
        shop.packages("base-files", "app", "extra")
        said = shop.lock("--update")
        assert "libssl3" in said
        assert "3.5-1" in said
        assert "3.6-1" in said
        assert "extra" in said
        assert "base-files" not in said

    def test_check_of_a_lock_that_was_edited(self, shop: Workshop):
        shop.lock()
        shop.lock_file.write_bytes(shop.lock_file.read_bytes().replace(b'"2.0"', b'"2.1"'))
        ran = shop.run("lock", "--check", shop.spec_file)
        assert (ran.code, "changed by hand" in ran.err) == (2, True)

    def test_lock_replaces_one_that_cannot_be_read_and_says_so(self, shop: Workshop):
        shop.lock()
        good = shop.lock_file.read_bytes()
        shop.lock_file.write_text("{")
        ran = shop.run("lock", shop.spec_file, "--verbose")
        assert (ran.code, "the former lock is set aside" in ran.err) == (0, True)
        assert shop.lock_file.read_bytes() == good


class TestAnotherLock:
    EDITS = (
        (b'"version": "2.0"', b'"version": "2.1"', "changed by hand"),
        (b'"lockVersion": 1', b'"lockVersion": 2', "lock version 2 is not 1"),
        (b'"lockVersion": 1', b'"lockVersion": "1"', "lock version '1' is not 1"),
        (b'"name": "image"', b'"nome": "image"', "unknown field `nome`"),
        (b'"digest"', b'"digits"', "unknown field `digits`"),
        (b"{", b"[", "malformed"),
        (b'"images"', b'"images": 3, "x"', ""),
    )

    @pytest.mark.parametrize(("old", "new", "said"), EDITS)
    def test_an_edit_by_hand_is_misuse(self, shop: Workshop, old: bytes, new: bytes, said: str):
        shop.lock()
        data = shop.lock_file.read_bytes()
        assert old in data
        shop.lock_file.write_bytes(data.replace(old, new, 1))
        ran = shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64")
        assert ran.code == 2, ran
        assert said in ran.err
        assert "image.lock.json" in ran.err
        assert "→" in ran.err
        assert not shop.out.exists()

    @pytest.mark.parametrize("data", [b"", b"null", b"[]", b"\xff\xfe", b"[" * 100_000, b"{}"])
    def test_what_is_no_lock(self, data: bytes):
        with pytest.raises(InvalidLock, match="the file"):
            decode_lock(data, "the file")

    def test_one_that_is_far_too_long(self):
        with pytest.raises(InvalidLock, match="too many for a lock"):
            decode_lock(b" " * (16 * 1024 * 1024 + 1), "x")

    def test_reading_and_writing_are_each_others_inverse(self, shop: Workshop):
        shop.lock()
        data = shop.lock_file.read_bytes()
        assert encode_lock(decode_lock(data, "x")) == data
        compact = json.dumps(json.loads(data)).encode()
        assert encode_lock(decode_lock(compact, "x")) == data

    def test_no_lock(self, shop: Workshop):
        ran = shop.run("build", shop.spec_file, "-o", shop.out)
        assert (ran.code, "there is no lock" in ran.err) == (2, True)

    def test_the_spec_changed_since(self, shop: Workshop):
        write(shop, "base.yaml", "cmd: [x]\n")
        shop.spec(include="base.yaml")
        shop.lock()
        write(shop, "base.yaml", "cmd: [y]\n")
        ran = shop.run("build", shop.spec_file, "-o", shop.out)
        assert (ran.code, "base.yaml has changed since" in ran.err) == (2, True)
        (shop.spec_file.parent / "base.yaml").unlink()
        assert "base.yaml is gone since" in shop.run("build", shop.spec_file, "-o", shop.out).err

    def test_another_codec_version(self, shop: Workshop):
        shop.lock()
        lock = decode_lock(shop.lock_file.read_bytes(), "x")
        shop.lock_file.write_bytes(encode_lock(msgspec.structs.replace(lock, codec="gzip-0")))
        ran = shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64")
        assert (ran.code, "the lock was made for gzip-0" in ran.err) == (2, True)

    @pytest.mark.parametrize("words", [("--arch", "arm64"), ("--arch", "amd64", "--variant", "dev")])
    def test_what_was_not_locked(self, shop: Workshop, words: tuple[str, ...]):
        shop.lock()
        ran = shop.run("build", shop.spec_file, "-o", shop.out, *words)
        assert (ran.code, "it has linux/amd64" in ran.err) == (2, True)


class TestVanished:
    def test_it_is_found_in_the_cache(self, shop: Workshop):
        shop.lock()
        shutil.rmtree(shop.root / "archive")
        assert shop.build().is_dir()

    def test_else_the_build_says_what_is_gone(self, shop: Workshop):
        shop.lock()
        (shop.root / "archive" / program().path).unlink()
        shop.use_settings(cache="empty")
        ran = shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64", "--offline")
        assert ran.code == 1
        assert "app_2.0_amd64.deb" in ran.err
        assert not shop.out.exists()

    def test_the_pocket_went_on(self, shop: Workshop):
        """A lock of an older version still builds while the pool has the file."""
        shop.lock()
        shop.publish([base_files(), library("9-1"), program("9")])
        shop.use_settings(cache="empty")
        assert tree_of(shop.build())["usr/bin/app"][1].endswith(b"2.0\n")


class TestTampered:
    def test_a_deb_that_is_not_the_one_of_the_index(self, shop: Workshop):
        path = shop.root / "archive" / program().path
        path.write_bytes(path.read_bytes()[:-1] + b"!")
        ran = shop.run("lock", shop.spec_file)
        assert ran.code == 1
        assert "app_2.0_amd64.deb" in ran.err
        assert "sha256" in ran.err.lower()
        assert not shop.lock_file.exists()

    def test_a_deb_that_was_changed_in_the_cache(self, shop: Workshop):
        shop.lock()
        sha256 = hashlib.sha256(program().pack()).hexdigest()
        path = shop.root / "cache" / "blobs" / "sha256" / sha256[:2] / sha256
        path.write_bytes(path.read_bytes()[:-1] + b"!")
        mirror = shop.root / "archive" / program().path
        mirror.write_bytes(path.read_bytes())
        ran = shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64")
        assert ran.code == 1
        assert "damaged or was changed on its way" in ran.err
        assert not shop.out.exists()

    @pytest.mark.parametrize("name", ["InRelease", "main/binary-amd64/Packages.gz"])
    def test_a_signed_file_that_was_changed(self, shop: Workshop, name: str):
        path = shop.root / "archive" / "dists" / "trixie" / name
        data = path.read_bytes()
        at = data.index(b"Codename") if name == "InRelease" else len(data) - 1
        path.write_bytes(data[:at] + b"?" + data[at + 1 :])
        ran = shop.run("lock", shop.spec_file)
        assert ran.code == 1, ran
        assert name.rpartition("/")[2] in ran.err
        assert not shop.lock_file.exists()

    def test_debians_own_keys_do_not_vouch_for_this_archive(self, shop: Workshop):
        shop.settings.write_text(shop.settings.read_text().replace('keys = ["keys/archive.asc"]\n', ""))
        ran = shop.run("lock", shop.spec_file)
        assert ran.code == 1
        assert not shop.lock_file.exists()


class TestFileSources:
    def test_a_file_a_folder_and_an_archive(self, shop: Workshop):
        write(shop, "conf", "x=1")
        write(shop, "site/index.html", "<p>")
        write(shop, "tool.tar.gz", compress(tar_of({"tool-1/bin/tool": "t"}), Codec.GZIP))
        shop.spec(
            files=[
                {"source": "conf", "path": "/etc/app.conf", "uid": 65532, "permissions": "0o600"},
                {"source": "site", "path": "/srv/www"},
                {"source": "tool.tar.gz", "path": "/opt/tool", "unpack": True, "strip-components": 1},
            ]
        )
        out = shop.made()
        tree = tree_of(out)
        stat, content = tree["etc/app.conf"]
        assert (stat.mode, stat.uid, content) == (0o600, 65532, b"x=1")
        assert tree["srv/www/index.html"][1] == b"<p>"
        assert tree["opt/tool/bin/tool"][1] == b"t"
        assert "source file:conf" in " ".join(shop.good("why", out, "/etc/app.conf").split())
        assert "exact" in shop.good("rebuild", "--verify", out)

    def test_over_a_packages_file_and_on_record(self, shop: Workshop):
        write(shop, "app", "mine")
        shop.spec(files=[{"source": "app", "path": "/bin/app"}])
        out = shop.made()
        assert tree_of(out)["usr/bin/app"][1] == b"mine"
        said = shop.good("why", out, "/usr/bin/app")
        assert "files:1:/bin/app takes its place" in said
        assert "app 2.0 (amd64)" in said
        sums = tree_of(out)["var/lib/dpkg/status.d/app.md5sums"][1]
        assert b"usr/bin/app" not in sums

    def test_sources_that_bring_no_regular_file_or_the_same_one_twice(self, shop: Workshop):
        (shop.spec_file.parent / "links").mkdir()
        (shop.spec_file.parent / "links" / "l").symlink_to("m")
        write(shop, "f", "f")
        shop.spec(
            files=[{"source": "links", "path": "/links"}, *({"source": "f", "path": one} for one in ("/a", "/b"))]
        )
        out = shop.made()
        assert tree_of(out)["links/l"][1] == "m"
        assert "exact" in shop.good("rebuild", "--verify", out)

    def test_behind_a_link_of_the_image(self, shop: Workshop):
        write(shop, "site/index.html", "<p>")
        shop.spec(files=[{"source": "site", "path": "/lib/site"}, {"source": "site", "path": "/sbin"}])
        tree = tree_of(shop.made())
        assert tree["usr/lib/site/index.html"][1] == b"<p>"
        assert tree["usr/sbin/index.html"][1] == b"<p>"
        assert tree["sbin"][1] == "usr/sbin"

    def test_a_folder_over_a_file(self, shop: Workshop):
        write(shop, "site/index.html", "<p>")
        shop.spec(files=[{"source": "site", "path": "/usr/bin/app"}])
        shop.lock()
        ran = shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64")
        assert ran.code == 2, ran
        assert "/usr/bin/app" in ran.err

    def test_a_local_file_that_changed_since_the_lock(self, shop: Workshop):
        path = write(shop, "f", "1")
        shop.spec(files=[{"source": "f", "path": "/f"}])
        shop.lock()
        path.write_text("2")
        ran = shop.run("build", shop.spec_file, "-o", shop.root / "x", "--arch", "amd64")
        assert (ran.code, "f is not what the lock says" in ran.err) == (2, True)
        shop.use_settings(cache="empty")
        ran = shop.run("build", shop.spec_file, "-o", shop.root / "x", "--arch", "amd64")
        assert (ran.code, "f is not what the lock says" in ran.err) == (2, True)
        assert shop.run("lock", "--check", shop.spec_file).code == 10

    def test_a_local_source_that_leads_out_of_the_specs_folder(self, shop: Workshop, tmp_path: Path):
        (tmp_path / "secret").write_text("s")
        (shop.spec_file.parent / "innocent").symlink_to(tmp_path / "secret")
        shop.spec(files=[{"source": "innocent", "path": "/f"}])
        ran = shop.run("lock", shop.spec_file)
        assert (ran.code, "outside the spec's folder" in ran.err) == (2, True)
        shop.spec(files=[{"source": "../secret", "path": "/f"}])
        assert shop.run("lock", shop.spec_file).code == 2

    def test_a_source_that_is_not_there(self, shop: Workshop):
        shop.spec(files=[{"source": "gone", "path": "/f"}])
        ran = shop.run("lock", shop.spec_file)
        assert (ran.code, "there is no" in ran.err) == (2, True)

    def test_a_download(self, shop: Workshop):
        data = b"tool " * 1000
        with Loopback({"/tool": data}) as server:
            source = {"url": f"{server.url}/tool", "path": "/opt/tool", "permissions": "0o755"}
            shop.spec(files=[source | {"sha256": hashlib.sha256(data).hexdigest()}])
            out = shop.made()
            assert tree_of(out)["opt/tool"][1] == data
            assert server.paths == ["/tool"]
            shop.spec(files=[source | {"sha256": "0" * 64}])
            ran = shop.run("lock", shop.spec_file)
        assert ran.code == 1
        assert "0000" in ran.err
        assert "exact" in shop.good("rebuild", "--verify", out, "--offline")

    def test_for_one_architecture_only(self, shop: Workshop):
        shop.publish([base_files(architecture="all"), library(architecture="all"), program(architecture="all")])
        for arch in ("amd64", "arm64"):
            write(shop, f"{arch}/tool", arch)
        shop.spec(
            archs=["amd64", "arm64"],
            files=[
                {"source": "{arch}/tool", "path": "/tool"},
                {"source": "arm64/tool", "path": "/x", "archs": ["arm64"]},
            ],
        )
        shop.lock()
        assert "x" not in tree_of(shop.build())
        arm = tree_of(shop.build("--arch", "arm64", out="arm"))
        assert (arm["tool"][1], arm["x"][1]) == (b"arm64", b"arm64")


class TestNpm:
    def test_from_a_loopback_registry(self, shop: Workshop):
        tarball = compress(tar_of({"package/bin/node": "node"}), Codec.GZIP)
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()
        versions = {one: {"dist": {"integrity": integrity}} for one in ("24.1.0", "24.2.0")}
        files = {
            "/@node%2flinux-x64": json.dumps({"versions": versions}).encode(),
            "/@node/linux-x64/-/linux-x64-24.2.0.tgz": tarball,
            "/@node/linux-x64/-/linux-x64-24.1.0.tgz": tarball,
        }
        source = {"npm": "@node/linux-{arch}", "path": "/usr/local", "strip-components": 1}
        with Loopback(files) as server:
            shop.use_settings(npm=server.url)
            shop.spec(files=[source | {"version": "24.1.0"}])
            shop.lock()
            shop.spec(files=[source | {"version": "24.x"}])
            said = shop.lock("--update")
            assert "npm:@node/linux-x64" in said
            assert "24.1.0" in said
            assert "24.2.0" in said
            out = shop.build()
        assert tree_of(out)["usr/local/bin/node"][1] == b"node"
        assert "npm:@node/linux-x64@24.2.0" in shop.good("why", out, "/usr/local/bin/node")
        assert "exact" in shop.good("rebuild", "--verify", out, "--offline")

    def test_without_a_registry(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("PATH", "/nowhere")
        shop.spec(files=[{"npm": "x", "version": "1", "path": "/x"}])
        ran = shop.run("lock", shop.spec_file)
        assert (ran.code, "no npm registry is known for npm:x" in ran.err) == (2, True)
        with Loopback() as server:
            (tmp_path / ".npmrc").write_text(f"# mine\nregistry={server.url}/\n")
            assert shop.run("lock", shop.spec_file).code == 1
            assert server.paths == ["/x"]


def test_a_spec_that_asks_for_what_is_not_there(tmp_path: Path):
    shop = Workshop(tmp_path)
    shop.packages("ap")
    ran = shop.run("lock", shop.spec_file)
    assert ran.code == 2
    assert "ap" in ran.err


class TestPlaces:
    """What turns out wrong after the spec was read is said with the file, the line and the column of the value."""

    def refused(self, shop: Workshop, *words: object) -> list[str]:
        ran = shop.run(*words)
        assert ran.code == 2
        return ran.err.replace(f"{shop.spec_file.parent}/", "").splitlines()

    def test_packages_of_an_included_file_and_of_a_variant(self, shop: Workshop):
        write(shop, "base.yaml", "contents:\n  distribution: debian:13\n  packages: [base-files, appp]\n")
        write(shop, "image.yaml", "include: base.yaml\narchs: [amd64]\n")
        assert self.refused(shop, "lock", shop.spec_file) == [
            "prill: base.yaml:3:26: no package is called 'appp'",
            "  → the nearest names are app",
        ]
        write(shop, "base.yaml", "contents:\n  distribution: debian:13\n  packages: [base-files, app=9.*]\n")
        write(
            shop,
            "image.yaml",
            "include: base.yaml\narchs: [amd64]\nvariants: {dev: {contents: {packages: [libsl3]}}}\n",
        )
        assert self.refused(shop, "lock", shop.spec_file)[0] == (
            "prill: base.yaml:3:26: no version of app satisfies `=9.*`"
        )
        write(shop, "image.yaml", "include: base.yaml\ncontents: {packages: [libsl3]}\narchs: [amd64]\n")
        assert self.refused(shop, "lock", shop.spec_file) == [
            "prill: 2 requests cannot be met:",
            "  base.yaml:3:26: no version of app satisfies `=9.*`; available are 2.0 (trixie)",
            "  image.yaml:2:23: no package is called 'libsl3'; the nearest names are libssl3",
        ]

    def test_a_source(self, shop: Workshop):
        text = shop.spec_file.read_text()
        write(shop, "image.yaml", f"{text}files: [{{path: /x, source: 'no/{{arch}}'}}]\n")
        line = text.count("\n") + 1
        assert self.refused(shop, "lock", shop.spec_file)[0] == f"prill: image.yaml:{line}:28: there is no no/amd64"

    def test_a_path_that_the_image_lacks(self, shop: Workshop):
        text = shop.spec_file.read_text()
        write(shop, "image.yaml", f"{text}paths: [{{path: /nope, type: permissions, uid: 7}}]\n")
        shop.lock()
        line = text.count("\n") + 1
        assert self.refused(shop, "build", shop.spec_file, "--arch", "amd64", "-o", shop.out)[0] == (
            f"prill: image.yaml:{line}:16: paths: there is no /nope in the image whose permissions could be changed"
        )


def test_an_architecture_nobody_builds_for(shop: Workshop):
    shop.lock()
    ran = shop.run("build", shop.spec_file, "--arch", "s390x", "-o", shop.out)
    assert (ran.code, "images are built for amd64 and arm64" in ran.err, "archs" in ran.err) == (2, True, False)
    assert "add it to the spec's archs" in shop.run("build", shop.spec_file, "--arch", "arm64", "-o", shop.out).err


def test_a_layers_bytes_do_not_depend_on_the_machines_time(tmp_path: Path):
    shop = Workshop(tmp_path)
    digest = digest_of(shop.made())
    os.utime(shop.spec_file, (1, 1))
    assert digest_of(shop.build(out="again")) == digest

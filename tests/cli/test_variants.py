"""Variants: more than the image, never less, on the image's own layers."""

import gzip
import json
from pathlib import Path

import pytest

from deb_files import Deb, File, Folder
from prill.archive.tar import walk
from workshop import (
    Workshop,
    base_files,
    blob,
    digest_of,
    layers_of,
    library,
    manifest_of,
    program,
    tree_of,
)

BUSYBOX = Deb("busybox-static", "1.37", {"usr/bin/busybox": File("box", 0o755)})
DPKG = Deb(
    "dpkg",
    "1.22",
    {"usr/bin/dpkg": File("dpkg", 0o755), "etc/dpkg/dpkg.cfg": "cfg\n", "var/lib/dpkg/info": Folder()},
    conffiles=("/etc/dpkg/dpkg.cfg",),
    scripts={"postinst": "#!/bin/sh\nset -e\nupdate-alternatives --install /usr/bin/x x /usr/bin/dpkg 1\n"},
    fields={"Multi-Arch": "same"},
)
VARIANTS = {
    "debug": {"contents": {"packages": ["busybox-static"]}, "entrypoint": {"command": "/usr/bin/busybox sh"}},
    "dev": {"contents": {"packages": ["dpkg"]}, "untrim": ["docs"], "accounts": {"run-as": "root"}},
}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop(tmp_path, (base_files(), library(), program(), BUSYBOX, DPKG))
    shop.spec(variants=VARIANTS)
    shop.lock()
    shop.build()
    return shop


def entries(layout: Path, digest: str) -> list[str]:
    return [
        one.stat.path
        for one in walk(gzip.decompress(blob(layout, digest).read_bytes()))
        if one.stat.kind != "directory"
    ]


@pytest.mark.parametrize("name", ["debug", "dev"])
class TestEach:
    def test_productions_layers_come_first_unchanged(self, shop: Workshop, name: str):
        ours, theirs = manifest_of(shop.out)["layers"], manifest_of(shop.build("--variant", name, out=name))["layers"]
        assert theirs[: len(ours)] == ours
        assert 1 <= len(theirs) - len(ours) <= 3

    def test_every_file_of_production_is_in_it(self, shop: Workshop, name: str):
        ours, theirs = tree_of(shop.out), tree_of(shop.build("--variant", name, out=name))
        made = ("etc/passwd", "etc/group", "etc/shadow", "var/lib/dpkg/status.d")
        different = [
            path
            for path, (stat, content) in ours.items()
            if not path.startswith(made)
            and (path not in theirs or (theirs[path][1], theirs[path][0].mode) != (content, stat.mode))
        ]
        assert different == []

    def test_it_is_rebuilt_exactly(self, shop: Workshop, name: str):
        out = shop.build("--variant", name, out=name)
        assert "exact" in shop.good("rebuild", "--verify", out)
        assert f"image-{name}" in shop.good("show", out)

    def test_production_is_the_same_with_and_without_it(self, shop: Workshop, name: str):
        digest = digest_of(shop.out)
        shop.spec(variants={key: value for key, value in VARIANTS.items() if key != name})
        assert digest_of(shop.made(out="less")) == digest


def show(shop: Workshop, layout: Path) -> str:
    """What is shown, with line breaks and runs of spaces as one space."""
    return " ".join(shop.good("show", layout).split())


class TestTheNote:
    """What `prill show` says of production's files holds for every one of them."""

    def test_all_the_same(self, shop: Workshop):
        out = shop.build("--variant", "debug", out="debug")
        assert "note every file of the production image is in this variant, unchanged" in show(shop, out)
        assert not [path for path in tree_of(shop.out) if state(out, path) != state(shop.out, path)]

    def test_what_is_made_anew_and_what_moved(self, shop: Workshop):
        shop.spec(variants={"dev": VARIANTS["dev"] | {"accounts": {"groups": [{"groupname": "more", "gid": 7000}]}}})
        out = shop.made("--variant", "dev", out="dev")
        assert (
            "note every file of a package in the production image is in this variant, unchanged; written anew: /etc/group;"
            " moved: /var/lib/dpkg/status.d (6 files) to /var/lib/dpkg/status and /var/lib/dpkg/info"
        ) in show(shop, out)
        record = json.loads(shop.good("show", out, "--format", "json"))
        moved = [one["path"] for one in record["dropped"] if one["rule"].startswith("moved-to:")]
        assert (record["subset"], record["rewritten"]) == ([], ["etc/group"])
        assert [path for path in tree_of(shop.out) if state(out, path) != state(shop.out, path)] == [
            "etc/group",
            *moved,
        ]

    def test_metadata_that_follows_what_came_back(self, shop: Workshop):
        shop.spec(variants={"docs": {"untrim": ["docs"]}})
        out = shop.made("--variant", "docs", out="docs")
        assert "unchanged; written anew: /var/lib/dpkg/status.d/app.md5sums" in show(shop, out)

    def test_what_it_has_no_more(self, shop: Workshop):
        """A better alternative comes without the link that the other one brings along."""
        install = "#!/bin/sh\nset -e\nupdate-alternatives --install /usr/bin/x x"
        worse = Deb(
            "worse",
            "1",
            {"usr/bin/worse": File("1", 0o755), "usr/bin/worse-y": File("2", 0o755)},
            scripts={"postinst": f"{install} /usr/bin/worse 1 --slave /usr/bin/y y /usr/bin/worse-y\n"},
        )
        better = Deb(
            "better",
            "1",
            {"usr/bin/better": File("3", 0o755)},
            scripts={"postinst": f"{install} /usr/bin/better 2\n"},
        )
        shop.publish([base_files(), worse, better])
        shop.packages("base-files", "worse", variants={"both": {"contents": {"packages": ["better"]}}})
        shop.made()
        out = shop.made("--variant", "both", out="both")
        assert "; left out: /etc/alternatives/y, /usr/bin/y" in show(shop, out)
        assert "usr/bin/y" not in tree_of(out)
        assert "rule not-in-variant: the production image has it" in " ".join(
            shop.good("why", out, "/usr/bin/y").split()
        )

    @pytest.mark.parametrize(
        "change",
        [
            {"files": [{"source": "app", "path": "/usr/bin/app", "permissions": "0o755"}]},
            {"paths": [{"path": "/usr/bin/app", "type": "permissions", "permissions": "0o700"}]},
            {"paths": [{"path": "/usr/bin/app", "type": "permissions", "permissions": "0o755", "uid": 65532}]},
        ],
        ids=["content", "mode", "owner"],
    )
    def test_a_packages_file_that_differs(self, shop: Workshop, change: dict[str, object]):
        (shop.spec_file.parent / "app").write_text("another")
        shop.spec(variants={"other": change})
        out = shop.made("--variant", "other", out="other")
        said = show(shop, out)
        assert "note missing or changed in this variant: 1 file of the production image, /usr/bin/app" in said
        assert "is in this variant, unchanged" not in said
        assert json.loads(shop.good("show", out, "--format", "json"))["subset"] == ["usr/bin/app"]


def state(layout: Path, path: str) -> object:
    """What is at a path: kind, link, mode, owner and content; None where nothing is."""
    found = tree_of(layout).get(path)
    return found and (found[0].kind, found[0].link, found[0].mode, found[0].uid, found[0].gid, found[1])


class TestWhy:
    """In a variant there is an answer for what only production has."""

    @pytest.mark.parametrize(
        ("path", "place"),
        [
            ("app", "/var/lib/dpkg/status"),
            ("app.md5sums", "/var/lib/dpkg/info/app.md5sums"),
            ("", "/var/lib/dpkg/status"),
        ],
    )
    def test_a_file_of_status_d(self, shop: Workshop, path: str, place: str):
        out = shop.build("--variant", "dev", out="dev")
        said = " ".join(shop.good("why", out, f"/var/lib/dpkg/status.d/{path}").split())
        assert "is not in the image" in said
        assert f"rule moved-to:{place[1:]}: now in {place}, as the variant has dpkg's own database" in said
        assert place[1:] in tree_of(out)

    def test_every_path_of_production_has_an_answer(self, shop: Workshop):
        out = shop.build("--variant", "dev", out="dev")
        paths = [f"/{path}" for path in tree_of(shop.out)]
        assert "/var/lib/dpkg/status.d/app" in paths
        shop.good("why", shop.out, *paths)
        shop.good("why", out, *paths)


class TestDebug:
    def test_only_what_it_adds_is_in_its_layers(self, shop: Workshop):
        out = shop.build("--variant", "debug", out="debug")
        added = list(layers_of(out).items())[len(layers_of(shop.out)) :]
        paths = [path for _, digest in added for path in entries(out, digest)]
        assert paths == [
            "usr/bin/busybox",
            "usr/share/doc/busybox-static/copyright",
            "var/lib/dpkg/status.d/busybox-static",
            "var/lib/dpkg/status.d/busybox-static.md5sums",
        ]

    def test_it_has_a_shell_and_says_so(self, shop: Workshop):
        out = shop.build("--variant", "debug", out="debug")
        assert "/usr/bin/busybox" in shop.good("show", out)
        assert "shell     none" in shop.good("show", shop.out)


class TestDev:
    def test_dpkgs_database_stands_for_status_d(self, shop: Workshop):
        out = shop.build("--variant", "dev", out="dev")
        tree = tree_of(out)
        assert not any(path.startswith("var/lib/dpkg/status.d") for path in tree)
        assert "var/lib/dpkg/.wh.status.d" in entries(out, list(layers_of(out).values())[-1])
        status = tree["var/lib/dpkg/status"][1].decode()
        packages = [line.partition(": ")[2] for line in status.splitlines() if line.startswith("Package: ")]
        assert packages == ["app", "base-files", "dpkg", "libssl3"]
        assert status.count("Status: install ok installed") == 4
        assert "Conffiles:\n /etc/dpkg/dpkg.cfg " in status
        assert tree["var/lib/dpkg/info/dpkg:amd64.list"][1].splitlines()[:2] == [b"/.", b"/etc/dpkg"]
        assert tree["var/lib/dpkg/info/dpkg:amd64.postinst"][0].mode == 0o755
        assert tree["var/lib/dpkg/info/app.list"][1].count(b"/usr/bin/app\n") == 1

    def test_untrim_brings_files_back(self, shop: Workshop):
        tree = tree_of(shop.build("--variant", "dev", out="dev"))
        assert tree["usr/share/doc/app/README"][1] == b"read me"
        assert "usr/share/man/man3/libssl3.3.gz" not in tree


class TestUntrimWithoutDpkg:
    def test_md5sums_follow_what_came_back(self, shop: Workshop):
        shop.spec(variants={"docs": {"untrim": ["docs"]}})
        shop.made()
        tree = tree_of(shop.build("--variant", "docs", out="docs"))
        assert b"usr/share/doc/app/README" in tree["var/lib/dpkg/status.d/app.md5sums"][1]
        out = shop.root / "docs"
        added = list(layers_of(out).values())[len(layers_of(shop.out)) :]
        paths = [path for digest in added for path in entries(out, digest)]
        assert paths == ["usr/share/doc/app/README", "var/lib/dpkg/status.d/app.md5sums"]


class TestRefused:
    def test_one_that_changes_a_package_of_production(self, shop: Workshop):
        shop.publish([base_files(), library(), program(), program("1.0")])
        shop.spec(variants={"old": {"contents": {"packages": ["app=1.0"]}}})
        ran = shop.run("lock", shop.spec_file)
        assert ran.code == 2, ran
        assert "the variant 'old' has app 1.0, the image below it 2.0" in ran.err

    def test_one_that_takes_a_package_away(self, shop: Workshop):
        shop.spec(variants={"less": {"contents": {"exclude": ["libssl3"]}}})
        ran = shop.run("lock", shop.spec_file)
        assert ran.code == 2, ran
        assert "has libssl3 not at all, the image below it 3.5-1" in ran.err

    def test_one_that_there_is_not(self, shop: Workshop):
        assert shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64", "--variant", "dbg").code == 2


def test_a_path_that_only_production_has_is_hidden(shop: Workshop):
    """Production's status.d goes where dpkg's own database comes; nothing else may vanish."""
    ours, theirs = tree_of(shop.out), tree_of(shop.build("--variant", "dev", out="dev"))
    assert {path for path in ours if path not in theirs} == {
        path for path in ours if path.startswith("var/lib/dpkg/status.d")
    }

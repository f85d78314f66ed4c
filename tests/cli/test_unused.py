"""What a spec asks for and nothing comes of is named by the build."""

from pathlib import Path

import pytest

from deb_files import Deb, Link, tar_of
from workshop import Workshop, base_files, library, program, tree_of


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path, (base_files(), library(), program()))


def notes(shop: Workshop, **spec: object) -> str:
    """Build and return the notes of the summary, as one line."""
    shop.spec(**spec)
    shop.lock()
    said = " ".join(shop.good("build", shop.spec_file, "-o", shop.out, "--arch", "amd64").split())
    assert " ".join(shop.good("show", shop.out).split()).count(" note ") == said.count(" note ")
    return said


def exclude(*names: str) -> dict[str, object]:
    return {"distribution": "debian:13", "packages": ["base-files", "app"], "exclude": list(names)}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {"trim": {"paths": ["usr/share/man/**", "usr/share/mna/**", "/usr/bin/nothing"]}},
            "trim.paths matches no file of a package: usr/share/mna/**, usr/bin/nothing",
        ),
        (
            {"trim": {"sets": ["docs"], "keep": ["usr/share/doc/app/README", "usr/share/doc/other/*"]}},
            "trim.keep matches no file of a package: usr/share/doc/other/*",
        ),
        ({"contents": exclude("libssl3", "libsll3")}, "contents.exclude: no package asks for libsll3"),
        (
            {"keep-setuid": ["/usr/bin/app", "/usr/bin/sudo"]},
            "keep-setuid names no program with such a bit: /usr/bin/app, /usr/bin/sudo",
        ),
    ],
    ids=["trim.paths", "trim.keep", "exclude", "keep-setuid"],
)
def test_it_is_named(shop: Workshop, spec: dict[str, object], said: str):
    assert f" note {said}" in notes(shop, **spec)


def test_what_has_an_effect_is_not(shop: Workshop):
    trim = {"sets": ["man"], "paths": ["usr/share/man/man3/**", "usr/share/doc/**"], "keep": ["usr/share/doc/app/R*"]}
    assert " note " not in notes(shop, trim=trim)
    assert " note " not in notes(shop, contents=exclude("libssl3"))


def test_an_alternative_is_asked_for_too(shop: Workshop):
    """Without the second one the resolver would take it in place of the first."""
    shop.publish((base_files(fields={"Depends": "awk | gawk"}), library(), program()))
    assert " note " not in notes(shop, contents=exclude("awk", "gawk"))


def test_an_exclusion_with_a_reason_is_meant(shop: Workshop):
    contents = exclude() | {"exclude": [{"name": "doas", "reason": "nobody becomes root here"}]}
    assert " note " not in notes(shop, contents=contents)


def test_what_another_architecture_asks_for_is_not_named(shop: Workshop):
    """Whoever took the name out would break that architecture."""
    depends = (
        Deb("only", architecture=one, fields=more) for one, more in (("amd64", {}), ("arm64", {"Depends": "doas"}))
    )
    shop.publish((base_files(architecture="all"), *depends))
    contents = {"distribution": "debian:13", "packages": ["base-files", "only"], "exclude": ["doas"]}
    assert " note " not in notes(shop, contents=contents, archs=["amd64", "arm64"])
    assert " note contents.exclude: no package asks for doas" in notes(shop, contents=contents)


def test_a_variant_repeats_nothing(shop: Workshop):
    notes(shop, trim={"paths": ["no/*"]}, variants={"dev": {"keep-setuid": ["/usr/bin/app"]}})
    said = shop.good("build", shop.spec_file, "-o", shop.out, "--arch", "amd64", "--variant", "dev")
    assert ("trim.paths" in said, "keep-setuid names no program" in said) == (False, True)


class TestOverlaidFiles:
    """``files`` sources that want one path: the later one has it, and the build says so."""

    def source(self, shop: Workshop, name: str, content: str) -> dict[str, object]:
        path = shop.spec_file.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return {"source": name, "path": "/etc/app.conf"}

    def test_another_content(self, shop: Workshop):
        files = [self.source(shop, "one", "1"), self.source(shop, "two", "2")]
        assert " note files: file:two takes the place of file:one at /etc/app.conf" in notes(shop, files=files)

    def test_folders(self, shop: Workshop):
        for folder in ("one", "two"):
            for name in ("a", "b", "same", folder):
                self.source(shop, f"{folder}/{name}", "x" if name == "same" else folder)
        files = [{"source": name, "path": "/opt"} for name in ("one", "two")]
        assert " note files: file:two takes the place of file:one at /opt/a and 1 more" in notes(shop, files=files)

    def test_behind_a_symlink_of_its_own(self, shop: Workshop):
        archive = shop.spec_file.parent / "own.tar"
        archive.write_bytes(tar_of({"x": Link("/app"), "x/y": "1"}))
        files = [{"source": "own.tar", "path": "/app", "unpack": True}]
        assert " note " not in notes(shop, files=files), "nothing was there before"
        assert "links to /app" in " ".join(shop.good("why", shop.out, "/app/x").split())
        assert "is not in the image" not in shop.good("why", shop.out, "/app/x")
        archive.write_bytes(tar_of({"x": Link("/app"), "y": "1", "x/y": "2"}))
        assert " note files: file:own.tar takes the place of another member of it at /app/y" in notes(shop, files=files)
        assert tree_of(shop.out)["app/y"][1] == b"2"

    def test_the_same_content(self, shop: Workshop):
        files = [self.source(shop, "one", "1"), self.source(shop, "two", "1")]
        assert " note " not in notes(shop, files=files)

    def test_over_a_package(self, shop: Workshop):
        source = self.source(shop, "one", "1") | {"path": "/usr/bin/app"}
        assert " note files: file:one takes the place of the package app's file at /usr/bin/app" in notes(
            shop, files=[source]
        )
        assert "file:one" in shop.good("why", shop.out, "/usr/bin/app")

    def test_over_what_a_package_lost_by_trimming(self, shop: Workshop):
        source = self.source(shop, "one", "1") | {"path": "/usr/share/doc/app/README"}
        assert " note " not in notes(shop, files=[source])

    def test_over_what_prill_makes(self, shop: Workshop):
        for name in ("passwd", "group"):
            self.source(shop, f"etc/{name}", "mine")
        said = notes(shop, files=[{"source": "etc", "path": "/etc"}])
        assert " note files: file:etc takes the place of what Prill makes at /etc/group and 1 more" in said

    def test_what_prill_would_make_the_same(self, shop: Workshop):
        _, passwd = tree_of(shop.made())["etc/passwd"]
        assert " note " not in notes(
            shop, files=[self.source(shop, "passwd", passwd.decode()) | {"path": "/etc/passwd"}]
        )


class TestProgram:
    """What a container starts with and the image lacks."""

    @pytest.mark.parametrize(
        ("spec", "said"),
        [
            (
                {"entrypoint": {"command": "/usr/bin/nope"}},
                "the entrypoint's program /usr/bin/nope is not in the image",
            ),
            (
                {"cmd": "python3 -m app", "environment": {"PATH": "/usr/bin:/bin"}},
                "cmd's program python3 is not in the image (looked in /usr/bin, /bin)",
            ),
            (
                {"entrypoint": {"command": "app"}},
                "the entrypoint's program app is a script for /usr/bin/app-run, which is not in the image",
            ),
        ],
        ids=["entrypoint", "cmd", "interpreter"],
    )
    def test_it_is_named(self, shop: Workshop, spec: dict[str, object], said: str):
        assert f" note {said}" in notes(shop, **spec)

    def test_a_script_of_the_spec_s_own(self, shop: Workshop):
        (shop.spec_file.parent / "start.sh").write_text("#!/bin/sh\n")
        files = [{"source": "start.sh", "path": "/start.sh", "permissions": "0755"}]
        said = notes(shop, files=files, entrypoint={"command": "/start.sh"})
        assert " note the entrypoint's program /start.sh is a script for /bin/sh, which is not in the image" in said

"""``prill why`` and ``prill show``: one answer of each kind."""

import json

import pytest

from deb_files import Deb, File, Folder, HardLink, Link
from workshop import Workshop, base_files, library, program

TOOL = Deb(
    "tool",
    "1:2-3",
    {
        "usr/bin/su": File("su", 0o4755),
        "usr/bin/tool": File("tool", 0o755),
        "usr/bin/tool2": HardLink("usr/bin/tool", 0o755),
        "usr/share/man/man1/tool.1.gz": "page",
        "usr/share/man/man1/other.1.gz": HardLink("usr/share/man/man1/tool.1.gz"),
        "var/run/tool": Folder(),
        "usr/share/alike": "alike",
        "usr/share/same": "same",
        "etc/shared": "tool's",
        "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
        "usr/bin/editor": "tool",
    },
    fields={"Source": "tools (2-3)", "Depends": "app, awk"},
    scripts={"postinst": "#!/bin/sh\nldconfig\n", "prerm": "#!/bin/sh\nexit 0\n"},
)
OTHER = Deb(
    "tool-data",
    "1",
    {
        "usr/share/same": "same",
        "etc/shared": "data's",
        "var/run": Link("/run"),
        "usr/bin/editor": "data",
    },
    fields={"Replaces": "tool"},
    scripts={
        "preinst": "#!/bin/sh\ndpkg-divert --package tool-data --rename --divert /usr/bin/editor.old --add /usr/bin/editor\n"
    },
)
MORE = Deb("tool-more", "1", {"usr/share/alike": File("alike", 0o600, gid=5)})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    shop = Workshop(tmp_path_factory.mktemp("why"), (base_files(), library(), program(), TOOL, OTHER, MORE))
    (shop.spec_file.parent / "app.conf").write_text("x=1")
    shop.spec(
        contents={
            "distribution": "debian:13",
            "packages": ["base-files", "tool", "tool-data", "tool-more"],
            "exclude": [{"name": "awk", "reason": "only scripts want it"}, "perl"],
        },
        files=[{"source": "app.conf", "path": "/etc/app.conf"}],
        paths=[{"path": "/data", "type": "directory", "uid": 65532}],
    )
    shop.made()
    return shop


def why(shop: Workshop, *things: str) -> str:
    """What is said, with runs of spaces as one."""
    return " ".join(shop.good("why", shop.out, *things).split())


class TestPaths:
    def test_a_packages_file(self, shop: Workshop):
        said = why(shop, "/usr/bin/tool")
        assert "rule as the package has it" in said
        assert "package tool 1:2-3 (amd64)" in said
        assert "source tools 2-3" in said
        assert ".deb pool/main/t/tool/tool_2-3_amd64.deb" in said
        assert "vouched by Debian trixie (stable) of 2026-01-01 00:00 UTC" in said
        assert "signed by " in said
        assert "here because tool ← the spec asks for it" in said

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("/usr/bin/tool2", "links to usr/bin/tool"),
            ("/usr/bin/su", "without its setuid and setgid bits"),
            ("/usr/bin/editor.old", "tool-data diverts it"),
            ("/run/tool", "packaged as /var/run/tool, which lies behind a symlink"),
            ("/etc/app.conf", "source file:app.conf"),
            ("/etc/nsswitch.conf", "made by Prill (system-files)"),
            ("/data", "rule paths in the spec"),
            ("/usr/lib/x86_64-linux-gnu", "kind directory, mode 0755"),
            ("/var/lib/dpkg/status.d/tool", "tells scanners which packages are in the image"),
            ("/lib/x86_64-linux-gnu/libssl3.so.3", "reached by /lib -> usr/lib"),
            ("usr//bin/../bin/./tool", "as the package has it"),
            ("/usr/share/same", "tool has the same file"),
            ("/usr/share/alike", "tool has the same file, with the mode and owner that are kept"),
            ("/etc/shared", "tool-data takes its place"),
            ("/etc/passwd", "Prill makes its own instead (accounts)"),
            ("/usr/share/man/man1/tool.1.gz", "trim:man: trim set man of the spec leaves it out"),
            ("/usr/share/man", "the folder held nothing but what was left out"),
        ],
    )
    def test_every_kind(self, shop: Workshop, path: str, said: str):
        assert said in why(shop, path)

    @pytest.mark.parametrize(
        ("path", "near"),
        [
            ("/usr/bin/tol", "/usr/bin/tool"),
            ("/bin/tol", "/usr/bin/tool"),
            ("/lib64/tol", None),
            ("/usr/share/man/man1/tol.1.gz", "/usr/share/man/man1/tool.1.gz"),
            ("/share/man/man1/tool.1.gz", None),
            ("/bin/sh", None),
            ("/usr/bin/stole", None),
            ("/usr/bi", "/usr/bin"),
        ],
    )
    def test_what_there_is_not_and_the_nearest_name_in_its_folder(self, shop: Workshop, path: str, near: str | None):
        ran = shop.run("why", shop.out, path)
        assert ran.code == 3
        assert f"the image has no {path}, " in ran.out
        assert ran.out.partition("did you mean ")[2].strip() == (f"{near}?" if near else "")

    def test_several_at_once_and_one_that_is_unknown(self, shop: Workshop):
        ran = shop.run("why", shop.out, "tool", "/nothing/at/all", "/data")
        assert ran.code == 3
        assert "tool in linux/amd64" in ran.out
        assert "paths in the spec" in ran.out


class TestPackages:
    def test_the_chain_that_brought_it_in(self, shop: Workshop):
        said = why(shop, "libssl3")
        assert (
            "here because tool ← the spec asks for it app ← tool Depends: app libssl3 ← app Depends: libssl3 (>= 3)"
            in said
        )
        assert "wanted by app" in said

    def test_an_excluded_one_with_reason_and_who_wanted_it(self, shop: Workshop):
        said = why(shop, "awk")
        assert (
            said
            == "awk is not in the image excluded by the spec reason only scripts want it wanted by tool Depends: awk"
        )

    def test_an_excluded_one_that_nobody_wants(self, shop: Workshop):
        assert why(shop, "perl") == "perl is not in the image excluded by the spec wanted by nobody"

    def test_one_that_there_is_not(self, shop: Workshop):
        ran = shop.run("why", shop.out, "libssl")
        assert (ran.code, "did you mean libssl3?" in ran.out) == (3, True)


class TestShow:
    def test_what_is_in_it(self, shop: Workshop):
        said = shop.good("show", shop.out)
        assert "packages  6 (" in said
        assert "2 maintainer scripts" not in said.partition("\n")[0]
        for name in ("app", "base-files", "libssl3", "tool", "tool-data"):
            assert f"\n  {name} " in said

    def test_the_scripts_that_were_not_run(self, shop: Workshop):
        said = shop.good("show", shop.out, "--scripts")
        assert "tool.postinst" in said
        assert "tool-data.preinst" in said

    def test_the_record_as_json(self, shop: Workshop):
        record = json.loads(shop.good("show", shop.out, "--format", "json"))
        files = {one["path"]: one for one in record["files"]} if isinstance(record["files"][0], dict) else None
        paths = set(files or [one[0] for one in record["files"]])
        assert {"usr/bin/tool", "etc/app.conf", "var/lib/dpkg/status.d/tool"} <= paths

    def test_another_platform(self, shop: Workshop):
        ran = shop.run("show", shop.out, "--platform", "linux/arm64")
        assert ran.code == 3, ran
        assert shop.run("show", shop.out, "--platform", "no such").code == 2

    @pytest.mark.parametrize("words", [("show",), ("why", "x"), ("rebuild", "--verify")])
    def test_no_image(self, shop: Workshop, words: tuple[str, ...]):
        for place in (shop.root / "nothing", shop.root / "spec"):
            ran = shop.run(words[0], place, *words[1:])
            assert ran.code == 3, ran
            assert ran.err.startswith("prill: ")

    def test_quiet_says_nothing(self, shop: Workshop):
        assert shop.good("show", shop.out, "--quiet") == ""

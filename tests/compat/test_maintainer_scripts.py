"""Debian's own scripts, and dpkg's programs that they call, against what we read in them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from debs import fetch, script
from prill.build.alternatives import Alternative, alternative_links, read_alternatives
from prill.build.diversions import diversions, lasting_diversions
from prill.build.maintainer_shell import script_commands
from prill.build.scripts import classify_script
from prill.model import FileKind
from trees import DictTree, FolderTree

pytestmark = pytest.mark.compat

JAVA = {"bookworm": "17", "trixie": "21"}
CALLS = """#!/bin/sh
update-alternatives --install /usr/bin/awk awk /usr/bin/mawk 5 --slave /usr/bin/nawk nawk /usr/bin/mawk
update-alternatives --install /usr/bin/awk awk /usr/bin/gawk 10 --slave /usr/bin/nawk nawk /usr/bin/gawk \\
    --slave /usr/share/man/man1/awk.1.gz awk.1.gz /usr/share/man/man1/gawk.1.gz
update-alternatives --install /usr/bin/pager pager /bin/more 50
update-alternatives --install /usr/bin/pager pager /bin/less 77
"""


@pytest.mark.parametrize("programs", [("gawk", "mawk", "more"), ("mawk", "less", "more"), ("gawk",), ("less",)])
def test_links_lead_where_update_alternatives_leads_them(programs: tuple[str, ...], tmp_path: Path) -> None:
    if shutil.which("update-alternatives") is None:
        pytest.skip("update-alternatives is not installed")
    root = tmp_path / "root"
    for folder in ("usr/bin", "etc/alternatives", "var/lib/dpkg/alternatives", "var/log"):
        (root / folder).mkdir(parents=True)
    (root / "bin").symlink_to("usr/bin")
    for program in programs:
        (root / "usr/bin" / program).touch()
    found, notes = read_alternatives("some", CALLS.encode())
    made = alternative_links(FolderTree(root), found)
    assert notes == ()
    for command in script_commands(CALLS.encode()):
        call = ["update-alternatives", "--root", str(root), *(word for word in command[1:] if word)]
        subprocess.run(call, capture_output=True, check=False)  # fails for a program that is not there
    theirs = {
        path.relative_to(root).as_posix(): (path.parent / path.readlink())
        for path in root.rglob("*")
        if path.is_symlink() and path != root / "bin"
    }
    assert {one.stat.path for one in made} == set(theirs)
    ours = {one.stat.path: one.stat.link for one in made}
    for path, link in ours.items():
        expected = str(theirs[path])
        assert expected.removeprefix("/bin/").removeprefix("/usr/bin/") == link.removeprefix("/usr/bin/")


def real(cache: Path, suite: str, package: str, name: str) -> bytes:
    return script(fetch(cache, suite, "amd64", [package])[0], name)


@pytest.mark.archive
@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_javas_tools_are_read_in_its_postinst(suite: str, test_cache: Path) -> None:
    package = f"openjdk-{JAVA[suite]}-jre-headless"
    found, notes = read_alternatives(package, real(test_cache, suite, package, "postinst"))
    home = f"usr/lib/jvm/java-{JAVA[suite]}-openjdk-amd64"
    assert notes == ()
    assert {one.master.link: one.master.path for one in found} == {
        "usr/bin/java": f"{home}/bin/java",
        "usr/bin/jexec": f"{home}/lib/jexec",
        "usr/bin/jpackage": f"{home}/bin/jpackage",
        "usr/bin/keytool": f"{home}/bin/keytool",
        "usr/bin/rmiregistry": f"{home}/bin/rmiregistry",
    }
    assert {one.priority for one in found} == {int(f"{JAVA[suite]}11")}


@pytest.mark.archive
@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_the_best_awk_of_the_archive_wins(suite: str, test_cache: Path) -> None:
    found: list[Alternative] = []
    for package in ("gawk", "mawk"):
        found += read_alternatives(package, real(test_cache, suite, package, "postinst"))[0]
    made = {
        one.stat.path: one for one in alternative_links(DictTree({"usr/bin/gawk": b"", "usr/bin/mawk": b""}), found)
    }
    assert made["etc/alternatives/awk"].stat.link == "/usr/bin/gawk"
    assert made["usr/bin/nawk"].stat.kind is FileKind.SYMLINK


@pytest.mark.archive
@pytest.mark.parametrize(
    ("suite", "expected"),
    [
        ("bookworm", ("bin/zcat", "bin/zcat.gzip")),
        ("trixie", ("usr/bin/zcat", "usr/bin/zcat.gzip")),
    ],
)
def test_zutils_diverts_gzips_programs(suite: str, expected: tuple[str, str], test_cache: Path) -> None:
    found, notes = diversions("zutils", real(test_cache, suite, "zutils", "preinst"))
    assert notes == ()
    assert expected in {(one.source, one.target) for one in found}
    programs = {one.source.rpartition("/")[2] for one in found if "/man1/" not in one.source}
    assert programs == {"zcat", "zcmp", "zdiff", "zegrep", "zfgrep", "zgrep"}


@pytest.mark.archive
@pytest.mark.parametrize("package", ["libc6", "libreadline8t64", "base-files"])
def test_what_only_guards_the_upgrade_to_merged_usr_diverts_nothing(package: str, test_cache: Path) -> None:
    content = real(test_cache, "trixie", package, "preinst")
    assert b"usr-is-merged" in content
    assert diversions(package, content) == ((), ())


@pytest.mark.archive
def test_dashs_functions_divert_in_its_postinst(test_cache: Path) -> None:
    content = real(test_cache, "bookworm", "dash", "postinst")
    found, notes = lasting_diversions("dash", b"", content)
    assert notes == ()
    assert {one.source: one.target for one in found} == {
        "bin/sh": "bin/sh.distrib",
        "usr/share/man/man1/sh.1.gz": "usr/share/man/man1/sh.distrib.1.gz",
    }
    assert "diversions" in classify_script(content)


@pytest.mark.archive
def test_the_diversion_of_an_upgrade_does_not_last(test_cache: Path) -> None:
    scripts = [real(test_cache, "trixie", "openssh-server", name) for name in ("preinst", "postinst")]
    assert diversions("openssh-server", scripts[0])[0] != ()
    assert lasting_diversions("openssh-server", *scripts) == ((), ())


@pytest.mark.archive
@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_vims_diversions_are_those_that_its_preinst_asks_for(suite: str, test_cache: Path, tmp_path: Path) -> None:
    """Run the script with a program in dpkg-divert's place that writes down what it is asked."""
    content = real(test_cache, suite, "vim-runtime", "preinst")
    recorder = tmp_path / "dpkg-divert"
    recorder.write_text('#!/bin/sh\necho "$@"\n')
    recorder.chmod(0o755)
    ran = subprocess.run(
        ["sh", "-s", "install"],
        input=content,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )
    asked = {(words[-1], words[-2]) for words in (line.split() for line in ran.stdout.decode().splitlines())}
    assert len(asked) == 2
    found, notes = lasting_diversions("vim-runtime", content, b"")
    assert {(f"/{one.source}", f"/{one.target}") for one in found} == asked
    assert notes == ()


@pytest.mark.archive
def test_alternatives_in_functions_are_read(test_cache: Path) -> None:
    found, notes = read_alternatives("procps", real(test_cache, "bookworm", "procps", "postinst"))
    assert notes == ()
    assert {one.master.name for one in found} == {"kill", "ps", "uptime", "vmstat"}

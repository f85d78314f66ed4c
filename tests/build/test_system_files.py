from dataclasses import replace

from prill.build.system_files import os_release, system_files
from prill.model import Distro, FileKind
from trees import DictTree, Link, by_path

TRIXIE = Distro(id="debian", version="13", codename="trixie")


def test_an_empty_image_gets_what_every_system_has() -> None:
    made = by_path(system_files(DictTree(), TRIXIE))
    assert {path: (one.stat.kind, one.stat.mode, one.stat.link) for path, one in made.items()} == {
        "dev": (FileKind.DIRECTORY, 0o755, ""),
        "etc": (FileKind.DIRECTORY, 0o755, ""),
        "etc/nsswitch.conf": (FileKind.FILE, 0o644, ""),
        "etc/os-release": (FileKind.SYMLINK, 0o777, "../usr/lib/os-release"),
        "lib": (FileKind.SYMLINK, 0o777, "usr/lib"),
        "proc": (FileKind.DIRECTORY, 0o755, ""),
        "run": (FileKind.DIRECTORY, 0o755, ""),
        "run/lock": (FileKind.DIRECTORY, 0o1777, ""),
        "sys": (FileKind.DIRECTORY, 0o755, ""),
        "tmp": (FileKind.DIRECTORY, 0o1777, ""),
        "usr/lib/os-release": (FileKind.FILE, 0o644, ""),
        "var": (FileKind.DIRECTORY, 0o755, ""),
        "var/lock": (FileKind.SYMLINK, 0o777, "/run/lock"),
        "var/run": (FileKind.SYMLINK, 0o777, "/run"),
        "var/tmp": (FileKind.DIRECTORY, 0o1777, ""),
    }
    assert b"hosts: files dns\n" in made["etc/nsswitch.conf"].content


def test_what_is_there_stays() -> None:
    first = system_files(DictTree(), TRIXIE)
    tree = DictTree({entry.stat.path: entry.stat for entry in first})
    assert system_files(tree, TRIXIE) == ()


def test_tmp_that_a_package_has_with_another_mode_becomes_sticky() -> None:
    tree = DictTree({"tmp": None})
    assert by_path(system_files(tree, TRIXIE))["tmp"].stat.mode == 0o1777
    tree.add("tmp", replace(tree.stats["tmp"], mode=0o1777))
    assert "tmp" not in by_path(system_files(tree, TRIXIE))


def test_merged_usr_links_lead_to_the_folders_that_are_there() -> None:
    tree = DictTree({"usr/bin/x": b"", "usr/lib/y": b"", "usr/lib32": None, "usr/sbin": None, "sbin": Link("usr/sbin")})
    made = by_path(system_files(tree, TRIXIE))
    links = {path: one.stat.link for path, one in made.items() if one.rule == "merged-usr"}
    assert links == {"bin": "usr/bin", "lib": "usr/lib", "lib32": "usr/lib32"}


def test_folders_below_var_become_links_only_while_they_are_empty() -> None:
    made = by_path(system_files(DictTree({"var/run": None, "var/lock/held": b""}), TRIXIE))
    assert made["var/run"].stat.link == "/run"
    assert "var/lock" not in made


def test_base_files_postinst_is_declared_where_base_files_is() -> None:
    tree = DictTree({"etc/debian_version": "13.1\n", "etc/dpkg/origins/debian": "Vendor: Debian\n", "opt": None})
    made = by_path(system_files(tree, TRIXIE))
    assert made["etc/dpkg/origins/default"].stat.link == "debian"
    assert {"media", "mnt", "srv"} <= set(made)
    assert "opt" not in made


def test_the_time_zone_is_utc_where_tzdata_is() -> None:
    made = by_path(system_files(DictTree({"usr/share/zoneinfo/Etc/UTC": b"TZif"}), TRIXIE))
    assert made["etc/localtime"].stat.link == "/usr/share/zoneinfo/Etc/UTC"


def test_a_java_runtime_gets_its_preferences() -> None:
    made = by_path(system_files(DictTree({"usr/lib/jvm/java-21/lib/modules": b""}), TRIXIE))
    assert made["etc/.java/.systemPrefs"].stat.kind is FileKind.DIRECTORY
    assert made["etc/.java/.systemPrefs/.system.lock"].stat.size == 0


def test_os_release_says_the_distributions_own_name() -> None:
    assert os_release(TRIXIE).decode().splitlines() == [
        'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"',
        'NAME="Debian GNU/Linux"',
        'VERSION_ID="13"',
        'VERSION="13 (trixie)"',
        "VERSION_CODENAME=trixie",
        "ID=debian",
    ]


def test_os_release_quotes_for_the_shell() -> None:
    distro = Distro(id="debian", version='1"$(x)`\\', name="A\nB")
    lines = os_release(distro).decode().splitlines()
    assert 'VERSION_ID="1\\"\\$(x)\\`\\\\"' in lines
    assert lines[0] == 'PRETTY_NAME="AB"'

"""Facts, each about a small image in memory, with its evidence."""

import json
from datetime import date

import pytest

from elf_sections import elf_with
from images import file, folder, hardlink, image_of, symlink, tar_of
from inspected import DAY, KEY, TOKEN, inspect_layers, inspect_made, paths, program, remark, said
from prill.catalogue.known_bases import KnownBase, chain_ids
from prill.inspection.facts import BUILTIN
from prill.inspection.plugin import FactPlugin
from prill.inspection.run import inspect
from prill.model.fact_values import (
    Account,
    BaseImage,
    CLibrary,
    Configuration,
    Dates,
    EnvironmentVariable,
    FipsProvider,
    HistoryLayer,
    ImageKind,
    ImageSize,
    ProgramFound,
    Release,
    RunAs,
    Runtime,
    SecretFound,
)
from prill.model.facts import ImageFacts
from prill.model.file_facts import (
    FileCapabilities,
    PrivilegedFile,
    StrayOwner,
    UnpackagedTotal,
    WastedFile,
    WastedSpace,
    WritableFile,
)
from prill.model.value import replace
from prill.oci.config import HistoryEntry, ImageConfig

OS_RELEASE = file("etc/os-release", 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n')
BASH, DASH = b"GNU bash, version 5.2", b" is a %sshell builtin"
BUSYBOX = b"BusyBox v1.36.1 (2024)\0[\0[[\0ash\0awk\0sh\0vi\0wget\0xz\0" + b"not an applet\0"


def status(*names: str) -> str:
    return "".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: 1.0\nArchitecture: amd64\n\n" for name in names
    )


def dpkg(**files: str) -> list:
    entries = [file("var/lib/dpkg/status", status(*files))]
    return [*entries, *(file(f"var/lib/dpkg/info/{name}.list", listed) for name, listed in files.items())]


def one(facts: ImageFacts, fact: str) -> object:
    (answer,) = said(facts, fact)
    return answer[1]


def shells(facts: ImageFacts) -> list[tuple[str, str, str, str]]:
    return [
        (path, value.name, value.how, value.identified_by)
        for path, value in said(facts, "shells")
        if isinstance(value, ProgramFound)
    ]


class TestShells:
    def test_by_name_and_content(self):
        facts = inspect_layers([program("bin/bash", BASH)])
        assert shells(facts) == [("bin/bash", "bash", "program", "name and content")]
        assert remark(facts, "shells") == [("note", "shells: bash")]

    def test_a_renamed_copy_is_found_by_its_content(self):
        facts = inspect_layers([program("bin/bash", BASH), program("opt/app/helper", BASH)])
        assert ("opt/app/helper", "bash", "copy", "content") in shells(facts)
        assert remark(facts, "shells")[0] == ("attention", "shells under other names: bash")

    def test_a_package_may_have_its_shells_content_in_several_programs(self):
        owned = dpkg(fish="/usr/bin/fish\n/usr/bin/fish_indent\n", other="/usr/bin/helper\n")
        fish = "fish_prompt".encode("utf-32-le")
        programs = [program("usr/bin/fish", fish), program("usr/bin/fish_indent", fish)]
        assert remark(inspect_layers([OS_RELEASE, *owned, *programs]), "shells") == [("note", "shells: fish")]
        hidden = inspect_layers([OS_RELEASE, *owned, *programs, program("usr/bin/helper", fish)])
        assert remark(hidden, "shells")[0] == ("attention", "shells under other names: fish")

    def test_content_counts_for_more_than_the_name(self):
        assert shells(inspect_layers([program("bin/bash", DASH)])) == [("bin/bash", "dash", "copy", "content")]
        assert shells(inspect_layers([program("bin/sh", DASH)])) == [("bin/sh", "dash", "program", "name and content")]

    def test_by_name_where_the_content_says_nothing(self):
        assert shells(inspect_layers([program("bin/xonsh"), program("bin/nu")])) == [
            ("bin/nu", "nushell", "program", "name"),
            ("bin/xonsh", "xonsh", "program", "name"),
        ]

    def test_links_hard_and_soft(self):
        facts = inspect_layers(
            [
                program("bin/dash", DASH),
                symlink("bin/sh", "dash"),
                hardlink("bin/rsh2", "bin/dash"),
                symlink("x", "bin/sh"),
            ]
        )
        assert shells(facts) == [
            ("bin/dash", "dash", "program", "name and content"),
            ("bin/rsh2", "dash", "link", "content"),
            ("bin/sh", "dash", "link", "name and content"),
        ]
        assert {value.target for _, value in said(facts, "shells") if isinstance(value, ProgramFound)} == {
            "",
            "/bin/dash",
        }

    def test_applets_of_toybox_stand_between_their_options(self):
        toybox = b"multicall binary\0--long\0acpi\0abctV\0basename\0^<1as:\0netcat\0wl\0sh\0wget\0<1>1\0zcat\0"
        facts = inspect_layers([program("srv/tool", toybox), symlink("srv/other", "tool")])
        assert paths(facts, "downloaders") == ["srv/tool", "srv/tool"]
        assert paths(facts, "shells") == ["srv/tool"]

    def test_a_multi_call_program_that_does_not_tell_its_applets_counts_as_a_shell(self):
        facts = inspect_layers([program("srv/tool", b"multicall binary\0")])
        assert (paths(facts, "shells"), paths(facts, "downloaders")) == (["srv/tool"], ["srv/tool"])

    def test_applets_of_busybox_with_and_without_links(self):
        facts = inspect_layers([program("bin/busybox", BUSYBOX), symlink("bin/sh", "/bin/busybox")])
        assert shells(facts) == [
            ("bin/busybox", "ash", "applet", "content"),
            ("bin/busybox", "sh", "applet", "content"),
            ("bin/sh", "sh", "applet", "name and content"),
        ]
        assert paths(facts, "downloaders") == ["bin/busybox"]
        assert paths(facts, "interpreters") == ["bin/busybox"]

    def test_a_renamed_busybox(self):
        assert ("srv/x", "ash", "applet", "content") in shells(inspect_layers([program("srv/x", BUSYBOX)]))

    def test_what_is_no_program_is_no_shell(self):
        facts = inspect_layers(
            [
                file("bin/bash", "#!/usr/bin/env node\n", mode=0o755),
                program("usr/lib/libbash.so.1", BASH, mode=0o644),
                folder("usr/share/bash"),
                file("etc/dash", "text"),
                symlink("bin/zsh", "nowhere"),
                symlink("bin/fish", "fish"),
            ]
        )
        assert shells(facts) == []
        assert remark(facts, "shells") == [("good", "no shell, and no interpreter that can stand in for one")]

    def test_interpreters_are_told_where_there_is_no_shell(self):
        facts = inspect_layers([program("usr/bin/python3.11"), symlink("usr/bin/python3", "python3.11")])
        assert paths(facts, "interpreters") == ["usr/bin/python3", "usr/bin/python3.11"]
        assert remark(facts, "shells") == [("good", "no shell; python can stand in for one")]

    def test_an_interpreter_under_another_name(self):
        text = b"\0Fatal Python error: \0/root/.pyenv/versions/3.11.7\0"
        python = elf_with({".text": b"\x90" * 32, ".rodata": text})
        facts = inspect_layers([file("app/snake", python, mode=0o755), symlink("usr/bin/x", "/app/snake")])
        assert [(path, one.name, one.how, one.version) for path, one in said(facts, "interpreters")] == [
            ("app/snake", "python", "copy", "3.11.7"),
            ("usr/bin/x", "python", "link", "3.11.7"),
        ]
        assert remark(facts, "shells") == [("good", "no shell; python can stand in for one")]

    def test_what_nobody_may_run_is_no_interpreter(self):
        python = elf_with({".rodata": b"\0Fatal Python error: \0/root/.pyenv/versions/3.11.7\0"})
        assert paths(inspect_layers([file("app/snake", python)]), "interpreters") == []


class TestTools:
    def test_each_kind(self):
        facts = inspect_layers(
            [
                program("usr/bin/apt-get"),
                file("usr/bin/pip3", "#!/usr/bin/python3\n", mode=0o755),
                program("usr/bin/gcc-12"),
                program("usr/bin/curl"),
                program("usr/bin/strace"),
                program("usr/sbin/sshd"),
                program("usr/lib/apt/methods/http"),
                file("srv/node_modules/.bin/npm", "#!/usr/bin/env node\n", mode=0o755),
            ]
        )
        assert paths(facts, "package-managers") == ["usr/bin/apt-get", "usr/bin/pip3"]
        assert paths(facts, "compilers") == ["usr/bin/gcc-12"]
        assert paths(facts, "downloaders") == ["usr/bin/curl"]
        assert paths(facts, "debuggers") == ["usr/bin/strace"]
        assert paths(facts, "ssh-servers") == ["usr/sbin/sshd"]
        assert remark(facts, "ssh-servers") == [("attention", "servers to log in to: openssh")]

    def test_a_renamed_server_is_found(self):
        facts = inspect_layers([program("srv/daemon", b"sshd: no hostkeys available -- exiting.")])
        assert paths(facts, "ssh-servers") == ["srv/daemon"]


KINDS = {
    "scratch": [program("app")],
    "distroless": [OS_RELEASE, *dpkg(libc6="/usr/lib/libc.so.6\n"), program("app")],
    "chiselled": [
        file("etc/os-release", "ID=ubuntu\nVERSION_ID=24.04\n"),
        file("var/lib/chisel/manifest.wall", b"\x28\xb5\x2f\xfd"),
    ],
    "alpine-like": [
        file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n"),
        program("bin/busybox", BUSYBOX),
        program("sbin/apk"),
    ],
    "slim": [OS_RELEASE, *dpkg(dpkg="/usr/bin/dpkg\n"), program("usr/bin/dpkg"), program("bin/dash", DASH)],
    "standard": [
        OS_RELEASE,
        *dpkg(dpkg="/usr/bin/dpkg\n"),
        program("usr/bin/dpkg"),
        program("bin/dash", DASH),
        program("usr/bin/gcc"),
    ],
}


@pytest.mark.parametrize("kind", KINDS)
def test_kind(kind: str):
    found = one(inspect_layers(KINDS[kind]), "kind")
    assert isinstance(found, ImageKind)
    assert found.kind == kind
    assert found.reasons


def test_an_image_with_a_shell_alone_is_slim():
    found = one(inspect_layers([OS_RELEASE, program("bin/bash", BASH)]), "kind")
    assert isinstance(found, ImageKind)
    assert found.kind == "slim"


class TestDistribution:
    @pytest.mark.parametrize(
        ("day", "status", "level"),
        [
            (date(2026, 1, 1), "supported", "good"),
            (date(2027, 1, 1), "extended", "note"),
            (date(2029, 1, 1), "ended", "attention"),
        ],
    )
    def test_end_of_life_is_as_of_the_day(self, day: date, status: str, level: str):
        facts = inspect_layers([OS_RELEASE], day=day)
        release = one(facts, "distribution")
        assert isinstance(release, Release)
        assert release.support is not None
        assert (release.id, release.codename, release.support.status) == ("debian", "bookworm", status)
        assert [at for at, _ in remark(facts, "distribution")] == [level]
        assert paths(facts, "distribution") == ["etc/os-release"]

    def test_rolling_and_unknown(self):
        wolfi = one(inspect_layers([file("etc/os-release", "ID=wolfi\nVERSION_ID=20230201\n")]), "distribution")
        assert isinstance(wolfi, Release)
        assert (wolfi.rolling, wolfi.support) == (True, None)
        facts = inspect_layers([file("usr/lib/os-release", "ID=mine\nVERSION_ID=7\n")])
        assert remark(facts, "distribution") == [("note", "until when mine 7 is supported is not known")]
        assert said(inspect_layers([file("a")]), "distribution") == []

    @pytest.mark.parametrize(
        ("lines", "rolling", "title"),
        [
            ("ID=nixos\nVERSION_ID=23.11\nPRETTY_NAME='NixOS 23.11 (Tapir)'\n", False, "NixOS 23.11 (Tapir)"),
            ("ID=alpine\nVERSION_ID=3.23.0_alpha20250612\nPRETTY_NAME='Alpine Linux edge'\n", True, "Alpine Linux edge"),
            ("ID=photon\nVERSION_ID=3.0\nPRETTY_NAME='VMware Photon OS/Linux'\n", False, "VMware Photon OS/Linux 3.0"),
            ("ID=sles\nVERSION_ID=12.5\nNAME=SLES\n", False, "SLES 12.5"),
            ("ID=debian\nPRETTY_NAME='Debian GNU/Linux forky/sid'\n", False, "Debian GNU/Linux forky/sid"),
            ("ID=kali\nVERSION_ID=2024.1\nPRETTY_NAME='Kali GNU/Linux Rolling'\n", True, "Kali GNU/Linux Rolling"),
        ],
    )  # fmt: skip
    def test_what_rolls_and_what_a_release_is_called(self, lines: str, rolling: bool, title: str):  # noqa: FBT001
        release = one(inspect_layers([file("etc/os-release", lines)]), "distribution")
        assert isinstance(release, Release)
        assert (release.rolling, release.support is None, release.title) == (rolling, rolling, title)


class TestUsers:
    LINES = (
        "root:x:0:0:root:/root:/bin/bash\napp:x:1000:1000::/srv:/usr/sbin/nologin\n"
        "login:x:1001:1000::/home/l:/bin/bash\nghost:x:1002:1000::/:/bin/fish\n"
    )
    FILES = (
        file("etc/passwd", LINES),
        file("etc/group", "root:x:0:\napp:x:1000:login\nwheel:x:10:app,login\n"),
        program("bin/bash", BASH),
    )

    @pytest.mark.parametrize(
        ("configured", "uid", "gid", "numeric", "known", "root", "level"),
        [
            ("", 0, 0, False, True, True, "attention"),
            ("0", 0, 0, True, True, True, "attention"),
            ("root", 0, 0, False, True, True, "attention"),
            ("app", 1000, 1000, False, True, False, "note"),
            ("1000", 1000, 1000, True, True, False, "good"),
            ("1000:10", 1000, 10, True, True, False, "good"),
            ("app:wheel", 1000, 10, False, True, False, "note"),
            ("4242", 4242, 0, True, False, False, "note"),
            ("+0", 0, 0, False, True, True, "attention"),
            ("-0", 0, 0, False, True, True, "attention"),
            ("0" * 5000, 0, 0, True, True, True, "attention"),
            ("777", 777, 0, True, False, False, "note"),
            ("nobody", None, None, False, False, False, "note"),
            ("99999999999999999999", None, None, True, False, False, "note"),
        ],
    )
    def test_run_as(self, configured: str, uid: int, gid: int, numeric: bool, known: bool, root: bool, level: str):  # noqa: FBT001
        facts = inspect_layers(self.FILES, user=configured)
        user = one(facts, "run-as")
        assert isinstance(user, RunAs)
        assert (user.uid, user.gid) == (uid, gid)
        assert (user.numeric, user.known, user.root) == (numeric, known, root)
        assert [at for at, _ in remark(facts, "run-as")] == [level]

    def test_a_number_is_no_name(self):
        files = [file("etc/passwd", "777:x:0:0::/root:/bin/sh\n"), file("etc/group", "888:x:0:\n")]
        user = one(inspect_layers(files, user="777:888"), "run-as")
        assert isinstance(user, RunAs)
        assert (user.uid, user.gid, user.user, user.group) == (777, 888, "", "")

    def test_accounts_and_who_can_log_in(self):
        found = [value for _, value in said(inspect_layers(self.FILES), "accounts") if isinstance(value, Account)]
        assert [(one.name, one.can_log_in, one.groups) for one in found] == [
            ("root", True, ("root",)),
            ("app", False, ("app", "wheel")),
            ("login", True, ("app", "wheel")),
            ("ghost", False, ("app",)),
        ]

    def test_garbage_is_passed_over(self):
        garbage = (
            b"\xff\xfe\0:::\n:::::::\nroot:x:0\n-1:x:-1:-1:::\na:x:99999999999:0:::\n"
            + b"x" * 100_000
            + b"\nok:x:5:5::/:/bin/sh"
        )
        facts = inspect_layers([file("etc/passwd", garbage), file("etc/group", garbage)])
        assert [value.name for _, value in said(facts, "accounts") if isinstance(value, Account)] == ["ok"]


class TestFiles:
    def test_setuid_and_setgid(self):
        facts = inspect_layers(
            [
                *dpkg(login="/usr/bin/su\n"),
                program("usr/bin/su", mode=0o4755),
                program("usr/bin/wall", mode=0o2755, gid=5),
                file("var/locked", "x", mode=0o2644),
                folder("srv/shared", mode=0o2775),
            ]
        )
        found = [
            (path, v.setuid, v.setgid, v.package[:15])
            for path, v in said(facts, "privileged-files")
            if isinstance(v, PrivilegedFile)
        ]
        assert [one[:3] for one in found] == [("usr/bin/su", True, False), ("usr/bin/wall", False, True)]
        assert [bool(one[3]) for one in found] == [True, False]

    def test_capabilities(self):
        data = bytes.fromhex("0100000200040000" + "00000000" + "00000000" + "00000000")
        facts = inspect_layers([program("usr/bin/server", xattrs=(("security.capability", data),))])
        assert one(facts, "capabilities") == FileCapabilities(
            capabilities=("cap_net_bind_service",), effective=True, package=""
        )

    @pytest.mark.parametrize(
        ("data", "capabilities"),
        [
            ("0000000200000000002000000000000000000000", ("cap_net_raw+inheritable",)),
            ("0100000200040000002400000000000000000000", ("cap_net_bind_service", "cap_net_raw+inheritable")),
            ("0000000200000000000000000000000000000000", ("none",)),
            ("0100000300040000000000000000000000000000e8030000", ("cap_net_bind_service", "rootid=1000")),
            ("0100000200000000000000008000000000000100", ("cap_bpf", "cap_48+inheritable")),
            ("010000010020000000000000", ("cap_net_raw",)),
        ],
    )  # fmt: skip
    def test_capabilities_that_are_not_simply_given(self, data: str, capabilities: tuple[str, ...]):
        found = one(
            inspect_layers([program("a", xattrs=(("security.capability", bytes.fromhex(data)),))]), "capabilities"
        )
        assert isinstance(found, FileCapabilities)
        assert found.capabilities == capabilities

    def test_unreadable_capabilities_are_told(self):
        found = one(inspect_layers([program("a", xattrs=(("security.capability", b"\1\2"),))]), "capabilities")
        assert isinstance(found, FileCapabilities)
        assert found.capabilities == ("unreadable: 0102",)

    def test_writable(self):
        facts = inspect_layers(
            [
                folder("tmp", mode=0o1777),
                folder("srv/open", mode=0o777),
                file("etc/open", "x", mode=0o666),
                symlink("l", "x"),
            ]
        )
        found = [(path, v.kind, v.sticky) for path, v in said(facts, "world-writable") if isinstance(v, WritableFile)]
        assert found == [("etc/open", "file", False), ("srv/open", "directory", False), ("tmp", "directory", True)]
        assert remark(facts, "world-writable")[0][0] == "attention"

    def test_owners_without_a_name(self):
        facts = inspect_layers(
            [
                file("etc/passwd", "app:x:7:7::/:/bin/sh\n"),
                file("a", "x", uid=7, gid=9),
                file("b", "x", uid=1234, gid=9),
            ]
        )
        found = [(v.uid, v.gid, v.files) for _, v in said(facts, "stray-owners") if isinstance(v, StrayOwner)]
        assert found == [(None, 9, 2), (1234, None, 1)]

    def test_files_of_no_package_programs_first(self):
        facts = inspect_layers(
            [
                *dpkg(tool="/usr/bin/tool\n/usr/lib/p.py\n"),
                program("usr/bin/tool"),
                file("usr/lib/p.py", "x"),
                file("usr/lib/__pycache__/p.cpython-311.pyc", "compiled"),
                file("usr/lib/__pycache__/q.cpython-311.pyc", "compiled"),
                file("srv/data", "x" * 5000),
                file("srv/run", "#!/bin/sh\n", mode=0o755),
                program("srv/lib.so", mode=0o644),
                program("srv/prog"),
            ]
        )
        expected = ["srv/prog", "srv/lib.so", "srv/run", "srv/data", "usr/lib/__pycache__/q.cpython-311.pyc"]
        assert paths(facts, "unpackaged-files") == expected
        total = one(facts, "unpackaged-total")
        assert isinstance(total, UnpackagedTotal)
        assert (total.files, total.programs, total.listed) == (5, 2, 5)


class TestConfiguration:
    def test_everything(self):
        made = image_of([file("a")], entrypoint=("/app",), cmd=("--token", TOKEN), working_dir="/srv", exposed_ports=("80/tcp",), volumes=("/data",), stop_signal="SIGINT")  # fmt: skip
        found = one(inspect_made(made), "configuration")
        assert found == Configuration(
            entrypoint=("/app",), command=("--token", "••••••"), working_directory="/srv", ports=("80/tcp",),
            volumes=("/data",), health_check="", stop_signal="SIGINT", on_build=0,
        )  # fmt: skip

    def test_variables_that_look_like_secrets_are_masked(self):
        facts = inspect_layers([file("a")], env=("PATH=/bin", f"GITHUB={TOKEN}", "DB_PASSWORD=hunter2x", "LANG=C"))
        found = {
            v.name: (v.value, v.secret) for _, v in said(facts, "environment") if isinstance(v, EnvironmentVariable)
        }
        assert found == {
            "PATH": ("/bin", False),
            "GITHUB": ("••••••", True),
            "DB_PASSWORD": ("••••••", True),
            "LANG": ("C", False),
        }
        assert {v.name for _, v in said(facts, "secrets") if isinstance(v, SecretFound)} == {"GITHUB", "DB_PASSWORD"}


class TestSecrets:
    def test_deleted_and_replaced_ones_are_found_with_their_layer(self):
        made = image_of(
            [file("root/.ssh/id_rsa", KEY), file("srv/token", TOKEN), file("srv/kept", TOKEN)],
            [file("root/.ssh/.wh.id_rsa"), file("srv/token", "gone")],
        )
        facts = inspect_made(made)
        lower = str(made.config.diff_ids[0])
        found = [
            (fact.evidence[0].path, fact.evidence[0].layer, fact.value.hidden)
            for fact in facts.of("secrets")
            if isinstance(fact.value, SecretFound)
        ]
        assert found == [("root/.ssh/id_rsa", lower, True), ("srv/kept", lower, False), ("srv/token", lower, True)]
        assert "2 of them deleted or replaced later" in remark(facts, "secrets")[0][1]

    def test_those_that_nobody_unpacks_are_not_told_as_deleted(self):
        """A layer that puts a file into a file is refused by whoever unpacks it; the file is in the layer all the same."""
        facts = inspect_layers([file("x"), file("x/id_rsa", KEY)])
        assert paths(facts, "secrets") == ["x/id_rsa"]
        ((_, text),) = remark(facts, "secrets")
        assert text == "1 secret, 1 in files of a layer that nobody unpacks: a private key"
        assert paths(facts, "wasted-files") == []

    def test_a_file_reached_by_a_link_is_not_hidden(self):
        facts = inspect_layers([folder("usr/lib"), symlink("lib", "usr/lib"), file("lib/token", TOKEN)])
        assert [v.hidden for _, v in said(facts, "secrets") if isinstance(v, SecretFound)] == [False]

    def test_the_command(self):
        facts = inspect_layers([file("a")], entrypoint=("/app", f"--token={TOKEN}"))
        assert [(v.place, v.name) for _, v in said(facts, "secrets") if isinstance(v, SecretFound)] == [("command", "")]

    def test_words_of_the_command(self):
        facts = inspect_layers([file("a")], entrypoint=("redis-server", "--requirepass"), cmd=("hunter2x", "-v"))
        assert [(v.place, v.name) for _, v in said(facts, "secrets") if isinstance(v, SecretFound)] == [("command", "")]
        ((_, configuration),) = said(facts, "configuration")
        assert (configuration.entrypoint, configuration.command) == (  # type: ignore[union-attr]
            ("redis-server", "--requirepass"),
            ("••••••", "-v"),
        )

    @pytest.mark.parametrize(
        ("words", "shown"),
        [
            (("--token", "s3cr3t value9"), ("--token", "••••••")),
            (("serve", "--password", "hunter2x", "-v"), ("serve", "--password", "••••••", "-v")),
            (("curl", "-u", "me:hunter2x", "https://h/"), ("curl", "-u", "me:••••••", "https://h/")),
            (("sh", "-c", "run  --token  s3cr3t9 x"), ("sh", "-c", "run  --token  •••••• x")),
            (("x", "--password=a&b c;d", "e"), ("x", "--password=••••••", "e")),
            (("sh", "-c", "run --api-key s3cr3tv9 x", ""), ("sh", "-c", "run --api-key •••••• x", "")),
            (("--token-file", "/run/t", "--port", "80"), ("--token-file", "/run/t", "--port", "80")),
        ],
    )
    def test_a_secret_that_is_a_word_of_its_own(self, words: tuple[str, ...], shown: tuple[str, ...]):
        facts = inspect_layers([file("a")], entrypoint=words[:1], cmd=words[1:])
        found = one(facts, "configuration")
        assert isinstance(found, Configuration)
        assert found.entrypoint + found.command == shown
        assert len(list(facts.of("secrets"))) == (words != shown)

    @pytest.mark.parametrize("check", [["CMD", "curl", "-u", "me:hunter2x", "h"], ["CMD-SHELL", "x --token s3cr3tv9"]])
    def test_the_health_check(self, check: list[str]):
        made = image_of([file("a")])
        document = json.loads(made.config.raw)
        document["config"]["Healthcheck"] = {"Test": check}
        config = ImageConfig.parse(json.dumps(document).encode())
        manifest = replace(made.manifest, config=config.descriptor())
        facts = inspect_made(replace(made, manifest=manifest, config=config))
        found = one(facts, "configuration")
        assert isinstance(found, Configuration)
        assert "••••••" in found.health_check
        assert [v.place for _, v in said(facts, "secrets") if isinstance(v, SecretFound)] == ["health-check"]

    def test_a_secret_within_a_variable(self):
        env = (
            "JAVA_OPTS=-Dssl.keyStorePassword=hunter2x -Xmx1g",
            'SPRING_APPLICATION_JSON={"db": {"password": "hunter2x", "user": "app"}}',
            'PLAIN={"user": "app"}',
        )
        facts = inspect_layers([file("a")], env=env)
        shown = {v.name: v.value for _, v in said(facts, "environment") if isinstance(v, EnvironmentVariable)}
        assert shown == {
            "JAVA_OPTS": "-Dssl.keyStorePassword=•••••• -Xmx1g",
            "SPRING_APPLICATION_JSON": '{"db": {"password": "••••••", "user": "app"}}',
            "PLAIN": '{"user": "app"}',
        }
        found = [v.name for _, v in said(facts, "secrets") if isinstance(v, SecretFound)]
        assert found == ["JAVA_OPTS", "SPRING_APPLICATION_JSON"]

    def test_history_and_labels(self):
        history = (HistoryEntry(created_by=f"|1 TOKEN={TOKEN} /bin/sh -c make"),)
        facts = inspect_layers([file("a")], history=history, labels=(("note", f"use {TOKEN}"),))
        assert [(v.place, v.name) for _, v in said(facts, "secrets") if isinstance(v, SecretFound)] == [
            ("history", "1"),
            ("label", "note"),
        ]

    def test_what_is_a_secret_by_its_name_alone(self):
        history = (
            HistoryEntry(created_by="ENV KEPT_TOKEN=s3cr3t/value9"),
            HistoryEntry(created_by="RUN DB_PASSWORD=hunter2x make"),
            HistoryEntry(created_by="RUN login --password hunter2x"),
            HistoryEntry(created_by="RUN login --password $PASSWORD"),
        )
        facts = inspect_layers(
            [file("a")],
            env=("KEPT_TOKEN=s3cr3t/value9",),
            cmd=("serve", "--api-key=s3cr3t/value9"),
            history=history,
            labels=(("deploy.token", "s3cr3t/value9"),),
        )
        found = [(v.place, v.name, v.rule) for _, v in said(facts, "secrets") if isinstance(v, SecretFound)]
        assert [(place, name) for place, name, _ in found] == [
            ("command", ""),
            ("environment", "KEPT_TOKEN"),
            ("history", "2"),
            ("history", "3"),
            ("label", "deploy.token"),
        ]
        assert {rule for _, _, rule in found} == {"named-like-a-secret"}

    def test_no_secret_is_in_what_is_told(self):
        made = image_of(
            [file("srv/.env", "API_TOKEN=s3cr3tvalue9\n"), file("k.pem", KEY)],
            env=(f"A={TOKEN}", "B_SECRET=s3cr3tvalue9"),
            cmd=("curl", f"https://u:{'pa55word9'}@h/"),
            history=(HistoryEntry(created_by=f"RUN echo {TOKEN}"),),
            labels=(("x", TOKEN),),
        )
        text = repr(inspect_made(made))
        assert [
            word
            for word in (TOKEN, "s3cr3tvalue9", "pa55word9", "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ")
            if word in text
        ] == []

    def test_a_private_file_beyond_the_bound_is_a_gap(self):
        facts = inspect_layers([file("srv/big.pem", "x" * ((1 << 20) + 1)), file("srv/big.txt", "x" * ((1 << 20) + 1))])
        assert [gap.subject for gap in facts.gaps if "secrets" in gap.reason] == ["/srv/big.pem"]


class TestLayers:
    def test_history_with_sizes_and_layers_it_does_not_tell_of(self):
        history = (HistoryEntry(created_by="FROM x"), HistoryEntry(created_by="ENV A=1", empty_layer=True))
        facts = inspect_layers([file("a", "xx")], [file("b", "xxx")], history=history)
        found = [
            (v.number, v.created_by, bool(v.layer), v.unpacked, v.files)
            for _, v in said(facts, "history")
            if isinstance(v, HistoryLayer)
        ]
        assert found == [(1, "FROM x", True, 2, 1), (2, "ENV A=1", False, 0, 0), (3, "", True, 3, 1)]

    def test_waste(self):
        facts = inspect_layers(
            [file("a", "x" * 100), file("b", "x" * 10), file("kept", "x")],
            [file("a", "y" * 50)],
            [file("a", "z"), file(".wh.b")],
        )
        assert one(facts, "wasted-space") == WastedSpace(unpacked=162, wasted=160, files=3)
        found = [
            (path, v.copies, v.wasted, v.deleted)
            for path, v in said(facts, "wasted-files")
            if isinstance(v, WastedFile)
        ]
        assert found == [("a", 2, 150, False), ("b", 1, 10, True)]


class Bases:
    def __init__(self, *bases: KnownBase) -> None:
        self.bases = bases

    def with_chain_id(self, chain_id: str) -> tuple[KnownBase, ...]:
        return tuple(one for one in self.bases if one.chain_id == chain_id)

    def all(self) -> tuple[KnownBase, ...]:
        return self.bases


def known(name: str, chain_id: str, *packages: str) -> KnownBase:
    return KnownBase(name=name, platform="linux/amd64", digest="sha256:0", chain_id=chain_id, layers=1, created="", added="", packages=frozenset(packages))  # fmt: skip


class TestBase:
    LOWER, UPPER = (file("a", "x"),), (file("b", "y"),)
    LABEL = (("org.opencontainers.image.base.name", "said"),)

    def test_by_chain_id_whatever_a_label_says_and_the_most_layers_win(self):
        made = image_of(self.LOWER, self.UPPER, [file("c")], labels=self.LABEL)
        chain = chain_ids(made.config.diff_ids)
        facts = inspect_made(made, bases=Bases(known("one", chain[0]), known("two", chain[1])))
        found = [(v.name, v.found_by, v.layers) for _, v in said(facts, "base-image") if isinstance(v, BaseImage)]
        assert found == [("two", "chain-id", 2), ("said", "label", 0)]

    def test_by_packages(self):
        layer = [OS_RELEASE, *dpkg(**{f"p{n}": "/x\n" for n in range(10)})]
        base = known("b", "sha256:1", *(f"p{n}@1.0" for n in range(10)))
        facts = inspect_made(
            image_of(layer), bases=Bases(base, known("other", "sha256:2", *(f"q{n}@1" for n in range(10))))
        )
        (found,) = (v for _, v in said(facts, "base-image") if isinstance(v, BaseImage))
        assert (found.name, found.found_by) == ("b", "packages")
        assert "100%" in found.detail

    def test_not_known(self):
        assert remark(inspect_layers([file("a")]), "base-image")[0][0] == "note"


def test_libc_by_its_content():
    facts = inspect_layers(
        [program("lib/ld-musl-x86_64.so.1", b"musl libc (x86_64)\nVersion %s\n\0" + b"1.2.4\0"), program("usr/lib/x86_64-linux-gnu/libc.so.6", b"GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\n")]
    )  # fmt: skip
    assert [v for _, v in said(facts, "libc")] == [
        CLibrary(name="glibc", version="2.36"),
        CLibrary(name="musl", version="1.2.4"),
    ]


@pytest.mark.parametrize("switched_on", [True, False])
def test_fips(*, switched_on: bool):
    settings = "[provider_sect]\nfips = fips_sect\n[alg]\ndefault_properties = fips=yes\n" if switched_on else "[x]\n"
    facts = inspect_layers(
        [
            program("usr/lib/x86_64-linux-gnu/ossl-modules/fips.so", mode=0o644),
            file("usr/lib/ssl/openssl.cnf", settings),
            file("opt/app/bc-fips-1.0.2.4.jar", "no jar"),
        ]
    )
    found = [(v.name, v.version, v.configured) for _, v in said(facts, "fips") if isinstance(v, FipsProvider)]
    assert found == [("Bouncy Castle FIPS", "1.0.2.4", False), ("OpenSSL FIPS provider", "", switched_on)]


def test_dates_and_sizes():
    facts = inspect_layers(
        [file("old", "xx", mtime=1_000_000_000), file("new", "x", mtime=1_700_000_000), file("none", "", mtime=0)],
        created="2024-01-31T12:00:00Z",
    )
    assert one(facts, "dates") == Dates(
        created="2024-01-31T12:00:00Z", oldest_file="2001-09-09T01:46:40Z", newest_file="2023-11-14T22:13:20Z"
    )
    size = one(facts, "size")
    assert isinstance(size, ImageSize)
    assert (size.unpacked, size.layers, size.files) == (3, 1, 3)
    assert size.compressed > 0


def test_runtimes_from_packages_files_and_names():
    facts = inspect_layers(
        [
            OS_RELEASE,
            file(
                "var/lib/dpkg/status",
                "Package: python3.11-minimal\nStatus: install ok installed\nVersion: 3.11.2-6+deb12u3\nArchitecture: amd64\n\n",
            ),
            program("usr/bin/python3.11"),
            program("opt/py/bin/python3.8"),
            file("opt/jdk/release", 'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="21.0.1"\n'),
            file("usr/local/go/VERSION", "go1.21.5\n"),
            file(
                "usr/local/include/node/node_version.h",
                "#define NODE_MAJOR_VERSION 18\n#define NODE_MINOR_VERSION 19\n#define NODE_PATCH_VERSION 0\n",
            ),
        ],
        day=DAY,
    )
    found = [
        (v.name, v.version, v.support.status)
        for _, v in said(facts, "runtimes")
        if isinstance(v, Runtime) and v.support
    ]
    assert found == [
        ("go", "1.21.5", "ended"),
        ("nodejs", "18.19.0", "ended"),
        ("openjdk", "21.0.1", "supported"),
        ("python", "3.11.2", "supported"),
        ("python", "3.8", "ended"),
    ]


class TestRun:
    def test_every_fact_has_an_id_of_its_own(self):
        ids = [plugin.id for plugin in BUILTIN]
        assert len(set(ids)) == len(ids)

    def test_a_fact_that_fails_is_a_gap_and_is_not_called_good(self):
        from prill.inspection.inspected import Inspected  # noqa: PLC0415
        from prill.model import Ownership, Sbom, Subject  # noqa: PLC0415
        from scanned import LayerTree  # noqa: PLC0415

        def fail(_image: Inspected) -> list:
            raise ValueError("broken")

        image = Inspected(
            tree=LayerTree(), sbom=Sbom(subject=Subject(name="x"), packages=()), ownership=Ownership(), day=DAY
        )
        plugins = [FactPlugin(id="secrets", find=fail), *(one for one in BUILTIN if one.id != "secrets")]
        facts = inspect(image, plugins=plugins)
        assert [(gap.subject, gap.reason) for gap in facts.gaps] == [("secrets", "it failed: ValueError: broken")]
        assert "secrets" not in facts.examined
        assert remark(facts, "secrets") == []

    def test_an_empty_image_answers_every_question(self):
        facts = inspect_layers([folder("a")])
        assert facts.examined == tuple(plugin.id for plugin in BUILTIN)
        assert one(facts, "kind") is not None

    def test_nothing_is_called_absent_where_a_layer_could_not_be_read(self):
        facts = inspect_layers([OS_RELEASE], tar_of([file("a", "x" * 5000), file("b", KEY)])[:3000])
        assert facts.incomplete
        assert any("could not be read to its end" in gap.reason for gap in facts.gaps)
        good = {remark.fact for remark in facts.remarks if remark.level == "good"}
        assert not good & {"secrets", "shells", "package-managers", "privileged-files", "world-writable"}
        assert remark(facts, "secrets")[0][1].endswith("in what could be read; not everything could be")
        assert not inspect_layers([OS_RELEASE]).incomplete

    def test_links_in_circles_and_devices(self):
        facts = inspect_layers(
            [symlink("bin", "sbin"), symlink("sbin", "bin"), symlink("a", "a/b"), symlink("etc/passwd", "/etc/passwd")],
            [file("usr/bin/x", "")],
        )
        assert facts.examined == tuple(plugin.id for plugin in BUILTIN)

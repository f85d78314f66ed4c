import hashlib
import textwrap
from pathlib import Path

import pytest

from prill.build.spec import (
    Compression,
    Contents,
    Entrypoint,
    Exclusion,
    FileSource,
    Layering,
    PathEntry,
    PathKind,
    Spec,
    Trim,
    User,
    Variant,
    VariantAccounts,
    VariantContents,
)
from prill.build.spec_reader import InvalidSpec, UnreadableSpec, read_spec
from prill.errors import PrillError

HEAD = "contents: {distribution: debian:13}\n"


def read(text: str, *, name: str = "shop.yaml", **others: str):
    files = {Path(name): textwrap.dedent(text).encode(), **{Path(key): value.encode() for key, value in others.items()}}

    def open_file(path: Path) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory")
        return files[path]

    return read_spec(
        Path(name), read=open_file, trim_sets=("docs", "man", "locales"), distributions=("debian:12", "debian:13")
    )


def faults(text: str, **others: str):
    with pytest.raises(InvalidSpec) as caught:
        read(text, **others)
    assert str(caught.value) == "\n".join(map(str, caught.value.faults))
    assert caught.value.hint
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "paths: [{path: /a, type: directory}, {path: /a, type: permissions, uid: 5}]",
        "paths: [{path: /a, type: directory}, {path: /a, type: directory}]",
        "paths: [{path: /a, type: directory}]\nvariants: {dev: {paths: [{path: /a, type: directory, uid: 5}]}}",
    ],
    ids=["permissions", "twice the same", "variant"],
)
def test_paths_that_are_no_mistake(text: str):
    assert read(HEAD + text).spec.paths[0].path == "/a"


@pytest.mark.parametrize(
    ("path", "target"), [("/a/l", "../x"), ("/bin/l", "../../x"), ("/l", "/a/x"), ("/l", "a/../b")]
)
def test_symlinks_that_stay(path: str, target: str):
    """`/bin` is `/usr/bin`."""
    spec = read(f"{HEAD}paths: [{{path: {path}, type: symlink, source: {target}}}]").spec
    assert spec.paths[0].source == target


def test_the_smallest_spec():
    loaded = read(HEAD)
    assert loaded.spec == Spec(name="shop", contents=Contents(distribution="debian:13"))
    assert loaded.spec.accounts.run_as == "nonroot"
    assert loaded.inputs == (("shop.yaml", hashlib.sha256(HEAD.encode()).hexdigest()),)


def test_every_kind_of_value():
    spec = read(
        """
        name: web
        contents:
          distribution: debian:12
          components: [main, non-free]
          packages: [libc6, "python3.11=3.11.*", libc6]
          exclude: [mawk, {name: debconf, reason: nobody asks}]
          mirrors: [https://example.org/debian, file:///srv/mirror]
        trim: [docs, man]
        keep-setuid: [/usr/bin/su]
        files:
          - {source: ./app/, path: /app, include: [/src/**], permissions: "755"}
          - {npm: "node-linux-{arch}", version: 24, path: /opt/node, strip-components: 1}
        paths:
          - {path: /x, type: directory, permissions: 0o2750, uid: 1, gid: 0, recursive: true}
          - {path: /y, type: empty-file, permissions: 0644}
          - {path: /z, type: symlink, source: y/../x}
        accounts: {run-as: 65532, users: [{username: app, uid: 4294967294, gid: 0}]}
        entrypoint: {command: /bin/a 'b c' d}
        cmd: [e, ""]
        environment: {VERSION: 3.10, DEBUG: true, EMPTY: ""}
        work-dir: /
        stop-signal: 15
        ports: [8080, 53/udp]
        volumes: [/data]
        annotations: {org.example.build: 7}
        archs: [aarch64, x86_64, amd64]
        layering: {budget: 4}
        compression: zstd
        source-date-epoch: 0
        variants: {debug: {contents: {packages: [busybox-static]}, cmd: [], accounts: {run-as: root}}}
        """
    ).spec
    assert spec == Spec(
        name="web",
        contents=Contents(
            distribution="debian:12",
            components=("main", "non-free"),
            packages=("libc6", "python3.11=3.11.*"),
            exclude=(Exclusion(name="mawk"), Exclusion(name="debconf", reason="nobody asks")),
            mirrors=("https://example.org/debian", "file:///srv/mirror"),
        ),
        trim=Trim(sets=("docs", "man")),
        keep_setuid=("/usr/bin/su",),
        files=(
            FileSource(source="app", path="/app", include=("src/**",), permissions=0o755),
            FileSource(npm="node-linux-{arch}", version="24", path="/opt/node", strip_components=1),
        ),
        paths=(
            PathEntry(path="/x", type=PathKind.DIRECTORY, permissions=0o2750, uid=1, gid=0, recursive=True),
            PathEntry(path="/y", type=PathKind.EMPTY_FILE, permissions=0o644),
            PathEntry(path="/z", type=PathKind.SYMLINK, source="y/../x"),
        ),
        accounts=type(spec.accounts)(run_as="65532", users=(User(username="app", uid=2**32 - 2, gid=0),)),
        entrypoint=Entrypoint(command=("/bin/a", "b c", "d")),
        cmd=("e", ""),
        environment=(("DEBUG", "true"), ("EMPTY", ""), ("VERSION", "3.10")),
        stop_signal="15",
        ports=("8080/tcp", "53/udp"),
        volumes=("/data",),
        annotations=(("org.example.build", "7"),),
        archs=("arm64", "amd64"),
        layering=Layering(budget=4),
        compression=Compression.ZSTD,
        source_date_epoch=0,
        variants=(
            (
                "debug",
                Variant(
                    contents=VariantContents(packages=("busybox-static",)),
                    cmd=(),
                    accounts=VariantAccounts(run_as="root"),
                ),
            ),
        ),
    )


def test_all_faults_at_once_with_their_places():
    assert faults(
        """\
        contents:
          distribution: debian:31
          pakages: [libc6]
        packages: [libc6]
        trim: [dosc, wings]
        paths:
          - {path: /a/../b, type: directry, permissions: 755}
        cmd: {a: b}
        layering: {budget: 0}
        """
    ) == [
        "shop.yaml:2:17: unknown distribution 'debian:31'; did you mean 'debian:13'?",
        "shop.yaml:3:3: unknown key 'pakages'; did you mean 'packages'?",
        "shop.yaml:4:1: unknown key 'packages' here; it belongs under 'contents'",
        "shop.yaml:5:8: unknown trim set 'dosc'; did you mean 'docs'?",
        "shop.yaml:5:14: unknown trim set 'wings'; known: docs, man, locales",
        "shop.yaml:7:12: expected an absolute path without '..', '.' or a slash at its end, not '/a/../b'",
        "shop.yaml:7:27: expected one of directory, empty-file, hardlink, symlink, permissions, not 'directry'; did you mean 'directory'?",
        "shop.yaml:7:50: 755 is a decimal number; write 0o755",
        "shop.yaml:8:6: expected a command: a list of words, or one line to split, not a mapping",
        "shop.yaml:9:20: 0 is too small: expected 1 to 120",
    ]


def test_at_most_twenty_faults_are_named_and_the_rest_counted():
    with pytest.raises(InvalidSpec) as caught:
        read(HEAD + "".join(f"wrong-{number}: 1\n" for number in range(23)))
    assert len(caught.value.faults) == 20
    assert caught.value.hint.startswith("and 3 more")


def test_no_component_is_a_fault():
    text = "contents: {distribution: debian:13, components: []}"
    assert faults(text)[0].startswith("shop.yaml:1:49: the list is empty: name one of main, contrib")


def test_a_key_that_stands_twice_hides_no_other_fault():
    text = """
    contents: {distribution: debian:13, packages: [A]}
    name: one
    name: Two
    <<: {cmd: [a]}
    ? [x]
    : 1
    pots: [80]
    """
    assert [one.split(": ", 1)[0] + ": " + one.split(": ", 1)[1][:32] for one in faults(text)] == [
        "shop.yaml:2:48: expected a package, such as pyth",
        "shop.yaml:4:1: key 'name' stands here twice; fi",
        "shop.yaml:4:7: expected a name in lower case, n",
        "shop.yaml:5:1: merge keys are not part of YAML ",
        "shop.yaml:6:3: a mapping key must be a single w",
        "shop.yaml:8:1: unknown key 'pots'; did you mean",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "shop.yaml:1:1: expected a mapping with "),
        ("[a]", "shop.yaml:1:1: expected a mapping with "),
        ("contents:", "shop.yaml:1:10: expected a mapping with distribution, "),
        ("name: x", "shop.yaml:1:1: 'contents' is missing"),
        ("contents: {packages: [a1]}", "shop.yaml:1:11: 'distribution' is missing: a distribution, such as"),
        ("contents: [", "shop.yaml:2:1: "),
        ("a: &a [*a]", "shop.yaml:1:8: "),
        ("contents: {distribution: debian:13}\ncontents: {}", "shop.yaml:2:1: key 'contents' stands here twice"),
    ],
)
def test_documents_that_are_no_spec(text: str, fault: str):
    assert faults(text)[0].startswith(fault)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("name: Shop", "1:7: expected a name in lower case, not 'Shop'"),
        ("name: 7", "1:7: expected a name in lower case, not 7; put it in quotes"),
        ("work_dir: /", "1:1: unknown key 'work_dir'; did you mean 'work-dir'?"),
        ("work-dir: app", "1:11: expected an absolute path without"),
        ("work-dir: /app/", "1:11: expected an absolute path without"),
        ('work-dir: "/app\\n"', "1:11: expected an absolute path without"),
        ('work-dir: "/a\\0b"', "1:11: expected an absolute path without"),
        ("cmd: a 'b", "1:6: cannot be split into words: no closing quotation; write a list instead"),
        ("cmd: 7", "1:6: expected a command"),
        ("cmd: [7]", "1:7: expected a text, not 7; put it in quotes"),
        ("environment: {1A: x}", "1:15: expected an environment variable's name, not '1A'"),
        ("environment: {A: [x]}", "1:18: expected a text, not a list"),
        ("environment: {A: }", "1:18: expected a text, not nothing; write '' for an empty one"),
        ("accounts: {run-as: }", "1:20: expected a user's name, uid or uid:gid, not nothing"),
        ("ports: [ , 80]", "1:10: "),
        ("environment: [A=b]", "1:14: expected a mapping of names to values, not a list"),
        ("stop-signal: QUIT", "1:14: expected a signal, such as SIGQUIT, not 'QUIT'"),
        ("archs: [amd46]", "1:9: expected amd64 or arm64, not 'amd46'; did you mean 'amd64'?"),
        ("archs: []", "1:8: the list is empty: name amd64 or arm64, or leave the key out"),
        (
            "files: [{path: /a, source: a, archs: []}]",
            "1:38: the list is empty: name amd64 or arm64, or leave the key out",
        ),
        ("ports: [0]", "1:9: expected a port, such as 8080 or 53/udp, not '0'"),
        ("ports: [65536]", "1:9: expected a port"),
        ("ports: [80/icmp]", "1:9: expected a port"),
        ("layering: {budget: '3'}", "1:20: expected a number of layers, not '3'"),
        ("layering: {budget: true}", "1:20: expected a number of layers, not True"),
        ("layering: {budget: 121}", "1:20: 121 is too large: expected 1 to 120"),
        ("layering: {strategy: package}", "1:22: expected origin, not 'package'"),
        ("compression: brotli", "1:14: expected gzip or zstd, not 'brotli'"),
        ("source-date-epoch: -1", "1:20: -1 is too small: expected 0 to 8589934591"),
        ("trim: docs", "1:7: expected a mapping with sets, paths, keep, not 'docs'"),
        ("trim: {exclude: [x]}", "1:8: unknown key 'exclude': the key is 'paths'"),
        ("keep-setuid: [/a/./b]", "1:15: expected an absolute path"),
        ("volumes: [/a//b]", "1:11: expected an absolute path"),
        ("annotations: {a b: c}", "1:15: expected an annotation's name, not 'a b'"),
        ("variants: {Dev: {}}", "1:12: expected a variant's name, not 'Dev'"),
        (
            "variants: {dev: {contents: {mirrors: []}}}",
            "1:29: unknown key 'mirrors'; the keys here are packages, exclude",
        ),
        ("entrypoint: {type: service-bundle}", "1:14: unknown key 'type': there is no supervisor in the image"),
        ("entrypoint: /bin/a", "1:13: expected a mapping with command, not '/bin/a'"),
        ("certificates: {}", "1:1: unknown key 'certificates': 'files' can place one at"),
        ("env: {}", "1:1: unknown key 'env': the key is 'environment'"),
        ("zzz: 1", "1:1: unknown key 'zzz'; the keys here are name, contents"),
        ("accounts: {users: [{username: app, uid: 0}]}", "1:41: 0 is too small"),
        ("accounts: {users: [{username: app, uid: 4294967295}]}", "1:41: 4294967295 is too large"),
        ("accounts: {users: [{username: a:b, uid: 7}]}", "1:31: expected a user's or group's name, not 'a:b'"),
        ("accounts: {users: [{username: app}]}", "1:20: 'uid' is missing: a number"),
        ("accounts: {run-as: App}", "1:20: expected a user's name, uid or uid:gid, not 'App'"),
        ("paths: [{path: /a, type: directory, permissions: 0o9}]", "1:50: expected permissions in octal"),
        ("paths: [{path: /a, type: directory, permissions: 0o17777}]", "1:50: expected permissions in octal"),
        ("paths: [{path: /a, type: directory, permissions: 7.5}]", "1:50: expected permissions in octal"),
        ("paths: [{path: /a, type: directory, permissions: rwx}]", "1:50: expected permissions in octal"),
        ("files: [{path: /a, source: ../secret}]", "1:28: '../secret' leaves the folder of this file"),
        ("files: [{path: /a, source: a/../../b}]", "1:28: 'a/../../b' leaves the folder of this file"),
        ("files: [{path: /a, source: /etc/shadow}]", "1:28: expected a path relative to this file, not '/etc/shadow'"),
        ("files: [{path: /a, source: ''}]", "1:28: expected a path below this file's, not ''"),
        ("files: [{path: /a, url: ftp://x/y}]", "1:25: expected an http or https URL"),
        ("files: [{path: /a, url: 'https://u:p@x/y'}]", "1:25: expected an http or https URL"),
        ("files: [{path: /a, url: https://x/y, sha256: abc}]", "1:46: expected 64 hexadecimal digits, not 'abc'"),
        ("files: [{path: /a, npm: node, version: latest}]", "1:40: expected a version, such as 24"),
        ("include: 7", "1:10: expected a path relative to this file, not 7; put it in quotes"),
        ("include: /etc/base.yaml", "1:10: expected a path relative to this file, not '/etc/base.yaml'"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(line: str, fault: str):
    found = faults(f"{line}\n{HEAD}")
    assert len(found) == 1
    assert found[0].startswith(f"shop.yaml:{fault}")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            "accounts: {run-as: ap, users: [{username: app, uid: 7}]}",
            "1:20: there is no user 'ap'; did you mean 'app'?",
        ),
        ("accounts: {run-as: 4294967295}", "1:20: 4294967295 is too large: expected 0 to 4294967294"),
        ("accounts: {run-as: '0:4294967295'}", "1:20: 0:4294967295 is too large"),
        ("accounts: {run-as: someone}", "1:20: there is no user 'someone'; users are nobody, nonroot, root"),
        (
            "accounts: {users: [{username: a, uid: 7}, {username: a, uid: 8}]}",
            "1:54: 'a' is there already",
        ),
        ("accounts: {users: [{username: a, uid: 7}, {username: b, uid: 7}]}", "1:62: 'a' has the number 7 already"),
        ("accounts: {users: [{username: a, uid: 65532}]}", "1:39: 'nonroot' has the number 65532 already"),
        ("accounts: {groups: [{groupname: a, gid: 50}]}", "1:41: 'staff' has the number 50 already"),
        ("accounts: {users: [{username: a, uid: 7, gid: 4000}]}", "1:47: no group has the number 4000"),
        ("accounts: {groups: [{groupname: a, gid: 7, members: [b]}]}", "1:54: there is no user 'b'"),
        ("trim: [docs]\nvariants: {dev: {untrim: [man]}}", "2:27: the image does not trim 'man'"),
        ("variants: {dev: {accounts: {run-as: nobdy}}}", "1:37: there is no user 'nobdy'; did you mean 'nobody'?"),
        ("files: [{path: /a}]", "1:9: give one of 'source', 'url' and 'npm'"),
        ("files: [{path: /a, source: a, npm: b, version: 1}]", "1:36: give one of 'source', 'url' and 'npm'"),
        ("files: [{path: /a, url: https://x/y}]", "1:25: a download needs its 'sha256' or its 'sha512'"),
        (f"files: [{{path: /a, source: b, sha256: {'0' * 64}}}]", "1:39: a digest is for an 'url'"),
        ("files: [{path: /a, npm: b}]", "1:25: 'version' is missing"),
        ("files: [{path: /a, source: b, version: 1}]", "1:40: a version is for an 'npm' package"),
        (
            "files: [{path: /a/.wh.b, source: b}]",
            "1:16: a name in '/a/.wh.b' begins with '.wh.', which in a layer would hide another file",
        ),
        (
            "paths: [{type: directory, path: /.wh.a/b}]",
            "1:33: a name in '/.wh.a/b' begins with '.wh.', which in a layer would hide another file",
        ),
        (
            "accounts: {users: [{username: u, uid: 5000, homedir: /home/.wh.u}]}",
            "1:54: a name in '/home/.wh.u' begins with '.wh.', which in a layer would hide another file",
        ),
        ("files: [{path: /a, source: 'b/{os}'}]", "1:28: unknown placeholder '{os}'; there is {arch}"),
        ("files: [{path: '/a/{arch}', source: b}]", "1:16: {arch} is not filled in here"),
        (f"files: [{{path: /a, url: 'https://x/{{arch}}', sha256: {'0' * 64}}}]", "1:25: one digest cannot fit two"),
        (
            f"files: [{{path: /a, url: https://x/y, sha256: {'0' * 64}, strip-components: 1}}]",
            "1:130: 'strip-components' is for an archive; add 'unpack: true'",
        ),
        ("paths: [{path: /a, type: symlink}]", "1:26: a symlink needs a 'source', which it points at"),
        ("paths: [{path: /a, type: directory, source: /b}]", "1:45: 'directory' has no source; 'files' copies"),
        (
            "paths: [{path: /a, type: directory}, {path: /a, type: empty-file}]",
            "1:45: '/a' is made already: 'directory' at '/a' stands before it",
        ),
        (
            "paths: [{path: /lib/a, type: directory}, {path: /usr/lib/a, type: directory, uid: 5}]",
            "1:49: '/usr/lib/a' is made already: 'directory' at '/lib/a' stands",
        ),
        (
            "variants: {dev: {paths: [{path: /a, type: directory}, {path: /a, type: empty-file}]}}",
            "1:62: '/a' is made already",
        ),
        ("paths: [{path: /l, type: symlink, source: ../../x}]", "1:43: '../../x' leads out of the root, seen from /l"),
        ("paths: [{path: /a/l, type: symlink, source: x/../../..}]", "1:45: 'x/../../..' leads out of the root"),
        (
            "accounts: {users: [{username: u, uid: 5000, shell: '/bin/sh:x'}]}",
            "1:52: expected an absolute path without '..', '.', a colon",
        ),
        (
            "accounts: {users: [{username: u, uid: 5000, homedir: '/home/a:b'}]}",
            "1:54: expected an absolute path without '..', '.', a colon",
        ),
        ("paths: [{path: /a, type: hardlink, source: b}]", "1:44: a hard link's source is an absolute path"),
        ("paths: [{path: /a, type: symlink, source: b, permissions: 0o777}]", "1:59: a symlink has no permissions"),
        ("paths: [{path: /a, type: empty-file, recursive: true}]", "1:49: 'empty-file' has nothing below it"),
        ("paths: [{path: /a, type: permissions}]", "1:26: give the 'permissions', 'uid' or 'gid' to set"),
        (
            "variants: {dev: {paths: [{path: /a, type: symlink}]}}",
            "1:43: a symlink needs a 'source', which it points at",
        ),
        ("variants: {dev: {contents: {packages: [a1], exclude: [a1]}}}", "1:40: 'a1' is excluded as well"),
    ],
)
def test_what_fields_must_be_to_each_other(line: str, fault: str):
    found = faults(f"{line}\n{HEAD}")
    assert len(found) == 1
    assert found[0].startswith(f"shop.yaml:{fault}")


def test_a_package_is_not_both_wanted_and_excluded():
    text = "contents: {distribution: debian:13, packages: [a1, 'b1>=2'], exclude: [b1]}"
    assert faults(text) == ["shop.yaml:1:52: 'b1' is excluded as well"]


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("libc6 (>= 2.41)", "libc6>=2.41"),
        ("libc6 == 2.41-12", "libc6=2.41-12"),
        ("libc6<3", "libc6<<3"),
        ("python3:any", "python3"),
    ],
)
def test_a_requirement_in_anothers_words(written: str, nearest: str):
    text = f"contents: {{distribution: debian:13, packages: ['{written}']}}"
    assert faults(text)[0].startswith("shop.yaml:1:48: expected a package")
    assert faults(text)[0].endswith(f"not {written!r}; did you mean {nearest!r}?")


@pytest.mark.parametrize("name", ["www-data", "nobody", "1234", "1234:0", "nonroot:staff", "root"])
def test_users_that_need_not_be_named(name: str):
    assert read(f"{HEAD}accounts: {{run-as: '{name}'}}").spec.accounts.run_as == name


def test_nonroot_can_be_given_another_home():
    spec = read(f"{HEAD}accounts: {{users: [{{username: nonroot, uid: 65532, homedir: /srv}}]}}").spec
    assert spec.accounts.users[0].home == "/srv"


def test_a_file_name_that_is_no_name():
    with pytest.raises(InvalidSpec, match=r"My Shop.yaml:1:1: 'name' is missing, and the file's own will not do"):
        read(HEAD, name="My Shop.yaml")
    assert read(f"name: shop\n{HEAD}", name="My Shop.yaml").spec.name == "shop"


def test_no_such_file():
    with pytest.raises(UnreadableSpec, match=r"^gone\.yaml: No such file") as caught:
        read_spec(Path("gone.yaml"), read=Path.read_bytes, trim_sets=(), distributions=())
    assert "prill new" in caught.value.hint


def test_a_file_without_end_is_not_read_to_it():
    with pytest.raises(InvalidSpec, match=r"longer than 1048576 bytes"):
        read("#" * (1 << 20) + "\n")


def test_anything_at_all_is_a_spec_or_an_error_of_ours():
    for text in ("\x00", "{" * 1000, "- " * 500 + "a", "a: " * 30, "!!python/object:os.system x", "'", "? a\n? b"):
        with pytest.raises(PrillError):
            read(text)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://ann:s3cret@x/", "http://…@x/"),
        ("https://ann:s3cr@et@x/debian", "https://…@x/debian"),
        ("ann:s3cret@x", "…@x"),
    ],
)
def test_a_login_in_an_address_is_not_shown(address: str, shown: str):
    digest = "0" * 64
    found = faults(
        f"""
        contents: {{distribution: debian:13, mirrors: ["{address}"]}}
        files: [{{path: /x, url: "{address}", sha256: "{digest}"}}]
        """
    )
    assert found == [
        f"shop.yaml:2:47: expected an http, https or file URL without a password, not '{shown}'",
        f"shop.yaml:3:25: expected an http or https URL, no password, not '{shown}'",
    ]

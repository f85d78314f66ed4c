"""What lock files declare."""

import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jars import jar, maven
from lock_files import (
    BUN,
    CARGO,
    CONANFILE,
    DENO,
    DENO_3,
    GEMFILE,
    GO_MOD,
    GO_SUM,
    JULIA_1,
    LOCK_FILES,
    MIX,
    NPM_1_ELSEWHERE,
    NPM_2_AND_3,
    NUGET,
    PACKAGES_PROPS,
    PIPFILE,
    PNPM_5,
    PNPM_6_ELSEWHERE,
    PNPM_9,
    PNPM_9_ELSEWHERE,
    PODFILE,
    POETRY,
    PUBSPEC,
    REBAR,
    RENV,
    REQUIREMENTS,
    SHA256,
    STACK,
    SWIFT_2,
    UV,
    YARN_BERRY,
)
from prill.model import Sbom
from prill.sbom.catalogers.lock_files import LOCK_FILES as CATALOGER
from prill.sbom.catalogers.lock_files import NOT_READ
from prill.sbom.catalogers.lock_files import REQUIREMENTS as REQUIREMENTS_FILES
from prill.sbom.lock_readers import LOCK_READERS
from scanned import only, purls, reasons, related, scan, scan_folder
from trees import Link

NAMES = sorted({name for name, _, _ in LOCK_FILES})


@pytest.mark.parametrize(("name", "text", "expected"), LOCK_FILES, ids=lambda value: value if value in NAMES else "")
def test_what_is_locked(name: str, text: str, expected: tuple[str, ...]):
    sbom = scan_folder({f"app/{name}": text})
    assert tuple(purls(sbom)) == expected
    assert {package.found_by for package in sbom.packages} == {"lock-files"}


def test_every_file_that_is_read_is_tested():
    wanted = {pattern.removeprefix("**/") for pattern in CATALOGER.patterns} - {*NOT_READ, *REQUIREMENTS_FILES}
    assert wanted == set(LOCK_READERS) == set(NAMES) - {"requirements-prod.txt"}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("package-lock.json", json.dumps(NPM_2_AND_3), [("pkg:npm/a@1.0.0", "pkg:npm/%40s/b@2.0.0")]),
        ("yarn.lock", YARN_BERRY, [("pkg:npm/a@1.0.0", "pkg:npm/%40s/b@2.0.0")]),
        ("pnpm-lock.yaml", PNPM_9, [("pkg:npm/a@1.0.0", "pkg:npm/%40s/b@2.0.0")]),
        ("pnpm-lock.yaml", PNPM_5, [("pkg:npm/a@1.0.0", "pkg:npm/%40s/b@2.0.0")]),
        ("pnpm-lock.yaml", PNPM_6_ELSEWHERE, [("pkg:npm/a@1.0.0", "pkg:npm/is-even@1.0.0")]),
        ("poetry.lock", POETRY, [("pkg:pypi/flask@3.0.2", "pkg:pypi/werkzeug@3.0.1")]),
        ("uv.lock", UV, [("pkg:pypi/flask@3.0.2", "pkg:pypi/werkzeug@3.0.1")]),
        ("Cargo.lock", CARGO, [("pkg:cargo/serde@1.0.196", "pkg:cargo/itoa@1.0.10")]),
        ("Gemfile.lock", GEMFILE, [("pkg:gem/nokogiri@1.15.0", "pkg:gem/racc@1.7.1")]),
        ("packages.lock.json", json.dumps(NUGET), [("pkg:nuget/Serilog.AspNetCore@8.0.1", "pkg:nuget/Serilog@3.1.1")]),
        ("mix.lock", MIX, [("pkg:hex/ecto@3.11.1", "pkg:hex/decimal@2.1.1")]),
        ("deno.lock", json.dumps(DENO), [("pkg:npm/a@1.0.0", "pkg:npm/%40s/b@2.0.0")]),
        ("renv.lock", json.dumps(RENV), [("pkg:cran/R6@2.5.1", "pkg:cran/glue@1.6.2")]),
    ],
)
def test_what_needs_what(name: str, text: str, expected: list[tuple[str, str]]):
    assert related(scan_folder({name: text})) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [("Cargo.lock", CARGO), ("Gemfile.lock", GEMFILE), ("mix.lock", MIX), ("pubspec.lock", PUBSPEC),
     ("rebar.lock", REBAR), ("requirements.txt", REQUIREMENTS)],
)  # fmt: skip
def test_digests(name: str, text: str):
    found = {str(package.details.digest) for package in scan_folder({name: text}).packages}
    assert f"sha256:{SHA256}" in found


@pytest.mark.parametrize(
    ("name", "text", "names"),
    [
        ("requirements.txt", REQUIREMENTS.replace("-r other.txt\n", ""), "requests, tool"),
        ("package-lock.json", json.dumps(NPM_1_ELSEWHERE), "commit, hub, packed"),
        ("Package.resolved", json.dumps(SWIFT_2), "git.example.test/x/main"),
        (
            "Package.resolved",
            '{"version": 2, "pins": [{"identity": "ours", "location": "../ours", "state": {"version": "1.0.0"}}]}',
            "ours",
        ),
        *(
            ("Package.resolved", json.dumps(SWIFT_2).replace("https://git.example.test/x/main", place), "main")
            for place in ("file:///home/x/main", "C:/x/main", "https://git.example.test/")
        ),
        ("conan.lock", '{"version": "0.5", "requires": ["a/[>1]#0", "b/1.0"]}', "a"),
        ("conan.lock", '{"version": "0.5", "requires": ["a/[>=1.2 <2, include_prerelease]", "b/1.0"]}', "a"),
        ("Podfile.lock", PODFILE.replace("  - Ours (1.0.0)", "  - Odd"), "- Odd"),
        ("bun.lock", BUN.replace('"d@3.0.0"', '"d@github:o/d#0c1fd1a"').replace("devD", "d"), "d"),
        ("Pipfile.lock", json.dumps(PIPFILE), "x"),
        ("go.mod", GO_MOD, "example.test/here"),
        ("mix.lock", MIX, "ours"),
        ("pnpm-lock.yaml", PNPM_9_ELSEWHERE, "@s/odd"),
        ("pubspec.lock", PUBSPEC, "odd"),
        ("Directory.Packages.props", PACKAGES_PROPS, "Other"),
        ("rebar.lock", REBAR, "ours"),
        ("stack.yaml.lock", STACK, "ours"),
        ("renv.lock", json.dumps(RENV), "ours"),
        ("deno.lock", json.dumps(DENO), "jsr:@std/path@1.0.0"),
        ("deno.lock", json.dumps(DENO_3), "deno.example.test"),
        ("conanfile.txt", CONANFILE, "poco"),
        ("Manifest.toml", JULIA_1, "Dates"),
        (
            "requirements.txt",
            "git+https://g.test/x@v1#subdirectory=a&egg=x\n-e git+ssh://g.test/y#egg=y[a]\n-e ./z\nhttps://f.test/w-1.zip\n",
            "https://f.test/w-1.zip, x, y",
        ),
        ("requirements.txt", "".join(f"p{number}\n" for number in range(9)), "p0, p1, p2, p3, p4 and 4 more"),
    ],
)
def test_what_is_not_pinned_is_a_gap(name: str, text: str, names: str):
    assert reasons(scan_folder({name: text})) == f"/{name}: lock-files: no one version is named of {names}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [(PNPM_9_ELSEWHERE, ["pkg:npm/%40s/is-even@1.0.0"]),
     (PNPM_6_ELSEWHERE, ["pkg:npm/a@1.0.0", "pkg:npm/is-even@1.0.0"])],
)  # fmt: skip
def test_packages_of_no_registry(text: str, expected: list[str]):
    """pnpm notes the version of an archive or a commit beside its address."""
    assert purls(scan_folder({"pnpm-lock.yaml": text})) == expected


@pytest.mark.parametrize("option", ["-r {}", "-r{}", "--requirement {}", "--requirement={}", "-r '{}'"])
def test_requirements_that_go_on_in_a_file_that_is_not_read_are_a_gap(option: str):
    files = {"app/requirements.txt": f"a==1\n{option.format('../more.txt')}\n", "more.txt": "b==2\n"}
    sbom = scan_folder(files)
    assert purls(sbom) == ["pkg:pypi/a@1"]
    assert reasons(sbom) == "/app/requirements.txt: lock-files: it goes on in ../more.txt, which was not read"


def test_what_logs_in_somewhere_is_not_told():
    text = "git+https://ghp_token@g.test/x\n-r https://me:s3cr3t@f.test/r.txt\nhttps://me:s3cr3t@f.test/w-1.zip\n"
    told = reasons(scan_folder({"requirements.txt": text}))
    assert "git+https://g.test/x, https://f.test/w-1.zip" in told
    assert "it goes on in https://f.test/r.txt" in told
    assert "token" not in told
    assert "s3cr3t" not in told


@pytest.mark.parametrize("name", ["requirements/base.txt", "dev-requirements.txt", "requirements_dev.txt"])
def test_requirements_by_their_usual_names(name: str):
    sbom = scan_folder({"app/requirements.txt": f"-r {name}\na==1\n", f"app/{name}": "b==2\n"})
    assert purls(sbom) == ["pkg:pypi/a@1", "pkg:pypi/b@2"]
    assert not reasons(sbom)


def test_requirements_with_several_extras_and_of_powershell():
    text = "requests[security,socks] == 2.31.0\r\nzope.interface[test]===5.4.0 ; python_version > '3'\r\n"
    expected = ["pkg:pypi/requests@2.31.0", "pkg:pypi/zope.interface@5.4.0"]
    assert purls(scan_folder({"requirements.txt": text})) == expected
    assert purls(scan_folder({"requirements.txt": text.encode("utf-16")})) == expected


@pytest.mark.parametrize("name", NOT_READ)
def test_a_lock_file_that_is_known_and_not_read_is_a_gap(name: str):
    sbom = scan_folder({f"app/{name}": b"\0anything", "app/requirements.txt": "a==1\n"})
    assert f"/app/{name}: lock-files: {name} is not read (" in reasons(sbom)
    assert purls(sbom) == ["pkg:pypi/a@1"]


@pytest.mark.parametrize(
    ("snapshot", "name"),
    [
        ("- completed:\n    sha256: aa\n  original: lts-21.13", "lts-21.13"),
        ("- original: lts-14.27\n  completed:\n    url: https://h.test/lts/14/27.yaml", "lts-14.27"),
        ("- completed:\n    url: https://h.test/a\n  original:\n    url: https://u:p@h.test/b", "https://h.test/b"),
        ("- completed:\n    sha256: aa", "that is not named"),
    ],
)
def test_a_snapshot_of_stack_is_where_it_goes_on(snapshot: str, name: str):
    text = STACK.replace("snapshots: []", f"snapshots:\n{snapshot}")
    assert reasons(scan_folder({"stack.yaml.lock": text})).startswith(
        f"/stack.yaml.lock: lock-files: it goes on in snapshot {name}, which was not read"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [("rebar.lock", "?"), ("stack.yaml.lock", "a: b\n"), ("cabal.project.freeze", "x"), ("renv.lock", "{}"),
     ("deno.lock", '{"version": "5", "npm": {"?": 1}}'), ("deno.lock", '{"version": "5", "npm": {"a@1": 1}}'),
     ("deno.lock", '{"version": "4", "npm": {"a@1": {"dependencies": 5}}}'),
     ("deno.lock", '{"version": "2", "npm": {"specifiers": {}, "packages": 5}}'),
     ("build.sbt.lock", "[]"), ("Manifest.toml", "a = [{uuid = 1}]"), ("conanfile.txt", "[requires]\n?\n"), ("Directory.Packages.props", "<a/>"),
     ("Directory.Packages.props", "<!DOCTYPE Project><Project/>"), ("Directory.Packages.props", "<Project>")],
)  # fmt: skip
def test_what_is_no_lock_file_is_a_gap(name: str, text: str):
    sbom = scan_folder({name: text})
    assert not sbom.packages
    assert reasons(sbom).startswith(f"/{name}: lock-files: ")


def test_a_range_of_one_version_is_a_version():
    assert purls(scan_folder({"pom.xml": LOCK_FILES[18][1].replace("${b.version}", "[1]")}))[0] == "pkg:maven/org.a/b@1"


def test_go_sum_counts_where_go_mod_does_not_list_all():
    old = "module example.test/app\n\ngo 1.16\n\nrequire github.com/spf13/cobra v1.8.0\n"
    assert purls(scan_folder({"go.mod": old, "go.sum": GO_SUM})) == [
        "pkg:golang/github.com/spf13/cobra@v1.8.0",
        "pkg:golang/golang.org/x/sys@v0.5.0",
    ]
    new = old.replace("1.16", "1.17")
    assert purls(scan_folder({"go.mod": new, "go.sum": GO_SUM})) == ["pkg:golang/github.com/spf13/cobra@v1.8.0"]


def test_a_lock_file_merged_by_halves_is_a_gap():
    """Pods that stand behind the mark must not go unseen."""
    text = PODFILE.replace("  - Ours", "<<<<<<< HEAD\n  - Ours")
    sbom = scan_folder({"Podfile.lock": text})
    assert not purls(sbom)
    assert reasons(sbom) == "/Podfile.lock: lock-files: Podfile.lock has the line '<<<<<<< HEAD'"


_BUN_ARCHIVE = '{"lockfileVersion": 1, "packages": {"a": ["a@https://h.test/a/-/a%s.zip", "", {}, ""]}}'
_UV_ALIKE = '[[package]]\nname = "a"\ndependencies = [{ name = "a" }]\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bun.lock", '"' + '\\"' * 300_000),
        ("bun.lock", '"' + '\\"' * 300_000 + "\\"),
        ("bun.lock", _BUN_ARCHIVE % ("-1" * 300_000)),
        ("bun.lock", '{"lockfileVersion": 1, "packages": {"%s": ["a@1", "", {"dependencies": {"b": "1"}}]}}' % ("a/" * 300_000)),
        ("package-lock.json", '{"lockfileVersion": 1, "dependencies": {"a": {"version": "https://h.test/a/-/a%s"}}}' % ("-1" * 300_000)),
        ("Package.resolved", '{"version": 2, "pins": [{"location": "git.test%s ", "state": {}, "identity": "a"}]}' % ("/" * 300_000)),
        ("uv.lock", _UV_ALIKE * 20_000),
        ("requirements.txt", "a[" * 200_000),
        ("rebar.lock", '{{<<"a">>,{git,"h"},0}%s.' % ("{pkg_hash_ext,[" * 100_000)),
        ("stack.yaml.lock", f"snapshots:\n- completed:\n  original: x{' ' * 200_000}y{' ' * 200_000}\x01"),
        ("pubspec.lock", f"packages:\n  a:\n    dependency: transitive\n    version: x{' ' * 300_000}'z'z"),
        ("bin/ebin/a.app", "\n" * 1_000_000),
        ("share/lua/rocks-5.4/a/1-1/a-1-1.rockspec", "\n" * 1_000_000),
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_what_is_written_to_take_long_does_not(name: str, text: str):
    begun = process_time()
    assert reasons(scan_folder({name: text}))
    assert process_time() - begun < 15  # all took minutes, the shortest the square of what it does


@pytest.mark.parametrize(
    ("name", "text", "found", "unclear"),
    [
        ("cabal.project.freeze", "constraints: any.a ==1.0 || ==1.1,\n any.b >=1,\r\n any.c ==2.0\r\n -- any.d ==3\n",
         ["pkg:hackage/c@2.0"], "a, b"),
        ("build.sbt.lock", json.dumps({"lockVersion": 1, "dependencies": [
            {"org": "o o", "name": "a", "version": "1", "configurations": ["compile"]}]}), [], "o o:a"),
        ("conanfile.txt", "[requires]\nzlib/1.2@_/_\nfmt/[>=8]\n", ["pkg:conan/zlib@1.2"], "fmt"),
        ("Directory.Packages.props", '<Project><PackageVersion Include="A; B;" Version="1"/><PackageVersion Include="C" Version="1.*"/></Project>', ["pkg:nuget/A@1", "pkg:nuget/B@1"], "C"),
        ("pdm.lock", '[[package]]\nname = "a"\nversion = "1"\npath = "./a-1.tgz"\n[[package]]\nname = "b"\n',
         ["pkg:pypi/a@1"], "b"),
    ],
)  # fmt: skip
def test_what_is_written_otherwise_than_usual_is_neither_lost_nor_guessed(
    name: str, text: str, found: list[str], unclear: str
):
    sbom = scan_folder({name: text})
    assert purls(sbom) == found
    assert reasons(sbom) == f"/{name}: lock-files: no one version is named of {unclear}"


def test_lock_files_of_gems_from_git_are_their_authors_own():
    assert not purls(scan_folder({"usr/local/bundle/bundler/gems/rack-fa1afe1/Gemfile.lock": GEMFILE}))


def test_beside_installed_packages_of_nodes_a_lock_file_does_not_count():
    installed = {"app/node_modules/c/package.json": '{"name": "c", "version": "1.0.0"}'}
    lock = {"app/package-lock.json": json.dumps(NPM_2_AND_3)}
    assert purls(scan(installed | lock)) == purls(scan_folder(installed | lock)) == ["pkg:npm/c@1.0.0"]
    assert len(scan(lock).packages) == 2


def test_in_an_image_a_lock_file_counts_where_nothing_of_its_kind_is_installed():
    lock = {"app/requirements.txt": "a==1\n", "app/pom.xml": LOCK_FILES[18][1]}
    site = {"usr/lib/python3.11/site-packages/b-2.dist-info/METADATA": "Name: b\nVersion: 2\n"}
    archive = {"app/x.jar": jar(maven("org.x:x:1"))}
    assert purls(scan(lock)) == ["pkg:maven/org.a/b@1", "pkg:maven/org.m/m@3", "pkg:pypi/a@1"]
    assert purls(scan(lock | site | archive)) == ["pkg:maven/org.x/x@1", "pkg:pypi/b@2"]
    assert "pkg:pypi/a@1" in purls(scan_folder(lock | site))


def test_what_is_declared_and_installed_is_installed():
    site = {".venv/lib/python3.11/site-packages/a-1.dist-info/METADATA": "Name: a\nVersion: 1\n"}
    package = only(scan_folder(site | {"requirements.txt": "a==1\n"}))
    assert (package.found_by, len(package.locations)) == ("python", 2)


@pytest.mark.parametrize(
    "folder",
    [
        "app/node_modules/a",
        "lib/python3/site-packages/a",
        "app/vendor/github.com/x",
        "usr/lib/ruby/gems/3.1.0/gems/rack-2.2.3",
        "root/.cargo/registry/src/index/serde-1",
        "go/pkg/mod/example.test/x@v1",
        "usr/share/doc/x/examples",
    ],
)
def test_lock_files_of_installed_packages_do_not_count(folder: str):
    assert not scan_folder({f"{folder}/{name}": text for name, text, _ in LOCK_FILES}).packages


def test_a_lock_file_of_the_distributions_does_not_count():
    files = {
        "lib": Link("usr/lib"),
        "var/lib/dpkg/status": "Package: tool\nVersion: 1\nArchitecture: all\n",
        "var/lib/dpkg/info/tool.list": "/lib/tool/Cargo.lock\n",
        "usr/lib/tool/Cargo.lock": CARGO,
    }
    assert [package.name for package in scan(files).packages] == ["tool"]


def refused(sbom: Sbom, name: str) -> bool:
    return not sbom.packages and f"/{name}: lock-files: " in reasons(sbom)


# Any text is a lock file of yarn's, gradle's or a requirements file, if one without packages. Not only Julia has a file
# of the name Manifest.toml.
ANY_TEXT = ("Manifest.toml", "gradle.lockfile", "buildscript-gradle.lockfile", "requirements-prod.txt", "yarn.lock")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ANY_TEXT])
@pytest.mark.parametrize("data", [b'{"name": ', b"\xff\xfe\x00", b"[" * 100_000])
def test_what_cannot_be_read_is_a_gap(name: str, data: bytes):
    assert refused(scan_folder({name: data}), name)


@pytest.mark.parametrize("name", ["yarn.lock", "requirements.txt"])
def test_what_is_no_text_is_a_gap(name: str):
    assert refused(scan_folder({name: b"\xff\xfe\x00"}), name)


@given(st.sampled_from(LOCK_FILES), st.text(max_size=20), st.integers(0, 2000), st.integers(0, 40))
def test_damaged_files_are_read_or_refused(one: tuple[str, str, object], noise: str, at: int, gone: int):
    name, text, _ = one
    scan_folder({name: text[:at] + noise + text[at + gone :]})

import hashlib
from pathlib import Path

import pytest

from prill.build.spec import Entrypoint
from prill.build.spec_reader import InvalidSpec, read_spec

HEAD = "contents: {distribution: debian:13}\n"


def write(folder: Path, **files: str):
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def read(path: Path):
    return read_spec(path, read=Path.read_bytes, trim_sets=("docs", "man"), distributions=("debian:12", "debian:13"))


def test_mappings_merge_lists_join_and_values_are_replaced(tmp_path: Path):
    write(
        tmp_path,
        base="""
contents: {distribution: debian:12, packages: [libc6, zlib1g], components: [main, contrib]}
trim: [docs]
entrypoint: {command: /bin/a b}
cmd: [c]
environment: {A: base, B: base}
archs: [amd64, arm64]
layering: {budget: 3}
accounts: {run-as: nobody, users: [{username: a, uid: 7}]}
variants: {dev: {contents: {packages: [bash]}, cmd: [x]}}
""",
        shop="""
include: base.yaml
contents: {distribution: debian:13, packages: [zlib1g, libssl3t64], components: [main]}
trim: {sets: [docs, man], keep: [usr/share/man/man1/**]}
entrypoint: {command: [/bin/z]}
environment: {B: shop, C: shop}
archs: [arm64]
accounts: {users: [{username: b, uid: 8}]}
variants: {dev: {contents: {packages: [coreutils]}}, debug: {}}
""",
    )
    spec = read(tmp_path / "shop.yaml").spec
    assert spec.name == "shop"
    assert spec.contents.distribution == "debian:13"
    assert spec.contents.packages == ("libc6", "zlib1g", "libssl3t64")
    assert spec.contents.components == ("main",)
    assert (spec.trim.sets, spec.trim.keep) == (("docs", "man"), ("usr/share/man/man1/**",))
    assert spec.entrypoint == Entrypoint(command=("/bin/z",))
    assert spec.cmd == ("c",)
    assert spec.environment == (("A", "base"), ("B", "shop"), ("C", "shop"))
    assert spec.archs == ("arm64",)
    assert spec.layering.budget == 3
    assert spec.accounts.run_as == "nobody"
    assert [user.username for user in spec.accounts.users] == ["a", "b"]
    assert [name for name, _ in spec.variants] == ["debug", "dev"]
    assert dict(spec.variants)["dev"].contents.packages == ("bash", "coreutils")
    assert dict(spec.variants)["dev"].cmd == ("x",)


def test_a_default_that_is_written_out_replaces_an_included_value(tmp_path: Path):
    write(tmp_path, base="layering: {budget: 3}\nwork-dir: /srv", shop="include: base.yaml\n" + HEAD)
    assert read(tmp_path / "shop.yaml").spec.layering.budget == 3
    write(tmp_path, shop="include: base.yaml\nlayering: {budget: 10}\nwork-dir: /\n" + HEAD)
    spec = read(tmp_path / "shop.yaml").spec
    assert (spec.layering.budget, spec.work_dir) == (10, "/")


def test_later_includes_stand_over_earlier_ones_and_each_file_counts_once(tmp_path: Path):
    write(
        tmp_path,
        common="cmd: [common]\npaths: [{path: /c, type: directory}]",
        one="include: common.yaml\ncmd: [one]\nenvironment: {A: 1}",
        two="include: common.yaml\nenvironment: {A: 2}",
        shop="include: [one.yaml, two.yaml]\n" + HEAD,
    )
    spec = read(tmp_path / "shop.yaml").spec
    assert spec.cmd == ("one",)
    assert spec.environment == (("A", "2"),)
    assert [entry.path for entry in spec.paths] == ["/c"]


def test_paths_are_relative_to_the_file_that_says_them(tmp_path: Path):
    write(
        tmp_path,
        common__base="include: deep/more.yaml\nfiles: [{source: app, path: /a}]",
        common__deep__more="variants: {dev: {files: [{source: ./x/y, path: /b}]}}",
        images__shop="include: ../common/base.yaml\nfiles: [{source: own, path: /c}]\n" + HEAD,
    )
    loaded = read(tmp_path / "images" / "shop.yaml")
    assert [one.source for one in loaded.spec.files] == ["../common/app", "own"]
    assert dict(loaded.spec.variants)["dev"].files[0].source == "../common/deep/x/y"
    assert [name for name, _ in loaded.inputs] == ["shop.yaml", "../common/base.yaml", "../common/deep/more.yaml"]
    content = (tmp_path / "common" / "base.yaml").read_bytes()
    assert dict(loaded.inputs)["../common/base.yaml"] == hashlib.sha256(content).hexdigest()


def test_faults_name_the_file_they_are_in(tmp_path: Path):
    write(
        tmp_path,
        base="trim: [dosc]\naccounts: {run-as: ghost}",
        shop="include: base.yaml\nworkdir: /\n" + HEAD,
    )
    with pytest.raises(InvalidSpec) as caught:
        read(tmp_path / "shop.yaml")
    assert str(caught.value).splitlines() == [
        f"{tmp_path}/base.yaml:1:8: unknown trim set 'dosc'; did you mean 'docs'?",
        f"{tmp_path}/shop.yaml:2:1: unknown key 'workdir'; did you mean 'work-dir'?",
    ]
    write(tmp_path, base="accounts: {run-as: ghost}", shop="include: base.yaml\n" + HEAD)
    with pytest.raises(InvalidSpec, match=r"base\.yaml:1:20: there is no user 'ghost'"):
        read(tmp_path / "shop.yaml")


def test_a_circle_is_refused(tmp_path: Path):
    write(tmp_path, a="include: b.yaml\n" + HEAD, b="\ninclude: [c.yaml]", c="include: a.yaml")
    with pytest.raises(InvalidSpec) as caught:
        read(tmp_path / "a.yaml")
    assert [str(fault) for fault in caught.value.faults] == [
        f"{tmp_path}/c.yaml:1:10: includes go round in a circle: a.yaml includes b.yaml includes c.yaml includes a.yaml"
    ]


def test_a_circle_through_folders_ends(tmp_path: Path):
    (tmp_path / "loop").symlink_to(tmp_path)
    write(tmp_path, a="include: loop/a.yaml\n" + HEAD)
    with pytest.raises(InvalidSpec, match="more than 32 files are included"):
        read(tmp_path / "a.yaml")


def test_an_include_that_is_not_there(tmp_path: Path):
    write(tmp_path, a=HEAD + "include:\n  - gone.yaml\n  - '.'\n")
    with pytest.raises(InvalidSpec) as caught:
        read(tmp_path / "a.yaml")
    assert [str(fault) for fault in caught.value.faults] == [
        f"{tmp_path}/a.yaml:3:5: cannot read 'gone.yaml': No such file or directory",
        f"{tmp_path}/a.yaml:4:5: cannot read '.': Is a directory",
    ]


@pytest.mark.parametrize(
    ("include", "message"),
    [
        ("/base.yaml", "1:10: expected a path relative to this file, not '/base.yaml'"),
        ("[good.yaml, /base.yaml]", "1:22: expected a path relative to this file, not '/base.yaml'"),
        ("gone.yaml", "1:10: cannot read 'gone.yaml': No such file or directory"),
        ("shop.yaml", "1:10: includes go round in a circle: shop.yaml includes shop.yaml"),
        ("{}", "1:10: expected a list, not a mapping"),
    ],
)
def test_what_an_include_would_have_brought_is_not_called_missing(tmp_path: Path, include: str, message: str):
    for own in ("", "contents: {packages: [libc6]}"):
        write(tmp_path, good="cmd: [a]", shop=f"include: {include}\n{own}")
        with pytest.raises(InvalidSpec) as caught:
            read(tmp_path / "shop.yaml")
        assert str(caught.value) == f"{tmp_path}/shop.yaml:{message}"


def test_what_no_include_could_bring_is_still_missing(tmp_path: Path):
    write(tmp_path, again="cmd: [a]", shop="include: [again.yaml, again.yaml, ./again.yaml]\n")
    with pytest.raises(InvalidSpec, match=r"^[^\n]*:1:1: 'contents' is missing$"):
        read(tmp_path / "shop.yaml")
    write(tmp_path, shop="include: gone.yaml\nfiles: [{source: a}]\n")
    with pytest.raises(InvalidSpec) as caught:
        read(tmp_path / "shop.yaml")
    assert [fault.line for fault in caught.value.faults] == [1, 2]


def test_an_included_file_that_is_no_yaml(tmp_path: Path):
    write(tmp_path, a=HEAD + "include: b.yaml\n", b="a: [\n")
    with pytest.raises(InvalidSpec) as caught:
        read(tmp_path / "a.yaml")
    assert [fault.file for fault in caught.value.faults] == [f"{tmp_path}/b.yaml"]

import struct

import pytest

from elf_files import elf_file
from prill.binaries.elf import SharedObject, read_shared_object
from prill.build.loader_cache import loader_cache, loader_entries, missing_links
from prill.build.loader_paths import LoaderPathsTooDeep, UnsupportedArchitecture, loader_directories
from prill.model import FileKind, FileStat
from trees import DictTree, Link, by_path

LIB = "usr/lib/x86_64-linux-gnu"
MERGED = {"lib": Link("usr/lib")}


def objects(tree: DictTree) -> dict[str, SharedObject]:
    found = {path: read_shared_object(data) for path, data in tree.data.items()}
    return {path: one for path, one in found.items() if one is not None}


def paths(tree: DictTree, architecture: str = "amd64") -> list[str]:
    cache = loader_cache(tree, objects(tree), architecture=architecture)
    return [text.decode() for text in cache.split(b"\0") if text.startswith(b"/")]


def made_links(tree: DictTree) -> dict[str, str]:
    made = by_path(missing_links(tree, objects(tree), architecture="amd64"))
    return {path: one.stat.link for path, one in made.items()}


def test_the_cache_names_sonames_in_the_first_folder_that_has_them() -> None:
    tree = DictTree(
        {
            **MERGED,
            "etc/ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n",
            "etc/ld.so.conf.d/libc.conf": "# comment\n/usr/local/lib\n",
            f"{LIB}/liba.so.1.5": elf_file(soname="liba.so.1"),
            f"{LIB}/liba.so.1": Link("liba.so.1.5"),
            "usr/local/lib/libown.so": elf_file(),
            f"{LIB}/engine.so": elf_file(soname="engine.so"),
            f"{LIB}/libtext.so": b"GROUP ( libx.so )",
            f"{LIB}/libstatic.so": elf_file(dynamic=False),
        }
    )
    assert sorted(paths(tree)) == ["/lib/x86_64-linux-gnu/liba.so.1", "/usr/local/lib/libown.so"]
    assert made_links(tree) == {}


def test_a_soname_without_a_link_gets_one() -> None:
    tree = DictTree({f"{LIB}/libz.so.1.3": elf_file(soname="libz.so.1")})
    made = by_path(loader_entries(tree, objects(tree), architecture="amd64"))
    assert made[f"{LIB}/libz.so.1"].stat.link == "libz.so.1.3"
    assert made["etc/ld.so.cache"].stat.mode == 0o644
    assert made["etc/ld.so.cache"].content == loader_cache(tree, objects(tree), architecture="amd64")


def test_the_highest_version_of_a_soname_wins_and_a_link_to_another_is_moved() -> None:
    old, new = elf_file(soname="libz.so.1"), elf_file(soname="libz.so.1", needed=("libc.so.6",))
    tree = DictTree({f"{LIB}/libz.so.1.9": old, f"{LIB}/libz.so.1.10": new, f"{LIB}/libz.so.1": Link("libz.so.1.9")})
    assert made_links(tree) == {f"{LIB}/libz.so.1": "libz.so.1.10"}


def test_a_file_at_the_sonames_path_stays() -> None:
    tree = DictTree(
        {f"{LIB}/libz.so.1": elf_file(soname="libz.so.2"), f"{LIB}/libz.so.2": elf_file(soname="libz.so.2")}
    )
    assert made_links(tree) == {}


def test_a_dangling_soname_is_replaced() -> None:
    tree = DictTree({f"{LIB}/libz.so.1.3": elf_file(soname="libz.so.1"), f"{LIB}/libz.so.1": Link("gone")})
    assert made_links(tree) == {f"{LIB}/libz.so.1": "libz.so.1.3"}


def test_the_linkers_name_is_no_library_of_its_own() -> None:
    real = elf_file(soname="libz.so.1")
    names = {f"{LIB}/libz.so.1.3": real, f"{LIB}/libz.so.1": Link("libz.so.1.3"), f"{LIB}/libz.so": Link("libz.so.1")}
    assert sorted(paths(DictTree(names))) == [f"/{LIB}/libz.so", f"/{LIB}/libz.so.1"]
    assert made_links(DictTree(names)) == {}


def test_the_loader_itself_is_never_relinked() -> None:
    tree = DictTree(
        {
            f"{LIB}/ld-linux-x86-64.so.2": Link("ld-2.35.so"),
            f"{LIB}/ld-2.35.so": elf_file(soname="ld-linux-x86-64.so.2"),
            f"{LIB}/ld-2.36.so": elf_file(soname="ld-linux-x86-64.so.2", interpreter="/x"),
        }
    )
    assert made_links(tree) == {}


def test_hard_links_are_one_library() -> None:
    tree = DictTree({f"{LIB}/libz.so.1.3": elf_file(soname="libz.so.1")})
    link = FileStat(path=f"{LIB}/libz.so.1", kind=FileKind.HARDLINK, mode=0o644, link=f"{LIB}/libz.so.1.3")
    tree.add(link.path, link)
    assert made_links(tree) == {}
    assert paths(tree) == [f"/{LIB}/libz.so.1"]


def test_libraries_for_another_machine_are_left_out() -> None:
    tree = DictTree(
        {
            "usr/lib/libarm.so.1": elf_file(machine=183, soname="libarm.so.1"),
            "usr/lib/libold.so.1": elf_file(machine=3, bits=32, soname="libold.so.1"),
            "usr/lib/libpc.so.1": elf_file(soname="libpc.so.1"),
        }
    )
    assert sorted(paths(tree)) == ["/usr/lib/libold.so.1", "/usr/lib/libpc.so.1"]
    assert paths(tree, "arm64") == ["/usr/lib/libarm.so.1"]


def test_an_old_glibc_knows_a_foreign_library_by_what_it_needs() -> None:
    tree = DictTree(
        {
            "usr/lib/ld-linux.so.2": elf_file(machine=3, bits=32, soname="ld-linux.so.2"),
            "usr/lib/libneeds.so.1": elf_file(machine=3, bits=32, soname="libneeds.so.1", needed=("libm.so.6",)),
            "usr/lib/libruns.so.1": elf_file(
                machine=3, bits=32, soname="libruns.so.1", interpreter="/lib/ld-linux.so.2"
            ),
            "usr/lib/libown.so.1": elf_file(soname="libown.so.1"),
        }
    )

    def flags(glibc: tuple[int, int]) -> dict[str, int]:
        cache = loader_cache(tree, objects(tree), architecture="amd64", glibc=glibc)
        (count,) = struct.unpack_from("<I", cache, 20)
        entries = [struct.unpack_from("<iI", cache, 48 + 24 * number) for number in range(count)]
        return {cache[key : cache.index(0, key)].decode(): found for found, key in entries}

    old, new = flags((2, 36)), flags((2, 37))
    assert old == {**new, "ld-linux.so.2": 0x0001}
    assert new == {"libown.so.1": 0x0303, "ld-linux.so.2": 0x0003, "libneeds.so.1": 0x0003, "libruns.so.1": 0x0003}


def test_folders_for_better_processors_name_the_file_and_get_no_links() -> None:
    folder = f"{LIB}/glibc-hwcaps/x86-64-v3"
    tree = DictTree({f"{folder}/libz.so.1.3": elf_file(soname="libz.so.1", isa=0b100), f"{LIB}/glibc-hwcaps/.no": None})
    assert paths(tree) == [f"/{folder}/libz.so.1.3"]
    assert made_links(tree) == {}


def test_a_static_image_has_no_cache() -> None:
    tree = DictTree({"usr/bin/app": elf_file(kind=2, dynamic=False)})
    assert loader_entries(tree, objects(tree), architecture="amd64") == ()


def test_a_soname_that_is_a_path_makes_no_link() -> None:
    tree = DictTree({f"{LIB}/libz.so.1.3": elf_file(soname="../../../etc/passwd")})
    assert made_links(tree) == {}


def test_folders_come_in_the_order_of_the_configuration_and_once() -> None:
    tree = DictTree(
        {
            **MERGED,
            "etc/ld.so.conf": "/opt/b/ # why\n  /opt/a\t\ninclude ld.so.conf.d/*.conf more.conf\n/opt/b\nhwcap 1 nosegneg\nrelative\n",
            "etc/ld.so.conf.d/2.conf": "/opt/two\n",
            "etc/ld.so.conf.d/1.conf": "/opt/one\n/opt/missing\n",
            "etc/more.conf": "/opt/link\n",
            **dict.fromkeys(("opt/a", "opt/b", "opt/one", "opt/two", "usr/lib/x86_64-linux-gnu")),
            "opt/link": Link("a"),
        }
    )
    assert [one.path for one in loader_directories(tree, "amd64")] == [
        "/opt/b",
        "/opt/a",
        "/opt/one",
        "/opt/two",
        "/lib/x86_64-linux-gnu",
        "/lib",
    ]


def test_a_file_that_includes_itself_is_refused() -> None:
    tree = DictTree({"etc/ld.so.conf": "include /etc/ld.so.conf\n"})
    with pytest.raises(LoaderPathsTooDeep):
        loader_directories(tree, "amd64")


def test_files_that_include_each_other_many_times_are_refused() -> None:
    conf = {f"etc/{level}.conf": f"include {level + 1}.conf {level + 1}.conf\n" for level in range(12)}
    tree = DictTree({"etc/ld.so.conf": "include 0.conf\n", **conf})
    with pytest.raises(LoaderPathsTooDeep, match="257"):
        loader_directories(tree, "amd64")


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(UnsupportedArchitecture, match="sparc"):
        loader_directories(DictTree(), "sparc")

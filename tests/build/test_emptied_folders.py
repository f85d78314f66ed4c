"""Which folders are left when what was in them is not."""

from prill.build.listing import Listed
from prill.build.merge import merge
from prill.build.rootfs import Package
from prill.build.trim import Trimmer
from prill.model import FileKind

INFO = Trimmer(["docs"])


def package(name: str, *paths: str) -> Package:
    """A package of folders, which end in a slash, and files."""
    entries = [
        Listed(path.rstrip("/"), FileKind.DIRECTORY if path.endswith("/") else FileKind.FILE, 0o755, 0, 0, 0, 0)
        for path in paths
    ]
    return Package(name=name, entries=entries, trimmer=INFO)


def folders(*packages: Package) -> set[str]:
    return set(merge(packages).placed)


SHIPS_EMPTY = package("base-files", "usr/", "usr/share/", "usr/share/info/")
LOSES_ALL = package("grep", "usr/", "usr/share/", "usr/share/info/", "usr/share/info/grep.info.gz")
LOSES_DEEPER = package("sed", "usr/", "usr/share/", "usr/share/info/", "usr/share/info/sed/", "usr/share/info/sed/a.gz")


def test_a_folder_that_only_held_what_was_dropped_goes():
    assert folders(LOSES_ALL) == set()
    assert folders(LOSES_DEEPER) == set()


def test_a_folder_that_is_shipped_empty_stays():
    assert folders(SHIPS_EMPTY) == {"usr", "usr/share", "usr/share/info"}


def test_a_package_more_is_never_a_folder_less():
    assert folders(SHIPS_EMPTY, LOSES_ALL, LOSES_DEEPER) == folders(SHIPS_EMPTY)
    for more in (LOSES_ALL, LOSES_DEEPER):
        # "a" sorts before "base-files" would, were that not put first; "z" stands for everything after it.
        assert folders(SHIPS_EMPTY, more) == folders(SHIPS_EMPTY)
        assert folders(more, package("zlib1g", "usr/share/info/")) == folders(package("zlib1g", "usr/share/info/")) | {
            "usr",
            "usr/share",
        }

from io import BytesIO
from typing import BinaryIO

import pytest

from prill.model import FileKind, FileStat
from prill.model.go_regex import GoRegex
from prill.model.structure_tests import ExecutableBy, FileContentTest, FileExistenceTest, LicenseTest, TestStatus
from prill.sandbox import image_files
from prill.sandbox.image_files import check_content, check_existence, check_licenses, go_mode, ls_mode
from prill.sandbox.matching import Matcher
from trees import DictTree, Link


def file(path: str, mode: int, uid: int = 0, gid: int = 0) -> FileStat:
    return FileStat(path=path, kind=FileKind.FILE, mode=mode, uid=uid, gid=gid)


TREE = DictTree(
    {
        "bin/tool": file("bin/tool", 0o750, 10, 20),
        "bin/link": Link("tool"),
        "etc/conf": "first\nsecond\n",
        "etc/latin": b"caf\xe9\n",
        "tmp": FileStat(path="tmp", kind=FileKind.DIRECTORY, mode=0o1777),
    }
)


def existence(**fields: object) -> FileExistenceTest:
    return FileExistenceTest(name="t", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"path": "/bin/tool"}, None),
        ({"path": "bin/../bin//tool"}, None),
        ({"path": "/../../bin/tool"}, None),
        ({"path": "/$FOLDER/tool"}, None),
        ({"path": "/bin/sh"}, "/bin/sh should exist but does not"),
        ({"path": "/bin/sh", "should_exist": False}, None),
        ({"path": "/bin/tool", "should_exist": False}, "/bin/tool should not exist but does"),
        ({"path": "/bin/tool", "permissions": "-rwxr-x---"}, None),
        (
            {"path": "/bin/tool", "permissions": "-rwxr-xr-x"},
            "/bin/tool has permissions -rwxr-x---, expected -rwxr-xr-x",
        ),
        ({"path": "/tmp", "permissions": "dtrwxrwxrwx"}, None),
        ({"path": "/tmp", "permissions": "drwxrwxrwt"}, None),
        ({"path": "/bin/link", "permissions": "Lrwxrwxrwx"}, None),
        ({"path": "/bin/tool", "uid": 10, "gid": 20}, None),
        ({"path": "/bin/tool", "uid": 0}, "/bin/tool belongs to user 10, expected 0"),
        ({"path": "/bin/tool", "gid": 0}, "/bin/tool belongs to group 20, expected 0"),
        ({"path": "/bin/tool", "is_executable_by": ExecutableBy.OWNER}, None),
        ({"path": "/bin/tool", "is_executable_by": ExecutableBy.GROUP}, None),
        ({"path": "/bin/tool", "is_executable_by": ExecutableBy.ANY}, None),
        (
            {"path": "/bin/tool", "is_executable_by": ExecutableBy.OTHER},
            "/bin/tool is not executable by other: -rwxr-x---",
        ),
        ({"path": "/etc/conf", "is_executable_by": ExecutableBy.ANY}, "/etc/conf is not executable by any: -rw-r--r--"),
    ],
)
def test_existence(fields: dict[str, object], error: str | None):
    result = check_existence(existence(**fields), TREE, {"FOLDER": "bin"})
    assert result.errors == (() if error is None else (error,))
    assert result.status is (TestStatus.PASS if error is None else TestStatus.FAIL)


@pytest.mark.parametrize(
    ("kind", "mode", "as_go", "as_ls"),
    [
        (FileKind.FILE, 0o644, "-rw-r--r--", "-rw-r--r--"),
        (FileKind.FILE, 0o4755, "urwxr-xr-x", "-rwsr-xr-x"),
        (FileKind.FILE, 0o6711, "ugrwx--x--x", "-rws--s--x"),
        (FileKind.FILE, 0o2640, "grw-r-----", "-rw-r-S---"),
        (FileKind.DIRECTORY, 0o1777, "dtrwxrwxrwx", "drwxrwxrwt"),
        (FileKind.DIRECTORY, 0o2755, "dgrwxr-xr-x", "drwxr-sr-x"),
        (FileKind.SYMLINK, 0o777, "Lrwxrwxrwx", "lrwxrwxrwx"),
        (FileKind.CHARACTER_DEVICE, 0o666, "Dcrw-rw-rw-", "crw-rw-rw-"),
        (FileKind.BLOCK_DEVICE, 0o660, "Drw-rw----", "brw-rw----"),
        (FileKind.FIFO, 0o600, "prw-------", "prw-------"),
        (FileKind.HARDLINK, 0o755, "-rwxr-xr-x", "-rwxr-xr-x"),
    ],
)
def test_permissions_are_written_as_go_and_ls_do(kind: FileKind, mode: int, as_go: str, as_ls: str):
    stat = FileStat(path="x", kind=kind, mode=mode)
    assert (go_mode(stat), ls_mode(stat)) == (as_go, as_ls)


def content(path: str, expected: tuple[str, ...] = (), excluded: tuple[str, ...] = ()) -> FileContentTest:
    return FileContentTest(
        name="t",
        path=path,
        expected_contents=tuple(map(GoRegex.parse, expected)),
        excluded_contents=tuple(map(GoRegex.parse, excluded)),
    )


def test_contents():
    with Matcher() as matcher:
        good = check_content(content("/etc/conf", ("(?m)^second$", r"\n\z"), ("third",)), TREE, {}, matcher)
        assert (good.status, good.errors) == (TestStatus.PASS, ())
        bad = check_content(content("/etc/conf", ("third",), ("first", "x")), TREE, {}, matcher)
        assert bad.status is TestStatus.FAIL
        assert bad.errors == (
            r"expected 'third' not found in /etc/conf (13 bytes): 'first\nsecond\n'",
            r"excluded 'first' found in /etc/conf (13 bytes): 'first\nsecond\n'",
        )
        assert check_content(content("/etc/latin", (r"^caf.\n$",)), TREE, {}, matcher).status is TestStatus.PASS


def test_what_is_no_file_has_no_contents():
    with Matcher() as matcher:
        for path in ("/etc", "/nope", "/tmp"):
            result = check_content(content(path, ("x",)), TREE, {}, matcher)
            assert (result.status, result.errors) == (TestStatus.FAIL, (f"{path} is not a file that can be read",))


def test_a_search_that_takes_for_ever_is_no_verdict():
    tree = DictTree({"bomb": "a" * 50 + "X"})
    with Matcher(seconds=0.5) as matcher:
        result = check_content(content("/bomb", ("^(a+)+$",)), tree, {}, matcher)
        assert result.status is TestStatus.ERROR
        assert result.errors == ("the search for '^(a+)+$' in /bomb (51 bytes) took too long",)


class EndlessTree(DictTree):
    """A tree whose every file goes on for ever, whatever is there."""

    def open(self, path: str) -> BinaryIO:
        assert path in self.stats or path == "endless"
        return Endless()


class Endless(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert 0 <= size <= image_files.MAX_CONTENT + 1
        return b"x" * size


def test_an_endless_file_is_not_read_to_its_end():
    tree = EndlessTree({"usr/share/doc/a/copyright": ""})
    with Matcher() as matcher:
        result = check_content(content("/endless", ("x",)), tree, {}, matcher)
    assert result.status is TestStatus.ERROR
    assert "more than 16777216 bytes" in result.errors[0]
    assert check_licenses(LicenseTest(debian=True), tree).status is TestStatus.FAIL


def test_licences_are_searched_for_words_that_are_not_allowed():
    tree = DictTree(
        {
            "usr/share/doc/good/copyright": "MIT\n",
            "usr/share/doc/bad/copyright": "Licence: agpl-3+\n",
            "usr/share/doc/libgnutls30/copyright": "AGPL\n",
            "usr/share/doc/none/README": "",
            "usr/share/doc/link": Link("good"),
            "usr/share/doc/file": "",
            "opt/LICENSE": "Do What The Fuck You Want: WTFPL",
        }
    )
    assert check_licenses(LicenseTest(files=("/usr/share/doc/good/copyright",)), tree).status is TestStatus.PASS
    result = check_licenses(LicenseTest(debian=True, files=("/opt/LICENSE", "/nope")), tree)
    assert result.status is TestStatus.FAIL
    assert result.errors == (
        "/usr/share/doc/bad/copyright mentions AGPL, which is not allowed",
        "no licence file /usr/share/doc/none/copyright",
        "/opt/LICENSE mentions WTFPL, which is not allowed",
        "no licence file /nope",
    )


def test_an_image_without_documentation_has_no_licences_to_show():
    assert check_licenses(LicenseTest(debian=True), DictTree({})).errors == ("/usr/share/doc does not exist",)

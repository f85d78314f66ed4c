"""File existence, file content and licence tests: what an image's `FileTree` says, without running anything."""

from collections.abc import Mapping
from typing import BinaryIO

from prill.model import FileKind, FileStat, FileTree
from prill.model.go_regex import GoRegex
from prill.model.structure_tests import (
    ExecutableBy,
    FileContentTest,
    FileExistenceTest,
    LicenseTest,
    TestKind,
    TestResult,
    TestStatus,
)
from prill.sandbox.expand import expand
from prill.sandbox.matching import Matcher

__all__ = ["MAX_CONTENT", "check_content", "check_existence", "check_licenses", "go_mode", "ls_mode", "match_errors"]

MAX_CONTENT = 16 << 20
_SHOWN = 300
_EXECUTE = {ExecutableBy.OWNER: 0o100, ExecutableBy.GROUP: 0o010, ExecutableBy.OTHER: 0o001, ExecutableBy.ANY: 0o111}
_GO_LETTERS = {FileKind.DIRECTORY: "d", FileKind.SYMLINK: "L", FileKind.FIFO: "p", FileKind.BLOCK_DEVICE: "D"}
_LS_LETTERS = {
    FileKind.DIRECTORY: "d",
    FileKind.SYMLINK: "l",
    FileKind.FIFO: "p",
    FileKind.BLOCK_DEVICE: "b",
    FileKind.CHARACTER_DEVICE: "c",
}
_SETUID, _SETGID, _STICKY = 0o4000, 0o2000, 0o1000
# container-structure-test's own two lists (pkg/types/v2/licenses.go).
_DENIED_WORDS = ("AGPL", "WTFPL")
_EXEMPT_PACKAGES = ("libgnutls30",)
_DOCUMENTATION = "usr/share/doc"


def check_existence(test: FileExistenceTest, tree: FileTree, variables: Mapping[str, str]) -> TestResult:
    """Look whether a path is there, and how; a symlink at its end is judged itself."""
    path = expand(test.path, variables)
    stat = tree.stat(_inside(path))
    errors: list[str] = []
    if stat is None and test.should_exist:
        errors.append(f"{path} should exist but does not")
    elif stat is not None and not test.should_exist:
        errors.append(f"{path} should not exist but does")
    elif stat is not None:
        errors.extend(_differences(test, path, stat))
    return _result(test.name, TestKind.FILE_EXISTENCE, errors)


def check_content(test: FileContentTest, tree: FileTree, variables: Mapping[str, str], matcher: Matcher) -> TestResult:
    """Search a file, symlinks followed inside the image. More than `MAX_CONTENT` bytes cannot be judged."""
    path = expand(test.path, variables)
    try:
        with tree.open(_inside(path)) as file:
            data = _read(file)
    except OSError:
        return _result(test.name, TestKind.FILE_CONTENT, [f"{path} is not a file that can be read"])
    if data is None:
        message = f"{path} has more than {MAX_CONTENT} bytes, which is more than is searched"
        return _result(test.name, TestKind.FILE_CONTENT, [message], status=TestStatus.ERROR)
    text = data.decode(errors="replace")
    failed, undecided = match_errors(
        matcher, text, test.expected_contents, test.excluded_contents, f"{path} ({len(data)} bytes)"
    )
    status = TestStatus.ERROR if undecided and not failed else None
    return _result(test.name, TestKind.FILE_CONTENT, [*failed, *undecided], status=status)


def check_licenses(test: LicenseTest, tree: FileTree) -> TestResult:
    """Look for words of licences that are not allowed in Debian's copyright files and in the files that are named."""
    errors: list[str] = []
    if test.debian:
        if tree.stat(_DOCUMENTATION) is None:
            errors.append(f"/{_DOCUMENTATION} does not exist")
        for folder in tree.glob(f"{_DOCUMENTATION}/*"):
            stat = tree.stat(folder)
            package = folder.rpartition("/")[2]
            if stat is not None and stat.kind is FileKind.DIRECTORY and package not in _EXEMPT_PACKAGES:
                errors.extend(_license_errors(tree, f"{folder}/copyright"))
    for path in test.files:
        errors.extend(_license_errors(tree, _inside(path)))
    return _result("License Test", TestKind.LICENSE, errors)


def match_errors(
    matcher: Matcher, text: str, expected: tuple[GoRegex, ...], excluded: tuple[GoRegex, ...], where: str
) -> tuple[list[str], list[str]]:
    """Return what is wrong with ``text``, and which expressions could not be searched for in time."""
    failed: list[str] = []
    undecided: list[str] = []
    answers = matcher.search(text, (*expected, *excluded))
    for number, (regex, found) in enumerate(zip((*expected, *excluded), answers, strict=True)):
        wanted = number < len(expected)
        if found is None:
            undecided.append(f"the search for {regex.text!r} in {where} took too long")
        elif found is not wanted:
            kind, seen = ("expected", "not found") if wanted else ("excluded", "found")
            failed.append(f"{kind} {regex.text!r} {seen} in {where}: {_shown(text)}")
    return failed, undecided


def go_mode(stat: FileStat) -> str:
    """Return permissions as Go prints them (``io/fs.FileMode``), which is what structure tests are written in."""
    letters = _GO_LETTERS.get(stat.kind, "")
    for bit, letter in ((_SETUID, "u"), (_SETGID, "g")):
        letters += letter if stat.mode & bit else ""
    letters = "Dc" + letters if stat.kind is FileKind.CHARACTER_DEVICE else letters
    letters += "t" if stat.mode & _STICKY else ""
    return (letters or "-") + _rwx(stat.mode)


def ls_mode(stat: FileStat) -> str:
    """Return permissions as ``ls -l`` prints them."""
    text = list(_rwx(stat.mode))
    for bit, place, letter in ((_SETUID, 2, "s"), (_SETGID, 5, "s"), (_STICKY, 8, "t")):
        if stat.mode & bit:
            text[place] = letter if text[place] == "x" else letter.upper()
    return _LS_LETTERS.get(stat.kind, "-") + "".join(text)


def _rwx(mode: int) -> str:
    return "".join(letter if mode & (0o400 >> place) else "-" for place, letter in enumerate("rwxrwxrwx"))


def _differences(test: FileExistenceTest, path: str, stat: FileStat) -> list[str]:
    errors = []
    mode = go_mode(stat)
    if test.permissions and test.permissions not in (mode, ls_mode(stat)):
        errors.append(f"{path} has permissions {mode}, expected {test.permissions}")
    if test.is_executable_by is not None and not stat.mode & _EXECUTE[test.is_executable_by]:
        errors.append(f"{path} is not executable by {test.is_executable_by}: {mode}")
    if test.uid is not None and stat.uid != test.uid:
        errors.append(f"{path} belongs to user {stat.uid}, expected {test.uid}")
    if test.gid is not None and stat.gid != test.gid:
        errors.append(f"{path} belongs to group {stat.gid}, expected {test.gid}")
    return errors


def _license_errors(tree: FileTree, path: str) -> list[str]:
    try:
        with tree.open(path) as file:
            data = _read(file)
    except OSError:
        return [f"no licence file /{path}"]
    if data is None:
        return [f"/{path} has more than {MAX_CONTENT} bytes, which is more than is searched"]
    text = data.upper()
    return [f"/{path} mentions {word}, which is not allowed" for word in _DENIED_WORDS if word.encode() in text]


def _read(file: BinaryIO) -> bytes | None:
    """Return a file's bytes, or None where there are too many."""
    data = file.read(MAX_CONTENT + 1)
    return data if len(data) <= MAX_CONTENT else None


def _inside(path: str) -> str:
    """Turn a test's path into a `FileTree`'s: relative to the root, no ``.``, and ``..`` never above it."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _result(name: str, kind: TestKind, errors: list[str], *, status: TestStatus | None = None) -> TestResult:
    judged = status or (TestStatus.FAIL if errors else TestStatus.PASS)
    return TestResult(name=name, kind=kind, status=judged, errors=tuple(errors))

"""Structure tests of an image, and what came of them.

The terms are those of container-structure-test's configuration, version 2.0.0: its keys become our field names.
"""

from collections import Counter
from enum import StrEnum
from typing import ClassVar

from prill.model.go_regex import GoRegex
from prill.model.report import Gap
from prill.model.value import dataclass

__all__ = [
    "CommandTest",
    "ExecutableBy",
    "ExpectedValue",
    "FileContentTest",
    "FileExistenceTest",
    "LicenseTest",
    "MetadataTest",
    "RunOptions",
    "StructureTests",
    "TestKind",
    "TestResult",
    "TestRun",
    "TestStatus",
    "TestVerdict",
]


class ExecutableBy(StrEnum):
    """Whose execute permission ``isExecutableBy`` asks for."""

    OWNER = "owner"
    GROUP = "group"
    OTHER = "other"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedValue:
    """A label or variable that must have ``value``, or match ``regex`` where ``isRegex`` was set."""

    key: str
    value: str = ""
    regex: GoRegex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTest:
    """Run a program and look at its exit code and output."""

    name: str
    command: str
    args: tuple[str, ...] = ()
    setup: tuple[tuple[str, ...], ...] = ()
    teardown: tuple[tuple[str, ...], ...] = ()
    env_vars: tuple[tuple[str, str], ...] = ()
    exit_code: int = 0
    expected_output: tuple[GoRegex, ...] = ()
    excluded_output: tuple[GoRegex, ...] = ()
    expected_error: tuple[GoRegex, ...] = ()
    excluded_error: tuple[GoRegex, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileExistenceTest:
    """Look whether a path is there, and how."""

    name: str
    path: str
    should_exist: bool = True
    permissions: str = ""
    uid: int | None = None
    gid: int | None = None
    is_executable_by: ExecutableBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContentTest:
    """Look into a file."""

    name: str
    path: str
    expected_contents: tuple[GoRegex, ...] = ()
    excluded_contents: tuple[GoRegex, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataTest:
    """Compare an image's config. ``entrypoint`` and ``cmd`` are None where nothing is asked of them."""

    env_vars: tuple[ExpectedValue, ...] = ()
    unbound_env_vars: tuple[str, ...] = ()
    labels: tuple[ExpectedValue, ...] = ()
    unbound_labels: tuple[str, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    unexposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    unmounted_volumes: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    workdir: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseTest:
    """Look for licences that are not allowed."""

    debian: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """``containerRunOptions``. ``ignored`` names those that were asked for and that a sandbox does not have."""

    user: str = ""
    env_vars: tuple[str, ...] = ()
    ignored: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureTests:
    """One configuration file, ``source`` by name. Tests stand in the file's order."""

    source: str
    global_env_vars: tuple[tuple[str, str], ...] = ()
    command_tests: tuple[CommandTest, ...] = ()
    file_existence_tests: tuple[FileExistenceTest, ...] = ()
    file_content_tests: tuple[FileContentTest, ...] = ()
    license_tests: tuple[LicenseTest, ...] = ()
    metadata_test: MetadataTest | None = None
    run_options: RunOptions = RunOptions()


class TestKind(StrEnum):
    """Which section a test stands in."""

    COMMAND = "command"
    FILE_EXISTENCE = "file-existence"
    FILE_CONTENT = "file-content"
    LICENSE = "license"
    METADATA = "metadata"

    __test__ = False


class TestStatus(StrEnum):
    """What came of a test. ``ERROR`` is neither yes nor no: the test began and could not be judged."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    NOT_RUN = "not-run"
    ERROR = "error"

    __test__ = False


class TestVerdict(StrEnum):
    """What a whole run says; a failure weighs more than what is missing."""

    PASSED = "passed"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    NOTHING_TO_RUN = "nothing-to-run"

    __test__ = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """One test. ``errors`` says why it did not pass; ``notes`` what a reader should know even if it did."""

    __test__: ClassVar[bool] = False

    name: str
    kind: TestKind
    status: TestStatus
    source: str = ""
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """All tests of a run, in order. ``backend`` is the sandbox's id, empty where no command was to be run."""

    __test__: ClassVar[bool] = False

    results: tuple[TestResult, ...]
    backend: str = ""
    gaps: tuple[Gap, ...] = ()

    def count(self, status: TestStatus) -> int:
        """Return how many tests have ``status``."""
        return Counter(result.status for result in self.results)[status]

    @property
    def verdict(self) -> TestVerdict:
        """The one answer that exit codes are made from."""
        if not self.results:
            return TestVerdict.NOTHING_TO_RUN
        if self.count(TestStatus.FAIL):
            return TestVerdict.FAILED
        if self.count(TestStatus.PASS) == len(self.results):
            return TestVerdict.PASSED
        return TestVerdict.INCOMPLETE

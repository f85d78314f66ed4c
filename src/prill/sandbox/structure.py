"""Runs structure tests against one image: its files, its config, and its programs in a sandbox."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from prill.model import FileTree, Gap
from prill.model.structure_tests import (
    StructureTests,
    TestKind,
    TestResult,
    TestRun,
    TestStatus,
)
from prill.model.value import dataclass, field, replace
from prill.oci.config import ImageConfig
from prill.sandbox.command import InvalidCommand, Limits
from prill.sandbox.command_tests import CommandSetting, run_command_test
from prill.sandbox.expand import expand
from prill.sandbox.image_files import check_content, check_existence, check_licenses
from prill.sandbox.image_metadata import check_metadata, variables_of
from prill.sandbox.matching import Matcher
from prill.sandbox.runner import BUILTIN, SandboxBackend, SandboxUnavailable, choose_backend
from prill.sandbox.users import UnknownUser, find_user

__all__ = ["ImageUnderTest", "TestOptions", "needs_unpacked_root", "run_structure_tests"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageUnderTest:
    """An image. ``root`` is a folder it is unpacked in, needed for commands only; it is not changed."""

    tree: FileTree
    config: ImageConfig
    root: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestOptions:
    """How to run. ``writable`` gives each command a copy of the root that it may change.

    ``machine_variables`` are what ``containerRunOptions.envVars`` may take from; the caller chooses.
    """

    __test__ = False

    backends: Sequence[SandboxBackend] = BUILTIN
    limits: Limits = field(default_factory=Limits)
    writable: bool = False
    machine_variables: Mapping[str, str] = field(default_factory=dict)


def needs_unpacked_root(configurations: Sequence[StructureTests]) -> bool:
    """Say whether any test runs a program, so that the image has to be unpacked."""
    return any(configuration.command_tests for configuration in configurations)


def run_structure_tests(
    configurations: Sequence[StructureTests], image: ImageUnderTest, options: TestOptions | None = None
) -> TestRun:
    """Run every test of every file, in order: commands, existence, contents, licences, metadata.

    Nothing raises for what an image does; a test that cannot run says so in its result.
    """
    options = options or TestOptions()
    backend, reason = _backend(configurations, image, options)
    results: list[TestResult] = []
    gaps: list[Gap] = []
    with Matcher() as matcher:
        for tests in configurations:
            found = _run_file(tests, image, options, backend or reason, matcher)
            results.extend(replace(result, source=tests.source) for result in found)
            gaps.extend(tests.run_options.ignored)
            gaps.extend(
                Gap(subject=f"containerRunOptions.envVars {name}", reason="not among the variables that were handed in")
                for name in tests.run_options.env_vars
                if name not in options.machine_variables
            )
    gaps += [Gap(subject=result.name, reason=result.errors[0]) for result in results if _is_gap(result)]
    return TestRun(results=tuple(results), backend=backend.id if backend else "", gaps=tuple(dict.fromkeys(gaps)))


def _is_gap(result: TestResult) -> bool:
    return result.status in (TestStatus.NOT_RUN, TestStatus.ERROR) and bool(result.errors)


def _backend(
    configurations: Sequence[StructureTests], image: ImageUnderTest, options: TestOptions
) -> tuple[SandboxBackend | None, str]:
    """Return what runs commands, or why nothing does."""
    if not needs_unpacked_root(configurations):
        return None, "no command is to be run"
    if image.root is None:
        return None, "the image is not unpacked"
    try:
        return choose_backend(options.backends), ""
    except SandboxUnavailable as error:
        return None, error.message


def _run_file(
    tests: StructureTests,
    image: ImageUnderTest,
    options: TestOptions,
    backend: SandboxBackend | str,
    matcher: Matcher,
) -> Iterator[TestResult]:
    variables = _variables(tests, image.config, options)
    yield from _run_commands(tests, image, options, backend, variables, matcher)
    for existence in tests.file_existence_tests:
        yield check_existence(existence, image.tree, variables)
    for content in tests.file_content_tests:
        yield check_content(content, image.tree, variables, matcher)
    for licenses in tests.license_tests:
        yield check_licenses(licenses, image.tree)
    if tests.metadata_test is not None:
        yield check_metadata(tests.metadata_test, image.config, matcher)


def _variables(tests: StructureTests, config: ImageConfig, options: TestOptions) -> dict[str, str]:
    """Return the image's environment, then what the machine lends, then the global variables."""
    own = variables_of(config)
    lent = {
        name: options.machine_variables[name]
        for name in tests.run_options.env_vars
        if name in options.machine_variables
    }
    return own | lent | {name: expand(value, own) for name, value in tests.global_env_vars}


def _run_commands(
    tests: StructureTests,
    image: ImageUnderTest,
    options: TestOptions,
    backend: SandboxBackend | str,
    variables: Mapping[str, str],
    matcher: Matcher,
) -> Iterator[TestResult]:
    if not tests.command_tests:
        return
    not_run = TestResult(name="", kind=TestKind.COMMAND, status=TestStatus.NOT_RUN)
    if isinstance(backend, str) or image.root is None:
        for test in tests.command_tests:
            yield replace(not_run, name=test.name, errors=(str(backend),))
        return
    try:
        user = find_user(image.tree, tests.run_options.user or image.config.user)
    except (UnknownUser, InvalidCommand) as error:
        for test in tests.command_tests:
            yield replace(not_run, name=test.name, status=TestStatus.FAIL, errors=(error.message,))
        return
    setting = CommandSetting(
        backend=backend,
        root=image.root,
        platform=image.config.platform,
        user=user,
        variables=variables,
        directory=image.config.working_dir,
        writable=options.writable,
        limits=options.limits,
    )
    for test in tests.command_tests:
        yield run_command_test(test, setting, matcher)

"""Command tests: run a program of the image and judge its exit code and output."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from prill.errors import PrillError
from prill.model import Platform
from prill.model.structure_tests import CommandTest, TestKind, TestResult, TestStatus
from prill.model.value import dataclass, field, replace
from prill.sandbox.command import Command, CommandNotStarted, Completed, InvalidCommand, Limits, SandboxFailed, User
from prill.sandbox.emulation import NoEmulator
from prill.sandbox.expand import expand
from prill.sandbox.image_files import match_errors
from prill.sandbox.matching import Matcher
from prill.sandbox.program import DEFAULT_PATH
from prill.sandbox.runner import SandboxBackend
from prill.sandbox.scratch import copy_root

__all__ = ["CommandSetting", "run_command_test"]

_NOT_EMULATED = "exec format error"  # ENOEXEC as the C library, and Go in lower case, word it


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSetting:
    """What all command tests of a run share. ``variables`` is the image's environment with the global ones."""

    backend: SandboxBackend
    root: Path
    platform: Platform
    user: User
    variables: Mapping[str, str]
    directory: str = "/"
    writable: bool = False
    limits: Limits = field(default_factory=Limits)


def run_command_test(test: CommandTest, setting: CommandSetting, matcher: Matcher) -> TestResult:
    """Run ``test``, its setup before and its teardown after it, all three in one copy of the root if there are any."""
    result = TestResult(name=test.name, kind=TestKind.COMMAND, status=TestStatus.ERROR)
    try:
        if not (test.setup or test.teardown or setting.writable):
            return _judge(test, setting.backend.run(_command(test, setting)), result, matcher)
        with tempfile.TemporaryDirectory(prefix="prill-test-") as folder:
            copy = replace(setting, root=copy_root(setting.root, Path(folder, "root")), writable=True)
            return _with_steps(test, copy, result, matcher)
    except CommandNotStarted as error:
        return replace(result, status=TestStatus.FAIL, errors=_told(error))
    except NoEmulator as error:
        return replace(result, status=TestStatus.NOT_RUN, errors=_told(error))
    except (SandboxFailed, InvalidCommand) as error:
        return replace(result, errors=_told(error))


def _with_steps(test: CommandTest, setting: CommandSetting, result: TestResult, matcher: Matcher) -> TestResult:
    for words in test.setup:
        ended = setting.backend.run(_command(test, setting, words))
        if ended.timed_out or ended.exit_code != 0:
            return replace(result, status=TestStatus.FAIL, errors=(_step_error("setup", words, ended),))
    judged = _judge(test, setting.backend.run(_command(test, setting)), result, matcher)
    notes = list(judged.notes)
    for words in test.teardown:
        ended = setting.backend.run(_command(test, setting, words))
        if ended.timed_out or ended.exit_code != 0:
            notes.append(_step_error("teardown", words, ended))
    return replace(judged, notes=tuple(notes))


def _command(test: CommandTest, setting: CommandSetting, words: tuple[str, ...] = ()) -> Command:
    """Make the command of ``words``, or of the test itself, with variables put in as container-structure-test does."""
    variables = dict(setting.variables)
    variables |= {name: expand(value, setting.variables) for name, value in test.env_vars}
    arguments = words or (test.command, *test.args)
    environment = {"PATH": DEFAULT_PATH, "HOME": setting.user.home} | variables
    return Command(
        root=setting.root,
        arguments=tuple(expand(word, variables) for word in arguments),
        user=setting.user,
        platform=setting.platform,
        environment=tuple(environment.items()),
        directory=setting.directory or "/",
        writable=setting.writable,
        limits=setting.limits,
    )


def _judge(test: CommandTest, ended: Completed, result: TestResult, matcher: Matcher) -> TestResult:
    """Compare how the program ended with what the test expects."""
    stdout, stderr = ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace")
    failed: list[str] = []
    undecided: list[str] = []
    if ended.timed_out:
        failed.append(f"did not end within {ended.seconds:.0f} s and was killed")
    elif ended.exit_code != test.exit_code:
        failed.append(f"exit code {ended.exit_code}, expected {test.exit_code}")
    for text, where, expected, excluded in (
        (stderr, "stderr", test.expected_error, test.excluded_error),
        (stdout, "stdout", test.expected_output, test.excluded_output),
    ):
        wrong, unclear = match_errors(matcher, text, expected, excluded, where)
        failed += wrong
        undecided += unclear
    notes = list(ended.notes)
    for cut, where in ((ended.stdout_cut, "stdout"), (ended.stderr_cut, "stderr")):
        if cut:
            notes.append(f"{where} was cut; what came later was not searched")
    if ended.stdout_cut and test.excluded_output:
        undecided.append("stdout was cut, so what it must not have may come later")
    if ended.stderr_cut and test.excluded_error:
        undecided.append("stderr was cut, so what it must not have may come later")
    status = TestStatus.FAIL if failed else TestStatus.ERROR if undecided else TestStatus.PASS
    if failed and ended.partly_emulated and _NOT_EMULATED in (stdout + stderr).lower():
        status = TestStatus.ERROR
        failed.insert(0, "a program that it started is for another machine; that needs qemu in binfmt_misc, flag F")
    return replace(
        result,
        status=status,
        errors=tuple(failed + undecided),
        notes=tuple(notes),
        stdout=stdout,
        stderr=stderr,
        seconds=ended.seconds,
    )


def _step_error(step: str, words: tuple[str, ...], ended: Completed) -> str:
    said = ended.stderr.decode(errors="replace").strip()[:300]
    how = "did not end in time" if ended.timed_out else f"ended with {ended.exit_code}"
    return f"{step} {' '.join(words)!r} {how}{': ' if said else ''}{said}"


def _told(error: PrillError) -> tuple[str, ...]:
    return (error.message, error.hint) if error.hint else (error.message,)

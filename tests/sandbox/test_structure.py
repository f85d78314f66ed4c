import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from prill.formats.structure_config import parse_structure_tests
from prill.model import Platform
from prill.model.structure_tests import TestResult, TestRun, TestStatus, TestVerdict
from prill.oci.config import ImageConfig
from prill.sandbox.command import Command, Completed, Limits
from prill.sandbox.emulation import host_architecture
from prill.sandbox.runner import SandboxBackend, SandboxUnavailable, choose_backend
from prill.sandbox.structure import ImageUnderTest, TestOptions, needs_unpacked_root, run_structure_tests
from trees import DictTree

USER = f"{os.geteuid() or 65532}:{os.getegid() or 65532}"


@dataclass(frozen=True)
class Forbidden:
    """A back end that says why it does not work, as one does in a container without namespaces."""

    id: str = "forbidden"

    def available(self) -> str | None:
        return "unshare: Operation not permitted"

    def run(self, command: Command) -> Completed:
        raise AssertionError(f"must not be asked to run {command.arguments}")


@dataclass(frozen=True)
class Ending:
    """A back end in which every program ends as it is told to."""

    completed: Completed
    id: str = "ending"

    def available(self) -> str | None:
        return None

    def run(self, command: Command) -> Completed:
        assert command.arguments
        return self.completed


def image(root: Path | None, *, user: str = USER, architecture: str = "") -> ImageUnderTest:
    config = ImageConfig(
        platform=Platform("linux", architecture or host_architecture()),
        diff_ids=(),
        env=("PATH=/bin", "NAME=image"),
        user=user,
    )
    return ImageUnderTest(tree=DictTree({"etc/passwd": "web:x:33:44::/srv:\n"}), config=config, root=root)


def run(text: str, under_test: ImageUnderTest, *backends: SandboxBackend, **options: object) -> TestRun:
    tests = parse_structure_tests(b"schemaVersion: 2.0.0\n" + text.encode(), "t.yaml")
    return run_structure_tests([tests], under_test, TestOptions(backends=backends, **options))  # type: ignore[arg-type]


def command(backend: SandboxBackend, root: Path, text: str, **options: object) -> TestResult:
    done = run(f"commandTests:\n- name: t\n  command: tool\n  {text}", image(root), backend, **options)
    assert done.backend == backend.id
    return done.results[0]


def test_output_is_judged(backend: SandboxBackend, root: Path):
    good = command(
        backend,
        root,
        r"""args: [both]
  expectedOutput: ['^to stdout\n$']
  excludedError: [stdout]""",
    )
    assert (good.status, good.errors, good.stdout) == (TestStatus.PASS, (), "to stdout\n")
    assert good.seconds > 0
    bad = command(backend, root, "args: [both]\n  expectedError: [nope]\n  excludedOutput: [std]")
    assert bad.status is TestStatus.FAIL
    assert bad.errors == (
        r"expected 'nope' not found in stderr: 'to stderr\n'",
        r"excluded 'std' found in stdout: 'to stdout\n'",
    )


def test_exit_codes_are_judged(backend: SandboxBackend, root: Path):
    assert command(backend, root, "args: [exit, 3]\n  exitCode: 3").status is TestStatus.PASS
    assert command(backend, root, "args: [exit, 3]").errors == ("exit code 3, expected 0",)
    assert command(backend, root, "args: [signal, 11]\n  exitCode: 139").status is TestStatus.PASS


def test_variables_come_from_image_file_and_test(backend: SandboxBackend, root: Path):
    text = """
globalEnvVars: [{key: PATH, value: "/more:$PATH"}, {key: G, value: "of $NAME"}]
commandTests:
- name: t
  command: tool
  args: [environment]
  envVars: [{key: T, value: "${G} and $PATH"}]
  expectedOutput: ['(^|\\x00)PATH=/more:/bin\\x00', '\\x00G=of image\\x00', '\\x00T=of image and /more:/bin\\x00', 'HOME=/']
- name: arguments too
  command: $NAME
  args: [arguments, "$G", '$$x']
  expectedOutput: ["^image\\0arguments\\0of image\\0x\\0$"]
"""
    (root / "usr/bin/image").symlink_to("tool")
    done = run(text, image(root), backend)
    assert [result.errors for result in done.results] == [(), ()]


def test_lent_variables_are_those_that_are_named(backend: SandboxBackend, root: Path):
    text = """
containerRunOptions: {envVars: [TOKEN, MISSING]}
commandTests: [{name: t, command: tool, args: [environment], expectedOutput: [TOKEN=1], excludedOutput: [OTHER]}]
"""
    done = run(text, image(root), backend, machine_variables={"TOKEN": "1", "OTHER": "2"})
    assert done.results[0].errors == ()
    assert [gap.subject for gap in done.gaps] == ["containerRunOptions.envVars MISSING"]


def test_setup_and_teardown_share_a_root_with_the_command(backend: SandboxBackend, root: Path):
    text = """
setup: [[tool, create, /tmp/a], [tool, create, /tmp/b]]
  args: [owner, /tmp/a]
  expectedOutput: [' 600']
  teardown: [[tool, read, /tmp/a], [tool, exit, '9']]"""
    result = command(backend, root, text.strip())
    assert (result.status, result.errors) == (TestStatus.PASS, ())
    assert result.notes == ("teardown 'tool exit 9' ended with 9",)
    assert not (root / "tmp").exists()


def test_a_setup_that_fails_fails_the_test(backend: SandboxBackend, root: Path):
    result = command(backend, root, "setup: [[tool, exit, '9']]\n  args: [exit, '0']")
    assert (result.status, result.errors) == (TestStatus.FAIL, ("setup 'tool exit 9' ended with 9",))


def test_a_root_is_writable_where_that_is_asked_for(backend: SandboxBackend, root: Path):
    (root / "srv").mkdir()
    (root / "srv").chmod(0o777)
    asked = "args: [create, /srv/new]\n  expectedOutput: [ok]"
    assert command(backend, root, asked).status is TestStatus.FAIL
    assert command(backend, root, asked, writable=True).status is TestStatus.PASS
    assert list((root / "srv").iterdir()) == []


def test_a_program_that_does_not_end_fails(backend: SandboxBackend, root: Path):
    result = command(backend, root, "args: [stubborn]", limits=Limits(seconds=1))
    assert (result.status, result.errors) == (TestStatus.FAIL, ("did not end within 1 s and was killed",))


def test_cut_output_is_no_proof_of_absence(backend: SandboxBackend, root: Path):
    (root / "etc/long").write_text("x" * 5000 + "needle")
    asked = "args: [read, /etc/long]\n  excludedOutput: [needle]"
    assert command(backend, root, asked).status is TestStatus.FAIL
    result = command(backend, root, asked, limits=Limits(output=1000))
    assert result.status is TestStatus.ERROR
    assert result.notes == ("stdout was cut; what came later was not searched",)


def test_a_program_that_is_not_there_fails(backend: SandboxBackend, root: Path):
    done = run("commandTests: [{name: t, command: nope}]", image(root), backend)
    assert (done.verdict, done.results[0].status) == (TestVerdict.FAILED, TestStatus.FAIL)
    assert done.results[0].errors == ("no program 'nope' in the image", "looked in /bin")


def test_the_user_is_the_tests_or_the_images(backend: SandboxBackend, root: Path):
    text = "commandTests: [{name: t, command: tool, args: [id], expectedOutput: ['^%s']}]\n"
    assert run(text % "33:44", image(root, user="web"), backend).results[0].errors == ()
    options = "containerRunOptions: {user: '12:34'}\n"
    assert run(options + text % "12:34", image(root), backend).results[0].errors == ()
    unknown = run(text % "", image(root, user="nobody-here"), backend)
    assert unknown.results[0].status is TestStatus.FAIL
    assert unknown.results[0].errors == ("no user 'nobody-here' in the image's /etc/passwd",)


BOTH = """
commandTests: [{name: runs, command: tool}]
fileExistenceTests: [{name: accounts, path: /etc/passwd}]
"""


def test_without_a_sandbox_commands_are_not_run():
    done = run(BOTH, image(Path("/nonexistent")), Forbidden())
    assert [result.status for result in done.results] == [TestStatus.NOT_RUN, TestStatus.PASS]
    assert "forbidden: unshare: Operation not permitted" in done.results[0].errors[0]
    assert (done.verdict, done.backend) == (TestVerdict.INCOMPLETE, "")
    assert [gap.subject for gap in done.gaps] == ["runs"]


def test_without_an_unpacked_root_commands_are_not_run():
    done = run(BOTH, image(None), Forbidden())
    assert done.results[0].errors == ("the image is not unpacked",)
    assert done.verdict is TestVerdict.INCOMPLETE


def test_a_foreign_image_without_an_emulator_is_not_run(backend: SandboxBackend, root: Path):
    done = run(BOTH, image(root, architecture="mips64le"), backend)
    assert [result.status for result in done.results] == [TestStatus.NOT_RUN, TestStatus.PASS]
    assert done.verdict is TestVerdict.INCOMPLETE


def test_a_failure_weighs_more_than_what_is_missing():
    text = BOTH + "metadataTest: {user: somebody}"
    assert run(text, image(None), Forbidden()).verdict is TestVerdict.FAILED


def test_no_command_asks_for_no_sandbox():
    text = "fileExistenceTests: [{name: accounts, path: /etc/passwd}]"
    done = run(text, image(None), Forbidden())
    assert (done.verdict, done.backend, done.gaps) == (TestVerdict.PASSED, "", ())
    assert run("", image(None), Forbidden()).verdict is TestVerdict.NOTHING_TO_RUN


def test_only_commands_need_the_root():
    parsed = [parse_structure_tests(b"schemaVersion: 2.0.0\n" + text.encode(), "t") for text in (BOTH, "")]
    assert needs_unpacked_root(parsed)
    assert not needs_unpacked_root(parsed[1:])


def test_several_files_run_in_order():
    files = [
        parse_structure_tests(
            f"schemaVersion: 2.0.0\nfileExistenceTests: [{{name: {name}, path: /etc/passwd}}]".encode(), f"{name}.yaml"
        )
        for name in ("b", "a")
    ]
    done = run_structure_tests(files, image(None), TestOptions(backends=()))
    assert [(result.source, result.name) for result in done.results] == [("b.yaml", "b"), ("a.yaml", "a")]


def test_every_back_end_says_why_it_does_not_work():
    with pytest.raises(SandboxUnavailable) as caught:
        choose_backend((Forbidden("one"), Forbidden("two")))
    assert [name for name, _ in caught.value.reasons] == ["one", "two"]
    assert caught.value.hint


def test_what_could_not_be_emulated_is_no_failure(tmp_path: Path):
    said = b"OSError: [Errno 8] Exec format error: 'openssl'"
    text = "commandTests: [{name: t, command: tool}]"
    partly = Completed(exit_code=1, stdout=b"", stderr=said, partly_emulated=True)
    result = run(text, image(tmp_path), Ending(partly)).results[0]
    assert (result.status, result.errors[0][:26]) == (TestStatus.ERROR, "a program that it started ")
    for other in (
        Completed(exit_code=1, stdout=b"", stderr=b"other", partly_emulated=True),
        Completed(exit_code=1, stdout=b"", stderr=said),
    ):
        assert run(text, image(tmp_path), Ending(other)).results[0].status is TestStatus.FAIL

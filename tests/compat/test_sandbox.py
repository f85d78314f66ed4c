"""The sandbox with other people's programs: Debian's busybox, QEMU, and the back ends of a user who is not root."""

import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from prill.formats.structure_config import parse_structure_tests
from prill.model import FileTree, Platform
from prill.model.structure_tests import TestStatus, TestVerdict
from prill.oci.config import ImageConfig
from prill.sandbox.emulation import host_architecture
from prill.sandbox.runner import BUILTIN, SandboxBackend
from prill.sandbox.structure import ImageUnderTest, TestOptions, run_structure_tests
from trees import DictTree

pytestmark = pytest.mark.compat

SOURCE = Path(__file__).resolve().parents[2] / "src"
NOBODY = 65534
OTHER = {"amd64": "arm64", "arm64": "amd64"}

ORDINARY = """
import json, sys
from pathlib import Path
from prill.model import Platform
from prill.sandbox.command import Command, Limits, User
from prill.sandbox.emulation import host_architecture
from prill.sandbox.runner import BUILTIN

answers = {}
for backend in BUILTIN:
    reason = backend.available()
    answers[backend.id] = {"reason": reason}
    if reason is None:
        for name, words, seconds in json.loads(sys.argv[2]):
            command = Command(
                root=Path(sys.argv[1]),
                arguments=tuple(words),
                user=User(uid=65532, gid=65532),
                platform=Platform("linux", host_architecture()),
                environment=(("PATH", "/bin"),),
                limits=Limits(seconds=seconds, processes=100),
            )
            ended = backend.run(command)
            answers[backend.id][name] = [ended.exit_code, ended.stdout.decode(), ended.timed_out]
print(json.dumps(answers))
"""


def download(folder: Path, package: str, architecture: str) -> Path:
    """Let apt, with a state of its own, fetch and check a package, and unpack it."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        pytest.skip("apt-get and dpkg-deb are not installed")
    state = folder / "apt"
    for part in ("lists/partial", "cache/archives/partial", "state"):
        (state / part).mkdir(parents=True)
    (state / "state/status").touch()
    (state / "apt.conf").write_text(
        f'APT::Architecture "{architecture}"; APT::Architectures {{"{architecture}";}};\n'
        f'Dir::State "{state}/state"; Dir::State::status "{state}/state/status"; Dir::State::lists "{state}/lists";\n'
        f'Dir::Cache "{state}/cache"; APT::Sandbox::User "root"; Acquire::Languages "none";\n'
    )
    environment = os.environ | {"APT_CONFIG": str(state / "apt.conf")}
    for words in (["update"], ["download", package]):
        subprocess.run(["apt-get", "-qq", *words], env=environment, cwd=state, check=True, capture_output=True)
    root = folder / f"root-{architecture}"
    subprocess.run(["dpkg-deb", "-x", next(state.glob("*.deb")), root], check=True)
    return root


def backends() -> list[SandboxBackend]:
    found = [backend for backend in BUILTIN if backend.available() is None]
    if not found:
        pytest.skip("no sandbox works here")
    return found


def under_test(root: Path, architecture: str) -> ImageUnderTest:
    config = ImageConfig(platform=Platform("linux", architecture), diff_ids=(), env=("PATH=/bin",), user="65532:65532")
    tree: FileTree = DictTree({})
    return ImageUnderTest(tree=tree, config=config, root=root)


BUSYBOX = rb"""
schemaVersion: 2.0.0
commandTests:
- name: who
  command: busybox
  args: [id]
  expectedOutput: ['^uid=65532 gid=65532\n$']
- name: which machine
  command: busybox
  args: [uname, -m]
  expectedOutput: ['^MACHINE\n$']
- name: a server on loopback
  command: busybox
  args:
  - sh
  - -c
  - |
    echo page > /tmp/index.html
    busybox httpd -p 127.0.0.1:8080 -h /tmp
    busybox wget -q -O - http://127.0.0.1:8080/
  expectedOutput: ['^page\n$']
- name: no way out
  command: busybox
  args: [nc, -w, '2', 192.0.2.1, '80']
  exitCode: 1
  expectedError: [unreachable]
- name: steps share a root
  setup: [[busybox, mkdir, /tmp/made]]
  command: busybox
  args: [ls, /tmp]
  expectedOutput: ['^made\n$']
"""


@pytest.mark.archive
def test_debians_busybox_runs(tmp_path: Path):
    here = host_architecture()
    root = download(tmp_path, "busybox-static", here)
    tests = parse_structure_tests(BUSYBOX.replace(b"MACHINE", platform.machine().encode()), "busybox.yaml")
    for backend in backends():
        run = run_structure_tests([tests], under_test(root, here), TestOptions(backends=(backend,)))
        assert [(result.name, result.errors) for result in run.results if result.errors] == []
        assert (run.verdict, run.backend) == (TestVerdict.PASSED, backend.id)


@pytest.mark.archive
def test_an_image_of_another_architecture_runs_under_qemu(tmp_path: Path):
    foreign = OTHER.get(host_architecture())
    if foreign is None:
        pytest.skip(f"nothing to compare {host_architecture()} with")
    name = {"arm64": "aarch64", "amd64": "x86_64"}[foreign]
    if shutil.which(f"qemu-{name}-static") is None and shutil.which(f"qemu-{name}") is None:
        pytest.skip(f"no qemu-{name} here")
    root = download(tmp_path, "busybox-static", foreign)
    tests = parse_structure_tests(BUSYBOX.replace(b"MACHINE", name.encode()), "busybox.yaml")
    for backend in backends():
        run = run_structure_tests([tests], under_test(root, foreign), TestOptions(backends=(backend,)))
        judged = {result.name: result for result in run.results}
        for test in ("who", "which machine", "no way out", "steps share a root"):
            assert (judged[test].status, judged[test].errors) == (TestStatus.PASS, ())
        assert any("emulated" in note for note in judged["who"].notes)


@pytest.fixture
def shared_root(tmp_path: Path) -> Iterator[Path]:
    """A root that another user can reach, with a compiled program in it."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to make a program for the sandbox")
    with tempfile.TemporaryDirectory(prefix="prill-root-") as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "bin").mkdir()
        source = SOURCE.parent / "tests" / "sandbox" / "tool.c"
        subprocess.run([compiler, "-static", "-Os", "-o", tmp_path / "tool", source], check=True, capture_output=True)
        shutil.copy(tmp_path / "tool", Path(folder) / "bin" / "tool")
        yield Path(folder)


@pytest.fixture
def readable_source() -> Iterator[Path]:
    """A copy of the source where every user can read it, wherever the checkout lies."""
    with tempfile.TemporaryDirectory(prefix="prill-source-") as folder:
        Path(folder).chmod(0o755)
        shutil.copytree(SOURCE / "prill", Path(folder) / "prill", ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        yield Path(folder)


def test_a_user_who_is_not_root_has_two_sandboxes(shared_root: Path, readable_source: Path):
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    python = next((found for version in ("", ".13", ".12", ".11") if (found := usable_python(version))), None)
    if python is None:
        pytest.skip("no Python 3.11 or newer that every user may run")
    cases = [
        ("id", ["tool", "id"], 20),
        ("loopback", ["tool", "loopback"], 20),
        ("outside", ["tool", "outside"], 20),
        ("new", ["tool", "create", "/bin/new"], 20),
        ("limit", ["tool", "limits"], 20),
        ("forks", ["tool", "count-forks"], 20),
        ("stubborn", ["tool", "stubborn"], 1),
    ]
    done = subprocess.run(
        [python, "-c", ORDINARY, shared_root, json.dumps(cases)],
        env={"PYTHONPATH": str(readable_source), "PYTHONDONTWRITEBYTECODE": "1"},
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert answers["chroot"] == {"reason": "for root only"}
    for name in ("bubblewrap", "userns"):
        answer = answers[name]
        assert answer.pop("reason") is None, f"{name}: {answers[name]}"
        assert answer["id"][1].startswith("65532:65532")
        assert answer["loopback"] == [0, "hello\n", False]
        assert answer["outside"] == [0, "ENETUNREACH\n", False]
        assert answer["new"] == [0, "EROFS\n", False]
        assert answer["limit"][1].endswith(" 100 \n")
        assert 90 <= int(answer["forks"][1]) < 100
        assert answer["stubborn"] == [137, "", True]


def usable_python(version: str) -> str | None:
    """Return a Python of the machine that another user can run, and that is new enough for Prill."""
    found = shutil.which(f"python3{version}", path="/usr/bin:/usr/local/bin")
    if found is None:
        return None
    script = "import sys; sys.exit(sys.version_info < (3, 11))"
    tried = subprocess.run([found, "-c", script], user=NOBODY, cwd="/", env={}, capture_output=True, check=False)
    return found if tried.returncode == 0 else None

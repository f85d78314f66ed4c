"""How the process of a command ends: its code, what was printed, and what was to be done at the end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "prill")
BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
TEXTS = [["--version"], ["--help"], ["lint", "--help"], ["rule", "unpinned-base"]]


@pytest.fixture
def dockerfile(tmp_path: Path) -> str:
    path = tmp_path / "Dockerfile"
    path.write_text("FROM debian\n")
    return str(path)


@pytest.mark.parametrize("words", TEXTS, ids=" ".join)
class TestOutputThatNobodyTakes:
    def test_a_reader_who_has_seen_enough(self, words: list[str]):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            done = subprocess.run([*COMMAND, *words], stdout=writer, stderr=subprocess.PIPE, env=BUFFERED, check=False)
        finally:
            os.close(writer)
        assert (done.returncode, done.stderr) == (1, b"")

    def test_a_full_disk(self, words: list[str]):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run([*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, env=BUFFERED, check=False)
        assert done.returncode == 1
        assert done.stderr.endswith(b": No space left on device\n")
        assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("closed", [1, 2])
def test_closed_streams(dockerfile: str, closed: int):
    """A program may close what it does not want to hear before it begins another; 10 is what lint found."""
    shell = f'exec "$@" {closed}>&-'
    words = ["lint", dockerfile, "--fail-on", "info"]
    done = subprocess.run(["sh", "-c", shell, "sh", *COMMAND, *words], capture_output=True, check=False)
    assert done.returncode == 10
    assert b"Traceback" not in done.stderr
    assert bool(done.stdout) == (closed == 2)


def test_what_was_to_be_done_at_the_end():
    code = (
        "import atexit, sys, threading, time\n"
        "def late():\n    time.sleep(0.2); sys.stderr.write('thread')\n"
        "from prill.cli import main\n"
        "class Command:\n"
        "    @staticmethod\n"
        "    def run(_):\n"
        "        atexit.register(sys.stderr.write, ', registered')\n"
        "        threading.Thread(target=late).start(); return main.Exit.NO\n"
        "main.load_command = lambda _: Command\n"
        "main.command_parser = lambda _: __import__('argparse').ArgumentParser()\n"
        "sys.argv = ['prill', 'lint']\n"
        "sys.exit(main.main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=BUFFERED, check=False)
    assert (done.returncode, done.stderr) == (10, "thread, registered")

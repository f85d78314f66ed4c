"""What a person sees at a terminal while something goes on."""

import os
import pty
import re
import subprocess
import sys

CODE = """
import os, sys, time
from prill.cli.progress import progress_for
with progress_for(quiet=len(sys.argv) > 1) as progress:
    time.sleep(1.3)
    print(len(os.listdir("/proc/self/task")), "rich" in sys.modules)
    for done in (1, 2):
        progress.update("reading advisories", done, 8)
    progress.update("fetching packages", 12_000_000, 48_000_000)
# rich asks its thread to end and does not wait for it.
ends = time.monotonic() + 30
while len(os.listdir("/proc/self/task")) > 1 and time.monotonic() < ends:
    time.sleep(0.01)
print(len(os.listdir("/proc/self/task")))
"""
TERMINAL = {**{name: value for name, value in os.environ.items() if name != "CI"}, "TERM": "xterm", "COLUMNS": "100"}


def seen(*words: str, **more: str) -> tuple[str, str]:
    """Run the code with a terminal for its errors; return what it printed, and what the terminal was told."""
    ours, theirs = pty.openpty()
    try:
        command = [sys.executable, "-c", CODE, *words]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env={**TERMINAL, **more}, check=True)
        os.set_blocking(ours, False)
        try:
            told = os.read(ours, 1 << 20).decode()
        except BlockingIOError:
            told = ""
    finally:
        os.close(theirs)
        os.close(ours)
    return done.stdout.decode(), told


def test_seconds_are_told_without_a_thread_and_then_bars():
    """A process with a thread reads images by itself alone."""
    said, told = seen()
    assert said == "1 False\n1\n"
    assert re.match(r"\rreading, \d s\r(reading, \d s\r)*\x1b\[K", told)
    assert "2 of 8" in told
    assert "12.0 MB of 48.0 MB" in told


def test_nothing_is_told_where_nobody_wants_to_know():
    assert seen("quiet")[1] == seen(CI="true")[1] == ""

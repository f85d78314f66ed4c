"""Commands timed: wall seconds, processor seconds, peak memory; medians of rounds."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRILL = ROOT / ".venv" / "bin" / "prill"
ROUNDS = int(os.environ.get("ROUNDS", "5"))

Timed = tuple[float, int, float]


@dataclass
class Run:
    """One measured command: wall and processor seconds of each round, and the most memory in bytes."""

    seconds: list[float] = field(default_factory=list)
    peak: int = 0
    busy: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle of the rounds, in wall seconds."""
        return statistics.median(self.seconds)

    @property
    def processor(self) -> float:
        """The middle of the rounds, in processor seconds, user and system."""
        return statistics.median(self.busy)


def timed(command: list[str | Path], env: dict[str, str] | None = None, *, good: tuple[int, ...] = (0,)) -> Timed:
    """Run a command to its end; return wall seconds, its peak resident set in bytes, and processor seconds.

    What was written before is brought to the disk first, so that nobody pays for another's files.
    """
    os.sync()
    begin = time.monotonic()
    process = subprocess.Popen(
        command, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    errors = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in good:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{errors.decode(errors='replace')}")
    return time.monotonic() - begin, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime


def memory(command: list[str | Path], env: dict[str, str] | None = None) -> int:
    """Run a command once more and return the most memory that it and its helpers had together, in bytes.

    What they share counts once (proportional set size); the kernel is asked again and again, and counts nothing itself.
    """
    process = subprocess.Popen(
        command, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_share, (process.pid, *_children(process.pid)))))
        time.sleep(0.01)
    return peak


def _children(process: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def _share(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def measure(run: Run, job: Callable[[], Timed]) -> None:
    """Do a job once and add what it took."""
    seconds, peak, busy = job()
    run.seconds.append(seconds)
    run.busy.append(busy)
    run.peak = max(run.peak, peak)


def machine() -> str:
    """Say what this is measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "?")
    return f"{os.cpu_count()} cores of {cpu}"

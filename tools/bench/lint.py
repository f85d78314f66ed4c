"""Linting beside hadolint: many files in one call, with ShellCheck and without, remembered, and one from a cold start.

hadolint always runs ShellCheck; both lines compare with the same runs of it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from measure import PRILL, ROOT, ROUNDS, Run, machine, measure, timed

HADOLINT = PRILL.with_name("hadolint")
DATA = ROOT.parent / "shared" / "data" / "dockerfiles" / "sample"
MOST = 500
ANSWERED = (0, 1, 10)
"""What both end in where they found something."""

Command = list[str | Path]


def main() -> None:
    """Measure and print."""
    if not DATA.is_dir() or not HADOLINT.is_file():
        print("no linting is measured: neither real Dockerfiles nor hadolint are at hand")
        return
    files = sorted(path for path in DATA.iterdir() if path.is_file())[:MOST]
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}, {ROUNDS} rounds, medians; {len(files)} real Dockerfiles")
    with tempfile.TemporaryDirectory(prefix="prill-bench-") as name:
        prill: Command = [PRILL, "lint", "--format", "json"]
        ours: dict[str, tuple[Command, str]] = {
            "without ShellCheck": ([*prill, *files], "20 times in processor time"),
            "with ShellCheck": ([*prill, "--shellcheck", *files], "3 times in processor time, 4 in wall time"),
            "with ShellCheck, remembered": ([*prill, "--shellcheck", "--cache", *files], ""),
        }
        timed([*ours["with ShellCheck, remembered"][0]], {"XDG_CACHE_HOME": name}, good=ANSWERED)
        _compare(ours, [HADOLINT, "-f", "json", *files], name)
        small = sorted(files, key=lambda path: path.stat().st_size)[len(files) // 4]
        _compare({"one small file": ([*prill, small], "below 0.15 s")}, [HADOLINT, "-f", "json", small], name)


def _compare(ours: dict[str, tuple[Command, str]], theirs: Command, cache: str) -> None:
    """Run everything by turns and print what it took, and how many times that hadolint takes."""
    runs, other = {what: Run() for what in ours}, Run()
    for _ in range(ROUNDS):
        measure(other, lambda: timed(theirs, good=ANSWERED))
        for what, (command, _) in ours.items():
            measure(runs[what], lambda command=command: timed(command, {"XDG_CACHE_HOME": cache}, good=ANSWERED))
    print(f"  hadolint: {_told(other)}")
    for what, run in runs.items():
        wanted = f" (wanted: {ours[what][1]})" if ours[what][1] else ""
        times = f"{other.processor / run.processor:.1f} and {other.median / run.median:.1f} times hadolint's speed"
        print(f"  Prill, {what}: {_told(run)}: {times}{wanted}")


def _told(run: Run) -> str:
    return f"{run.processor:.2f} s of the processor, {run.median:.2f} s wall, {run.peak / 1e6:.0f} MB peak"

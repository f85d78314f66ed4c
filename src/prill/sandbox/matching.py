"""Regular expressions with a deadline.

Go's regular expressions take time proportional to the text; Python's may take for ever (``(a+)+$``). What an image
prints and what a configuration searches for are both other people's, so the search runs in a process of its own, which
is killed when it takes too long.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from prill.model.go_regex import GoRegex

__all__ = ["Matcher"]

_WORKER = Path(__file__).with_name("_match.py")


class Matcher:
    """Searches texts; use it as a context manager. ``seconds`` bounds each expression's search."""

    def __init__(self, *, seconds: float = 10) -> None:
        self._seconds = seconds
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def search(self, text: str, patterns: Sequence[GoRegex]) -> tuple[bool | None, ...]:
        """Return for each pattern whether it is in ``text``, or None where that could not be found out in time."""
        answers: list[bool | None] = []
        while len(answers) < len(patterns):
            worker = self._started()
            request = {"text": text, "patterns": [pattern.python for pattern in patterns[len(answers) :]]}
            answers.extend(self._ask(worker, json.dumps(request).encode() + b"\n"))
            if len(answers) < len(patterns):
                answers.append(None)
                self.close()
        return tuple(answers)

    def close(self) -> None:
        """End the process, if there is one."""
        if self._worker is not None:
            self._worker.kill()
            with contextlib.suppress(BrokenPipeError):
                self._worker.communicate()
            self._worker = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._worker is None:
            self._worker = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", "-S", "-B", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                bufsize=0,
            )
        return self._worker

    def _ask(self, worker: subprocess.Popen[bytes], request: bytes) -> list[bool]:
        """Return the answers that came in time."""
        if worker.stdin is None or worker.stdout is None:
            return []
        try:
            view = memoryview(request)
            while view:
                view = view[worker.stdin.write(view) or 0 :]
        except BrokenPipeError:
            return []
        expected = len(json.loads(request)["patterns"])
        answers = b""
        deadline = time.monotonic() + self._seconds
        while answers.count(b"\n") < expected:
            ready, _, _ = select.select([worker.stdout], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(worker.stdout.fileno(), 4096) if ready else b""
            if not chunk:
                break
            answers += chunk
            deadline = time.monotonic() + self._seconds
        return [line == b"1" for line in answers.split(b"\n")[:-1]]

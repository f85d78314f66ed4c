"""Watches one child process: bounded output, a deadline, and nothing left running behind it."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from typing import IO

from prill.model.value import dataclass, field

__all__ = ["Ended", "supervise"]

_CHUNK = 1 << 16
_STATUS_LIMIT = 1 << 16
_DRAIN_SECONDS = 5.0


@dataclass(slots=True)
class _Capture:
    """The first ``limit`` bytes of a stream; what comes after is read and dropped, so that the writer never blocks."""

    limit: int
    data: bytearray = field(default_factory=bytearray)
    cut: bool = False

    def take(self, chunk: bytes) -> None:
        room = self.limit - len(self.data)
        self.data += chunk[:room]
        self.cut = self.cut or len(chunk) > room


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What was left when the child was gone. ``status`` is what the sandbox wrote about itself."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    stdout_cut: bool
    stderr_cut: bool
    status: bytes
    timed_out: bool
    seconds: float


class _Watch:
    """One child, its pipes, and the clock."""

    def __init__(self, child: subprocess.Popen[bytes], status: int, output: int, stdin: bytes | None) -> None:
        self.child = child
        self.out = _Capture(output)
        self.err = _Capture(output)
        self.status = _Capture(_STATUS_LIMIT)
        self.pending = memoryview(stdin or b"")
        self.selector = selectors.DefaultSelector()
        for stream, capture in ((child.stdout, self.out), (child.stderr, self.err)):
            if stream is not None:
                self.selector.register(stream, selectors.EVENT_READ, capture)
        self.selector.register(status, selectors.EVENT_READ, self.status)
        if child.stdin is not None:
            os.set_blocking(child.stdin.fileno(), False)
            self.selector.register(child.stdin, selectors.EVENT_WRITE, child.stdin)

    def open_until(self, deadline: float) -> bool:
        """Wait for something to happen; return False once every pipe is closed or the deadline has passed."""
        for key, _ in self.selector.select(max(0.0, min(deadline - time.monotonic(), 1.0))):
            if isinstance(key.data, _Capture):
                chunk = os.read(key.fd, _CHUNK)
                key.data.take(chunk)
                if not chunk:
                    self.selector.unregister(key.fileobj)
            else:
                self.feed(key.data)
        return bool(self.selector.get_map()) and time.monotonic() < deadline

    def feed(self, stream: IO[bytes]) -> None:
        """Write some of the input; a child that does not want it is no failure."""
        try:
            self.pending = self.pending[os.write(stream.fileno(), self.pending[:_CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.pending = self.pending[:0]
        if not self.pending:
            self.selector.unregister(stream)
            stream.close()

    def ended(self) -> bool:
        """Say whether the child has ended. It is not reaped here, so that its number stays its own."""
        return os.waitid(os.P_PID, self.child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def kill(self) -> None:
        """Kill the child's process group; its PID namespace goes with it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)

    def finish(self) -> None:
        """Leave no process and no pipe."""
        self.kill()
        self.child.wait()
        self.selector.close()
        for stream in (self.child.stdin, self.child.stdout, self.child.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


def supervise(
    arguments: list[str],
    *,
    status: int,
    pass_fds: tuple[int, ...],
    stdin: bytes | None,
    seconds: float,
    output: int,
    on_status: Callable[[bytes], bool] | None = None,
) -> Ended:
    """Run ``arguments`` until they end or ``seconds`` have passed; then kill what is left.

    ``status`` is the reading end of a pipe whose writing end is among ``pass_fds``, which this function closes here
    once the child has them. ``on_status`` is given what has come over it so far until it returns True.
    """
    began = time.monotonic()
    child = _started(arguments, pass_fds, stdin)
    watch = _Watch(child, status, output, stdin)
    timed_out = False
    try:
        deadline = began + seconds
        waiting = on_status
        while watch.open_until(deadline):
            if waiting is not None and waiting(bytes(watch.status.data)):
                waiting = None
            if watch.ended():
                deadline = min(deadline, time.monotonic() + _DRAIN_SECONDS)
        timed_out = not watch.ended() and time.monotonic() >= began + seconds
        if timed_out:
            watch.kill()
            last = time.monotonic() + _DRAIN_SECONDS
            while watch.open_until(last):
                pass
    finally:
        watch.finish()
    return Ended(
        exit_code=child.returncode if child.returncode >= 0 else 128 - child.returncode,
        stdout=bytes(watch.out.data),
        stderr=bytes(watch.err.data),
        stdout_cut=watch.out.cut,
        stderr_cut=watch.err.cut,
        status=bytes(watch.status.data),
        timed_out=timed_out,
        seconds=time.monotonic() - began,
    )


def _started(arguments: list[str], pass_fds: tuple[int, ...], stdin: bytes | None) -> subprocess.Popen[bytes]:
    """Start the child in a process group of its own; what it is given is closed here, whether it starts or not."""
    try:
        return subprocess.Popen(  # noqa: S603 - the caller made the arguments
            arguments,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            cwd="/",
            pass_fds=pass_fds,
            process_group=0,
            bufsize=0,
        )
    finally:
        for descriptor in pass_fds:
            os.close(descriptor)

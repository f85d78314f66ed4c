"""One connection that speaks HTTP/1.1: requests go out in pieces, answers come in at a least pace.

The numbers are those of `prill._io.connections`, which keeps connections.
"""

import io
from collections.abc import Callable, Iterable
from select import POLLIN, POLLOUT, poll
from typing import TYPE_CHECKING

from prill._io.answers import Head, read_head
from prill._io.fetch_errors import ConnectionBroken, socket_errors
from prill._io.pace import Pace

if TYPE_CHECKING:
    from _socket import socket

    from _typeshed import WriteableBuffer

__all__ = ["Connection", "paced_reader"]

_READ_TIMEOUT = 60.0
_WINDOW, _LEAST = 60.0, 1024
_PIECE = 1 << 18
_INTERIM = b"HTTP/1.1 1"


class _Wire(io.RawIOBase):
    """What a socket brings, at a ``pace`` if there is one; ``ended`` once it brought its end."""

    def __init__(self, link: "socket", clock: Callable[[], float]) -> None:
        self._link = link
        self._clock = clock
        self.pace: Pace | None = None
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        """Wait for bytes as long as the socket does; return how many came, None where it does not wait."""
        begun = self._clock()
        try:
            size = self._link.recv_into(buffer)
        except OSError as error:
            if _would_wait(error):
                return None
            raise
        self.ended = size == 0
        if self.pace is not None:
            self.pace.came(size, self._clock() - begun)  # 5
        return size


class Connection:
    """A socket, and what buffers the answers that it brings."""

    def __init__(self, link: "socket", clock: Callable[[], float]) -> None:
        link.settimeout(_READ_TIMEOUT)
        self._link = link
        self._wire = _Wire(link, clock)
        self.reader = io.BufferedReader(self._wire, _PIECE)

    def heard(self) -> bool:
        """Say, without waiting, whether there are bytes that nobody read, or the connection's end."""
        self._link.settimeout(0)
        try:
            return self._unread() != b""
        finally:
            self._link.settimeout(_READ_TIMEOUT)

    def put(self, head: bytes, body: Iterable[bytes], shown: str) -> bool:
        """Send a request; return whether all of it went out. What is wrong with the body's source passes."""
        with socket_errors(shown):
            self._link.sendall(head)
        for part in body:
            try:
                with socket_errors(shown):
                    whole = self._send(memoryview(part))
            except ConnectionBroken:  # 2: perhaps the server said why, as with a 413
                return False
            if not whole:
                return False
        return True

    def _send(self, part: memoryview) -> bool:
        """Send bytes unless an answer comes before; return whether all went out; raise `OSError`."""
        watched, blocked = POLLIN, POLLOUT
        self._link.settimeout(0)
        try:
            while part:
                if self._ready(watched | blocked) & ~POLLOUT:
                    came = self._unread()
                    if came is None or (came and not came.startswith(_INTERIM)):
                        return False  # 2
                    watched = 0 if came else POLLIN
                try:
                    part = part[self._link.send(part[:_PIECE]) :]
                    blocked = POLLOUT
                except OSError as error:
                    if not _would_wait(error):
                        raise
                    blocked = POLLIN if _wants_input(error) else POLLOUT
            return True
        finally:
            self._link.settimeout(_READ_TIMEOUT)

    def _ready(self, wanted: int) -> int:
        """Wait for one of the events ``wanted``, or an error; return what there is; raise `TimeoutError`."""
        asked = poll()
        asked.register(self._link, wanted)
        ready = asked.poll(_READ_TIMEOUT * 1000)
        if not ready:
            raise TimeoutError("nothing more was taken")
        return ready[0][1]

    def _unread(self) -> bytes | None:
        """Return the beginning of what nobody read, None for the connection's end; the socket must not wait."""
        try:
            came = self.reader.peek(1)
        except OSError:
            return None
        return None if self._wire.ended and not came else came

    def answer(self, method: str, shown: str) -> Head:
        """Wait for an answer as long as the socket does, and read its head; what comes then has a pace."""
        self._wire.pace = None
        self.reader.peek(1)
        self._wire.pace = Pace(shown, _WINDOW, _LEAST)
        return read_head(self.reader, method)

    def close(self) -> None:
        self.reader.close()
        self._link.close()


def paced_reader(link: "socket", clock: Callable[[], float], shown: str) -> io.RawIOBase:
    """Return what reads from a socket, and no further than it is asked to, at the pace that answers have."""
    wire = _Wire(link, clock)
    wire.pace = Pace(shown, _WINDOW, _LEAST)
    return wire


def _would_wait(error: OSError) -> bool:
    """Say whether a socket that does not wait is not ready; TLS says so in its own words."""
    if isinstance(error, BlockingIOError):
        return True
    import ssl  # noqa: PLC0415 - plain HTTP needs none, unless it breaks

    return isinstance(error, ssl.SSLWantReadError | ssl.SSLWantWriteError)


def _wants_input(error: OSError) -> bool:
    """Say whether TLS must read before it can go on writing."""
    return type(error).__name__ == "SSLWantReadError"

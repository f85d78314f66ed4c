"""A transport between our client and a real registry that breaks what it is told to."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from prill._io.connections import Connections, Received, Request
from prill._io.fetch_errors import ConnectionBroken, Unreachable
from prill._io.tls import trusting

_READ_BEFORE_THE_RESET = 0.3
"""Seconds in which a server reads what came: a reset throws away what lies in its system's buffers."""


class Flaky:
    """Passes requests on; ``seen`` has "METHOD path" of each.

    ``cut`` says how many bytes of a request's body go through before the connection breaks, once for each entry;
    a body longer than ``most`` is answered with 413, as proxies do. After ``lasts`` requests nothing goes through any more.
    """

    def __init__(
        self, *, cut: list[tuple[str, int]] | None = None, most: int | None = None, lasts: int | None = None
    ) -> None:
        self._inner = Connections(trusting)
        self.cut = cut or []
        self.most = most
        self.lasts = lasts
        self.seen: list[str] = []

    def send(self, request: Request) -> Received:
        self.seen.append(f"{request.method} {urlsplit(request.url).path}")
        if self.lasts is not None and len(self.seen) > self.lasts:
            raise Unreachable("the network is gone")
        length = int(request.headers.get("Content-Length", "0"))
        if self.most is not None and length > self.most:
            return TooLarge()
        if self.cut and self.cut[0][0] == request.method and length:
            _, count = self.cut.pop(0)
            request = replace(request, body=_cut(request.body or (), count))
        return self._inner.send(request)

    def close(self) -> None:
        self._inner.close()


class TooLarge:
    """What a proxy answers to a body that it does not want."""

    def __init__(self) -> None:
        self.status = 413
        self.headers: dict[str, str] = {}

    def parts(self) -> Iterator[bytes]:
        return iter(())

    def close(self) -> None:
        pass


def _cut(body: Iterable[bytes], left: int) -> Iterator[bytes]:
    for part in body:
        yield part[:left]
        left -= len(part)
        if left <= 0:
            time.sleep(_READ_BEFORE_THE_RESET)
            raise ConnectionBroken("the connection broke")

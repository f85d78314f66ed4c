"""How long a registry that hardly answers holds a program."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from prill._io.connections import Received, Request
from prill._io.fetch_errors import TimedOut, TooSlow
from prill.oci.registry_session import Call, RegistrySession

CALL = Call(method="GET", url="/v2/app/manifests/1", scope="", expected=frozenset({200}))


@dataclass
class Dripping:
    """An answer of one byte in each ``pause`` seconds of a clock of its own."""

    pause: float
    size: int
    now: float = 0.0
    sent: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, request: Request) -> Received:
        assert request.method == "GET"
        self.sent += 1
        return self

    def parts(self) -> Iterator[bytes]:
        for _ in range(self.size):
            self.now += self.pause
            yield b"x"

    def close(self) -> None:
        """Nothing is open."""


class Silent(Dripping):
    def parts(self) -> Iterator[bytes]:
        raise TimedOut("it says nothing")
        yield b""


def session(transport: Dripping) -> RegistrySession:
    return RegistrySession(
        "reg.example.test", transport=transport, sleep=lambda _: None, clock=lambda: transport.now, plain_http=True
    )


def test_a_document_has_to_come_in_two_minutes():
    dripping = Dripping(pause=1.0, size=10_000)
    with pytest.raises(TooSlow, match="sent 121 bytes in 120 s"):
        session(dripping).call(CALL)
    assert dripping.sent == 2, "it is tried once more"
    assert dripping.now < 250
    slow = Dripping(pause=1.0, size=119)
    assert len(session(slow).call(CALL).body) == 119


def test_who_says_nothing_is_asked_twice():
    silent = Silent(pause=0.0, size=0)
    with pytest.raises(TimedOut):
        session(silent).call(CALL)
    assert silent.sent == 2


def test_a_blob_may_take_as_long_as_it_does():
    slow = Dripping(pause=1.0, size=1000)
    with session(slow).stream(CALL) as (_, parts):
        assert len(b"".join(parts)) == 1000

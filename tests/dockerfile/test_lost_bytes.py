"""Bytes that are not UTF-8: nothing that is said of a file names what nobody can read."""

import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import lint
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"EXPOSE \xff", "'\ufffd' is no port, as 80, 80/udp or 8000-8080"),
        (b"FOO\xff a", "unknown instruction: FOO\ufffd"),
        (b"STOPSIGNAL \xe2\x82", "'\ufffd\ufffd' is no signal, as SIGTERM or 15"),
        ("STOPSIGNAL ü".encode(), "'ü' is no signal, as SIGTERM or 15"),
        ("STOPSIGNAL ü\\udcff".encode(), r"'ü\\udcff' is no signal, as SIGTERM or 15"),
    ],
)
def test_a_byte_that_is_no_text_is_shown_as_such(text: bytes, message: str):
    found = lint(read_dockerfile(b"FROM debian:13\n" + text + b"\n"), BUILTIN, Context())
    assert message in {finding.message for finding in found.findings}
    assert all(finding.message.encode() for finding in found.findings)

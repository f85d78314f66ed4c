"""Values that BuildKit reads when it builds: signals, modes, digests, ports. All are without quotes and variables here.

The rules are those of `moby/sys/signal`, the modes of chmod(1), `opencontainers/go-digest`, and of BuildKit's
``convert_expose.go`` with Go's ``net.ParseIP``.
"""

import re

from prill.model.regex import regex

__all__ = ["is_digest", "is_mode", "is_signal", "why_no_port"]

_SIGNAL = regex(
    "(?:SIG)?(?:ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|IO|IOT|KILL|PIPE|POLL|PROF|PWR|QUIT|SEGV|STKFLT|STOP|SYS|TERM"
    "|TRAP|TSTP|TTIN|TTOU|URG|USR1|USR2|VTALRM|WINCH|XCPU|XFSZ"
    r"|RTMIN(?:\+(?:[1-9]|1[0-5]))?|RTMAX(?:-(?:[1-9]|1[0-4]))?)",
    re.IGNORECASE,
)
_SIGNAL_NUMBER = regex(r"([+-]?)0*([1-9][0-9]{0,18})")
_MOST = 2**63
_MODE = regex(r"0*[0-7]{1,4}|[ugoa]*+(?:[+=-][rwxXstugo]*+)++(?:,[ugoa]*+(?:[+=-][rwxXstugo]*+)++)*+")
_DIGEST = regex(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_RANGE = regex(r"\+?([0-9]{1,99})(?:-\+?([0-9]{1,99}))?")
_PROTOCOLS = frozenset({"", "sctp", "tcp", "udp"})
_LAST_PORT = 65535


def is_signal(text: str) -> bool:
    """Whether a ``STOPSIGNAL`` is known by its name, with or without ``SIG``, or is a number that is not 0."""
    number = _SIGNAL_NUMBER.fullmatch(text)
    if number:
        return -_MOST <= int(number[1] + number[2]) < _MOST
    return _SIGNAL.fullmatch(text) is not None


def is_mode(text: str) -> bool:
    """Whether a ``--chmod`` is a number from 0 to 7777 in octal, or a change such as ``u+x,go=r``."""
    return _MODE.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether a ``--checksum`` of a download names an algorithm and all of its digits."""
    return _DIGEST.fullmatch(text) is not None


def why_no_port(text: str) -> str:
    """Say what is wrong with ``[[address:]port:]port[-port][/protocol]``; "" where nothing is.

    Numbers that are too high have a rule of their own where the port of the container stands alone.
    """
    *before, own = text.split(":")
    own, _, protocol = own.partition("/")
    host = before.pop() if before else ""
    port, published = _range(own), _range(host) if host else (0, 0)
    if port is None or published is None or protocol.lower() not in _PROTOCOLS:
        return f"{text[:60]!r} is no port, as 80, 80/udp or 8000-8080"
    if port[1] < port[0] or published[1] < published[0]:
        return f"{text[:60]!r}: the range ends before it begins"
    if ":" not in text:
        return ""
    address = ":".join(before)
    if max(port[1], published[1]) > _LAST_PORT:
        return f"{text[:60]!r}: ports end at {_LAST_PORT}"
    if host and port[1] > port[0] and port[1] - port[0] != published[1] - published[0]:
        return f"{text[:60]!r}: the ranges have not as many ports"
    return "" if _is_address(address) else f"{address[:60]!r} is no IP address, in {text[:60]!r}"


def _range(text: str) -> tuple[int, int] | None:
    found = _RANGE.fullmatch(text)
    return (int(found[1]), int(found[2] or found[1])) if found else None


def _is_address(text: str) -> bool:
    """Whether a text is empty or an IP address without a zone, in brackets or not."""
    from ipaddress import ip_address  # noqa: PLC0415 - few files publish a port

    bare = text[1:-1] if text[:1] == "[" and text[-1:] == "]" else text
    if not bare:
        return True
    try:
        return "%" not in bare and bool(ip_address(bare))
    except ValueError:
        return False

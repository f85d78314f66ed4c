"""rpm's versions, ``[epoch:]version[-release]``, as ``rpmvercmp`` compares them (rpm's ``rpmio/rpmvercmp.c``).

A version is runs of letters and of digits; whatever else stands between them, and every character that is not ASCII,
only separates. ``~`` sorts before the end, ``^`` after it and before all that may follow; letters sort before numbers.
A version without a release sorts before all with one.
"""

import re

from prill.ecosystems.versions.keys import MAX_LENGTH, UnreadableVersion, number, text

__all__ = ["sort_key"]

_EPOCH = re.compile(r"([0-9]+):")
_RUNS = re.compile(r"[0-9]+|[A-Za-z]+|[~^]", re.ASCII).findall
_TILDE, _END, _CARET, _LETTERS, _NUMBER = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"
_NO_RELEASE, _RELEASE = b"\x00", b"\x01"


def sort_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts; raise `UnreadableVersion` where there is none."""
    if not version or len(version) > MAX_LENGTH:
        raise UnreadableVersion(version, "rpm", "a version is written [epoch:]version[-release]")
    epoch = _EPOCH.match(version)
    rest = version[epoch.end() :] if epoch else version
    name, hyphen, release = rest.rpartition("-")
    if not hyphen:
        return number(epoch[1] if epoch else "") + _runs(rest) + _NO_RELEASE
    return number(epoch[1] if epoch else "") + _runs(name) + _RELEASE + _runs(release)


def _runs(version: str) -> bytes:
    return b"".join(map(_run, _RUNS(version))) + _END


def _run(run: str) -> bytes:
    if run == "~":
        return _TILDE
    if run == "^":
        return _CARET
    return _NUMBER + number(run) if run[0].isdigit() else _LETTERS + text(run)

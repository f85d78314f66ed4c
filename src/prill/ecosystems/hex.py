"""``mix.lock`` (hexdocs.pm/mix): the packages that an Elixir project is built from.

It is an Elixir map with a line a package; lines are recognised, nothing is run.
"""

import re

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, text_of

__all__ = ["parse_mix_lock"]

_LINE = re.compile(r'\s*"([a-z0-9_]+)": \{:hex, :"?([a-z0-9_]+)"?, "([^"]+)"(?:, "[0-9a-f]*")?((?:, .*)?)\},?\s*')
_OTHER = re.compile(r'\s*"([a-z0-9_]+)": \{:([a-z]+), .*')
_NEED = re.compile(r'\{:"?([a-z0-9_]+)"?, "')
_OUTER = re.compile(r'"hexpm(?::[^"]*)?", "([0-9a-f]{64})"\s*$')


def parse_mix_lock(data: bytes) -> LockFile:
    """Read ``mix.lock``; what comes from a repository of source code is unclear. Raise `InvalidLockFile`."""
    text = text_of(data, "mix.lock")
    if not text.lstrip().startswith("%{"):
        raise InvalidLockFile(f"a mix.lock that begins with {text[:80]!r}")
    packages = []
    unclear = []
    for line in text.splitlines():
        if match := _LINE.fullmatch(line):
            outer = _OUTER.search(match[4])
            needs = tuple(sorted(set(_NEED.findall(match[4]))))
            digest = f"sha256:{outer[1]}" if outer else ""
            packages.append(Locked(name=match[2], version=match[3], digest=digest, requires=needs))
        elif match := _OTHER.fullmatch(line):
            unclear.append(match[1])
    return LockFile(packages=tuple(packages), unclear=tuple(sorted(unclear)))

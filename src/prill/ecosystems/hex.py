"""``mix.lock`` (hexdocs.pm/mix) and ``rebar.lock`` (rebar3.org): what an Elixir or Erlang project is built from.

The first is an Elixir map with a line a package, the second an Erlang term; both are recognised, nothing is run.
"""

import re

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile, text_of
from prill.model.regex import regex

__all__ = ["parse_mix_lock", "parse_rebar_lock"]

_LINE = re.compile(r'\s*"([a-z0-9_]+)": \{:hex, :"?([a-z0-9_]+)"?, "([^"]+)"(?:, "[0-9a-f]*")?((?:, .*)?)\},?\s*')
_OTHER = re.compile(r'\s*"([a-z0-9_]+)": \{:([a-z]+), .*')
_NEED = re.compile(r'\{:"?([a-z0-9_]+)"?, "')
_OUTER = re.compile(r'"hexpm(?::[^"]*)?", "([0-9a-f]{64})"\s*$')


_BINARY = r'<<"([A-Za-z0-9_.+-]+)">>\s*'
_REBAR = regex(rf"\{{\s*{_BINARY},\s*\{{\s*(pkg\s*,\s*{_BINARY},\s*{_BINARY}|[a-z_]+)")
_REBAR_HASHES = regex(r"\{\s*pkg_hash_ext\s*,\s*\[([^\[\]]*)\]")
_REBAR_HASH = regex(rf'\{{\s*{_BINARY},\s*<<"([0-9A-Fa-f]{{64}})">>\s*\}}')


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


def parse_rebar_lock(data: bytes) -> LockFile:
    """Read ``rebar.lock``; what comes from a repository of source code is unclear. Raise `InvalidLockFile`."""
    text = text_of(data, "rebar.lock")
    if not (text.lstrip().startswith(("{", "[")) and text.rstrip().endswith(".")):
        raise InvalidLockFile(f"a rebar.lock that is no Erlang term: {text[:80]!r}")
    hashes = _REBAR_HASHES.search(text)
    digests = dict(_REBAR_HASH.findall(hashes[1])) if hashes else {}
    packages = set()
    unclear = set()
    for name, _, package, version in _REBAR.findall(text):
        if package:
            digest = f"sha256:{digests[name].lower()}" if name in digests else ""
            packages.add(Locked(name=package, version=version, digest=digest))
        else:
            unclear.add(name)
    return LockFile(packages=tuple(sorted(packages, key=_name)), unclear=tuple(sorted(unclear)))


def _name(one: Locked) -> tuple[str, str]:
    return one.name, one.version

"""Specs and locks on disk: read within bounds, and brought together."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from prill.build.lock import MAX_LOCK_BYTES, Lock, SpecInput, decode_lock
from prill.build.spec import Spec
from prill.build.spec_json import spec_from_json
from prill.errors import PrillError

__all__ = ["LoadedInput", "NoLock", "SpecChanged", "load_spec", "lock_path", "locked_spec", "read_bounded", "read_lock"]

_MAX_SPEC_BYTES = 1 << 20


class NoLock(PrillError):
    """There is no lock beside a spec."""


class SpecChanged(PrillError):
    """A spec is not the one that its lock was made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedInput:
    """A spec, and the files it was read from."""

    spec: Spec
    inputs: tuple[SpecInput, ...]


def lock_path(spec: Path) -> Path:
    """Return where a spec's lock lies: ``gold/python3.yaml`` has ``gold/python3.lock.json``."""
    return spec.with_name(f"{spec.stem}.lock.json")


def read_bounded(path: Path, limit: int = _MAX_SPEC_BYTES) -> bytes:
    """Read at most ``limit`` bytes and one more, so that a reader sees that there is too much."""
    with path.open("rb") as stream:
        return stream.read(limit + 1)


def load_spec(path: Path) -> LoadedInput:
    """Read a spec; raise `InvalidSpec` or `UnreadableSpec`."""
    from prill.build.spec_reader import read_spec  # noqa: PLC0415 - brings YAML, which a locked build does without
    from prill.build.trim import TRIM_SETS  # noqa: PLC0415
    from prill.distro.debian import RELEASES  # noqa: PLC0415

    loaded = read_spec(
        path,
        read=read_bounded,
        trim_sets=tuple(one.id for one in TRIM_SETS),
        distributions=tuple(str(release) for release in RELEASES),
    )
    return LoadedInput(
        spec=loaded.spec, inputs=tuple(SpecInput(name=name, sha256=sha256) for name, sha256 in loaded.inputs)
    )


def read_lock(path: Path) -> Lock:
    """Read a lock file; raise `NoLock` or `InvalidLock`."""
    try:
        data = read_bounded(path, MAX_LOCK_BYTES)
    except FileNotFoundError:
        raise NoLock(f"there is no lock {path}", hint="prill lock writes it") from None
    return decode_lock(data, str(path))


def locked_spec(path: Path) -> tuple[Lock, Spec]:
    """Return a spec's lock and the spec as the lock holds it.

    The spec's files are compared by their digests and not read again. Raise `SpecChanged` where one differs.
    """
    lock = read_lock(lock_path(path))
    for one in lock.inputs:
        file = path.parent / one.name
        try:
            found = hashlib.sha256(read_bounded(file)).hexdigest()
        except FileNotFoundError:
            found = ""
        if found != one.sha256:
            raise SpecChanged(
                f"{file} {'has changed since' if found else 'is gone since'} {lock_path(path)} was written",
                hint=f"prill lock {path}",
            )
    return lock, spec_from_json(bytes(lock.spec))

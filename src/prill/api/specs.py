"""Specs and locks on disk: read within bounds, and brought together."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prill._io.regular import open_regular, read_regular
from prill.build.lock import MAX_LOCK_BYTES, Lock, SpecInput, decode_lock
from prill.build.spec import Spec
from prill.build.spec_json import spec_from_json
from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = [
    "LoadedInput",
    "NoLock",
    "SpecChanged",
    "is_spec_there",
    "load_spec",
    "lock_path",
    "locked_spec",
    "places_of",
    "read_lock",
]

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


def is_spec_there(path: Path) -> bool:
    """Say whether there is a file at ``path``; raise `UnreadableSpec` where there is something else."""
    try:
        open_regular(path).close()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _unreadable(f"{path}: {error.strerror}", hint="name a spec, a YAML file") from error
    return True


def _unreadable(text: str, *, hint: str) -> PrillError:
    from prill.build.spec_include import UnreadableSpec  # noqa: PLC0415 - brings YAML, which a locked build does without

    return UnreadableSpec(text, hint=hint)


def _read_spec_file(path: Path) -> bytes:
    return read_regular(path, _MAX_SPEC_BYTES)


def load_spec(path: Path) -> LoadedInput:
    """Read a spec; raise `InvalidSpec` or `UnreadableSpec`."""
    from prill.build.spec_reader import read_spec  # noqa: PLC0415 - brings YAML, which a locked build does without
    from prill.build.trim import TRIM_SETS  # noqa: PLC0415
    from prill.distro.debian import RELEASES  # noqa: PLC0415

    loaded = read_spec(
        path,
        read=_read_spec_file,
        trim_sets=tuple(one.id for one in TRIM_SETS),
        distributions=tuple(str(release) for release in RELEASES),
    )
    return LoadedInput(
        spec=loaded.spec, inputs=tuple(SpecInput(name=name, sha256=sha256) for name, sha256 in loaded.inputs)
    )


@contextmanager
def places_of(path: Path) -> Iterator[None]:
    """Let an error about a value of the spec at ``path`` say in which file, line and column that value stands."""
    try:
        yield
    except PrillError as error:
        from prill.build.spec_places import place_error  # noqa: PLC0415 - brings YAML, for errors alone

        place_error(error, path, read=_read_spec_file)
        raise


def read_lock(path: Path) -> Lock:
    """Read a lock file; raise `NoLock` or `InvalidLock`."""
    try:
        data = read_regular(path, MAX_LOCK_BYTES)
    except FileNotFoundError:
        raise NoLock(f"there is no lock {path}", hint="prill lock writes it") from None
    return decode_lock(data, str(path))


def locked_spec(path: Path) -> tuple[Lock, Spec]:
    """Return a spec's lock and the spec as the lock holds it.

    The spec's files are compared by their digests and not read again. Raise `SpecChanged` where one differs, `NoLock`
    where there is no lock, and `UnreadableSpec` where there is neither a lock nor a spec.
    """
    there = is_spec_there(path)
    try:
        lock = read_lock(lock_path(path))
    except NoLock as error:
        if there:
            raise
        raise _unreadable(f"there is no spec {path}", hint="prill new writes one to start from") from error
    for one in lock.inputs:
        file = path.parent / one.name
        try:
            found = hashlib.sha256(read_regular(file, _MAX_SPEC_BYTES)).hexdigest()
        except FileNotFoundError:
            found = ""
        if found != one.sha256:
            raise SpecChanged(
                f"{file} {'has changed since' if found else 'is gone since'} {lock_path(path)} was written",
                hint=f"prill lock {path}",
            )
    return lock, spec_from_json(bytes(lock.spec))

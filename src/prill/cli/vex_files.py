"""Files with VEX statements and exceptions, read for the commands that take them."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prill.cli.settings import load_settings

if TYPE_CHECKING:
    from prill.api.services import Services
    from prill.api.vex_publications import PublishedVex
    from prill.model.vex import VexStatement, Waiver

__all__ = ["faults_of", "published_vex", "read_any", "read_statements", "read_waivers"]

_MAX_EXCEPTIONS = 4 << 20


def read_statements(paths: Sequence[Path]) -> "tuple[VexStatement, ...]":
    """Return the statements of VEX documents; raise `InvalidVex`."""
    if not paths:
        return ()
    from prill.formats.vex_documents import read_vex  # noqa: PLC0415 - start-up stays lazy

    return tuple(one for path in paths for one in read_vex(_document(path), str(path)))


def faults_of(path: Path) -> tuple[str, ...]:
    """Say what of a document others do not take, though it can be read; raise `InvalidVex`."""
    if path.suffix != ".json":
        return ()
    from prill.formats.vex_documents import faults_of_vex  # noqa: PLC0415 - start-up stays lazy

    return faults_of_vex(_document(path), str(path))


def _document(path: Path) -> bytes:
    from prill._io.regular import NotRegular, read_regular  # noqa: PLC0415 - start-up stays lazy
    from prill.formats.vex_documents import MAX_VEX, InvalidVex  # noqa: PLC0415

    try:
        return read_regular(path, MAX_VEX)
    except NotRegular as error:
        raise InvalidVex(f"{path}: {error.strerror}") from error


def read_waivers(paths: Sequence[Path], config: Path | None) -> "tuple[Waiver, ...]":
    """Return the exceptions of files, and of the settings; raise `InvalidExceptions`."""
    settings = load_settings(config)
    found = _waivers(settings.file, "settings") if settings.file else ()
    return (*found, *(waiver for path in paths for waiver in _waivers(path)))


def published_vex(arguments: argparse.Namespace, services: "Services") -> "PublishedVex | None":
    """Return what the settings' publishers state; None where there are none, or with ``--no-vex-publishers``."""
    publishers = () if arguments.no_vex_publishers else load_settings(arguments.config).publishers
    if not publishers:
        return None
    from prill.api.vex_publications import read_published  # noqa: PLC0415 - few have any

    return read_published(publishers, services.cache, now=services.clock.now(), max_age=arguments.max_db_age)


def read_any(path: Path) -> "tuple[VexStatement | Waiver, ...]":
    """Return what a file states, in whichever format; raise `InvalidVex` or `InvalidExceptions`."""
    if path.suffix == ".json":
        return read_statements([path])
    return _waivers(path)


def _waivers(path: Path, form: str = "") -> "tuple[Waiver, ...]":
    from prill._io.regular import NotRegular, read_regular  # noqa: PLC0415 - start-up stays lazy
    from prill.vuln.exceptions import InvalidExceptions, read_exceptions  # noqa: PLC0415

    try:
        return read_exceptions(read_regular(path, _MAX_EXCEPTIONS), str(path), form=form)
    except NotRegular as error:
        raise InvalidExceptions(f"{path}: {error.strerror}") from error

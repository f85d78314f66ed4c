"""Settings: the command line first, then the settings file, then the environment's directories."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from prill._io.regular import read_regular
from prill.errors import PrillError
from prill.model.value import dataclass

if TYPE_CHECKING:
    from datetime import date

__all__ = ["InvalidSettings", "Settings", "load_settings", "npmrc_registry", "source_date_epoch", "today"]

_MAX_BYTES = 1 << 20
_SECONDS = 11
"""How many digits a time has at most: they last until the year 5138, and calendars end in 9999."""
_KEYS = {
    "archive": {"mirrors", "keys", "snapshot"},
    "bases": {"file"},
    "cache": {"directory"},
    "database": {"path"},
    "limits": {"entries", "depth", "name", "file", "unpacked", "ratio"},
    "npm": {"registry"},
    "registries": {"mirrors", "ca"},
    "vex": {"publishers"},
}


_OF_OTHERS = ("exceptions", "lint")
"""Sections that `prill.vuln.exceptions` and `prill.api.lint_settings` read: a project may keep all in one file."""


class InvalidSettings(PrillError):
    """The settings file says something that is not known, or not in the way it has to be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every command may ask: where things are kept, and whom to fetch from."""

    cache: Path
    database: Path
    """Where the advisory database is, whether there is one or not."""
    bases: Path
    """Where the known base images are kept."""
    mirrors: tuple[str, ...] = ()
    keys: tuple[Path, ...] = ()
    """OpenPGP keys that may sign the archive, in place of Debian's own."""
    npm_registry: str | None = None
    snapshot: str | None = None
    """Where packages are looked for that left the mirrors; ``""`` for nowhere, None where nobody says."""
    registry_mirrors: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """For a registry's name, the hosts that are read from in its place, in order."""
    registry_ca: Path | None = None
    """Certificates that registries are trusted by, besides the system's."""
    file: Path | None = None
    """The file that these are from, where there is one; it may hold exceptions, too."""
    publishers: tuple[str, ...] = ()
    """Who states for everybody what does not affect whom: addresses, and folders."""
    limits: tuple[tuple[str, int], ...] = ()
    """How much of an image is read, where it is not as much as by default; docs/limits.md names them."""


def _user_directory(variable: str, default: str) -> Path:
    value = os.environ.get(variable, "")
    return Path(value) if value.startswith("/") else Path.home() / default


def load_settings(config: Path | None = None) -> Settings:
    """Read ``--config``, or ``prill/prill.toml`` in the user's configuration directory where it is there.

    Raise `InvalidSettings` for a file that is named but missing, and for a key or value that is not known.
    ``/dev/null`` stands for no settings at all.
    """
    path = config or _user_directory("XDG_CONFIG_HOME", ".config") / "prill" / "prill.toml"
    table: dict[str, dict[str, object]] = {}
    try:
        data = b"" if path == Path(os.devnull) else read_regular(path, _MAX_BYTES)
        if len(data) > _MAX_BYTES:
            raise InvalidSettings(f"{path}: longer than {_MAX_BYTES} bytes")
        table = _parse(data)
    except FileNotFoundError:
        if config is not None:
            raise InvalidSettings(f"there is no settings file {config}") from None
    except OSError as error:
        raise InvalidSettings(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise InvalidSettings(f"{path}: {error}") from error
    _check(path, table)
    directory, ca = _text(path, table, "cache", "directory"), _text(path, table, "registries", "ca")
    database = _text(path, table, "database", "path")
    bases = _text(path, table, "bases", "file")
    return Settings(
        database=Path(database).expanduser()
        if database
        else _user_directory("XDG_DATA_HOME", ".local/share") / "prill" / "advisories.db",
        cache=Path(directory).expanduser() if directory else _user_directory("XDG_CACHE_HOME", ".cache") / "prill",
        bases=Path(bases).expanduser()
        if bases
        else _user_directory("XDG_DATA_HOME", ".local/share") / "prill" / "bases.sqlite",
        mirrors=_texts(path, table, "archive", "mirrors"),
        keys=tuple(path.parent / Path(one).expanduser() for one in _texts(path, table, "archive", "keys")),
        npm_registry=_text(path, table, "npm", "registry") or None,
        snapshot=_text(path, table, "archive", "snapshot"),
        registry_mirrors=_registry_mirrors(path, table),
        registry_ca=path.parent / Path(ca).expanduser() if ca else None,
        publishers=tuple(
            one if "://" in one else str(path.parent / Path(one).expanduser())
            for one in _texts(path, table, "vex", "publishers")
        ),
        file=path if table else None,
        limits=_limits(path, table),
    )


def _parse(data: bytes) -> dict[str, dict[str, object]]:
    """Read TOML; raise `ValueError` for what is none, or no UTF-8."""
    if not data:
        return {}
    import tomllib  # noqa: PLC0415 - few have settings

    return tomllib.loads(data.decode("utf-8"))


def _text(path: Path, table: dict[str, dict[str, object]], section: str, key: str) -> str | None:
    value = table.get(section, {}).get(key)
    if value is None or isinstance(value, str):
        return value
    raise InvalidSettings(f"{path}: {section}.{key} must be a text, not {value!r}")


def _texts(path: Path, table: dict[str, dict[str, object]], section: str, key: str) -> tuple[str, ...]:
    value = table.get(section, {}).get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidSettings(f"{path}: {section}.{key} must be a list of texts, not {value!r}")
    return tuple(value)


def _registry_mirrors(path: Path, table: dict[str, dict[str, object]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = table.get("registries", {}).get("mirrors", {})
    if not isinstance(found, dict):
        raise InvalidSettings(f"{path}: registries.mirrors must be a table of lists, not {found!r}")
    return tuple((name, _texts(path, {"registries.mirrors": found}, "registries.mirrors", name)) for name in found)


def _limits(path: Path, table: dict[str, dict[str, object]]) -> tuple[tuple[str, int], ...]:
    found = []
    for key, value in table.get("limits", {}).items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise InvalidSettings(f"{path}: limits.{key} must be a number from 1, not {value!r}")
        found.append((key, value))
    return tuple(sorted(found))


def _check(path: Path, table: dict[str, dict[str, object]]) -> None:
    for section, content in table.items():
        if section in _OF_OTHERS:
            continue
        if section not in _KEYS or not isinstance(content, dict):
            raise InvalidSettings(
                f"{path}: there is no section {section!r}", hint=_nearest(section, {*_KEYS, *_OF_OTHERS})
            )
        for key in content:
            if key not in _KEYS[section]:
                raise InvalidSettings(f"{path}: there is no {section}.{key}", hint=_nearest(key, _KEYS[section]))


def _nearest(word: str, known: "dict[str, set[str]] | set[str]") -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    near = get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"


def npmrc_registry(path: Path) -> str | None:
    """Return the registry that an ``.npmrc`` names (npm's documentation, "npmrc"); None where it names none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        key, equals, value = line.partition("=")
        if equals and key.strip() == "registry":
            return value.strip().strip("\"'") or None
    return None


def source_date_epoch() -> int | None:
    """Read ``SOURCE_DATE_EPOCH`` (reproducible-builds.org's specification); None where it is not set."""
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _SECONDS:
        raise InvalidSettings(f"SOURCE_DATE_EPOCH must be seconds since 1970, not {text[:40]!r}")
    return int(text)


def today() -> "date":
    """Return the day that ``SOURCE_DATE_EPOCH`` says, or the machine's, in UTC."""
    from datetime import UTC, datetime  # noqa: PLC0415 - few ask

    from prill._io.clock import SystemClock  # noqa: PLC0415

    epoch = source_date_epoch()
    return datetime.fromtimestamp(SystemClock().now() if epoch is None else epoch, UTC).date()

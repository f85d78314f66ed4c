"""Settings: the command line first, then the settings file, then the environment's directories."""

import os
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from prill.errors import PrillError

__all__ = ["InvalidSettings", "Settings", "load_settings", "npmrc_registry", "source_date_epoch"]

_KEYS = {"archive": {"mirrors", "keys", "snapshot"}, "cache": {"directory"}, "npm": {"registry"}}


class InvalidSettings(PrillError):
    """The settings file says something that is not known, or not in the way it has to be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every command may ask: where things are kept, and whom to fetch from."""

    cache: Path
    mirrors: tuple[str, ...] = ()
    keys: tuple[Path, ...] = ()
    """OpenPGP keys that may sign the archive, in place of Debian's own."""
    npm_registry: str | None = None
    snapshot: str | None = None
    """Where packages are looked for that left the mirrors; ``""`` for nowhere, None where nobody says."""


def _user_directory(variable: str, default: str) -> Path:
    value = os.environ.get(variable, "")
    return Path(value) if value.startswith("/") else Path.home() / default


def load_settings(config: Path | None = None) -> Settings:
    """Read ``--config``, or ``prill/prill.toml`` in the user's configuration directory where it is there.

    Raise `InvalidSettings` for a file that is named but missing, and for a key or value that is not known.
    """
    path = config or _user_directory("XDG_CONFIG_HOME", ".config") / "prill" / "prill.toml"
    table: dict[str, dict[str, object]] = {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if config is not None:
            raise InvalidSettings(f"there is no settings file {config}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidSettings(f"{path}: {error}") from error
    _check(path, table)
    directory = _text(path, table, "cache", "directory")
    return Settings(
        cache=Path(directory).expanduser() if directory else _user_directory("XDG_CACHE_HOME", ".cache") / "prill",
        mirrors=_texts(path, table, "archive", "mirrors"),
        keys=tuple(path.parent / Path(one).expanduser() for one in _texts(path, table, "archive", "keys")),
        npm_registry=_text(path, table, "npm", "registry") or None,
        snapshot=_text(path, table, "archive", "snapshot"),
    )


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


def _check(path: Path, table: dict[str, dict[str, object]]) -> None:
    for section, content in table.items():
        if section not in _KEYS or not isinstance(content, dict):
            raise InvalidSettings(f"{path}: there is no section {section!r}", hint=_nearest(section, _KEYS))
        for key in content:
            if key not in _KEYS[section]:
                raise InvalidSettings(f"{path}: there is no {section}.{key}", hint=_nearest(key, _KEYS[section]))


def _nearest(word: str, known: "dict[str, set[str]] | set[str]") -> str:
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
    if not text.isascii() or not text.isdigit():
        raise InvalidSettings(f"SOURCE_DATE_EPOCH must be seconds since 1970, not {text[:40]!r}")
    return int(text)

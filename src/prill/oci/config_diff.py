"""What distinguishes two images' configs, setting by setting."""

import json
import re
from collections.abc import Iterator

import msgspec

from prill.model.image_diff import ConfigChange
from prill.oci.config import ImageConfig

__all__ = ["HIDDEN", "config_changes"]

_SECRET = re.compile(r"pass|secret|token|api_?key|private|credential", re.IGNORECASE)
HIDDEN = "(not shown, changed)"
_KNOWN = frozenset(
    {"user", "exposedports", "env", "entrypoint", "cmd", "volumes", "workingdir", "labels", "stopsignal"}
)


def config_changes(old: ImageConfig | None, new: ImageConfig | None) -> tuple[ConfigChange, ...]:
    """Return the settings that differ, sorted by name; none where either is a folder and has no config.

    A variable whose name says that it holds a secret shows that it differs, and not its values. Of history and times
    nothing is said: they differ in every image that was built anew.
    """
    if old is None or new is None:
        return ()
    before, after = dict(_settings(old)), dict(_settings(new))
    changes = []
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was != now:
            if name.startswith("env ") and _SECRET.search(name):
                was, now = was and HIDDEN, now and HIDDEN
            changes.append(ConfigChange(name=name, old=was, new=now))
    return tuple(changes)


def _settings(config: ImageConfig) -> Iterator[tuple[str, str]]:
    yield "platform", str(config.platform)
    yield from ((f"env {name}", value) for name, value in config.environment().items())
    yield from ((f"label {name}", value) for name, value in config.labels)
    yield from ((f"port {port}", "exposed") for port in config.exposed_ports)
    yield from ((f"volume {volume}", "declared") for volume in config.volumes)
    for name, words in (("entrypoint", config.entrypoint), ("command", config.cmd)):
        if words:
            yield name, json.dumps(words, ensure_ascii=False)
    texts = (
        ("user", config.user),
        ("working directory", config.working_dir),
        ("stop signal", config.stop_signal),
        ("author", config.author),
    )
    yield from (pair for pair in texts if pair[1])
    yield from _others(config.raw)


def _others(raw: bytes) -> Iterator[tuple[str, str]]:
    """Yield what Docker adds to the specification's fields, such as the health check."""
    container = msgspec.json.decode(raw).get("config")
    for name, value in (container or {}).items():
        if name.lower() not in _KNOWN and value not in (None, "", [], {}, False):
            yield name, json.dumps(value, ensure_ascii=False, sort_keys=True)

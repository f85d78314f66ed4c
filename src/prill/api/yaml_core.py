"""YAML 1.2's core schema: ``yes``, ``on`` and ``1:30`` are texts there, and not a truth or a number as in YAML 1.1."""

from functools import lru_cache
from typing import Any

from prill.model.regex import regex

__all__ = ["load_core"]

_TAGS = (
    ("bool", regex(r"(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
    ("null", regex(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("int", regex(r"[-+]?[0-9]+$"), "-+0123456789"),
    ("float", regex(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"), "-+.0123456789"),
)
"""Names, what they look like, and the characters that such a scalar begins with; the first that fits counts."""


def load_core(data: bytes) -> object:
    """Return what one YAML document says, in plain values; raise `yaml.YAMLError`, ValueError or RecursionError."""
    import yaml  # noqa: PLC0415 - only where there is such a file

    return yaml.load(data, Loader=_loader())  # noqa: S506 - a safe loader, in C where there is one


@lru_cache(maxsize=1)
def _loader() -> Any:  # noqa: ANN401 - one of two classes of a library without types
    import yaml  # noqa: PLC0415

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    core: Any = type("_CoreLoader", (base,), {"yaml_implicit_resolvers": {}})
    for name, pattern, first in _TAGS:
        core.add_implicit_resolver(f"tag:yaml.org,2002:{name}", pattern, list(first))
    return core

"""Which errors mean that the person asked for something that cannot be meant."""

import sys

from prill.errors import PrillError

__all__ = ["is_misuse"]

_MISUSE = (
    ("prill.build.spec_draft", "InvalidSpec"),
    ("prill.build.spec_include", "UnreadableSpec"),
    ("prill.build.spec_variant", "UnknownVariant"),
    ("prill.build.lock", "InvalidLock"),
    ("prill.build.spec_templates", "UnknownTemplate"),
    ("prill.api.specs", "NoLock"),
    ("prill.api.specs", "SpecChanged"),
    ("prill.oci.destinations", "InvalidDestination"),
    ("prill.cli.settings", "InvalidSettings"),
    ("prill.distro.debian", "UnknownRelease"),
    ("prill.distro.deb.requirement", "InvalidRequirement"),
    ("prill.model.digest", "InvalidDigest"),
    ("prill.model.platforms", "InvalidPlatform"),
    ("prill.model.reference", "InvalidReference"),
    ("prill.formats.yaml_nodes", "YamlError"),
)


def is_misuse(error: PrillError) -> bool:
    """Whether ``error`` is about the command line, a spec, a lock or a setting, rather than about the world.

    A class that was raised has its module loaded, so nothing is imported here.
    """
    for module, name in _MISUSE:
        loaded = sys.modules.get(module)
        kind = getattr(loaded, name, None)
        if isinstance(kind, type) and isinstance(error, kind):
            return True
    return False

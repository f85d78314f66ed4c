"""Which exit code an error means; what is not named here broke (1)."""

import sys

from prill.cli.exit import Exit
from prill.errors import PrillError

__all__ = ["FAILURES", "exit_code_of"]

FAILURES: tuple[tuple[Exit, str, tuple[str, ...]], ...] = (
    (Exit.MISUSED, "prill.api.specs", ("NoLock", "SpecChanged")),
    (Exit.MISUSED, "prill.api.structure", ("UnreadableTests",)),
    (Exit.MISUSED, "prill.build.accounts", ("AccountClash", "InvalidAccount", "UnknownAccount")),
    (Exit.MISUSED, "prill.build.files", ("InvalidFileSource",)),
    (Exit.MISUSED, "prill.build.lock", ("InvalidLock",)),
    (Exit.MISUSED, "prill.build.npm", ("NoSuchNpmVersion",)),
    (Exit.MISUSED, "prill.build.paths", ("NothingToChange",)),
    (Exit.MISUSED, "prill.build.rootfs", ("FileConflict",)),
    (Exit.MISUSED, "prill.build.sources", ("SourceChanged", "SourceOutside")),
    (Exit.MISUSED, "prill.build.spec_draft", ("InvalidSpec",)),
    (Exit.MISUSED, "prill.build.spec_include", ("UnreadableSpec",)),
    (Exit.MISUSED, "prill.build.spec_json", ("InvalidSpecJson",)),
    (Exit.MISUSED, "prill.build.spec_templates", ("UnknownTemplate",)),
    (Exit.MISUSED, "prill.build.spec_variant", ("UnknownVariant",)),
    (Exit.MISUSED, "prill.build.trim", ("UnknownTrimSet",)),
    (Exit.MISUSED, "prill.build.variants", ("VariantConflict",)),
    (Exit.MISUSED, "prill.cli.commands.new", ("FileExists",)),
    (Exit.MISUSED, "prill.cli.settings", ("InvalidSettings",)),
    (Exit.MISUSED, "prill.distro.deb.explain", ("UnsatisfiableRequest",)),
    (Exit.MISUSED, "prill.distro.deb.release", ("NoSuchIndex",)),
    (Exit.MISUSED, "prill.distro.deb.requirement", ("InvalidRequirement",)),
    (Exit.MISUSED, "prill.distro.debian", ("UnknownRelease",)),
    (Exit.MISUSED, "prill.formats.yaml_nodes", ("YamlError",)),
    (Exit.MISUSED, "prill.model.digest", ("InvalidDigest",)),
    (Exit.MISUSED, "prill.model.platforms", ("InvalidPlatform",)),
    (Exit.MISUSED, "prill.model.reference", ("InvalidReference",)),
    (Exit.MISUSED, "prill.oci.archive_writer", ("SeveralPlatforms",)),
    (Exit.MISUSED, "prill.oci.credentials", ("InvalidCredentials",)),
    (Exit.MISUSED, "prill.oci.destinations", ("InvalidDestination",)),
    (Exit.MISUSED, "prill.oci.layout", ("TagNeeded",)),
    (Exit.MISUSED, "prill.oci.layout_writer", ("ForeignDirectory", "InvalidTag")),
    (Exit.MISUSED, "prill.oci.sources", ("UnknownSource",)),
    (Exit.NOTHING, "prill.api.built", ("NotBuiltByPrill",)),
    (Exit.NOTHING, "prill.build.why", ("NothingKnown",)),
    (Exit.NOTHING, "prill.oci.image", ("PlatformMismatch",)),
    (Exit.NOTHING, "prill.oci.index", ("PlatformNotFound",)),
    (Exit.NOTHING, "prill.oci.layout", ("NoLayout", "TagNotFound")),
    (Exit.NOTHING, "prill.oci.sources", ("SourceNotFound",)),
)
"""Exit code, module and classes; docs/exit-codes.md has the same table."""


def exit_code_of(error: PrillError) -> Exit:
    """Return the exit code; a class that was raised has its module loaded, so nothing is imported here."""
    for code, module, names in FAILURES:
        loaded = sys.modules.get(module)
        kinds = tuple(getattr(loaded, name) for name in names) if loaded is not None else ()
        if isinstance(error, kinds):
            return code
    return Exit.BROKE

"""``prill test``: structure tests on an image."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from prill._io.regular import read_regular
from prill.errors import PrillError
from prill.formats.structure_config import parse_structure_tests
from prill.formats.yaml_nodes import MAX_BYTES
from prill.model import Platform
from prill.model.structure_tests import StructureTests, TestRun
from prill.oci.registry_access import RegistryAccess
from prill.oci.rootfs import ImageTree
from prill.oci.sources import open_image
from prill.oci.unpack import unpack
from prill.sandbox.command import Limits
from prill.sandbox.structure import ImageUnderTest, TestOptions, needs_unpacked_root, run_structure_tests

__all__ = ["UnreadableTests", "read_structure_tests", "run_tests"]


class UnreadableTests(PrillError):
    """A file of structure tests cannot be read."""


def read_structure_tests(paths: Sequence[Path]) -> tuple[StructureTests, ...]:
    """Read configuration files; raise `UnreadableTests`, or `YamlError` with the place of what is wrong."""
    found = []
    for path in paths:
        try:
            data = read_regular(path, MAX_BYTES)
        except OSError as error:
            raise UnreadableTests(f"cannot read {str(path)!r}: {error.strerror}") from error
        found.append(parse_structure_tests(data, str(path)))
    return tuple(found)


def run_tests(
    text: str,
    configurations: Sequence[StructureTests],
    *,
    platform: Platform | None = None,
    access: RegistryAccess | None = None,
    variables: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> TestRun:
    """Run ``configurations`` against the image at ``text``; its root is unpacked only if a program is to be run.

    ``variables`` are the machine's, of which a test may ask for some by name; ``limits`` bound each
    command.
    """
    options = TestOptions(machine_variables=dict(variables or {}), limits=limits or Limits())
    with open_image(text, platform=platform, access=access) as source, ImageTree(source.image) as tree:
        config = source.image.config()
        if not needs_unpacked_root(configurations):
            return run_structure_tests(configurations, ImageUnderTest(tree=tree, config=config), options)
        with TemporaryDirectory(prefix="prill-test-", ignore_cleanup_errors=True) as folder:
            root = Path(folder) / "root"
            unpack(tree, root)
            return run_structure_tests(configurations, ImageUnderTest(tree=tree, config=config, root=root), options)

"""Run structure tests against an image: container-structure-test's v2 YAML, commands in a sandbox.

Commands run without a network, as the image's user, with bubblewrap or user namespaces. Where no sandbox works they
are not run, and the exit code says incomplete (4). A failed test is exit code 10.

examples:
  prill test out/python3 --config gold/tests/python3.yaml
  prill test out/python3 --config tests.yaml --platform linux/arm64     with qemu-user
  prill test out/python3 --config a.yaml --config b.yaml --format junit -o results.xml
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from prill.cli.argument_parser import output_file
from prill.cli.exit import Exit
from prill.cli.options import add_platform, add_registry, platform_of, registry_access
from prill.cli.output import say

if TYPE_CHECKING:
    from prill.model.structure_tests import TestRun

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("image", metavar="IMAGE", help="a layout, an archive or a registry's image")
    parser.add_argument(
        "-c",
        "--tests",
        "--config",
        dest="configurations",
        action="append",
        required=True,
        type=Path,
        metavar="FILE",
        help="a file of tests; may be given several times",
    )
    parser.add_argument("--format", choices=("text", "json", "junit"), default="text", help="the report's format")
    parser.add_argument("-o", "--output", type=output_file, metavar="FILE", help="write the report there")
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=60,
        metavar="SECONDS",
        help="how long one command may run, 60 unless given; emulated programs need more",
    )
    add_platform(parser)
    add_registry(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what passing commands printed, too")


def run(arguments: argparse.Namespace) -> Exit:
    """Test."""
    from prill.api.structure import read_structure_tests, run_tests  # noqa: PLC0415 - start-up stays lazy
    from prill.model.structure_tests import TestVerdict  # noqa: PLC0415
    from prill.sandbox.command import Limits  # noqa: PLC0415

    found = run_tests(
        arguments.image,
        read_structure_tests(arguments.configurations),
        platform=platform_of(arguments),
        access=registry_access(arguments),
        variables=os.environ,
        limits=Limits(seconds=arguments.timeout),
    )
    report = _report(arguments, found)
    if arguments.output:
        from prill._io.atomic import write_atomic  # noqa: PLC0415

        write_atomic(arguments.output, report)
    elif arguments.format != "text":
        sys.stdout.buffer.write(report)
    else:
        say(report.decode(), quiet=arguments.quiet)
    return {
        TestVerdict.PASSED: Exit.GOOD,
        TestVerdict.FAILED: Exit.NO,
        TestVerdict.INCOMPLETE: Exit.INCOMPLETE,
        TestVerdict.NOTHING_TO_RUN: Exit.NOTHING,
    }[found.verdict]


def _seconds(text: str) -> int:
    """Parse a number of seconds, at most a day."""
    if not text.isdecimal() or not 0 < int(text[:6]) <= 24 * 60 * 60:
        raise argparse.ArgumentTypeError(f"expected a number of seconds, 1 to 86400, not {text!r}")
    return int(text[:6])


def _report(arguments: argparse.Namespace, found: "TestRun") -> bytes:
    if arguments.format == "json":
        from prill.formats.structure_results import encode_structure_results  # noqa: PLC0415 - one format is wanted

        return encode_structure_results(found)
    if arguments.format == "junit":
        from prill.formats.junit import encode_junit  # noqa: PLC0415

        return encode_junit(found)
    from prill.views.structure_tests import render_structure_tests  # noqa: PLC0415

    return render_structure_tests(found, verbose=arguments.verbose).encode()

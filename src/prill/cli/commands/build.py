"""Build an image from a spec and its lock: no Docker, no root, no maintainer scripts, the same bytes every time.

-o says where the image goes; SBOMs, provenance, lock and build record are attached to it as OCI 1.1 referrers. A
layout's index lists the image alone, which is what scanners read; --list-referrers lists what is attached as well.

examples:
  prill build gold/python3.yaml -o out/python3              an OCI layout, for this machine's architecture
  prill build gold/python3.yaml -o out/python3 --arch all   a multi-architecture index
  prill build gold/python3.yaml -o out/python3-dev --variant dev
  prill build gold/python3.yaml -o out/python3 && syft oci-dir:out/python3
  prill build gold/python3.yaml -o docker-archive:python3.tar && docker load -i python3.tar
  prill build gold/python3.yaml -o registry:registry.example.com/gold/python3:3.13
"""

import argparse
import time
from pathlib import Path

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_network, add_registry, host_architecture, open_services, registry_access
from prill.cli.output import say

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("spec", type=Path, metavar="SPEC", help="the spec, a YAML file with its lock beside it")
    parser.add_argument("-o", "--output", required=True, metavar="DEST", help="where the image goes")
    parser.add_argument(
        "--arch",
        action="append",
        default=[],
        metavar="ARCH",
        help="amd64, arm64 or all; may be given several times (default: this machine's)",
    )
    parser.add_argument("--variant", default="", metavar="NAME", help="build this variant of the spec, such as dev")
    attached = parser.add_mutually_exclusive_group()
    attached.add_argument(
        "--no-referrers",
        dest="referrers",
        action="store_false",
        help="leave out what is attached: SBOMs, provenance, lock and build record",
    )
    attached.add_argument(
        "--list-referrers",
        dest="listed",
        action="store_true",
        help="list what is attached in a layout's index.json too, for oras; syft and crane want the image alone there",
    )
    add_registry(parser)
    add_network(parser)
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Build and write."""
    begin = time.monotonic()
    from prill.api.build import BuildRequest, build_spec  # noqa: PLC0415 - start-up stays lazy
    from prill.api.publish import publish  # noqa: PLC0415
    from prill.oci.destinations import Destination  # noqa: PLC0415

    access = registry_access(arguments)
    destination = Destination.parse(arguments.output)
    destination.check(access)
    with open_services(arguments) as services:
        request = BuildRequest(
            architectures=_architectures(arguments.arch),
            variant=arguments.variant,
            several=destination.holds_several,
            members=services.cache,
            folder=arguments.spec.parent,
        )
        built = build_spec(arguments.spec, services, request)
        place = publish(
            built,
            destination,
            referrers=arguments.referrers,
            listed=arguments.listed,
            access=access,
        )
    if not arguments.quiet:
        from prill.api.summary import summarise  # noqa: PLC0415 - only when somebody reads it
        from prill.views.image_summary import image_summary  # noqa: PLC0415

        seconds = time.monotonic() - begin
        for image in built.images:
            summary = summarise(
                image.record,
                image.manifest,
                image.config,
                built.lock,
                target=built.main,
                place=place,
                seconds=seconds,
            )
            say(image_summary(summary))
    return Exit.GOOD


def _architectures(wanted: list[str]) -> tuple[str, ...]:
    if "all" in wanted:
        return ()
    return tuple(dict.fromkeys(wanted)) or (host_architecture(),)

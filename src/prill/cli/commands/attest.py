"""Attach a signed statement to an image: an SBOM, provenance, scan results, or anything else in JSON.

The type is one of cosign's names (slsaprovenance, slsaprovenance1, spdx, spdxjson, cyclonedx, vuln, openvex, link,
custom) or a predicate type's address. spdx takes SPDX's tag-value text, custom any text; the others take JSON.

examples:
  prill attest registry.example.test/app:1 --predicate sbom.spdx.json --type spdxjson --key cosign.key
  prill attest registry.example.test/app:1 --predicate provenance.json --type slsaprovenance1 --key cosign.key
  prill attest oci-dir:out/app --predicate notes.txt --key cosign.key --layout legacy
"""

import argparse
from pathlib import Path

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_registry, registry_access
from prill.cli.output import say
from prill.cli.sign_options import add_layout, add_signing, made_lines, open_signing, read_predicate, signing_request

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="registries' images, or layouts in folders")
    parser.add_argument("--predicate", type=Path, required=True, metavar="FILE", help="what is said about the image")
    parser.add_argument("--type", default="custom", metavar="TYPE", help="the predicate's type (default: custom)")
    add_signing(parser)
    add_layout(parser)
    parser.add_argument("-r", "--recursive", action="store_true", help="of an index, attest every image as well")
    add_registry(parser)
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Attest."""
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.api.sign import attest_image  # noqa: PLC0415
    from prill.cli.settings import source_date_epoch  # noqa: PLC0415

    clock = SystemClock().now()
    epoch = source_date_epoch()
    now = clock if epoch is None else epoch
    kind, predicate = read_predicate(arguments, now)
    with open_signing(arguments, clock) as signing:
        request = signing_request(arguments, signing, now)
        for image in arguments.images:
            made = attest_image(
                image,
                request,
                predicate_type=kind,
                predicate=predicate,
                recursive=arguments.recursive,
                access=registry_access(arguments),
            )
            for one in made:
                say("\n".join(made_lines(one, f"attested {kind} of")), quiet=arguments.quiet)
    return Exit.GOOD

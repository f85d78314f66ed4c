"""Verify that images are signed by whom they should be signed by.

Signatures are found in cosign's layouts, the older one and bundles, and verified in numbered steps; an error names the
step. Exit code 10 where the answer is no. prill verify-attestation verifies statements about an image.

examples:
  prill verify registry.example.test/app:1 --key cosign.pub
  prill verify registry.example.test/app:1 --identity me@example.test --issuer https://accounts.example.test
  prill verify gcr.io/distroless/static:latest --trust distroless --max-age 90d
  prill verify oci-dir:out/app registry.example.test/b:1 --key cosign.pub --format json
"""

import argparse

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_platform, add_registry, platform_of, registry_access
from prill.cli.trust_options import add_conditions, add_signers, conditions_of, verifier_of
from prill.cli.verify_output import add_format, deliver_answers

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="registries' images, layouts or archives")
    add_signers(parser)
    add_conditions(parser)
    parser.add_argument("-r", "--recursive", action="store_true", help="of an index, verify every image as well")
    add_platform(parser)
    add_format(parser)
    add_registry(parser)
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Verify."""
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.api.verify import verify_images  # noqa: PLC0415
    from prill.signing.images import ImageVerification  # noqa: PLC0415

    request = ImageVerification(
        verifier=verifier_of(arguments), conditions=conditions_of(arguments), now=SystemClock().now()
    )
    answers = verify_images(
        arguments.images,
        request,
        platform=platform_of(arguments),
        recursive=arguments.recursive,
        access=registry_access(arguments),
    )
    return deliver_answers(arguments, answers)

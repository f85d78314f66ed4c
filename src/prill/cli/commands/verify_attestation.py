"""Verify a signed statement about images: its signer, its type, and what its predicate says.

The type is one of cosign's names (slsaprovenance, slsaprovenance1, spdx, spdxjson, cyclonedx, vuln, openvex, link,
custom) or a predicate type's address. --require names a field of the predicate by its keys with dots between, and the
value it must have; builder.id finds the builder of SLSA 0.2 and of SLSA 1. --print writes the verified statements.

examples:
  prill verify-attestation registry.example.test/app:1 --type slsaprovenance1 --key cosign.pub
  prill verify-attestation app:1 --type slsaprovenance --key cosign.pub --require builder.id=https://ci.example.test
  prill verify-attestation registry.example.test/app:1 --type spdxjson --key cosign.pub --print > statement.json
"""

import argparse
import sys

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_platform, add_registry, platform_of, registry_access
from prill.cli.trust_options import add_conditions, add_require, add_signers, conditions_of, verifier_of
from prill.cli.verify_output import add_format, deliver_answers

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="registries' images, layouts or archives")
    parser.add_argument("--type", default="custom", metavar="TYPE", help="the predicate's type (default: custom)")
    add_require(parser)
    add_signers(parser)
    add_conditions(parser)
    parser.add_argument("-r", "--recursive", action="store_true", help="of an index, verify every image as well")
    add_platform(parser)
    output = parser.add_mutually_exclusive_group()
    add_format(output)
    output.add_argument("--print", action="store_true", help="write the verified statements, one a line")
    add_registry(parser)
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Verify."""
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.api.verify import verify_images  # noqa: PLC0415
    from prill.signing.images import ImageVerification  # noqa: PLC0415
    from prill.signing.predicates import predicate_type  # noqa: PLC0415
    from prill.signing.subject import ClaimKind  # noqa: PLC0415

    request = ImageVerification(
        verifier=verifier_of(arguments),
        kind=ClaimKind.ATTESTATION,
        predicate_type=predicate_type(arguments.type),
        conditions=conditions_of(arguments),
        now=SystemClock().now(),
    )
    answers = verify_images(
        arguments.images,
        request,
        platform=platform_of(arguments),
        recursive=arguments.recursive,
        access=registry_access(arguments),
    )
    if arguments.print:
        payloads = (v.payload for one in answers for subject in one.subjects for v in subject.result.verified)
        for payload in payloads:
            sys.stdout.buffer.write(payload.rstrip(b"\n") + b"\n")
        arguments.quiet = True
    return deliver_answers(arguments, answers)

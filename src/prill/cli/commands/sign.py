"""Sign images, so that prill verify and cosign verify accept them.

What is signed is the manifest's digest. The signature lies beside the image afterwards: in its registry or in its
layout. It is verified before anybody sees it. The key's password comes from PRILL_KEY_PASSWORD or COSIGN_PASSWORD, or
is asked for. With --keyless a CI job or a person signs as themselves, with a certificate for a key that is thrown away.

examples:
  prill sign registry.example.test/app:1 --key cosign.key
  prill sign registry.example.test/app:1 --key cosign.key -a git=1f2e3d4 --recursive
  prill sign oci-dir:out/app --key env://SIGNING_KEY --layout legacy
  prill sign registry.example.test/app:1 --key pkcs11:object=signing
  prill sign registry.example.test/app:1 --keyless
  prill sign registry.example.test/app:1 --identity-token token.jwt --signing-config services.json
"""

import argparse

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_registry, registry_access
from prill.cli.output import say
from prill.cli.sign_options import add_layout, add_signing, made_lines, open_signing, signing_request
from prill.cli.trust_options import key_value

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="registries' images, or layouts in folders")
    add_signing(parser)
    add_layout(parser)
    parser.add_argument(
        "-a",
        "--annotations",
        action="append",
        type=key_value,
        default=[],
        metavar="KEY=VALUE",
        help="something to say along with the signature; repeatable",
    )
    parser.add_argument("-r", "--recursive", action="store_true", help="of an index, sign every image as well")
    add_registry(parser)
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Sign."""
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.api.sign import sign_one  # noqa: PLC0415
    from prill.cli.settings import source_date_epoch  # noqa: PLC0415

    clock = SystemClock().now()
    epoch = source_date_epoch()
    with open_signing(arguments, clock) as signing:
        request = signing_request(arguments, signing, clock if epoch is None else epoch)
        for image in arguments.images:
            made = sign_one(
                image,
                request,
                annotations=arguments.annotations,
                recursive=arguments.recursive,
                access=registry_access(arguments),
            )
            for one in made:
                say("\n".join(made_lines(one, "signed")), quiet=arguments.quiet)
    return Exit.GOOD

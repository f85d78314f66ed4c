"""``prill db push`` and ``prill db pull``: the advisory database in a registry, signed."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from prill.cli.exit import Exit
from prill.cli.options import add_registry, registry_access
from prill.cli.output import say
from prill.cli.scan_options import tell_notes
from prill.cli.settings import load_settings, source_date_epoch
from prill.cli.sign_options import add_layout, add_signing, made_lines, open_signing, signing_request
from prill.cli.trust_options import NoSigner, add_conditions, add_signers, conditions_of, verifier_of

if TYPE_CHECKING:
    from prill.api.database_artifact import PulledDatabase

__all__ = ["add_pull", "add_push", "pull", "push"]


def add_push(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``push``."""
    parser.add_argument("reference", metavar="REF", help="the registry's name for it, with a tag")
    add_signing(parser)
    add_layout(parser)
    parser.add_argument("--unsigned", action="store_true", help="push it without a signature")
    add_registry(parser)


def add_pull(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``pull``."""
    parser.add_argument("source", metavar="REF", help="the registry's name for it; or a layout or an archive")
    add_signers(parser)
    add_conditions(parser)
    parser.add_argument(
        "--allow-unsigned", action="store_true", help="take what anybody may have put there: nothing is verified"
    )
    add_registry(parser)


def push(arguments: argparse.Namespace, path: Path) -> Exit:
    """Push, signed unless ``--unsigned`` says otherwise."""
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.api.database_artifact import push_database  # noqa: PLC0415
    from prill.cli.sign_options import NoKey  # noqa: PLC0415
    from prill.oci.destinations import Destination  # noqa: PLC0415
    from prill.views.sizes import human_size  # noqa: PLC0415

    reference = Destination.parse(f"registry:{arguments.reference.removeprefix('registry:')}").reference
    if reference is None:
        raise TypeError("a registry's destination has a reference")
    access = registry_access(arguments)
    now, epoch = SystemClock().now(), source_date_epoch()
    named = arguments.key is not None or arguments.keyless or arguments.identity_token is not None
    if arguments.unsigned:
        if named:
            raise NoKey("--unsigned and somebody who signs are named", hint="leave one of them out")
        pushed = push_database(path, reference, None, access=access)
    else:
        with open_signing(arguments, now) as signing:
            request = signing_request(arguments, signing, now if epoch is None else epoch)
            pushed = push_database(path, reference, request, access=access)
    lines = [
        f"pushed {path} to {reference}",
        f"  digest {pushed.digest}",
        f"  size   {human_size(pushed.size)}{'' if pushed.sent else ', which was there'}",
    ]
    signature = (
        made_lines(pushed.made, "signed")
        if pushed.made
        else ["not signed: prill db pull takes it with --allow-unsigned"]
    )
    say("\n".join((*lines, *signature)), quiet=arguments.quiet)
    return Exit.GOOD


def pull(arguments: argparse.Namespace, path: Path) -> Exit:
    """Pull, verified unless ``--allow-unsigned`` says otherwise."""
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.api.database_artifact import pull_database  # noqa: PLC0415
    from prill.signing.images import ImageVerification  # noqa: PLC0415

    now = SystemClock().now()
    verification = None
    if arguments.allow_unsigned:
        if any(getattr(arguments, name) is not None for name in ("key", "identity", "identity_regexp", "trust")):
            raise NoSigner("--allow-unsigned and a signer are named", hint="leave one of them out")
    else:
        try:
            verifier = verifier_of(arguments)
        except NoSigner as error:
            hint = f"{error.hint}; or --allow-unsigned, if whoever can write there may say what is vulnerable"
            raise NoSigner(str(error), hint=hint) from error
        verification = ImageVerification(verifier=verifier, conditions=conditions_of(arguments), now=now)
    pulled = pull_database(
        arguments.source,
        path,
        verification,
        access=registry_access(arguments),
        downloads=load_settings(arguments.config).cache / "downloads",
        now=now,
    )
    tell_notes(pulled.notes, quiet=arguments.quiet)
    say("\n".join(_lines(pulled, path)), quiet=arguments.quiet)
    return Exit.GOOD


def _lines(pulled: "PulledDatabase", path: Path) -> list[str]:
    from prill.cli.verify_output import verified_lines  # noqa: PLC0415 - start-up stays lazy
    from prill.views.sizes import human_size  # noqa: PLC0415

    lines = [f"{pulled.name.partition('@')[0]}@{pulled.digest}"]
    if pulled.verified is None:
        lines.append("  not verified: --allow-unsigned was said")
    else:
        lines += [line for one in pulled.verified.verified for line in verified_lines(one)]
    if pulled.resumed:
        lines.append(f"{human_size(pulled.resumed)} were here from an attempt before")
    lines.append(f"wrote {path}: {human_size(pulled.size)}" if pulled.changed else f"{path} is this database already")
    return lines

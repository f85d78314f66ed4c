"""What ``push``, ``pull`` and ``copy`` have in common: options, the copy itself, and what is said about it."""

import argparse
from typing import TYPE_CHECKING

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_platform, add_registry, platform_of, registry_access
from prill.cli.output import say, say_json
from prill.cli.progress import progress_for
from prill.cli.sbom_output import InvalidOption
from prill.cli.scan_options import tell_notes
from prill.cli.settings import load_settings
from prill.model.value import replace

if TYPE_CHECKING:
    from prill.api.copying import Copied
    from prill.oci.destinations import Destination

_NOT_ASKED_FOR = "left out; --with-referrers copies it, too"

__all__ = ["add_choice", "add_report", "copy", "kind_of"]


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Add what says how much is copied."""
    add_platform(parser)
    parser.add_argument(
        "--all-platforms", action="store_true", help="copy the whole index, with all its images; not with --platform"
    )
    parser.add_argument(
        "--with-referrers",
        action="store_true",
        help="copy what is attached too: signatures, attestations, SBOMs, and what is attached to those",
    )


def add_report(parser: argparse.ArgumentParser) -> None:
    """Add how to talk to registries, and what is printed."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")
    parser.add_argument(
        "--allow-gaps", action="store_true", help="exit with 0 although something attached could not be copied"
    )
    add_registry(parser)
    add_common(parser)


def copy(
    arguments: argparse.Namespace,
    source: str,
    destination: "Destination",
    *,
    whole: bool,
    attachments: bool,
    plain: tuple[bool, bool] = (False, False),
) -> Exit:
    """Copy, and say what was copied. ``plain`` says of each side by itself whether it speaks HTTP without TLS."""
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.api.copying import CopyRequest, copy_image  # noqa: PLC0415
    from prill.views.sizes import human_size  # noqa: PLC0415

    if whole and arguments.platform:
        raise InvalidOption("--all-platforms copies all, --platform one", hint="leave one of them out")
    access = registry_access(arguments)
    destination.check(access)
    there, here = (replace(access, plain_http=access.plain_http or one) for one in plain)
    request = CopyRequest(
        source=source,
        destination=destination,
        platform=platform_of(arguments),
        whole=whole,
        attachments=attachments,
        access=there,
        into=here,
        downloads=load_settings(arguments.config).cache / "downloads",
        now=SystemClock().now(),
    )
    with progress_for(quiet=arguments.quiet) as progress:
        copied = copy_image(request, progress=progress)
    tell_notes(copied.notes, quiet=arguments.quiet)
    tell_notes((f"{gap.subject}: {gap.reason}" for gap in copied.gaps), quiet=arguments.quiet)
    if copied.resumed:
        tell_notes((f"{human_size(copied.resumed)} were here from an attempt before",), quiet=arguments.quiet)
    if arguments.format == "json":
        say_json(_document(copied))
    else:
        can_ask = hasattr(arguments, "with_referrers")
        without = "nothing" if attachments else _NOT_ASKED_FOR if can_ask else "left out"
        say(_text(copied, without), quiet=arguments.quiet)
    return Exit.INCOMPLETE if copied.gaps and not arguments.allow_gaps else Exit.GOOD


def kind_of(artifact_type: str, tag: str) -> str:
    """Return what an attached manifest is, in a word or its artifact type."""
    return f"cosign's .{tag.rpartition('.')[2]}" if tag else artifact_type or "of no type"


def _text(copied: "Copied", without: str) -> str:
    from prill.views.copy_report import copy_report  # noqa: PLC0415 - one format is wanted

    return copy_report(
        copied.source,
        copied.place,
        digest=str(copied.digest),
        manifests=copied.manifests,
        sent=copied.sent,
        sent_size=copied.sent_size,
        present=copied.present,
        attached=tuple(kind_of(one.descriptor.artifact_type, one.tag) for one in copied.attached),
        without=without,
    )


def _document(copied: "Copied") -> dict[str, object]:
    attached = [
        {
            "digest": str(one.descriptor.digest),
            "subject": str(one.subject),
            "artifactType": one.descriptor.artifact_type,
            **({"tag": one.tag} if one.tag else {}),
        }
        for one in copied.attached
    ]
    return {
        "source": copied.source,
        "place": copied.place,
        "digest": str(copied.digest),
        "manifests": copied.manifests,
        "blobs": {"sent": copied.sent, "sentSize": copied.sent_size, "present": copied.present},
        "resumedSize": copied.resumed,
        "attached": attached,
        "gaps": [{"subject": gap.subject, "reason": gap.reason} for gap in copied.gaps],
        "notes": list(copied.notes),
    }

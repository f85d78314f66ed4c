"""Show an image's platforms, and all that is attached to it: signatures, attestations, SBOMs, and what is on those.

Referrers are shown, wherever they are listed, what stands under cosign's tags, and BuildKit's attestations. Nothing is
verified here: what a signature or an attestation says is not read.

examples:
  prill tree registry.example.com/gold/python3:3.13
  prill tree out/python3
  prill tree registry.example.com/app:1 --format json
"""

import argparse
from typing import TYPE_CHECKING

from prill.cli.copy_options import kind_of
from prill.cli.exit import Exit
from prill.cli.options import add_common, add_registry, registry_access
from prill.cli.output import say, say_json
from prill.cli.scan_options import tell_notes

if TYPE_CHECKING:
    from prill.api.image_tree import AttachmentTree, TreeNode
    from prill.views.branches import Branch

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("image", metavar="IMAGE", help="a registry's image, a layout or an archive")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")
    parser.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be read")
    add_registry(parser)
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Show."""
    from prill.api.image_tree import image_tree  # noqa: PLC0415 - start-up stays lazy

    tree = image_tree(arguments.image, access=registry_access(arguments))
    tell_notes((f"{gap.subject}: {gap.reason}" for gap in tree.gaps), quiet=arguments.quiet)
    if arguments.format == "json":
        gaps = [{"subject": gap.subject, "reason": gap.reason} for gap in tree.gaps]
        say_json({"name": tree.name, "root": _json(tree.root), "gaps": gaps})
    else:
        say(_text(tree), quiet=arguments.quiet)
    return Exit.INCOMPLETE if tree.gaps and not arguments.allow_gaps else Exit.GOOD


def _json(node: "TreeNode") -> dict[str, object]:
    texts = {"platform": node.platform, "artifactType": node.artifact_type, "tag": node.tag}
    return {
        "kind": node.kind,
        "digest": str(node.digest),
        "size": node.size,
        **{name: value for name, value in texts.items() if value},
        **({"predicateTypes": list(node.predicates)} if node.predicates else {}),
        "children": [_json(child) for child in node.children],
    }


def _text(tree: "AttachmentTree") -> str:
    from prill.views.branches import Branch, draw  # noqa: PLC0415 - one format is wanted

    return draw(Branch(tree.name, (), (_branch(tree.root),)))


def _branch(node: "TreeNode") -> "Branch":
    from prill.views.branches import Branch  # noqa: PLC0415 - one format is wanted
    from prill.views.sizes import human_size  # noqa: PLC0415

    what = {
        "index": "index",
        "image": f"image {node.platform}".rstrip(),
        "attestations": "BuildKit's attestations",
        "referrer": kind_of(node.artifact_type, ""),
        "tag": kind_of("", node.tag),
    }[node.kind]
    if node.kind == "image" and node.artifact_type:
        what = node.artifact_type
    size = f", {human_size(node.size)}" if node.size else ""
    return Branch(f"{what}{size}", (str(node.digest), *node.predicates), tuple(map(_branch, node.children)))

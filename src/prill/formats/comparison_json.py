"""Images side by side as Prill's own JSON (docs/compare.md): each figure with its source, each difference by name."""

from collections import Counter

from prill.formats._json import pretty_json
from prill.model.comparison import Comparison, Row, VulnerabilityDelta
from prill.model.image_diff import Direction

__all__ = ["encode_comparison"]

_Json = dict[str, object]


def encode_comparison(comparison: Comparison, *, tool: str) -> bytes:
    """Return the comparison as JSON; ``tool`` is Prill with its version."""
    document = {
        "schemaVersion": 1,
        "tool": tool,
        "created": comparison.created,
        "images": [
            {"name": one.name, "digest": str(one.digest) if one.digest else None, "platform": str(one.platform or "")}
            for one in comparison.images
        ],
        "rows": [_row(row) for row in comparison.rows],
        "differences": [_delta(delta) for delta in comparison.deltas],
        "sources": [
            {"id": one.id, "name": one.name, "url": one.url, "retrieved": one.retrieved, "modified": one.modified}
            for one in comparison.sources
        ],
        "gaps": [{"subject": gap.subject, "reason": gap.reason} for gap in comparison.gaps],
        "notes": list(comparison.notes),
    }
    return pretty_json(document, ascii_only=False)


def _row(row: Row) -> _Json:
    return {
        "id": row.id,
        "title": row.title.strip(),
        "source": row.source,
        "figures": [{"text": one.text, "number": one.number, "unknown": one.unknown} for one in row.figures],
    }


def _delta(delta: VulnerabilityDelta) -> _Json:
    diff = delta.diff
    files = Counter((one.is_file, one.became) for one in diff.files)
    return {
        "vulnerabilitiesGone": list(delta.gone),
        "vulnerabilitiesNew": list(delta.new),
        "vulnerabilitiesUnknown": list(delta.unknown),
        "vulnerabilitiesUnknownBefore": list(delta.unknown_before),
        "vulnerabilitiesSame": delta.same,
        "packages": {
            str(direction): [
                {
                    "name": move.change.name,
                    "ecosystem": move.change.ecosystem,
                    "old": list(move.change.old),
                    "new": list(move.change.new),
                }
                for move in diff.packages
                if move.direction is direction
            ]
            for direction in Direction
        },
        **_entries("files", files, is_file=True),
        **_entries("foldersAndLinks", files, is_file=False),
        "filesSame": diff.same_files,
        "foldersAndLinksSame": diff.same_others,
        "settings": [{"name": one.name, "old": one.old, "new": one.new} for one in diff.config],
    }


def _entries(name: str, counted: Counter[tuple[bool, str]], *, is_file: bool) -> _Json:
    return {f"{name}{became.title()}": counted[is_file, became] for became in ("added", "removed", "changed")}

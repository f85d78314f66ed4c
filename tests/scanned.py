"""An image's files as a dict, catalogued."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from prill.model import Digest, FileStat, Package, Platform, RelationshipKind, Sbom, Subject
from prill.sbom.cataloger import AnyCataloger
from prill.sbom.catalogers import BUILTIN
from prill.sbom.run import run
from trees import DictTree, Link

LAYER = f"sha256:{'1' * 64}"
BOOKWORM = "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n"


class LayerTree(DictTree):
    """A `ScanTree` whose files all come from one layer."""

    def walk(self) -> Iterator[FileStat]:
        return iter([self.stats[path] for path in sorted(self.stats)])

    def layer_name(self, path: str) -> str:
        return LAYER if path in self.stats else ""


def scan(
    content: Mapping[str, bytes | str | Link | FileStat | None], catalogers: Sequence[AnyCataloger] = BUILTIN
) -> Sbom:
    """Catalogue the files; an image without os-release is Debian 12."""
    tree = LayerTree({"etc/os-release": BOOKWORM, **content})
    for path, stat in tree.stats.items():
        if tree.data.get(path, b"").startswith((b"\x7fELF", b"#!")):
            tree.stats[path] = replace(stat, mode=0o755)  # executable
    subject = Subject(name="image", digest=Digest.of(b"image"), platform=Platform.parse("linux/amd64"))
    sbom = run(tree, subject, catalogers=catalogers)
    assert "which is a bug" not in reasons(sbom)
    return sbom


def scan_folder(content: Mapping[str, bytes | str | Link | FileStat | None]) -> Sbom:
    """Catalogue the files of a folder that is no root file system, such as a project's."""
    sbom = run(LayerTree(content), Subject(name="folder"))
    assert "which is a bug" not in reasons(sbom)
    return sbom


def purls(sbom: Sbom) -> list[str]:
    return [package.purl for package in sbom.packages]


def only(sbom: Sbom) -> Package:
    (package,) = sbom.packages
    return package


def related(sbom: Sbom, kind: RelationshipKind = RelationshipKind.DEPENDS_ON) -> list[tuple[str, str]]:
    return [(one.purl, one.other) for one in sbom.relationships if one.kind is kind]


def reasons(sbom: Sbom) -> str:
    return "\n".join(f"{gap.subject}: {gap.reason}" for gap in sbom.gaps)

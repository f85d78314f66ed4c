"""An image and all that is attached to it, as a tree: what ``prill tree`` shows."""

from collections import defaultdict

from prill.model import Digest, Gap
from prill.model.value import dataclass
from prill.oci.attachments import Attached, documents_of, find_attachments
from prill.oci.descriptor import Descriptor
from prill.oci.graph import read_manifest
from prill.oci.index import Index
from prill.oci.places import open_place
from prill.oci.registry_access import RegistryAccess
from prill.oci.store import BlobNotFound, ImageSource

__all__ = ["AttachmentTree", "TreeNode", "image_tree"]

_BUILDKIT_TYPE = "vnd.docker.reference.type"
_BUILDKIT_SUBJECT = "vnd.docker.reference.digest"
_PREDICATE = "dev.sigstore.bundle.predicateType"
_PREDICATES = (_PREDICATE, "in-toto.io/predicate-type", "predicateType")
_TOLD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """A manifest or an index, and what belongs below it.

    ``kind`` is ``index``, ``image``, ``attestations`` (BuildKit's), ``referrer`` or ``tag`` (cosign's). ``size`` is of
    what it points to itself, without other manifests. ``predicates`` are the in-toto predicate types that it names.
    """

    kind: str
    digest: Digest
    size: int
    platform: str = ""
    artifact_type: str = ""
    tag: str = ""
    predicates: tuple[str, ...] = ()
    children: tuple["TreeNode", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentTree:
    """The tree of what ``name`` stands for, and what could not be looked at."""

    name: str
    root: TreeNode
    gaps: tuple[Gap, ...] = ()


def image_tree(text: str, *, access: RegistryAccess | None = None) -> AttachmentTree:
    """Open what ``text`` names and find all that is attached to it; raise as `open_place` and `find_attachments` do."""
    with open_place(text, access=access) as place:
        attachments = find_attachments(place.store, place.target)
        about: defaultdict[Digest, list[Attached]] = defaultdict(list)
        for one in attachments.found:
            about[one.subject].append(one)
        documents, _ = documents_of(place.store, place.target)
        root = _Growing(place.store, about, {one.digest: one for one in documents}).node(place.target)
    return AttachmentTree(name=place.name, root=root, gaps=attachments.gaps)


class _Growing:
    """Makes nodes from the root on; each manifest stands in the tree where it is met first, and once."""

    def __init__(
        self, store: ImageSource, about: dict[Digest, list[Attached]], documents: dict[Digest, Descriptor]
    ) -> None:
        self._store = store
        self._about = about
        self._documents = documents
        self._met: set[Digest] = set()

    def node(self, descriptor: Descriptor) -> TreeNode:
        """Return the node of an index or an image."""
        self._met.add(descriptor.digest)
        try:
            manifest = read_manifest(self._store, descriptor)
        except BlobNotFound:  # it is among the gaps
            manifest = None
        inner = [self.node(child) for child in self._images(manifest)]
        index = isinstance(manifest, Index)
        return TreeNode(
            kind="index" if index else "attestations" if descriptor.annotation(_BUILDKIT_TYPE) else "image",
            digest=descriptor.digest,
            size=0 if manifest is None or index else _size(manifest.children()),
            platform=str(descriptor.platform) if descriptor.platform and descriptor.platform.os != "unknown" else "",
            artifact_type=manifest.artifact_type if manifest else "",
            predicates=_predicates(manifest.children()) if manifest and not index else (),
            children=(*inner, *self._attached(descriptor.digest)),
        )

    def _images(self, manifest: object) -> list[Descriptor]:
        """Return an index's images; BuildKit's attestations come behind the image they are about."""
        if not isinstance(manifest, Index):
            return []
        entries = [one for one in manifest.manifests if one.digest in self._documents and one.digest not in self._met]
        order = {str(one.digest): number for number, one in enumerate(entries)}
        return sorted(
            entries, key=lambda one: order.get(one.annotation(_BUILDKIT_SUBJECT) or "", order[str(one.digest)])
        )

    def _attached(self, digest: Digest) -> tuple[TreeNode, ...]:
        found = []
        for one in self._about.get(digest, ()):
            again = one.descriptor.digest in self._met
            self._met.add(one.descriptor.digest)
            noted = tuple(value for name in _PREDICATES if (value := one.descriptor.annotation(name)))
            found.append(
                TreeNode(
                    kind="tag" if one.tag else "referrer",
                    digest=one.descriptor.digest,
                    size=_size(one.manifest.children()),
                    artifact_type=one.descriptor.artifact_type,
                    tag=one.tag,
                    predicates=noted or _predicates(one.manifest.children()),
                    children=() if again else self._attached(one.descriptor.digest),
                )
            )
        return tuple(found)


def _size(children: tuple[Descriptor, ...]) -> int:
    return sum(one.size for one in children)


def _predicates(children: tuple[Descriptor, ...]) -> tuple[str, ...]:
    found = (value for one in children for name in _PREDICATES if (value := one.annotation(name)))
    return tuple(dict.fromkeys(found))[:_TOLD]

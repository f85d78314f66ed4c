"""An index of two images with everything attached to it that there is, and more on top of that."""

from dataclasses import dataclass, field

from images import ARM64, file, image_of, index_of
from prill.oci.descriptor import EMPTY_JSON, Descriptor
from prill.oci.index import Index
from prill.oci.manifest import Manifest
from prill.oci.media_types import EMPTY
from prill.oci.memory import MemoryStore
from prill.oci.store import Blob
from prill.oci.tags import cosign_tag

SPDX, SIGSTORE = "application/spdx+json", "application/vnd.dev.sigstore.bundle.v0.3+json"
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"


@dataclass
class AttachedImage:
    """``names`` are what a place must have besides the image; ``store`` has everything."""

    index: Index
    amd64: Manifest
    arm64: Manifest
    store: MemoryStore
    referrers: dict[str, Manifest] = field(default_factory=dict)
    tagged: dict[str, tuple[str, Manifest]] = field(default_factory=dict)

    def attach(self, name: str, subject: Manifest | Index, kind: str) -> Manifest:
        manifest = self._add(name, kind, Descriptor.of(subject.raw, subject.media_type))
        self.referrers[name] = manifest
        return manifest

    def tag(self, name: str, subject: Manifest | Index, suffix: str) -> Manifest:
        manifest = self._add(name, SIMPLE, None)
        self.tagged[name] = (cosign_tag(subject.digest, suffix), manifest)
        self.store.put_manifest(manifest.raw, manifest.media_type, tag=cosign_tag(subject.digest, suffix))
        return manifest

    def _add(self, name: str, kind: str, subject: Descriptor | None) -> Manifest:
        content = name.encode()
        config = Descriptor.of(EMPTY_JSON, EMPTY)
        artifact_type = kind if subject else ""
        layers = (Descriptor.of(content, kind),)
        manifest = Manifest(config=config, layers=layers, subject=subject, artifact_type=artifact_type)
        for data in (EMPTY_JSON, content):
            self.store.add(Blob.of(data))
        self.store.put_manifest(manifest.raw, manifest.media_type)
        return manifest

    @property
    def entries(self) -> tuple[Descriptor, ...]:
        """The image, then what refers to it."""
        return (self.index.descriptor(), *(one.descriptor() for one in self.referrers.values()))

    @property
    def named(self) -> tuple[tuple[str, Descriptor], ...]:
        """What has tags."""
        return tuple((tag, Descriptor.of(one.raw, one.media_type)) for tag, one in self.tagged.values())


def attached_image() -> AttachedImage:
    first, second = image_of([file("a", "x" * 50_000)], [file("b")]), image_of([file("a", "arm")], platform=ARM64)
    index, store = index_of(first, second)
    made = AttachedImage(index, first.manifest, second.manifest, store)
    store.put_manifest(index.raw, index.media_type, tag="1.0")
    sbom = made.attach("sbom", made.amd64, SPDX)
    made.attach("bundle of the sbom", sbom, SIGSTORE)
    made.attach("bundle of the index", index, SIGSTORE)
    signature = made.tag("signature of the index", index, "sig")
    made.tag("attestation of arm64", made.arm64, "att")
    made.tag("signature of the signature", signature, "sig")
    made.attach("about a signature", signature, "text/x")
    assert store.find("1.0") is not None
    return made

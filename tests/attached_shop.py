"""A registry with one image, a key, and what is attached to the image."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from images import MadeImage
from prill.model import Digest, ImageReference
from prill.oci.descriptor import EMPTY_JSON, Descriptor
from prill.oci.manifest import Manifest
from prill.oci.media_types import EMPTY
from prill.oci.push import push
from prill.oci.referrers import attach
from prill.oci.registry import Repository, connect
from prill.oci.serving.server import RegistryServer
from run_prill import Prill


def statement(subject: Digest, predicate: bytes, kind: str = "https://spdx.dev/Document") -> bytes:
    about = {"name": "x", "digest": {subject.algorithm: subject.hex}}
    head = {"_type": "https://in-toto.io/Statement/v0.1", "subject": [about], "predicateType": kind}
    return json.dumps(head | {"predicate": json.loads(predicate)}, separators=(",", ":")).encode()


def artifact(subject: Descriptor | None, content: bytes, layer_type: str, artifact_type: str = "") -> Manifest:
    return Manifest(
        config=Descriptor.of(EMPTY_JSON, EMPTY),
        layers=(Descriptor.of(content, layer_type),),
        subject=subject,
        artifact_type=artifact_type,
    )


@dataclass
class AttachedShop:
    """A registry with one image, and a key."""

    prill: Prill
    server: RegistryServer
    folder: Path
    image: MadeImage

    @property
    def name(self) -> str:
        return f"{self.server.host}/app:1.0"

    def repository(self) -> Repository:
        return connect(ImageReference.parse(self.name), plain_http=True, writing=True)

    def attach(self, manifest: Manifest, content: bytes, tag: str = "") -> Digest:
        with closing(self.repository()) as store:
            attach(store, manifest, (EMPTY_JSON, content))
            if tag:
                store.put_manifest(manifest.raw, manifest.media_type, tag=tag)
        return manifest.digest

    def keys(self) -> Path:
        if not (self.folder / "cosign.pub").exists():
            assert self.prill("keys", "new", "-o", self.folder / "cosign").code == 0
        return self.folder / "cosign.pub"

    def signed(self, verb: str, *words: object) -> None:
        self.keys()
        done = self.prill(verb, self.name, "--key", self.folder / "cosign.key", "--plain-http", *words)
        assert done.code == 0, done.err

    def attest(self, content: bytes, kind: str, *words: object) -> None:
        (self.folder / "predicate").write_bytes(content)
        self.signed("attest", "--predicate", self.folder / "predicate", "--type", kind, *words)


ShopT = TypeVar("ShopT", bound=AttachedShop)


@contextmanager
def open_shop(prill: Prill, folder: Path, image: MadeImage, *, kind: type[ShopT]) -> Iterator[ShopT]:
    """Serve ``image`` as ``app:1.0`` on loopback; keys and predicates are written to ``folder``."""
    with RegistryServer(folder / "registry") as server:
        shop = kind(prill, server, folder, image)
        with closing(shop.repository()) as target:
            push(target, blobs=image.store, entries=image.entries)
        yield shop

"""Images that no honest person made, as layouts on disk; and Prill beside them, in a process with little memory."""

import hashlib
import io
import json
import resource
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from backports import zstd

from run_prill import Ran

MEMORY = 1 << 30
"""Address space, of which libraries and threads' stacks take a third: what a scan of an ordinary image needs, and no more."""
_RUN = "import sys; from prill.cli.main import main; sys.exit(main(sys.argv[1:]))"


def bounded(*words: object, memory: int = MEMORY, seconds: float = 100) -> Ran:
    """Run Prill with so much address space; more time is a failure."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    done = subprocess.run(
        [sys.executable, "-c", _RUN, *map(str, words)],
        capture_output=True,
        timeout=seconds,
        preexec_fn=limit,
        check=False,
    )
    said = Ran(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
    assert "Traceback" not in said.err, said.err
    assert "MemoryError" not in said.err, said.err
    return said


def entry(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    """Return a tar's member with whatever fields, true or not."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def raw_tar(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """Write a tar as it is asked for; nothing is checked."""
    out = io.BytesIO()
    with tarfile.TarFile(fileobj=out, mode="w", errors="surrogateescape") as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def header(name: str, size: int) -> bytes:
    """Return one header block."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT)


def write_layers(path: Path, *layers: bytes | Iterable[bytes]) -> Path:
    """Write a layout; a layer that comes in pieces is one zstd frame a piece, so that equal pieces are packed once."""
    image = Layout(path)
    for layer in layers:
        image.add_layer([layer] if isinstance(layer, bytes) else layer)
    image.finish()
    return path


class Layout:
    """A layout's folder, written without any check."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.blobs = path / "blobs" / "sha256"
        self.blobs.mkdir(parents=True)
        self.layers: list[dict[str, Any]] = []
        self.diff_ids: list[str] = []

    def add_layer(self, pieces: Iterable[bytes]) -> None:
        packed: dict[bytes, bytes] = {}
        plain, stored = hashlib.sha256(), hashlib.sha256()
        place = self.blobs / "layer"
        with place.open("wb") as file:
            for piece in pieces:
                if piece not in packed:
                    packed[piece] = zstd.compress(piece, 1)
                plain.update(piece)
                stored.update(packed[piece])
                file.write(packed[piece])
        size = place.stat().st_size
        place.rename(self.blobs / stored.hexdigest())
        media_type = "application/vnd.oci.image.layer.v1.tar+zstd"
        self.layers.append({"mediaType": media_type, "digest": f"sha256:{stored.hexdigest()}", "size": size})
        self.diff_ids.append(f"sha256:{plain.hexdigest()}")

    def add(self, document: dict[str, Any], media_type: str) -> dict[str, Any]:
        data = json.dumps(document).encode()
        digest = hashlib.sha256(data).hexdigest()
        (self.blobs / digest).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}

    def finish(self) -> None:
        rootfs = {"type": "layers", "diff_ids": self.diff_ids}
        config = self.add(
            {"architecture": "amd64", "os": "linux", "rootfs": rootfs}, "application/vnd.oci.image.config.v1+json"
        )
        media_type = "application/vnd.oci.image.manifest.v1+json"
        manifest = {"schemaVersion": 2, "mediaType": media_type, "config": config, "layers": self.layers}
        self.point_to(self.add(manifest, media_type))

    def point_to(self, descriptor: dict[str, Any]) -> None:
        index = {"schemaVersion": 2, "manifests": [descriptor]}
        (self.path / "index.json").write_text(json.dumps(index))
        (self.path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

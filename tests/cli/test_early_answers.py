"""An image that is looked at while its layers are still verified: nothing is said of it, or remembered, if one is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from images import file, folder, image_of
from prill.archive.codecs import Codec
from prill.oci.layout_writer import write_layout

STATUS = """\
Package: app
Status: install ok installed
Version: 2.0
Architecture: all
Maintainer: Somebody <somebody@example.test>
Description: the program
"""


def layout(path: Path, codec: Codec) -> Path:
    """Write an image of 5 MB, which are worth a second process."""
    lower = [folder("etc"), file("etc/os-release", "ID=debian\nVERSION_ID=12\n"), file("large", os.urandom(3 << 20))]
    upper = [*(folder(one) for one in ("var", "var/lib", "var/lib/dpkg")), file("var/lib/dpkg/status", STATUS)]
    made = image_of(lower, [*upper, file("more", os.urandom(2 << 20))], codec=codec)
    write_layout(path, blobs=made.store, entries=made.entries, tag="test")
    for layer in made.manifest.layers:
        blob = path / "blobs" / "sha256" / layer.digest.hex
        if codec is Codec.NONE:
            blob.write_bytes(blob.read_bytes().replace(b"Version: 2.0", b"Version: 2.1"))
        else:  # gzip's time of writing: what comes out is the same
            data = bytearray(blob.read_bytes())
            data[4] ^= 1
            blob.write_bytes(data)
    return path


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP])
@pytest.mark.parametrize(
    "words", [("sbom", "--format", "cyclonedx"), ("scan", "--no-archive", "--format", "json"), ("inspect",), ("files",)]
)
def test_a_wrong_layer_is_no_answer_and_leaves_none(words: tuple[str, ...], codec: Codec, tmp_path: Path):
    image = layout(tmp_path / "image", codec)
    cache = tmp_path / "cache"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-m", "prill", words[0], f"oci-dir:{image}", *words[1:]]
    for _ in range(2):
        ran = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
        assert ran.returncode == 1
        assert ran.stdout == ""
        assert "has the digest" in ran.stderr
    assert not [path for path in cache.rglob("*") if path.is_file() and "derived" in path.parts]

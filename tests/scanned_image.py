"""Two images on disk for the commands that look at files: a Debian's database, a Node package, links and modes."""

from pathlib import Path

from images import Entry, file, folder, hardlink, image_of, symlink
from prill.model import ImageReference
from prill.oci.destinations import Destination, write_image

NAME = ImageReference.parse("example.org/app:1.0")
STATUS = """\
Package: tool
Status: install ok installed
Version: {0}
Architecture: amd64
Maintainer: Somebody <somebody@example.test>
Description: a tool
"""


def base(version: str = "1.0-1") -> list[Entry]:
    return [
        folder("usr"),
        symlink("bin", "usr/bin"),
        file("etc/os-release", 'ID=debian\nVERSION_ID="12"\n'),
        file("var/lib/dpkg/status", STATUS.format(version)),
        file("var/lib/dpkg/info/tool.list", "/.\n/bin\n/bin/tool\n"),
        file("usr/bin/tool", f"tool {version}", mode=0o4755),
    ]


APP = [
    file("app/node_modules/left-pad/package.json", '{"name": "left-pad", "version": "1.3.0", "license": "MIT"}'),
    file("app/node_modules/left-pad/index.js", "pad()", uid=1000, gid=1000),
    file("app/free", "nobody's"),
    hardlink("app/more", "app/free"),
]


def write(path: Path, *layers: list[Entry] | bytes, **config: object) -> Path:
    made = image_of(*layers, **config)
    write_image(Destination.parse(f"oci-dir:{path}"), blobs=made.store, entries=made.entries, name=NAME)
    return path

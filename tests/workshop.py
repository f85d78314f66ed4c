"""A whole workshop in a folder: a signed Debian archive with tiny packages, a spec, a cache, and the command line.

Everything is read from ``file://``, so that locking, building, rebuilding and explaining take milliseconds and no
network. The archive is Debian 13 in name; its keys are named in the workshop's settings.
"""

import contextlib
import gzip
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from deb_files import Deb, File, Link
from debian_archive import clearsign, release_text, utc, write_keys
from prill._io.cache import ContentCache
from prill._io.clock import FixedClock
from prill._io.http import Fetcher
from prill.api.services import MirrorChoice, Services
from prill.cli.main import main
from prill.oci.rootfs import ImageTree
from prill.oci.sources import open_image

RELEASED = 1_767_225_600
"""2026-01-01, the date of the archive's Releases; they have no Valid-Until."""

POCKETS = {"trixie": "Debian", "trixie-updates": "Debian", "trixie-security": "Debian-Security"}


def base_files(version: str = "13.8", **values: object) -> Deb:
    """Return what every image here stands on: merged /usr, a release's name, a few folders."""
    links = {name: Link(f"usr/{name}") for name in ("bin", "lib", "sbin")}
    release = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n'
    files = {
        **links,
        "etc/debian_version": "13.8\n",
        "etc/os-release": Link("../usr/lib/os-release"),
        "usr/bin/.keep": "",
        "usr/lib/os-release": release,
        "usr/sbin/.keep": "",
    }
    return Deb("base-files", version, files, **values)  # type: ignore[arg-type]


def library(version: str = "3.5-1", *, name: str = "libssl3", content: str = "", **values: object) -> Deb:
    so = f"usr/lib/x86_64-linux-gnu/{name}.so.3"
    files = {so: content or f"{name} {version}", f"usr/share/man/man3/{name}.3.gz": "a page"}
    return Deb(name, version, files, **{"fields": {"Source": "openssl"}, **values})  # type: ignore[arg-type]


def program(version: str = "2.0", **values: object) -> Deb:
    files = {
        "usr/bin/app": File(f"#!/usr/bin/app-run\n{version}\n", 0o755),
        "usr/share/doc/app/README": "read me",
    }
    return Deb("app", version, files, **{"fields": {"Depends": "libssl3 (>= 3)"}, **values})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


SPEC: dict[str, object] = {
    "contents": {"distribution": "debian:13", "packages": ["base-files", "app"]},
    "trim": ["docs", "man"],
    "archs": ["amd64"],
}


class Workshop:
    """Below ``root``: ``archive``, ``spec/image.yaml``, ``cache``, ``prill.toml``, ``out``."""

    def __init__(self, root: Path, debs: Iterable[Deb] | None = None) -> None:
        self.root = root
        self.keys = write_keys(_folder(root / "keys"), "archive")
        self.out = root / "out"
        self.spec_file = root / "spec" / "image.yaml"
        self.lock_file = root / "spec" / "image.lock.json"
        self.cache = ContentCache(root / "cache")
        self.settings = root / "prill.toml"
        self.use_settings()
        self.publish(debs if debs is not None else (base_files(), library(), program()))
        self.spec()

    def use_settings(self, *, cache: str = "cache", npm: str = "") -> None:
        text = f'[archive]\nmirrors = ["file://{self.root}/archive"]\nkeys = ["keys/archive.asc"]\nsnapshot = ""\n'
        text += f'[cache]\ndirectory = "{self.root / cache}"\n'
        self.settings.write_text(text + (f'[npm]\nregistry = "{npm}"\n' if npm else ""))

    def publish(self, debs: Iterable[Deb], *, updates: Iterable[Deb] = ()) -> None:
        """Write the archive anew; ``updates`` come from the security pocket."""
        pools = {"trixie": tuple(debs), "trixie-updates": (), "trixie-security": tuple(updates)}
        for pocket, label in POCKETS.items():
            packed = [(deb, deb.pack()) for deb in pools[pocket]]
            indexes: dict[str, bytes] = {}
            for architecture in ("amd64", "arm64"):
                fitting = [(deb, data) for deb, data in packed if deb.architecture in (architecture, "all")]
                index = "\n".join(deb.stanza(data) for deb, data in fitting).encode()
                path = f"main/binary-{architecture}/Packages"
                indexes |= {path: index, f"{path}.gz": gzip.compress(index, mtime=0)}
            text = release_text(
                indexes,
                Codename=pocket,
                Label=label,
                Date=utc(RELEASED),
                Valid_Until=None,
                Acquire_By_Hash=None,
                Suite="stable-security" if pocket.endswith("security") else "stable",
            )
            folder = self.root / "archive" / "dists" / pocket
            _write(folder / "InRelease", clearsign(text, "archive"))
            for path, data in indexes.items():
                _write(folder / path, data)
            for deb, data in packed:
                _write(self.root / "archive" / deb.path, data)

    def spec(self, **changes: object) -> None:
        """Write the spec: the plain one, with some of its keys replaced; None leaves one out."""
        content = {key: value for key, value in (SPEC | changes).items() if value is not None}
        _write(self.spec_file, yaml.safe_dump(content, sort_keys=False).encode())

    def packages(self, *names: str, **more: object) -> None:
        """Write a spec that asks for these packages; ``more`` are other keys."""
        self.spec(contents={"distribution": "debian:13", "packages": list(names)}, **more)

    def run(self, *words: object) -> Ran:
        """Run a command in this process, with the workshop's settings."""
        command = [str(word) for word in words]
        if command[0] not in ("new", "completion", "test"):
            command += ["--config", str(self.settings)]
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(command)
            except SystemExit as ended:
                code = int(ended.code or 0)
        out.flush()
        return Ran(int(code), out.buffer.getvalue().decode(), err.getvalue())  # type: ignore[attr-defined]

    def good(self, *words: object) -> str:
        """Run a command that must end well; return what it printed."""
        ran = self.run(*words)
        assert ran.code == 0, ran
        return ran.out

    def lock(self, *words: object) -> str:
        return self.good("lock", self.spec_file, *words)

    def build(self, *words: object, out: str = "out") -> Path:
        """Build for amd64 into a folder below the root and return it."""
        arch = () if "--arch" in words else ("--arch", "amd64")
        self.good("build", self.spec_file, "-o", self.root / out, *arch, *words)
        return self.root / out

    def made(self, *words: object, out: str = "out") -> Path:
        """Lock and build."""
        self.lock()
        return self.build(*words, out=out)

    def services(self, fetcher: Fetcher, **values: object) -> Services:
        choice = MirrorChoice(option=(f"file://{self.root}/archive",), keys=self.keys)
        defaults = {"cache": self.cache, "clock": FixedClock(RELEASED + 86_400), "mirrors": choice}
        return Services(**{"fetcher": lambda: fetcher, **defaults, **values})  # type: ignore[arg-type]


def digest_of(layout: Path) -> str:
    """Return the digest of a layout's first entry."""
    return entries_of(layout)[0]["digest"]


def entries_of(layout: Path) -> list[dict]:
    return _json(layout / "index.json")["manifests"]


def document(layout: Path, digest: str) -> dict:
    """Return a manifest, an index or a config of a layout."""
    return _json(blob(layout, digest))


def manifest_of(layout: Path) -> dict:
    """Return the manifest of a layout's first entry, which must be an image."""
    return document(layout, digest_of(layout))


def layers_of(layout: Path) -> dict[str, str]:
    """Return the layers by the name their history gives them, in order, with their digests."""
    manifest = manifest_of(layout)
    history = document(layout, manifest["config"]["digest"])["history"]
    names = [one["created_by"].removeprefix("prill: ") for one in history]
    return dict(zip(names, (layer["digest"] for layer in manifest["layers"]), strict=True))


def blob(layout: Path, digest: str) -> Path:
    return layout / "blobs" / digest.replace(":", "/")


def tree_of(layout: Path) -> Mapping[str, object]:
    """Return the paths of an image's merged root and what is there, as the project's own reader sees it."""
    with open_image(str(layout)) as source, ImageTree(source.image) as tree:
        found = {}
        for path in tree.glob("**"):
            stat = tree.stat(path)
            found[path] = (stat, tree.open(path).read() if stat.kind == "file" else stat.link)
        return found


def _json(path: Path) -> dict:
    return json.loads(path.read_bytes())


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _write(path: Path, data: bytes) -> None:
    _folder(path.parent)
    path.write_bytes(data)

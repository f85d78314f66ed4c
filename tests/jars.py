"""Java archives made in memory."""

import io
import zipfile
from collections.abc import Mapping


def jar(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive; the same members are the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return stream.getvalue()


def manifest(**fields: str) -> dict[str, bytes | str]:
    """Return a manifest; underscores stand for hyphens."""
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items()]
    return {"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\n" + "".join(lines) + "\r\nName: a\r\nDigest: x\r\n"}


def maven(coordinates: str, pom: str | None = None) -> dict[str, bytes | str]:
    """Return what Maven puts into a jar, for ``group:artifact:version``; ``pom`` is what stands in its project."""
    group, artifact, version = coordinates.split(":")
    folder = f"META-INF/maven/{group}/{artifact}"
    found: dict[str, bytes | str] = {
        f"{folder}/pom.properties": f"#Created by Apache Maven\nartifactId={artifact}\ngroupId={group}\nversion={version}\n"
    }
    if pom is not None:
        found[f"{folder}/pom.xml"] = project(f"<artifactId>{artifact}</artifactId>{pom}")
    return found


def project(inside: str) -> str:
    return f'<?xml version="1.0"?><project xmlns="http://maven.apache.org/POM/4.0.0">{inside}</project>'

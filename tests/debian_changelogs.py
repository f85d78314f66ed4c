"""Changelogs and roots for scans: what a package in the archive says, and what is installed."""

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

OLDER = "# Older entries have been removed from this changelog.\n"


def changelog(source: str, *entries: tuple[str, Sequence[str]], suite: str = "trixie-security", end: str = "") -> str:
    """Return a changelog of versions and their lines, newest first."""
    return (
        "".join(
            f"{source} ({version}) {suite}; urgency=high\n\n"
            + "".join(f"  * {line}\n" for line in lines)
            + "\n -- Somebody <somebody@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n\n"
            for version, lines in entries
        )
        + end
    )


def doc(package: str, text: str | bytes, *, name: str = "changelog.Debian.gz") -> Mapping[str, bytes]:
    """Return the file in which a package has its changelog."""
    data = text.encode() if isinstance(text, str) else text
    return {f"usr/share/doc/{package}/{name}": gzip.compress(data, mtime=0)}


def status(package: str, version: str, *, source: str = "", architecture: str = "amd64") -> str:
    fields = {
        "Package": package,
        "Status": "install ok installed",
        "Version": version,
        "Architecture": architecture,
        "Source": source,
        "Maintainer": "Nobody <nobody@example.org>",
    }
    return "".join(f"{key}: {value}\n" for key, value in fields.items() if value) + "\n"


def write_root(root: Path, *paragraphs: str, release: str = 'ID=debian\nVERSION_ID="13"\n', **files: str) -> Path:
    """Write a root file system in which these packages are installed, each with a licence."""
    names = [line.removeprefix("Package: ") for one in paragraphs for line in one.splitlines() if "Package: " in line]
    copyright_ = (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: MIT\n"
    )
    content = {
        "etc/os-release": release,
        "var/lib/dpkg/status": "".join(paragraphs),
        **{f"usr/share/doc/{name}/copyright": copyright_ for name in names},
        **files,
    }
    for path, text in content.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root

"""What scanners and dpkg read: which packages are in the image.

An image without dpkg says it in ``/var/lib/dpkg/status.d`` as distroless does: per package the control file and the
md5sums of the files that are really there. An image with dpkg gets dpkg's own database instead, so that ``apt-get
install`` works, and no ``status.d``: each package is on record once.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from prill.build.generated import GeneratedEntry
from prill.build.listing import Listed, PackageListing
from prill.build.merged_usr import merged_usr
from prill.distro.deb.control import parse_paragraphs
from prill.model import FileKind, FileStat

__all__ = ["STATUS_D", "dpkg_database", "dpkg_place", "kept_md5sums", "status_d", "trigger_interests"]

STATUS_D = "var/lib/dpkg/status.d"
_INFO = "var/lib/dpkg/info"
_RULE = "dpkg-database"


def kept_md5sums(listing: PackageListing, kept: Iterable[str]) -> bytes:
    """Return the package's md5sums without the files that are not in the image."""
    there = frozenset(kept)
    lines = [
        line
        for line in listing.md5sums.splitlines(keepends=True)
        if merged_usr(line[34:].strip().decode("utf-8", "surrogateescape")) in there
    ]
    return b"".join(lines)


def status_d(name: str, listing: PackageListing, kept: Iterable[str]) -> tuple[tuple[Listed, bytes], ...]:
    """Return ``status.d/NAME`` (the control file, verbatim) and ``status.d/NAME.md5sums``."""
    control = listing.control.rstrip(b"\n") + b"\n"
    files = ((f"{STATUS_D}/{name}", control), (f"{STATUS_D}/{name}.md5sums", kept_md5sums(listing, kept)))
    return tuple((_listed(path, content, listing.built), content) for path, content in files)


def _listed(path: str, content: bytes, mtime: int) -> Listed:
    sha256, sha1 = hashlib.sha256(content), hashlib.sha1(content, usedforsecurity=False)
    return Listed(
        path, FileKind.FILE, 0o644, 0, 0, len(content), mtime, sha256=sha256.hexdigest(), sha1=sha1.hexdigest()
    )


def dpkg_database(
    listings: Mapping[str, PackageListing], kept: Mapping[str, list[str]], *, mtime: int, architecture: str
) -> tuple[GeneratedEntry, ...]:
    """Make dpkg's database (``status``, ``info/*``, dpkg's own manual: dpkg(1), FILES) for installed ``listings``.

    ``kept`` maps a package to the paths it has in the image, folders included. dpkg knows a diverted file by the path
    that its package has for it.
    """
    files: dict[str, bytes] = {"var/lib/dpkg/diversions": _diversions(listings)}
    diverted = {target: (source, name) for name in listings for source, target in listings[name].diversions}
    paragraphs = []
    interests: dict[str, list[str]] = {}
    for name in sorted(listings):
        listing = listings[name]
        label = _label(name, listing)
        stem = f"{_INFO}/{label}"
        paths = [_shipped_as(path, name, diverted) for path in kept.get(name, ())]
        files[f"{stem}.list"] = ("/.\n" + "".join(f"/{path}\n" for path in sorted(paths))).encode(
            "utf-8", "surrogateescape"
        )
        files[f"{stem}.md5sums"] = kept_md5sums(listing, paths)
        if listing.conffiles:
            files[f"{stem}.conffiles"] = "".join(f"/{path}\n" for path, _ in listing.conffiles).encode()
        if listing.triggers:
            files[f"{stem}.triggers"] = listing.triggers
            for trigger, suffix in trigger_interests(listing.triggers):
                interests.setdefault(trigger, []).append(f"{label}{suffix}")
        for script, content in listing.script_texts:
            files[f"{stem}.{script}"] = content
        paragraphs.append(_status_paragraph(listing, paths))
    files["var/lib/dpkg/status"] = b"\n".join(paragraphs)
    files["var/lib/dpkg/arch"] = f"{architecture}\n".encode()
    files[f"{_INFO}/format"] = b"1\n"
    for empty in ("available", "statoverride", "triggers/Unincorp"):
        files[f"var/lib/dpkg/{empty}"] = b""
    files |= _triggers(interests)
    entries = [_file(path, content, mtime) for path, content in sorted(files.items())]
    for folder in ("updates", "parts", "alternatives", "triggers", "info"):
        stat = FileStat(path=f"var/lib/dpkg/{folder}", kind=FileKind.DIRECTORY, mode=0o755, mtime=mtime)
        entries.append(GeneratedEntry(stat=stat, rule=_RULE))
    return tuple(entries)


def dpkg_place(path: str, name: str, listing: PackageListing) -> str:
    """Return the file of dpkg's database that says what the ``status.d`` file at ``path`` of package ``name`` says."""
    if path == f"{STATUS_D}/{name}.md5sums":
        return f"{_INFO}/{_label(name, listing)}.md5sums"
    return "var/lib/dpkg/status"


def _label(name: str, listing: PackageListing) -> str:
    """Return how dpkg names a package's files in ``info``: with the architecture where several may be installed."""
    fields = next(iter(parse_paragraphs(listing.control)))
    return f"{name}:{fields['Architecture']}" if fields.get("Multi-Arch") == "same" else name


def _diversions(listings: Mapping[str, PackageListing]) -> bytes:
    """Write down each diversion: from where, to where, and whose it is, a line each."""
    lines = [f"/{source}\n/{target}\n{name}\n" for name in listings for source, target in listings[name].diversions]
    return "".join(sorted(lines)).encode("utf-8", "surrogateescape")


def _shipped_as(path: str, package: str, diverted: Mapping[str, tuple[str, str]]) -> str:
    """Return the path that ``package`` has for its file at ``path``, which another package may have moved there."""
    source, diverter = diverted.get(path, (path, package))
    return path if diverter == package else source


def trigger_interests(text: bytes) -> Iterator[tuple[str, str]]:
    """Yield each trigger that a package waits for, and ``/noawait`` where others need not wait (deb-triggers(5))."""
    for line in text.decode("utf-8", "replace").splitlines():
        words = line.partition("#")[0].split()
        if len(words) == 2 and words[0] in ("interest", "interest-await", "interest-noawait"):  # noqa: PLR2004 - a pair
            yield words[1], "/noawait" if words[0] == "interest-noawait" else ""


def _triggers(interests: Mapping[str, list[str]]) -> dict[str, bytes]:
    """Return dpkg's lists of who waits for what: one file a named trigger, all file triggers in ``File``."""
    folder = "var/lib/dpkg/triggers"
    files = {
        f"{folder}/{trigger}": "".join(f"{who}\n" for who in waiting).encode()
        for trigger, waiting in interests.items()
        if "/" not in trigger
    }
    paths = ((trigger, who) for trigger, waiting in sorted(interests.items()) for who in waiting if "/" in trigger)
    files[f"{folder}/File"] = "".join(f"{trigger} {who}\n" for trigger, who in paths).encode()
    return files


def _file(path: str, content: bytes, mtime: int) -> GeneratedEntry:
    script = path.rpartition(".")[2] in ("preinst", "postinst", "prerm", "postrm", "config")
    stat = FileStat(path=path, kind=FileKind.FILE, mode=0o755 if script else 0o644, size=len(content), mtime=mtime)
    return GeneratedEntry(stat=stat, rule=_RULE, content=content)


def _status_paragraph(listing: PackageListing, paths: Iterable[str]) -> bytes:
    """Return the control paragraph with ``Status:`` and with the conffiles that are in the image."""
    lines = [line for line in listing.control.rstrip(b"\n").splitlines() if line]
    lines.insert(1, b"Status: install ok installed")
    there = frozenset(paths)
    conffiles = [(path, md5) for path, md5 in listing.conffiles if path in there]
    if conffiles:
        lines.append(b"Conffiles:")
        lines.extend(f" /{path} {md5}".encode() for path, md5 in conffiles)
    return b"\n".join(lines) + b"\n"

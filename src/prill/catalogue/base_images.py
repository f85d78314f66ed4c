"""What well-known base images are, by their names: shell, C library, entrypoint, runtime, release, retirement."""

import re
from datetime import date
from functools import cache, lru_cache
from typing import Any

from prill.catalogue.data_files import InvalidCatalogue, load_data, read_row, split_rows
from prill.model.regex import regex
from prill.model.value import dataclass, replace

__all__ = ["ASKED_PROGRAMS", "BaseImage", "find_base_image"]

_TAG_VERSION = regex(r"v?(\d+(?:\.\d+)*)")
ASKED_PROGRAMS = frozenset({"bash", "curl", "nc", "perl", "python3", "wget"})
"""The programs that a base may be asked about: those that health checks and entrypoints need most."""
_KINDS = frozenset({"distroless", "minimal", "runtime", "sdk", "os"})
_DEBIANS = {"stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13"}
_UBUNTUS = {
    "bionic": "18.04",
    "focal": "20.04",
    "jammy": "22.04",
    "noble": "24.04",
    "trusty": "14.04",
    "xenial": "16.04",
}
_WITH_SHELL = regex(r"(?:^|-)(?:debug|dev)(?:$|-)|debug")
_SMALL = regex(r"(?:^|-)slim(?:$|-)|alpine")
_OTHER = regex(r"azurelinux|mariner|chiseled|nanoserver|windows|oracle|ubi\d")
_BUSYBOX = regex(r"(?:^|-)debug(?:$|-)")
_ALPINE = regex(r"alpine(\d+\.\d+)?")
_AZURE = regex(r"(?:azurelinux|mariner)(\d+\.\d+)")
_DEBIAN = regex(r"(?:^|-)debian(\d+)(?:$|-)")
_GOLD = regex(r"(?:.+/)?(?P<image>gold/[a-z0-9-]+?)(?:-(?P<variant>dev|debug))?")
"""Prill's own images, as docs/gold.md names them; the variant is in the name or in the tag."""
_ITSELF = "nothing"
"""The system of an image whose users and programs are all in its row, whatever its tag says."""
_compiled = cache(re.compile)
_FAMILY = {"debian": _DEBIANS, "ubuntu": _UBUNTUS}


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseImage:
    """Facts about an image as it is named; None and "" where they are not known.

    ``releases`` are what it is made of and whose end is in `end_of_life`: pairs of a product and a version.
    ``users`` are the names in its passwd, ``groups`` those of its groups, ``programs`` those of `ASKED_PROGRAMS` that
    it has. ``full`` says that it is the one with compilers where there is a slim one, too; ``debug`` that it is the one
    with a shell to look around.
    ``interpreter`` is where its runtime's program lies; ``ends`` is the last day on which it is looked after.
    ``source`` says where all this is from, ``dated`` of which day it is.
    """

    kind: str
    shell: bool | None = None
    libc: str = ""
    entrypoint: str = ""
    runtime: str = ""
    version: str = ""
    releases: tuple[tuple[str, str], ...] = ()
    nonroot: bool | None = None
    users: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    programs: frozenset[str] | None = None
    full: bool = False
    debug: bool = False
    interpreter: str = ""
    ends: date | None = None
    retired: date | None = None
    successor: str = ""
    source: str
    dated: date

    def lacks_user(self, name: str) -> bool:
        """Whether it is known to have no user of this name."""
        return self.users is not None and name not in self.users

    def lacks_group(self, name: str) -> bool:
        """Whether it is known to have no group of this name."""
        return self.groups is not None and name not in self.groups

    def lacks_program(self, name: str) -> bool:
        """Whether it is known to have no program of this name; False for one that nobody asks about."""
        return self.programs is not None and name in ASKED_PROGRAMS and name not in self.programs


@lru_cache(maxsize=1024)
def find_base_image(name: str, tag: str) -> BaseImage | None:
    """Return what is known of ``name``, registry and repository, with ``tag``; None for an image that is not known."""
    plain = name.removeprefix("docker.io/").removeprefix("library/")
    rows = _rows("base-images")
    if (gold := _GOLD.fullmatch(plain)) is not None:
        rows = _rows("gold-images")
        plain, tag = gold["image"], f"{tag}-{gold['variant']}" if gold["variant"] else tag
    elif "/" in plain:  # as all that harden theirs have
        rows = (*_rows("hardened-images"), *rows)
    unlike = {"", plain[:1]}
    for begin, pattern, file, text in rows:
        if begin not in unlike or (pattern.isalnum() and pattern != plain):  # as most: no expression
            continue
        if found := _compiled(pattern).fullmatch(plain):
            row = _row(file, text)
            if _compiled(row.get("tag", "")).search(tag):
                named = {key: value for key, value in found.groupdict().items() if value}
                return replace(_image(row, named, tag), **_inside(row, tag))
    return None


def _inside(row: dict[str, Any], tag: str) -> dict[str, Any]:
    """Return the users, groups and programs: those of the system that it is made of, and its own.

    Each is a frozenset of names; a user of its own has a group of the same name. Nothing is returned where the system
    is not known.
    """
    system = row.get("system")
    if system and system != _ITSELF:
        system = "alpine" if _ALPINE.search(tag) else "busybox" if _BUSYBOX.search(tag) else system
        if tag.endswith("-dev") or _OTHER.search(tag):
            return {}
    known = _system(system) if system else None
    if known is None:
        return {}
    programs = [*row.get("programs", ()), *(() if _SMALL.search(tag) else row.get("programs-in-full", ()))]
    users = frozenset({*known["users"], *row.get("users", ())})
    groups = users.union(known["groups"].split())
    return {"users": users, "groups": groups, "programs": frozenset({*known["programs"], *programs})}


def _image(row: dict[str, Any], named: dict[str, str], tag: str) -> BaseImage:
    alpine, azure = _ALPINE.search(tag), _AZURE.search(tag)
    in_tag = _TAG_VERSION.match(tag)
    runtime = row.get("runtime", "")
    version = named.get("version") or row.get("version") or (in_tag[1] if in_tag and runtime else "")
    releases = [(runtime, version)] if runtime and version else []
    distribution = row.get("distribution", "")
    debian_in_tag = _DEBIAN.search(tag)
    debian = named.get("debian") or row.get("debian") or (debian_in_tag[1] if debian_in_tag else None)
    if debian:
        releases.append(("debian", debian))
    elif "release" in named:
        releases.append((distribution, named["release"]))
    elif alpine is not None and alpine[1]:
        releases.append(("alpine", alpine[1]))
    elif azure is not None:
        releases.append(("azurelinux", azure[1]))
    elif distribution:
        codename = next((number for word, number in _FAMILY.get(distribution, {}).items() if tag.startswith(word)), "")
        if codename or in_tag:
            releases.append((distribution, codename or (in_tag[1] if in_tag else "")))
    else:
        releases += [("debian", number) for word, number in _DEBIANS.items() if word in tag.split("-")]
    shell = row.get("shell")
    return BaseImage(
        kind="sdk" if tag.endswith("-dev") else row["kind"],
        shell=True if _WITH_SHELL.search(tag) else shell,
        libc="musl" if alpine and row.get("libc") != "none" else row.get("libc", ""),
        entrypoint=row.get("entrypoint", ""),
        runtime=runtime,
        version=version,
        releases=tuple(releases),
        nonroot=True if "nonroot" in tag else row.get("nonroot"),
        full="programs-in-full" in row and not _SMALL.search(tag),
        debug=bool(_BUSYBOX.search(tag)),
        interpreter=row.get("interpreter", ""),
        ends=row.get("ends", {}).get(debian or ""),
        retired=row.get("retired"),
        successor=row.get("successor", ""),
        source=row["source"],
        dated=row["dated"],
    )


@cache
def _rows(name: str) -> tuple[tuple[str, str, str, str], ...]:
    """Return the rows of a file in the order in which they are asked: a pattern for the name, the file and the text.

    Before them stands the letter that the name begins with, "" where there may be several.
    """
    return tuple(
        (pattern[:1] if pattern[:1].isalnum() and "|" not in pattern else "", pattern, name, text)
        for pattern, text in split_rows(name, "images", "pattern")
    )


@cache
def _row(name: str, text: str) -> dict[str, Any]:
    """Return what a row says, with the source and the date of its file where it has none itself."""
    _, source, dated = load_data(name, "systems")  # which is not read with it: each system is a table of its own
    row = read_row(text)
    if row.get("kind") not in _KINDS:
        raise InvalidCatalogue(f"{name}: {row.get('pattern')!r} is of no known kind: {row.get('kind')!r}")
    return {"source": source, "dated": dated, **row}


@cache
def _system(name: str) -> dict[str, Any] | None:
    """Return the users, groups and programs of a system, or None for one that is not known."""
    found: dict[str, Any] | None = load_data("base-images", f"systems.{name}")[0].get("systems", {}).get(name)
    return found

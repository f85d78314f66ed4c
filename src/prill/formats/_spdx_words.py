"""Reads back what SPDX documents say in plain text: where a package was found, and what it was built from."""

import re
from collections.abc import Iterator

from prill.formats._package_facts import BUILT_FROM
from prill.model import Gap, Location

__all__ = ["Words", "maintainer_of", "read_words", "stated_gaps"]

_TAKEN_FROM = "taken from: "
_ACQUIRED = re.compile(r"acquired package info from [^:]*: (?P<paths>.*)")
_ACTOR = re.compile(r"(?:Person|Organization): (?P<name>.*?)(?: \((?P<email>[^()\s]+)\))?")


class Words:
    """What the comment and the source information of one package say; empty where they say nothing."""

    def __init__(self) -> None:
        self.found_by = "document"
        self.owner = ""
        self.modularity = ""
        self.source = ""
        self.source_version = ""
        self.origin = ""
        self.locations: set[Location] = set()
        self.properties: list[tuple[str, str]] = []


def read_words(comment: str, source_info: str) -> Words:
    """Read a package's comment as Prill writes it, and its source information as Prill, Trivy and syft do."""
    words = Words()
    for line in comment.splitlines():
        key, _, rest = line.partition(": ")
        match key:
            case "found by":
                words.found_by = rest
            case "owner":
                words.owner = rest
            case "module":
                words.modularity = rest
            case "location":
                path, _, layer = rest.rpartition(" ") if " sha" in rest else (rest, "", "")
                words.locations.add(Location(path.lstrip("/"), layer))
            case "property":
                name, _, value = rest.partition("=")
                words.properties.append((name, value))
            case _:
                continue
    if source_info.startswith(BUILT_FROM):
        words.source, _, words.source_version = source_info[len(BUILT_FROM) + 2 :].partition(" ")
    elif source_info.startswith(_TAKEN_FROM):
        words.origin = source_info.removeprefix(_TAKEN_FROM)
    elif match := _ACQUIRED.fullmatch(source_info):
        words.locations |= {Location(path.lstrip("/")) for path in match["paths"].split(", ") if path}
    return words


def maintainer_of(originator: str) -> str:
    """Turn ``Person: Name (address)`` into ``Name <address>``; nothing where nobody is named."""
    match = _ACTOR.fullmatch(originator)
    if not match:
        return ""
    if not match["email"]:
        return match["name"]
    return f"{match['name']} <{match['email']}>" if "@" in match["email"] else f"{match['name']} ({match['email']})"


def stated_gaps(comment: str, creators: tuple[str, ...]) -> Iterator[Gap]:
    """Read the gaps that Prill wrote into a document's comment."""
    if any(one.startswith("Tool: prill-") for one in creators):
        for line in comment.splitlines():
            subject, colon, reason = line.partition(": ")
            if colon:
                yield Gap(subject, reason)

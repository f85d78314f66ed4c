"""Alternatives, as ``update-alternatives`` would have set them up, and the interpreter links that people expect.

Packages register alternatives in their postinst: the link ``/usr/bin/awk`` leads to ``/etc/alternatives/awk``, which
leads to the program with the highest priority (update-alternatives(1)). The calls are read from the script's text. What
Debian does not do in a script, but distroless images and Debian's metapackages have taught people to expect, stands in
the table `INTERPRETER_LINKS` with its source.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from prill.build.entries import directory, symlink
from prill.build.generated import GeneratedEntry
from prill.build.merged_usr import merged_usr
from prill.build.tree_paths import resolve
from prill.model import FileTree
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = [
    "INTERPRETER_LINKS",
    "Alternative",
    "AlternativeLink",
    "InterpreterLink",
    "alternative_links",
    "interpreter_links",
    "read_alternatives",
]

_RULE: Final = "alternatives"
_FOLDER: Final = "etc/alternatives"
_NAME = regex(r"[^/\s]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class AlternativeLink:
    """``link`` leads through ``/etc/alternatives/NAME`` to ``path``. Neither path has a leading slash."""

    name: str
    link: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Alternative:
    """One candidate that a package registers; ``slaves`` follow the candidate that wins."""

    package: str
    priority: int
    master: AlternativeLink
    slaves: tuple[AlternativeLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpreterLink:
    """``link`` leads to the newest thing in its folder whose name matches ``target``; ``source`` says who does so."""

    link: str
    target: str
    source: str


INTERPRETER_LINKS: Final = (
    InterpreterLink(
        link="usr/bin/python3", target=r"python3\.\d+", source="the package python3-minimal has this link; distroless"
    ),
    InterpreterLink(
        link="usr/bin/python", target=r"python3\.\d+", source="the package python-is-python3 has this link; distroless"
    ),
    InterpreterLink(
        link="usr/lib/jvm/default-java",
        target=r"java-1\.\d+\.0-openjdk-\w+",
        source="the package default-jre-headless has this link",
    ),
)


def read_alternatives(package: str, script: bytes) -> tuple[tuple[Alternative, ...], tuple[str, ...]]:
    """Return the alternatives that a postinst installs, sorted, and a note for each call that could not be read."""
    found: set[Alternative] = set()
    notes: set[str] = set()
    from prill.build.maintainer_shell import script_commands  # noqa: PLC0415 - a warm build reads no script

    for command in script_commands(script):
        if (command[0] or "").rpartition("/")[2] != "update-alternatives" or "--install" not in command:
            continue
        call = _read_call(package, command[command.index("--install") + 1 :])
        if call is None:
            text = " ".join("…" if word is None else word for word in command)
            notes.add(f"{text} could not be read without running the script")
        else:
            found.add(call)
    return tuple(sorted(found)), tuple(sorted(notes))


def alternative_links(tree: FileTree, alternatives: Iterable[Alternative]) -> tuple[GeneratedEntry, ...]:
    """Make the links of each alternative's best candidate that is in the image.

    Of two with one priority the one whose path sorts first wins. What a package has at a link's path stays.
    """
    best: dict[str, Alternative] = {}
    for one in sorted(alternatives, key=lambda one: (one.master.name, -one.priority, one.master.path)):
        if resolve(tree, one.master.path) is not None:
            best.setdefault(one.master.name, one)
    links = sorted(
        link
        for one in best.values()
        for link in (one.master, *one.slaves)
        if resolve(tree, link.path) is not None and tree.stat(link.link) is None
    )
    if not links:
        return ()
    entries = {_FOLDER: directory(_FOLDER, _RULE)} if resolve(tree, _FOLDER) is None else {}
    for link in links:
        step = f"{_FOLDER}/{link.name}"
        entries.setdefault(step, symlink(step, f"/{link.path}", _RULE))
        entries.setdefault(link.link, symlink(link.link, f"/{step}", _RULE))
    return tuple(entries[path] for path in sorted(entries))


def interpreter_links(
    tree: FileTree, table: Sequence[InterpreterLink] = INTERPRETER_LINKS
) -> tuple[GeneratedEntry, ...]:
    """Make the links of the table whose target is in the image and whose own path is free."""
    entries = []
    for one in table:
        folder = one.link.rpartition("/")[0]
        names = [path.rpartition("/")[2] for path in tree.glob(f"{folder}/*")]
        fitting = [name for name in names if re.fullmatch(one.target, name, re.ASCII)]
        if fitting and tree.stat(one.link) is None:
            entries.append(symlink(one.link, max(fitting, key=_version), "interpreter-link"))
    return tuple(entries)


def _version(name: str) -> tuple[list[int], str]:
    return [int(number) for number in re.findall(r"\d+", name)], name


def _read_call(package: str, words: Sequence[str | None]) -> Alternative | None:
    """Read ``LINK NAME PATH PRIORITY [--slave LINK NAME PATH]…``; slaves that are not literal are left out."""
    if len(words) < 4 or not (words[3] or "").lstrip("-").isdecimal():  # noqa: PLR2004
        return None
    master = _link(words[:3])
    if master is None:
        return None
    slaves = [_link(words[index + 1 : index + 4]) for index, word in enumerate(words) if word == "--slave"]
    return Alternative(
        package=package,
        priority=int((words[3] or "")[:12]),
        master=master,
        slaves=tuple(slave for slave in slaves if slave is not None),
    )


def _link(words: Sequence[str | None]) -> AlternativeLink | None:
    match words:
        case [str(link), str(name), str(path)] if _is_path(link) and _is_path(path) and _NAME.fullmatch(name):
            return AlternativeLink(name=name, link=merged_usr(link.strip("/")), path=merged_usr(path.strip("/")))
        case _:
            return None


def _is_path(text: str) -> bool:
    return text.startswith("/") and not {"..", ".", ""} & set(text.strip("/").split("/"))

"""Diversions that maintainer scripts declare: other packages' file moves aside (Debian Policy, appendix G)."""

from collections.abc import Iterator, Sequence

from prill.build.maintainer_shell import is_shell, script_commands
from prill.model.value import dataclass

__all__ = ["Diversion", "diversions", "lasting_diversions"]

_PROGRAM = "dpkg-divert"
_WITH_VALUE = ("--admindir", "--divert", "--instdir", "--package", "--root")
_QUERIES = ("--help", "--list", "--listpackage", "--truename", "--version")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Diversion:
    """Another package's file at ``source`` goes to ``target``; ``package`` itself keeps ``source``.

    Neither path has a leading slash.
    """

    package: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that adds a diversion or, with ``removes``, takes one away: to any target where it names none."""

    diversion: Diversion
    removes: bool

    def undoes(self, other: Diversion) -> bool:
        """Whether the call takes ``other`` away."""
        own = self.diversion
        same = (own.package, own.source) == (other.package, other.source)
        return self.removes and same and own.target in ("", other.target)


def lasting_diversions(package: str, preinst: bytes, postinst: bytes) -> tuple[tuple[Diversion, ...], tuple[str, ...]]:
    """Return the package's diversions that are there once it is installed, and notes on what could not be read.

    A diversion that the preinst adds and the postinst takes away holds for an upgrade only. One that is declared in
    another package's name becomes a note.
    """
    first, first_notes = diversions(package, preinst)
    last, last_notes = diversions(package, postinst)
    undone = [call for call in _calls(package, postinst) if isinstance(call, _Call)]
    lasting = {*(one for one in first if not any(call.undoes(one) for call in undone)), *last}
    foreign = {
        f"{_PROGRAM} of /{one.source} in the name of {one.package or 'nobody'} is left out"
        for one in lasting
        if one.package != package
    }
    own = sorted(one for one in lasting if one.package == package)
    return tuple(own), tuple(sorted({*first_notes, *last_notes, *foreign}))


def diversions(package: str, script: bytes) -> tuple[tuple[Diversion, ...], tuple[str, ...]]:
    """Return the diversions that a script adds, sorted, and a note for each call that could not be read.

    Left out are those whose target ends in ``.usr-is-merged``: they guard an upgrade to merged /usr against paths that
    are aliases (Debian DEP 17, mitigation M8), and in an image every path is canonical.
    """
    found: set[Diversion] = set()
    notes: set[str] = set()
    for call in _calls(package, script):
        if isinstance(call, str):
            notes.add(f"{_PROGRAM} {call} could not be read without running the script")
        elif not call.removes and not call.diversion.target.endswith(".usr-is-merged"):
            found.add(call.diversion)
    return tuple(sorted(found)), tuple(sorted(notes))


def _calls(package: str, script: bytes) -> Iterator[_Call | str]:
    """Yield each call that changes diversions, or its text where it is not literal."""
    if _PROGRAM.encode() not in script:
        return
    if not is_shell(script):
        yield "in what is no shell script"
        return
    command: Sequence[str | None] = ()
    for command in script_commands(script):
        if (command[0] or "").rpartition("/")[2] == _PROGRAM:
            call = _read_call(package, command[1:])
            if call is not None:
                yield call
    if command == (None,):
        yield "in the last part of a script that is too long"


def _read_call(package: str, arguments: Sequence[str | None]) -> _Call | str | None:
    """Return what a call does, None for one that only asks, or the call's text where it is not literal."""
    words = list(arguments)
    options: dict[str, str | None] = {}
    sources: list[str | None] = []
    while words:
        word = words.pop(0)
        name, equals, value = (word or "").partition("=")
        if name in _WITH_VALUE:
            options[name] = value if equals else (words.pop(0) if words else None)
        elif name.startswith("--"):
            options[name] = None
        else:
            sources.append(word)
    if not options.keys().isdisjoint(_QUERIES):
        return None
    removes = "--remove" in options
    source = sources[0] if len(sources) == 1 else None
    target = options.get("--divert", "" if removes or source is None else f"{source}.distrib")
    if not source or target is None or not source.startswith("/"):
        return None if removes else " ".join("…" if word is None else word for word in arguments)
    if "--local" in options:
        package = ""
    elif (named := options.get("--package")) and named != ":":
        package = named
    return _Call(Diversion(package=package, source=source.lstrip("/"), target=target.lstrip("/")), removes)

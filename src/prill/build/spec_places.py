"""Where in its files a spec says a value, for errors that only come up once the spec has long been read.

A `Spec` knows no places: it goes into the lock, and a build reads no YAML at all. So the files are read again, but only
when there is such an error.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from prill.build.spec import FileSource, PathEntry
from prill.build.spec_draft import Draft, Faults, build
from prill.build.spec_include import load_merged
from prill.distro.deb.explain import UnsatisfiableRequest
from prill.distro.deb.requirement import InvalidRequirement, Requirement
from prill.errors import PrillError
from prill.formats.yaml_nodes import YamlNode

__all__ = ["place_error"]


def place_error(error: PrillError, path: Path, *, read: Callable[[Path], bytes]) -> None:
    """Let ``error``, and those that it joins, say where the spec at ``path`` says the value that they are about.

    An error stays as it is where the files can no longer be read or do not say that value.
    """
    joined = error.refusals if isinstance(error, UnsatisfiableRequest) else ()
    wanted = [one for one in (error, *joined) if one.subject is not None]
    if not wanted:
        return
    try:
        draft, _ = load_merged(path, read=read, faults=Faults(), vocabularies={})
    except PrillError:
        return
    for one in wanted:
        node = None if draft is None else _find(draft, one.subject)
        if node is not None:
            one.place = f"{node.source}:{node.line}:{node.column}"


def _find(spec: Draft, subject: object) -> YamlNode | None:
    match subject:
        case Requirement():
            items = (item for item in _items(spec, "contents", "packages") if _requires(item, subject))
            return next((item.node for item in items), None)
        case FileSource():
            key = "npm" if subject.npm is not None else "url" if subject.url is not None else "source"
            return _entry(spec, "files", subject, key)
        case PathEntry():
            return _entry(spec, "paths", subject, "path" if subject.source is None else "source")
        case _:
            return None


def _items(spec: Draft, *keys: str) -> Iterator[Draft]:
    """Yield the items of a list of the image, then those of its variants."""
    variants = spec.entries["variants"].entries.values() if "variants" in spec.entries else ()
    for holder in (spec, *variants):
        found: Draft | None = holder
        for key in keys:
            found = found.entries.get(key) if found is not None else None
        yield from found.items if found is not None else ()


def _requires(item: Draft, wanted: Requirement) -> bool:
    try:
        return Requirement.parse(str(item.value)) == wanted
    except InvalidRequirement:
        return False


def _entry(spec: Draft, field: str, wanted: object, key: str) -> YamlNode | None:
    """Return the value of ``key`` in the item of the list ``field`` that says what ``wanted`` does."""
    items = (item for item in _items(spec, field) if build(item, Faults()) == wanted)
    return next((item.at((key,)) for item in items), None)

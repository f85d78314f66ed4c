"""``Replaces``: which packages' files a package may take over (Debian Policy 7.6.1)."""

from collections.abc import Callable, Mapping

from prill.distro.deb.control import parse_paragraphs
from prill.distro.deb.relations import parse_relations

__all__ = ["replaces"]


def replaces(control: bytes, versions: Mapping[str, str]) -> Callable[[str], bool]:
    """Return a function that says whether the package of ``control`` may take over files of a named package.

    ``versions`` holds what is installed. ``control`` is read when the question first comes up: it seldom does.
    """

    def may_replace(other: str) -> bool:
        fields = next(iter(parse_paragraphs(control)), {})
        for alternatives in parse_relations(fields.get("Replaces", "")):
            for relation in alternatives:
                if relation.name == other and relation.accepts(versions.get(other, "")):
                    return True
        return False

    return may_replace

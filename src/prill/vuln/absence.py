"""Which code of a package is in an image; packages that are on record while none is: trimmed, or never unpacked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from msgspec.structs import replace

from prill.model import FileKind, FileStat
from prill.model.regex import regex
from prill.model.vulnerability_match import Dismissal, VulnerabilityMatch

__all__ = ["absent_code", "dismissed_as_absent", "is_code", "present_code"]

_CODE = regex(
    r"(?:usr/|opt/|usr/local/)?(?:s?bin|libexec)/.+|.+\.(?:so(?:\.[0-9][0-9.]*)?|py|pyc|pl|pm|jar|js|mjs|cjs|rb|php)"
)
_HARMLESS = regex(
    r"(?:etc|var|usr/lib/locale|usr/share/(?:bash-completion|bug|doc|doc-base|info|lintian|locale|man))/.+"
)
_EXECUTABLE = 0o111
_MOST_NAMED = 5
_FIRST = regex(r".*/s?bin/[^/]+|.+\.so[0-9.]*")


@lru_cache(maxsize=100_000)  # of each file it is asked twice
def is_code(path: str) -> bool:
    """Return whether a file at ``path`` is one that runs or that programs load."""
    return _CODE.fullmatch(path) is not None


def absent_code(
    owners: Mapping[str, str],
    stat: Callable[[str], FileStat | None],
    dropped: Mapping[str, str] | None = None,
    has: Callable[[str], bool] | None = None,
) -> dict[str, tuple[str, ...]]:
    """Return, for the purls of packages none of whose code is in an image, the paths of that code, sorted.

    ``owners`` maps paths to purls, and ``dropped`` those that a build left out. ``has`` may say of a path quickly that
    something is there, as nearly always. Whatever is there may be what is vulnerable, as certificates are, but for
    settings, documentation and locales that are not executable.
    A package without any code on record is left out: its vulnerability is in something else.
    """
    missing: dict[str, list[str]] = {}
    for path, purl in {**(dropped or {}), **owners}.items():
        if is_code(path) and not (has and has(path)) and stat(path) is None:
            missing.setdefault(purl, []).append(path)
    present: set[str] = set()
    for path, purl in owners.items():
        if purl in missing and purl not in present and _may_be_vulnerable(path, stat(path)):
            present.add(purl)
    return {purl: tuple(sorted(paths)) for purl, paths in missing.items() if purl not in present}


def present_code(owners: Mapping[str, str], stat: Callable[[str], FileStat | None]) -> dict[str, tuple[str, ...]]:
    """Return the first few files of each package that run or are loaded: programs and libraries before modules.

    ``owners`` maps paths to purls.
    """
    found: dict[str, list[str]] = {}
    for path, purl in owners.items():
        if is_code(path):
            found.setdefault(purl, []).append(path)
    return {purl: tuple(_there(sorted(paths, key=_order), stat)) for purl, paths in found.items()}


def _there(paths: Iterable[str], stat: Callable[[str], FileStat | None]) -> Iterator[str]:
    """Yield the first paths at which there is a file or a link."""
    there = ((path, stat(path)) for path in paths)
    files = (path for path, found in there if found is not None and found.kind is not FileKind.DIRECTORY)
    return islice(files, _MOST_NAMED)


def _order(path: str) -> tuple[bool, int, str]:
    return _FIRST.fullmatch(path) is None, path.count("/"), path


def _may_be_vulnerable(path: str, found: FileStat | None) -> bool:
    if found is None or found.kind is FileKind.DIRECTORY:
        return False
    if is_code(path) or not _HARMLESS.fullmatch(path):
        return True
    return found.kind is FileKind.FILE and bool(found.mode & _EXECUTABLE)


def dismissed_as_absent(
    match: VulnerabilityMatch, paths: tuple[str, ...], rules: Sequence[str] = ()
) -> VulnerabilityMatch:
    """Return a match in a package whose code, ``paths``, is not there: dismissed, with the paths as evidence.

    ``rules`` are those by which a build left it out. In OpenVEX's words it is ``not_affected``,
    ``vulnerable_code_not_present``. What dismissed it before stays.
    """
    shown = ", ".join(f"/{path}" for path in paths[:_MOST_NAMED])
    more = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
    by = f", left out by {', '.join(rules)}" if rules else ""
    dismissal = Dismissal(
        kind="trimmed",
        status="not_affected",
        justification="vulnerable_code_not_present",
        source="the build record" if rules else "the image's files",
        reason=f"none of the package's code is in the image: {shown}{more}{by}",
    )
    return replace(match, absent=paths, suppressed_by=match.suppressed_by or dismissal)

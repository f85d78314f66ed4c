"""dpkg's diversions in an installed system: files that a package's list names, and that lie elsewhere.

``var/lib/dpkg/diversions`` has three lines each: the path, the path to which it goes, and the package that wants it so
and whose own file keeps the path; ``:`` stands for an administrator (dpkg-divert(1)).
"""

from prill.errors import PrillError

__all__ = ["DIVERSIONS", "InvalidDiversions", "parse_diversions"]

DIVERSIONS = "var/lib/dpkg/diversions"
_LINES = 3


class InvalidDiversions(PrillError):
    """The file does not say where files went."""


def parse_diversions(data: bytes) -> dict[str, str]:
    """Return where each diverted path goes, both without a leading slash; raise `InvalidDiversions`."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if lines[-1] == "":
        lines.pop()
    if len(lines) % _LINES:
        raise InvalidDiversions(f"{DIVERSIONS} has {len(lines)} lines, which is no multiple of {_LINES}")
    pairs = zip(lines[::_LINES], lines[1::_LINES], strict=True)
    found = {source.removeprefix("/"): target.removeprefix("/") for source, target in pairs}
    if not all(source and target for source, target in found.items()):
        raise InvalidDiversions(f"{DIVERSIONS} has an empty path")
    return found

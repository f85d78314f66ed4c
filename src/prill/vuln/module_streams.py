"""Rpm's module streams: which an advisory is about, which a package was built for, and whether the two meet.

A module (``nodejs:18``) is built apart from the distribution's own packages of the same names, and each of its streams
apart from the others; their versions must not be compared. Such builds say so in their release, ``.module_el9`` or
``.module+el9`` (Fedora's modularity documents), and in the header's label, ``nodejs:18:9010020221118:rhel9``.
"""

import re
from collections.abc import Iterable
from enum import Enum

from prill.model import Package, RpmDetails
from prill.model.regex import regex

__all__ = ["Fit", "fit_of", "is_module_build", "modules_named", "stream_of"]

_SEVERITY = regex(r"(?:critical|important|moderate|low)\s*:\s*", re.IGNORECASE)
_MODULE = regex(r"([A-Za-z0-9][A-Za-z0-9+._-]*):([A-Za-z0-9][A-Za-z0-9+._-]*)(?=\s|,|$)")
_MOST_SUMMARY = 300


class Fit(Enum):
    """Whether an advisory is about a package's build, as far as modules go."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


def is_module_build(version: str) -> bool:
    """Return whether a version with its release is one of a module's build."""
    return ".module+" in version or ".module_" in version


def stream_of(label: str) -> str:
    """Return module and stream of a label that may go on with version, context and architecture; "" without both."""
    name, _, rest = label.partition(":")
    stream = rest.partition(":")[0]
    return f"{name}:{stream}" if name and stream else ""


def modules_named(summary: str) -> tuple[str, ...]:
    """Return the streams that an erratum's summary is about: ``Important: virt:rhel and virt-devel:rhel update``."""
    rest = _SEVERITY.sub("", summary[:_MOST_SUMMARY], count=1)
    return tuple(dict.fromkeys(f"{name}:{stream}" for name, stream in _MODULE.findall(rest)))


def fit_of(package: Package, module: str, fixed: Iterable[str]) -> Fit:
    """Compare a package's build with the stream that an advisory names, "" for none, and the versions that fix it."""
    label = package.details.modularity if isinstance(package.details, RpmDetails) else ""
    about_module = bool(module) or any(map(is_module_build, fixed))
    if about_module is not (bool(label) or is_module_build(package.version)):
        return Fit.OTHER
    if not about_module:
        return Fit.SAME
    stream, wanted = stream_of(label), stream_of(module)
    if not stream or not wanted:
        return Fit.UNKNOWN
    return Fit.SAME if stream == wanted else Fit.OTHER

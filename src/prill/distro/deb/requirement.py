"""What a spec asks for: a package, and perhaps which versions of it will do.

    python3.13-minimal            the highest version
    python3.13-minimal=3.13.5-2   this version
    python3.13-minimal=3.13.*     the highest that matches the pattern (* ? [abc], as a shell's)
    python3.13-minimal~3.13       the highest that begins with 3.13 and goes on with anything but a digit, as in apko
    python3.13-minimal>=3.13      the highest that is within the bound; also <=, and << and >> for "strictly"

A pattern or a beginning that names no epoch is compared with the version less its epoch.
"""

import re
from fnmatch import fnmatchcase

from prill.distro.deb.relations import holds
from prill.distro.deb.version import InvalidVersion, sort_key
from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["InvalidRequirement", "Requirement"]

_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")  # Debian Policy 5.6.1
_SHAPE = re.compile(r"([^=<>~!()\s:/,|]+)(<<|<=|>=|>>|==|=<|=>|=|<|>|~)([^=<>()\s,|]+)")
_RELATION_FORM = re.compile(r"(\S+)\s*\(\s*([<>=]+)\s*([^()\s]+)\s*\)")
_CORRECTED = {"==": "=", "=<": "<=", "=>": ">=", "<": "<<", ">": ">>"}
_EXAMPLE = "a package's name, such as libssl3t64"
_PATTERN = frozenset("*?[")


class InvalidRequirement(PrillError):
    """A text that should have been a requirement is none; the hint holds the nearest that is one."""

    def __init__(self, text: str, problem: str, nearest: str) -> None:
        super().__init__(f"not a package requirement: {text[:160]!r}: {problem}", hint=f"write {nearest[:160]}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Requirement:
    """``name``, and ``operator`` with ``version`` or both empty. ``=`` takes a pattern, ``~`` a version's beginning."""

    name: str
    operator: str = ""
    version: str = ""

    @classmethod
    def parse(cls, text: str) -> "Requirement":
        """Read a requirement as a spec writes it; raise `InvalidRequirement`."""
        stripped = text.strip()
        match = _SHAPE.fullmatch(stripped)
        name, operator, version = match.groups() if match else (stripped, "", "")
        if operator in _CORRECTED:
            right = _CORRECTED[operator]
            raise InvalidRequirement(text, f"{operator!r} is not an operator here", f"{name}{right}{version}")
        if not _NAME.fullmatch(name):
            raise InvalidRequirement(text, *_diagnose(stripped))
        if operator == "~" or (operator == "=" and _PATTERN.intersection(version)):
            return cls(name=name, operator=operator, version=version)
        if operator:
            try:
                sort_key(version)
            except InvalidVersion as error:
                raise InvalidRequirement(text, error.message, f"{name}{operator}1.2-3, or {name}=1.2.*") from error
        return cls(name=name, operator=operator, version=version)

    def accepts(self, version: str) -> bool:
        """Say whether ``version`` will do."""
        if not self.operator:
            return True
        if self.operator != "~" and not _PATTERN.intersection(self.version):
            return holds(version, self.operator, self.version)
        compared = version if ":" in self.version else version.partition(":")[2] or version
        if self.operator == "=":
            return fnmatchcase(compared, self.version)
        return compared.startswith(self.version) and not (
            self.version[-1:].isdigit() and compared[len(self.version) :][:1].isdigit()
        )

    def __str__(self) -> str:
        return f"{self.name}{self.operator}{self.version}"


def _diagnose(text: str) -> tuple[str, str]:
    """Say what is wrong with a text that is no requirement, and write the nearest one."""
    if not text:
        return "it is empty", _EXAMPLE
    if match := _RELATION_FORM.fullmatch(text):
        name, operator, version = match.groups()
        return "the version stands in parentheses", f"{name}{_CORRECTED.get(operator, operator)}{version}"
    if "|" in text or "," in text:
        return "it names several packages", "one package an entry, such as " + re.split(r"[|,\s]", text)[0]
    for sign, problem in ((":", "the architecture comes from archs"), ("/", "the suites come from distribution")):
        if sign in text:
            return problem, text.partition(sign)[0]
    nearest = re.sub(r"\s+", "", text)
    if nearest != text and (match := _SHAPE.fullmatch(nearest)):
        return "white space within it", match[1] + _CORRECTED.get(match[2], match[2]) + match[3]
    nearest = re.sub(r"[^a-z0-9+.-]+", "-", text.lower()).strip("-+.")
    if not _NAME.fullmatch(nearest):
        nearest = _EXAMPLE
    return "a package's name has two or more lower-case letters, digits and + . -", nearest

"""What a spec's scalars may look like beyond the form that is stored: each reader returns that form.

It gets the scalar as YAML reads it, and its text as written, and raises `ValueError` with a reason.
"""

import posixpath
import re

from prill.model.regex import regex

__all__ = [
    "ALIASES",
    "REQUIREMENT",
    "Scalar",
    "read_architecture",
    "read_as_written",
    "read_glob",
    "read_inside",
    "read_lower",
    "read_maybe_empty",
    "read_permissions",
    "read_port",
    "read_relative",
    "read_requirement",
]

Scalar = None | bool | int | float | str

ALIASES = {"x86_64": "amd64", "aarch64": "arm64"}
"""Other people's names of architectures."""
REQUIREMENT = r"^[a-z0-9][a-z0-9+.-]+(?:(?:=|~|<<|<=|>=|>>)[A-Za-z0-9.+:~*?-]+)?$"
"""A package as a spec asks for it."""
_OCTAL = regex(r"(?:0o?)?[0-7]{3,4}")


def read_as_written(value: Scalar, text: str) -> str | None:
    """Keep what was written, a number as its digits."""
    return None if value is None else text


def read_maybe_empty(value: Scalar, text: str) -> str:
    """Keep a text, which may be empty, but not nothing."""
    if value is None:
        raise ValueError("expected a text, not nothing; write '' for an empty one")
    return text


def read_permissions(value: Scalar, text: str) -> int:
    """Read permissions, which are octal only where that can be seen."""
    if isinstance(value, (str, int)) and _OCTAL.fullmatch(text) and (isinstance(value, str) or text.startswith("0")):
        return int(text.removeprefix("0o").removeprefix("0O"), 8)
    if isinstance(value, int) and _OCTAL.fullmatch(text):
        raise ValueError(f"{text} is a decimal number; write 0o{text}")
    raise ValueError(f"expected permissions in octal, such as 0o755, not {text!r}")


def read_architecture(value: Scalar, text: str) -> str:
    """Take other people's names of architectures for Debian's."""
    del value
    return ALIASES.get(text, text)


def read_port(value: Scalar, text: str) -> str:
    """Add the protocol that is meant."""
    del value
    number, _, protocol = text.partition("/")
    if not re.fullmatch(r"[1-9][0-9]{0,4}", number) or int(number) > 2**16 - 1 or protocol not in {"", "tcp", "udp"}:
        raise ValueError(f"expected a port, such as 8080 or 53/udp, not {text!r}")
    return f"{number}/{protocol or 'tcp'}"


def read_lower(value: Scalar, text: str) -> Scalar:
    """Write hexadecimal digits in lower case."""
    return None if value is None else text.lower()


def read_relative(value: Scalar, text: str) -> Scalar:
    """Clean a path that must not be absolute."""
    if not isinstance(value, str) or not text:
        return value
    clean = posixpath.normpath(text)
    if clean.startswith("/"):
        raise ValueError(f"expected a path relative to this file, not {text!r}")
    return clean


def read_inside(value: Scalar, text: str) -> Scalar:
    """Clean a path that must not leave the folder."""
    if isinstance(value, str) and ".." in text.split("/"):
        raise ValueError(f"{text!r} leaves the folder of this file")
    return read_relative(value, text)


def read_requirement(value: Scalar, text: str) -> Scalar:
    """Point out how Debian's own files would write it, which is not how a spec does."""
    nearest = re.sub(r"[\s()]", "", text.replace("==", "="))
    nearest = re.sub(r"(?<![<>])([<>])(?![<>=])", r"\1\1", nearest).partition(":any")[0]
    if isinstance(value, str) and nearest != text and re.fullmatch(REQUIREMENT, nearest):
        raise ValueError(
            f"expected a package, such as python3.13-minimal, not {text[:80]!r}; did you mean {nearest!r}?"
        )
    return value


def read_glob(value: Scalar, text: str) -> Scalar:
    """Take a leading slash off."""
    return text.lstrip("/") if isinstance(value, str) else value

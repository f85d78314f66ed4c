"""The words a spec is made of: each scalar type once, with its limits and with what messages call it.

The limits are `msgspec.Meta`, and hold for YAML and for the lock's copy alike. A `Term` says the rest: what the reader
accepts beyond the stored form, and how the schema describes that.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from prill.build.spec_scalars import (
    ALIASES,
    REQUIREMENT,
    Scalar,
    read_architecture,
    read_as_written,
    read_glob,
    read_inside,
    read_lower,
    read_maybe_empty,
    read_permissions,
    read_port,
    read_relative,
    read_requirement,
)
from prill.model.structs import msgspec
from prill.model.value import dataclass

__all__ = [
    "ARCHITECTURES",
    "MAX_ID",
    "AbsolutePath",
    "AnnotationName",
    "AnnotationValue",
    "Architecture",
    "Budget",
    "Component",
    "Compression",
    "Distribution",
    "Epoch",
    "Glob",
    "GroupId",
    "ImageName",
    "IncludePath",
    "LinkTarget",
    "MirrorUrl",
    "NpmName",
    "NpmVersion",
    "OwnerId",
    "PackageName",
    "PasswdPath",
    "PathKind",
    "Permissions",
    "Port",
    "Reason",
    "Requirement",
    "RunAs",
    "Sha256",
    "Sha512",
    "Signal",
    "SourcePath",
    "Strategy",
    "StripCount",
    "Term",
    "TrimSetName",
    "Url",
    "UserId",
    "UserName",
    "VariableName",
    "VariableValue",
    "VariantName",
    "Word",
    "Words",
    "package_of",
]

Meta = msgspec.Meta

ARCHITECTURES = ("amd64", "arm64")
"""The architectures an image can be built for, by Debian's names, which are also the OCI's."""

MAX_ID = 2**32 - 2  # 2**32 - 1 is (uid_t) -1, which chown(2) takes for "leave it"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Term:
    """What a type and its limits cannot say.

    ``says`` names the value in messages and in the reference. ``parse`` gets a scalar and its text as written and
    returns the stored form, or raises `ValueError` with a reason. ``schema`` describes the forms ``parse`` accepts.
    ``vocabulary`` is the name of the list of known values that the reader is given. A list that ``replaces`` is not
    added to the included file's; one that ``splits`` may be written as one line, split as a shell would; for a
    ``single`` one a lone item may stand. Messages about a value that ``may_log_in``, an address, hide the login in it.
    """

    says: str = ""
    parse: Callable[[Scalar, str], Scalar] | None = None
    schema: Mapping[str, object] | None = None
    vocabulary: str = ""
    replaces: bool = False
    splits: bool = False
    single: bool = False
    may_log_in: bool = False


class PathKind(StrEnum):
    """What an entry of ``paths`` does."""

    DIRECTORY = "directory"
    EMPTY_FILE = "empty-file"
    HARDLINK = "hardlink"
    SYMLINK = "symlink"
    PERMISSIONS = "permissions"


class Compression(StrEnum):
    """How layers are compressed."""

    GZIP = "gzip"
    ZSTD = "zstd"


def package_of(requirement: str) -> str:
    """Return the name in a package requirement: ``python3.13`` of ``python3.13>=3.13.2``."""
    return re.split(r"[=~<>]", requirement, maxsplit=1)[0]


_TEXT_OR_NUMBER = {"type": ["string", "number", "boolean"]}
_HEX_256 = {"type": ["string", "number"], "pattern": "^[0-9A-Fa-f]{64}$"}  # digits alone are a number to YAML
_HEX_512 = {"type": ["string", "number"], "pattern": "^[0-9A-Fa-f]{128}$"}
_GLOB = {"type": "string", "pattern": r"^/*[^/\x00-\x1f][^\x00-\x1f]*$"}
_PART = r"(?!\.{1,2}(?:/|$))[^/\x00-\x1f]+"

ImageName = Annotated[
    str, Meta(pattern=r"^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$", max_length=128), Term(says="a name in lower case")
]
VariantName = Annotated[str, Meta(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=64), Term(says="a variant's name")]
Distribution = Annotated[str, Meta(), Term(says="a distribution, such as debian:13", vocabulary="distribution")]
Component = Literal["main", "contrib", "non-free", "non-free-firmware"]
MirrorUrl = Annotated[
    str,
    Meta(pattern=r"^(?:https?://[^\s/@]+(?:/[^\s]*)?|file:///[^\s]*)$"),
    Term(says="an http, https or file URL without a password", may_log_in=True),
]
PackageName = Annotated[
    str, Meta(pattern=r"^[a-z0-9][a-z0-9+.-]+$", max_length=128), Term(says="a package's name, such as libssl3t64")
]
Requirement = Annotated[
    str,
    Meta(pattern=REQUIREMENT, max_length=256),
    Term(says="a package, such as python3.13-minimal or python3.13-minimal=3.13.*", parse=read_requirement),
]
Reason = Annotated[str, Meta(max_length=1024), Term(says="a sentence")]
TrimSetName = Annotated[str, Meta(), Term(says="the name of a trim set", vocabulary="trim set")]
Glob = Annotated[
    str,
    Meta(pattern=r"^(?!/)[^\x00-\x1f]+$", max_length=1024),
    Term(says="a glob, such as usr/share/doc/**", parse=read_glob, schema=_GLOB),
]
AbsolutePath = Annotated[
    str,
    Meta(pattern=rf"^(?:/|(?:/{_PART})+)$", max_length=4096),
    Term(says="an absolute path without '..', '.' or a slash at its end"),
]
PasswdPath = Annotated[
    str,
    Meta(pattern=rf"^(?!.*[:\x7f])(?:/|(?:/{_PART})+)$", max_length=4096),
    Term(says="an absolute path without '..', '.', a colon or a slash at its end"),
]
LinkTarget = Annotated[str, Meta(pattern=r"^[^\x00-\x1f]+$", max_length=4096), Term(says="a path")]
SourcePath = Annotated[
    str,
    Meta(pattern=r"^(?!/)[^\x00-\x1f]+$", max_length=4096),
    Term(says="a path below this file's", parse=read_inside),
]
IncludePath = Annotated[
    str,
    Meta(pattern=r"^(?!/)[^\x00-\x1f]+$", max_length=4096),
    Term(says="a path relative to this file", parse=read_relative),
]
UserName = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_-]*$", max_length=32), Term(says="a user's or group's name")]
UserId = Annotated[int, Meta(ge=1, le=MAX_ID), Term(says="a number")]
GroupId = Annotated[int, Meta(ge=1, le=MAX_ID), Term(says="a number")]
OwnerId = Annotated[int, Meta(ge=0, le=MAX_ID), Term(says="a number")]
RunAs = Annotated[
    str,
    Meta(pattern=r"^(?:[a-z_][a-z0-9_-]{0,31}|[0-9]{1,10})(?::(?:[a-z_][a-z0-9_-]{0,31}|[0-9]{1,10}))?$"),
    Term(
        says="a user's name, uid or uid:gid",
        parse=read_as_written,
        schema={"type": ["string", "integer"], "minimum": 0, "maximum": MAX_ID},
    ),
]
Permissions = Annotated[
    int,
    Meta(ge=0, le=0o7777),
    Term(
        says="permissions in octal, such as 0o755",
        parse=read_permissions,
        schema={
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 7777},
                {"type": "string", "pattern": "^(?:0o?)?[0-7]{3,4}$"},
            ]
        },
    ),
]
Word = Annotated[str, Meta(pattern=r"^[^\x00]*$"), Term(says="a text")]
Words = Annotated[
    tuple[Word, ...], Term(says="a command: a list of words, or one line to split", splits=True, replaces=True)
]
VariableName = Annotated[
    str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=256), Term(says="an environment variable's name")
]
VariableValue = Annotated[
    str, Meta(pattern=r"^[^\x00]*$"), Term(says="a text", parse=read_maybe_empty, schema=_TEXT_OR_NUMBER)
]
AnnotationName = Annotated[str, Meta(pattern=r"^[^\s\x00]+$", max_length=256), Term(says="an annotation's name")]
AnnotationValue = Annotated[
    str, Meta(pattern=r"^[^\x00]*$"), Term(says="a text", parse=read_maybe_empty, schema=_TEXT_OR_NUMBER)
]
Signal = Annotated[
    str,
    Meta(pattern=r"^(?:SIG[A-Z][A-Z0-9+-]*|[1-9][0-9]?)?$"),
    Term(
        says="a signal, such as SIGQUIT",
        parse=read_as_written,
        schema={"type": ["string", "integer"], "minimum": 1, "maximum": 99},
    ),
]
Port = Annotated[
    str,
    Meta(pattern=r"^[1-9][0-9]{0,4}/(?:tcp|udp)$"),
    Term(
        says="a port, such as 8080 or 53/udp",
        parse=read_port,
        schema={
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 65535},
                {"type": "string", "pattern": "^[1-9][0-9]{0,4}(?:/(?:tcp|udp))?$"},
            ]
        },
    ),
]
Architecture = Annotated[
    Literal["amd64", "arm64"],
    Term(says="an architecture", parse=read_architecture, schema={"enum": [*ARCHITECTURES, *ALIASES]}),
]
Strategy = Literal["origin"]
Budget = Annotated[int, Meta(ge=1, le=120), Term(says="a number of layers")]
Epoch = Annotated[int, Meta(ge=0, le=2**33 - 1), Term(says="a time in seconds since 1970")]
Url = Annotated[
    str,
    Meta(pattern=r"^https?://[^\s/@]+/[^\s]+$", max_length=4096),
    Term(says="an http or https URL, no password", may_log_in=True),
]
Sha256 = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{64}$"), Term(says="64 hexadecimal digits", parse=read_lower, schema=_HEX_256)
]
Sha512 = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{128}$"), Term(says="128 hexadecimal digits", parse=read_lower, schema=_HEX_512)
]
NpmName = Annotated[
    str,
    Meta(pattern=r"^(?:@[a-z0-9~][a-z0-9._~{}-]*/)?[a-z0-9~][a-z0-9._~{}-]*$", max_length=214),
    Term(says="an npm package's name, such as node-linux-{arch}"),
]
NpmVersion = Annotated[
    str,
    Meta(pattern=r"^[0-9]+(?:\.(?:[0-9]+|x)){0,2}(?:-[0-9A-Za-z.-]+)?$", max_length=128),
    Term(
        says="a version, such as 24, 24.x or 24.11.0",
        parse=read_as_written,
        schema={"type": ["string", "number"], "minimum": 0},
    ),
]
StripCount = Annotated[int, Meta(ge=0, le=64), Term(says="a number")]

"""What facts about an image say: one type for each kind of fact, all of plain data that msgspec can write and read.

Those about its files are in `prill.model.file_facts`, and `FactValue` in `prill.model.facts` is any of them.

Dates are ISO 8601 (``2026-07-11``), sizes bytes, modes octal text (``4755``). What is not known is empty, or None. In
JSON their fields are in camelCase, as those of Prill's other documents.
"""

from typing import Literal

from prill.model.structs import msgspec

__all__ = [
    "RUNTIME_NAMES",
    "Account",
    "BaseImage",
    "CLibrary",
    "Configuration",
    "Dates",
    "EnvironmentVariable",
    "FipsProvider",
    "HistoryLayer",
    "ImageKind",
    "ImageSize",
    "Label",
    "PackageCount",
    "ProgramFound",
    "Release",
    "RunAs",
    "Runtime",
    "SecretFound",
    "Support",
    "Value",
]

RUNTIME_NAMES = {
    "python": "Python",
    "nodejs": "Node.js",
    "openjdk": "Java",
    "go": "Go",
    "ruby": "Ruby",
    "php": "PHP",
    "perl": "Perl",
    "dotnet": ".NET",
    "deno": "Deno",
    "bun": "Bun",
}
"""Runtimes as people write them, by their names in `Runtime`."""


def _kebab(name: str) -> str:
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in name).lstrip("-")


class Value(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=_kebab, rename="camel"):
    """What one fact says."""


class Support(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Until when a release is looked after, and how that was on the day of the inspection.

    ``extended`` is when ``extended_name`` ends, which somebody has to ask or pay for.
    """

    status: Literal["supported", "extended", "ended", "unknown"]
    ends: str = ""
    extended: str = ""
    extended_name: str = ""
    source: str = ""
    dated: str = ""


class ImageKind(Value, frozen=True):
    """How much of a system an image is, and why."""

    kind: Literal["scratch", "distroless", "chiselled", "alpine-like", "slim", "standard"]
    reasons: tuple[str, ...]


class Release(Value, frozen=True):
    """The distribution; one that is ``rolling`` has no releases that end."""

    id: str
    version: str
    codename: str
    name: str
    rolling: bool
    support: Support | None

    @property
    def title(self) -> str:
        """Return the name that people know, with the release's number where the name has none."""
        name = self.name or self.id
        number = self.version.partition(".")[0]
        return name if self.rolling or number in name else f"{name} {self.version}"


class BaseImage(Value, frozen=True):
    """What the image was made from; ``layers`` are the base's where ``found_by`` is ``chain-id``."""

    name: str
    digest: str
    found_by: Literal["chain-id", "label", "packages"]
    layers: int
    detail: str


class ImageSize(Value, frozen=True):
    """``compressed`` is 0 where the layers' stored size is not known, as for a folder."""

    compressed: int
    unpacked: int
    layers: int
    files: int


class PackageCount(Value, frozen=True):
    """How many packages of one ecosystem are installed."""

    ecosystem: str
    packages: int


class CLibrary(Value, frozen=True):
    """The C library that programs are linked with."""

    name: str
    version: str


class Runtime(Value, frozen=True):
    """A language's runtime, or for Go and Rust what a program was built with (``built_with``)."""

    name: str
    version: str
    built_with: bool
    package: str
    support: Support | None


class ProgramFound(Value, frozen=True):
    """A program of a known kind.

    ``how`` says in which shape: a program of its own, an applet of a multi-call program, a link to one, a copy under
    another name, a script, or an interpreter that can stand in for a shell. ``identified_by`` says by what.
    """

    name: str
    how: Literal["program", "applet", "link", "copy", "script", "interpreter"]
    identified_by: Literal["name", "content", "name and content"]
    target: str = ""
    version: str = ""
    package: str = ""


class RunAs(Value, frozen=True):
    """The user and group that containers start with; ``known`` says whether the image has an account for it."""

    configured: str
    user: str
    uid: int | None
    group: str
    gid: int | None
    numeric: bool
    known: bool
    root: bool
    home: str


class Account(Value, frozen=True):
    """A line of ``/etc/passwd``; ``can_log_in`` where its shell is there and lets people in."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    can_log_in: bool
    groups: tuple[str, ...]


class Configuration(Value, frozen=True):
    """How a container starts, as the image's config says."""

    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    working_directory: str
    ports: tuple[str, ...]
    volumes: tuple[str, ...]
    health_check: str
    stop_signal: str
    on_build: int


class Label(Value, frozen=True):
    """A label of the config."""

    name: str
    value: str


class EnvironmentVariable(Value, frozen=True):
    """A variable of the config; the value of what looks like a ``secret`` is masked, and ``reason`` says why."""

    name: str
    value: str
    secret: bool
    reason: str


class SecretFound(Value, frozen=True):
    """Something that looks like a secret. The secret itself is nowhere here.

    ``hidden`` is what a later layer deleted or replaced, and everybody who has the image can still read. ``line``
    counts from 1, and is 0 where there is no file; ``name`` is then the variable, the label, or the step's number.
    """

    rule: str
    title: str
    severity: Literal["high", "medium", "low"]
    place: Literal["file", "environment", "command", "health-check", "label", "history"]
    name: str
    line: int
    hidden: bool
    package: str


class HistoryLayer(Value, frozen=True):
    """A step of the build; one that only changed the config has no ``layer``."""

    number: int
    created: str
    created_by: str
    layer: str
    compressed: int
    unpacked: int
    files: int


class FipsProvider(Value, frozen=True):
    """A cryptographic module that is made to be validated; ``configured`` where the image's settings switch it on."""

    name: str
    version: str
    configured: bool


class Dates(Value, frozen=True):
    """When the image says that it was made, and its oldest and newest file."""

    created: str
    oldest_file: str
    newest_file: str

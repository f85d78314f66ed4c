"""What facts about an image's files say (as `prill.model.fact_values`): rights, owners, waste, what no package owns."""

from typing import Literal

from prill.model.fact_values import Value

__all__ = [
    "CertificateBundle",
    "FileCapabilities",
    "PrivilegedFile",
    "StrayOwner",
    "UnpackagedFile",
    "UnpackagedTotal",
    "WastedFile",
    "WastedSpace",
    "WritableFile",
]


class PrivilegedFile(Value, frozen=True):
    """A file that runs with its owner's or its group's rights."""

    mode: str
    uid: int
    gid: int
    setuid: bool
    setgid: bool
    size: int
    package: str


class FileCapabilities(Value, frozen=True):
    """A file that gives capabilities(7) to whoever runs it."""

    capabilities: tuple[str, ...]
    effective: bool
    package: str


class WritableFile(Value, frozen=True):
    """What everybody may write to; a folder with the sticky bit lets nobody remove what others put there."""

    kind: str
    mode: str
    sticky: bool


class StrayOwner(Value, frozen=True):
    """An owner or a group that the image has no name for, and how many files it has."""

    uid: int | None
    gid: int | None
    files: int


class WastedSpace(Value, frozen=True):
    """What lower layers hold that no container sees: replaced or deleted later."""

    unpacked: int
    wasted: int
    files: int


class WastedFile(Value, frozen=True):
    """A path whose earlier content is still in the image."""

    copies: int
    wasted: int
    deleted: bool


class CertificateBundle(Value, frozen=True):
    """Certificates that are trusted; ``expired`` on the day of the inspection. ``oldest`` is when that one began."""

    certificates: int
    unreadable: int
    expired: int
    oldest: str
    oldest_name: str
    next_expiry: str
    next_expiry_name: str


class UnpackagedTotal(Value, frozen=True):
    """The regular files that no package owns; ``listed`` of them are named one by one."""

    files: int
    size: int
    programs: int
    listed: int


class UnpackagedFile(Value, frozen=True):
    """A file that no package owns."""

    kind: Literal["program", "library", "script", "file"]
    size: int

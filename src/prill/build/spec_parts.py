"""The parts a spec is made of, such as one user, one path, one source of files."""

from typing import Annotated, ClassVar

from msgspec import Meta

from prill.build.spec_terms import (
    AbsolutePath,
    Architecture,
    Budget,
    Glob,
    GroupId,
    LinkTarget,
    NpmName,
    NpmVersion,
    OwnerId,
    PackageName,
    PasswdPath,
    PathKind,
    Permissions,
    Reason,
    Sha256,
    Sha512,
    SourcePath,
    Strategy,
    StripCount,
    Term,
    TrimSetName,
    Url,
    UserId,
    UserName,
    Words,
)
from prill.model.value import dataclass, replace

__all__ = [
    "NODE_ARCHITECTURES",
    "Entrypoint",
    "Exclusion",
    "FileSource",
    "Group",
    "Layering",
    "PathEntry",
    "Trim",
    "User",
]

NODE_ARCHITECTURES = {"amd64": "x64", "arm64": "arm64"}
"""What Node.js and the packages on npm call an architecture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A package that stays out although a dependency asks for it."""

    SHORT: ClassVar[str] = "name"

    name: Annotated[PackageName, Meta(description="The package, or a name that packages provide, such as `awk`.")]
    reason: Annotated[Reason, Meta(description="Why the image works without it; the lock repeats it.")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrypoint:
    """The program that a container starts with."""

    command: Annotated[
        Words, Meta(description="The program, by its full path, and its fixed arguments. No shell is involved.")
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user besides `root`, `nobody` and `nonroot`, which are always there."""

    username: Annotated[UserName, Meta(description="The user's name.")]
    uid: Annotated[UserId, Meta(description="The user's number.")]
    gid: Annotated[OwnerId | None, Meta(description="The number of the user's group; the uid unless given.")] = None
    shell: Annotated[PasswdPath, Meta(description="The login shell.")] = "/usr/sbin/nologin"
    homedir: Annotated[PasswdPath | None, Meta(description="The home directory; `/home/USERNAME` unless given.")] = None

    @property
    def group_id(self) -> int:
        """The number of the user's own group."""
        return self.uid if self.gid is None else self.gid

    @property
    def home(self) -> str:
        """The home directory, given or not."""
        return self.homedir or f"/home/{self.username}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group besides the ones that are always there."""

    groupname: Annotated[UserName, Meta(description="The group's name.")]
    gid: Annotated[GroupId, Meta(description="The group's number.")]
    members: Annotated[tuple[UserName, ...], Meta(description="Users who belong to it besides their own group.")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PathEntry:
    """One directory, link or empty file to make, or one path whose owner or mode to change."""

    RULES: ClassVar[dict[str, object]] = {
        "if": {"properties": {"type": {"enum": ["hardlink", "symlink"]}}},
        "then": {"required": ["source"]},
        "else": {"properties": {"source": False}},
    }

    path: Annotated[AbsolutePath, Meta(description="The path in the image.")]
    type: Annotated[PathKind, Meta(description="What to do there.")]
    uid: Annotated[OwnerId | None, Meta(description="The owner; root, or unchanged, unless given.")] = None
    gid: Annotated[OwnerId | None, Meta(description="The group; root, or unchanged, unless given.")] = None
    permissions: Annotated[
        Permissions | None,
        Meta(description="The mode; 0o755 for a directory, 0o644 for a file, or unchanged, unless given."),
    ] = None
    source: Annotated[
        LinkTarget | None, Meta(description="What a link points at: for a hard link a file of the image.")
    ] = None
    recursive: Annotated[
        bool, Meta(description="Whether owner and mode go to everything below as well (`directory`, `permissions`).")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """Files that no package brings: an application, or a runtime that the distribution lacks.

    Exactly one of `source`, `url` and `npm` says where from.
    """

    RULES: ClassVar[dict[str, object]] = {
        "oneOf": [{"required": ["source"]}, {"required": ["url"]}, {"required": ["npm"]}],
        "dependentRequired": {"npm": ["version"], "version": ["npm"], "sha256": ["url"], "sha512": ["url"]},
        "dependentSchemas": {"url": {"oneOf": [{"required": ["sha256"]}, {"required": ["sha512"]}]}},
    }

    path: Annotated[
        AbsolutePath,
        Meta(description="Where it goes: a file's own path, or the folder that a folder or archive fills."),
    ]
    source: Annotated[
        SourcePath | None,
        Meta(description="A local file or folder, relative to this file. `{arch}` stands for `amd64` or `arm64`."),
    ] = None
    url: Annotated[Url | None, Meta(description="A file to download; needs `sha256` or `sha512`.")] = None
    sha256: Annotated[Sha256 | None, Meta(description="The download's SHA-256.")] = None
    sha512: Annotated[Sha512 | None, Meta(description="The download's SHA-512.")] = None
    npm: Annotated[
        NpmName | None,
        Meta(
            description="An npm package, its integrity kept in the lock. `{arch}` stands for Node's `x64` or `arm64`."
        ),
    ] = None
    version: Annotated[
        NpmVersion | None, Meta(description="The npm package's version; the lock holds the newest one that fits.")
    ] = None
    archs: Annotated[
        tuple[Architecture, ...],
        Meta(description="The architectures this entry is for; all unless given.", min_length=1),
        Term(replaces=True),
    ] = ()
    unpack: Annotated[
        bool, Meta(description="Whether to unpack a tar (plain, gzip, xz or zstd). An npm package always is.")
    ] = False
    strip_components: Annotated[
        StripCount, Meta(description="How many leading parts to drop from each name while unpacking, as `tar` does.")
    ] = 0
    include: Annotated[
        tuple[Glob, ...],
        Meta(description="Only what matches is taken: globs below the folder or the unpacked archive."),
    ] = ()
    exclude: Annotated[tuple[Glob, ...], Meta(description="What matches is left out.")] = ()
    uid: Annotated[OwnerId, Meta(description="The owner of all of it.")] = 0
    gid: Annotated[OwnerId, Meta(description="The group of all of it.")] = 0
    permissions: Annotated[
        Permissions | None,
        Meta(description="The mode of its regular files; unless given, 0o755 for programs and 0o644 for all others."),
    ] = None

    def resolved(self, architecture: str) -> "FileSource | None":
        """Return the entry with ``{arch}`` filled in, or None where it is not for ``architecture``."""
        if self.archs and architecture not in self.archs:
            return None
        if self.source is not None:
            return replace(self, source=self.source.replace("{arch}", architecture))
        if self.npm is not None:
            return replace(self, npm=self.npm.replace("{arch}", NODE_ARCHITECTURES[architecture]))
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Trim:
    """What to leave out of the packages' files. Copyright files always stay."""

    SHORT: ClassVar[str] = "sets"

    sets: Annotated[tuple[TrimSetName, ...], Meta(description="Named sets.")] = ()
    paths: Annotated[
        tuple[Glob, ...], Meta(description="Globs from the root; `*` stays within a part, `**` crosses parts.")
    ] = ()
    keep: Annotated[tuple[Glob, ...], Meta(description="Globs that stay whatever the sets and paths say.")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layering:
    """How packages are spread over layers."""

    strategy: Annotated[Strategy, Meta(description="`origin`: packages of one source package share a layer.")] = (
        "origin"
    )
    budget: Annotated[Budget, Meta(description="The most layers an image may have; a variant's come on top.")] = 10

"""What an image is to be: the spec, as frozen values.

A `Spec` is complete and normalised: includes are merged, short forms are written out, numbers are numbers. It is made
by `prill.build.spec_reader` from YAML and by `prill.build.spec_json` from a lock; nothing here needs YAML. Where a
field means what apko's does it has apko's name. The descriptions become the JSON Schema's and the reference's.
"""

from typing import Annotated

from msgspec import Meta

from prill.build.spec_parts import (
    Entrypoint,
    Exclusion,
    FileSource,
    Group,
    Layering,
    PathEntry,
    Trim,
    User,
)
from prill.build.spec_terms import (
    AbsolutePath,
    AnnotationName,
    AnnotationValue,
    Architecture,
    Component,
    Compression,
    Distribution,
    Epoch,
    ImageName,
    IncludePath,
    MirrorUrl,
    PathKind,
    Port,
    Requirement,
    RunAs,
    Signal,
    Term,
    TrimSetName,
    VariableName,
    VariableValue,
    VariantName,
    Words,
)
from prill.model.value import dataclass

__all__ = [
    "Accounts",
    "Compression",
    "Contents",
    "Entrypoint",
    "Exclusion",
    "FileSource",
    "Group",
    "Layering",
    "PathEntry",
    "PathKind",
    "Spec",
    "SpecFile",
    "Trim",
    "User",
    "Variant",
    "VariantAccounts",
    "VariantContents",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Which packages are in the image, and where they come from."""

    distribution: Annotated[Distribution, Meta(description="The distribution and its release.")]
    packages: Annotated[
        tuple[Requirement, ...],
        Meta(description="Packages to install, with their dependencies. A version may be given: `=`, `>=`, `<<`, `~`."),
    ] = ()
    exclude: Annotated[
        tuple[Exclusion, ...],
        Meta(description="Packages to leave out although a dependency asks for them. The lock records who asked."),
    ] = ()
    components: Annotated[
        tuple[Component, ...], Meta(description="The archive's components.", min_length=1), Term(replaces=True)
    ] = ("main",)
    mirrors: Annotated[
        tuple[MirrorUrl, ...],
        Meta(description="Where to download from, in order. Empty: `--mirror`, the settings, then the machine's own."),
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Users and groups, and as whom the image runs."""

    run_as: Annotated[
        RunAs, Meta(description="The user the image runs as: a name, a uid or uid:gid. `nonroot` is 65532.")
    ] = "nonroot"
    users: Annotated[tuple[User, ...], Meta(description="Users to add.")] = ()
    groups: Annotated[tuple[Group, ...], Meta(description="Groups to add.")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantContents:
    """A variant's packages, on top of the image's own."""

    packages: Annotated[
        tuple[Requirement, ...], Meta(description="Packages to add. One that the image excludes is let in again.")
    ] = ()
    exclude: Annotated[tuple[Exclusion, ...], Meta(description="More packages to leave out.")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantAccounts:
    """A variant's users and groups, on top of the image's own."""

    run_as: Annotated[RunAs | None, Meta(description="The user the variant runs as.")] = None
    users: Annotated[tuple[User, ...], Meta(description="Users to add.")] = ()
    groups: Annotated[tuple[Group, ...], Meta(description="Groups to add.")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What differs in a variant of the image: lists and mappings are added to, single values replaced."""

    contents: Annotated[VariantContents, Meta(description="Packages to add.")] = VariantContents()
    untrim: Annotated[
        tuple[TrimSetName, ...], Meta(description="Trim sets of the image that the variant does without.")
    ] = ()
    keep_setuid: Annotated[tuple[AbsolutePath, ...], Meta(description="More programs that keep setuid.")] = ()
    entrypoint: Annotated[
        Entrypoint | None, Meta(description="The program it starts with. If given, the image's `cmd` does not apply.")
    ] = None
    cmd: Annotated[Words | None, Meta(description="The arguments.")] = None
    work_dir: Annotated[AbsolutePath | None, Meta(description="The working directory.")] = None
    stop_signal: Annotated[Signal | None, Meta(description="The signal that asks it to stop.")] = None
    environment: Annotated[
        tuple[tuple[VariableName, VariableValue], ...], Meta(description="Variables to add or change.")
    ] = ()
    accounts: Annotated[VariantAccounts, Meta(description="Users to add; the user it runs as.")] = VariantAccounts()
    paths: Annotated[tuple[PathEntry, ...], Meta(description="Paths to add or change.")] = ()
    files: Annotated[tuple[FileSource, ...], Meta(description="Files to add.")] = ()
    annotations: Annotated[
        tuple[tuple[AnnotationName, AnnotationValue], ...], Meta(description="Annotations to add or change.")
    ] = ()
    volumes: Annotated[tuple[AbsolutePath, ...], Meta(description="Volumes to add.")] = ()
    ports: Annotated[tuple[Port, ...], Meta(description="Ports to add.")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One image."""

    name: Annotated[ImageName, Meta(description="The image's name; the file's, without `.yaml`, unless given.")] = ""
    contents: Annotated[Contents, Meta(description="The packages.")]
    trim: Annotated[Trim, Meta(description="What to leave out: a list of named sets, or sets and globs.")] = Trim()
    keep_setuid: Annotated[
        tuple[AbsolutePath, ...],
        Meta(description="Programs that keep their setuid and setgid bits; all others lose them."),
    ] = ()
    files: Annotated[tuple[FileSource, ...], Meta(description="Files that no package brings.")] = ()
    paths: Annotated[tuple[PathEntry, ...], Meta(description="Paths to make or change, in order, after all else.")] = ()
    accounts: Annotated[Accounts, Meta(description="Users, groups, and as whom the image runs.")] = Accounts()
    entrypoint: Annotated[Entrypoint, Meta(description="The program a container starts with.")] = Entrypoint()
    cmd: Annotated[Words, Meta(description="Its default arguments, which `docker run IMAGE …` replaces.")] = ()
    environment: Annotated[
        tuple[tuple[VariableName, VariableValue], ...],
        Meta(description="Environment variables. PATH, LANG and SSL_CERT_FILE are set unless named here."),
    ] = ()
    work_dir: Annotated[AbsolutePath, Meta(description="The working directory.")] = "/"
    stop_signal: Annotated[
        Signal, Meta(description="The signal that asks the program to stop; the runtime's, SIGTERM, unless given.")
    ] = ""
    ports: Annotated[tuple[Port, ...], Meta(description="Ports the program listens on, for documentation.")] = ()
    volumes: Annotated[
        tuple[AbsolutePath, ...], Meta(description="Directories for which a runtime may make volumes.")
    ] = ()
    annotations: Annotated[
        tuple[tuple[AnnotationName, AnnotationValue], ...],
        Meta(description="Annotations of the manifest and the index, and labels of the config."),
    ] = ()
    archs: Annotated[
        tuple[Architecture, ...],
        Meta(description="The architectures; `x86_64` and `aarch64` are understood.", min_length=1),
        Term(replaces=True),
    ] = ("amd64", "arm64")
    layering: Annotated[Layering, Meta(description="How packages are spread over layers.")] = Layering()
    compression: Annotated[Compression, Meta(description="How layers are compressed.")] = Compression.GZIP
    source_date_epoch: Annotated[
        Epoch | None,
        Meta(
            description="The image's time; the environment's SOURCE_DATE_EPOCH, or the newest package's, unless given."
        ),
    ] = None
    variants: Annotated[
        tuple[tuple[VariantName, Variant], ...], Meta(description="Variants of the image, such as `dev` and `debug`.")
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecFile(Spec):
    """A spec as a file holds it: it may include others."""

    include: Annotated[
        tuple[IncludePath, ...],
        Meta(description="Files to start from, a path or a list of paths, each relative to this file."),
        Term(replaces=True, single=True),
    ] = ()

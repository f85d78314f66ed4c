"""What inspection found in an image, and where."""

from collections.abc import Iterator
from typing import Literal, TypeVar

from prill.model.fact_values import (
    Account,
    BaseImage,
    CLibrary,
    Configuration,
    Dates,
    EnvironmentVariable,
    FipsProvider,
    HistoryLayer,
    ImageKind,
    ImageSize,
    Label,
    PackageCount,
    ProgramFound,
    Release,
    RunAs,
    Runtime,
    SecretFound,
    Value,
)
from prill.model.file_facts import (
    CertificateBundle,
    FileCapabilities,
    PrivilegedFile,
    StrayOwner,
    UnpackagedFile,
    UnpackagedTotal,
    WastedFile,
    WastedSpace,
    WritableFile,
)
from prill.model.package import Location
from prill.model.report import Gap
from prill.model.sbom import Subject
from prill.model.value import dataclass

__all__ = ["Fact", "FactValue", "ImageFacts", "Remark"]

V = TypeVar("V", bound=Value)

FactValue = (
    ImageKind
    | Release
    | BaseImage
    | ImageSize
    | PackageCount
    | CLibrary
    | Runtime
    | ProgramFound
    | RunAs
    | Account
    | PrivilegedFile
    | FileCapabilities
    | WritableFile
    | StrayOwner
    | Configuration
    | Label
    | EnvironmentVariable
    | SecretFound
    | HistoryLayer
    | WastedSpace
    | WastedFile
    | CertificateBundle
    | FipsProvider
    | Dates
    | UnpackagedTotal
    | UnpackagedFile
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is so. ``id`` names the question it answers; of most questions there are several facts."""

    id: str
    value: FactValue
    evidence: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a person should know first: ``good``, worth a ``note``, or to be looked after (``attention``)."""

    level: Literal["good", "note", "attention"]
    fact: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """Everything that was found. ``examined`` are the questions that were asked: of those, no fact means "none".

    ``facts`` are in the order of the questions. ``as_of`` is the day of the inspection, in ISO 8601. Where files could
    not be read, the whole is ``incomplete``, and "none" means "none in what could be read".
    """

    subject: Subject
    as_of: str
    facts: tuple[Fact, ...]
    examined: tuple[str, ...]
    incomplete: bool = False
    remarks: tuple[Remark, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def of(self, fact: str) -> tuple[Fact, ...]:
        """Return the facts that answer one question."""
        return tuple(one for one in self.facts if one.id == fact)

    def values(self, kind: type[V], fact: str = "") -> Iterator[V]:
        """Yield the values of one type, of one question where it is named."""
        return (value for value, _ in self.answers(kind, fact))

    def answers(self, kind: type[V], fact: str = "") -> Iterator[tuple[V, tuple[Location, ...]]]:
        """Yield the same with the evidence of each."""
        for one in self.facts:
            if isinstance(one.value, kind) and (not fact or one.id == fact):
                yield one.value, one.evidence

    def value(self, kind: type[V]) -> V | None:
        """Return the first value of a type, or None."""
        return next(self.values(kind), None)

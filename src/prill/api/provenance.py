"""How an image came about, as a SLSA statement: every input by digest, nothing that differs from run to run."""

from collections.abc import Iterator

from prill import __version__
from prill.build.image import BuiltImage
from prill.build.lock import Lock, LockedFile, SpecInput
from prill.formats.in_toto import ResourceDescriptor, Statement, encode_statement
from prill.formats.slsa import (
    PREDICATE_TYPE,
    Provenance,
    deb_dependency,
    encode_provenance,
    file_dependency,
    release_dependency,
)
from prill.model import ArtifactDetails, DebDetails, Digest, Sbom
from prill.oci.config import rfc3339

__all__ = ["BUILDER_ID", "provenance_statement"]

BUILDER_ID = "urn:prill:builder"
"""Who ran the build, as long as nobody vouches for it with a signature."""


def provenance_statement(image: BuiltImage, sbom: Sbom, lock: Lock) -> bytes:
    """Return the unsigned in-toto statement about ``image``."""
    spec, *includes = map(_input, lock.inputs)
    predicate = encode_provenance(
        Provenance(
            spec=spec,
            includes=tuple(includes),
            platform=image.platform,
            variant=image.variant,
            settings=(
                ("codec", lock.codec),
                ("distribution", lock.distribution),
                ("sourceDateEpoch", lock.source_date_epoch),
            ),
            dependencies=tuple(_dependencies(image, sbom, lock)),
            builder_id=BUILDER_ID,
            version=__version__,
        )
    )
    subject = ResourceDescriptor(name=sbom.subject.name, digests=(image.manifest.digest,))
    return encode_statement(Statement(subjects=(subject,), predicate_type=PREDICATE_TYPE, predicate=predicate))


def _input(one: SpecInput) -> ResourceDescriptor:
    return ResourceDescriptor(name=one.name, digests=(Digest("sha256", one.sha256),))


def _dependencies(image: BuiltImage, sbom: Sbom, lock: Lock) -> Iterator[ResourceDescriptor]:
    artifacts: dict[str, str] = {}
    for package in sbom.packages:
        if isinstance(package.details, ArtifactDetails):
            artifacts[package.details.source] = package.purl
        elif isinstance(package.details, DebDetails) and package.details.digest is not None:
            yield deb_dependency(
                name=package.name,
                version=package.version,
                architecture=package.details.architecture,
                purl=package.purl,
                filename=package.details.filename,
                digest=package.details.digest,
            )
    for release in lock.releases:
        yield release_dependency(
            origin=release.origin,
            suite=release.suite,
            codename=release.codename,
            date=rfc3339(release.date),
            digest=Digest("sha256", release.inrelease_sha256),
            signers=release.signers,
        )
    for file in image.assembly.image.files:
        yield _file(file, artifacts.get(file.source, ""))


def _file(file: LockedFile, purl: str) -> ResourceDescriptor:
    return file_dependency(source=file.source, digest=Digest.parse(file.digest), purl=purl)
